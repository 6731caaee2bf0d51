"""Results of decoding a file, and how a decoder process reports them to its parent.

The decoder process has read hostile bytes, so its parent trusts nothing in its report. Every field
is checked against a bound here, and a report that does not fit is a WireError.
"""

import json
import struct
import sys
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal, get_args

from app.media.fingerprints import FINGERPRINT_BYTES, Fingerprint
from app.media.formats.bare_webp import NotBareError, check
from app.media.formats.motion_photo import MAX_MILLISECONDS, MAX_MOTION_BYTES, Motion
from app.media.formats.sniff import MAX_SIDE, SUPPORTED
from app.media.formats.video import MAX_MILLISECONDS as LONGEST_VIDEO
from app.media.formats.without_metadata import MAX_PIECES, Piece
from app.media.metadata.reader import PictureMetadata
from app.media.metadata.sanitize import LONGEST_CAPTION, LONGEST_NAME, LONGEST_TITLE
from app.media.metadata.xmp import MAX_STARS, REJECTED

# Of the decoders: counted up when a picture may come out that did not before. Rows keep by which
# version they were decoded, and what was not shown, or called broken, is decoded again by a newer.
# CONTRIBUTING.md says when.
DECODER_VERSION = 3

# What a child process dies of.
DeathReason = Literal["too_slow", "out_of_memory", "decoder_crashed"]

# Why a file was refused.
RejectionReason = Literal[
    "not_a_picture",  # its bytes are of nothing known
    "unsupported_type",  # known, but not taken in: PSD, SVG, PDF, some RAW, video …
    "unreadable",  # begins like a picture, but its header makes no sense
]
# Why a picture opened only in part, or could not be shown. Its original is worth keeping.
DamageReason = Literal[
    "incomplete",  # the file ends early
    "corrupt",  # some of it makes no sense
    "undecodable",  # whole for all we know, but not decoded here
    "shown_small",  # too large to be decoded here: shown by the small copy in it
    DeathReason,
]


@dataclass(frozen=True, kw_only=True)
class Header:
    """What is known of a picture before any pixel is decoded; width and height are upright.

    Both are 0 when the part of the file is missing that says them.
    """

    content_type: str
    width: int
    height: int
    metadata: PictureMetadata
    is_animated: bool = False
    # What decoding may take on top of a warm child (memory_estimate.py); 0 when nobody knows.
    memory_bytes: int = 0

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.width * self.height


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A picture that opened, in full ("ready") or in part ("damaged", with a reason).

    thumbnail and preview are upright, without metadata but a colour profile: WebP, and the preview
    of a photo JPEG; they, the ThumbHash and the fingerprint are None when no pixel could be had.
    The fingerprint is packed (fingerprints.py), and None also of what is too flat to be compared.
    error is the class of the exception that a decoder raised, if any. motion is where in the file a
    video is that belongs to the picture. milliseconds is how long a video plays; it has no derived
    pictures.
    """

    outcome: Literal["ready", "damaged"]
    reason: DamageReason | None
    content_type: str
    width: int
    height: int
    thumbnail: bytes | None
    preview: bytes | None
    thumbhash: bytes | None
    metadata: PictureMetadata
    is_animated: bool = False
    error: str | None = None
    fingerprint: bytes | None = None
    motion: Motion | None = None
    milliseconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A file that is not taken in; content_type is what it looks like, where that is known."""

    reason: RejectionReason
    content_type: str | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class VisionInput:
    """A preview made small and bare: WebP of nothing but pixels. And its fingerprint, packed."""

    preview: bytes
    fingerprint: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Bare:
    """What stays of an original without its metadata: see without_metadata.py. None: not known."""

    pieces: tuple[Piece, ...] | None


class WireError(Exception):
    """What a child said is not a report."""


Report = Header | Rendered | Rejected | VisionInput | Bare

