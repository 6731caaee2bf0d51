"""Pictures that are whole, but that one decoder or another does not know: ready, or our fault."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from app.images.darkroom import Darkroom
from app.images.outcome import Developed
from tests.images.samples import in_vips, quarters, saved
from tests.images.test_decoding import near, opened, pixel, shows_the_quarters
from tests.pictures import jpeg_of_12_bits


@pytest.fixture(scope="module")
def darkroom() -> Iterator[Darkroom]:
    with Darkroom(children=1) as darkroom:
        yield darkroom


def developed(darkroom: Darkroom, folder: Path, content: bytes) -> Developed:
    original = folder / "original"
    original.write_bytes(content)
    outcome = darkroom.develop(original)
    assert isinstance(outcome, Developed), outcome
    return outcome


def tiff(tags: dict[int, tuple[int, list[int]]], strip: bytes) -> bytes:
    """A little-endian TIFF of one strip: tag -> (type 3 or 4, numbers)."""
    tags = {**tags, 273: (4, [0]), 279: (4, [len(strip)])}
    start = 8 + len(strip) + len(strip) % 2
    heap_at = start + 2 + 12 * len(tags) + 4
    entries, heap = b"", b""
    for tag, (kind, numbers) in sorted(tags.items()):
        values = [8] if tag == 273 else numbers
        packed = struct.pack(f"<{len(values)}{'H' if kind == 3 else 'L'}", *values)
        if len(packed) > 4:
            heap, packed = heap + packed, struct.pack("<L", heap_at + len(heap))
        entries += struct.pack("<HHL", tag, kind, len(values)) + packed.ljust(4, b"\0")
    directory = struct.pack("<H", len(tags)) + entries + bytes(4) + heap
    return b"II*\0" + struct.pack("<L", start) + strip.ljust(start - 8, b"\0") + directory


def of_size(width: int, height: int, **tags: int) -> dict[int, tuple[int, list[int]]]:
    numbers = {"compression": 259, "photometric": 262, "samples": 277}
    return {
        256: (4, [width]),
        257: (4, [height]),
        278: (4, [height]),
        **{numbers[name]: (3, [value]) for name, value in tags.items()},
    }


def grey_of_12_bits() -> bytes:
    """Three bytes for two samples, both 0x800: the middle grey."""
    tags = of_size(64, 64, compression=1, photometric=1, samples=1)
    return tiff({**tags, 258: (3, [12])}, b"\x80\x08\x00" * (64 * 32))


def cielab() -> bytes:
    """L 53, a 80, b 67 (8 bits, a and b signed) is sRGB's red."""
    tags = of_size(64, 64, compression=1, photometric=8, samples=3)
    pixel_bytes = struct.pack("Bbb", round(53.24 * 2.55), 80, 67)
    return tiff({**tags, 258: (3, [8, 8, 8])}, pixel_bytes * (64 * 64))


def planes_apart(compression: str) -> bytes:
    """Tiled, its colours in planes of their own (PlanarConfiguration 2)."""
    image = quarters(160, 96)
    bands = [band.tobytes() for band in image.split()]
    tiles = []
    for band in bands:
        plane = Image.frombytes("L", image.size, band)
        tiles += [
            plane.crop((left, top, left + 32, top + 32)).tobytes()
            for top in range(0, 96, 32)
            for left in range(0, 160, 32)
        ]
    if compression == "deflate":
        tiles = [zlib.compress(tile) for tile in tiles]
    data = b"".join(tiles)
    places, at = [], 8
    for tile in tiles:
        places.append(at)
        at += len(tile)
    tags: dict[int, tuple[int, list[int]]] = {
        256: (4, [160]),
        257: (4, [96]),
        258: (3, [8, 8, 8]),
        259: (3, [8 if compression == "deflate" else 1]),
        262: (3, [2]),
        277: (3, [3]),
        284: (3, [2]),
        322: (4, [32]),
        323: (4, [32]),
        324: (4, places),
        325: (4, [len(tile) for tile in tiles]),
    }
    start = 8 + len(data) + len(data) % 2
    heap_at = start + 2 + 12 * len(tags) + 4
    entries, heap = b"", b""
    for tag, (kind, values) in sorted(tags.items()):
        packed = struct.pack(f"<{len(values)}{'H' if kind == 3 else 'L'}", *values)
        if len(packed) > 4:
            heap, packed = heap + packed, struct.pack("<L", heap_at + len(heap))
        entries += struct.pack("<HHL", tag, kind, len(values)) + packed.ljust(4, b"\0")
    directory = struct.pack("<H", len(tags)) + entries + bytes(4) + heap
    return b"II*\0" + struct.pack("<L", start) + data.ljust(start - 8, b"\0") + directory


