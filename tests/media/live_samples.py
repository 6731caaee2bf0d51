"""Live Photos as Apple writes them: a still with a maker note, and a MOV with metadata by keys."""

import struct

from app.media.formats.heif_items import read_items
from tests.media.motion_samples import VIDEO
from tests.media.raw_samples import box
from tests.media.samples import exif_block, quarters, saved

IDENTIFIER = "8AC8F0BF-2B0E-4A5C-9D2B-4A4D4CDB9F01"
TAKEN = b"2024:05:03 14:05:06"
CANARY = "+48.8582+002.2945+035.000/"


def maker_note(identifier: str, *, order: str = ">") -> bytes:
    """Apple's: a name, the order of bytes, and a directory whose places count from the name on."""
    text = identifier.encode() + b"\0"
    head = b"Apple iOS\0\0\1" + (b"MM" if order == ">" else b"II")
    entries = struct.pack(order + "HHLL", 1, 9, 1, 12)  # its version
    at = len(head) + 2 + 2 * 12 + 4
    entries += struct.pack(order + "HHLL", 0x0011, 2, len(text), at)
    return head + struct.pack(order + "H", 2) + entries + bytes(4) + text


def still(
    identifier: str | None = IDENTIFIER, *, kind: str = "JPEG", taken: bytes = TAKEN, seed: int = 0
) -> bytes:
    """A still, of other bytes for each seed."""
    second = {0x9003: (2, taken + b"\0"), 0x9011: (2, b"+02:00\0")}
    if identifier is not None:
        second[0x927C] = (7, maker_note(identifier))
    exif = b"Exif\0\0" + exif_block({0x010F: (2, b"Apple\0")}, second, order=">")
    return saved(quarters(160 + 2 * seed, 96), kind, exif=exif)


def keys(said: dict[str, str]) -> bytes:
    """Apple's box of metadata by keys."""
    names = b"".join(box(b"mdta", name.encode()) for name in said)
    values = b"".join(
        box(struct.pack(">L", number), box(b"data", struct.pack(">LL", 1, 0) + text.encode()))
        for number, text in enumerate(said.values(), 1)
    )
    handler = box(b"hdlr", bytes(8) + b"mdta" + bytes(13))
    return box(
        b"meta",
        handler + box(b"keys", struct.pack(">LL", 0, len(said)) + names) + box(b"ilst", values),
    )


def movie(
    identifier: str | None = IDENTIFIER,
    *,
    taken: str | None = "2024-05-03T14:05:06+0200",
    place: str | None = CANARY,
    brand: bytes = b"qt  ",
    more: bytes = b"",
    seed: int = 0,
    seconds: int | None = None,
) -> bytes:
    """A MOV that a browser without H.264 plays, too, of other bytes for each seed.

    It says that it plays for so long.
    """
    said = {
        "com.apple.quicktime.content.identifier": identifier,
        "com.apple.quicktime.creationdate": taken,
        "com.apple.quicktime.location.ISO6709": place,
        "com.apple.quicktime.make": "Apple",
        "com.apple.quicktime.model": "iPhone 15 Pro",
    }
    meta = keys({name: text for name, text in said.items() if text is not None})
    head = len(box(b"ftyp", VIDEO[8:28]))
    index_end = head + int.from_bytes(VIDEO[head : head + 4], "big")
    index, rest = bytearray(VIDEO[head + 8 : index_end]), VIDEO[index_end:]
    # The index comes last: bytes of frames begin earlier by its length, and later by what is free.
    free = box(b"free", struct.pack(">L", seed))
    if seconds is not None:
        head_at = index.index(b"mvhd") + 16
        (scale,) = struct.unpack_from(">L", index, head_at)
        struct.pack_into(">L", index, head_at + 4, scale * seconds)
    at = index.index(b"stco") + 12
    (first,) = struct.unpack_from(">L", index, at)
    struct.pack_into(">L", index, at, first - (index_end - head) + len(free))
    start = box(b"ftyp", brand + VIDEO[12:28])
    return start + free + rest + box(b"moov", bytes(index) + meta + more)


def one_frame(
    *,
    kind: str = "HEIC",
    matrix: tuple[int, ...] = (1, 0, 0, 1),
    seed: int = 0,
    changed: dict[str, bytes] | None = None,
    taken: str | None = None,
) -> bytes:
    """A MOV of one frame, coded as the quarters of a picture are: what a phone's video begins with.

    changed gives boxes of the sample table other contents.
    """
    picture = saved(quarters(160 + 2 * seed, 96), kind, quality=90)
    content_type = {"HEIC": "image/heic", "AVIF": "image/avif"}[kind]
    items = read_items(picture)
    assert items is not None
    properties = {each.kind: bytes(each.content) for each in items.properties(items.primary)}
    entry, configuration = {
        "image/heic": (b"hvc1", b"hvcC"),
        "image/avif": (b"av01", b"av1C"),
    }[content_type]
    sample = items.content(items.primary)
    head = box(b"ftyp", b"qt  " + bytes(4))
    described = box(
        entry,
        bytes(6)
        + struct.pack(">H", 1)
        + bytes(16)
        + struct.pack(">HH", 160 + 2 * seed, 96)
        + bytes(50)
        + box(configuration, properties[configuration]),
    )
    table = {
        "stsd": struct.pack(">LL", 0, 1) + described,
        "stsz": struct.pack(">LLLL", 0, 0, 1, len(sample)),
        "stco": struct.pack(">LLL", 0, 1, len(head) + 8),
    } | (changed or {})
    a, b, c, d = (each << 16 for each in matrix)
    track = struct.pack(">10L", 7, 0, 0, 1, 0, 2000, 0, 0, 0, 0) + struct.pack(
        ">9lLL", a, b, 0, c, d, 0, 0, 0, 1 << 30, (160 + 2 * seed) << 16, 96 << 16
    )
    boxes = b"".join(box(name.encode(), content) for name, content in table.items())
    media = box(b"hdlr", bytes(8) + b"vide" + bytes(13)) + box(b"minf", box(b"stbl", boxes))
    index = box(b"mvhd", struct.pack(">5L", 0, 0, 0, 1000, 2000) + bytes(80)) + box(
        b"trak", box(b"tkhd", track) + box(b"mdia", media)
    )
    if taken is not None:
        index += keys({"com.apple.quicktime.creationdate": taken})
    return head + box(b"mdat", sample) + box(b"moov", index)
