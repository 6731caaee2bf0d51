"""Words about a picture: half a gigabyte of them, a hundred thousand pieces, or calls elsewhere."""

import struct
import zlib
from collections.abc import Iterator
from functools import cache

from tests.media.hostile.bad_file import READY, BadFile
from tests.media.samples import (
    EVERY_TYPE,
    exif_block,
    png,
    png_chunk,
    quarters,
    saved,
    with_segment,
)

KIND = "metadata bomb"
_WHOLE_PIXELS = png_chunk(b"IDAT", zlib.compress(bytes(64 * (1 + 64 * 3))))


def metadata_bombs(witness: str) -> Iterator[BadFile]:
    """All of them are pictures, and come out as such. XMP asks for the witness."""
    for name, content in (*_chunks(), *_blocks(), *_packets(witness), *_profiles()):
        yield BadFile(kind=KIND, name=name, content=content, ends=READY)


@cache
def half_a_gigabyte() -> bytes:
    """Half a gigabyte of zeros, deflated: half a megabyte."""
    deflated = zlib.compressobj(9)
    nothing = bytes(1 << 20)
    return b"".join(deflated.compress(nothing) for _ in range(512)) + deflated.flush()


Named = Iterator[tuple[str, bytes]]


def _chunks() -> Named:
    inflating = half_a_gigabyte()
    chunks = {
        "zTXt": png_chunk(b"zTXt", b"a\0\0" + inflating),
        "iCCP": png_chunk(b"iCCP", b"a\0\0" + inflating),
        "iTXt": png_chunk(b"iTXt", b"a\0\1\0\0\0" + inflating),
        "XMP in iTXt": png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + inflating),
        "profile in zTXt": png_chunk(b"zTXt", b"Raw profile type exif\0\0" + inflating),
        "100,000 tEXt": png_chunk(b"tEXt", b"a\0b") * 100_000,
        "100,000 unknown": png_chunk(b"prVt", b"a") * 100_000,
        "100,000 zTXt": png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1000))) * 100_000,
        "two palettes": png_chunk(b"PLTE", bytes(3 * 256)) * 2,
    }
    for name, chunk in chunks.items():
        yield f"{name}.png", png(64, 64, chunk, _WHOLE_PIXELS)
    behind = png(64, 64, _WHOLE_PIXELS, chunks["iTXt"], chunks["100,000 tEXt"])
    yield "behind the pixels.png", behind
    jpeg = EVERY_TYPE["image/jpeg"]
    yield "20,000 comments.jpg", jpeg[:2] + b"\xff\xfe\0\3x" * 20_000 + jpeg[2:]
    applications = struct.pack(">BBH", 0xFF, 0xE9, 0xFFFF) + bytes(0xFFFD)
    yield "300 full segments.jpg", jpeg[:2] + applications * 300 + jpeg[2:]
    yield "fill bytes.jpg", jpeg[:2] + b"\xff" * 1_000_000 + jpeg[2:]
    webp = saved(quarters(), "WEBP", exif=b"Exif\0\0II*\0")
    body = webp[12:] + b"UNKN\2\0\0\0xx" * 100_000
    yield "100,000 chunks.webp", b"RIFF" + struct.pack("<L", 4 + len(body)) + b"WEBP" + body


