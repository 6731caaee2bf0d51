"""Every kind of picture through a confined child: nothing may be loaded too late."""

import logging
import shutil
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from app.media.results import Rendered
from app.media.sandbox import child
from app.media.sandbox import pool as decoder_module
from app.media.sandbox.pool import DecoderPool
from app.media.sandbox.self_test_samples import (
    METADATA,
    PROFILES,
    Sample,
    every_sample,
    make,
    make_raw,
    some_samples,
)
from tests.media.raw_samples import OTHERWISE, RAW

SAMPLES = list(every_sample())
FORMATS = [content_type for content_type, _ in groupby(SAMPLES, lambda sample: sample.content_type)]


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as decoders:
        yield decoders


@pytest.mark.parametrize("content_type", FORMATS)
def test_confined_child_every_combination_is_ready_and_imports_nothing(
    decoders: DecoderPool, tmp_path: Path, caplog: pytest.LogCaptureFixture, content_type: str
) -> None:
    caplog.set_level(logging.INFO)
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
    **{f"{name}, as rehearsed": (name, photo) for name, photo in make_raw().items()},
    **{name: (name, photo) for name, photo in RAW.items()},
    **OTHERWISE,
}


def test_confined_child_every_raw_photo_is_ready_and_imports_nothing(
    decoders: DecoderPool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
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


def test_rehearsal_meets_each_value_of_each_kind() -> None:
    rehearsed = list(some_samples())
    for content_type in FORMATS:
        for field in ("profile", "depth", "metadata"):
            possible = {getattr(s, field) for s in SAMPLES if s.content_type == content_type}
            met = {getattr(s, field) for s in rehearsed if s.content_type == content_type}
            assert met == possible, (content_type, field)
    assert {sample.profile for sample in SAMPLES} == set(PROFILES)
    assert {sample.metadata for sample in SAMPLES} == set(METADATA)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere files can still be opened")
def test_late_import_is_logged_as_an_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard itself: a child that imports something after confinement is found out."""
    program = Path(child.__file__)
    copied = tmp_path / "app" / "media"
    shutil.copytree(program.parents[1], copied, ignore=shutil.ignore_patterns("__pycache__"))
    # Nobody sketches before confinement, so nothing has loaded this module.
    module = copied / "render" / "vision_input.py"
    text = module.read_text()
    module.write_text(text.replace("    try:", "    try:\n        import wave"))
    monkeypatch.setattr(decoder_module, "_PROGRAM", copied / "sandbox" / program.name)
    with DecoderPool(children=1) as decoders:
        assert decoders.sketch(make(Sample("image/webp", "none", 8, "none"))) is None
    assert any("imported after confinement: wave" in message for message in caplog.messages)
