"""List the whole image bucket in bounded pages: every version and delete marker."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from app.clients.aws.boto import translated
from app.clients.aws.bucket_versions import Place
from app.clients.aws.image_store import SIDECAR

_PREFIX = re.compile(r"users/([0-9a-f]{32})/([0-9a-f]{32})/", re.ASCII)
_EXPORT = re.compile(r"users/([0-9a-f]{32})/exports/([0-9a-f]{32})/", re.ASCII)
_PLACES = 16**64  # of 32 hexadecimal digits for a person, and as many for a picture
_MOST = 1000  # the most that S3 lists at once


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that lies at one place, in whatever version, where at least one is seen."""

    place: Place
    oldest: datetime
    newest: datetime
    has_original: bool  # one that is not hidden by a delete marker
    sidecar_at: datetime | None = None  # when the one that is seen was stored; None: none is


@dataclass(frozen=True, kw_only=True)
class FoundExport:
    """Zips of an export of which at least one is seen, and when they were stored."""

    user_id: UUID
    export_id: UUID
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, kw_only=True)
class Page:
    """The objects of a page, and the key after which to continue; None at the end."""

    found: list[Found]
    exports: list[FoundExport]
    last: str | None


class BucketInventory:
    """Lists, and does nothing else."""

    def __init__(self, *, s3: Any, bucket_name: str, most: int = _MOST) -> None:
        self._s3 = s3
        self._bucket_name = bucket_name
        self._most = most

    def page(self, *, after: str) -> Page:
        """List what comes after a key, in one request. No image's objects are split over pages."""
        with translated():
            answer = self._s3.list_object_versions(
                Bucket=self._bucket_name,
                Prefix="users/",
                MaxKeys=self._most,
                **({"KeyMarker": after} if after else {}),
            )
        items = [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]
        folders = [
            (folder, list(inside))
            for folder, inside in groupby(sorted(items, key=lambda item: item["Key"]), key=_folder)
        ]
        if not answer.get("IsTruncated"):
            return _page(folders, last=None)
        if len(folders) > 1:  # the last may go on: it comes again, whole
            folders.pop()
        folder, inside = folders[-1]
        # "0" comes right after "/": so everything in this folder is left behind. A tombstone of a
        # person lies beside the folders of pictures, some of which come after it.
        is_whole = _PREFIX.fullmatch(folder) or _EXPORT.fullmatch(folder)
        return _page(folders, last=f"{folder[:-1]}0" if is_whole else str(inside[-1]["Key"]))


def place_of(key: str) -> Place | None:
    """Return the last place that a key to go on after has left behind, None where it is the first.

    Of any key: copies of everything and tombstones lie between pictures, since "exports" and
    "deleted" sort among their digits.
    """
    # Keys sort as the numbers of their places do, so it is found by halves.
    low, high = -1, _PLACES - 1
    while low < high:
        middle = (low + high + 1) // 2
        if _folder_of(middle) < key:
            low = middle
        else:
            high = middle - 1
    digits = f"{low:064x}"
    return None if low < 0 else Place(user_id=UUID(digits[:32]), image_id=UUID(digits[32:]))


def _folder_of(number: int) -> str:
    digits = f"{number:064x}"
    return f"users/{digits[:32]}/{digits[32:]}/"


def _folder(item: Any) -> str:
    return str(item["Key"]).rpartition("/")[0] + "/"


def _page(folders: list[tuple[str, list[Any]]], *, last: str | None) -> Page:
    return Page(found=list(_found(folders)), exports=list(_found_exports(folders)), last=last)


def _found_exports(folders: Iterable[tuple[str, list[Any]]]) -> Iterator[FoundExport]:
    for folder, inside in folders:
        match = _EXPORT.fullmatch(folder)
        if match is None or not _is_seen(inside):
            continue
        moments = [item["LastModified"] for item in inside]
        yield FoundExport(
            user_id=UUID(match[1]),
            export_id=UUID(match[2]),
            oldest=min(moments),
            newest=max(moments),
        )


def _is_seen(inside: list[Any]) -> bool:
    return any(item["IsLatest"] and "Size" in item for item in inside)


def _seen(inside: list[Any], key: str) -> datetime | None:
    """Return when the object of a key was stored that is seen; None: there is none."""
    for item in inside:
        if item["Key"] == key and item["IsLatest"] and "Size" in item:
            moment: datetime = item["LastModified"]
            return moment
    return None


def _found(folders: Iterable[tuple[str, list[Any]]]) -> Iterator[Found]:
    for folder, inside in folders:
        match = _PREFIX.fullmatch(folder)
        if match is None:
            continue  # an export, or not of our making: the doctor tells of it
        if not _is_seen(inside):
            continue  # deleted: the bucket's lifecycle does the rest
        moments = [item["LastModified"] for item in inside]
        yield Found(
            place=Place(user_id=UUID(match[1]), image_id=UUID(match[2])),
            oldest=min(moments),
            newest=max(moments),
            has_original=_seen(inside, f"{folder}original") is not None,
            sidecar_at=_seen(inside, f"{folder}{SIDECAR}"),
        )
