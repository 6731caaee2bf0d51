"""Raw files as cameras lay them out, small: containers around a JPEG, and noise for a sensor."""

import struct

from PIL import Image

from tests.media.samples import exif_block, quarters, saved
from tests.media.tiff_layout import Directory, Of, Short, To, laid_out
from tests.media.tiff_layout import Value as Field

SENSOR = bytes(range(256)) * 8
SMALL = saved(Image.new("RGB", (32, 24), (120, 120, 120)), "JPEG")
# It lies on its side: the container says how to turn it.
LARGE = saved(quarters().transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95)
ORIENTATION = 6
RICOH = "RICOH IMAGING COMPANY, LTD.  "

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


# What follows is laid out as dumps of cameras' files tell (metadata-extractor-images, a repository
# of drewnoakes'), one part behind the other. ExifTool 13.58 finds LARGE in each that has it.
JPEG_COMPRESSED = Short((6,))
COLOUR_FILTER_ARRAY = 32803


def sensor_of(
    width: int, height: int, *, compression: int, photometric: int | None = COLOUR_FILTER_ARRAY
) -> dict[int, Field]:
    """The sensor's numbers, which the part "sensor" holds."""
    known: dict[int, Field] = {} if photometric is None else {0x0106: Short((photometric,))}
    return known | {
        0x0100: width,
        0x0101: height,
        0x0103: Short((compression,)),
        0x0111: To(("sensor",)),
        0x0117: len(SENSOR),
    }


def camera(make: str) -> dict[int, Field]:
    """What a first directory says of the camera, and that it lay on its side."""
    return {0x010F: make, 0x0110: "Box One", 0x0112: Short((ORIENTATION,))}


def jpeg_at(part: str, content: bytes) -> dict[int, Field]:
    """JPEGInterchangeFormat, and its length."""
    return {0x0201: To((part,)), 0x0202: len(content)}


def bare(small: Image.Image) -> dict[int, Field]:
    """Pixels of 8-bit RGB, which the part "bare" holds."""
    return {
        0x0100: small.width,
        0x0101: small.height,
        0x0102: Short((8, 8, 8)),
        0x0103: Short((1,)),
        0x0106: Short((2,)),
        0x0111: To(("bare",)),
        0x0115: Short((3,)),
        0x0117: 3 * small.width * small.height,
    }


def orf(
    *,
    name: bytes = b"OM SYSTEM\0\0\0II\4\0",
    make: str = "OM Digital Solutions",
    magic: bytes = b"IIRS",
    counts_from: str = "note",
    is_inline: bool = False,
    has_preview: bool = True,
    has_thumbnail: bool = True,
) -> bytes:
    """Olympus's: the first directory is the sensor's, and the maker's note knows the JPEG.

    Its place is counted from the note where that begins with "OLYMPUS" (E-M10, TG-6) or "OM
    SYSTEM" (OM-1, TG-7), from the file's beginning where it begins with "OLYMP"; there
    CameraSettings may be the value itself (ExifTool's MakerNotes.pm and Olympus.pm). The C-5050
    and SP-350 have no more than the small copy.
    """
    sensor = sensor_of(5220, 3912, compression=1, photometric=1)
    preview: dict[int, Field] = {0x0100: 1, 0x0101: To(("large",)), 0x0102: len(LARGE)}
    note: dict[int, Field] = {0x0204: 1}
    if has_thumbnail:
        note[0x0100] = Of(("small",))
    if has_preview:
        note[0x2020] = Of(("settings",)) if is_inline else To(("settings",))
    written = Of(("note", "directory", "settings"))
    exif: dict[int, Field] = {0x9003: "2024:05:03 14:05:06", 0x927C: written}
    return laid_out(
        {
            "first": Directory({**camera(make), **sensor, 0x8769: To(("exif",))}),
            "exif": Directory(exif),
            "note": name,
            "directory": Directory(note, base=counts_from),
            "settings": Directory(preview, base=counts_from),
            "small": SMALL,
            "large": LARGE,
            "sensor": SENSOR,
        },
        magic=magic,
    )


