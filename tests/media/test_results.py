"""What a child says is only believed when it makes sense."""

import dataclasses
import json
import struct
from datetime import datetime

import pytest
from sqlalchemy import DateTime, Integer, SmallInteger, String, Text

from app.images.models import Image
from app.media.fingerprints import FINGERPRINT_BYTES
from app.media.formats.motion_photo import Motion
from app.media.metadata.reader import PictureMetadata
from app.media.metadata.sanitize import LONGEST_CAPTION, LONGEST_TITLE
from app.media.results import (
    HEAD_BYTES,
    Header,
    Rejected,
    Rendered,
    Report,
    VisionInput,
    WireError,
    lengths,
    pack,
    unpack,
)
from tests.media.samples import quarters, saved

METADATA = PictureMetadata(
    taken_at=datetime(2024, 5, 1, 10, 0, 5, 250_000),  # noqa: DTZ001 - a wall clock
    taken_offset_minutes=-90,
    make="Größe",
    exposure_time="1/125",
    f_number=2.8,
    iso=200,
    latitude=-45.4215,
    longitude=180.0,
    altitude=-12.5,
    rating=5,
    title="\U0001f4f7" * 300,
    caption="\U0001f4f7" * 1999 + "\n",  # as long as JSON gets
)
PROCESSED = Rendered(
    outcome="ready",
    reason=None,
    content_type="image/jpeg",
    width=4032,
    height=3024,
    thumbnail=b"small",
    preview=b"large",
    thumbhash=b"\x01\x02\x03\x04\x05",
    metadata=METADATA,
)
REPORTS: list[Report] = [
    PROCESSED,
    dataclasses.replace(
        PROCESSED, outcome="damaged", reason="corrupt", thumbnail=None, preview=None, thumbhash=None
    ),
    dataclasses.replace(PROCESSED, is_animated=True),
    dataclasses.replace(PROCESSED, motion=Motion(1, 2, 3)),
    dataclasses.replace(PROCESSED, motion=Motion(1 << 33, 1 << 26)),
    dataclasses.replace(PROCESSED, fingerprint=bytes(FINGERPRINT_BYTES)),
    Header(content_type="image/png", width=1, height=2, metadata=PictureMetadata()),
    VisionInput(preview=saved(quarters(), "WEBP")),
    Rejected(reason="not_a_picture"),
    Rejected(reason="unsupported_type", content_type="video/mp4"),
]


def heard(wire: bytes) -> Report:
    parts: list[bytes | None] = []
    at = HEAD_BYTES
    for length in lengths(wire[:HEAD_BYTES]):
        parts.append(None if length is None else wire[at : at + length])
        at += length or 0
    assert at == len(wire)
    return unpack(parts)


@pytest.mark.parametrize("report", REPORTS)
def test_what_is_said_is_what_is_heard(report: Report) -> None:
    assert heard(pack(report)) == report


def said(**changes: object) -> bytes:
    wire = pack(dataclasses.replace(PROCESSED, thumbnail=None, preview=None, thumbhash=None))
    return json.dumps({**json.loads(wire[HEAD_BYTES:]), **changes}).encode()


def with_metadata(**changes: object) -> bytes:
    return said(metadata={**json.loads(said())["metadata"], **changes})


NONSENSE = {
    "no JSON": b"\xff",
    "no object": b"[1]",
    "nothing": b"{}",
    "deep": b"[" * 100_000,
    "another kind": said(kind="Exploit"),
    "a vision input of nothing": said(kind="VisionInput"),
    "ready with a reason": said(reason="corrupt"),
    "damaged without one": said(outcome="damaged"),
    "another type": said(content_type="text/html"),
    "another outcome": said(outcome="uploading"),
    "another reason": said(reason="<script>"),
    "an unhashable reason": said(reason=["x"]),
    "no width": said(width=None),
    "half a width": said(width=1.5),
    "a wide width": said(width=10**9),
    "a true width": said(width=True),
    "half animated": said(is_animated="yes"),
    "no metadata": said(metadata=None),
    "more metadata": with_metadata(owner="somebody"),
    "a time that is none": with_metadata(taken_at="soon"),
    "a time with a zone": with_metadata(taken_at="0001-01-01T00:00:00+14:00"),
    "a long name": with_metadata(make="x" * 65),
    "a name with a NUL": with_metadata(make="a\0b"),
    "a number as a name": with_metadata(make=5),
    "an endless number": with_metadata(f_number=float("inf")),
    "no number": with_metadata(f_number=float("nan")),
    "a text as a number": with_metadata(iso="200"),
    "a place off the earth": with_metadata(latitude=90.1),
    "a place nowhere": with_metadata(longitude=float("nan")),
    "a true place": with_metadata(longitude=True),
    "six stars": with_metadata(rating=6),
    "no stars": with_metadata(rating=0),
    "a true star": with_metadata(rating=True),
    "worse than rejected": with_metadata(rating=-2),
    "rejected in part": with_metadata(rating=-1.0),
    "half a star": with_metadata(rating=0.5),
    "a book of a title": with_metadata(title="x" * 301),
    "a title of two lines": with_metadata(title="a\nb"),
    "a book of a caption": with_metadata(caption="x" * 2001),
    "a caption with a NUL": with_metadata(caption="a\0b"),
    "an offset of weeks": with_metadata(taken_offset_minutes=100_000),
}