# Of the JSON, the thumbnail, the preview, the ThumbHash and the fingerprint.
_LENGTHS = struct.Struct(">5L")
_NOTHING = 0xFFFFFFFF
_SHORTEST_THUMBHASH = 5
_LONGEST = (32_768, 8 << 20, 32 << 20, 64, FINGERPRINT_BYTES)
HEAD_BYTES = _LENGTHS.size
_MAX_MEMORY = _LARGEST_FILE = 1 << 40
_LONGEST_EXPOSURE_TIME = 20  # "1/1000000" is the longest that is written


_BLOBS = ("thumbnail", "preview", "thumbhash", "fingerprint")


def pack(report: Report) -> bytes:
    """Write a report as lengths, JSON and the derived pictures themselves."""
    said = {"kind": type(report).__name__, **asdict(report)}
    parts = [said.pop(name, None) for name in _BLOBS]
    if isinstance(report, Bare) and report.pieces is not None:
        said["pieces"] = [each.hex() if isinstance(each, bytes) else each for each in report.pieces]
    taken_at = getattr(getattr(report, "metadata", None), "taken_at", None)
    if taken_at is not None:
        said["metadata"]["taken_at"] = taken_at.isoformat()
    blobs = [json.dumps(said, allow_nan=False).encode(), *parts]
    lengths = (_NOTHING if blob is None else len(blob) for blob in blobs)
    return _LENGTHS.pack(*lengths) + b"".join(blob or b"" for blob in blobs)


def lengths(head: bytes) -> list[int | None]:
    """Return the lengths of the five parts that follow a head of HEAD_BYTES bytes."""
    found = [None if n == _NOTHING else n for n in _LENGTHS.unpack(head)]
    if found[0] is None or any((n or 0) > most for n, most in zip(found, _LONGEST, strict=True)):
        raise WireError("a part is missing or too long")
    return found


def unpack(parts: list[bytes | None]) -> Report:
    """Read a report from its five parts, believing nothing."""
    said_bytes, thumbnail, preview, thumbhash, fingerprint = parts
    try:
        said = json.loads(said_bytes or b"")
        match said["kind"]:
            case "Rejected":
                return Rejected(
                    reason=_one_of(said["reason"], get_args(RejectionReason)),
                    content_type=_short_text(said["content_type"]),
                    error=_short_text(said["error"]),
                )
            case "Header":
                memory_bytes = _whole(said["memory_bytes"], least=0, most=_MAX_MEMORY)
                return Header(**_header(said), memory_bytes=memory_bytes)
            case "Bare":
                return Bare(pieces=_pieces(said["pieces"]))
            case "VisionInput" if preview:
                check(preview)
                return VisionInput(preview=preview, fingerprint=_fingerprint(fingerprint))
            case "Rendered":
                reason = _one_of(said["reason"], (None, *get_args(DamageReason)))
                return Rendered(
                    outcome=_one_of(said["outcome"], ("damaged" if reason else "ready",)),
                    reason=reason,
                    thumbnail=_not_empty(thumbnail),
                    preview=_not_empty(preview),
                    thumbhash=_thumbhash(thumbhash),
                    fingerprint=_fingerprint(fingerprint),
                    error=_short_text(said["error"]),
                    motion=_motion(said["motion"]),
                    milliseconds=_milliseconds(said["milliseconds"]),
                    **_header(said),
                )
    except (ValueError, TypeError, KeyError, RecursionError, NotBareError) as error:
        raise WireError("not a report") from error
    raise WireError("a report of no known kind")


def _pieces(said: Any) -> tuple[Piece, ...] | None:  # noqa: ANN401 - JSON
    """Pieces in the order of the file: the parent copies no byte twice, nor any before another."""
    if said is None:
        return None
    found: list[Piece] = []
    at = 0
    for each in said[:MAX_PIECES]:
        if isinstance(each, str):
            found.append(bytes.fromhex(each))
        elif isinstance(each, list):
            start, end = (_whole(n, least=at, most=_LARGEST_FILE) for n in each)
            if end < start:
                raise WireError("a piece that ends before it begins")
            found.append((start, end))
            at = end
        else:
            found.append(_whole(each, least=0, most=_LARGEST_FILE))
    return tuple(found)


