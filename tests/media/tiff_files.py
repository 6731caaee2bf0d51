"""TIFF files put together tag by tag, in kinds that no library at hand writes."""

import struct
import zlib
from collections.abc import Sequence

from PIL import Image

from tests.media.samples import quarters, saved

# tag -> (type 3 for 16 bits or 4 for 32, numbers)
Tags = dict[int, tuple[int, list[int]]]

_STRIPS, _TILES = (273, 279), (324, 325)


class _File:
    """A little-endian TIFF that grows; everything in it begins at an even place."""

    def __init__(self) -> None:
        self._content = bytearray(b"II*\0\0\0\0\0")

    def put(self, part: bytes) -> int:
        """Add a part; return where it is."""
        self._content += bytes(len(self._content) % 2)
        at = len(self._content)
        self._content += part
        return at

    def closed(self, tags: Tags) -> bytes:
        """The whole file, with its directory at the end."""
        entries = b""
        for tag, (kind, numbers) in sorted(tags.items()):
            packed = struct.pack(f"<{len(numbers)}{'H' if kind == 3 else 'L'}", *numbers)
            if len(packed) > 4:
                packed = struct.pack("<L", self.put(packed))
            entries += struct.pack("<HHL", tag, kind, len(numbers)) + packed.ljust(4, b"\0")
        directory = self.put(struct.pack("<H", len(tags)) + entries + bytes(4))
        struct.pack_into("<L", self._content, 4, directory)
        return bytes(self._content)


def tiff(tags: Tags, *parts: bytes, tiled: bool = False) -> bytes:
    """A TIFF of these strips, or tiles."""
    file = _File()
    places, lengths = _TILES if tiled else _STRIPS
    located: Tags = {
        places: (4, [file.put(part) for part in parts]),
        lengths: (4, [len(part) for part in parts]),
    }
    return file.closed(tags | located)


def of_size(width: int, height: int, *, bits: Sequence[int], **tags: int) -> Tags:
    """Tags of a picture in one strip, unless rows says how many rows one has."""
    numbers = {"compression": 259, "photometric": 262, "rows": 278, "planes": 284}
    return {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, list(bits)),
        277: (3, [len(bits)]),
        278: (4, [height]),
        **{numbers[name]: (3, [value]) for name, value in tags.items()},
    }


def grey_of_12_bits() -> bytes:
    """Three bytes for two samples, both 0x800: the middle grey."""
    tags = of_size(64, 64, bits=[12], compression=1, photometric=1)
    return tiff(tags, b"\x80\x08\x00" * (64 * 32))


def cielab() -> bytes:
    """L 53, a 80, b 67 (8 bits, a and b signed) is sRGB's red."""
    tags = of_size(64, 64, bits=[8, 8, 8], compression=1, photometric=8)
    return tiff(tags, struct.pack("Bbb", round(53.24 * 2.55), 80, 67) * (64 * 64))


def planes_apart(compression: str) -> bytes:
    """The quarters in tiles, their colours in planes of their own (PlanarConfiguration 2)."""
    image = quarters(160, 96)
    tiles = [
        Image.frombytes("L", image.size, band.tobytes())
        .crop((left, top, left + 32, top + 32))
        .tobytes()
        for band in image.split()
        for top in range(0, 96, 32)
        for left in range(0, 160, 32)
    ]
    number = 1
    if compression == "deflate":
        number, tiles = 8, [zlib.compress(tile) for tile in tiles]
    tags = of_size(160, 96, bits=[8, 8, 8], compression=number, photometric=2, planes=2)
    del tags[278]
    return tiff(tags | {322: (4, [32]), 323: (4, [32])}, *tiles, tiled=True)


def old_style_jpeg(*, subsampled: bool, in_one_stream: bool) -> bytes:
    """The quarters as TIFF 6.0, section 22, has JPEG (compression 6), a row of blocks a strip.

    The tables stand in tags of their own, or in_one_stream: a whole JPEG is in the file, and the
    strips are parts of it.
    """
    rows = 16 if subsampled else 8
    jpeg = saved(
        quarters(), "JPEG", quality=95, subsampling=2 if subsampled else 0, restart_marker_rows=1
    )
    tables, scan_at = _tables_of(jpeg)
    strips = _between_restarts(jpeg[scan_at:-2])
    assert len(strips) == 96 // rows
    file = _File()
    if in_one_stream:
        begin = file.put(jpeg)
        tags: Tags = {513: (4, [begin]), 514: (4, [len(jpeg)])}
        places = [begin + jpeg.index(strip, scan_at) for strip in strips]
    else:
        # Of each kind of table, one for brightness and one for both colours.
        placed = {name: file.put(table) for name, table in tables.items()}
        kinds = {519: "quantization", 520: "DC", 521: "AC"}
        tags = {
            tag: (4, [placed[kind, number] for number in (0, 1, 1)]) for tag, kind in kinds.items()
        }
        tags |= {515: (3, [160 // rows])}  # blocks between two restarts
        places = [file.put(strip) for strip in strips]
    sampling = [2, 2] if subsampled else [1, 1]
    tags |= of_size(160, 96, bits=[8, 8, 8], compression=6, photometric=6, planes=1, rows=rows)
    tags |= {512: (3, [1]), 530: (3, sampling)}
    tags |= {273: (4, places), 279: (4, [len(strip) for strip in strips])}
    return file.closed(tags)


def _tables_of(jpeg: bytes) -> tuple[dict[tuple[str, int], bytes], int]:
    """The tables of a baseline JPEG as TIFF has them, and where its only scan begins."""
    tables: dict[tuple[str, int], bytes] = {}
    at, marker = 2, 0
    while marker != 0xDA:
        marker, size = jpeg[at + 1], struct.unpack_from(">H", jpeg, at + 2)[0]
        rest, at = jpeg[at + 4 : at + 2 + size], at + 2 + size
        while rest and marker in {0xDB, 0xC4}:
            length = 65 if marker == 0xDB else 17 + sum(rest[1:17])
            kind = "quantization" if marker == 0xDB else ("AC" if rest[0] >> 4 else "DC")
            tables[kind, rest[0] & 15] = rest[1:length]
            rest = rest[length:]
    return tables, at


def _between_restarts(scan: bytes) -> list[bytes]:
    strips, begin = [], 0
    for at in range(len(scan) - 1):
        if scan[at] == 0xFF and 0xD0 <= scan[at + 1] <= 0xD7:
            strips.append(scan[begin:at])
            begin = at + 2
    return [*strips, scan[begin:]]
