"""Which pictures are shown as they were decoded, so that no copy of them is computed."""

import pytest
import pyvips  # type: ignore[import-untyped]

from app.media.colour.cicp import Coding
from app.media.colour.management import is_on_screen, to_screen
from app.media.formats import sniff
from app.media.sandbox.self_test_samples import PROFILES, Profile, Sample, make


def decoded(profile: Profile) -> pyvips.Image:
    jpeg = make(Sample(sniff.JPEG, profile, 8, "none"))
    return pyvips.Image.jpegload_buffer(jpeg).copy_memory()


@pytest.mark.parametrize("profile", PROFILES)
def test_a_photo_said_to_be_on_screen_keeps_every_sample(profile: Profile) -> None:
    image = decoded(profile)
    shown = to_screen(image)
    if is_on_screen(image):
        assert bytes(shown.write_to_memory()) == bytes(image.write_to_memory())


def test_plain_and_wide_gamut_photos_are_on_screen_and_others_are_not() -> None:
    found = {profile for profile in PROFILES if is_on_screen(decoded(profile))}
    assert {"none", "v2", "v4", "p3"} <= found
    assert not found & {"grey", "cmyk"}


def test_a_photo_whose_coding_is_declared_is_not_on_screen() -> None:
    assert not is_on_screen(decoded("none"), Coding(9, 16))


@pytest.mark.parametrize(
    "image",
    [
        pyvips.Image.black(8, 8, bands=3).cast("ushort").copy(interpretation="rgb16"),
        pyvips.Image.black(8, 8),
        pyvips.Image.black(8, 8, bands=5).copy(interpretation="srgb"),
    ],
    ids=["16 bits", "grey", "five bands"],
)
def test_what_must_be_converted_is_not_on_screen(image: pyvips.Image) -> None:
    assert not is_on_screen(image)
