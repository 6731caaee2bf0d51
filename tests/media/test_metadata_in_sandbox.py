"""What is read of odd files is read in the confined child too, which can load nothing any more."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.media.decode.decoder import render
from app.media.results import Rendered
from app.media.sandbox.pool import DecoderPool
from tests.media.samples import exif_block, iptc_block, quarters, saved, with_segment, xmp_packet
from tests.media.test_dates import ORIGINAL, clock, text
from tests.media.test_metadata_blocks import PNGS, block, png, wrapped
from tests.media.test_tiff_directories import IFD, dng

XMP = b"http://ns.adobe.com/xap/1.0/\0"
ODDLY_DATED = exif_block({}, {ORIGINAL: text("2024:05:01 24:00:60Z")})
JPEG = saved(quarters(), "JPEG")
FILES = {
    **{f"PNG, {name}": content for name, content in PNGS.items()},
    "PNG, XMP": png(after=wrapped("xmp", xmp_packet("xmp:Rating='-1'"))),
    "HEIC of Xiaomi": saved(quarters(), "HEIC", exif=b"\xff\xe1\0\x67Exif\0\0" + block()),
    "DNG": dng(pointer_kind=IFD, filler=20_000),
    "BigTIFF": saved(quarters(), "TIFF", big_tiff=True, description="Mender of nets"),
    "a zone": saved(quarters(), "JPEG", exif=b"Exif\0\0" + ODDLY_DATED),
    "XMP, a day": with_segment(JPEG, 0xE1, XMP + xmp_packet("photoshop:DateCreated='1985-07-14'")),
    "IPTC": with_segment(JPEG, 0xED, iptc_block((120, b"Gr\xf6\xdfe"), (55, b"19850714"))),
}


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as decoders:
        yield decoders


@pytest.mark.parametrize("name", FILES)
def test_confined_child_reads_what_is_read_outside_of_it(
    decoders: DecoderPool, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level(logging.INFO)
    original = tmp_path / "original"
    original.write_bytes(FILES[name])
    confined, free = decoders.render(original), render(FILES[name])
    assert isinstance(confined, Rendered)
    assert isinstance(free, Rendered)
    assert confined.metadata == free.metadata
    assert (confined.outcome, confined.width, confined.height) == ("ready", free.width, free.height)
    assert caplog.messages == []


def test_the_hour_after_midnight_with_a_leap_second_is_its_first_minute() -> None:
    outcome = render(FILES["a zone"])
    assert isinstance(outcome, Rendered)
    assert outcome.metadata.taken_at == clock("2024-05-01 00:01:00")
    assert outcome.metadata.taken_offset_minutes == 0