# Of every field what is wrong for all, and what its column, its page or Python itself would not
# take. Each is a text of JSON, so that also what no Python object says is tried.
_NUMBER_MATRIX = ("1e400", "-1e400", "NaN", "Infinity", "1" + "0" * 5000, "true", '"1"')
_TEXT_MATRIX = ('"\\u0000"', '"\\ud800"', '"a\\u202eb"', "5", "true")
_WHOLE_MATRIX = (*_NUMBER_MATRIX, "1.5", "2147483648", "-2147483649", "1" + "0" * 400)
_OF_ALL = ("[]", "{}", "[[1]]")
METADATA_MATRIX: dict[str, tuple[str, ...]] = {
    "taken_at": (
        *('"soon"', "5", "true", '"2024-05-01T10:00:05Z"', '"0001-01-01T00:00:00+14:00"'),
        *('"9999-12-31T23:59:59-14:00"', '"10000-01-01T00:00:00"', '"0000-01-01"', '"\\u0000"'),
    ),
    "taken_offset_minutes": (*_WHOLE_MATRIX, "841", "-841", "32768", "1440"),
    "make": (*_TEXT_MATRIX, f'"{"x" * 65}"', '"a\\nb"'),
    "model": (*_TEXT_MATRIX, f'"{"x" * 65}"', '"a\\nb"'),
    "lens": (*_TEXT_MATRIX, f'"{"x" * 65}"', '"a\\nb"'),
    "exposure_time": (*_TEXT_MATRIX, f'"{"1" * 21}"', '"1\\n"'),
    "f_number": (*_NUMBER_MATRIX, "1" + "0" * 400),
    "iso": (*_WHOLE_MATRIX, "100000001"),
    "focal_length": (*_NUMBER_MATRIX, "1" + "0" * 400),
    "latitude": (*_NUMBER_MATRIX, "90.1", "-90.1"),
    "longitude": (*_NUMBER_MATRIX, "180.1", "-180.1"),
    "altitude": (*_NUMBER_MATRIX, "1" + "0" * 400),
    "rating": (*_WHOLE_MATRIX, "0", "6", "-2", "32768"),
    "title": (*_TEXT_MATRIX[:-1], "true", f'"{"x" * 301}"', '"a\\nb"'),
    "caption": (*_TEXT_MATRIX[:-1], "true", f'"{"x" * 2001}"', '"a\\rb"'),
    "content_identifier": (*_TEXT_MATRIX, f'"{"x" * 65}"', '"a\\nb"'),
}
REPORT_MATRIX: dict[str, tuple[str, ...]] = {
    "kind": ("null", "5", '"VisionInput"', '"header"'),
    "outcome": ("null", "5", "true", '"damaged"', '"rejected"'),
    "reason": ("5", "true", '""', '"corrupt"', '"not_a_picture"'),
    "content_type": ("null", "5", '"image/svg+xml"', '"text/html"', '"image/jpeg\\u0000"'),
    "width": ("null", *_WHOLE_MATRIX, "-1", "1000001"),
    "height": ("null", *_WHOLE_MATRIX, "-1", "1000001"),
    "is_animated": ("null", '"yes"', "2", "1.5"),
    "metadata": ("null", "5", '"{}"'),
    "motion": (
        *("5", '"1"', "true", "[1,2]", "[1,2,3,4]", "[0,2,null]", "[1,0,null]", "[1,2,0]"),
        *("[-1,2,null]", "[1,67108865,null]", "[1,2,600001]", "[1.5,2,null]", "[true,2,null]"),
    ),
    "milliseconds": (*_WHOLE_MATRIX[:-4], '"1"', "0", "-1", "1.5", "604800001"),
    "error": (*_TEXT_MATRIX, f'"{"x" * 65}"'),
}
MATRIX = [
    *((True, field, wrong) for field, each in METADATA_MATRIX.items() for wrong in _OF_ALL + each),
    *((False, field, wrong) for field, each in REPORT_MATRIX.items() for wrong in _OF_ALL + each),
]


