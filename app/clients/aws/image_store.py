"""Images in S3: their keys, and the operations of the worker.

Keys are `users/<user id>/<image id>/<part>`, ids as 32 hexadecimal digits.

[Note: Who deletes versions] No function may delete a version of an original. A deletion adds a
delete marker. A lifecycle rule of the bucket deletes the bytes days later
(infrastructure/private_bucket.py), and nothing can make it sooner. Until then, whatever a fault or
an intruder deletes can be restored. Images that the product deleted on purpose must not be restored
with them. Each has a tombstone, an empty object below the same prefix that is deleted at once. It
tells the integrity check of the deletion, even after a restore of the database, and the same
lifecycle rule removes it. Only exports (export_store.py) are deleted for good by the sweep: they
can be made again. docs/decisions/0057-versions.md.

[Note: A tombstone around it] A tombstone is written before anything is deleted. If the process is
killed in between, or S3 fails, the next try finds nothing left to delete, and would write none. It
is deleted after everything else, so that it is kept for as long as what it is about.

The worker opens untrusted files, so it writes no tombstones and has no right to: an attacker who
took it over could otherwise mark all images as deleted by their owners. What it deletes was
rejected or cancelled, and belongs to no image. docs/decisions/0070-tombstones.md.
"""

import base64
import random
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from io import RawIOBase
from typing import Any, BinaryIO, Literal
from uuid import UUID

from app.clients.aws.boto import (
    AwsBusyError,
    AwsRefusedError,
    AwsUnavailableError,
    AwsUnreachableError,
    kind_of,
    translated,
)

Preview = Literal["preview.webp", "preview.jpg"]
Derived = Literal["thumbnail.webp", "motion.mp4"] | Preview
# An original without its metadata, where a share link asked for one.
BARE: Literal["bare"] = "bare"
# What is known of a picture, beside its original: see [Note: Sidecars by the list of changes] in
# app/images/sidecar_models.py.
SIDECAR: Literal["sidecar.json"] = "sidecar.json"
Part = Literal["original", "bare", "sidecar.json"] | Derived
# The moving part of a motion photo: a copy of the bytes within its original.
MOTION: Literal["motion.mp4"] = "motion.mp4"
# By what a row says of its preview's format.
PREVIEWS: dict[str, Preview] = {"webp": "preview.webp", "jpg": "preview.jpg"}

_TYPES: dict[Derived, str] = {"preview.jpg": "image/jpeg", MOTION: "video/mp4"}

TOMBSTONE = "deleted"

MAX_LISTED = 1000  # S3's own most, and what one request deletes
# Of one image: each upload that is open takes a request, and the sweep has others to serve.
SECONDS_FOR_PARTS = 4.0
_CHUNK_BYTES = 1024 * 1024


class NothingStoredError(Exception):
    """There is no such object."""


class OtherSizeError(Exception):
    """The object has another size, in bytes, than was said; none of it was read."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class UnreadableObjectError(AwsUnavailableError):
    """This object cannot be read, and another one can."""


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """What S3 says about an object: its size and the checksum it verified at upload."""

    size: int
    sha256: bytes | None  # None: S3 keeps none of the whole, since it came in parts
    modified: datetime
    content_encoding: str = ""  # what whoever uploaded it said, and S3 would say to a browser
    crc32: int | None = None  # None: its bytes were not read


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What a removal did.

    Args:
        size: bytes of what was seen and is gone.
        is_all: whether nothing is left; else uploads are open still, and to repeat it goes on.
    """

    size: int
    is_all: bool


def prefix_of_user(user_id: UUID) -> str:
    """Everything below this prefix is one person's, and nothing else is."""
    return f"users/{user_id.hex}/"


def key_of(user_id: UUID, image_id: UUID, part: Part) -> str:
    """The key of one part of one picture."""
    return f"{prefix_of_user(user_id)}{image_id.hex}/{part}"


