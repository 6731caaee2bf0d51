"""Oddities that people reported of real files: the table of docs/formats.md, kind by kind."""

import io
import struct
from typing import Any, NamedTuple

import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from app.media.decode.decoder import render
from app.media.formats.motion_photo import find_motion
from app.media.metadata.xmp import read_xmp
from app.media.results import Rendered
from tests.media.raw_samples import LARGE, PLACE, RAW, SMALL, first, number, tiff
from tests.media.samples import (
    exif_block,
    gps_block,
    iptc_block,
    quarters,
    saved,
    with_segment,
    xmp_packet,
)
from tests.media.test_decode import opened, shows_the_quarters

Value = tuple[int, bytes]

XMP_OF_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
JPEG = saved(quarters(), "JPEG", quality=95)
SIDE = quarters().transpose(Image.Transpose.ROTATE_90)
TAKEN = "2024-05-01 10:00:05"


class Oddity(NamedTuple):
    """A file, what must be known of it, and whether its pixels can be checked."""

    file: bytes
    said: dict[str, Any]
    shows: bool = True
    outcome: str = "ready"


def text(value: str | bytes) -> Value:
    return 2, (value if isinstance(value, bytes) else value.encode()) + b"\0"


def ratios(*numbers: tuple[int, int], kind: int = 5) -> Value:
    letters = "<LL" if kind == 5 else "<ll"
    return kind, b"".join(struct.pack(letters, *pair) for pair in numbers)


def short(number: int) -> Value:
    return 3, struct.pack("<H", number)


def with_exif(block: bytes, *, picture: bytes = JPEG) -> bytes:
    return with_segment(picture, 0xE1, b"Exif\0\0" + block)


def with_xmp(packet: bytes, *, picture: bytes = JPEG) -> bytes:
    return with_segment(picture, 0xE1, XMP_OF_JPEG + packet)


def dated(written: str, **tags: Value) -> bytes:
    """An EXIF block with a time; other tags by their numbers, as t9011."""
    others = {int(name[1:], 16): value for name, value in tags.items()}
    return exif_block({0x010F: text("Maker")}, {0x9003: text(written), **others})


def at(latitude: Value, towards: str, longitude: Value, side: str, **more: Value) -> bytes:
    tags = {1: text(towards), 2: latitude, 3: text(side), 4: longitude}
    tags |= {int(name[1:], 16): value for name, value in more.items()}
    return gps_block({tag: value for tag, value in tags.items() if value[1] != b"\0"})


OTTAWA = (ratios((45, 1), (25, 1), (174, 10)), "N", ratios((75, 1), (41, 1), (499, 10)), "W")


def scan_of_samsung() -> bytes:
    """A baseline JPEG whose scan says nothing of its coefficients, as Samsung's selfies do."""
    start = JPEG.index(b"\xff\xda")
    (length,) = struct.unpack_from(">H", JPEG, start + 2)
    end = start + 2 + length
    return JPEG[: end - 3] + bytes(3) + JPEG[end:]


def unsorted_directory() -> bytes:
    """Entries in any order, values at odd places, and an interoperability pointer to nowhere."""
    entries = [
        (0x9004, 2, 20, 200),
        (0xA005, 4, 1, 0xFFFFFF00),
        (0x829A, 5, 1, 221),
        (0x9003, 2, 20, 241),
        (0x927C, 7, 65564, 150),  # a maker's note that is longer than the block
    ]
    body = struct.pack("<H", 1) + struct.pack("<HHLL", 0x8769, 4, 1, 26) + bytes(4)
    body += struct.pack("<H", len(entries))
    body += b"".join(struct.pack("<HHLL", *entry) for entry in entries) + b"\xff" * 4
    block = bytearray((b"II*\0\x08\0\0\0" + body).ljust(280, b"\0"))
    block[200:220] = b"2024:05:01 10:00:06\0"
    block[221:229] = struct.pack("<LL", 1, 50)
    block[241:261] = b"2024:05:01 10:00:05\0"
    return bytes(block)


