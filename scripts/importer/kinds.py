"""What a file is: by its first bytes, and by its name where bytes do not tell."""

HEAD = 256 * 1024  # what is kept of each file to look at

# Raw photos that begin as TIFFs do: docs/api.md has the site's list.
_RAW = {
    ".dng": "image/x-adobe-dng",
    ".nef": "image/x-nikon-nef",
    ".nrw": "image/x-nikon-nef",
    ".cr2": "image/x-canon-cr2",
    ".arw": "image/x-sony-arw",
    ".sr2": "image/x-sony-arw",
    ".pef": "image/x-pentax-pef",
    ".srw": "image/x-samsung-srw",
    ".3fr": "image/x-hasselblad-3fr",
    ".erf": "image/x-epson-erf",
    ".iiq": "image/x-phaseone-iiq",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
_PICTURES = frozenset(
    (
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".avif", ".heic", ".heif",
        ".hif", ".jxl", ".cr3", ".raf", ".rw2", ".rwl", ".orf", ".ori", ".bmp", ".psd", ".mpo",
        ".raw", ".kdc", ".dcr", ".mrw", ".x3f", ".mef", ".mos", ".svg", ".ico", ".jp2", *_RAW,
    )
)  # fmt: skip
# .mp and .mv are the moving parts of Google's motion photos: MP4.
_VIDEOS = frozenset(
    (
        ".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".3gp", ".3g2", ".mpg", ".mpeg", ".mts",
        ".m2ts", ".wmv", ".mp", ".mv", ".mp~2",
    )
)  # fmt: skip
_SIDECARS = {
    ".json": "json",
    ".xmp": "xmp",
    ".csv": "csv",
    ".yml": "yaml",
    ".yaml": "yaml",
    ".aae": "aae",
}
READ_SIDECARS = ("json", "xmp", "csv", "yaml")  # of which what they say is noted

_MAGIC = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"FUJIFILMCCD-RAW", "image/x-fuji-raf"),
    (0, b"IIU\0", "image/x-panasonic-rw2"),
    (0, b"IIRO", "image/x-olympus-orf"),
    (0, b"IIRS", "image/x-olympus-orf"),
    (0, b"MMOR", "image/x-olympus-orf"),
    (0, b"\xff\x0a", "image/jxl"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    (0, b"BM", "image/bmp"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (0, b"\0\0\x01\xba", "video/mpeg"),
)
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BRANDS = {
    b"crx ": "image/x-canon-cr3",
    b"qt  ": "video/quicktime",
}
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF = frozenset({b"avif", b"avis"})
_HEIF = frozenset({b"mif1", b"mif2", b"msf1"})
_KINDS_OF_BRANDS = ((_AVIF, "image/avif"), (_HEIC, "image/heic"), (_HEIF, "image/heif"))
_MAX_BRANDS = 64


def split_name(name: str) -> tuple[str, str]:
    """Split a file name before its extension, which may be empty."""
    at = name.rfind(".")
    return (name[:at], name[at:]) if 0 < at < len(name) - 1 else (name, "")


def role_of(path: str) -> str:
    """Name a file by its name: media, json, xmp, csv, aae, unsure (bytes will tell) or other."""
    suffix = split_name(path.rpartition("/")[2])[1].lower()
    if suffix in _SIDECARS:
        return _SIDECARS[suffix]
    if suffix in _PICTURES or suffix in _VIDEOS:
        return "media"
    # A name without an extension, and those whose dot is part of the name: "Mr. Smith".
    return "unsure" if not suffix or " " in suffix or suffix[1:].isdigit() else "other"


def is_video_name(path: str) -> bool:
    """Whether a name is that of a video."""
    return split_name(path.rpartition("/")[2])[1].lower() in _VIDEOS


def detect(head: bytes, path: str) -> str | None:
    """Name the media type of a file by its first bytes; None: it is neither picture nor video."""
    for offset, magic, content_type in _MAGIC:
        if head.startswith(magic, offset):
            return content_type
    if head.startswith(_TIFF):
        return _RAW.get(split_name(path.rpartition("/")[2])[1].lower(), "image/x-raw")
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    return None


def _iso_media(head: bytes) -> str:
    length = min(int.from_bytes(head[:4], "big"), 16 + 4 * _MAX_BRANDS)
    major = head[8:12]
    brands = {major, *(head[at : at + 4] for at in range(16, length, 4))}
    if major in _BRANDS:
        return _BRANDS[major]
    for known, content_type in (
        (_AVIF, "image/avif"),
        (_HEIC, "image/heic"),
        (_HEIF, "image/heif"),
    ):
        if not brands.isdisjoint(known):
            return content_type
    return "video/mp4"
