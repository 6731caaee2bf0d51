"""Dates: whose counts, and what names say. Sources of the patterns: docs/importing.md."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scripts.importer.dates import Claim, decide
from scripts.importer.exif import Own, read_own
from scripts.importer.kinds import detect
from scripts.importer.name_dates import read_name
from tests.importer import dated_names
from tests.importer.takeout_export import picture
from tests.support.images import heic

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2019, 7, 14, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "taken", "tag"),
    dated_names.DATED,
)
def test_date_in_a_name(name: str, taken: str, tag: str | None) -> None:
    found = read_name(name, zone=BERLIN)
    assert found is not None
    assert (found.taken.isoformat(), found.tag) == (taken, tag)


@pytest.mark.parametrize("name", dated_names.UNDATED)
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
