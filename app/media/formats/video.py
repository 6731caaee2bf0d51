"""Read what a video says of itself: how large it is, how long it plays, when and where it was made.

Only boxes are read (ISO/IEC 14496-12; Apple's QuickTime File Format), to a fixed depth, and of each
box and of all together a bounded number. What has no index is no video that could be played.
"""

import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from app.media.formats.isobmff import Box, Boxes, walk
from app.media.formats.sniff import MAX_SIDE, Bytes
from app.media.metadata.apple import clean_identifier
from app.media.metadata.dates import read_moment
from app.media.metadata.gps import Place, place
from app.media.metadata.reader import PictureMetadata
from app.media.metadata.sanitize import clean_caption, clean_name, clean_title, decoded

MAX_MILLISECONDS = 7 * 24 * 3600 * 1000
_MAX_BOXES = 10_000  # of the file itself: fragments are boxes, too
_MAX_INNER = 200  # of one box
# Of all boxes within indexes together: films have some hundreds.
MAX_BOXES_WITHIN = 20_000
_MAX_KEYS = 200
_MAX_VALUE = 4096  # bytes of one text
_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)

_KEY = "com.apple.quicktime."
# As keys and, of what has none, as kinds of boxes in `udta`.
_NAMES = {
    f"{_KEY}content.identifier": "identifier",
    f"{_KEY}creationdate": "taken",
    f"{_KEY}location.ISO6709": "place",
    f"{_KEY}make": "make",
    f"{_KEY}model": "model",
    f"{_KEY}title": "title",
    f"{_KEY}description": "caption",
    "com.android.manufacturer": "make",
    "com.android.model": "model",
}
_USER_DATA = {
    b"\xa9day": "taken",
    b"\xa9xyz": "place",
    b"\xa9mak": "make",
    b"\xa9mod": "model",
    b"\xa9nam": "title",
}
_SIGNED = r"([+-]\d{1,3}(?:\.\d{1,8})?)"
_ISO_6709 = re.compile(rf"{_SIGNED}{_SIGNED}(?:([+-]\d{{1,5}}(?:\.\d{{1,8}})?))?", re.ASCII)


class Video(NamedTuple):
    """What a video says: pixels upright (0: it does not say), and how long it plays.

    is_whole: whether it has all that its boxes promise.
    """

    width: int
    height: int
    milliseconds: int | None
    metadata: PictureMetadata
    is_whole: bool


class NoVideoError(ValueError):
    """Nothing in it can be shown moving."""


def read_video(data: Bytes) -> Video:
    """Read a whole file.

    Raises:
        NoVideoError: it has neither an index with a picture, nor bytes of which the index is lost.
    """
    index: Box | None = None
    has_bytes = False
    for box in walk(data, 0, len(data), most=_MAX_BOXES):
        has_bytes |= box.kind in {b"mdat", b"moof"}
        if box.kind == b"moov" and index is None:
            index = box
    is_whole = _is_whole(data)
    if index is None:
        if has_bytes and not is_whole:  # the index comes last, and is missing
            return Video(0, 0, None, PictureMetadata(), is_whole=False)
        raise NoVideoError
    return _read_index(Boxes(data, most=MAX_BOXES_WITHIN), index, is_whole=is_whole)


def _is_whole(data: Bytes) -> bool:
    """Whether the last box ends where the file does, or before what is no box."""
    ends = 0
    for box in walk(data, 0, len(data), most=_MAX_BOXES, whole_only=True):
        ends = box.end
    rest = len(data) - ends
    if rest < 8:  # noqa: PLR2004 - no box is shorter
        return True
    size = int.from_bytes(data[ends : ends + 4], "big")
    kind = bytes(data[ends + 4 : ends + 8])
    return not (kind.isalnum() and kind.isascii()) or (size != 1 and size < 8)  # noqa: PLR2004


def _read_index(data: Boxes, index: Box, *, is_whole: bool) -> Video:
    said: dict[str, str] = {}
    milliseconds, made_at = None, None
    sizes: list[tuple[int, int]] = []
    for box in _inner(data, index):
        if box.kind == b"mvhd":
            milliseconds, made_at = _read_head(bytes(data[box.start : box.end][:32]))
        elif box.kind == b"trak":
            sizes += _size_of_track(data, box)
        elif box.kind == b"meta":
            said |= _read_keys(data, box)
        elif box.kind == b"udta":
            said = {**_read_user_data(data, box), **said}
    if not sizes:
        raise NoVideoError
    width, height = max(sizes)
    return Video(width, height, milliseconds, _metadata(said, made_at), is_whole=is_whole)


def _inner(data: Boxes, box: Box, *, skip: int = 0) -> Iterator[Box]:
    return data.walk(box.start + skip, box.end, most=_MAX_INNER)


