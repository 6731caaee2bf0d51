"""Detect the type of a file by its bytes, whatever its name and declared type are."""

import re
import struct
from dataclasses import dataclass

from app.media.metadata.exif import Tags, read_first, text_of, whole_of

# Bytes of the file that detection may look at.
HEAD_BYTES = 16384

JPEG = "image/jpeg"
PNG = "image/png"
GIF = "image/gif"
WEBP = "image/webp"
AVIF = "image/avif"
HEIC = "image/heic"
HEIF = "image/heif"
TIFF = "image/tiff"
JXL = "image/jxl"
# Raw photos: shown by the JPEG that the camera put into them (raw_preview.py).
DNG = "image/x-adobe-dng"
NEF = "image/x-nikon-nef"
CR2 = "image/x-canon-cr2"
CR3 = "image/x-canon-cr3"
ARW = "image/x-sony-arw"
RAF = "image/x-fuji-raf"
RW2 = "image/x-panasonic-rw2"  # Leica's RWL as well
ORF = "image/x-olympus-orf"
PEF = "image/x-pentax-pef"
SRW = "image/x-samsung-srw"
THREE_FR = "image/x-hasselblad-3fr"
ERF = "image/x-epson-erf"
IIQ = "image/x-phaseone-iiq"
OTHER_RAW = "image/x-raw"  # of a maker who is not named here, in a TIFF
# Kept and played as they are: see video.py.
MOV = "video/quicktime"
MP4 = "video/mp4"

Bytes = bytes | memoryview

# Pictures embedded in raw files are looked at up to this size: Phase One's have 151 megapixels.
MAX_PIXELS = 250_000_000
# A header that claims a longer side than this is that of no picture.
MAX_SIDE = 1_000_000

# Everything that is taken in. Whatever is not here is refused before any decoder sees it.
RAW = (DNG, NEF, CR2, CR3, ARW, RAF, RW2, ORF, PEF, SRW, THREE_FR, ERF, IIQ, OTHER_RAW)
VIDEOS = (MOV, MP4)
SUPPORTED = (JPEG, PNG, GIF, WEBP, AVIF, HEIC, HEIF, TIFF, JXL, *RAW, *VIDEOS)
# Browsers show these moving.
MOVING = frozenset({GIF, WEBP})
# What screenshots and drawings come as: a JPEG would blur their lines.
DRAWN = frozenset({PNG, GIF, WEBP})
HEIF_FAMILY = frozenset({AVIF, HEIC, HEIF})

_MAGIC = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"FUJIFILMCCD-RAW", RAF),
    (b"IIU\0", RW2),
    (b"IIRO", ORF),
    (b"IIRS", ORF),
    (b"MMOR", ORF),
    (b"\xff\x0a", JXL),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", JXL),
)

# What people try that is not taken in, so that the refusal can name it. (offset, bytes, type)
_UNSUPPORTED: tuple[tuple[int, bytes, str], ...] = (
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (0, b"\x00\x00\x01\x00", "image/x-icon"),
    (0, b"\x76\x2f\x31\x01", "image/x-exr"),
    (0, b"#?RADIANCE", "image/vnd.radiance"),
    (0, b"SIMPLE  =", "image/fits"),
    (0, b"qoif", "image/qoi"),
    (0, b"FOVb", "image/x-sigma-x3f"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"%!PS", "application/postscript"),
    (0, b"\xc5\xd0\xd3\xc6", "application/postscript"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (8, b"AVI ", "video/x-msvideo"),
)
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)

_HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIF_BRANDS = frozenset({b"mif1", b"mif2", b"msf1"})
_MAX_BRANDS = 64
# What a QuickTime movie begins with that does not say so: those of cameras before 2005.
_MOVIE_STARTS = (b"moov", b"mdat", b"wide", b"pnot")
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


@dataclass(frozen=True, kw_only=True)
class Detected:
    """What the bytes say: a media type, and whether it is taken in."""

    content_type: str
    supported: bool


