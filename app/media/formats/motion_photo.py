"""Find the video of a motion photo: it follows the image in the same file.

Google's Motion Photo format 1.0 counts it from the end of the file: the last of the media that the
XMP packet lists starts as many bytes before the end as it is long. Its own padding is not counted:
Samsung's HEIC repeats there the length of a box behind the video that the length holds already
(199 bytes of "sefd"). Other files say less: older ones one number, some of Samsung's only a marker
or a box, and some nothing but that there is something. No place is believed where no video begins.
"""

from collections.abc import Iterator
from typing import NamedTuple

from app.media.formats.isobmff import Box, walk
from app.media.formats.sniff import Bytes
from app.media.metadata.xmp import XmpFacts

_MAX_BOXES = 1000
_MOTION = "MotionPhoto"
_MARKER = b"MotionPhoto_Data"  # of Samsung, right before the video in a JPEG
_VIDEO_BOX = b"mpvd"  # of Motion Photo 1.0, around the video in a HEIC
_FIRST_BOX, _INDEX_BOX = b"ftyp", b"moov"
# What a video consists of (ISO/IEC 14496-12, QuickTime); behind it may stand what a maker adds.
_BOXES = frozenset(
    {
        *(_FIRST_BOX, _INDEX_BOX, b"mdat", b"free", b"skip", b"wide", b"pnot", b"uuid", b"meta"),
        *(b"moof", b"mfra", b"sidx", b"styp", b"udta"),
    }
)


class Motion(NamedTuple):
    """Where the moving part is in the file: its first byte, and how many bytes it has."""

    start: int
    length: int


def find_motion(data: Bytes, said: XmpFacts) -> Motion | None:
    """Return the moving part of a whole file, given its XMP; None when there is none.

    Nothing raises for bad bytes.
    """
    for start in _places(data, said):
        length = _video_bytes(data, start) if 0 < start < len(data) else 0
        if length:
            return Motion(start, length)
    return None


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
    if not said.has_motion:
        return
    whole = bytes(data)
    marked = whole.rfind(_MARKER + b"\0\0\0")  # not the one in the list at the end of the file
    if marked > 0:
        yield marked + len(_MARKER)
    # 24 to 64 bytes of "ftyp" are what videos begin with; a picture's own is the first of a HEIC.
    at = whole.find(_FIRST_BOX, 12)
    for _ in range(_MAX_BOXES):
        if at < 0:
            return
        yield at - 4
        at = whole.find(_FIRST_BOX, at + 4)


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
