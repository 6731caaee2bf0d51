"""What names of files say of their shot, by the patterns of cameras and telephones.

Apple: `IMG_E1234.HEIC` is an edited `IMG_1234`. Pixel: `PXL_20231026_205755225.RAW-01.COVER.jpg`
beside `PXL_20231026_205755225.RAW-02.ORIGINAL.dng`. Bursts of Nexus, Pixel and Nothing:
`00001IMG_00001_BURST20171111030039.jpg`, one of them with `_COVER`; Huawei:
`IMG_20231014_183246_BURST001_COVER.jpg`; Sony: `DSC_0001_BURST20230709220904977.JPG`; Samsung:
`20231207_101605_001.jpg`. What else has one name in two formats is of a camera that writes RAW and
JPEG: DCF (JEITA CP-3461) calls files of one number one object.
"""

import re
import unicodedata
from dataclasses import dataclass

from app.images.models import StackReason
from app.stacks.models import MAX_KEY
from app.text import split_extension

# As formats are told by their bytes: all raw ones begin so (app/media/formats/sniff.py).
_RAW_TYPES = "image/x-"

# In a rank: whether it comes first, then its number in a burst.
_FIRST, _PLAIN, _RAW = 0, 100_000, 200_000
_MAX_NUMBER = 99_999


@dataclass(frozen=True, kw_only=True)
class ShotName:
    """What the name of a file says of its shot.

    Args:
        key: the same of all files of one shot; of others too, perhaps.
        reason: why it would be stacked.
        rank: its place in the stack; the lowest stands for all.
        format: its content type.
        is_sure: the key names one shot or burst, and not a number that a camera gives again.
    """

    key: str
    reason: StackReason
    rank: int
    format: str
    is_sure: bool


_BURSTS = (
    re.compile(
        r"\d*[a-z]+_?(?P<number>\d+)_burst(?P<key>\d{14,17})(?P<cover>_cover\d?)?", re.ASCII
    ),
    re.compile(r"(?P<key>.+)_burst(?P<number>\d{1,5})(?P<cover>_cover)?", re.ASCII),
    re.compile(r"(?P<key>\d{8}_\d{6})_(?P<number>\d{3})(?P<cover>)", re.ASCII),
)
_PIXEL = re.compile(r"(?P<shot>pxl_\d{8}_\d{9})(?P<words>(?:[.~][a-z0-9-]+)*)", re.ASCII)
_EDITED_BY_APPLE = re.compile(r"img_e(?P<number>\d{4})", re.ASCII)
# Google Photos, and galleries of Android.
_OF_VIDEO = re.compile(r"(?:_hevc|\.mp|\.mv)$", re.ASCII)
MAX_VIDEO_KEY = len("video ")
_EDITED = re.compile(r"(?P<stem>.+?)(?:-edited|~\d{1,2})", re.ASCII)


def stem_of(name: str) -> str:
    """Return the name that a still and its video have in common.

    icloudpd calls videos `IMG_1234_HEVC.MOV`, Google `PXL_x.MP` beside `PXL_x.MP.jpg`.
    """
    whole, _ = split_extension(unicodedata.normalize("NFC", name).casefold())
    return _OF_VIDEO.sub("", whole.strip())[: MAX_KEY - MAX_VIDEO_KEY]


def shot_of(name: str, content_type: str) -> ShotName | None:
    """Return what the name of a file says of its shot; None where it says nothing."""
    whole, _ = split_extension(unicodedata.normalize("NFC", name).casefold())
    stem = whole.strip()
    if not stem:
        return None
    plain = _RAW if content_type.startswith(_RAW_TYPES) else _PLAIN
    key, reason, rank, is_sure = _read(stem, plain=plain)
    return ShotName(
        key=key[:MAX_KEY], reason=reason, rank=rank, format=content_type, is_sure=is_sure
    )


def _read(stem: str, *, plain: int) -> tuple[str, StackReason, int, bool]:
    for pattern in _BURSTS:
        if found := pattern.fullmatch(stem):
            place = _FIRST if found["cover"] else plain
            rank = place + min(int(found["number"]), _MAX_NUMBER)
            return f"burst {found['key']}", StackReason.BURST, rank, True
    if found := _PIXEL.fullmatch(stem):
        return found["shot"], *_read_pixel(re.split("[.~]", found["words"]), plain=plain), True
    if found := _EDITED_BY_APPLE.fullmatch(stem):
        return f"img_{found['number']}", StackReason.EDIT, _FIRST, False
    if found := _EDITED.fullmatch(stem):
        return found["stem"], StackReason.EDIT, _FIRST, False
    return stem, StackReason.SHOT, plain, False


def _read_pixel(words: list[str], *, plain: int) -> tuple[StackReason, int]:
    is_edit = any(word.isdigit() or word.startswith("portrait") for word in words)
    is_original = "original" in words
    is_first = "cover" in words or (is_edit and not is_original)
    rank = (_FIRST if is_first else plain) + is_original
    return StackReason.EDIT if is_edit else StackReason.SHOT, rank