def detect(data: Bytes) -> Detected | None:
    """Name the type of a whole file by its bytes; None when they are of nothing known.

    What a TIFF holds is told by its directory, which may lie anywhere in it; all else by the first
    HEAD_BYTES bytes.
    """
    head = bytes(data[:HEAD_BYTES])
    supported = _detect_supported(head, data)
    if supported is not None:
        return supported
    for offset, magic, content_type in _UNSUPPORTED:
        if head.startswith(magic, offset):
            return Detected(content_type=content_type, supported=False)
    if head.startswith(b"BM") and head[14:18] in (b"\x0c\0\0\0", b"\x28\0\0\0", b"\x7c\0\0\0"):
        return Detected(content_type="image/bmp", supported=False)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and _SVG.search(head):
        return Detected(content_type="image/svg+xml", supported=False)
    return None


@dataclass(frozen=True, kw_only=True)
class Signatures:
    """What `detect` goes by, for the browser: it looks at the first bytes of a file as well.

    `fixed` is (offset, bytes, type), of which the first that fits counts; `brands` are those of ISO
    media, by type. Raw photos that begin as TIFFs do are told apart by the server alone.
    """

    fixed: tuple[tuple[int, bytes, str], ...]
    brands: dict[str, frozenset[bytes]]


def signatures() -> Signatures:
    """Return how files are told by their first bytes: scripts/generate takes it to the browser."""
    return Signatures(
        fixed=(
            *((0, magic, content_type) for magic, content_type in _MAGIC),
            (8, b"WEBP", WEBP),
            *((0, start, TIFF) for start in _TIFF_STARTS),
            *((4, start, MOV) for start in _MOVIE_STARTS),
            *_UNSUPPORTED,
        ),
        brands={AVIF: _AVIF_BRANDS, HEIC: _HEVC_BRANDS, HEIF: _HEIF_BRANDS},
    )


def _detect_supported(head: bytes, data: Bytes) -> Detected | None:
    for magic, content_type in _MAGIC:
        if head.startswith(magic):
            return Detected(content_type=content_type, supported=True)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Detected(content_type=WEBP, supported=True)
    if head[4:8] == b"ftyp":
        return _detect_iso_media(head)
    if head[4:8] in _MOVIE_STARTS:
        return Detected(content_type=MOV, supported=True)
    if head.startswith(_TIFF_STARTS):
        return Detected(content_type=_raw_photo_in_tiff(data) or TIFF, supported=True)
    return None


def _detect_iso_media(head: bytes) -> Detected:
    """HEIC, AVIF, MP4 and others share one container; the brands tell them apart (ISO 14496-12)."""
    size = min(int.from_bytes(head[:4], "big"), len(head), 16 + 4 * _MAX_BRANDS)
    major = head[8:12]
    brands = {major, *(head[at : at + 4] for at in range(16, size - 3, 4))}
    if major in _AVIF_BRANDS or (major in _HEIF_BRANDS and brands & _AVIF_BRANDS):
        return Detected(content_type=AVIF, supported=True)
    if major in _HEVC_BRANDS or (major in _HEIF_BRANDS and brands & _HEVC_BRANDS):
        return Detected(content_type=HEIC, supported=True)
    if major in _HEIF_BRANDS:
        return Detected(content_type=HEIF, supported=True)
    if major == b"crx ":
        return Detected(content_type=CR3, supported=True)
    return Detected(content_type=MOV if major == b"qt  " else MP4, supported=True)


# Tags of a TIFF directory that only raw photos have, and the value of NewSubfileType that says
# "this first picture is only a small copy": NEF, ARW and their like put a thumbnail there.
_NEW_SUBFILE_TYPE = 254
_COMPRESSION = 259
_PHOTOMETRIC = 262
_DNG_VERSION = 50706
_MAKE = 271
_STRIPS, _TILES, _SUB_DIRECTORIES = 273, 324, 330
_SENSOR_PHOTOMETRICS = (32803, 34892)
_WANTED = frozenset(
    {
        *(_NEW_SUBFILE_TYPE, _COMPRESSION, _PHOTOMETRIC, _DNG_VERSION, _MAKE),
        *(_STRIPS, _TILES, _SUB_DIRECTORIES),
    }
)
# What stands behind the header of a TIFF that Phase One wrote (rawspeed's IiqDecoder).
_PHASE_ONE = (b"IIII", b"MMMM")
# Pentax's own, which Samsung's GX cameras write as well (ExifTool's table of Compression).
_COMPRESSION_OF_PENTAX = 65535
# How names of makers begin. Pentax was Asahi's, and is Ricoh's.
_MAKERS = (
    ("NIKON", NEF),
    ("SONY", ARW),
    *((name, PEF) for name in ("PENTAX", "RICOH", "ASAHI")),
    ("SAMSUNG", SRW),
    ("HASSELBLAD", THREE_FR),
    ("SEIKO EPSON", ERF),
    ("PHASE ONE", IIQ),
)