def _header(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "content_type": _one_of(said["content_type"], SUPPORTED),
        "width": _side(said["width"]),
        "height": _side(said["height"]),
        "metadata": _metadata(said["metadata"]),
        "is_animated": _one_of(said["is_animated"], (False, True)) is True,
    }


def _metadata(said: dict[str, Any]) -> PictureMetadata:
    if set(said) != {field.name for field in fields(PictureMetadata)}:
        raise WireError("metadata of another shape")
    taken_at = said["taken_at"]
    return PictureMetadata(
        taken_at=None if taken_at is None else _wall_clock(taken_at),
        taken_offset_minutes=_optional_whole(said["taken_offset_minutes"], most=14 * 60),
        make=_short_text(said["make"]),
        model=_short_text(said["model"]),
        lens=_short_text(said["lens"]),
        exposure_time=_short_text(said["exposure_time"], longest=_LONGEST_EXPOSURE_TIME),
        f_number=_optional_number(said["f_number"]),
        iso=_optional_whole(said["iso"], most=100_000_000),
        focal_length=_optional_number(said["focal_length"]),
        latitude=_optional_number(said["latitude"], most=90),
        longitude=_optional_number(said["longitude"], most=180),
        altitude=_optional_number(said["altitude"]),
        rating=_rating(said["rating"]),
        title=_short_text(said["title"], longest=LONGEST_TITLE),
        caption=_caption(said["caption"]),
        content_identifier=_short_text(said["content_identifier"]),
    )


def _wall_clock(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    # PostgreSQL would move one with a zone, perhaps out of the years that Python knows.
    if moment.tzinfo is not None:
        raise WireError("a wall clock with a zone")
    return moment


def _rating(value: object) -> int | None:
    if value is None or (type(value) is int and value == REJECTED):
        return value
    return _whole(value, most=MAX_STARS)


def _one_of(value: Any, allowed: tuple[Any, ...]) -> Any:  # noqa: ANN401 - unchecked until here
    if value not in allowed:
        raise WireError(f"not one of {allowed}")
    return value


def _whole(value: object, *, least: int = 1, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise WireError("not a number within its bounds")
    return value


def _side(value: object) -> int:
    return 0 if value == 0 else _whole(value, most=MAX_SIDE)


def _optional_whole(value: object, *, most: int) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not -most <= value <= most:
        raise WireError("not a number within its bounds")
    return value


def _optional_number(value: object, *, most: float = sys.float_info.max) -> float | None:
    if value is None:
        return None
    # NaN is never within.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= most:
        raise WireError("not a number")
    return float(value)


def _not_empty(part: bytes | None) -> bytes | None:
    if part == b"":
        raise WireError("a picture of no bytes")
    return part


def _thumbhash(part: bytes | None) -> bytes | None:
    # Browsers make a picture of no width, which raises, where the fourth byte's lowest bits are 0:
    # one side of the picture, of which the others tell the rest (evanw.github.io/thumbhash).
    if part is not None and (len(part) < _SHORTEST_THUMBHASH or not part[3] & 7):
        raise WireError("not a ThumbHash")
    return part


def _fingerprint(part: bytes | None) -> bytes | None:
    if part is not None:
        Fingerprint.unpack(part)  # raises ValueError
    return part


def _motion(value: object) -> Motion | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != len(Motion._fields):
        raise WireError("no place in a file")
    start, length, milliseconds = value
    return Motion(
        _whole(start, most=_LARGEST_FILE),
        _whole(length, most=MAX_MOTION_BYTES),
        None if milliseconds is None else _whole(milliseconds, most=MAX_MILLISECONDS),
    )


def _milliseconds(value: object) -> int | None:
    return None if value is None else _whole(value, most=LONGEST_VIDEO)


def _short_text(value: object, *, longest: int = LONGEST_NAME) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise WireError("not a short text")
    return value


def _caption(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LONGEST_CAPTION:
        raise WireError("not a caption")
    if not all(line.isprintable() for line in value.split("\n")):
        raise WireError("a caption with controls")
    return value