class PictureStore:
    """What the worker does with the bucket, with its own rights."""

    def __init__(self, *, s3: Any, bucket_name: str) -> None:
        self._s3 = s3
        self._bucket_name = bucket_name

    def look(self, user_id: UUID, image_id: UUID) -> StoredObject | None:
        """Return what S3 holds as the original, or None when nothing has arrived."""
        with translated():
            try:
                head = self._s3.head_object(
                    Bucket=self._bucket_name,
                    Key=key_of(user_id, image_id, "original"),
                    ChecksumMode="ENABLED",
                )
            except self._s3.exceptions.ClientError as error:
                if _is_absent(error):
                    return None
                raise
        return _stored(head)

    def fetch_original(
        self, user_id: UUID, image_id: UUID, *, size: int, into: BinaryIO
    ) -> StoredObject:
        """Write the original to an open file, and return what S3 says of it, with its CRC-32.

        Where S3 has a checksum of the whole, botocore compares it with the bytes that come.

        Raises:
            NothingStoredError: there is none.
            OtherSizeError: it has another size than `size`, in bytes.
            UnreadableObjectError: see there.
        """
        key = key_of(user_id, image_id, "original")
        with reading(self._s3, bucket_name=self._bucket_name, key=key):
            try:
                answer = self._s3.get_object(
                    Bucket=self._bucket_name, Key=key, ChecksumMode="ENABLED"
                )
            except self._s3.exceptions.ClientError as error:
                if _is_absent(error):
                    raise NothingStoredError from error
                raise
            if answer["ContentLength"] != size:
                answer["Body"].close()
                raise OtherSizeError(answer["ContentLength"])
            crc32 = 0
            for chunk in answer["Body"].iter_chunks(_CHUNK_BYTES):
                crc32 = zlib.crc32(chunk, crc32)
                into.write(chunk)
            into.flush()
        return replace(_stored(answer), crc32=crc32)

    def fetch_preview(self, user_id: UUID, image_id: UUID, part: Preview) -> bytes:
        """Return the preview. Raises UnreadableObjectError: see there."""
        key = key_of(user_id, image_id, part)
        with reading(self._s3, bucket_name=self._bucket_name, key=key):
            answer = self._s3.get_object(Bucket=self._bucket_name, Key=key)
            return bytes(answer["Body"].read())

    def put_derived(
        self,
        user_id: UUID,
        image_id: UUID,
        part: Derived,
        *,
        content: bytes | RawIOBase,
    ) -> None:
        """Store what was derived. Safe to repeat: the same original gives the same.

        A file is sent as it is read, from where it stands, and has to be seekable.
        """
        with translated():
            self._s3.put_object(
                Bucket=self._bucket_name,
                Key=key_of(user_id, image_id, part),
                Body=content,
                ContentType=_TYPES.get(part, "image/webp"),
                CacheControl="private, max-age=31536000, immutable",
            )

    def put_bare(
        self, user_id: UUID, image_id: UUID, *, content: BinaryIO, content_type: str
    ) -> None:
        """Store an original without its metadata. Safe to repeat, as above."""
        with translated():
            self._s3.put_object(
                Bucket=self._bucket_name,
                Key=key_of(user_id, image_id, BARE),
                Body=content,
                ContentType=content_type,
            )

    def put_sidecar(self, user_id: UUID, image_id: UUID, *, content: bytes) -> None:
        """Store what is known of a picture: the sweep may. Safe to repeat."""
        with translated():
            self._s3.put_object(
                Bucket=self._bucket_name,
                Key=key_of(user_id, image_id, SIDECAR),
                Body=content,
                ContentType="application/json",
            )

    def delete_sidecar(self, user_id: UUID, image_id: UUID) -> None:
        """Delete what was said of a picture that is gone. Safe to repeat."""
        with translated():
            self._s3.delete_object(Bucket=self._bucket_name, Key=key_of(user_id, image_id, SIDECAR))

    def delete_derived(self, user_id: UUID, image_id: UUID) -> None:
        """Delete what was derived from a picture, which can be made again."""
        prefix = f"{prefix_of_user(user_id)}{image_id.hex}/"
        with translated():
            for part in ("thumbnail.", "preview.", "motion."):
                _mark_deleted(self._s3, bucket_name=self._bucket_name, prefix=prefix + part)

    def delete_image(self, user_id: UUID, image_id: UUID) -> Removed:
        """Delete every part of a picture and leave a tombstone: the sweep and the doctor may.

        Nothing of it, while uploads are open that there was no time to drop. Safe to repeat.
        """
        prefix = f"{prefix_of_user(user_id)}{image_id.hex}/"
        return delete_all(self._s3, bucket_name=self._bucket_name, prefix=prefix)

    def discard_upload(self, user_id: UUID, image_id: UUID) -> Removed:
        """Delete what arrived of an upload that was refused or cancelled; leave no tombstone.

        Its objects in any case, and uploads that are open while there is time. Safe to repeat.
        """
        prefix = f"{prefix_of_user(user_id)}{image_id.hex}/"
        return _hide_all(self._s3, bucket_name=self._bucket_name, prefix=prefix)