def _blocks() -> Named:
    for name, exif in {
        "endless directory": b"II*\0\x08\0\0\0\xff\xff" + bytes(5_000),
        "directory in itself": b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHLL", 0x8769, 4, 1, 8),
        "directory outside": b"II*\0\xf0\xff\xff\xff",
        "no order": b"XX*\0\x08\0\0\0",
        "four billion values": b"II*\0\x08\0\0\0\1\0"
        + struct.pack("<HHLL", 0x010E, 2, 2**32 - 1, 8)
        + bytes(4),
        "odd types": exif_block({0x010F: (99, b"x"), 0x0112: (12, bytes(8))}, {}),
        "nothing but NUL": exif_block({0x010F: (2, bytes(60_000))}, {}),
        "noise": bytes(n * 7919 % 251 for n in range(60_000)),
        "divided by zero": exif_block({}, {0x829A: (5, bytes(8)), 0x829D: (5, b"\xff" * 8)}),
    }.items():
        marked = b"Exif\0\0" + exif
        yield f"exif {name}.jpg", with_segment(EVERY_TYPE["image/jpeg"], 0xE1, marked[:65_000])
        yield f"exif {name}.png", png(64, 64, png_chunk(b"eXIf", exif), _WHOLE_PIXELS)
    for name, iptc in {
        "records without end": b"\x1c\x02\x78\xff\xff" * 5_000,
        "resources without end": b"8BIM\x04\x04\0\0\xff\xff\xff\xff",
        "noise": bytes(n * 7919 % 251 for n in range(60_000)),
    }.items():
        marked = b"Photoshop 3.0\0" + iptc
        yield f"iptc {name}.jpg", with_segment(EVERY_TYPE["image/jpeg"], 0xED, marked)


def _packets(witness: str) -> Named:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    deep, wide = "<a>" * 50_000, "<a/>" * 200_000
    many = "".join(f' a{n}="x"' for n in range(50_000))
    packets = {
        "laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{lol}]><x>&l9;</x>',
        "quadratic": f'<!DOCTYPE x [<!ENTITY a "{"a" * 30_000}">]><x>{"&a;" * 10_000}</x>',
        "a file": f'<!DOCTYPE x [<!ENTITY f SYSTEM "{witness}">]><x>&f;</x>',
        "a parameter": f'<!DOCTYPE x [<!ENTITY % f SYSTEM "{witness}">%f;]><x/>',
        "a document type elsewhere": f'<!DOCTYPE x SYSTEM "{witness}"><x/>',
        "an inclusion": '<x xmlns:i="http://www.w3.org/2001/XInclude">'
        f'<i:include href="{witness}" parse="text"/></x>',
        "a style sheet": f'<?xml-stylesheet href="{witness}"?><x/>',
        "deep": deep,
        "wide": f"<x>{wide}</x>",
        "many attributes": f"<x{many}/>",
        "another encoding": '<?xml version="1.0" encoding="utf-7"?><x/>',
        "no encoding": '<?xml version="1.0" encoding="../../etc/passwd"?><x/>',
    }
    for name, packet in packets.items():
        chunk = png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet.encode())
        yield f"xmp {name}.png", png(64, 64, chunk, _WHOLE_PIXELS)
        if len(packet) < 60_000:
            marked = b"http://ns.adobe.com/xap/1.0/\0" + packet.encode()
            yield f"xmp {name}.jpg", with_segment(EVERY_TYPE["image/jpeg"], 0xE1, marked)


def _profiles() -> Named:
    """Profiles that lie about their tables, and are left aside."""
    head = bytearray(128)
    head[36:40], head[16:20], head[12:16], head[20:24] = b"acsp", b"RGB ", b"mntr", b"XYZ "
    table = struct.pack(">L", 2**32 - 1) + struct.pack(">4sLL", b"rTRC", 2**32 - 1, 2**32 - 1) * 9
    curve = struct.pack(">4sLL", b"curv", 0, 2**32 - 1)
    tags = b"".join(
        struct.pack(">4sLL", name, 128 + 4 + 12 * 6, 12)
        for name in (b"rTRC", b"gTRC", b"bTRC", b"rXYZ", b"gXYZ", b"bXYZ")
    )
    for name, profile in {
        "endless table": bytes(head) + table,
        "endless curves": bytes(head) + struct.pack(">L", 6) + tags + curve,
        "header alone": bytes(head),
        "noise": bytes(n * 7919 % 251 for n in range(50_000)),
        "of ink": bytes(head[:16]) + b"CMYK" + bytes(head[20:]),
    }.items():
        for kind, suffix in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tif")):
            yield f"icc {name}.{suffix}", saved(quarters(), kind, icc_profile=profile)