def _read_head(head: bytes) -> tuple[int | None, datetime | None]:
    """Return how long a movie plays, in milliseconds, and when it was made, by its header."""
    where = struct.Struct(">4xQ8xLQ") if head[:1] == b"\1" else struct.Struct(">4xL4xLL")
    if len(head) < where.size:
        return None, None
    made, scale, duration = where.unpack_from(head)
    unknown = (1 << 64) - 1 if head[:1] == b"\1" else (1 << 32) - 1
    said = round(1000 * duration / scale) if scale and duration != unknown else 0
    try:
        at = _EPOCH + timedelta(seconds=made) if made else None
    except OverflowError:
        at = None
    return said if 0 < said <= MAX_MILLISECONDS else None, at


def _size_of_track(data: Boxes, track: Box) -> list[tuple[int, int]]:
    """Return the size of a track, upright; none where it shows nothing."""
    shows, size = False, None
    for box in _inner(data, track):
        if box.kind == b"tkhd":
            size = _read_size(bytes(data[box.start : box.end][:96]))
        elif box.kind == b"mdia":
            for inner in _inner(data, box):
                if inner.kind == b"hdlr":
                    shows |= bytes(data[inner.start + 8 : inner.start + 12]) == b"vide"
    return [size] if shows and size else []


def _read_size(head: bytes) -> tuple[int, int] | None:
    at = 52 if head[:1] == b"\1" else 40
    if len(head) < at + 44:
        return None
    a, b, _, c, d = struct.unpack_from(">5l", head, at)
    width, height = (int(side) >> 16 for side in struct.unpack_from(">LL", head, at + 36))
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        return 0, 0
    is_turned = a == d == 0 and b != 0 and c != 0
    return (height, width) if is_turned else (width, height)


def _read_keys(data: Boxes, meta: Box) -> dict[str, str]:
    """Read metadata by keys: the names are in one box, the values in another.

    In an MP4 the box has four bytes of its own first; in a QuickTime movie it has not.
    """
    skip = 0 if bytes(data[meta.start + 4 : meta.start + 8]) == b"hdlr" else 4
    names: list[str] = []
    said: dict[str, str] = {}
    for box in _inner(data, meta, skip=skip):
        if box.kind == b"keys":
            names = _read_names(data, box)
        elif box.kind == b"ilst":
            for item in _inner(data, box):
                number = int.from_bytes(item.kind, "big")
                name = _NAMES.get(names[number - 1]) if 0 < number <= len(names) else None
                name = name or _USER_DATA.get(item.kind)
                if name and (text := _read_value(data, item)):
                    said.setdefault(name, text)
    return said


def _read_names(data: Boxes, keys: Box) -> list[str]:
    # Each is built as a box: its length, its name space, and the name.
    return [
        decoded(bytes(data[key.start : min(key.end, key.start + 100)]))
        for key in data.walk(keys.start + 8, keys.end, most=_MAX_KEYS)
    ]


def _read_value(data: Boxes, item: Box) -> str:
    for box in _inner(data, item):
        if box.kind == b"data":
            return decoded(bytes(data[box.start + 8 : min(box.end, box.start + 8 + _MAX_VALUE)]))
    return ""


def _read_user_data(data: Boxes, box: Box) -> dict[str, str]:
    """Read texts of a movie's user data: a length and a language, and then the text."""
    said: dict[str, str] = {}
    for item in _inner(data, box):
        if item.kind == b"meta":
            said = {**_read_keys(data, item), **said}
        elif name := _USER_DATA.get(item.kind):
            length = int.from_bytes(data[item.start : item.start + 2], "big")
            end = min(item.end, item.start + 4 + min(length, _MAX_VALUE))
            said[name] = decoded(bytes(data[item.start + 4 : end]))
    return said


def _metadata(said: dict[str, str], made_at: datetime | None) -> PictureMetadata:
    taken = read_moment(said.get("taken", ""))
    if (taken is None or not taken.has_time) and made_at is not None:
        # By the clock of Greenwich: the header knows no other.
        taken = read_moment(made_at.strftime("%Y-%m-%dT%H:%M:%SZ")) or taken
    where = _place(said.get("place", ""))
    return PictureMetadata(
        taken_at=taken.clock if taken else None,
        taken_offset_minutes=taken.offset_minutes if taken else None,
        make=clean_name(said.get("make", "")),
        model=clean_name(said.get("model", "")),
        latitude=where.latitude if where else None,
        longitude=where.longitude if where else None,
        altitude=where.altitude if where else None,
        title=clean_title(said.get("title", "")),
        caption=clean_caption(said.get("caption", "")),
        content_identifier=clean_identifier(said.get("identifier", "")),
    )


def _place(text: str) -> Place | None:
    """Read a place as ISO 6709 writes it in degrees: +48.8582+002.2945+035.0/."""
    found = _ISO_6709.match(text)
    if found is None:
        return None
    latitude, longitude, altitude = found.groups()
    return place(float(latitude), float(longitude), None if altitude is None else float(altitude))