def lossy_dng() -> bytes:
    """DNG 1.7: the sensor's numbers are a baseline JPEG, larger than the preview."""
    sensor = saved(quarters(320, 192).rotate(180), "JPEG")
    large = {0x0103: number(7), 0x0111: number(PLACE + 1), 0x0117: number(len(LARGE))}
    raw = {
        0x0103: number(7),
        0x0106: number(34892),
        0x0111: number(PLACE + 2),
        0x0117: number(len(sensor)),
    }
    mask = {
        0x0103: number(7),
        0x0106: number(52527),
        0x0144: number(PLACE + 2),
        0x0145: number(len(sensor)),
    }
    begin = {**first("Samsung"), 0xC612: (1, b"\1\7\0\0")}
    return tiff(begin, large, raw, mask, parts=(SMALL, LARGE, sensor))


def several_ifds_of_webp() -> bytes:
    return saved(quarters(), "WEBP", quality=95, exif=b"Exif\0\0" + dated("2024:05:01 10:00:05"))


def avif(**options: Any) -> bytes:
    return saved(quarters(), "AVIF", quality=95, **options)


def transparent_avif_on_its_side() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    SIDE.convert("RGBA").save(file, "AVIF", quality=95, exif=exif.tobytes())
    return file.getvalue()


def moving_avif() -> bytes:
    file = io.BytesIO()
    grey = Image.new("RGB", (160, 96), (120, 120, 120))
    quarters().save(file, "AVIF", save_all=True, append_images=[grey, grey], quality=95)
    return file.getvalue()


def tiff_with_exif() -> bytes:
    directory = ImageFileDirectory_v2()
    directory[0x010F] = "Scanner"
    directory[0x8769] = {0x9003: "2024:05:01 10:00:05"}
    return saved(quarters(), "TIFF", tiffinfo=directory)


def jpeg_of_samsung_with_rest() -> bytes:
    return JPEG + b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1705124333853SEFT" + bytes(2000)


VIDEO = b"\0\0\0\x10ftypmp42\0\0\0\0" + b"\0\0\0\x08moov"

