"""Directories of TIFF, EXIF and DNG: wherever they lie, however they are pointed to."""

import random
import struct

import pytest
from PIL import Image

from app.media.decode.decoder import render
from app.media.formats import sniff
from app.media.metadata.reader import PictureMetadata, read_metadata
from tests.media.raw_samples import LARGE, SMALL
from tests.media.samples import exif_block, quarters, saved
from tests.media.test_decode import opened, ready, shows_the_quarters

BYTE, ASCII, SHORT, LONG, IFD, LONG8, IFD8, UTF8 = 1, 2, 3, 4, 13, 16, 18, 129

Entry = tuple[int, int, int, bytes]  # tag, kind, count, value or where it is


def directory(*entries: Entry) -> bytes:
    """One directory, its values at most four bytes long or places."""
    body = b"".join(
        struct.pack("<HHL", tag, kind, count) + value.ljust(4, b"\0")
        for tag, kind, count, value in sorted(entries)
    )
    return struct.pack("<H", len(entries)) + body + bytes(4)


def long(number: int) -> bytes:
    return struct.pack("<L", number)


def short(number: int) -> bytes:
    return struct.pack("<H", number)


def dng(
    *, pointer_kind: int = LONG, filler: int = 0, jpegs: tuple[bytes, bytes] = (SMALL, LARGE)
) -> bytes:
    """As Android's phones write it: bare pixels first, the previews in directories behind them.

    filler bytes stand between the header and the first directory.
    """
    # On their side, as the sensor is.
    pixels = quarters(192, 256).transpose(Image.Transpose.ROTATE_90).tobytes()
    at = 8 + filler
    parts, places = b"", []
    for part in (pixels, *jpegs):
        places.append(at + len(parts))
        parts += part
    previews = [
        directory((0x0103, SHORT, 1, short(7)), (0x0111, LONG, 1, long(place)),
                  (0x0117, LONG, 1, long(len(jpeg))), (0x00FE, LONG, 1, long(1)))
        for place, jpeg in zip(places[1:], jpegs, strict=True)
    ]  # fmt: skip
    starts = [at + len(parts), at + len(parts) + len(previews[0])]
    pointers_at = starts[1] + len(previews[1])
    bits_at = pointers_at + 8
    first_at = bits_at + 6
    first = directory(
        (0x00FE, LONG, 1, long(1)),
        (0x0100, LONG, 1, long(256)),
        (0x0101, LONG, 1, long(192)),
        (0x0102, SHORT, 3, long(bits_at)),
        (0x0103, SHORT, 1, short(1)),
        (0x0106, SHORT, 1, short(2)),
        (0x0111, LONG, 1, long(places[0])),
        (0x0112, SHORT, 1, short(6)),
        (0x0115, SHORT, 1, short(3)),
        (0x0116, LONG, 1, long(192)),
        (0x0117, LONG, 1, long(len(pixels))),
        (0x014A, pointer_kind, 2, long(pointers_at)),
        (0xC612, BYTE, 4, b"\1\4\0\0"),
    )
    pointers = struct.pack("<LL", *starts)
    bits = struct.pack("<HHH", 8, 8, 8)
    whole = b"II*\0" + long(first_at) + bytes(filler) + parts
    return whole + b"".join(previews) + pointers + bits + first


@pytest.mark.parametrize("pointer_kind", [LONG, IFD])
def test_dng_shows_its_largest_preview_of_the_sub_directories(pointer_kind: int) -> None:
    # TIFF 6.0: the first directory may be anywhere. Behind 16 KiB it was not seen, so the file was
    # taken for a TIFF and 256 by 192 pixels were shown. Technical Note 1: SubIFDs are IFD or LONG.
    outcome = ready(dng(pointer_kind=pointer_kind, filler=20_000))
    assert outcome.content_type == sniff.DNG
    assert (outcome.width, outcome.height) == (160, 96)
    assert shows_the_quarters(opened(outcome.preview))


def test_dng_without_a_jpeg_shows_its_bare_copy_upright() -> None:
    # Android's DngCreator writes a copy of at most 256 pixels, bare, and no JPEG.
    outcome = ready(dng(jpegs=(b"sensor", b"numbers")))
    assert outcome.content_type == sniff.DNG
    assert (outcome.width, outcome.height) == (192, 256)
    assert shows_the_quarters(opened(outcome.preview))