# [Note: One object or all of them]
# An object whose bytes are lost, as by a bad sector, fails just as the whole bucket does when that
# is out of reach. If it counted as an outage, everybody would wait for it, again and again, and no
# try would ever count. So whenever an object cannot be read, another one is tried: somebody's
# preview. If that can be read, the fault is this object's. To list the bucket would prove less: on
# a broken disk the names may be there and no bytes. Without any preview it remains an outage.


@contextmanager
def reading(s3: Any, *, bucket_name: str, key: str) -> Iterator[None]:
    """Turn boto3's errors into ours while one object is read.

    Raises:
        UnreadableObjectError: the fault is its own: see [Note: One object or all of them].
    """
    try:
        with translated():
            yield
    except AwsBusyError:
        raise
    except (AwsUnreachableError, AwsRefusedError) as error:
        if _can_read_another(s3, bucket_name=bucket_name, but=key):
            raise UnreadableObjectError(str(error)) from error
        raise


def _can_read_another(s3: Any, *, bucket_name: str, but: str) -> bool:
    """Whether a preview of another image can be read, any one."""
    folder = but.rpartition("/")[0] + "/"
    with suppress(AwsUnavailableError), translated():
        for after in (f"users/{random.randbytes(16).hex()}", ""):  # noqa: S311 - guards nothing
            page = s3.list_objects_v2(
                Bucket=bucket_name, Prefix="users/", StartAfter=after, MaxKeys=MAX_LISTED
            )
            others = [
                item["Key"]
                for item in page.get("Contents", [])
                if item["Key"].endswith(tuple(PREVIEWS.values()))
                and not item["Key"].startswith(folder)
            ]
            if others:
                other = random.choice(others)  # noqa: S311 - guards nothing
                s3.get_object(Bucket=bucket_name, Key=other)["Body"].read()
                return True
    return False


def delete_all(s3: Any, *, bucket_name: str, prefix: str) -> Removed:
    """Delete all that lies below a prefix, once the parts of what was never put together are gone.

    See [Note: Who deletes versions] and [Note: A tombstone around it]. Safe to repeat.
    """
    if not _drop_for_a_while(s3, bucket_name=bucket_name, prefix=prefix):
        return Removed(size=0, is_all=False)
    sizes: list[int] = []
    has_tombstone = False
    with translated():
        for items in _pages(s3, bucket_name=bucket_name, prefix=prefix):
            found = [item for item in items if item["Key"] != prefix + TOMBSTONE]
            if items and not has_tombstone:
                s3.put_object(Bucket=bucket_name, Key=prefix + TOMBSTONE, Body=b"")
                has_tombstone = True
            _delete(s3, bucket_name, [{"Key": item["Key"]} for item in found])
            sizes += [item["Size"] for item in found]
        if has_tombstone:
            s3.delete_object(Bucket=bucket_name, Key=prefix + TOMBSTONE)
    return Removed(size=sum(sizes), is_all=True)


def delete_some(s3: Any, *, bucket_name: str, prefix: str, is_over: Callable[[], bool]) -> bool:
    """Delete what lies below a prefix, a thousand objects at a time, until time is up.

    Returns whether all of it is gone. Each call that deletes anything leaves a tombstone, since it
    may be the last that finds something: see [Note: A tombstone around it]. Safe to repeat.
    """
    if not drop_unfinished(s3, bucket_name=bucket_name, prefix=prefix, is_over=is_over):
        return False
    is_done, has_deleted = True, False
    with translated():
        for items in _pages(s3, bucket_name=bucket_name, prefix=prefix):
            if has_deleted and is_over():
                is_done = False
                break
            if items and not has_deleted:
                s3.put_object(Bucket=bucket_name, Key=prefix + TOMBSTONE, Body=b"")
                has_deleted = True
            _delete(s3, bucket_name, [{"Key": item["Key"]} for item in items])
        if has_deleted:
            s3.delete_object(Bucket=bucket_name, Key=prefix + TOMBSTONE)
    return is_done


