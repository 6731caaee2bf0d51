"""Raw files as cameras lay them out, small: containers around a JPEG, and noise for a sensor."""

import struct

from PIL import Image

from tests.media.samples import exif_block, quarters, saved

SENSOR = bytes(range(256)) * 8
SMALL = saved(Image.new("RGB", (32, 24), (120, 120, 120)), "JPEG")
# It lies on its side: the container says how to turn it.
LARGE = saved(quarters().transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95)
ORIENTATION = 6

Value = tuple[int, bytes]


def number(value: int) -> Value:
    """A LONG."""
    return 4, struct.pack("<L", value)


def text(value: str) -> Value:
    """ASCII."""
    return 2, value.encode() + b"\0"


def tiff(
    *directories: dict[int, Value], parts: tuple[bytes, ...], magic: bytes = b"II*\0"
) -> bytes:
    """A TIFF of directories in a chain. Where a value is PLACE + n, the n-th part's place goes."""
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}
    starts, at = [], 16
    for directory in directories:
        starts.append(at)
        at += 2 + 12 * len(directory) + 4
    values = b""
    long = (raw for each in directories for kind, raw in each.values() if kind != 7)
    places = [at + sum(len(raw) for raw in long if len(raw) > 4)]
    for part in parts:
        places.append(places[-1] + len(part))
    body = b""
    for index, directory in enumerate(directories):
        body += struct.pack("<H", len(directory))
        for tag, (kind, raw) in sorted(directory.items()):
            value = raw
            if kind == 4 and struct.unpack("<L", raw)[0] >= PLACE:
                value = struct.pack("<L", places[struct.unpack("<L", raw)[0] - PLACE])
            count = len(value) // sizes[kind]
            if kind == 7 and len(value) == 8:  # a length and a part: Panasonic's picture
                length, part_number = struct.unpack("<LL", value)
                body += struct.pack("<HHLL", tag, 7, length, places[part_number])
            elif len(value) <= 4:
                body += struct.pack("<HHL", tag, kind, count) + value.ljust(4, b"\0")
            else:
                body += struct.pack("<HHLL", tag, kind, count, at + len(values))
                values += value
        following = starts[index + 1] if index + 1 < len(starts) else 0
        body += struct.pack("<L", following)
    return (
        (magic[:4] + struct.pack("<L", 16) + magic[4:]).ljust(16, b"\0")
        + body
        + values
        + b"".join(parts)
    )


PLACE = 0xF0000000
STRIP = {0x0111: number(PLACE + 2), 0x0117: number(len(SENSOR))}


def first(make: str) -> dict[int, Value]:
    """The first directory: a small copy, and what the camera says of itself."""
    return {
        0x00FE: number(1),
        0x010F: text(make),
        0x0110: text("Box One"),
        0x0112: (3, struct.pack("<H", ORIENTATION)),
        0x0201: number(PLACE),
        0x0202: number(len(SMALL)),
    }


def _with_large(
    make: str, *, more: dict[int, Value] | None = None, magic: bytes = b"II*\0"
) -> bytes:
    large = {0x0103: number(6), 0x0201: number(PLACE + 1), 0x0202: number(len(LARGE))}
    sensor = {0x0100: number(6000), 0x0101: number(4000), 0x0106: number(32803), **STRIP}
    parts = (SMALL, LARGE, SENSOR)
    return tiff({**first(make), **(more or {})}, large, sensor, parts=parts, magic=magic)


def box(kind: bytes, content: bytes) -> bytes:
    """A box of ISO-BMFF."""
    return struct.pack(">L4s", 8 + len(content), kind) + content


def cr3(*, large: bytes = LARGE) -> bytes:
    """Canon's: metadata in moov, a preview of its own, and the large picture in mdat."""
    facts = exif_block(
        {0x010F: text("Canon"), 0x0110: text("Box One"), 0x0112: (3, struct.pack("<H", 6))}, {}
    )
    taken = tiff({0x9003: text("2024:05:03 14:05:06")}, parts=())
    preview = box(b"PRVW", bytes(16) + SMALL)

    def laid(place: int) -> bytes:
        sizes = box(b"stsz", struct.pack(">LLL", 0, len(large), 1))
        places = box(b"co64", struct.pack(">LLQ", 0, 1, place))
        track = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", sizes + places))))
        name = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
        blocks = box(b"CMT1", facts) + box(b"CMT2", taken)
        own = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16") + bytes(8) + preview
        head = box(b"ftyp", b"crx \0\0\0\1crx isom") + box(
            b"moov", box(b"uuid", name + blocks) + track
        )
        return head + box(b"uuid", own)

    head = laid(0)
    return laid(len(head) + 8) + box(b"mdat", large + SENSOR)


def raf() -> bytes:
    """Fuji's: a header with places, the JPEG with all of the metadata."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "FUJIFILM", "Box One", ORIENTATION
    exif.get_ifd(0x8769)[0x9003] = "2024:05:03 14:05:06"
    side = quarters().transpose(Image.Transpose.ROTATE_90)
    jpeg = saved(side, "JPEG", quality=95, exif=exif.tobytes())
    head = b"FUJIFILMCCD-RAW 0201FF389501Box One".ljust(84, b"\0")
    places = struct.pack(">LLLLLL", 108, len(jpeg), 108, 0, 108 + len(jpeg), len(SENSOR))
    return head + places + jpeg + SENSOR


def rw2() -> bytes:
    """Panasonic's: TIFF with a number of its own, the JPEG as a tag."""
    jpeg_tag = (7, struct.pack("<LL", len(LARGE), 0))
    directory = {0x002E: jpeg_tag, 0x010F: text("Panasonic"), 0x0110: text("Box One")}
    directory[0x0112] = (3, struct.pack("<H", ORIENTATION))
    return tiff(directory, parts=(LARGE, SENSOR), magic=b"IIU\0")


RAW = {
    "image/x-adobe-dng": _with_large("Pinhole", more={0xC612: (1, b"\1\4\0\0")}),
    "image/x-nikon-nef": _with_large("NIKON CORPORATION"),
    "image/x-sony-arw": _with_large("SONY"),
    "image/x-canon-cr2": _with_large("Canon", magic=b"II*\0CR\2\0"),
    "image/x-canon-cr3": cr3(),
    "image/x-fuji-raf": raf(),
    "image/x-panasonic-rw2": rw2(),
}