def pef(
    *, name: bytes = b"AOC\0MM", counts_from: str = "", is_old: bool = False, make: str = RICOH
) -> bytes:
    """Pentax's: the sensor, a small copy and the JPEG in a chain, as of a K-1 Mark II.

    Its note knows a preview as well, at a place in the file after "AOC", from the note's beginning
    after "PENTAX" (ExifTool's MakerNotes.pm). An old one has no other JPEG here.
    """
    sensor = sensor_of(7392, 4950, compression=65535)
    preview = LARGE if is_old else SMALL
    note: dict[int, Field] = {0x0001: Short((0,)), 0x0003: len(preview), 0x0004: To(("preview",))}
    small: dict[int, Field] = {0x0103: JPEG_COMPRESSED, **jpeg_at("small", SMALL)}
    large: dict[int, Field] = {0x0103: JPEG_COMPRESSED, **jpeg_at("large", LARGE)}
    return laid_out(
        {
            "first": Directory(
                {**camera(make), **sensor, 0x8769: To(("exif",))}, following="second"
            ),
            "exif": Directory({0x9003: "2024:05:03 14:05:06", 0x927C: Of(("note", "directory"))}),
            "note": name,
            "directory": Directory(note, base=counts_from),
            "second": Directory(small, following="" if is_old else "third"),
            "third": Directory(large),
            "small": SMALL,
            "preview": preview,
            "sensor": SENSOR,
            "large": LARGE,
        },
        magic=b"MM\0*",
    )


def srw(*, has_jpegs: bool = True) -> bytes:
    """Samsung's: the first directory has no pixels, and does not say what kind of file it is.

    It points to the JPEG's and to the sensor's; the second of the chain to the small copy's. As of
    NX1, NX20, NX3000 and Galaxy NX.
    """
    sensor = sensor_of(6496, 4336, compression=32772, photometric=None)
    large, small = (
        {0x00FE: 0, **(jpeg_at(*part) if has_jpegs else {})}
        for part in (("large", LARGE), ("small", SMALL))
    )
    return laid_out(
        {
            "first": Directory(
                {
                    **camera("SAMSUNG"),
                    0x014A: To(("of large", "of sensor")),
                    0x8769: To(("exif",)),
                },
                following="second",
            ),
            "exif": Directory({0x9003: "2024:05:03 14:05:06"}),
            "of large": Directory(large),
            "of sensor": Directory(sensor),
            "second": Directory({0x014A: To(("of small",))}),
            "of small": Directory(small),
            "small": SMALL,
            "large": LARGE,
            "sensor": SENSOR,
        }
    )


def with_small_copy_first(make: str, *, has_jpeg: bool = True) -> bytes:
    """Bare pixels in the first directory; the JPEG and the sensor's numbers behind it.

    Of Hasselblad's 3FR: "uncompressed RGB on older cameras, a full-size JPEG on the X2D, CFV 100C
    and newer models" (contact-sheet 0.3.1, which tried seven of them).
    """
    small = Image.new("RGB", (32, 24), (120, 120, 120))
    side = quarters().transpose(Image.Transpose.ROTATE_90)
    copy = small if has_jpeg else side
    sensor = sensor_of(11656, 8742, compression=7)
    large: dict[int, Field] = {0x0103: JPEG_COMPRESSED, **jpeg_at("large", LARGE)}
    return laid_out(
        {
            "first": Directory(
                {
                    **camera(make),
                    0x00FE: 1,
                    **bare(copy),
                    0x014A: To(("of large", "of sensor") if has_jpeg else ("of sensor",)),
                }
            ),
            "of large": Directory(large),
            "of sensor": Directory(sensor),
            "bare": copy.tobytes(),
            "large": LARGE,
            "sensor": SENSOR,
        }
    )


def erf() -> bytes:
    """Epson's R-D1: the maker's note holds the JPEG itself (ExifTool's Olympus.pm, 0x0280)."""
    small = Image.new("RGB", (32, 24), (120, 120, 120))
    sensor = sensor_of(3040, 2024, compression=32769)
    first: dict[int, Field] = {**camera("SEIKO EPSON CORP."), 0x00FE: 1, **bare(small)}
    return laid_out(
        {
            "first": Directory({**first, 0x014A: To(("of sensor",)), 0x8769: To(("exif",))}),
            "of sensor": Directory(sensor),
            "exif": Directory({0x927C: Of(("note", "directory"))}),
            "note": b"EPSON\0\1\0",
            "directory": Directory({0x0280: Of(("large",))}),
            "bare": small.tobytes(),
            "large": LARGE,
            "sensor": SENSOR,
        }
    )