ODDITIES: dict[str, Oddity] = {
    # Times. immich 15752: messengers write the zone into the time.
    "zone in the time": Oddity(
        with_exif(dated("2025:01:14 18:31:30+0000")),
        {"taken_at": "2025-01-14 18:31:30", "taken_offset_minutes": 0},
    ),
    # ente 5147.
    "zone with a colon in the time": Oddity(
        with_exif(dated("2015:02:01 14:42:59+01:00")),
        {"taken_at": "2015-02-01 14:42:59", "taken_offset_minutes": 60},
    ),
    # ente 10802.
    "fractions in the time": Oddity(
        with_exif(dated("2024:05:01 10:00:05.250")), {"taken_at": "2024-05-01 10:00:05.250000"}
    ),
    "a zone that is none": Oddity(
        with_exif(dated("2024:05:01 10:00:05", t9011=text("   :  "))),
        {"taken_at": TAKEN, "taken_offset_minutes": None},
    ),
    # immich 15639, exiftool-vendored.js 220.
    "zone of the last change": Oddity(
        with_exif(
            dated("2024:07:01 10:00:05", t9010=text("+01:00"), t9011=text("+02:00")),
        ),
        {"taken_offset_minutes": 120},
    ),
    # ExifReader 485: programs write a year alone.
    "a year for a date": Oddity(with_exif(dated("2025")), {"taken_at": None}),
    # exiftool-vendored.js 320.
    "XMP with the zone of the same time": Oddity(
        with_xmp(
            xmp_packet("exif:DateTimeOriginal='2024-05-01T10:00:05-05:00'"),
            picture=with_exif(dated("2024:05:01 10:00:05")),
        ),
        {"taken_at": TAKEN, "taken_offset_minutes": -300},
    ),
    # exiftool 374: IPTC splits date and time.
    "IPTC's date and time apart": Oddity(
        with_segment(JPEG, 0xED, iptc_block((55, b"20240501"), (60, b"100005+0200"))),
        {"taken_at": TAKEN, "taken_offset_minutes": 120},
    ),
    # immich 15699, darktable 19474.
    "rejected": Oddity(with_xmp(xmp_packet("xmp:Rating='-1'")), {"rating": -1}),
    "stars of XMP in a JPEG": Oddity(
        with_xmp(
            xmp_packet("xmp:Rating='4'"),
            picture=with_exif(exif_block({0x4746: short(1)}, {})),
        ),
        {"rating": 4},
    ),
    # Places. ente 4869, observ-ing/core 25: not a number.
    "a place of nothing over nothing": Oddity(
        with_exif(at(ratios((0, 0), (0, 0), (0, 0)), "N", ratios((0, 0), (0, 0), (0, 0)), "E")),
        {"latitude": None, "longitude": None},
    ),
    # PhotoLocator 48: without a reference nobody knows which hemisphere.
    "a place without its direction": Oddity(
        with_exif(at(OTTAWA[0], "N", OTTAWA[2], "")), {"latitude": None, "longitude": None}
    ),
    "a place in signed numbers": Oddity(
        with_exif(
            at(
                ratios((45, 1), (25, 1), (174, 10), kind=10),
                "N",
                ratios((75, 1), (41, 1), (499, 10), kind=10),
                "W",
            )
        ),
        {"latitude": 45.4215, "longitude": -75.697194},
    ),
    # afilmory 283.
    "below the sea": Oddity(
        with_exif(at(*OTTAWA, t05=(1, b"\1"), t06=ratios((4305, 10)))), {"altitude": -430.5}
    ),
    "above the sea": Oddity(
        with_exif(at(*OTTAWA, t05=(1, b"\0"), t06=ratios((705, 10)))), {"altitude": 70.5}
    ),
    # Text. exiftool-rs 6.
    "IPTC in Latin-1": Oddity(
        with_segment(JPEG, 0xED, iptc_block((120, "Martín".encode("latin-1")))),
        {"caption": "Martín"},
    ),
    # metadata-extractor 699, exiftool 367, exif-py 206: UserComment in any order of bytes, mostly
    # the words of a picture generator.
    "a comment in UTF-16": Oddity(
        with_exif(
            exif_block(
                {0x010E: text("Harbour")},
                {0x9286: (7, b"UNICODE\0" + "Prompt".encode("utf-16-be"))},
            )
        ),
        {"caption": "Harbour"},
    ),
    # zune-image 364: what does not fit into a segment goes to extensions.
    "extended XMP": Oddity(
        with_segment(
            with_xmp(xmp_packet("xmp:Rating='4'")),
            0xE1,
            EXTENSION + b"0" * 32 + struct.pack(">LL", 100, 0) + bytes(100),
        ),
        {"rating": 4},
    ),
    # Directories. marimba 19, GooglePhotosTakeoutHelper_Neo 108, exiv2 3418.
    "a directory in disorder": Oddity(
        with_exif(unsorted_directory()), {"taken_at": TAKEN, "exposure_time": "1/50"}
    ),
    # libvips 4518.
    "EXIF of a TIFF": Oddity(tiff_with_exif(), {"taken_at": TAKEN, "make": "Scanner"}),
    # img-parts 17.
    "EXIF of a WebP with its name": Oddity(several_ifds_of_webp(), {"taken_at": TAKEN}),
    # JPEG. opencloud 1280, openinary 136; immich 16044 is the same class.
    "a scan of Samsung's": Oddity(scan_of_samsung(), {}),
    "bytes behind the end": Oddity(jpeg_of_samsung_with_rest(), {}),
    # HEIF. exiftool 378: a text behind the last box.
    "a text behind the last box": Oddity(
        saved(quarters(), "HEIC", exif=dated("2024:05:01 10:00:05")) + b"/>\n<x",
        {"taken_at": TAKEN},
    ),
    # photoview 1288, photoprism 5128, sharp 4379: metadata assigned to no picture.
    "EXIF of a HEIC that belongs to nothing": Oddity(
        saved(quarters(), "HEIC", exif=dated("2024:05:01 10:00:05")).replace(b"cdsc", b"none"),
        {"taken_at": TAKEN},
    ),
    # immich 30393, libheif 1361: JPEG by the name of a HEIC. Names are only claims.
    "a JPEG by any name": Oddity(with_exif(dated("2024:05:01 10:00:05")), {"taken_at": TAKEN}),
    # libavif 3306.
    "broken EXIF of an AVIF": Oddity(
        avif(exif=dated("2024:05:01 10:00:05")).replace(b"II*\0\x08", b"\xff" * 5), {"make": None}
    ),
    # libavif 635, nixpkgs 543639.
    "an AVIF without pixi": Oddity(avif().replace(b"pixi", b"free"), {}),
    # libavif 2831.
    "a transparent AVIF on its side": Oddity(transparent_avif_on_its_side(), {}),
    # libheif 1637.
    "an AVIF that moves": Oddity(moving_avif(), {}),
    # Raw. RapidRAW 1324.
    "a lossy DNG": Oddity(lossy_dng(), {"make": "Samsung"}),
    # immich 13029, darktable 18336, ImageMagick 8387: JPEG XL inside, a JPEG beside it.
    "a DNG with JPEG XL": Oddity(
        RAW["image/x-adobe-dng"].replace(
            struct.pack("<HHLL", 0x0103, 4, 1, 7), struct.pack("<HHLL", 0x0103, 4, 1, 52546)
        ),
        {"model": "Box One"},
    ),
    # libvips 4626, immich 19139.
    "a NEF on its side": Oddity(RAW["image/x-nikon-nef"], {"model": "Box One"}),
}


