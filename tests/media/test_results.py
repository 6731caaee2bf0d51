"""What a child says is only believed when it makes sense."""

import dataclasses
import json
import struct
from datetime import datetime

import pytest

from app.images.metadata import PictureMetadata
from app.images.outcome import (
    HEAD_BYTES,
    Developed,
    Header,
    Rejected,
    Report,
    Sketch,
    WireError,
    lengths,
    pack,
    unpack,
)

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
    caption="\U0001f4f7" * 1999 + "\n",  # as long as JSON gets
)
DEVELOPED = Developed(
    outcome="ready",
    reason=None,
    content_type="image/jpeg",
    width=4032,
    height=3024,
    thumbnail=b"small",
    preview=b"large",
    thumbhash=b"\x01\x02",
    metadata=METADATA,
)
REPORTS: list[Report] = [
    DEVELOPED,
    dataclasses.replace(
        DEVELOPED, outcome="damaged", reason="corrupt", thumbnail=None, preview=None, thumbhash=None
    ),
    dataclasses.replace(DEVELOPED, thumbnail=b""),
    dataclasses.replace(DEVELOPED, is_animated=True),
    Header(content_type="image/png", width=1, height=2, metadata=PictureMetadata()),
    Sketch(preview=b"bare"),
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
    wire = pack(dataclasses.replace(DEVELOPED, thumbnail=None, preview=None, thumbhash=None))
    return json.dumps({**json.loads(wire[HEAD_BYTES:]), **changes}).encode()


def with_metadata(**changes: object) -> bytes:
    return said(metadata={**json.loads(said())["metadata"], **changes})


NONSENSE = {
    "no JSON": b"\xff",
    "no object": b"[1]",
    "nothing": b"{}",
    "deep": b"[" * 100_000,
    "another kind": said(kind="Exploit"),
    "a sketch of nothing": said(kind="Sketch"),
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
    "a book of a caption": with_metadata(caption="x" * 2001),
    "a caption with a NUL": with_metadata(caption="a\0b"),
    "an offset of weeks": with_metadata(taken_offset_minutes=100_000),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_not_believed(name: str) -> None:
    with pytest.raises(WireError):
        unpack([NONSENSE[name], None, None, None])


@pytest.mark.parametrize(
    "sizes",
    [
        (2**32 - 1, 0, 0, 0),
        (100_000, 0, 0, 0),
        (10, 9 << 20, 0, 0),
        (10, 0, 33 << 20, 0),
        (10, 0, 0, 65),
    ],
)
def test_no_part_may_be_endless(sizes: tuple[int, ...]) -> None:
    with pytest.raises(WireError):
        lengths(struct.pack(">4L", *sizes))