def test_matrix_has_every_field_that_a_child_reports() -> None:
    assert METADATA_MATRIX.keys() == {field.name for field in dataclasses.fields(PictureMetadata)}
    parts = {"thumbnail", "preview", "thumbhash", "fingerprint"}
    said_of_a_picture = {field.name for field in dataclasses.fields(Rendered)} - parts
    assert REPORT_MATRIX.keys() == said_of_a_picture | {"kind"}


@pytest.mark.parametrize(
    ("of_metadata", "field", "wrong"),
    MATRIX,
    ids=[f"{field}-{wrong[:24]}-{len(wrong)}" for _, field, wrong in MATRIX],
)
def test_no_field_may_be_more_than_its_column_takes(
    of_metadata: bool,  # noqa: FBT001 - pytest's
    field: str,
    wrong: str,
) -> None:
    change = with_metadata if of_metadata else said
    wire = change(**{field: "WRONG"}).replace(b'"WRONG"', wrong.encode())
    assert wrong.encode() in wire
    with pytest.raises(WireError):
        unpack([wire, None, None, None, None])


LONGEST: dict[str, object] = {
    "taken_at": "9999-12-31T23:59:59.999999",
    "taken_offset_minutes": -840,
    "make": "x" * 64,
    "model": "\U0001f4f7" * 64,
    "lens": "x" * 64,
    "exposure_time": "1" * 20,
    "iso": 100_000_000,
    "rating": -1,
    "title": "x" * 300,
    "caption": "x" * 2000,
}


@pytest.mark.parametrize("field", LONGEST)
def test_columns_take_the_most_that_a_child_may_report(field: str) -> None:
    report = unpack([with_metadata(**{field: LONGEST[field]}), None, None, None, None])
    assert isinstance(report, Rendered)
    value = getattr(report.metadata, field)
    column = Image.__table__.c[
        {"make": "camera_make", "model": "camera_model", "title": "file_title"}.get(field, field)
    ].type
    match column:
        case String(length=int(most)):
            assert len(value) <= most
        case SmallInteger():
            assert -(2**15) <= value < 2**15
        case Integer():
            assert -(2**31) <= value < 2**31
        case DateTime():
            assert not column.timezone
            assert value.tzinfo is None
        case Text():
            assert len(value) == {"title": LONGEST_TITLE, "caption": LONGEST_CAPTION}[field]


@pytest.mark.parametrize(
    "parts",
    [
        (b"", None, None, None),
        (None, b"", None, None),
        (None, None, b"", None),
        (None, None, b"\1\2\3\4", None),
        (None, None, b"\1\2\3\x08\5", None),  # whose picture is no pixel wide
        (None, None, None, bytes(FINGERPRINT_BYTES - 1)),
        (None, None, None, b"\xff" * FINGERPRINT_BYTES),  # hashes of a bit too many
    ],
)
def test_derived_picture_that_is_none_is_not_believed(parts: tuple[bytes | None, ...]) -> None:
    with pytest.raises(WireError):
        unpack([said(), *parts])


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_not_believed(name: str) -> None:
    with pytest.raises(WireError):
        unpack([NONSENSE[name], None, None, None, None])


@pytest.mark.parametrize("preview", [b"bare", b"", saved(quarters(), "JPEG")])
def test_vision_input_that_is_no_bare_picture_is_not_believed(preview: bytes) -> None:
    with pytest.raises(WireError):
        unpack([said(kind="VisionInput"), None, preview, None, None])


@pytest.mark.parametrize(
    "sizes",
    [
        (2**32 - 1, 0, 0, 0, 0),
        (100_000, 0, 0, 0, 0),
        (10, 9 << 20, 0, 0, 0),
        (10, 0, 33 << 20, 0, 0),
        (10, 0, 0, 65, 0),
        (10, 0, 0, 0, FINGERPRINT_BYTES + 1),
    ],
)
def test_no_part_may_be_endless(sizes: tuple[int, ...]) -> None:
    with pytest.raises(WireError):
        lengths(struct.pack(">5L", *sizes))