@pytest.mark.parametrize("name", ODDITIES)
def test_oddity_comes_out_right(name: str) -> None:
    oddity = ODDITIES[name]
    outcome = render(oddity.file)
    assert isinstance(outcome, Rendered), outcome
    assert outcome.outcome == oddity.outcome, outcome.reason
    if oddity.shows:
        assert (outcome.width, outcome.height) == (160, 96)
        assert shows_the_quarters(opened(outcome.preview))
    metadata = outcome.metadata
    found = {
        field: str(metadata.taken_at) if field == "taken_at" and metadata.taken_at else value
        for field, value in vars(metadata).items()
    }
    assert {field: found[field] for field in oddity.said} == oddity.said


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
def test_heif_is_upright_however_its_container_turns_it(kind: str, orientation: int) -> None:
    # openize-heic-net 13 and rastermill 2: selfies are mirrored and turned; libavif 3078 and
    # immich 27771: EXIF says the same once more and must not turn it twice.
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    picture = quarters()
    if orientation in undo:
        picture = picture.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    outcome = render(saved(picture, kind, quality=95, exif=exif.tobytes()))
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.width, outcome.height) == ("ready", 160, 96)
    assert shows_the_quarters(opened(outcome.preview))


def test_a_motion_photo_is_shown_still_and_its_video_found() -> None:
    # afilmory 155: an HDR picture with a video behind its gain map.
    whole = with_xmp(xmp_packet()) + JPEG + VIDEO
    outcome = render(whole)
    assert isinstance(outcome, Rendered)
    assert outcome.outcome == "ready"
    packet = xmp_packet("xmlns:C='http://ns.google.com/photos/1.0/camera/' C:MotionPhoto='1'")
    found = find_motion(whole, read_xmp(packet))
    assert found is not None
    assert found.start == len(whole) - len(VIDEO)
