"""Pictures in S3: what may be reached on a person's behalf, and what the worker does.

Keys are `users/<user id>/<image id>/<part>`, ids as 32 hexadecimal digits.
"""

import base64
import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

from app.clients.aws import translated
from app.clients.signing import Bucket, Credentials, Presigner, SignedUrl

Part = Literal["original", "thumbnail.webp", "preview.webp"]

UPLOAD_SECONDS = 300
# [Note: Addresses that stay the same] Addresses of thumbnails and previews are signed as of the
# last full five minutes, so that a list fetched twice names the same address and the browser has
# the picture already. They live 15 to 20 minutes.
READ_SECONDS = 1200
READ_ROUNDING = 300
DOWNLOAD_SECONDS = 300
# Sessions of a role assumed by another role last an hour at most (AWS, "role chaining"), and a
# signed address dies with its session: so sessions are renewed well before.
SESSION_SECONDS = 3600
SESSION_RENEWED_BEFORE = timedelta(minutes=15)
SESSIONS_KEPT = 10_000
_SHOWN_IN_PLACE = frozenset({"image/gif", "image/webp"})
_CHUNK_BYTES = 1024 * 1024


class NothingStoredError(Exception):
    """There is no such object."""


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """What S3 says about an object: its size and the checksum it verified at upload."""

    size: int
    sha256: bytes | None  # None: S3 keeps none of the whole, since it came in parts
    modified: datetime


@dataclass(frozen=True, kw_only=True)
class UploadPlace:
    """Where a browser PUTs an original, with the headers it must send exactly."""

    url: str
    headers: dict[str, str]
    expires_at: datetime


def prefix_of_user(user_id: UUID) -> str:
    """Everything below this prefix is one person's, and nothing else is."""
    return f"users/{user_id.hex}/"


def key_of(user_id: UUID, image_id: UUID, part: Part) -> str:
    """The key of one part of one picture."""
    return f"{prefix_of_user(user_id)}{image_id.hex}/{part}"


