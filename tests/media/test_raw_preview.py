"""Raw photos are shown by the picture that the camera put into them, and by nothing worse."""

import random
import struct
import time

import pytest

from app.media.decode.decoder import develop
from app.media.formats.raw_preview import find_embedded
from app.media.results import Developed
from tests.media.raw_samples import (
    LARGE,
    PLACE,
    RAW,
    SENSOR,
    SMALL,
    box,
    cr3,
    first,
    number,
    tiff,
)
from tests.media.samples import quarters, saved
from tests.media.test_decode import opened, ready, shows_the_quarters


@pytest.mark.parametrize("content_type", RAW)
def test_the_cameras_own_picture_is_shown_upright(content_type: str) -> None:
    outcome = ready(RAW[content_type])
    assert outcome.content_type == content_type
    assert (outcome.width, outcome.height) == (160, 96)
    for derived in (outcome.thumbnail, outcome.preview):
        picture = opened(derived)
        assert picture.size == (160, 96)
        assert shows_the_quarters(picture)
    assert outcome.metadata.model == "Box One"


@pytest.mark.parametrize("content_type", ["image/x-canon-cr3", "image/x-fuji-raf"])
def test_the_time_is_read_wherever_the_container_keeps_it(content_type: str) -> None:
    assert str(ready(RAW[content_type]).metadata.taken_at) == "2024-05-03 14:05:06"


@pytest.mark.parametrize("content_type", RAW)
def test_what_ends_early_is_kept_as_damaged(content_type: str) -> None:
    whole = RAW[content_type]
    if content_type == "image/x-panasonic-rw2":
        whole = whole[: whole.find(SENSOR)]  # it does not say how much more there is
    cut = develop(whole[:-50])
    assert isinstance(cut, Developed)
    assert cut.outcome == "damaged"
    assert cut.content_type == content_type


def test_without_a_picture_in_it_the_original_is_kept() -> None:
    sensor = {0x0100: number(600), 0x0101: number(400), 0x0106: number(32803)}
    outcome = develop(tiff({**sensor, 0xC612: (1, b"\1\4\0\0")}, parts=()))
    assert isinstance(outcome, Developed)
    assert (outcome.outcome, outcome.reason) == ("damaged", "undecodable")
    assert (outcome.width, outcome.height, outcome.preview) == (600, 400, None)


def test_a_lossless_jpeg_of_the_sensor_is_not_taken_for_a_picture() -> None:
    lossless = LARGE.replace(b"\xff\xc0", b"\xff\xc3", 1)
    directory = {0x0103: number(6), 0x0111: number(PLACE + 1), 0x0117: number(len(lossless))}
    found = find_embedded(
        tiff(first("NIKON"), directory, parts=(SMALL, lossless)), "image/x-nikon-nef"
    )
    assert found.jpeg is not None
    assert bytes(found.jpeg) == SMALL


def test_a_jpeg_of_too_many_pixels_is_passed_over() -> None:
    at = LARGE.find(b"\xff\xc0")
    huge = LARGE[: at + 5] + struct.pack(">HH", 60_000, 60_000) + LARGE[at + 9 :]
    assert ready(cr3(large=huge)).width < 160


def test_what_points_to_itself_or_nowhere_ends() -> None:
    began = time.process_time()
    loop = b"II*\0\x08\0\0\0" + struct.pack("<HHHLL", 1, 0x014A, 4, 1, 8) + struct.pack("<L", 8)
    many = struct.pack("<HHHLL", 1, 0x014A, 4, 2**32 - 1, 8)
    nested = b""
    for _ in range(3000):
        nested = box(b"moov", nested)
    wide = box(b"moov", box(b"trak", b"\0\0\0\x08free" * 100_000) * 20)
    for data in (loop, b"II*\0\x08\0\0\0" + many * 1000):
        assert find_embedded(data, "image/x-adobe-dng").jpeg is None
    for data in (nested, wide, b"\0\0\0\1moov" + b"\xff" * 8, b"\0\0\0\0moov" * 10):
        assert find_embedded(data, "image/x-canon-cr3").jpeg is None
    assert find_embedded(b"FUJIFILMCCD-RAW " + b"\xff" * 100, "image/x-fuji-raf").jpeg is None
    assert time.process_time() - began < 5


@pytest.mark.parametrize("content_type", RAW)
def test_no_bytes_raise(content_type: str) -> None:
    whole = RAW[content_type]
    for seed in range(150):
        chance = random.Random(seed)  # noqa: S311 - the same chances each time
        hostile = bytearray(whole[:2000])
        for _ in range(chance.randrange(1, 12)):
            hostile[chance.randrange(8, len(hostile))] = chance.randrange(256)
        data = bytes(hostile) + whole[2000:]
        find_embedded(data[: chance.randrange(16, len(data))], content_type)
        develop(data)


def test_a_tiff_is_still_a_tiff() -> None:
    assert ready(saved(quarters(), "TIFF")).content_type == "image/tiff"
