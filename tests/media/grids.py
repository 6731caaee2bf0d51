"""HEIC and AVIF grids of any size, as phones write them, from a few small tiles."""

import io
import struct
from collections.abc import Callable
from itertools import product
from typing import Any

import pillow_heif
from PIL import Image

from tests.media.samples import CORNERS


def box(kind: bytes, *content: bytes) -> bytes:
    """A box of ISO/IEC 14496-12."""
    body = b"".join(content)
    return struct.pack(">L4s", 8 + len(body), kind) + body


def full_box(kind: bytes, *content: bytes, version: int = 0, flags: int = 0) -> bytes:
    """One with a version and flags."""
    return box(kind, struct.pack(">L", version << 24 | flags), *content)


def content_of(file: bytes, kind: bytes) -> bytes:
    """The content of the first box of that kind, wherever it lies."""
    at = file.index(kind) - 4
    (size,) = struct.unpack_from(">L", file, at)
    return file[at + 8 : at + size]


def heic_tile(colour: tuple[int, ...], side: int = 512, **options: Any) -> bytes:
    """A HEIC of one colour; options are those of pillow-heif."""
    deep = options.pop("deep", False)
    if not deep:
        tile = pillow_heif.from_pillow(Image.new("RGB", (side, side), colour))
    else:
        pixel = struct.pack("<3H", *(257 * value for value in colour))
        tile = pillow_heif.from_bytes("RGB;16", (side, side), pixel * side * side)
    file = io.BytesIO()
    tile.save(file, **{"quality": 90, "enc_params": {"preset": "ultrafast"}, **options})
    return file.getvalue()


def avif_tile(colour: tuple[int, ...], side: int = 512, **options: Any) -> bytes:
    """An AVIF of one colour; options are those of Pillow."""
    file = io.BytesIO()
    picture = Image.new("RGB", (side, side), colour)
    picture.save(file, "AVIF", **{"quality": 90, "speed": 10, **options})
    return file.getvalue()


def quartered_grid(
    make_tile: Callable[..., bytes],
    *,
    width: int,
    height: int,
    side: int = 512,
    properties: tuple[bytes, ...] = (),
    **options: Any,
) -> bytes:
    """A grid whose four quarters have four colours, as near as whole tiles come to that.

    properties are further ones of the whole picture, such as irot.
    """
    tiles = [make_tile(colour, side, **options) for colour in CORNERS]
    is_heic = b"hvcC" in tiles[0]
    codec, config = (b"hvc1", b"hvcC") if is_heic else (b"av01", b"av1C")
    columns, rows = -(-width // side), -(-height // side)
    place = struct.Struct(">BBBB HH")
    grid = place.pack(0, 0, rows - 1, columns - 1, width, height)
    payloads = [content_of(tile, b"mdat") for tile in tiles]
    ispe = [
        full_box(b"ispe", struct.pack(">LL", *size)) for size in ((side, side), (width, height))
    ]
    described = [*ispe, *(box(config, content_of(tile, config)) for tile in tiles), *properties]
    which = [
        (2 * row >= rows) * 2 + (2 * column >= columns)
        for row, column in product(range(rows), range(columns))
    ]
    first = 2
    items = range(first, first + len(which))
    infe = [full_box(b"infe", struct.pack(">HH4sB", 1, 0, b"grid", 0), version=2)]
    infe += [
        full_box(b"infe", struct.pack(">HH4sB", item, 0, codec, 0), version=2, flags=1)
        for item in items
    ]
    associations = struct.pack(">HB", 1, 1 + len(properties)) + bytes(
        [2, *(0x80 | 7 + at for at in range(len(properties)))]
    )
    for item, quarter in zip(items, which, strict=True):
        associations += struct.pack(">HBBB", item, 2, 1, 0x80 | 3 + quarter)

    def laid_out(start: int) -> bytes:
        places = [start + len(grid) + sum(map(len, payloads[:quarter])) for quarter in range(4)]
        located = struct.pack(">HHHLL", 1, 0, 1, start, len(grid))
        for item, quarter in zip(items, which, strict=True):
            located += struct.pack(">HHHLL", item, 0, 1, places[quarter], len(payloads[quarter]))
        meta = full_box(
            b"meta",
            full_box(b"hdlr", struct.pack(">L4s12xB", 0, b"pict", 0)),
            full_box(b"pitm", struct.pack(">H", 1)),
            full_box(b"iloc", struct.pack(">BBH", 0x44, 0, 1 + len(which)), located),
            full_box(b"iinf", struct.pack(">H", 1 + len(which)), *infe),
            full_box(
                b"iref",
                box(
                    b"dimg",
                    struct.pack(">HH", 1, len(which)),
                    *(struct.pack(">H", item) for item in items),
                ),
            ),
            box(
                b"iprp",
                box(b"ipco", *described),
                full_box(b"ipma", struct.pack(">L", 1 + len(which)), associations),
            ),
        )
        brand = b"heic" if is_heic else b"avif"
        return box(b"ftyp", brand + bytes(4) + b"mif1" + brand + b"miaf") + meta

    head = laid_out(0)
    head = laid_out(len(head) + 8)
    return head + box(b"mdat", grid, *payloads)


def irot(quarter_turns: int) -> bytes:
    """The property that turns a picture counterclockwise."""
    return box(b"irot", bytes([quarter_turns]))
