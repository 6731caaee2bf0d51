"""Pictures with gain maps, as cameras write them; the map lights the top left quarter."""

import struct

from PIL import Image

from tests.media.heif_files import Item, coded, heif, nclx
from tests.media.samples import exif_block, saved, with_segment

ISO = b"urn:iso:std:iso:ts:21496:-1\0"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
APPLE = "urn:com:apple:photo:2020:aux:hdrgainmap"
STOPS = 2.0  # the map's white is four times as bright


def lit_quarter(width: int = 80, height: int = 48) -> Image.Image:
    """A map that lights the quarter that is red in quarters()."""
    lit = Image.new("L", (width, height), 0)
    lit.paste(255, (0, 0, width // 2, height // 2))
    return lit


def numbers(
    minimum: float = 0, maximum: float = STOPS, *, channels: int = 1, flags: int = 0x40
) -> bytes:
    """The numbers of ISO 21496-1, each with a denominator of its own."""

    def fraction(number: float) -> bytes:
        return struct.pack(">lL", round(number * 1000), 1000)

    channel = b"".join(map(fraction, (minimum, maximum, 1.0, 0.0, 0.0)))
    several = 0x80 if channels > 1 else 0
    return (
        struct.pack(">HHB", 0, 0, flags | several)
        + fraction(0)
        + fraction(maximum)
        + channel * channels
    )


def in_two_parts(base: bytes, second: bytes) -> bytes:
    """Two JPEGs in one file, with an index of both (CIPA DC-007)."""
    directory = struct.pack(">HHHL4s", 3, 0xB000, 7, 4, b"0100")
    directory += struct.pack(">HHLLHHLLL", 0xB001, 4, 1, 2, 0xB002, 7, 32, 50, 0)
    length = len(base) + 90
    # Offsets count from behind "MPF": the segment is put behind the first two bytes.
    entries = struct.pack(
        ">LLLHHLLLHH", 0x030000, length, 0, 0, 0, 0, len(second), length - 10, 0, 0
    )
    content = b"MPF\0MM\0*\0\0\0\x08" + directory + entries
    assert len(content) == 86
    return with_segment(base, 0xE2, content) + second


def iso_jpeg(
    base: bytes, lit: Image.Image, packed: bytes | None = None, *more: tuple[int, bytes]
) -> bytes:
    """As ISO 21496-1 says. more: segments of the second JPEG."""
    second = saved(lit, "JPEG", quality=95)
    for marker, content in more:
        second = with_segment(second, marker, content)
    second = with_segment(second, 0xE2, ISO + (packed or numbers()))
    return in_two_parts(with_segment(base, 0xE2, ISO + bytes(4)), second)


def ultra_hdr_jpeg(base: bytes, lit: Image.Image, video: bytes = b"") -> bytes:
    """As Android 14 wrote it: in XMP, by Google's Ultra HDR 1.0. video: of a motion photo."""
    names = (
        "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
        " xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/'"
        " xmlns:Container='http://ns.google.com/photos/1.0/container/'"
        " xmlns:Item='http://ns.google.com/photos/1.0/container/item/'"
    )

    def packet(attributes: str, inside: str = "") -> bytes:
        text = (
            f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF {names}>"
            f"<rdf:Description hdrgm:Version='1.0' {attributes}>{inside}</rdf:Description>"
            "</rdf:RDF></x:xmpmeta>"
        )
        return XMP + text.replace("'", '"').encode()

    second = with_segment(
        saved(lit, "JPEG", quality=95),
        0xE1,
        packet(
            f"hdrgm:GainMapMin='0' hdrgm:GainMapMax='{STOPS}' hdrgm:Gamma='1'"
            " hdrgm:OffsetSDR='0' hdrgm:OffsetHDR='0' hdrgm:HDRCapacityMin='0'"
            f" hdrgm:HDRCapacityMax='{STOPS}' hdrgm:BaseRenditionIsHDR='False'"
        ),
    )
    item = "<rdf:li rdf:parseType='Resource'><Container:Item Item:Mime='image/jpeg' Item:Semantic="
    directory = (
        f"<Container:Directory><rdf:Seq>{item}'Primary'/></rdf:li>"
        f"{item}'GainMap' Item:Length='{len(second)}'/></rdf:li>"
    )
    if video:
        moving = item.replace("image/jpeg", "video/mp4")
        directory += f"{moving}'MotionPhoto' Item:Length='{len(video)}'/></rdf:li>"
    directory += "</rdf:Seq></Container:Directory>"
    return in_two_parts(with_segment(base, 0xE1, packet("", directory)), second) + video


def apple_xmp(headroom: float | None) -> bytes:
    said = "" if headroom is None else f" HDRGainMap:HDRGainMapHeadroom='{headroom}'"
    return (
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description"
        " xmlns:apdi='http://ns.apple.com/pixeldatainfo/1.0/'"
        " xmlns:HDRGainMap='http://ns.apple.com/HDRGainMap/1.0/'"
        f" HDRGainMap:HDRGainMapVersion='131072'{said} apdi:AuxiliaryImageType='{APPLE}'/>"
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def apple_exif(maker_33: float, maker_48: float) -> bytes:
    """An iPhone's EXIF whose MakerNote says how bright the picture is."""
    first = struct.pack(">HHHLL", 2, 33, 10, 1, 14 + 2 + 24 + 4)
    second = struct.pack(">HHLL", 48, 10, 1, 14 + 2 + 24 + 4 + 8)
    fractions = struct.pack(">lLlL", round(maker_33 * 1000), 1000, round(maker_48 * 1000), 1000)
    note = b"Apple iOS\0\0\1MM" + first + second + bytes(4) + fractions
    return b"Exif\0\0" + exif_block({0x010F: (2, b"Apple\0")}, {0x927C: (7, note)})


def apple_jpeg(base: bytes, lit: Image.Image, headroom: float | None) -> bytes:
    second = with_segment(saved(lit, "JPEG", quality=95), 0xE1, XMP + apple_xmp(headroom))
    return in_two_parts(base, second)


HEIC = (b"heic", b"mif1", b"heic")


def apple_heic(
    base: Image.Image, lit: Image.Image, headroom: float | None, *, turn: int = 0, exif: bytes = b""
) -> bytes:
    """As iPhones wrote it before iOS 18: an auxiliary item. turn: quarters of irot for both."""
    irot = [(b"irot", bytes([turn]))] if turn else []
    kind = (b"auxC", bytes(4) + APPLE.encode() + b"\0")
    items = [
        coded(saved(base, "HEIC"), *irot),
        coded(saved(lit, "HEIC"), kind, *irot)._replace(is_hidden=True),
        Item(b"mime", apple_xmp(headroom)),
        Item(b"Exif", struct.pack(">L", 6) + (exif or apple_exif(1, 0))),
    ]
    references = [(b"auxl", 2, (1,)), (b"cdsc", 3, (2,)), (b"cdsc", 4, (1,))]
    return heif(items, references=references, brands=HEIC)


def tmap_heif(
    base: Image.Image,
    lit: Image.Image,
    kind: str,
    packed: bytes | None = None,
    *,
    turn: int = 0,
    is_map_turned: bool = True,
) -> bytes:
    """As ISO 21496-1 says for HEIF: an item that is derived from both. kind: HEIC or AVIF.

    turn: quarters of irot; is_map_turned: said of the map too, not only of base and derived item.
    """
    irot = [(b"irot", bytes([turn]))] if turn else []
    items = [
        coded(saved(base, kind, quality=95), nclx(1, 13), *irot),
        coded(saved(lit, kind, quality=95), *(irot if is_map_turned else []))._replace(
            is_hidden=True
        ),
        Item(b"tmap", b"\0" + (packed or numbers()), [nclx(12, 16), *irot], is_hidden=True),
    ]
    brands = HEIC if kind == "HEIC" else (b"avif", b"mif1", b"miaf", b"tmap")
    return heif(items, references=[(b"dimg", 3, (1, 2))], brands=brands)
