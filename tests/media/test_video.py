"""What videos say of themselves, and that no boxes keep anybody from saying so."""

import struct
from datetime import datetime

import pytest

from app.media.decode.decoder import render
from app.media.formats.sniff import MOV, MP4, detect
from app.media.formats.video import NoVideoError, read_video
from app.media.formats.video_frame import first_frame
from app.media.metadata.reader import read_metadata
from app.media.results import Rejected, Rendered
from tests.media.live_samples import IDENTIFIER, maker_note, movie, one_frame
from tests.media.motion_samples import VIDEO
from tests.media.raw_samples import box
from tests.media.samples import exif_block

HEAD = box(b"ftyp", b"qt  " + bytes(4))


def test_apples_movie_says_when_where_and_of_which_photo() -> None:
    video = read_video(movie())
    assert (video.width, video.height, video.milliseconds) == (64, 48, 2000)
    assert video.is_whole
    said = video.metadata
    assert (said.taken_at, said.taken_offset_minutes) == (datetime(2024, 5, 3, 14, 5, 6), 120)  # noqa: DTZ001
    assert (said.latitude, said.longitude, said.altitude) == (48.8582, 2.2945, 35)
    assert (said.make, said.model) == ("Apple", "iPhone 15 Pro")
    assert said.content_identifier == IDENTIFIER


def test_a_video_of_other_makers_says_when_by_greenwich_and_where() -> None:
    index = VIDEO.index(b"mvhd")
    made = struct.pack(">L", 3_797_590_000)
    user_data = box(
        b"udta", box(b"\xa9xyz", struct.pack(">HH", 18, 0x15C7) + b"-33.8568+151.2153/")
    )
    size = int.from_bytes(VIDEO[28:32], "big")
    whole = (
        VIDEO[:28]
        + struct.pack(">L", size + len(user_data))
        + VIDEO[32 : index + 8]
        + made
        + VIDEO[index + 12 : 28 + size]
        + user_data
        + VIDEO[28 + size :]
    )
    said = read_video(whole).metadata
    assert (said.taken_at, said.taken_offset_minutes) == (datetime(2024, 5, 3, 14, 6, 40), 0)  # noqa: DTZ001
    assert (said.latitude, said.longitude) == (-33.8568, 151.2153)


def test_a_phone_held_upright_makes_an_upright_video() -> None:
    turned = bytearray(VIDEO)
    at = turned.index(b"tkhd") + 4 + 40
    struct.pack_into(">9l", turned, at, 0, 1 << 16, 0, -(1 << 16), 0, 0, 48 << 16, 0, 1 << 30)
    video = read_video(bytes(turned))
    assert (video.width, video.height) == (48, 64)


@pytest.mark.parametrize("order", [">", "<"])
def test_a_still_says_of_which_live_photo_it_is(order: str) -> None:
    note = maker_note(IDENTIFIER.lower(), order=order)
    exif = exif_block({}, {0x927C: (7, note)}, order=order)
    assert read_metadata(exif).content_identifier == IDENTIFIER


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"Apple iOS\0\0\1",
        b"Apple iOS\0\0\1MM",
        b"Apple iOS\0\0\1XX" + bytes(50),
        b"Apple iOS\0\0\1MM\xff\xff" + bytes(40),
        maker_note("no identifier: it has spaces"),
        maker_note("A" * 65),
        maker_note(IDENTIFIER)[:40],
    ],
)
def test_other_maker_notes_say_nothing(note: bytes) -> None:
    exif = exif_block({}, {0x927C: (7, note)} if note else {})
    assert read_metadata(exif).content_identifier is None


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (movie(), MOV),
        (VIDEO, MP4),
        (box(b"mdat", bytes(9)) + movie()[28:], MOV),
        (box(b"wide", b"") + box(b"mdat", b""), MOV),
    ],
)
def test_videos_are_known_by_their_bytes(data: bytes, content_type: str) -> None:
    found = detect(data)
    assert found
    assert (found.content_type, found.supported) == (content_type, True)


