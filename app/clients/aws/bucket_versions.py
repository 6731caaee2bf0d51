"""Versions and listings of the whole image bucket, for the integrity check."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Any, Literal
from uuid import UUID

from app.clients.aws.boto import AwsUnavailableError, translated
from app.clients.aws.export_store import is_of_an_export
from app.clients.aws.image_store import TOMBSTONE, key_of, prefix_of_user

_KEY = re.compile(r"users/([0-9a-f]{32})/([0-9a-f]{32})/([a-z0-9.]+)", re.ASCII)
_SHA256_BYTES = 32
_CHUNK_BYTES = 1024 * 1024
_MAX_IN_MEMORY = 16 * 1024 * 1024


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
    modified: datetime


@dataclass(frozen=True, kw_only=True)
class Tombstone:
    """The record that the product deleted a picture, or all that its person had."""

    whose: Literal["person", "picture"]
    at: datetime  # S3's own clock, in whole seconds


class ObjectVersions:
    """Looks at objects and their versions, and brings earlier ones back."""

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
                            modified=item["LastModified"],
                        )
                        for item in page.get(kind, [])
                        if item["Key"] == place.key
                    ]
        return found

    def tombstone(self, place: Place, *, before: datetime | None = None) -> Tombstone | None:
        """Return the last tombstone of a picture or of its person, None where there is none.

        With `before`, only those count that were written earlier. S3 tells whole seconds, so one of
        the very second counts as later. See [Note: Who deletes versions] in
        app/clients/aws/image_store.py.
        """
        of_person = prefix_of_user(place.user_id) + TOMBSTONE
        of_picture = place.key.removesuffix("original") + TOMBSTONE
        found = [
            *(Tombstone(whose="person", at=moment) for moment in self._stored_at(of_person)),
            *(Tombstone(whose="picture", at=moment) for moment in self._stored_at(of_picture)),
        ]
        counted = [each for each in found if before is None or each.at < before]
        return max(counted, key=lambda each: each.at, default=None)

    def _stored_at(self, key: str) -> Iterator[datetime]:
        """Yield when each kept version of one object was stored.

        Of this very key: others may write below `users/<id>/deleted/`, which is no tombstone.
        """
        with translated():
            pages = self._s3.get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=self._bucket_name, Prefix=key):
                versions, markers = page.get("Versions", []), page.get("DeleteMarkers", [])
                yield from (item["LastModified"] for item in versions if item["Key"] == key)
                # Keys are listed in order, and longer ones come after it.
                if any(item["Key"] != key for item in [*versions, *markers]):
                    return

    def bring_back(self, place: Place, version: Version, *, sha256: bytes) -> None:
        """Store the bytes of an earlier version once more, on top of what hides it.

        Nothing is lost, wherever this is cut off: what was on top stays below as a version.

        Raises:
            AwsUnavailableError: its bytes are not those, or somebody else stores something there.
        """
        with SpooledTemporaryFile(max_size=_MAX_IN_MEMORY) as file, translated():
            answer = self._s3.get_object(
                Bucket=self._bucket_name, Key=place.key, VersionId=version.id
            )
            digest = hashlib.sha256()
            for chunk in answer["Body"].iter_chunks(_CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
            if digest.digest() != sha256:
                raise AwsUnavailableError("a version's bytes are not what they were")
            file.seek(0)
            # Originals are written where none is seen, and nowhere else: the bucket's policy.
            self._s3.delete_object(Bucket=self._bucket_name, Key=place.key)
            self._s3.put_object(
                Bucket=self._bucket_name,
                Key=place.key,
                Body=file,
                ContentType=answer["ContentType"],
                ChecksumSHA256=base64.b64encode(sha256).decode(),
                IfNoneMatch="*",
            )


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