def _hide_all(s3: Any, *, bucket_name: str, prefix: str) -> Removed:
    is_all = _drop_for_a_while(s3, bucket_name=bucket_name, prefix=prefix)
    with translated():
        sizes = _mark_deleted(s3, bucket_name=bucket_name, prefix=prefix)
    return Removed(size=sum(sizes), is_all=is_all)


def _drop_for_a_while(s3: Any, *, bucket_name: str, prefix: str) -> bool:
    ends = time.monotonic() + SECONDS_FOR_PARTS
    return drop_unfinished(
        s3, bucket_name=bucket_name, prefix=prefix, is_over=lambda: time.monotonic() > ends
    )


def delete_versions(
    s3: Any, *, bucket_name: str, prefix: str, is_over: Callable[[], bool] = lambda: False
) -> bool:
    """Delete all that lies below a prefix for good, with every version and delete marker.

    Returns whether all of it is gone; False when time was up, after a thousand at least.
    """
    if not drop_unfinished(s3, bucket_name=bucket_name, prefix=prefix, is_over=is_over):
        return False
    with translated():
        pages = s3.get_paginator("list_object_versions")
        for number, page in enumerate(pages.paginate(Bucket=bucket_name, Prefix=prefix)):
            if number and is_over():
                return False
            _delete(
                s3,
                bucket_name,
                [
                    {"Key": item["Key"], "VersionId": item["VersionId"]}
                    for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
                ],
            )
    return True


def drop_unfinished(s3: Any, *, bucket_name: str, prefix: str, is_over: Callable[[], bool]) -> bool:
    """Drop the parts of what was never put together, so that it never is behind our back.

    Returns whether all of it is gone; False when time was up, after one at least.
    """
    has_dropped = False
    with translated():
        pages = s3.get_paginator("list_multipart_uploads")
        for page in pages.paginate(Bucket=bucket_name, Prefix=prefix):
            for upload in page.get("Uploads", []):
                if has_dropped and is_over():
                    return False
                has_dropped = True
                try:
                    s3.abort_multipart_upload(
                        Bucket=bucket_name, Key=upload["Key"], UploadId=upload["UploadId"]
                    )
                except s3.exceptions.NoSuchUpload:  # somebody was quicker
                    continue
    return True


def _mark_deleted(s3: Any, *, bucket_name: str, prefix: str) -> list[int]:
    """Put a delete marker on everything that is seen below a prefix; return the sizes of it."""
    sizes: list[int] = []
    for items in _pages(s3, bucket_name=bucket_name, prefix=prefix):
        _delete(s3, bucket_name, [{"Key": item["Key"]} for item in items])
        sizes += [item["Size"] for item in items]
    return sizes


def _pages(s3: Any, *, bucket_name: str, prefix: str) -> Iterator[list[dict[str, Any]]]:
    """Give what is seen below a prefix, a thousand objects at a time."""
    pages = s3.get_paginator("list_objects_v2")
    size = {"PageSize": MAX_LISTED}
    for page in pages.paginate(Bucket=bucket_name, Prefix=prefix, PaginationConfig=size):
        yield page.get("Contents", [])


def _delete(s3: Any, bucket_name: str, objects: list[dict[str, str]]) -> None:
    if not objects:
        return
    answer = s3.delete_objects(Bucket=bucket_name, Delete={"Quiet": True, "Objects": objects})
    # S3 answers 200 whatever became of each.
    for error in answer.get("Errors", []):
        raise kind_of(error["Code"])(f"{error['Code']}: {error.get('Message', '')}")


def _stored(said: Any) -> StoredObject:
    checksum = said.get("ChecksumSHA256", "")
    # Of what came in parts, S3 keeps a checksum of checksums, and says so by a number at its end.
    whole = None if "-" in checksum or not checksum else base64.b64decode(checksum)
    return StoredObject(
        size=said["ContentLength"],
        sha256=whole,
        modified=said["LastModified"],
        content_encoding=said.get("ContentEncoding", ""),
    )


def _is_absent(error: Any) -> bool:
    return error.response["Error"]["Code"] in {"404", "NoSuchKey"}
