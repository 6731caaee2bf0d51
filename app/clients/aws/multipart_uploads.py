"""Multipart uploads: opened, listed and completed with the credentials of their owner.

See object_calls.py for how S3 is asked.

Sources: "CreateMultipartUpload", "ListParts", "CompleteMultipartUpload" and "AbortMultipartUpload"
of the S3 API reference.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Literal
from uuid import UUID

from app.clients.aws.image_store import key_of
from app.clients.aws.object_calls import PATIENCE_SECONDS, Answer, call, expect_success
from app.clients.aws.presigned_urls import UPLOAD_SECONDS, UserAccess
from app.clients.aws.sigv4 import Presigner

_PATIENCE_SECONDS = PATIENCE_SECONDS
_COMPLETE = (
    '<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{}'
    "</CompleteMultipartUpload>"
)


class NoSuchUploadError(Exception):
    """It was completed, dropped, or never opened: S3 tells no difference."""


class OriginalThereError(Exception):
    """There is an original in this place already, and it stays."""


@dataclass(frozen=True, kw_only=True)
class PartPromise:
    """One part of a file: where it begins, how many bytes it has, and which."""

    number: int
    offset: int
    size: int
    sha256: bytes


@dataclass(frozen=True, kw_only=True)
class StoredPart:
    """One part as S3 has it."""

    etag: str
    size: int
    sha256: bytes


@dataclass(frozen=True, kw_only=True)
class PartPlace:
    """Where a browser PUTs a part, with the headers it must send exactly."""

    url: str
    headers: dict[str, str]


class PartUploads:
    """Uploads in parts of originals, each in the place that one picture has."""

    def __init__(self, *, access: UserAccess) -> None:
        self._access = access

    def open(self, user_id: UUID, image_id: UUID, *, content_type: str) -> str:
        """Open an upload and return its id, which is for our eyes and S3's.

        S3 will take no part without a SHA-256 that it has compared.
        """
        headers = {"content-type": content_type, "x-amz-checksum-algorithm": "SHA256"}
        place = key_of(user_id, image_id, "original")
        answer = self._call("POST", user_id, place, query={"uploads": ""}, headers=headers)
        opened = _rows(expect_success(answer).body, "InitiateMultipartUploadResult", ["UploadId"])
        return opened[0][0]

    def places(
        self, user_id: UUID, image_id: UUID, upload_id: str, parts: Sequence[PartPromise]
    ) -> tuple[list[PartPlace], datetime]:
        """Sign an address for each part: its number, length and checksum, and nothing else fits.

        Return them with the moment when they die.
        """
        signed_at = _now()
        credentials = self._access.credentials(user_id)
        places = []
        for part in parts:
            headers = {
                "content-length": str(part.size),
                "x-amz-checksum-sha256": base64.b64encode(part.sha256).decode(),
            }
            url = Presigner(
                "PUT",
                bucket=self._access.bucket,
                credentials=credentials,
                signed_at=signed_at,
                seconds=UPLOAD_SECONDS,
                headers=headers,
                query={"partNumber": str(part.number), "uploadId": upload_id},
            ).url(key_of(user_id, image_id, "original"))
            # The browser sets Content-Length itself and lets no script do so.
            del headers["content-length"]
            places.append(PartPlace(url=url, headers=headers))
        return places, signed_at + timedelta(seconds=UPLOAD_SECONDS)

    def stored(self, user_id: UUID, image_id: UUID, upload_id: str) -> dict[int, StoredPart]:
        """Return the parts that S3 has, by number; at most 1,000, and none has more.

        Raises:
            NoSuchUploadError: it is over.
        """
        place = key_of(user_id, image_id, "original")
        answer = self._call("GET", user_id, place, query={"uploadId": upload_id})
        if answer.code == "NoSuchUpload":
            raise NoSuchUploadError
        body = expect_success(answer).body
        fields = ("PartNumber", "ETag", "Size", "ChecksumSHA256")
        return {
            int(number): StoredPart(etag=etag, size=int(size), sha256=base64.b64decode(checksum))
            for number, etag, size, checksum in _rows(body, "Part", fields)
        }

    def complete(
        self, user_id: UUID, image_id: UUID, upload_id: str, parts: Mapping[int, StoredPart]
    ) -> None:
        """Put the parts together, unless there is an original already.

        Raises:
            NoSuchUploadError: it is over: completed by somebody else, or dropped.
            OriginalThereError: see there.
        """
        listed = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{_escaped(part.etag)}</ETag>"
            f"<ChecksumSHA256>{base64.b64encode(part.sha256).decode()}</ChecksumSHA256></Part>"
            for number, part in sorted(parts.items())
        )
        answer = self._call(
            "POST",
            user_id,
            key_of(user_id, image_id, "original"),
            query={"uploadId": upload_id},
            headers={"if-none-match": "*"},
            body=_COMPLETE.format(listed).encode(),
        )
        if answer.code == "NoSuchUpload":
            raise NoSuchUploadError
        if answer.status == HTTPStatus.PRECONDITION_FAILED:
            raise OriginalThereError
        expect_success(answer)

    def drop(self, user_id: UUID, image_id: UUID, upload_id: str) -> None:
        """Delete the parts, and take no more. Safe to repeat."""
        place = key_of(user_id, image_id, "original")
        answer = self._call("DELETE", user_id, place, query={"uploadId": upload_id})
        if answer.code != "NoSuchUpload":
            expect_success(answer)

    def has_original(
        self, user_id: UUID, image_id: UUID, *, patience: float = _PATIENCE_SECONDS
    ) -> bool:
        """Whether the original is there, however it came; asks for `patience` seconds at most."""
        place = key_of(user_id, image_id, "original")
        answer = self._call("HEAD", user_id, place, patience=patience)
        # A person's session may not list the bucket, so S3 says "forbidden" of what is not there.
        if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
            return False
        expect_success(answer)
        return True

    def _call(
        self,
        method: Literal["GET", "HEAD", "POST", "DELETE"],
        user_id: UUID,
        key: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        patience: float = _PATIENCE_SECONDS,
    ) -> Answer:
        """Ask S3 as this person. Raises AwsUnavailableError: it did not answer."""
        return call(
            method,
            key,
            bucket=self._access.bucket,
            credentials=self._access.credentials(user_id),
            query=query,
            headers=headers,
            body=body,
            patience=patience,
            signed_at=_now,
        )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _rows(xml: bytes, element: str, names: Sequence[str]) -> list[list[str]]:
    """Return these texts of each such element."""
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - a cold start needs none

    rows = []
    # AWS's own answer, over TLS: nothing that a stranger wrote.
    for found in ET.fromstring(xml).iter():  # noqa: S314
        if found.tag.rpartition("}")[2] == element:
            texts = {
                each.tag.rpartition("}")[2]: (each.text or "").strip() for each in found.iter()
            }
            rows.append([texts[name] for name in names])
    return rows


def _now() -> datetime:
    return datetime.now(UTC)
