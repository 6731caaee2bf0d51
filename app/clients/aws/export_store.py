"""Zip files of a user's images in S3: originals and zips are streamed."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.clients.aws.boto import translated
from app.clients.aws.image_store import (
    NothingStoredError,
    delete_some,
    delete_versions,
    key_of,
    prefix_of_user,
    reading,
)

_KEY = re.compile(r"users/[0-9a-f]{32}/exports/[0-9a-f]{32}/[0-9a-f-]+\.zip", re.ASCII)
_CHUNK_BYTES = 1024 * 1024
# Of a multipart upload every part but the last has 5 MiB or more, and there are 10,000 at most.
_PART_BYTES = 16 * 1024 * 1024


def export_prefix(user_id: UUID, export_id: UUID) -> str:
    """Everything below this prefix is one copy's."""
    return f"{prefix_of_user(user_id)}exports/{export_id.hex}/"


def is_of_an_export(key: str) -> bool:
    """Whether an object belongs to a copy, which its own row and the sweep look after."""
    return _KEY.fullmatch(key) is not None


@dataclass(frozen=True, kw_only=True)
class StoredOriginal:
    """An original that is being read: its length, and its bytes a chunk at a time."""

    size: int
    chunks: Iterator[bytes]


class ExportStore:
    """What the worker does with copies, with its own rights."""

    def __init__(self, *, s3: Any, bucket_name: str) -> None:
        self._s3 = s3
        self._bucket_name = bucket_name

    def original(self, user_id: UUID, image_id: UUID) -> StoredOriginal:
        """Begin to read an original.

        Raises:
            NothingStoredError: there is none.
            UnreadableObjectError: see there; so may whoever reads its bytes.
        """
        key = key_of(user_id, image_id, "original")
        with self._reading(key):
            try:
                answer = self._s3.get_object(Bucket=self._bucket_name, Key=key)
            except self._s3.exceptions.NoSuchKey as error:
                raise NothingStoredError from error
        chunks = self._chunks(answer["Body"], key=key)
        return StoredOriginal(size=answer["ContentLength"], chunks=chunks)

    @contextmanager
    def writing(self, key: str) -> Iterator["Upload"]:
        """Write an object as its bytes come; on an error nothing of it is left."""
        with translated():
            upload_id = self._s3.create_multipart_upload(
                Bucket=self._bucket_name, Key=key, ContentType="application/zip"
            )["UploadId"]
        upload = Upload(
            s3=self._s3, place={"Bucket": self._bucket_name, "Key": key} | {"UploadId": upload_id}
        )
        try:
            yield upload
            upload.complete()
        except BaseException:
            upload.abort()
            raise

    def discard(self, key: str) -> None:
        """Delete one zip; its bytes go with its copy, or by the bucket's lifecycle."""
        with translated():
            self._s3.delete_object(Bucket=self._bucket_name, Key=key)

    def delete(self, user_id: UUID, export_id: UUID) -> None:
        """Delete a copy for good, and what was left unfinished of it. The sweep alone may."""
        delete_versions(
            self._s3, bucket_name=self._bucket_name, prefix=export_prefix(user_id, export_id)
        )

    def delete_person(self, user_id: UUID, *, is_over: Callable[[], bool] = lambda: False) -> bool:
        """Delete a person's copies for good, and all else of theirs as pictures are deleted.

        Returns whether all of it is gone; False when time was up, and the next call goes on.
        """
        prefix, here = prefix_of_user(user_id), self._bucket_name
        copies = f"{prefix}exports/"
        return delete_versions(
            self._s3, bucket_name=here, prefix=copies, is_over=is_over
        ) and delete_some(self._s3, bucket_name=here, prefix=prefix, is_over=is_over)

    def _chunks(self, body: Any, *, key: str) -> Iterator[bytes]:
        chunks = body.iter_chunks(_CHUNK_BYTES)
        while True:
            # Not around a yield: what its reader raises is none of this object's.
            with self._reading(key):
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

    def _reading(self, key: str) -> AbstractContextManager[None]:
        return reading(self._s3, bucket_name=self._bucket_name, key=key)


class Upload(io.RawIOBase):
    """A file that can only be written, and goes to S3 in parts."""

    def __init__(self, *, s3: Any, place: dict[str, str]) -> None:
        super().__init__()
        self._s3 = s3
        self._place = place
        self._waiting = bytearray()
        self._parts: list[dict[str, Any]] = []
        self.written = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any, /) -> int:
        """Take bytes; send a part when there are enough."""
        self._waiting += data
        self.written += len(data)
        if len(self._waiting) >= _PART_BYTES:
            self._send()
        return len(data)

    def complete(self) -> None:
        """Send what waits, and make one object of all parts."""
        if self._waiting or not self._parts:
            self._send()
        with translated():
            self._s3.complete_multipart_upload(
                **self._place, MultipartUpload={"Parts": self._parts}
            )

    def abort(self) -> None:
        """Leave nothing of it."""
        with translated():
            self._s3.abort_multipart_upload(**self._place)

    def _send(self) -> None:
        number = len(self._parts) + 1
        with translated():
            answer = self._s3.upload_part(
                **self._place,
                PartNumber=number,
                Body=bytes(self._waiting),
                ChecksumAlgorithm="SHA256",
            )
        part = {"PartNumber": number, "ETag": answer["ETag"]}
        if checksum := answer.get("ChecksumSHA256"):
            part["ChecksumSHA256"] = checksum
        self._parts.append(part)
        self._waiting.clear()
