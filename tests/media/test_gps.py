"""Where a picture was taken, by EXIF's GPS directory; and places that cannot be."""

import struct
from typing import NamedTuple

import pytest

from app.media.metadata.reader import PictureMetadata, read_metadata
from tests.media.samples import gps_block

NUMERATORS = tuple[tuple[int, int], ...]


def rationals(*parts: tuple[int, int]) -> tuple[int, bytes]:
    return 5, b"".join(struct.pack("<LL", *part) for part in parts)


def text(value: bytes) -> tuple[int, bytes]:
    return 2, value + b"\0"


OTTAWA = {
    1: text(b"N"),
    2: rationals((45, 1), (25, 1), (1740, 100)),
    3: text(b"W"),
    4: rationals((75, 1), (41, 1), (4992, 100)),
    5: (1, b"\0"),
    6: rationals((705, 10)),
}


class Where(NamedTuple):
    latitude: float | None
    longitude: float | None
    altitude: float | None


def where(**changes: tuple[int, bytes]) -> Where:
    named = {"ns": 1, "latitude": 2, "ew": 3, "longitude": 4, "below": 5, "altitude": 6}
    tags = OTTAWA | {named[name]: value for name, value in changes.items()}
    found = read_metadata(gps_block(tags))
    return Where(found.latitude, found.longitude, found.altitude)


NOWHERE = Where(None, None, None)


def test_a_place_is_read() -> None:
    assert where() == (45.4215, -75.6972, 70.5)
    assert where(ns=text(b"S"), ew=text(b"E")) == (-45.4215, 75.6972, 70.5)
    assert where(below=(1, b"\1")).altitude == -70.5
    assert where(latitude=rationals((4542150, 100000))).latitude == 45.4215  # degrees alone


@pytest.mark.parametrize(
    "latitude",
    [
        rationals((90, 1), (0, 1), (1, 1)),
        rationals((200, 1), (0, 1), (0, 1)),
        rationals((4_294_967_295, 1), (0, 1), (0, 1)),
        rationals((45, 1), (61, 1), (0, 1)),
        rationals((45, 1), (0, 1), (4_294_967_295, 1)),
        rationals((45, 0), (0, 1), (0, 1)),
        rationals((0, 0), (0, 0), (0, 0)),
        rationals((45, 1), (0, 0), (0, 1)),
        (10, struct.pack("<llllll", -45, 1, 0, 1, 0, 1)),
        (12, struct.pack("<d", float("nan"))),
        text(b"45.4"),
    ],
)
def test_a_place_that_cannot_be_is_none(latitude: tuple[int, bytes]) -> None:
    assert where(latitude=latitude) == NOWHERE


@pytest.mark.parametrize("direction", [b"", b"X", b"\xff", b"\0N"])
def test_a_place_without_a_direction_is_none(direction: bytes) -> None:
    assert where(ns=text(direction)) == NOWHERE


def test_where_the_equator_meets_greenwich_nobody_took_a_picture() -> None:
    zero = rationals((0, 1), (0, 1), (0, 1))
    assert where(latitude=zero, longitude=zero) == NOWHERE
    assert where(latitude=zero).latitude == 0


@pytest.mark.parametrize("altitude", [(705, 0), (4_294_967_295, 1), (200_000, 1)])
def test_an_altitude_that_cannot_be_leaves_the_place(altitude: tuple[int, int]) -> None:
    assert where(altitude=rationals(altitude)) == (45.4215, -75.6972, None)


def test_a_directory_of_places_that_is_not_there_is_none() -> None:
    block = gps_block(OTTAWA)
    for cut in range(8, len(block), 7):
        found = read_metadata(block[:cut])
        assert (found.latitude is None) == (found.longitude is None)
    assert read_metadata(b"II*\0\x08\0\0\0\1\0\x25\x88\4\0\1\0\0\0\x08\0\0\0") == PictureMetadata()
