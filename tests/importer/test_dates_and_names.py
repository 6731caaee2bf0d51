"""Dates: whose counts, and what names say. Sources of the patterns: docs/importing.md."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scripts.importer.dates import Claim, decide
from scripts.importer.exif import Own, read_own
from scripts.importer.kinds import detect
from scripts.importer.name_dates import read_name
from tests.importer.takeout_export import picture
from tests.support.images import heic

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2019, 7, 14, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "taken", "tag"),
    [
        ("PXL_20190714_120000123.jpg", "2019-07-14T14:00:00", None),  # UTC
        ("20190714_120000123_iOS.jpg", "2019-07-14T14:00:00", None),  # UTC
        ("00000IMG_00000_BURST1563105600123_COVER.jpg", "2019-07-14T14:00:00", None),  # UTC
        ("00100lPORTRAIT_00100_BURST20190714120000123.jpg", "2019-07-14T12:00:00", None),
        ("20190714_120000.jpg", "2019-07-14T12:00:00", None),  # Samsung
        ("IMG_20190714_120000.jpg", "2019-07-14T12:00:00", None),
        ("IMG_20190714_120000_1.jpg", "2019-07-14T12:00:00", None),
        ("MVIMG_20190714_120000.jpg", "2019-07-14T12:00:00", None),
        ("IMG-20190714-WA0012.jpg", "2019-07-14T12:00:00", "WhatsApp"),
        ("WhatsApp Image 2019-07-14 at 18.05.06.jpeg", "2019-07-14T18:05:06", "WhatsApp"),
        ("signal-2019-07-14-180506.jpg", "2019-07-14T18:05:06", "Signal"),
        ("signal-2019-07-14-18-05-06-123.jpg", "2019-07-14T18:05:06", "Signal"),
        ("photo_2019-07-14_18-05-06.jpg", "2019-07-14T18:05:06", "Telegram"),
        ("Screenshot_20190714-180506.png", "2019-07-14T18:05:06", "Screenshots"),
        ("Screenshot 2019-07-14 at 18.05.06.png", "2019-07-14T18:05:06", "Screenshots"),
        ("Screenshot_2019-07-14-18-05-06-123_com.app.jpg", "2019-07-14T18:05:06", "Screenshots"),
        ("Bildschirmfoto 2019-07-14 um 18.05.06.png", "2019-07-14T18:05:06", "Screenshots"),
        ("2019-07-14 18.05.06.jpg", "2019-07-14T18:05:06", None),  # Dropbox
    ],
)
def test_date_in_a_name(name: str, taken: str, tag: str | None) -> None:
    found = read_name(name, zone=BERLIN)
    assert found is not None
    assert (found.taken.isoformat(), found.tag) == (taken, tag)


@pytest.mark.parametrize(
    "name",
    ["IMG_1234.jpg", "DSC_20191301_120000.jpg", "20990101_120000.jpg", "invoice 20190714.jpg",
     "18600101_120000.jpg", "DSC01234.ARW", "123456789012345678.jpg", "IMG_20190714_256199.jpg"],
)  # fmt: skip
def test_name_without_a_date(name: str) -> None:
    assert read_name(name, zone=BERLIN) is None


@pytest.mark.parametrize("offset", [None, -720, -210, 0, 345, 840])
def test_same_moment_leaves_the_own_clock(offset: int | None) -> None:
    clock = (NOON + timedelta(minutes=offset or 0)).replace(tzinfo=None)
    claim = Claim(source="Google", moment=int(NOON.timestamp()))
    own = Own(taken=clock, offset=offset)
    date = decide(own, claim, guess=None, modified=None, zone=BERLIN)
    assert (date.taken, date.is_said, date.source) == (clock, False, "picture")


def test_corrected_date_is_shown_in_the_picture_s_own_zone() -> None:
    own = Own(taken=datetime(2022, 1, 1), offset=540)  # noqa: DTZ001 - a wall clock
    claim = Claim(source="Google", moment=int(NOON.timestamp()))
    date = decide(own, claim, guess=None, modified=None, zone=BERLIN)
    assert date.taken is not None
    assert (date.taken.isoformat(), date.offset, date.is_said) == ("2019-07-14T21:00:00", 540, True)


def test_last_resorts_are_hints() -> None:
    modified = datetime(2020, 1, 1)  # noqa: DTZ001 - a wall clock
    guess = read_name("IMG-20190714-WA0012.jpg", zone=BERLIN)
    named = decide(Own(), None, guess=guess, modified=modified, zone=BERLIN)
    filed = decide(Own(), None, guess=None, modified=modified, zone=BERLIN)
    nothing = decide(Own(), None, guess=None, modified=None, zone=BERLIN)
    assert [date.is_said for date in (named, filed, nothing)] == [False] * 3
    assert named.source == "name (WhatsApp), a guess"
    assert filed.source == "file's last change, a guess"
    assert nothing.source == "none"


def test_own_date_zone_and_place_are_read() -> None:
    own = read_own(picture(1, taken="2019:07:14 21:00:00", offset="+09:00", gps=True))
    assert own.taken == datetime(2019, 7, 14, 21, 0)  # noqa: DTZ001 - a wall clock
    assert own.offset == 540
    assert own.place == pytest.approx((52.52, 13.41))


@pytest.mark.parametrize("length", range(0, 200, 7))
def test_cut_exif_is_no_error(length: int) -> None:
    read_own(picture(2, taken="2019:07:14 21:00:00", gps=True)[:length])


def test_damaged_exif_is_no_error() -> None:
    whole = picture(2, taken="2019:07:14 21:00:00", gps=True)
    for at in range(20, 300):
        for value in (0, 255):
            read_own(whole[:at] + bytes([value]) + whole[at + 1 :])


def test_type_is_that_of_the_bytes() -> None:
    assert detect(picture(1), "a.HEIC") == "image/jpeg"
    assert detect(heic().content, "a.jpg") == "image/heic"
    assert detect(b"II*\0....", "a.NEF") == "image/x-nikon-nef"
    assert detect(b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "a.jpg") == "video/quicktime"
    assert detect(b"hello", "a.jpg") is None
