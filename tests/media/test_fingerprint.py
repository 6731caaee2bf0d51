"""Fingerprints: the same for the same picture in another size, and none of what is flat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pyvips  # type: ignore[import-untyped]

from app.media.decode.decoder import render
from app.media.fingerprints import GREY_SIDE, WAVES, WINDOWS, Fingerprint, window
from app.media.results import Rendered
from app.media.sandbox.pool import DecoderPool
from tests.media.child_processes import file
from tests.media.samples import saved
from tests.support.edited_photos import SIZE, edited, scene

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

# Of 63 bits; those of two different pictures differ by half of them.
FEW = 6


def made(photo: Image.Image) -> Fingerprint:
    outcome = render(saved(photo, "PNG"))
    assert isinstance(outcome, Rendered)
    assert outcome.fingerprint
    return Fingerprint.unpack(outcome.fingerprint)


def apart(one: int, other: int) -> int:
    return (one ^ other).bit_count()


def test_middles_of_a_photo_and_of_its_small_copy_are_the_same() -> None:
    photo = scene(1)
    whole, small = made(photo), made(edited(photo, "a quarter as large", seed=1))
    assert apart(whole.hashes[0], small.hashes[0]) <= FEW
    assert apart(whole.hashes[0], made(scene(2)).hashes[0]) > 3 * FEW


def test_middle_of_a_cropped_photo_is_in_a_window_of_the_whole() -> None:
    photo = scene(3)
    width, height = SIZE
    cropped = made(photo.crop((0, 0, round(width * 0.94), round(height * 0.94))))
    distances = [apart(cropped.hashes[0], each) for each in made(photo).hashes]
    # Twelve is what is looked at: app/library/compare.py.
    assert min(distances) <= 12 < distances[0]


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_what_is_flat_has_none(shade: int) -> None:
    flat = pyvips.Image.black(640, 480, bands=3) + shade
    outcome = render(bytes(flat.cast("uchar").pngsave_buffer()))
    assert isinstance(outcome, Rendered)
    assert outcome.preview
    assert outcome.fingerprint is None


def test_what_cannot_be_seen_does_not_count() -> None:
    across = pyvips.Image.xyz(64, 64)[0] * 4
    hidden = across.bandjoin([across, across, across * 0]).cast("uchar")
    outcome = render(bytes(hidden.pngsave_buffer()))
    assert isinstance(outcome, Rendered)
    assert outcome.fingerprint is None


def test_confined_child_makes_one(tmp_path: Path) -> None:
    with DecoderPool(children=1) as decoders:
        outcome = decoders.render(file(tmp_path, saved(scene(4), "JPEG")))
    assert isinstance(outcome, Rendered)
    assert outcome.fingerprint
    assert len(Fingerprint.unpack(outcome.fingerprint).hashes) == len(WINDOWS)


def test_windows_lie_within_the_picture() -> None:
    for left, top, right, bottom in WINDOWS:
        assert 0 <= left < right <= GREY_SIDE
        assert 0 <= top < bottom <= GREY_SIDE
    assert window(1.0) == (0, 0, GREY_SIDE, GREY_SIDE)


def test_hash_of_64_bits_is_refused() -> None:
    packed = bytearray(made(scene(5)).pack())
    assert Fingerprint.unpack(bytes(packed)).hashes[0] < 1 << WAVES
    packed[-8] |= 0x80
    with pytest.raises(ValueError, match="64 bits"):
        Fingerprint.unpack(bytes(packed))
