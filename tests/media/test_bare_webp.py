"""What counts as a bare picture is that and nothing else."""

import os
import struct

import pytest
from PIL import Image

from app.media.formats.bare_webp import MAX_BYTES, NotBareError, check
from app.media.render.vision_input import render_vision_input
from app.media.results import VisionInput
from tests.media.samples import EVERY_TYPE, quarters, saved

SIMPLE = saved(quarters(), "WEBP")
LOSSLESS = saved(quarters(), "WEBP", lossless=True)
HALF_CLEAR = Image.new("RGBA", (1024, 683), (200, 10, 10, 100))
ALPHA = saved(HALF_CLEAR, "WEBP", quality=50)
LOSSLESS_ALPHA = saved(HALF_CLEAR, "WEBP", lossless=True)
BARE = {
    "lossy": SIMPLE,
    "lossless": LOSSLESS,
    "of one pixel": saved(Image.new("RGB", (1, 1)), "WEBP"),
    "as large as it may be": saved(Image.new("RGB", (1024, 1024)), "WEBP"),
    "lossy with alpha": ALPHA,
    "lossless with alpha": LOSSLESS_ALPHA,
}


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<L", len(body)) + body + bytes(len(body) % 2)


def webp(*chunks: bytes) -> bytes:
    return chunk(b"RIFF", b"WEBP" + b"".join(chunks))


def extended(flags: int, width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides)


FRAME = SIMPLE[12:]
SIZE = quarters().size
MOVING = saved(quarters(), "WEBP", save_all=True, append_images=[Image.new("RGB", SIZE)])
NOT_BARE = {
    "nothing": b"",
    "text": b"keys of somebody",
    "a JPEG": EVERY_TYPE["image/jpeg"],
    "a PNG": EVERY_TYPE["image/png"],
    "no chunk": webp(),
    "an early end": SIMPLE[:-20],
    "an end in a chunk's name": webp(FRAME, b"VP"),
    "bytes behind it": SIMPLE + b"keys",
    "bytes behind it, counted": webp(FRAME, b"keys of somebody"),
    "a filler that is none": webp(b"VP8 " + struct.pack("<L", 11) + FRAME[8:19] + b"x"),
    "Exif": saved(quarters(), "WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"),
    "XMP": saved(quarters(), "WEBP", xmp=b"<x/>"),
    "a profile": saved(quarters(), "WEBP", icc_profile=bytes(200)),
    "Exif that no flag tells of": webp(extended(0, *SIZE), FRAME, chunk(b"EXIF", b"keys")),
    "Exif in a simple file": webp(FRAME, chunk(b"EXIF", b"keys")),
    "a flag of Exif": webp(extended(0x18, *SIZE), chunk(b"ALPH", b"\0"), FRAME),
    "an unknown chunk": webp(FRAME, chunk(b"KEYS", b"keys")),
    "an unknown chunk before it": webp(chunk(b"KEYS", b"keys"), FRAME),
    "two pictures": webp(FRAME, FRAME),
    "alpha without its picture": webp(extended(0x10, *SIZE), chunk(b"ALPH", b"keys")),
    "alpha twice": webp(
        extended(0x10, *SIZE), chunk(b"ALPH", b"\0"), chunk(b"ALPH", b"keys"), FRAME
    ),
    "films": MOVING,
    "words where extensions are": webp(
        extended(0x10, *SIZE)[:-2] + b"keys", chunk(b"ALPH", b"\0"), FRAME
    ),
    "a long head": webp(
        chunk(b"VP8X", bytes([16, 0, 0, 0, 159, 0, 0, 95, 0, 0]) + b"keys"),
        chunk(b"ALPH", b"\0"),
        FRAME,
    ),
    "words as a picture": webp(chunk(b"VP8 ", b"keys of somebody")),
    "words as a lossless picture": webp(chunk(b"VP8L", b"keys of somebody")),
    "a lossless picture of no length": webp(chunk(b"VP8L", b"")),
    "a picture of no length": webp(chunk(b"VP8 ", b"")),
    "another size than it says": webp(extended(0x10, 1024, 1024), chunk(b"ALPH", b"\0"), FRAME),
    "too wide": saved(Image.new("RGB", (1025, 1)), "WEBP"),
    "too high": saved(Image.new("RGB", (1, 1025)), "WEBP", lossless=True),
    "no width": webp(chunk(b"VP8 ", FRAME[8:14] + bytes(4) + FRAME[18:])),
    "too long": webp(chunk(b"VP8 ", FRAME[8:] + bytes(MAX_BYTES))),
}


@pytest.mark.parametrize("name", BARE)
def test_bare_picture_is_taken(name: str) -> None:
    check(BARE[name])


@pytest.mark.parametrize("name", NOT_BARE)
def test_anything_else_is_refused(name: str) -> None:
    with pytest.raises(NotBareError):
        check(NOT_BARE[name])


def test_whatever_is_cut_off_is_refused() -> None:
    for length in range(len(ALPHA)):
        with pytest.raises(NotBareError):
            check(ALPHA[:length])


@pytest.mark.parametrize("bands", ["RGB", "RGBA"])
def test_vision_input_of_noise_is_within_bounds(bands: str) -> None:
    noise = Image.frombytes(bands, (1024, 1024), os.urandom(len(bands) << 20))
    vision_input = render_vision_input(saved(noise, "WEBP", lossless=True))
    assert isinstance(vision_input, VisionInput)
    check(vision_input.preview)