def _raw_photo_in_tiff(data: Bytes) -> str | None:
    """Name the raw format when the TIFF is one: decoding it would show only its thumbnail."""
    if data[8:10] == b"CR":
        return CR2
    if bytes(data[8:12]) in _PHASE_ONE:
        return IIQ
    tags = read_first(data, _WANTED)
    if _DNG_VERSION in tags:
        return DNG
    make = text_of(tags.get(_MAKE)).upper()
    # Without one it is no camera's, or cut so short that nobody can tell whose.
    if not make or not _is_raw(tags):
        return None
    if whole_of(tags, _COMPRESSION) == _COMPRESSION_OF_PENTAX:
        return PEF
    return next((kind for start, kind in _MAKERS if make.startswith(start)), OTHER_RAW)


def _is_raw(tags: Tags) -> bool:
    """Tell by the first directory: a small copy, the sensor's numbers, or Samsung's, without any.

    Samsung's SRW has there nothing but pointers to other directories and what the camera says.
    """
    if whole_of(tags, _NEW_SUBFILE_TYPE) & 1:
        return True
    if whole_of(tags, _PHOTOMETRIC) in _SENSOR_PHOTOMETRICS:
        return True
    return _SUB_DIRECTORIES in tags and not tags.keys() & {_STRIPS, _TILES}


_MAX_CHUNKS = 200_000


def is_cut_short(data: Bytes, content_type: str) -> bool:
    """Say whether the container promises more bytes than there are (JPEG, GIF, TIFF cannot say)."""
    if content_type == WEBP:
        return 8 + int.from_bytes(data[4:8], "little") > len(data)
    if content_type == PNG:
        return _last_chunk_ends(data) > len(data)
    if content_type in HEIF_FAMILY:
        return last_box_ends(data) > len(data)
    return False


def mended(data: Bytes, content_type: str) -> bytes:
    """Fill up with zeros what ends early: decoders that open no shorter file open that.

    Of a WebP only the picture itself is kept, since what stands behind it is missing anyway.
    """
    if content_type == WEBP:
        at = 12
        while at + 8 <= len(data):
            kind, size = struct.unpack_from("<4sL", data, at)
            if kind in (b"VP8 ", b"VP8L") and size < 2 * len(data):
                body = bytes(data[at : at + 8 + size]).ljust(8 + size + size % 2, b"\0")
                return b"RIFF" + struct.pack("<L", 4 + len(body)) + b"WEBP" + body
            # A frame of a film holds its picture like a file does, behind 16 bytes of its own.
            at += 8 + 16 if kind == b"ANMF" else 8 + size + size % 2
    elif content_type in HEIF_FAMILY:
        return bytes(data).ljust(min(last_box_ends(data), 2 * len(data)), b"\0")
    return bytes(data)


def _last_chunk_ends(data: Bytes) -> int:
    """Walk a PNG's chunks without reading them; return where its end lies or should lie."""
    at = 8
    for _ in range(_MAX_CHUNKS):
        if at + 8 > len(data):
            break
        size, kind = struct.unpack_from(">L4s", data, at)
        at += 12 + size
        if kind == b"IEND":
            return min(int(at), len(data))  # nobody misses its checksum
    else:
        return len(data)  # so many that nobody counts them to the end
    return max(int(at), len(data) + 1)


def size_of_webp(head: bytes) -> tuple[int, int]:
    """Return the width and height that a WebP says: libvips says only those it decodes at.

    (0, 0) when its first chunk (RFC 9649) is none that says it.
    """
    kind, body = head[12:16], head[20:30].ljust(10, b"\0")
    if kind == b"VP8X":
        width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
        return width, height
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return int(width & 0x3FFF), int(height & 0x3FFF)
    return 0, 0


def last_box_ends(data: Bytes) -> int:
    """Walk a HEIF's outer boxes without reading them; return where the last one ends."""
    at = 0
    for _ in range(_MAX_CHUNKS):
        if at + 16 > len(data):
            break
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:  # a 64-bit length follows
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8:  # noqa: PLR2004 - "to the end of the file", or nonsense
            break
        at += size
    return int(at)
