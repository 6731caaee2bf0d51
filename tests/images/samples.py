"""Small pictures in every format, made for tests of the darkroom."""

import io
import struct
import zlib
from typing import Any

import pillow_heif
import pyvips  # type: ignore[import-untyped]
from PIL import Image

RED, GREEN, BLUE, YELLOW = (200, 40, 40), (40, 160, 60), (40, 60, 200), (220, 200, 60)
# The corners of quarters(): top left, top right, bottom left, bottom right.
CORNERS = (RED, GREEN, BLUE, YELLOW)


def quarters(width: int = 160, height: int = 96) -> Image.Image:
    """A picture whose four quarters have four colours: it tells which way up it is."""
    picture = Image.new("RGB", (width, height))
    half_width, half_height = width // 2, height // 2
    picture.paste(RED, (0, 0, half_width, half_height))
    picture.paste(GREEN, (half_width, 0, width, half_height))
    picture.paste(BLUE, (0, half_height, half_width, height))
    picture.paste(YELLOW, (half_width, half_height, width, height))
    return picture


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file. kind is Pillow's name of the format, or HEIC."""
    file = io.BytesIO()
    if kind == "HEIC":
        pillow_heif.from_pillow(picture).save(file, **{"quality": 90, **options})
    else:
        picture.save(file, kind, **options)
    return file.getvalue()


def in_vips(picture: Image.Image) -> Any:
    """The picture as libvips has it."""
    bands = len(picture.getbands())
    space = "srgb" if bands > 2 else "b-w"
    pixels = pyvips.Image.new_from_memory(picture.tobytes(), *picture.size, bands, "uchar")
    return pixels.copy(interpretation=space)


# Each type that is taken in, with the quarters in it.
EVERY_TYPE = {
    "image/jpeg": saved(quarters(), "JPEG", quality=95),
    "image/png": saved(quarters(), "PNG"),
    "image/gif": saved(quarters(), "GIF"),
    "image/webp": saved(quarters(), "WEBP", quality=95),
    "image/avif": saved(quarters(), "AVIF", quality=90),
    "image/heic": saved(quarters(), "HEIC"),
    "image/tiff": saved(quarters(), "TIFF"),
}


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk, its checksum right."""
    head = struct.pack(">L", len(content)) + kind + content
    return head + struct.pack(">L", zlib.crc32(kind + content))


def png(width: int, height: int, *chunks: bytes, bits: int = 8, interlaced: int = 0) -> bytes:
    """A PNG that claims a size, with any chunks between its header and its end."""
    header = struct.pack(">LLBBBBB", width, height, bits, 2, 0, 0, interlaced)
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", png_chunk(b"IHDR", header), *chunks, png_chunk(b"IEND", b""))
    )


def exif_block(
    first: dict[int, tuple[int, bytes]], second: dict[int, tuple[int, bytes]], *, order: str = "<"
) -> bytes:
    """An EXIF block, written by hand: tag -> (type, value bytes) for both directories."""
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 10: 8, 11: 4, 12: 8, 129: 1}
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "L", 8)
    first_end = 8 + 2 + 12 * (len(first) + 1) + 4
    second_end = first_end + 2 + 12 * len(second) + 4
    entries, heap = b"", b""

    def entry(tag: int, kind: int, value: bytes) -> bytes:
        nonlocal heap
        count = len(value) // sizes.get(kind, 1)
        if len(value) <= 4:
            return struct.pack(order + "HHL", tag, kind, count) + value.ljust(4, b"\0")
        heap += value
        return struct.pack(order + "HHLL", tag, kind, count, second_end + len(heap) - len(value))

    entries = struct.pack(order + "H", len(first) + 1)
    for tag, (kind, value) in first.items():
        entries += entry(tag, kind, value)
    entries += struct.pack(order + "HHLL", 0x8769, 4, 1, first_end) + bytes(4)
    entries += struct.pack(order + "H", len(second))
    for tag, (kind, value) in second.items():
        entries += entry(tag, kind, value)
    return head + entries + bytes(4) + heap
