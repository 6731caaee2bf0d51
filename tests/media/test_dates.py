"""When a picture was taken, as real cameras and programs write it."""

import struct
from datetime import datetime

import pytest

from app.media.metadata.dates import Moment, read_moment
from app.media.metadata.reader import PictureMetadata, read_metadata
from tests.media.samples import exif_block, gps_block, iptc_block, xmp_packet

Value = tuple[int, bytes]

ORIGINAL, DIGITIZED, CHANGED = 0x9003, 0x9004, 0x0132
ZONE_OF_ORIGINAL, ZONE_OF_DIGITIZED, ZONE_OF_CHANGE, HOURS = 0x9011, 0x9012, 0x9010, 0x882A


def text(value: str) -> Value:
    return 2, value.encode() + b"\0"


def clock(written: str) -> datetime:
    return datetime.strptime(written, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - a wall clock


def taken(metadata: PictureMetadata) -> tuple[str, int | None]:
    return str(metadata.taken_at), metadata.taken_offset_minutes


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        # Nexus 4, Nokia 7 plus (whose file is called IMG_20190101_000418.jpg): immich-app/immich
        # 5714, Piwigo/Piwigo 1017. The day has begun already; ExifTool prints it as it stands.
        ("2015:08:22 24:08:19", "2015-08-22 00:08:19"),
        ("2019:01:01 24:04:20", "2019-01-01 00:04:20"),
        # POSIX mktime: second 60 is the first of the next minute.
        ("2015:08:22 12:08:60", "2015-08-22 12:09:00"),
        ("2015:12:31 23:59:60", "2016-01-01 00:00:00"),
        # ExifTool reads these.
        ("2015:8:2 9:05:03", "2015-08-02 09:05:03"),
        ("2014:04:26 19:09:1", "2014-04-26 19:09:01"),
        ("2015-08-22 12:08", "2015-08-22 12:08:00"),
    ],
)
def test_a_time_written_oddly_is_the_time_that_was_meant(written: str, meant: str) -> None:
    assert read_moment(written) == Moment(clock(meant), None)


@pytest.mark.parametrize(
    "written", ["2015:08:22", "2015-08-22", "2015:08:22   :  :  ", "2015:08:22 ", "2015-08-22T"]
)
def test_a_date_alone_is_that_day(written: str) -> None:
    # EXIF 2.32, 4.6.6 (DateTimeOriginal): what is not known of it is blank.
    assert read_moment(written) == Moment(clock("2015-08-22 00:00:00"), None, has_time=False)


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("2024:05:01 10:00:00+05:30", 330),
        ("2024:05:01 10:00:00-0800", -480),
        ("2024:05:01 10:00:00 -08", -480),
        ("2024:05:01 10:00:00Z", 0),
        ("2024:05:01 10:00:00.25\u22123:30", -210),
        ("2024:05:01 10:00:00+99:00", None),
        ("2024:05:01 10:00:00 CEST", None),
    ],
)
def test_a_zone_within_the_time_is_read(written: str, minutes: int | None) -> None:
    found = read_metadata(exif_block({}, {ORIGINAL: text(written)}))
    assert found.taken_offset_minutes == minutes
    assert found.taken_at is not None


def test_the_zone_of_another_tag_counts_where_it_is_the_same_time() -> None:
    at, later = text("2024:05:01 10:00:00"), text("2024:05:01 10:00:09")
    zone = text("+02:00")
    for first, second, minutes in (
        ({CHANGED: at}, {ORIGINAL: at, ZONE_OF_CHANGE: zone}, 120),
        ({CHANGED: later}, {ORIGINAL: at, ZONE_OF_CHANGE: zone}, None),
        ({}, {ORIGINAL: at, ZONE_OF_CHANGE: zone}, None),
        ({}, {ORIGINAL: at, DIGITIZED: at, ZONE_OF_DIGITIZED: zone}, 120),
        ({}, {ORIGINAL: at, DIGITIZED: later, ZONE_OF_DIGITIZED: zone}, None),
        # Exported by a program in another zone: photostructure/exiftool-vendored.js 220.
        ({CHANGED: at}, {ORIGINAL: at, ZONE_OF_ORIGINAL: text("+01:00"), ZONE_OF_CHANGE: zone}, 60),
        # TIFF/EP (ISO 12234-2): whole hours, the first of two for DateTimeOriginal.
        ({}, {ORIGINAL: at, HOURS: (8, struct.pack("<h", -5))}, -300),
        ({}, {ORIGINAL: at, HOURS: (8, struct.pack("<h", 99))}, None),
    ):
        found = read_metadata(exif_block(first, second))
        assert taken(found) == ("2024-05-01 10:00:00", minutes)