def test_a_video_is_kept_as_it_is() -> None:
    shown = render(movie())
    assert isinstance(shown, Rendered)
    assert (shown.outcome, shown.content_type, shown.milliseconds) == ("ready", MOV, 2000)
    assert shown.thumbnail is shown.preview is shown.fingerprint is None


def test_a_video_that_ends_early_is_kept() -> None:
    for cut in (VIDEO[:-40], movie()[:200]):
        shown = render(cut)
        assert isinstance(shown, Rendered)
        assert (shown.outcome, shown.reason) == ("damaged", "incomplete")


def nested(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = box(b"moov", inner)
    return inner


MANY = box(b"free", b"") * 300_000
TRACKS = box(b"moov", box(b"trak", box(b"mdia", b"")) * 50_000)


@pytest.mark.parametrize(
    "boxes",
    [
        b"",
        b"\0\0\0\0moov",
        b"\0\0\0\x01moov" + b"\xff" * 8,
        b"\0\0\0\x02moov" + bytes(8),
        b"\xff\xff\xff\xffmoov" + bytes(64),
        nested(50_000),
        MANY,
        TRACKS,
        box(b"moov", box(b"mvhd", b"")),
        box(b"moov", box(b"mvhd", b"\1" + b"\xff" * 31)),
        box(b"moov", box(b"trak", box(b"tkhd", bytes(84)) + box(b"mdia", box(b"hdlr", b"")))),
        box(b"moov", box(b"meta", box(b"keys", b"\xff" * 8) + box(b"ilst", b"\xff" * 8))),
        box(b"moov", box(b"meta", box(b"hdlr", b"") + box(b"ilst", box(b"\0\0\0\1", b"")))),
        box(b"moov", box(b"udta", box(b"\xa9xyz", b"\xff"))),
    ],
)
def test_boxes_without_a_video_are_refused(boxes: bytes) -> None:
    with pytest.raises(NoVideoError):
        read_video(HEAD + boxes)
    refused = render(HEAD + boxes)
    assert isinstance(refused, Rejected)
    assert (refused.reason, refused.content_type) == ("unreadable", MOV)


def behind(filler: bytes, video: bytes) -> bytes:
    """A video whose index, which comes last, begins with something else."""
    at = video.rindex(b"moov") - 4
    return video[:at] + box(b"moov", filler + video[at + 8 :])


def test_a_video_behind_more_boxes_than_all_that_are_read_is_not_found() -> None:
    media = box(b"mdia", box(b"free", b"") * 190)
    few, many = (box(b"trak", media * count) for count in (2, 110))
    assert read_video(behind(few, movie())).width == 64
    frame = one_frame()
    assert first_frame(behind(few, frame)) is not None
    with pytest.raises(NoVideoError):
        read_video(behind(many, movie()))
    # Tables of samples are looked for in the first of each kind: many tracks of many boxes.
    tracks = box(b"trak", box(b"mdia", box(b"free", b"") * 190)) * 110
    assert first_frame(behind(tracks, frame)) is None


@pytest.mark.parametrize(
    "more",
    [
        box(b"meta", b""),
        box(b"meta", box(b"hdlr", b"") + box(b"keys", b"\0\0\0\0\xff\xff\xff\xff" + bytes(4))),
        box(b"meta", box(b"hdlr", b"") + box(b"ilst", box(b"\xff\xff\xff\xff", b"\xff"))),
        box(b"udta", box(b"\xa9day", b"\xff\xff\0\0" + b"9" * 9000)),
        box(b"free", b"") * 5_000,
    ],
)
def test_odd_boxes_beside_a_video_do_not_matter(more: bytes) -> None:
    video = read_video(movie(more=more))
    assert (video.width, video.milliseconds) == (64, 2000)
    assert video.metadata.content_identifier == IDENTIFIER


@pytest.mark.parametrize(
    "place",
    ["", "+91.0+000.0/", "+00.0+000.0/", "+1", "x" * 5000, "+48.8582+002.2945" + "+9" * 999],
)
def test_places_that_are_none(place: str) -> None:
    said = read_video(movie(place=place)).metadata
    assert said.latitude in {None, 48.8582}