class UserAccess:
    """Signed addresses made with credentials that reach one person's prefix only.

    The credentials come from AssumeRole with the session tag `user` (the role's policy) and an
    inline session policy (the second guard); they are cached per user id.
    """

    def __init__(self, *, sts: Any, role_arn: str, bucket_name: str, bucket: Bucket) -> None:
        self._sts = sts
        self._role_arn = role_arn
        self._bucket_name = bucket_name
        self._bucket = bucket
        self._sessions: OrderedDict[UUID, Credentials] = OrderedDict()
        self._lock = threading.Lock()

    def upload_place(
        self, user_id: UUID, image_id: UUID, *, size: int, content_type: str, sha256: bytes
    ) -> UploadPlace:
        """Promise a place: the signature covers key, length, type, checksum and "not there yet".

        So S3 refuses other bytes, another size, another key and a second write.
        """
        headers = {
            "content-length": str(size),
            "content-type": content_type,
            "if-none-match": "*",
            "x-amz-checksum-sha256": base64.b64encode(sha256).decode(),
        }
        signed_at = _now()
        url = Presigner(
            "PUT",
            bucket=self._bucket,
            credentials=self.credentials(user_id),
            signed_at=signed_at,
            seconds=UPLOAD_SECONDS,
            headers=headers,
        ).url(key_of(user_id, image_id, "original"))
        # The browser sets Content-Length itself and lets no script do so.
        del headers["content-length"]
        return UploadPlace(
            url=url, headers=headers, expires_at=signed_at + timedelta(seconds=UPLOAD_SECONDS)
        )

    def reader(self, user_id: UUID) -> Callable[[UUID, Part], SignedUrl]:
        """Return a function that signs addresses of this person's derived pictures.

        See [Note: Addresses that stay the same].
        """
        credentials = self.credentials(user_id)
        signed_at = _last_full_minutes()
        expires_at = min(signed_at + timedelta(seconds=READ_SECONDS), credentials.expires_at)

        presigner = Presigner(
            "GET",
            bucket=self._bucket,
            credentials=credentials,
            signed_at=signed_at,
            seconds=READ_SECONDS,
        )
        prefix = prefix_of_user(user_id)

        def read(image_id: UUID, part: Part) -> SignedUrl:
            url = presigner.url(f"{prefix}{image_id.hex}/{part}")
            return SignedUrl(url=url, expires_at=expires_at)

        return read

    def film(self, user_id: UUID, image_id: UUID, content_type: str) -> str:
        """An address of a moving picture's original, to be shown in place.

        Whatever else the file may be, S3 says that it is a picture of that type, and browsers keep
        to it. It lives as long as a reader's. See [Note: Addresses that stay the same].

        Raises:
            ValueError: browsers might do more with this type than draw it.
        """
        if content_type not in _SHOWN_IN_PLACE:
            raise ValueError(content_type)
        return Presigner(
            "GET",
            bucket=self._bucket,
            credentials=self.credentials(user_id),
            signed_at=_last_full_minutes(),
            seconds=READ_SECONDS,
            query={
                "response-content-disposition": "inline",
                "response-content-type": content_type,
                "response-cache-control": "private, max-age=1200",
            },
        ).url(key_of(user_id, image_id, "original"))

    def download(self, user_id: UUID, image_id: UUID, *, name: str, content_type: str) -> SignedUrl:
        """An address that saves the original under its name; no browser shows it in place."""
        signed_at = _now()
        url = Presigner(
            "GET",
            bucket=self._bucket,
            credentials=self.credentials(user_id),
            signed_at=signed_at,
            seconds=DOWNLOAD_SECONDS,
            query={
                "response-content-disposition": attachment(name),
                "response-content-type": content_type,
                "response-cache-control": "private, no-store",
            },
        ).url(key_of(user_id, image_id, "original"))
        return SignedUrl(url=url, expires_at=signed_at + timedelta(seconds=DOWNLOAD_SECONDS))

    def download_zip(self, user_id: UUID, key: str, *, name: str) -> SignedUrl:
        """An address that saves a zip of a person's pictures; `key` lies below their prefix."""
        signed_at = _now()
        url = Presigner(
            "GET",
            bucket=self._bucket,
            credentials=self.credentials(user_id),
            signed_at=signed_at,
            seconds=READ_SECONDS,  # to begin with; what is under way goes on after it
            query={
                "response-content-disposition": attachment(name),
                "response-cache-control": "private, no-store",
            },
        ).url(key)
        return SignedUrl(url=url, expires_at=signed_at + timedelta(seconds=READ_SECONDS))

    def credentials(self, user_id: UUID) -> Credentials:
        """Return this person's credentials, with at least 15 minutes left to live."""
        with self._lock:
            known = self._sessions.get(user_id)
            if known and known.expires_at - _now() > SESSION_RENEWED_BEFORE:
                self._sessions.move_to_end(user_id)
                return known
        fresh = self._assume(user_id)
        with self._lock:
            self._sessions[user_id] = fresh
            while len(self._sessions) > SESSIONS_KEPT:
                self._sessions.popitem(last=False)
        return fresh

    def _assume(self, user_id: UUID) -> Credentials:
        with translated():
            answer = self._sts.assume_role(
                RoleArn=self._role_arn,
                RoleSessionName=f"user-{user_id.hex}",
                DurationSeconds=SESSION_SECONDS,
                Tags=[{"Key": "user", "Value": user_id.hex}],
                Policy=json.dumps(session_policy(self._bucket_name, user_id)),
            )
        given = answer["Credentials"]
        return Credentials(
            access_key_id=given["AccessKeyId"],
            secret_access_key=given["SecretAccessKey"],
            session_token=given["SessionToken"],
            expires_at=given["Expiration"],
        )


