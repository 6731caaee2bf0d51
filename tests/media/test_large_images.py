"""Pictures of 24 to 200 megapixels, through a confined child: ready, each time, in bounds.

Sizes are those that phones and cameras write, and those at which decoders ran out of memory. Where
a grid of tiles is tested, its tiles are few and small, however many times they are shown.
"""

import io
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image

from app.images.darkroom import Darkroom
from app.images.outcome import Developed
from tests.api.conftest import until
from tests.images.grids import avif_tile, heic_tile, irot, quartered_grid
from tests.images.samples import exif_block, in_vips, quarters, saved, with_segment
from tests.images.test_decoding import opened, shows_the_quarters

MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def darkroom() -> Iterator[Darkroom]:
    with Darkroom(children=1, large_memory_bytes=1 << 30) as darkroom:
        yield darkroom


@pytest.fixture(scope="module")
def small_machine() -> Iterator[Darkroom]:
    """One with half of the usual memory, where no picture may have more than the others."""
    with Darkroom(children=1, memory_bytes=232 * MEGABYTE, large_memory_bytes=0) as darkroom:
        yield darkroom


def enlarged(width: int, height: int) -> Any:
    """The quarters in that size, in libvips."""
    zoomed = in_vips(quarters()).zoom(-(-width // 160), -(-height // 96))
    return zoomed.crop(0, 0, width, height)


def jpeg(width: int, height: int, **options: Any) -> bytes:
    return bytes(enlarged(width, height).jpegsave_buffer(Q=70, **options))


def webp(width: int, height: int, **options: Any) -> bytes:
    return bytes(enlarged(width, height).webpsave_buffer(effort=0, **options))


def deep(image: Any) -> Any:
    return (image.cast("ushort") * 257).cast("ushort").copy(interpretation="rgb16")


def avif(width: int, height: int, *, bits: int) -> bytes:
    image = enlarged(width, height)
    return bytes(
        (image if bits == 8 else deep(image)).heifsave_buffer(
            compression="av1", effort=0, Q=60, bitdepth=bits, subsample_mode="off"
        )
    )


def heic_in_one(width: int, height: int, *, chroma: int) -> bytes:
    """One frame of 10 bits, as cameras write it (.HIF), not a grid."""
    pixels = bytes(deep(enlarged(width, height)).write_to_memory())
    file = io.BytesIO()
    pillow_heif.from_bytes("RGB;16", (width, height), pixels).save(
        file, quality=60, chroma=chroma, enc_params={"preset": "ultrafast"}
    )
    return file.getvalue()


SIZES: dict[str, tuple[Callable[[], bytes], tuple[int, int]]] = {
    # Modes of phones.
    "JPEG 108 MP": (lambda: jpeg(12_000, 9_000), (12_000, 9_000)),
    "JPEG 200 MP": (lambda: jpeg(16_320, 12_240), (16_320, 12_240)),
    "progressive JPEG 108 MP": (
        lambda: jpeg(12_000, 9_000, interlace=True),
        (12_000, 9_000),
    ),
    # 24 by 17 and more tiles: libvips opens no more than 256.
    "HEIC of 408 tiles": (
        lambda: quartered_grid(heic_tile, width=12_288, height=8_704),
        (12_288, 8_704),
    ),
    "HEIC of 408 tiles, 10 bits, turned": (
        lambda: quartered_grid(
            heic_tile, width=12_288, height=8_704, deep=True, properties=(irot(2),)
        ),
        (12_288, 8_704),
    ),
    "HEIC 33 MP, 10 bits, 4:2:2": (
        lambda: heic_in_one(7_008, 4_672, chroma=422),
        (7_008, 4_672),
    ),
    "AVIF of 408 tiles": (
        lambda: quartered_grid(avif_tile, width=12_288, height=8_704),
        (12_288, 8_704),
    ),
    "AVIF 50 MP, 10 bits, 4:4:4": (lambda: avif(8_192, 6_144, bits=10), (8_192, 6_144)),
    "WebP 100 MP, lossy": (lambda: webp(11_600, 8_620, Q=60), (11_600, 8_620)),
    "WebP 100 MP, lossless": (lambda: webp(11_600, 8_620, lossless=True), (11_600, 8_620)),
    "PNG 100 MP, interlaced": (
        lambda: bytes(enlarged(11_600, 8_620).pngsave_buffer(compression=1, interlace=True)),
        (11_600, 8_620),
    ),
    "GIF 100 MP": (
        lambda: saved(quarters().quantize(4).resize((11_600, 8_620)), "GIF"),
        (11_600, 8_620),
    ),
    "TIFF 100 MP, in one strip": (
        lambda: saved(quarters(11_600, 8_620), "TIFF", compression="tiff_adobe_deflate"),
        (11_600, 8_620),
    ),
}


@pytest.mark.parametrize("name", SIZES)
def test_large_picture_is_ready_whatever_came_before(
    darkroom: Darkroom, tmp_path: Path, name: str
) -> None:
    make, size = SIZES[name]
    original = tmp_path / "original"
    original.write_bytes(make())
    outcome = darkroom.develop(original)
    assert isinstance(outcome, Developed)
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert (outcome.width, outcome.height) == size
    preview = opened(outcome.preview)
    assert max(preview.size) in range(1500, 2049)
    upright = preview.rotate(180) if "turned" in name else preview
    assert shows_the_quarters(upright)


def with_thumbnail(picture: bytes, thumbnail: bytes) -> bytes:
    """A JPEG whose EXIF holds a small copy in its second directory."""
    block = exif_block({}, {})
    (first,) = struct.unpack_from("<L", block, 4)
    (count,) = struct.unpack_from("<H", block, first)
    at = first + 2 + 12 * count
    directory = len(block)
    place = directory + 2 + 2 * 12 + 4
    second = struct.pack("<H", 2)
    second += struct.pack("<HHLL", 0x0201, 4, 1, place)
    second += struct.pack("<HHLL", 0x0202, 4, 1, len(thumbnail)) + bytes(4)
    block = block[:at] + struct.pack("<L", directory) + block[at + 4 :] + second + thumbnail
    return with_segment(picture, 0xE1, b"Exif\0\0" + block)


def test_picture_too_large_for_the_machine_is_shown_by_the_small_copy_in_it(
    small_machine: Darkroom, tmp_path: Path
) -> None:
    small = saved(quarters(), "JPEG", quality=95)
    large = jpeg(9_000, 6_000, interlace=True)
    original = tmp_path / "original"
    original.write_bytes(with_thumbnail(large, small))
    outcome = small_machine.develop(original)
    assert isinstance(outcome, Developed)
    assert (outcome.outcome, outcome.reason) == ("damaged", "shown_small")
    assert (outcome.width, outcome.height) == (9_000, 6_000)
    assert opened(outcome.preview).size == (160, 96)
    assert shows_the_quarters(opened(outcome.thumbnail))


def test_picture_too_large_for_the_machine_is_kept_without_a_small_copy(
    small_machine: Darkroom, tmp_path: Path
) -> None:
    original = tmp_path / "original"
    original.write_bytes(jpeg(9_000, 6_000, interlace=True))
    outcome = small_machine.develop(original)
    assert isinstance(outcome, Developed)
    assert (outcome.outcome, outcome.reason) == ("damaged", "out_of_memory")
    assert (outcome.width, outcome.height) == (9_000, 6_000)
    # It cost nothing: the same child goes on.
    original.write_bytes(saved(Image.new("RGB", (8, 8)), "PNG"))
    after = small_machine.develop(original)
    assert isinstance(after, Developed)
    assert after.outcome == "ready"


@pytest.mark.parametrize("name", ["HEIC of 408 tiles", "WebP 100 MP, lossy"])
def test_what_is_decoded_in_parts_needs_no_large_machine(
    small_machine: Darkroom, tmp_path: Path, name: str
) -> None:
    original = tmp_path / "original"
    original.write_bytes(SIZES[name][0]())
    outcome = small_machine.develop(original)
    assert isinstance(outcome, Developed)
    assert outcome.outcome == "ready"


def test_large_picture_that_waits_for_memory_leaves_its_slot_to_others(tmp_path: Path) -> None:
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(jpeg(6_000, 4_000, interlace=True))
    small.write_bytes(jpeg(160, 96))
    with (
        Darkroom(children=1, memory_bytes=160 * MEGABYTE, large_memory_bytes=1 << 30) as darkroom,
        ThreadPoolExecutor(2) as threads,
    ):
        # As if another large picture were being decoded.
        grants = darkroom.grants
        with grants.hold(1, background=False, leave=nullcontext):
            waits = threads.submit(darkroom.develop, large)
            until(lambda: grants.waiting)
            outcome = threads.submit(darkroom.develop, small).result(30)
            assert isinstance(outcome, Developed)
            assert outcome.outcome == "ready"
            assert not waits.done()
        outcome = waits.result(60)
    assert isinstance(outcome, Developed)
    assert outcome.outcome == "ready"