def grey_heic(bits: int) -> bytes:
    """Monochrome in so many bits, as night modes write it."""
    file = io.BytesIO()
    middle = struct.pack("<H", 0x8000)
    pillow_heif.options.SAVE_HDR_TO_12_BIT = bits == 12
    try:
        pillow_heif.from_bytes("I;16", (64, 64), middle * 64 * 64).save(file, quality=100)
    finally:
        pillow_heif.options.SAVE_HDR_TO_12_BIT = False
    return file.getvalue()


GREY: dict[str, Callable[[], bytes]] = {
    "TIFF, 12 bits": grey_of_12_bits,
    "HEIC, 10 bits": lambda: grey_heic(10),
    "HEIC, 12 bits": lambda: grey_heic(12),
}


@pytest.mark.parametrize("name", GREY)
def test_grey_of_more_than_8_bits_is_ready(darkroom: Darkroom, tmp_path: Path, name: str) -> None:
    outcome = developed(darkroom, tmp_path, GREY[name]())
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert near(pixel(opened(outcome.preview).convert("RGB"), (32, 32)), (128, 128, 128), within=3)


def test_cielab_of_8_bits_is_ready_in_its_colours(darkroom: Darkroom, tmp_path: Path) -> None:
    outcome = developed(darkroom, tmp_path, cielab())
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert near(pixel(opened(outcome.preview).convert("RGB"), (32, 32)), (255, 0, 0), within=12)


COMPRESSIONS: dict[str, Callable[[], bytes]] = {
    "lzma": lambda: saved(quarters(), "TIFF", compression="lzma"),
    "zstd": lambda: saved(quarters(), "TIFF", compression="zstd"),
    "planes apart": lambda: planes_apart("none"),
    "planes apart, deflate": lambda: planes_apart("deflate"),
    "webp": lambda: bytes(in_vips(quarters()).tiffsave_buffer(compression="webp", lossless=True)),
}


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_tiff_of_an_unusual_kind_is_ready(darkroom: Darkroom, tmp_path: Path, name: str) -> None:
    outcome = developed(darkroom, tmp_path, COMPRESSIONS[name]())
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert shows_the_quarters(opened(outcome.preview))


def test_avif_sequence_of_95_frames_is_ready(darkroom: Darkroom, tmp_path: Path) -> None:
    frames = [quarters().copy() for _ in range(95)]
    film = saved(frames[0], "AVIF", save_all=True, append_images=frames[1:], speed=10, quality=90)
    outcome = developed(darkroom, tmp_path, film)
    assert (outcome.outcome, outcome.reason) == ("ready", None)
    assert (outcome.width, outcome.height) == (160, 96)
    assert shows_the_quarters(opened(outcome.preview))


def test_tiff_cut_before_its_directory_is_kept(darkroom: Darkroom, tmp_path: Path) -> None:
    noise = Image.effect_noise((200, 150), 60).convert("RGB")
    whole = saved(noise, "TIFF", compression="tiff_lzw")
    (directory,) = struct.unpack_from("<L", whole, 4)
    assert directory > len(whole) // 2  # at its end
    outcome = developed(darkroom, tmp_path, whole[: directory - 100])
    assert (outcome.outcome, outcome.reason) == ("damaged", "incomplete")
    assert (outcome.width, outcome.preview) == (0, None)


def test_jpeg_of_12_bits_is_not_called_broken(darkroom: Darkroom, tmp_path: Path) -> None:
    outcome = developed(darkroom, tmp_path, jpeg_of_12_bits().content)
    assert (outcome.outcome, outcome.reason) == ("damaged", "undecodable")
    assert outcome.preview is None


def test_what_is_all_zero_from_a_decoder_that_warned_is_not_ready(
    darkroom: Darkroom, tmp_path: Path
) -> None:
    """Compression 6 (old-style JPEG) without the tables that it needs."""
    tags = of_size(64, 64, compression=6, photometric=6, samples=3)
    outcome = developed(darkroom, tmp_path, tiff({**tags, 258: (3, [8, 8, 8])}, bytes(500)))
    assert outcome.outcome == "damaged"
    assert outcome.preview is None