def session_policy(bucket_name: str, user_id: UUID) -> dict[str, object]:
    """The inline policy of one person's session: read all of theirs, write originals only."""
    mine = f"arn:aws:s3:::{bucket_name}/{prefix_of_user(user_id)}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{mine}*"},
            {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{mine}*/original"},
        ],
    }


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

    def fetch_original(self, user_id: UUID, image_id: UUID, *, into: Path) -> StoredObject:
        """Write the original to a file, and return what S3 says of it.

        Where S3 has a checksum of the whole, botocore compares it with the bytes that come.

        Raises:
            NothingStoredError: there is none.
        """
        key = key_of(user_id, image_id, "original")
        with translated(), into.open("wb") as file:
            try:
                answer = self._s3.get_object(
                    Bucket=self._bucket_name, Key=key, ChecksumMode="ENABLED"
                )
            except self._s3.exceptions.ClientError as error:
                if _is_absent(error):
                    raise NothingStoredError from error
                raise
            for chunk in answer["Body"].iter_chunks(_CHUNK_BYTES):
                file.write(chunk)
        return _stored(answer)

    def fetch_preview(self, user_id: UUID, image_id: UUID) -> bytes:
        """Return the preview, a WebP."""
        with translated():
            answer = self._s3.get_object(
                Bucket=self._bucket_name, Key=key_of(user_id, image_id, "preview.webp")
            )
            return bytes(answer["Body"].read())

    def put_derived(
        self,
        user_id: UUID,
        image_id: UUID,
        part: Literal["thumbnail.webp", "preview.webp"],
        *,
        content: bytes,
    ) -> None:
        """Store a derived picture. Safe to repeat: the same original gives the same picture."""
        with translated():
            self._s3.put_object(
                Bucket=self._bucket_name,
                Key=key_of(user_id, image_id, part),
                Body=content,
                ContentType="image/webp",
                CacheControl="private, max-age=31536000, immutable",
            )

    def delete_image(self, user_id: UUID, image_id: UUID) -> None:
        """Delete every version of every part of a picture. Safe to repeat."""
        prefix = f"{prefix_of_user(user_id)}{image_id.hex}/"
        delete_every_version(self._s3, bucket_name=self._bucket_name, prefix=prefix)


def delete_every_version(s3: Any, *, bucket_name: str, prefix: str) -> None:
    """Delete all that lies below a prefix, with every version and delete marker."""
    with translated():
        pages = s3.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=bucket_name, Prefix=prefix):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if found:
                s3.delete_objects(
                    Bucket=bucket_name,
                    Delete={
                        "Quiet": True,
                        "Objects": [
                            {"Key": item["Key"], "VersionId": item["VersionId"]} for item in found
                        ],
                    },
                )


def attachment(name: str) -> str:
    """A Content-Disposition that saves a file as `name` in every browser (RFC 6266, RFC 8187)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-()") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def bucket_at(*, name: str, region: str, endpoint_url: str | None) -> Bucket:
    """Where the bucket answers: path style on an embedded AWS, virtual-host style on AWS."""
    if endpoint_url:
        return Bucket(base_url=f"{endpoint_url.rstrip('/')}/{name}", region=region)
    return Bucket(base_url=f"https://{name}.s3.{region}.amazonaws.com", region=region)


def _stored(said: Any) -> StoredObject:
    checksum = said.get("ChecksumSHA256", "")
    # Of what came in parts, S3 keeps a checksum of checksums, and says so by a number at its end.
    whole = None if "-" in checksum or not checksum else base64.b64decode(checksum)
    return StoredObject(size=said["ContentLength"], sha256=whole, modified=said["LastModified"])


def _is_absent(error: Any) -> bool:
    return error.response["Error"]["Code"] in {"404", "NoSuchKey"}


def _last_full_minutes() -> datetime:
    now = _now().timestamp()
    return datetime.fromtimestamp(now - now % READ_ROUNDING, tz=UTC)


def _now() -> datetime:
    return datetime.now(UTC)