def test_a_time_in_the_first_directory_is_read() -> None:
    # TIFF/EP keeps it there, and so do scanners' programs.
    found = read_metadata(exif_block({ORIGINAL: text("2024:05:01 10:00:00")}, {}))
    assert taken(found) == ("2024-05-01 10:00:00", None)


def test_a_date_without_a_time_is_believed_and_completed_by_another() -> None:
    day = "photoshop:DateCreated='1985-07-14'"
    assert taken(read_metadata(xmp=xmp_packet(day))) == ("1985-07-14 00:00:00", None)
    # A scan: when it was made digital is another day, and says nothing of the first.
    scanned = xmp_packet(f"{day} xmp:CreateDate='2019-02-03T10:11:12+01:00'")
    assert taken(read_metadata(xmp=scanned)) == ("1985-07-14 00:00:00", None)
    timed = iptc_block((55, b"19850714"), (60, b"183000+0200"))
    assert taken(read_metadata(xmp=xmp_packet(day), iptc=timed)) == ("1985-07-14 18:30:00", 120)
    assert taken(read_metadata(iptc=iptc_block((55, b"19850714")))) == ("1985-07-14 00:00:00", None)
    only_blank = iptc_block((55, b"19850714"), (60, b"      "))
    assert taken(read_metadata(iptc=only_blank)) == ("1985-07-14 00:00:00", None)


def with_satellites(
    at: str, day: str, *, time: tuple[int, int, int], longitude: tuple[int, str] | None = None
) -> PictureMetadata:
    def ratios(*numbers: int) -> Value:
        return 5, b"".join(struct.pack("<LL", number, 1) for number in numbers)

    tags = {7: ratios(*time), 29: text(day)}
    if longitude:
        degrees, towards = longitude
        tags |= {1: text("N"), 2: ratios(40, 0, 0), 3: text(towards), 4: ratios(degrees, 0, 0)}
    exif = exif_block({}, {ORIGINAL: text(at)})
    # The directory of GPS in a block of its own, as Canon's CR3 has it.
    gps = gps_block(tags)
    begin = struct.unpack_from("<L", gps, 18)[0]
    return read_metadata(exif, gps=gps[:4] + struct.pack("<L", begin) + gps[8:])


@pytest.mark.parametrize(
    ("time", "longitude", "minutes"),
    [
        ((8, 29, 45), (10, "E"), 120),  # 15 seconds old
        ((8, 26, 0), (10, "E"), 120),
        ((8, 22, 0), (10, "E"), None),  # which quarter hour is near is not told any more
        ((8, 15, 0), (10, "E"), None),  # 2:15 is kept nowhere
        ((4, 45, 0), (85, "E"), 345),  # Nepal
        ((4, 45, 0), (100, "W"), None),  # not there
        ((8, 30, 0), (75, "W"), None),  # two hours east of Greenwich, in New York
        ((22, 30, 0), None, None),  # twelve hours west of it lives nobody
        ((61, 0, 0), None, None),
    ],
)
def test_the_zone_is_told_by_the_satellites(
    time: tuple[int, int, int], longitude: tuple[int, str] | None, minutes: int | None
) -> None:
    # photostructure/exiftool-vendored.js 208 and 219: the nearest zone that exists.
    found = with_satellites("2024:05:01 10:30:00", "2024:05:01", time=time, longitude=longitude)
    assert found.taken_offset_minutes == minutes


def test_without_any_other_time_the_satellites_time_counts() -> None:
    # Immich's own assets expect it (test-assets, metadata/dates/gps-datetime.jpg).
    packet = xmp_packet("exif:GPSTimeStamp='2023-11-15T12:30:00Z'")
    assert taken(read_metadata(xmp=packet)) == ("2023-11-15 12:30:00", 0)
    day = xmp_packet("exif:GPSTimeStamp='2023-11-15T12:30:00Z' photoshop:DateCreated='2023-11-14'")
    assert taken(read_metadata(xmp=day)) == ("2023-11-14 00:00:00", None)


def test_the_satellites_day_may_be_another() -> None:
    found = with_satellites("2024:05:01 10:30:00", "2024:04:30", time=(22, 29, 58))
    assert found.taken_offset_minutes == 720
    # Receivers whose week counter has run over are 1,024 weeks behind.
    stale = with_satellites("2024:05:01 10:30:00", "2004:09:15", time=(8, 30, 0))
    assert stale.taken_offset_minutes is None
