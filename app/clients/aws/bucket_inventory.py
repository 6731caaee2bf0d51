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

_PREFIX = re.compile(r"users/([0-9a-f]{32})/([0-9a-f]{32})/", re.ASCII)
_EXPORT = re.compile(r"users/([0-9a-f]{32})/exports/[0-9a-f]{32}/", re.ASCII)
# Copies of everything lie between pictures: "exports" sorts behind "efff…" and before "f000…".
_LAST_BEFORE_EXPORTS = UUID(hex="e" + 31 * "f")
_MOST = 1000  # the most that S3 lists at once


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that lies at one place, in whatever version, where at least one is seen."""

    place: Place
    oldest: datetime
    newest: datetime
    has_original: bool  # one that is not hidden by a delete marker


@dataclass(frozen=True, kw_only=True)
class Page:
    """The objects of a page, and the key after which to continue; None at the end."""

    found: list[Found]
    last: str | None


class Census:
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
            return Page(found=list(_found(folders)), last=None)
        if len(folders) > 1:  # the last may go on: it comes again, whole
            folders.pop()
        # "0" comes right after "/": so everything in this folder is left behind.
        return Page(found=list(_found(folders)), last=folders[-1][0].removesuffix("/") + "0")


def place_of(key: str) -> Place | None:
    """The last place that a key to go on after may have left behind."""
    folder = f"{key[:-1]}/"
    if match := _PREFIX.fullmatch(folder):
        return Place(user_id=UUID(match[1]), image_id=UUID(match[2]))
    match = _EXPORT.fullmatch(folder)
    return Place(user_id=UUID(match[1]), image_id=_LAST_BEFORE_EXPORTS) if match else None


def _folder(item: Any) -> str:
    return str(item["Key"]).rpartition("/")[0] + "/"


def _found(folders: Iterable[tuple[str, list[Any]]]) -> Iterator[Found]:
    for folder, inside in folders:
        match = _PREFIX.fullmatch(folder)
        if match is None:
            continue  # a copy of everything, or not of our making: the doctor tells of it
        if not any(item["IsLatest"] and "Size" in item for item in inside):
            continue  # deleted: the bucket's lifecycle does the rest
        moments = [item["LastModified"] for item in inside]
        yield Found(
            place=Place(user_id=UUID(match[1]), image_id=UUID(match[2])),
            oldest=min(moments),
            newest=max(moments),
            has_original=any(
                item["Key"] == f"{folder}original" and item["IsLatest"] and "Size" in item
                for item in inside
            ),
        )
