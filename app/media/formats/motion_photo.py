"""Find the video of a motion photo: it follows the image in the same file.

Google's Motion Photo format 1.0 counts it from the end of the file: the last of the media that the
XMP packet lists starts as many bytes before the end as it is long. Its own padding is not counted:
Samsung's HEIC repeats there the length of a box behind the video that the length holds already
(199 bytes of "sefd"). Other files say less: older ones one number, some of Samsung's only a marker
or a box, and some nothing but that there is something. No place is believed where no video begins.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from app.media.formats.isobmff import Box, walk
from app.media.formats.sniff import Bytes
from app.media.metadata.xmp import XmpFacts

# Phones write 2 to 30 MB.
MAX_MOTION_BYTES = 64 << 20
MAX_MILLISECONDS = 10 * 60_000
_MAX_BOXES = 1000
_MOTION = "MotionPhoto"
_MARKER = b"MotionPhoto_Data"  # of Samsung, right before the video in a JPEG
_VIDEO_BOX = b"mpvd"  # of Motion Photo 1.0, around the video in a HEIC
_FIRST_BOX, _INDEX_BOX, _HEAD_BOX = b"ftyp", b"moov", b"mvhd"
# Samsung's list at the end of a file, in which the entry of the video has this type: each entry
# says how far before the list its block begins, and how long that is (ExifTool, Samsung.pm).
_LIST, _LIST_END, _VIDEO_ENTRY = b"SEFH", b"SEFT", 0x0A30
_MAX_ENTRIES = 100
_HEAD_BYTES = 32  # of the head: all that says how long it plays
_SEARCHED_AT_ONCE = 1 << 20
# What a video consists of (ISO/IEC 14496-12, QuickTime); behind it may stand what a maker adds.
_BOXES = frozenset(
    {
        *(_FIRST_BOX, _INDEX_BOX, b"mdat", b"free", b"skip", b"wide", b"pnot", b"uuid", b"meta"),
        *(b"moof", b"mfra", b"sidx", b"styp", b"udta"),
    }
)


class Motion(NamedTuple):
    """Where the moving part is in the file: its first byte, and how many bytes it has.

    milliseconds is how long it plays, as it says itself; None where that makes no sense.
    """

    start: int
    length: int
    milliseconds: int | None = None


def find_motion(data: Bytes, said: XmpFacts) -> Motion | None:
    """Return the moving part of a whole file, given its XMP; None when there is none.

    Nothing raises for bad bytes.
    """
    for start in _places(data, said):
        length = _video_bytes(data, start) if 0 < start < len(data) else 0
        if 0 < length <= MAX_MOTION_BYTES:
            return Motion(start, length, duration_of(data, start, start + length))
    return None


def duration_of(data: Bytes, start: int, end: int) -> int | None:
    """Return how many milliseconds a video plays, by its header (ISO/IEC 14496-12, 8.2.2)."""
    for box in walk(data, start, end, most=_MAX_BOXES):
        if box.kind == _INDEX_BOX:
            for inner in walk(data, box.start, box.end, most=_MAX_BOXES):
                if inner.kind == _HEAD_BOX:
                    return _milliseconds(bytes(data[inner.start : inner.end][:_HEAD_BYTES]))
    return None


def _milliseconds(head: bytes) -> int | None:
    is_long = head[:1] == b"\1"
    where = struct.Struct(">20xLQ") if is_long else struct.Struct(">12xLL")
    if len(head) < where.size:
        return None
    scale, duration = where.unpack_from(head)
    said = round(1000 * duration / scale) if scale else 0
    return said if 0 < said <= MAX_MILLISECONDS else None


def _places(data: Bytes, said: XmpFacts) -> Iterator[int]:
    """Yield where it may start, the surest first."""
    behind = 0
    for part in reversed(said.parts):
        if part.purpose == _MOTION and part.length:
            yield len(data) - behind - part.length
        behind += part.length + part.padding
    if said.motion_length:
        yield len(data) - said.motion_length
    yield from (start for kind, start, _ in _whole_boxes(data, 0) if kind == _VIDEO_BOX)
    yield from _by_list(data)
    if not said.has_motion:
        return
    # Not the marker in the list at the end of the file.
    for marked in _found(data, _MARKER + b"\0\0\0"):
        yield marked + len(_MARKER)
    # 24 to 64 bytes of "ftyp" are what videos begin with; a picture's own is the first of a HEIC.
    for at in _found(data, _FIRST_BOX):
        yield at - 4


def _by_list(data: Bytes) -> Iterator[int]:
    """Yield where Samsung's list at the end of a file says that the video begins."""
    end = len(data) - 8
    if end < 0 or bytes(data[end + 4 :]) != _LIST_END:
        return
    start = end - int.from_bytes(data[end : end + 4], "little")
    if start < 0 or bytes(data[start : start + 4]) != _LIST or start + 12 > end:
        return
    (count,) = struct.unpack_from("<L", data, start + 8)
    for number in range(min(count, _MAX_ENTRIES)):
        at = start + 12 + 12 * number
        if at + 12 > end:
            return
        kind, behind, length = struct.unpack_from("<2xHLL", data, at)
        if kind == _VIDEO_ENTRY and 8 + len(_MARKER) < length <= behind <= start:
            yield start - behind + 8 + len(_MARKER)


def _found(data: Bytes, wanted: bytes) -> Iterator[int]:
    """Yield where bytes are, not from the first on, a thousand places at most.

    A copy is made of a part at a time: files may have hundreds of megabytes.
    """
    yielded = 0
    for start in range(0, len(data), _SEARCHED_AT_ONCE):
        part = bytes(data[start : start + _SEARCHED_AT_ONCE + len(wanted) - 1])
        at = part.find(wanted, 12 if start == 0 else 0)
        while at >= 0:
            yield start + at
            yielded += 1
            if yielded == _MAX_BOXES:
                return
            at = part.find(wanted, at + len(wanted))


def _video_bytes(data: Bytes, start: int) -> int:
    """Return how long the video is that begins there; 0 when none does."""
    kinds: set[bytes] = set()
    end = start
    for kind, _, following in _whole_boxes(data, start):
        if kind not in _BOXES or (not kinds and kind != _FIRST_BOX):
            break
        kinds.add(kind)
        end = following
    return end - start if _INDEX_BOX in kinds else 0


def _whole_boxes(data: Bytes, start: int) -> Iterator[Box]:
    return walk(data, start, len(data), most=_MAX_BOXES, whole_only=True)
