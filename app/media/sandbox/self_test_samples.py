"""Make tiny images for the self-test: one for each profile, depth and kind of metadata.

The self-test reads every combination and decodes each profile in each depth. The tests decode
every combination in a confined process.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any, Literal, NamedTuple

import pillow_heif
import pyvips  # type: ignore[import-untyped]
from pillow_jxl import Encoder

from app.media.colour.gain_map import Channel, GainMap, with_gain_map
from app.media.colour.icc_profiles import gamma_curve, profile_of
from app.media.formats import sniff

Profile = Literal["none", "v2", "v4", "p3", "adobe", "grey", "cmyk", "broken"]
Metadata = Literal["none", "exif", "xmp", "iptc"]

PROFILES: tuple[Profile, ...] = ("none", "v2", "v4", "p3", "adobe", "grey", "cmyk", "broken")
METADATA: tuple[Metadata, ...] = ("none", "exif", "xmp", "iptc")

_SIDE = 64
# [Note: What a format cannot hold]
# Left out of the product of formats, profiles, depths and metadata is
# - a depth that the format does not have, or that none of our decoders takes (JPEG of 12 bits);
# - a profile of a colour model that the format does not have, or that the encoders here do not
#   write (grey AVIF), and any profile where the format has none (GIF) or the encoder takes none
#   (JPEG XL, of which each decoder says itself what its colours are);
# - metadata for which the format has no place.
_NO_CMYK: frozenset[Profile] = frozenset({"cmyk"})
_RGB_ONLY: frozenset[Profile] = frozenset({"grey", "cmyk"})
_NO_PROFILE: frozenset[Profile] = frozenset(PROFILES) - {"none"}
# Bits a sample, profiles that are left out, blocks of metadata.
_CAN_HOLD: dict[str, tuple[tuple[int, ...], frozenset[Profile], tuple[Metadata, ...]]] = {
    sniff.JPEG: ((8,), frozenset(), METADATA),
    sniff.PNG: ((8, 16), _NO_CMYK, METADATA),
    sniff.GIF: ((8,), _NO_PROFILE, ("none",)),
    sniff.WEBP: ((8,), _RGB_ONLY, ("none", "exif", "xmp")),
    sniff.TIFF: ((8, 16), frozenset(), METADATA),
    sniff.AVIF: ((8, 10, 12), _RGB_ONLY, ("none", "exif", "xmp")),
    sniff.HEIC: ((8, 10, 12), _NO_CMYK, ("none", "exif", "xmp")),
    sniff.JXL: ((8,), _NO_PROFILE, ("none", "exif", "xmp")),
}


class Sample(NamedTuple):
    """One kind of picture; depth is in bits a sample."""

    content_type: str
    profile: Profile
    depth: int
    metadata: Metadata


# Grey alone comes in 12 bits, and is decoded by Pillow.
_GREY_OF_12_BITS = Sample(sniff.TIFF, "none", 12, "none")


def every_sample() -> Iterator[Sample]:
    """Yield every combination that there can be; see [Note: What a format cannot hold]."""
    for content_type, (depths, left_out, blocks) in _CAN_HOLD.items():
        profiles = [profile for profile in PROFILES if profile not in left_out]
        for profile, depth, metadata in product(profiles, depths, blocks):
            yield Sample(content_type, profile, depth, metadata)
        if content_type == sniff.TIFF:
            yield _GREY_OF_12_BITS


def is_decoded_at_start(sample: Sample) -> bool:
    """Say whether the self-test decodes a sample, or reads its header and metadata only.

    Metadata never meets pixels, so of each profile in each depth one is decoded: the kinds of
    metadata take turns.
    """
    if sample == _GREY_OF_12_BITS:
        return True
    depths, _, blocks = _CAN_HOLD[sample.content_type]
    turn = PROFILES.index(sample.profile) + depths.index(sample.depth)
    return sample.metadata == blocks[turn % len(blocks)]


def make(sample: Sample) -> bytes:
    """Encode the picture: a plain colour, 64 by 64."""
    if sample == _GREY_OF_12_BITS:
        return _grey_of_12_bits()
    if other := {sniff.HEIC: _heic, sniff.JXL: _jxl}.get(sample.content_type):
        return other(sample)
    image = _pixels(sample)
    if profile := _profile(sample.profile):
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    if sample.metadata != "none":
        block = BLOCKS[sample.metadata]
        if sample.content_type == sniff.TIFF:
            # libvips writes only the first quarter; see findings/libvips-tiff-iptc.sh.
            block = _IIM.ljust(4 * len(_IIM), b"\0") if sample.metadata == "iptc" else block
        image.set_type(pyvips.GValue.blob_type, f"{sample.metadata}-data", block)
    return _encoded(image, sample)


def _encoded(image: Any, sample: Sample) -> bytes:  # noqa: ANN401 - pyvips has no types
    match sample.content_type:
        case sniff.JPEG:
            encoded = image.jpegsave_buffer()
        case sniff.PNG:
            encoded = image.pngsave_buffer()
            if sample.metadata == "iptc":
                encoded = _with_iptc(encoded)
        case sniff.GIF:
            encoded = image.gifsave_buffer()
        case sniff.WEBP:
            encoded = image.webpsave_buffer(effort=0)
        case sniff.TIFF:
            encoded = image.tiffsave_buffer()
            if sample.metadata == "exif":
                encoded = _with_exif(encoded)
        case _:
            encoded = image.heifsave_buffer(compression="av1", effort=0, bitdepth=sample.depth)
    return bytes(encoded)


def _with_iptc(png: bytes) -> bytes:
    """Add IPTC as ImageMagick does: a text chunk of hexadecimal digits, before the last chunk."""
    text = f"\niptc\n{len(_IPTC):8}\n{_IPTC.hex()}\n".encode()
    content = b"zTXtRaw profile type iptc\0\0" + zlib.compress(text)
    chunk = struct.pack(">L", len(content) - 4) + content + struct.pack(">L", zlib.crc32(content))
    return png[:-12] + chunk + png[-12:]


def _with_exif(tiff: bytes) -> bytes:
    """Add the maker, and a directory of EXIF with a date, to a little-endian TIFF of libvips."""
    (at,) = struct.unpack_from("<L", tiff, 4)
    (count,) = struct.unpack_from("<H", tiff, at)
    entries = [tiff[at + 2 + 12 * n : at + 14 + 12 * n] for n in range(count)]
    file = tiff + bytes(len(tiff) % 2)

    def put(content: bytes) -> int:
        nonlocal file
        place, file = len(file), file + content + bytes(len(content) % 2)
        return place

    make, date = "Küche\0".encode("latin-1"), b"2024:05:01 10:00:00\0"
    exif = struct.pack("<HHHLLL", 1, 0x9003, 2, len(date), put(date), 0)
    entries += [
        struct.pack("<HHLL", 0x010F, 2, len(make), put(make)),
        struct.pack("<HHLL", 0x8769, 4, 1, put(exif)),
    ]
    entries.sort(key=lambda entry: struct.unpack_from("<H", entry))
    directory = put(struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4))
    return file[:4] + struct.pack("<L", directory) + file[8:]


def _grey_of_12_bits() -> bytes:
    """Three bytes for two samples, both 0x800."""
    strip = b"\x80\x08\x00" * (_SIDE * _SIDE // 2)
    tags = (
        *((256, _SIDE), (257, _SIDE), (258, 12), (259, 1), (262, 1), (273, 8), (277, 1)),
        *((278, _SIDE), (279, len(strip))),
    )
    entries = b"".join(struct.pack("<HHLL", tag, 4, 1, value) for tag, value in tags)
    head = b"II*\0" + struct.pack("<L", 8 + len(strip))
    return head + strip + struct.pack("<H", len(tags)) + entries + bytes(4)


def make_with_gain_map() -> bytes:
    """Encode a JPEG that is twice as bright on HDR screens."""
    pixels = (pyvips.Image.black(_SIDE // 4, _SIDE // 4) + 255).cast("uchar")
    gain_map = GainMap(
        pixels=pixels.copy(interpretation="b-w"),
        channels=(Channel(0.0, 1.0),),
        base_headroom=0.0,
        hdr_headroom=1.0,
    )
    return with_gain_map(make(Sample(sniff.JPEG, "none", 8, "none")), gain_map)


def make_raw() -> dict[str, bytes]:
    """Write raw photos around a JPEG, by type: as Pentax does it, and as Olympus.

    Pentax's first directory knows the JPEG, Olympus's maker's note does.
    """
    jpeg = make(Sample(sniff.JPEG, "none", 8, "none"))
    make_of, note = b"PENTAX\0\0", b"OLYMPUS\0II\3\0"
    pentax = [(0x00FE, 4, 1, 1), (0x010F, 2, 7, 62), (0x0201, 4, 1, 70), (0x0202, 4, 1, len(jpeg))]
    settings = _directory((0x0101, 4, 1, 60), (0x0102, 4, 1, len(jpeg)))
    written = note + _directory((0x2020, 4, 1, 30)) + settings
    exif = _directory((0x927C, 7, len(written), 44))
    return {
        sniff.PEF: b"II*\0\x08\0\0\0" + _directory(*pentax) + make_of + jpeg,
        sniff.ORF: b"IIRO\x08\0\0\0" + _directory((0x8769, 4, 1, 26)) + exif + written + jpeg,
    }


def _directory(*entries: tuple[int, int, int, int]) -> bytes:
    """Write a directory of a TIFF, with which nothing is in the chain behind it."""
    body = b"".join(struct.pack("<HHLL", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + body + bytes(4)


def _pixels(sample: Sample) -> Any:  # noqa: ANN401 - pyvips has no types
    bands, space = {"grey": (1, "b-w"), "cmyk": (4, "cmyk")}.get(sample.profile, (3, "srgb"))
    image = pyvips.Image.black(_SIDE, _SIDE, bands=bands) + 100
    if sample.depth == 8:  # noqa: PLR2004 - bits
        return image.cast("uchar").copy(interpretation=space)
    deep = {"b-w": "grey16", "srgb": "rgb16", "cmyk": "cmyk"}[space]
    return (image * 257).cast("ushort").copy(interpretation=deep)


def _jxl(sample: Sample) -> bytes:
    encoder: Any = Encoder  # whose types leave arguments out
    encode = encoder(
        mode="RGB",
        lossless=False,
        quality=90,
        decoding_speed=0,
        effort=3,
        use_container=sample.metadata != "none",
        use_original_profile=False,
        num_threads=0,
    )
    exif = BLOCKS["exif"].removeprefix(b"Exif\0\0") if sample.metadata == "exif" else None
    xmp = BLOCKS["xmp"] if sample.metadata == "xmp" else None
    pixels = b"ddd" * (_SIDE * _SIDE)
    blocks = {"exif": exif, "jumb": None, "xmp": xmp, "compress": False}
    return bytes(encode(pixels, _SIDE, _SIDE, jpeg_encode=False, **blocks))


# A third of x265's time: threads and searching are for larger pictures.
_FAST_X265 = {"preset": "ultrafast", "x265:pools": "none"}


def _heic(sample: Sample) -> bytes:
    deep = sample.depth > 8  # noqa: PLR2004 - bits
    mode, bands = ("L", 1) if sample.profile == "grey" else ("RGB", 3)
    value = struct.pack("<H", 25700) if deep else b"d"
    pixels = value * (bands * _SIDE * _SIDE)
    file = pillow_heif.from_bytes(mode + ";16" * deep, (_SIDE, _SIDE), pixels)
    options: dict[str, bytes] = {}
    if sample.metadata == "exif":
        options["exif"] = BLOCKS["exif"]
    elif sample.metadata == "xmp":
        options["xmp"] = BLOCKS["xmp"]
    if profile := _profile(sample.profile):
        options["icc_profile"] = profile
    encoded = io.BytesIO()
    before = pillow_heif.options.SAVE_HDR_TO_12_BIT
    pillow_heif.options.SAVE_HDR_TO_12_BIT = sample.depth == 12  # noqa: PLR2004 - bits
    try:
        file.save(encoded, quality=10, enc_params=_FAST_X265, **options)
    finally:
        pillow_heif.options.SAVE_HDR_TO_12_BIT = before
    return encoded.getvalue()


_D50_P3 = ((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
_D50_ADOBE = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
_D50_SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))


_SIMPLE_PROFILES = {
    "v2": profile_of(_D50_SRGB, curve=gamma_curve(1.8), version=2),
    "v4": profile_of(_D50_SRGB, curve=gamma_curve(1.8), version=4),
    "p3": profile_of(_D50_P3, curve=gamma_curve(2.2), version=4),
    "adobe": profile_of(_D50_ADOBE, curve=gamma_curve(2.19921875), version=2),
    "grey": profile_of((), curve=gamma_curve(2.2), version=2),
    "broken": b"\0\0\1\0none" + bytes(248),
    "none": b"",
}


def _profile(name: Profile) -> bytes:
    return _cmyk_profile() if name == "cmyk" else _SIMPLE_PROFILES[name]


@cache
def _cmyk_profile() -> bytes:
    pixel = pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb")
    return bytes(pixel.icc_transform("cmyk", input_profile="srgb").get("icc-profile-data"))


_EXIF = (
    b"Exif\0\0II*\0\x08\0\0\0\2\0"
    + struct.pack("<HHLL", 0x010F, 2, 10, 50 - 12)  # make
    + struct.pack("<HHLL", 0x0112, 3, 1, 1)  # orientation
    + bytes(4)
    + "Küche\0".encode("latin-1").ljust(10, b"\0")
)
_XMP = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>"
    b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax"
    b"-ns#'><rdf:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:Rating='3'"
    b" xmp:CreateDate="
    b"'2024-05-01T10:00:00.25+02:00'/></rdf:RDF></x:xmpmeta>"
)
_IIM = b"".join(
    struct.pack(">BBBH", 0x1C, 2, name, len(value)) + value
    for name, value in ((55, b"20240501"), (60, b"100000+0200"), (120, "Süß".encode("latin-1")))
)
_IPTC = (
    b"Photoshop 3.0\x008BIM\x04\x04\0\0"
    + struct.pack(">L", len(_IIM))
    + _IIM
    + b"\0" * (len(_IIM) % 2)
)
BLOCKS: dict[str, bytes] = {"exif": _EXIF, "xmp": _XMP, "iptc": _IPTC}
