"""What is read from EXIF, and what is not believed."""

import io
import math
import os
import random
import struct
import time
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from app.media.metadata.reader import PictureMetadata, read_metadata
from app.media.metadata.sanitize import clean_text
from tests.media.samples import exif_block

ASCII, SHORT, LONG, RATIONAL, SIGNED = 2, 3, 4, 5, 10


def text(value: bytes) -> tuple[int, bytes]:
    return ASCII, value + b"\0"


def ratio(numerator: int, denominator: int) -> tuple[int, bytes]:
    return RATIONAL, struct.pack("<LL", numerator, denominator)


def short(number: int) -> tuple[int, bytes]:
    return SHORT, struct.pack("<H", number)


def read(second: dict[int, tuple[int, bytes]], **first: tuple[int, bytes]) -> PictureMetadata:
    named = {"make": 0x010F, "model": 0x0110}
    return read_metadata(exif_block({named[k]: v for k, v in first.items()}, second))


def test_everything_that_a_camera_writes_is_read() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Pinhole Works", "Box One"
    exif[0x8769] = {
        0x9003: "2024:05:01 10:00:05",
        0x9011: "+05:30",
        0x9291: "25",
        0x829A: IFDRational(1, 125),
        0x829D: IFDRational(28, 10),
        0x8827: 200,
        0x920A: IFDRational(35, 1),
        0xA434: "Brass 35mm",
    }
    expected = PictureMetadata(
        taken_at=datetime(2024, 5, 1, 10, 0, 5, 250_000),  # noqa: DTZ001 - a wall clock
        taken_offset_minutes=330,
        make="Pinhole Works",
        model="Box One",
        lens="Brass 35mm",
        exposure_time="1/125",
        f_number=2.8,
        iso=200,
        focal_length=35.0,
    )
    assert read_metadata(exif.tobytes()) == expected
    assert read_metadata(b"Exif\0\0" + exif.tobytes().removeprefix(b"Exif\0\0")) == expected


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders_are_read(order: str) -> None:
    fraction = struct.pack(order + "LL", 1, 50)
    exif = exif_block(
        {0x010F: text(b"Maker")},
        {0x829A: (RATIONAL, fraction), 0x8827: (SHORT, struct.pack(order + "H", 6400))},
        order=order,
    )
    metadata = read_metadata(exif)
    assert (metadata.make, metadata.exposure_time, metadata.iso) == ("Maker", "1/50", 6400)


@pytest.mark.parametrize(
    ("numerator", "denominator", "said"),
    [
        (1, 8000, "1/8000"),
        (10, 1250, "1/125"),
        (3, 10, "0.3"),
        (1, 1, "1"),
        (25, 10, "2.5"),
        (30, 1, "30"),
        (0, 1, None),
        (1, 0, None),
        (0, 0, None),
        (4_000_000_000, 1, None),
    ],
)
def test_exposure_is_said_as_photographers_say_it(
    numerator: int, denominator: int, said: str | None
) -> None:
    assert read({0x829A: ratio(numerator, denominator)}).exposure_time == said


@pytest.mark.parametrize(
    "written",
    [
        b"0000:00:00 00:00:00",
        b"    :  :     :  :  ",
        b"2024:13:01 10:00:00",
        b"2024:02:30 10:00:00",
        b"2024:05:01 25:00:00",
        b"2024:05:01 10:60:00",
        b"2024:05:01 10:00:62",
        b"2024:05:00",
        b"1001:01:01 00:00:00",
        b"9999:12:31 23:59:59",
        b"\xff\xfe\xfd\xfc",
        b"yesterday",
        b"",
    ],
)
def test_a_time_that_cannot_be_is_no_time(written: bytes) -> None:
    assert read({0x9003: text(written)}).taken_at is None


def test_a_picture_is_not_taken_in_the_future() -> None:
    for ahead, believed in ((timedelta(hours=12), True), (timedelta(days=4), False)):
        moment = datetime.now(UTC).replace(tzinfo=None) + ahead
        written = moment.strftime("%Y:%m:%d %H:%M:%S").encode()
        assert (read({0x9003: text(written)}).taken_at is not None) is believed


def test_the_time_of_digitizing_stands_in_for_the_time_of_taking() -> None:
    metadata = read({0x9004: text(b"2020:02:03 04:05:06"), 0x9012: text(b"-08:00")})
    assert metadata.taken_at == datetime(2020, 2, 3, 4, 5, 6)  # noqa: DTZ001
    assert metadata.taken_offset_minutes == -480