@pytest.mark.parametrize("pointer_kind", [LONG, IFD])
def test_exif_directories_are_followed_by_pointers_of_either_kind(pointer_kind: int) -> None:
    # ExifTool reads both; TIFF Technical Note 1 names type 13 for such pointers.
    block = exif_block({}, {0x9003: (ASCII, b"2024:05:01 10:00:00\0")})
    block = block.replace(
        struct.pack("<HH", 0x8769, LONG), struct.pack("<HH", 0x8769, pointer_kind)
    )
    assert str(read_metadata(block).taken_at) == "2024-05-01 10:00:00"
    block = block.replace(struct.pack("<H", 0x8769), struct.pack("<H", 0x8825))
    block = block.replace(struct.pack("<HH", 0x9003, ASCII), struct.pack("<HH", 1, ASCII))
    assert read_metadata(block) == PictureMetadata()


def big_tiff(*entries: Entry) -> bytes:
    """A BigTIFF of one directory; its values at most eight bytes long or places."""
    body = b"".join(
        struct.pack("<HHQ", tag, kind, count) + value.ljust(8, b"\0")
        for tag, kind, count, value in sorted(entries)
    )
    head = b"II+\0" + struct.pack("<HHQ", 8, 0, 16)
    return head + struct.pack("<Q", len(entries)) + body + bytes(8)


def test_big_tiff_tells_its_description_and_camera() -> None:
    # https://libtiff.gitlab.io/libtiff/specification/bigtiff.html
    file = bytearray(saved(quarters(), "TIFF", big_tiff=True, description="Mender of nets"))
    assert file[:4] == b"II+\0"
    assert ready(bytes(file)).metadata.caption == "Mender of nets"


@pytest.mark.parametrize("pointer_kind", [LONG, IFD, LONG8, IFD8])
def test_big_tiff_points_to_its_directories(pointer_kind: int) -> None:
    empty = big_tiff((0x8769, pointer_kind, 1, b""), (0x010F, ASCII, 8, b"Scanner\0"))
    second = struct.pack("<Q", 1) + struct.pack("<HHQ", 0x9003, ASCII, 20)
    text_at = len(empty) + len(second) + 16
    second += struct.pack("<QQ", text_at, 0) + b"2024:05:01 10:00:00\0"
    whole = empty.replace(
        struct.pack("<HHQQ", 0x8769, pointer_kind, 1, 0),
        struct.pack("<HHQQ", 0x8769, pointer_kind, 1, len(empty)),
    )
    found = read_metadata(whole + second)
    assert (found.make, str(found.taken_at)) == ("Scanner", "2024-05-01 10:00:00")


def test_text_in_utf_8_is_read_and_an_unknown_kind_hides_nothing() -> None:
    # CIPA DC-008-2023 (EXIF 3.0), 4.6.2: type 129 is UTF-8. exifr loses every tag then.
    found = read_metadata(
        exif_block(
            {
                0x010F: (UTF8, "Größe".encode()),
                0x0110: (200, b"????????"),
                0x010E: (ASCII, b"Net\0"),
            },
            {0x920A: (77, b"????????????"), 0x9003: (UTF8, b"2024:05:01 10:00:00\0")},
        )
    )
    assert (found.make, found.model, found.caption) == ("Größe", None, "Net")
    assert str(found.taken_at) == "2024-05-01 10:00:00"


def test_no_bytes_of_directories_raise() -> None:
    wholes = (dng(pointer_kind=IFD), big_tiff((0x8769, IFD8, 1, b""), (0x0111, 12, 1, b"")))
    for seed in range(300):
        chance = random.Random(seed)  # noqa: S311 - the same chances each time
        whole = wholes[seed % 2]
        hostile = bytearray(whole)
        places = [*range(64), *range(len(whole) - 250, len(whole))] if seed % 2 == 0 else range(64)
        for _ in range(chance.randrange(1, 16)):
            hostile[chance.choice(places) % len(hostile)] = chance.choice(
                (0, 255, chance.randrange(256))
            )
        bad = bytes(hostile)
        read_metadata(bad)
        render(bad)
