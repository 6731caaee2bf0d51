"""Every kind of picture through a confined child: nothing may be loaded too late."""

import logging
import shutil
import sys
from collections.abc import Iterator
from itertools import groupby, product
from pathlib import Path
from typing import NamedTuple

import pytest

from app.media.formats import sniff
from app.media.results import Rendered
from app.media.sandbox import child
from app.media.sandbox import pool as decoder_module
from app.media.sandbox.pool import DecoderPool
from app.media.sandbox.self_test_samples import (
    METADATA,
    PROFILES,
    Sample,
    every_sample,
    is_decoded_at_start,
    make,
    make_raw,
)
from tests.media.raw_samples import OTHERWISE, RAW

SAMPLES = list(every_sample())
GREY_TIFF_OF_12_BITS = Sample(sniff.TIFF, "none", 12, "none")  # the only one of that depth
FORMATS = [content_type for content_type, _ in groupby(SAMPLES, lambda sample: sample.content_type)]


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as decoders:
        yield decoders


@pytest.mark.parametrize("content_type", FORMATS)
def test_confined_child_every_combination_is_ready_and_imports_nothing(
    decoders: DecoderPool, tmp_path: Path, caplog: pytest.LogCaptureFixture, content_type: str
) -> None:
    caplog.set_level(logging.INFO, logger="app")
    original = tmp_path / "original"
    for sample in SAMPLES:
        if sample.content_type != content_type:
            continue
        original.write_bytes(make(sample))
        outcome = decoders.render(original)
        assert isinstance(outcome, Rendered), sample
        assert outcome.outcome == "ready", (sample, outcome.reason)
        assert outcome.content_type == content_type
        assert_metadata_was_read(sample, outcome)
        assert caplog.messages == [], sample


RAW_PHOTOS = {
    **{f"{name}, as in the self-test": (name, photo) for name, photo in make_raw().items()},
    **{name: (name, photo) for name, photo in RAW.items()},
    **OTHERWISE,
}


def test_confined_child_every_raw_photo_is_ready_and_imports_nothing(
    decoders: DecoderPool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="app")
    original = tmp_path / "original"
    for name, (content_type, photo) in RAW_PHOTOS.items():
        original.write_bytes(photo)
        outcome = decoders.render(original)
        assert isinstance(outcome, Rendered), name
        assert (outcome.outcome, outcome.content_type) == ("ready", content_type), name
        assert caplog.messages == [], name


def assert_metadata_was_read(sample: Sample, outcome: Rendered) -> None:
    found = outcome.metadata
    expected = {"exif": "Küche", "xmp": 3, "iptc": "Süß", "none": None}[sample.metadata]
    assert (found.make or found.rating or found.caption) == expected, sample


def test_samples_are_the_product_but_for_what_a_format_cannot_hold() -> None:
    for content_type in FORMATS:
        samples = [
            s for s in set(SAMPLES) - {GREY_TIFF_OF_12_BITS} if s.content_type == content_type
        ]
        profiles, depths, blocks = (set(values) for values in list(zip(*samples, strict=True))[1:])
        assert {s[1:] for s in samples} == set(product(profiles, depths, blocks)), content_type
        assert len(samples) == len(profiles) * len(depths) * len(blocks)
    assert {sample.profile for sample in SAMPLES} == set(PROFILES)
    assert {sample.metadata for sample in SAMPLES} == set(METADATA)


def test_start_decodes_each_profile_in_each_depth_and_each_metadata() -> None:
    decoded = [sample for sample in SAMPLES if is_decoded_at_start(sample)]
    kinds = [sample[:3] for sample in decoded]
    assert sorted(set(kinds)) == sorted(kinds), "once each"
    assert set(kinds) == {sample[:3] for sample in SAMPLES}
    with_metadata = {(sample.content_type, sample.metadata) for sample in decoded}
    few = {(sniff.JXL, "exif"), (sniff.JXL, "xmp")}  # it has one profile and one depth
    assert with_metadata == {(s.content_type, s.metadata) for s in SAMPLES} - few


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of app/media that the next decoder pool runs."""
    program = Path(child.__file__)
    copied = tmp_path / "app" / "media"
    shutil.copytree(program.parents[1], copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(decoder_module, "_PROGRAM", copied / "sandbox" / program.name)
    return copied


class Need(NamedTuple):
    """Code that one combination alone runs, and that imports something."""

    sample: Sample
    module: str
    before: str  # which line of the module it is put
    condition: str


NEEDS = {
    "the metadata": Need(
        Sample(sniff.PNG, "grey", 16, "iptc"),
        "decode/original.py",
        '        self._exif = self._blocks["exif"]\n        self._turned_by',
        'image.bands == 1 and image.format == "ushort" and self._blocks["iptc"]',
    ),
    "the pixels": Need(
        Sample(sniff.PNG, "grey", 8, "none"),
        "decode/decoder.py",
        "    screen = to_screen(",
        'original.content_type == sniff.PNG and (pixels.bands, pixels.format) == (1, "uchar")',
    ),
}


@pytest.mark.parametrize("need", NEEDS.values(), ids=NEEDS)
def test_what_one_combination_alone_needs_is_imported_at_start(
    copied: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, need: Need
) -> None:
    module = copied / need.module
    text = module.read_text()
    assert text.count(need.before) == 1
    indent = " " * (len(need.before) - len(need.before.lstrip()))
    needing = f"{indent}if {need.condition}:\n{indent}    import wave\n"
    module.write_text(text.replace(need.before, needing + need.before))
    original = tmp_path / "original"
    original.write_bytes(make(need.sample))
    with DecoderPool(children=1) as decoders:
        outcome = decoders.render(original)
    assert isinstance(outcome, Rendered)
    assert outcome.outcome == "ready"
    assert caplog.messages == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere files can still be opened")
def test_late_import_is_logged_as_an_error(copied: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The guard itself: a child that imports something after confinement is found out."""
    # Nobody renders a vision input before confinement, so nothing has loaded this module.
    module = copied / "render" / "vision_input.py"
    text = module.read_text()
    module.write_text(text.replace("    try:", "    try:\n        import wave"))
    with DecoderPool(children=1) as decoders:
        assert decoders.render_vision_input(make(Sample("image/webp", "none", 8, "none"))) is None
    assert any("imported after confinement: wave" in message for message in caplog.messages)