def test_the_time_of_the_last_change_is_not_the_time_of_taking() -> None:
    block = exif_block({0x0132: text(b"2020:02:03 04:05:06")}, {})
    assert read_metadata(block).taken_at is None


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        (b"+00:00", 0),
        (b"Z", 0),
        (b"-03:30", -210),
        (b"+14:00", 840),
        (b"+14:30", None),
        (b"+99:00", None),
        (b"+01:75", None),
        (b"CEST", None),
        (b"", None),
    ],
)
def test_only_real_offsets_are_believed(written: bytes, minutes: int | None) -> None:
    taken = {0x9003: text(b"2024:05:01 10:00:00"), 0x9011: text(written)}
    assert read(taken).taken_offset_minutes == minutes


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (b"Nikon", "Nikon"),
        (b"  padded   inside  ", "padded inside"),
        (b"NUL\0hidden", "NUL"),
        (b"line\r\nbreak\ttab", "line break tab"),
        (b"\x1b[31mred", "[31mred"),
        ("reversed \u202egpj.exe".encode(), "reversed gpj.exe"),
        ("Größe".encode(), "Größe"),
        (b"Gr\xf6\xdfe", "Größe"),
        (b"\xff" * 200, "ÿ" * 64),
        (b"x" * 200, "x" * 64),
        (b"\x01\x02\x03", None),
        (b"   ", None),
        (b"", None),
    ],
)
def test_names_are_cleaned_and_bounded(written: bytes, kept: str | None) -> None:
    assert read({}, make=text(written)).make == kept


def test_clean_text_never_keeps_what_a_database_or_a_page_would_choke_on() -> None:
    every = "".join(map(chr, [*range(0x2100), 0xD800, 0xFEFF, 0x10FFFF]))
    cleaned = "".join(
        clean_text(every[at : at + 50], longest=200) or "" for at in range(0, len(every), 50)
    )
    assert cleaned.isprintable()
    cleaned.encode()  # no lone surrogate is left


def test_numbers_out_of_bounds_are_left_out() -> None:
    nothing = PictureMetadata()
    for tag in (0x829D, 0x920A):
        for value in (ratio(0, 1), ratio(1, 0), ratio(4_294_967_295, 1), (99, b"\0\0\0\0")):
            assert read({tag: value}) == nothing
    negative = struct.pack("<ll", -5, 1)
    assert read({0x920A: (SIGNED, negative)}) == nothing
    for kind, packed in ((11, struct.pack("<f", math.nan)), (12, struct.pack("<d", math.inf))):
        assert read({0x829D: (kind, packed)}) == nothing
    assert read({0x8827: short(0)}).iso is None


def test_an_iso_too_big_for_its_tag_is_found_in_the_longer_one() -> None:
    metadata = read({0x8827: short(65535), 0x8833: (LONG, struct.pack("<L", 204_800))})
    assert metadata.iso == 204_800


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff",
        b"Exif\0\0",
        b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x08",  # a directory in itself
        b"<x:xmpmeta>" * 50,
    ],
)
def test_nonsense_is_no_metadata(exif: bytes) -> None:
    assert read_metadata(exif) == PictureMetadata()


def test_no_bytes_raise_or_take_long() -> None:
    whole = exif_block(
        {0x010F: text(b"Maker"), 0x0110: text(b"Model")},
        {0x9003: text(b"2024:05:01 10:00:00"), 0x829A: ratio(1, 50), 0x8827: short(100)},
    )
    began = time.process_time()
    for seed in range(3000):
        chance = random.Random(seed)  # noqa: S311 - the same chances each time
        hostile = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            hostile[chance.randrange(len(hostile))] = chance.randrange(256)
        read_metadata(bytes(hostile[: chance.randrange(len(hostile))]))
        read_metadata(bytes(hostile))
    # Every entry of the largest directory asks for a tag that is wanted, and for all there is.
    greedy = b"II*\0\x08\0\0\0\xff\xff" + struct.pack("<HHLL", 0x010F, 2, 2**32 - 1, 0) * 65535
    read_metadata(greedy)
    read_metadata(b"II*\0\x08\0\0\0" + os.urandom(1 << 20))
    assert time.process_time() - began < 5


def test_a_tiff_is_read_as_its_own_exif() -> None:
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "TIFF", tiffinfo={0x010F: "Scanner"})
    assert read_metadata(file.getvalue()).make == "Scanner"
