"""JPEG XL: bare and in its container, upright, transcoded from JPEG, animated or broken."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pillow_jxl import Encoder

from app.media.decode import jpeg_xl
from app.media.results import Rejected, Rendered
from app.media.sandbox.pool import DecoderPool
from tests.media.samples import exif_block, quarters, saved, with_segment
from tests.media.test_decode import opened, shows_the_quarters

ENCODER: Any = Encoder  # whose types leave arguments out


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as decoders:
        yield decoders


def encoded(
    picture: Image.Image, *, container: bool = False, lossless: bool = True, **blocks: Any
) -> bytes:
    encode = ENCODER(
        mode=picture.mode,
        lossless=lossless,
        quality=100 if lossless else 90,
        decoding_speed=0,
        effort=3,
        use_container=container,
        use_original_profile=False,
        num_threads=0,
    )
    metadata = {"exif": None, "jumb": None, "xmp": None, "compress": False, **blocks}
    return bytes(encode(picture.tobytes(), *picture.size, jpeg_encode=False, **metadata))


def transcoded(jpeg: bytes, size: tuple[int, int]) -> bytes:
    """The JPEG packed so that it can be had back to the byte."""
    encode = ENCODER(
        mode="RGB",
        lossless=True,
        quality=100,
        decoding_speed=0,
        effort=3,
        use_container=True,
        use_original_profile=False,
        num_threads=0,
    )
    return bytes(encode(jpeg, *size, jpeg_encode=True))


def rendered(decoders: DecoderPool, folder: Path, content: bytes) -> Rendered | Rejected:
    original = folder / "original"
    original.write_bytes(content)
    return decoders.render(original)


TURNED = exif_block({0x0112: (3, b"\6\0"), 0x010F: (2, b"Maker\0")}, {})
QUARTERS: dict[str, Callable[[], bytes]] = {
    "bare": lambda: encoded(quarters()),
    "lossy": lambda: encoded(quarters(), lossless=False),
    "in a container": lambda: encoded(quarters(), container=True),
    # Upright pixels, whatever EXIF still says of the camera that took them.
    "EXIF says 6": lambda: encoded(quarters(), container=True, exif=TURNED),
    "with an alpha plane": lambda: encoded(quarters().convert("RGBA")),
    "a packed JPEG": lambda: transcoded(saved(quarters(), "JPEG", quality=95), (160, 96)),
}


@pytest.mark.parametrize("name", QUARTERS)
def test_jxl_is_ready_and_upright(decoders: DecoderPool, tmp_path: Path, name: str) -> None:
    outcome = rendered(decoders, tmp_path, QUARTERS[name]())
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert (outcome.content_type, outcome.width, outcome.height) == ("image/jxl", 160, 96)
    assert shows_the_quarters(opened(outcome.preview))
    assert outcome.metadata.make == ("Maker" if name == "EXIF says 6" else None)


def test_packed_jpeg_is_turned_by_its_own_orientation(
    decoders: DecoderPool, tmp_path: Path
) -> None:
    """What comes back is the JPEG as it was, whose pixels nobody has turned."""
    laid_down = quarters().transpose(Image.Transpose.ROTATE_90)
    jpeg = saved(laid_down, "JPEG", quality=95)
    jpeg = with_segment(jpeg, 0xE1, b"Exif\0\0" + TURNED)
    outcome = rendered(decoders, tmp_path, transcoded(jpeg, laid_down.size))
    assert isinstance(outcome, Rendered)
    assert outcome.outcome == "ready"
    assert (outcome.width, outcome.height) == (160, 96)
    assert shows_the_quarters(opened(outcome.preview))


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (256, 256), (300, 200), (1920, 1080), (5000, 17)])
def test_jxl_header_tells_every_size(size: tuple[int, int]) -> None:
    header = jpeg_xl.read_header(encoded(Image.new("RGB", size)))
    assert (header.width, header.height) == size


def test_broken_jxl_is_damaged_or_refused(decoders: DecoderPool, tmp_path: Path) -> None:
    noise = Image.effect_noise((200, 150), 60).convert("RGB")
    whole = encoded(noise, container=True)
    cut = rendered(decoders, tmp_path, whole[: len(whole) // 2])
    assert isinstance(cut, Rendered)
    assert (cut.outcome, cut.preview) == ("damaged", None)
    assert isinstance(rendered(decoders, tmp_path, b"\xff\x0a"), Rejected)
    assert isinstance(rendered(decoders, tmp_path, whole[:12] + bytes(40)), Rejected)
