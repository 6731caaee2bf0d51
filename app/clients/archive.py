"""The whole picture bucket as the doctor sees it: what is listed, and every version of it."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.clients.aws import translated
from app.clients.export_store import is_of_an_export
from app.clients.storage import key_of

_KEY = re.compile(r"users/([0-9a-f]{32})/([0-9a-f]{32})/([a-z.]+)", re.ASCII)
_SHA256_BYTES = 32
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """Where a picture is: rows and keys sort by it alike, since UUIDs sort as their digits do."""

    user_id: UUID
    image_id: UUID

    @property
    def key(self) -> str:
        """The original's."""
        return key_of(self.user_id, self.image_id, "original")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One object in a list. `place` is None when its key is not of our making."""

    key: str
    place: Place | None
    name: str
    modified: datetime


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One version of an original.

    `sha256` is what S3 itself verified at the upload; None where it keeps no checksum of the whole.
    """

    size: int
    sha256: bytes | None
    content_type: str
    modified: datetime


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of an original, or a delete marker, which is one too."""

    id: str
    is_marker: bool
    is_latest: bool


class Archive:
    """Looks at objects and their versions, and takes versions away."""

    def __init__(self, *, s3: Any, bucket_name: str) -> None:
        self._s3 = s3
        self._bucket_name = bucket_name

    def parts(self, *, after: Place | None, until: Place | None) -> Iterator[Part]:
        """List the objects of the pictures after one and up to another, in their order."""
        # "0" comes right after "/": so everything below a picture's prefix is left behind.
        start = after.key.removesuffix("/original") + "0" if after else ""
        end = until.key.removesuffix("/original") + "0" if until else None
        with translated():
            pages = self._s3.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket_name, StartAfter=start):
                for item in page.get("Contents", []):
                    if end and item["Key"] >= end:
                        return
                    if not is_of_an_export(item["Key"]):
                        yield _part(item["Key"], item["LastModified"])

    def look(self, place: Place, *, version: str | None = None) -> Kept | None:
        """Return what S3 says of an original, or None when it has none (or shows none)."""
        with translated():
            try:
                head = self._s3.head_object(
                    Bucket=self._bucket_name,
                    Key=place.key,
                    ChecksumMode="ENABLED",
                    **_of(version),
                )
            except self._s3.exceptions.ClientError as error:
                if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NoSuchVersion"}:
                    return None
                raise
        return Kept(
            size=head["ContentLength"],
            sha256=_whole(head.get("ChecksumSHA256", "")),
            content_type=head["ContentType"],
            modified=head["LastModified"],
        )

    def read(self, place: Place, *, version: str | None = None) -> bytes:
        """Read an original to its end and return its SHA-256."""
        digest = hashlib.sha256()
        with translated():
            answer = self._s3.get_object(Bucket=self._bucket_name, Key=place.key, **_of(version))
            for chunk in answer["Body"].iter_chunks(_CHUNK_BYTES):
                digest.update(chunk)
        return digest.digest()

    def versions(self, place: Place) -> list[Version]:
        """Return every version of an original that is still kept."""
        found: list[Version] = []
        with translated():
            pages = self._s3.get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=self._bucket_name, Prefix=place.key):
                for kind in ("Versions", "DeleteMarkers"):
                    found += [
                        Version(
                            id=item["VersionId"],
                            is_marker=kind == "DeleteMarkers",
                            is_latest=item["IsLatest"],
                        )
                        for item in page.get(kind, [])
                        if item["Key"] == place.key
                    ]
        return found

    def take_away(self, place: Place, *, version: str) -> None:
        """Delete one version for good; what was beneath it is seen again."""
        with translated():
            self._s3.delete_object(Bucket=self._bucket_name, Key=place.key, VersionId=version)


def _of(version: str | None) -> dict[str, str]:
    return {"VersionId": version} if version else {}


def _part(key: str, modified: datetime) -> Part:
    match = _KEY.fullmatch(key)
    place = Place(user_id=UUID(match[1]), image_id=UUID(match[2])) if match else None
    return Part(key=key, place=place, name=match[3] if match else "", modified=modified)


def _whole(checksum: str) -> bytes | None:
    """Of an upload in parts S3 keeps a checksum of checksums, "…-3": it says nothing here."""
    try:
        digest = base64.b64decode(checksum, validate=True)
    except ValueError:
        return None
    return digest if len(digest) == _SHA256_BYTES else None
