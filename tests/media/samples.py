"""Small pictures in every format, made for tests of the decoder pool."""

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
    first: dict[int, tuple[int, bytes]],
    second: dict[int, tuple[int, bytes]],
    *,
    order: str = "<",
    place: dict[int, tuple[int, bytes]] | None = None,
) -> bytes:
    """An EXIF block, written by hand: tag -> (type, value bytes) for its directories.

    second is EXIF's own directory; place, if given, that of GPS.
    """
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 10: 8, 11: 4, 12: 8, 129: 1}
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "L", 8)
    pointed = {0x8769: second} if place is None else {0x8769: second, 0x8825: place}
    end = 8 + 2 + 12 * (len(first) + len(pointed)) + 4
    pointers = {}
    for pointer, tags in pointed.items():
        pointers[pointer] = (4, struct.pack(order + "L", end))
        end += 2 + 12 * len(tags) + 4
    heap = b""

    def entry(tag: int, kind: int, value: bytes) -> bytes:
        nonlocal heap
        count = len(value) // sizes.get(kind, 1)
        if len(value) <= 4:
            return struct.pack(order + "HHL", tag, kind, count) + value.ljust(4, b"\0")
        heap += value
        return struct.pack(order + "HHLL", tag, kind, count, end + len(heap) - len(value))

    directories = b""
    for tags in ({**first, **pointers}, *pointed.values()):
        entries = (entry(tag, kind, value) for tag, (kind, value) in tags.items())
        directories += struct.pack(order + "H", len(tags)) + b"".join(entries) + bytes(4)
    return head + directories + heap


def gps_block(tags: dict[int, tuple[int, bytes]]) -> bytes:
    """An EXIF block that holds nothing but a place, its tags as for exif_block."""
    # Of the same shape: only the tag that points to the second directory has another number.
    block = exif_block({}, tags)
    return block.replace(struct.pack("<HHL", 0x8769, 4, 1), struct.pack("<HHL", 0x8825, 4, 1), 1)


def xmp_packet(attributes: str = "", inside: str = "", *, before: str = "") -> bytes:
    """An XMP packet with these properties, the namespaces declared that are in common use."""
    return (
        f"<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>{before}"
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        "<rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/'"
        " xmlns:dc='http://purl.org/dc/elements/1.1/'"
        " xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:tiff='http://ns.adobe.com/tiff/1.0/'"
        f" xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' {attributes}>{inside}"
        "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
    ).encode()


def iptc_block(*records: tuple[int, bytes]) -> bytes:
    """IPTC's records as Photoshop keeps them in a JPEG's APP13."""
    iim = b"".join(struct.pack(">BBBH", 0x1C, 2, name, len(v)) + v for name, v in records)
    other = b"8BIM" + struct.pack(">H", 0x03ED) + b"\3abc" + struct.pack(">L", 3) + b"odd\0"
    own = b"8BIM" + struct.pack(">H", 0x0404) + b"\0\0" + struct.pack(">L", len(iim)) + iim
    return b"Photoshop 3.0\0" + other + own


def with_segment(jpeg: bytes, marker: int, content: bytes) -> bytes:
    """A JPEG with one more segment at its beginning."""
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content + jpeg[2:]
