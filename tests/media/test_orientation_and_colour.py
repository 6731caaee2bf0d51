"""Colours that stay right where several things come together: depth, alpha, gamut, orientation."""

import io
import struct

import pillow_heif
import pytest
import pyvips  # type: ignore[import-untyped]
from PIL import Image

from app.media.decode.decoder import render
from tests.media.raw_samples import PLACE, RAW, number, tiff
from tests.media.samples import CORNERS, RED, in_vips, quarters, saved
from tests.media.test_decode import (
    LAID_DOWN,
    in_p3,
    near,
    opened,
    pixel,
    ready,
    shows_the_quarters,
    srgb_of,
)


def deep(image: pyvips.Image) -> pyvips.Image:
    """The same colours in 16 bits, profile and all."""
    wide = (image.cast("ushort") * 257).cast("ushort")
    return wide.copy(interpretation="rgb16")


@pytest.mark.parametrize("kind", [".png", ".tif"])
def test_a_wide_gamut_in_16_bits_stays_wide(kind: str) -> None:
    original = deep(in_p3(quarters())).write_to_buffer(kind, keep="icc")
    preview = opened(ready(original).preview)
    assert "icc_profile" in preview.info
    assert shows_the_quarters(srgb_of(preview))


@pytest.mark.parametrize("kind", [".png", ".tif"])
def test_alpha_in_16_bits_is_kept(kind: str) -> None:
    half = pyvips.Image.black(160, 96) + 128
    original = deep(in_vips(quarters()).bandjoin(half.cast("uchar"))).write_to_buffer(kind)
    preview = opened(ready(original).preview)
    assert preview.mode == "RGBA"
    red, green, blue, alpha = pixel(preview, (20, 20))
    assert near((red, green, blue), RED)
    assert abs(alpha - 128) <= 2


@pytest.mark.parametrize("bits", [10, 12])
def test_avif_in_more_than_8_bits_is_right(bits: int) -> None:
    original = deep(in_vips(quarters())).heifsave_buffer(compression="av1", Q=90, bitdepth=bits)
    assert shows_the_quarters(opened(ready(original).preview))


def test_heic_in_10_bits_is_right() -> None:
    pixels = b"".join(struct.pack("<H", value * 257) for value in quarters().tobytes())
    heif = pillow_heif.from_bytes("RGB;16", (160, 96), pixels)
    file = io.BytesIO()
    heif.save(file, quality=90)
    assert shows_the_quarters(opened(ready(file.getvalue()).preview))


def test_cmyk_in_a_tiff_is_not_inverted() -> None:
    inks = Image.new("CMYK", (160, 96), (0, 255, 255, 0))
    red, green, blue = pixel(opened(ready(saved(inks, "TIFF")).preview), (20, 48))
    assert red > 180
    assert near((green, blue), (30, 30), within=45)


@pytest.mark.parametrize("orientation", LAID_DOWN)
def test_a_raw_photo_is_turned_as_its_container_says(orientation: int) -> None:
    turn = LAID_DOWN[orientation]
    laid = quarters() if turn is None else quarters().transpose(turn)
    original = dng(saved(laid, "JPEG", quality=95), orientation)
    outcome = ready(original)
    assert (outcome.width, outcome.height) == (160, 96)
    assert shows_the_quarters(opened(outcome.preview))


def dng(jpeg: bytes, orientation: int) -> bytes:
    """A DNG that holds this JPEG."""
    directory = {
        0x0112: (3, struct.pack("<H", orientation)),
        0xC612: (1, b"\1\4\0\0"),
        0x0201: number(PLACE),
        0x0202: number(len(jpeg)),
    }
    return tiff(directory, parts=(jpeg,))


def test_the_orientation_of_a_raw_photo_is_applied_once() -> None:
    """By the container's word, although the JPEG in it says the same again."""
    exif = Image.Exif()
    exif[0x0112] = 6
    laid = quarters().transpose(Image.Transpose.ROTATE_90)
    original = dng(saved(laid, "JPEG", quality=95, exif=exif.tobytes()), 6)
    assert shows_the_quarters(opened(ready(original).preview))


def test_the_first_frame_keeps_what_is_clear() -> None:
    frames = [Image.new("RGBA", (64, 48), (*colour, 255)) for colour in CORNERS]
    frames[0].paste((0, 0, 0, 0), (0, 0, 32, 48))
    film = saved(
        frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=50, lossless=True
    )
    preview = opened(ready(film).preview)
    assert pixel(preview, (8, 24))[3] == 0
    assert near(pixel(preview, (56, 24)), (*RED, 255))


@pytest.mark.parametrize("content_type", RAW)
def test_processing_twice_gives_the_same_bytes(content_type: str) -> None:
    """A task may come twice, and what is stored under a name must not change."""
    assert render(RAW[content_type]) == render(RAW[content_type])