def iiq() -> bytes:
    """Phase One's: a small copy of bare pixels that calls itself the picture.

    Its own block follows the header at once: "IIII" tells it from a TIFF (rawspeed's IiqDecoder,
    ExifTool's PhaseOne.iiq, a Credo 40's).
    """
    side = quarters().transpose(Image.Transpose.ROTATE_90)
    first: dict[int, Field] = {**camera("Leaf"), 0x00FE: 0, **bare(side)}
    block = b"IIIICwaR"
    return laid_out({"first": Directory(first), "bare": side.tobytes()}, behind=block)


def rw2_of_today(*, make: str = "LEICA", strip_bytes: int = 0) -> bytes:
    """Panasonic's of newer cameras, and Leica's RWL: two JPEGs, and strips that are none.

    StripOffsets is 0xFFFFFFFF in all of seven RW2 and RWL that were dumped (DMC-GF1, V-LUX Typ 114
    and others), and StripByteCounts 0, but in ExifTool's sample of a DMC-LX3 as many as there are;
    RawDataOffset says where the sensor's numbers are. The larger JPEG is tag 0x0127's (ExifTool's
    PanasonicRaw.pm, JpgFromRaw2).
    """
    strips: dict[int, Field] = {0x0111: 0xFFFFFFFF, 0x0117: strip_bytes, 0x0118: To(("sensor",))}
    jpegs: dict[int, Field] = {0x002E: Of(("small",)), 0x0127: Of(("large",))}
    return laid_out(
        {
            "first": Directory({**camera(make), **strips, **jpegs}),
            "small": SMALL,
            "large": LARGE,
            "sensor": SENSOR,
        },
        magic=b"IIU\0",
    )


RAW = {
    "image/x-adobe-dng": _with_large("Pinhole", more={0xC612: (1, b"\1\4\0\0")}),
    "image/x-nikon-nef": _with_large("NIKON CORPORATION"),
    "image/x-sony-arw": _with_large("SONY"),
    "image/x-canon-cr2": _with_large("Canon", magic=b"II*\0CR\2\0"),
    "image/x-canon-cr3": cr3(),
    "image/x-fuji-raf": raf(),
    "image/x-panasonic-rw2": rw2(),
    "image/x-olympus-orf": orf(),
    "image/x-pentax-pef": pef(),
    "image/x-samsung-srw": srw(),
    "image/x-hasselblad-3fr": with_small_copy_first("Hasselblad"),
    "image/x-epson-erf": erf(),
    "image/x-phaseone-iiq": iiq(),
    "image/x-raw": with_small_copy_first("Mamiya-OP Co.,Ltd."),
}
# Kinds of the same formats that are laid out otherwise: the type, and the file.
OTHERWISE = {
    "ORF of an E-M10": (
        "image/x-olympus-orf",
        orf(name=b"OLYMPUS\0II\3\0", make="OLYMPUS IMAGING CORP.  ", magic=b"IIRO"),
    ),
    # A preview of 1280 by 960 at an absolute place (oly-e.de/?p=56323).
    "ORF of an E-1": (
        "image/x-olympus-orf",
        orf(name=b"OLYMP\0\1\0", make="OLYMPUS CORPORATION", counts_from="", is_inline=True),
    ),
    # github.com/immich-app/immich/issues/28679.
    "ORF of an E-10": (
        "image/x-olympus-orf",
        orf(name=b"OLYMP\0\1\0", make="OLYMPUS OPTICAL CO.,LTD", magic=b"MMOR", counts_from=""),
    ),
    "PEF of an *ist D": (
        "image/x-pentax-pef",
        pef(make="PENTAX Corporation", is_old=True),
    ),
    "PEF with a note that counts from itself": (
        "image/x-pentax-pef",
        pef(name=b"PENTAX \0MM", counts_from="note", is_old=True),
    ),
    # They are made by Pentax, and tell it by the compression.
    "PEF of a Samsung GX-10": ("image/x-pentax-pef", pef(make="SAMSUNG TECHWIN Co.")),
    "3FR of an H3D": (
        "image/x-hasselblad-3fr",
        with_small_copy_first("Hasselblad", has_jpeg=False),
    ),
    "RWL of a V-LUX": ("image/x-panasonic-rw2", rw2_of_today()),
    "RW2 that counts its strip": (
        "image/x-panasonic-rw2",
        rw2_of_today(make="Panasonic", strip_bytes=len(SENSOR)),
    ),
    "NRW of a Coolpix": ("image/x-nikon-nef", _with_large("NIKON")),
    "SR2 of a DSC-R1": ("image/x-sony-arw", _with_large("SONY")),
}
