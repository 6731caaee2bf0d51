"""Presigned URLs: signed with credentials that reach one user's prefix only."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from app.clients.aws.boto import translated
from app.clients.aws.image_store import MOTION, Part, key_of, prefix_of_user
from app.clients.aws.kept_sessions import KeptSessions
from app.clients.aws.readers import OriginalReader, Reader
from app.clients.aws.session_policies import (
    VISITOR_SECONDS,
    copying_policy,
    guest_policy,
    session_policy,
    visitor_motion_policy,
    visitor_original_policy,
    visitor_policy,
    written,
)
from app.clients.aws.sigv4 import Bucket, Credentials, Presigner, SignedUrl
from app.clients.aws.upload_places import PresignedUpload, Promise, sign_place

log = logging.getLogger(__name__)

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
SESSIONS_KEPT = 10_000
SESSIONS_OF_PARTS_KEPT = 2_000
# The shortest that STS makes.
ORIGINAL_SESSION_SECONDS = 900
_MUCH_PACKED = 80  # percent
_BEHIND_ALL = 10**15  # an object of S3 has 50 TB at most
_SHOWN_IN_PLACE = frozenset({"image/gif", "image/webp"})


class UserAccess:
    """Signed addresses made with credentials that reach one person's prefix only.

    The credentials come from AssumeRole with the session tag `user` (the role's policy) and an
    inline session policy (the second guard); they are cached per user id.
    """

    def __init__(self, *, sts: Any, role_arn: str, bucket_name: str, bucket: Bucket) -> None:
        self._sts = sts
        self._role_arn = role_arn
        self.bucket_name = bucket_name
        self.bucket = bucket
        self._sessions = KeptSessions(most=SESSIONS_KEPT)
        # By themselves, so that a link with many moving parts pushes nobody else's out.
        self._sessions_of_parts = KeptSessions(most=SESSIONS_OF_PARTS_KEPT)

    def upload_place(
        self, user_id: UUID, image_id: UUID, *, size: int, content_type: str, sha256: bytes
    ) -> PresignedUpload:
        """Promise a place: the signature covers key, length, type, checksum and "not there yet".

        So S3 refuses other bytes, another size, another key and a second write.
        """
        return sign_place(
            key_of(user_id, image_id, "original"),
            Promise(size=size, content_type=content_type, sha256=sha256),
            bucket=self.bucket,
            by=self.credentials(user_id),
            signed_at=_now(),
            seconds=UPLOAD_SECONDS,
        )

    def guest_credentials(
        self, share_id: UUID, owner_id: UUID, image_ids: Sequence[UUID]
    ) -> Credentials:
        """Return credentials that write these originals for a guest, made anew."""
        return self._assume(
            owner_id,
            name=f"guest-{share_id.hex}",
            policy=guest_policy(self.bucket_name, owner_id, *image_ids),
            seconds=ORIGINAL_SESSION_SECONDS,
        )

    def reader(self, user_id: UUID, *, is_relative: bool = False) -> Reader:
        """Return what signs addresses of this person's derived pictures.

        With is_relative they lack what they share, which a page then says once. See
        [Note: Addresses that stay the same].
        """
        credentials = self.credentials(user_id)
        signed_at = _last_full_minutes()
        expires_at = min(signed_at + timedelta(seconds=READ_SECONDS), credentials.expires_at)

        presigner = Presigner(
            "GET",
            bucket=self.bucket,
            credentials=credentials,
            signed_at=signed_at,
            seconds=READ_SECONDS,
        )
        return Reader(
            presigner, prefix_of_user(user_id), expires_at=expires_at, is_relative=is_relative
        )

    def animation(self, user_id: UUID, image_id: UUID, content_type: str) -> str:
        """An address of a moving picture's original, to be shown in place.

        Whatever else the file may be, S3 says that it is a picture of that type, and browsers keep
        to it. It lives as long as a reader's. See [Note: Addresses that stay the same].

        Raises:
            ValueError: browsers might do more with this type than draw it.
        """
        if content_type not in _SHOWN_IN_PLACE:
            raise ValueError(content_type)
        key = key_of(user_id, image_id, "original")
        return self._shown_in_place(key, content_type, by=self.credentials(user_id))

    def motion(self, user_id: UUID, image_id: UUID, part: Part = MOTION) -> str:
        """An address of a picture's moving part, as an animation's: whatever it is, a video to S3.

        Or, as `part` says, of a video that is an image of its own.
        """
        key = key_of(user_id, image_id, part)
        return self._shown_in_place(key, "video/mp4", by=self.credentials(user_id))

    def _shown_in_place(
        self,
        key: str,
        content_type: str,
        *,
        by: Credentials,
        signed_at: datetime | None = None,
        seconds: int = READ_SECONDS,
    ) -> str:
        return Presigner(
            "GET",
            bucket=self.bucket,
            credentials=by,
            signed_at=signed_at or _last_full_minutes(),
            seconds=seconds,
            query={
                "response-content-disposition": "inline",
                "response-content-type": content_type,
                "response-cache-control": f"private, max-age={seconds}",
            },
        ).url(key)

    def download(self, user_id: UUID, image_id: UUID, *, name: str, content_type: str) -> SignedUrl:
        """An address that saves the original under its name; no browser shows it in place."""
        signed_at = _now()
        url = Presigner(
            "GET",
            bucket=self.bucket,
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
            bucket=self.bucket,
            credentials=self.credentials(user_id),
            signed_at=signed_at,
            seconds=READ_SECONDS,  # to begin with; what is under way goes on after it
            query={
                "response-content-disposition": attachment(name),
                "response-cache-control": "private, no-store",
            },
        ).url(key)
        return SignedUrl(url=url, expires_at=signed_at + timedelta(seconds=READ_SECONDS))

    def visitor_reader(self, share_id: UUID, owner_id: UUID, *, until: datetime | None) -> Reader:
        """Return what signs relative addresses of an owner's derived pictures for a visitor.

        See [Note: Addresses of visitors].

        Args:
            share_id: which share link the visitor has.
            owner_id: whose pictures it shows.
            until: when the link expires, if it does.
        """
        signed_at, seconds = for_visitors(until)
        presigner = Presigner(
            "GET",
            bucket=self.bucket,
            credentials=self.visitor_credentials(share_id, owner_id),
            signed_at=signed_at,
            seconds=seconds,
            # A browser keeps what it has shown for this long and no longer.
            query={"response-cache-control": "private, max-age=3600"},
        )
        return Reader(
            presigner,
            prefix_of_user(owner_id),
            expires_at=signed_at + timedelta(seconds=seconds),
            is_relative=True,
        )

    def visitor_download(
        self,
        share_id: UUID,
        owner_id: UUID,
        image_id: UUID,
        *,
        name: str,
        content_type: str,
        until: datetime | None,
        part: Part = "original",
    ) -> SignedUrl:
        """An address by which a visitor saves one original, by a session for nothing else.

        Or, as `part` says, what was made of it without its metadata.
        """
        signed_at, seconds = for_visitors(until)
        url = Presigner(
            "GET",
            bucket=self.bucket,
            credentials=self._assume(
                owner_id,
                name=f"share-{share_id.hex}",
                policy=visitor_original_policy(self.bucket_name, owner_id, image_id, part=part),
                seconds=ORIGINAL_SESSION_SECONDS,
            ),
            signed_at=signed_at,
            seconds=seconds,
            query={
                "response-content-disposition": attachment(name),
                "response-content-type": content_type,
                "response-cache-control": "private, no-store",
            },
        ).url(key_of(owner_id, image_id, part))
        return SignedUrl(url=url, expires_at=signed_at + timedelta(seconds=seconds))

    def visitor_motion(
        self,
        share_id: UUID,
        owner_id: UUID,
        image_id: UUID,
        *,
        until: datetime | None,
        moving_part_id: UUID | None = None,
        may_begin: Callable[[], bool],
    ) -> str | None:
        """An address for a visitor who may save originals: a video may say where it was taken.

        Of a Live Photo it is the video's, by a session for that original and nothing else, which is
        kept for the next time. `may_begin` is asked before one is made; None: it may not be.
        """
        signed_at, seconds = for_visitors(until)
        if moving_part_id is None:
            credentials = self.visitor_credentials(share_id, owner_id, visitor_motion_policy)
            key = key_of(owner_id, image_id, MOTION)
        else:
            of = uuid5(share_id, moving_part_id.hex)
            if self._sessions_of_parts.known(of) is None and not may_begin():
                return None
            policy = visitor_original_policy(self.bucket_name, owner_id, moving_part_id)
            credentials = self._sessions_of_parts.get(
                of, lambda: self._assume(owner_id, name=f"share-{share_id.hex}", policy=policy)
            )
            key = key_of(owner_id, moving_part_id, "original")
        return self._shown_in_place(
            key, "video/mp4", by=credentials, signed_at=signed_at, seconds=seconds
        )

    def originals(self, user_id: UUID) -> OriginalReader:
        """Return what signs relative addresses of a person's originals, for scripts of the page."""
        return self._originals(
            user_id,
            credentials=self.credentials(user_id),
            signed_at=_now().replace(microsecond=0),
            seconds=DOWNLOAD_SECONDS,
        )

    def visitor_originals(
        self, share_id: UUID, owner_id: UUID, image_ids: Sequence[UUID], *, until: datetime | None
    ) -> OriginalReader:
        """The same for a visitor and these images, by a session for nothing else.

        Args:
            share_id: which share link the visitor has.
            owner_id: whose images it shows.
            image_ids: at most MAX_VISITOR_ORIGINALS, whose keys the session's policy names.
            until: when the link expires, if it does.
        """
        signed_at, seconds = for_visitors(until)
        credentials = self._assume(
            owner_id,
            name=f"share-{share_id.hex}",
            policy=visitor_original_policy(self.bucket_name, owner_id, *image_ids),
            seconds=ORIGINAL_SESSION_SECONDS,
        )
        return self._originals(
            owner_id, credentials=credentials, signed_at=signed_at, seconds=seconds
        )

    def _originals(
        self, owner_id: UUID, *, credentials: Credentials, signed_at: datetime, seconds: int
    ) -> OriginalReader:
        presigner = Presigner(
            "GET",
            bucket=self.bucket,
            credentials=credentials,
            signed_at=signed_at,
            seconds=seconds,
            # Whatever the file is, nobody who opens the address is shown it in place.
            query={
                "response-content-disposition": "attachment",
                "response-content-type": "application/octet-stream",
                "response-cache-control": "private, no-store",
            },
        )
        expires_at = signed_at + timedelta(seconds=seconds)
        return OriginalReader(presigner, prefix_of_user(owner_id), expires_at=expires_at)

    def policy_of(self, user_id: UUID) -> str:
        """Return the inline policy of a person's session, as STS is given it."""
        return written(session_policy(self.bucket_name, user_id))

    def probe(self, user_id: UUID, key: str) -> tuple[str, dict[str, str]]:
        """Sign any key with a person's session, to see that S3 refuses it.

        See [Note: Trying the policy] in app/library/isolation.py.

        Returns:
            The address, and the headers that have to be sent: no byte of an object is within them.
        """
        headers = {"range": f"bytes={_BEHIND_ALL}-"}
        url = Presigner(
            "GET",
            bucket=self.bucket,
            credentials=self.credentials(user_id),
            signed_at=_now(),
            seconds=VISITOR_SECONDS,
            headers=headers,
        ).url(key)
        return url, headers

    def credentials(self, user_id: UUID) -> Credentials:
        """Return this person's credentials, with at least 15 minutes left to live."""
        return self._sessions.get(
            user_id,
            lambda: self._assume(
                user_id,
                name=f"user-{user_id.hex}",
                policy=session_policy(self.bucket_name, user_id),
            ),
        )

    def copying_credentials(
        self, owner_id: UUID, user_id: UUID, *, sources: Sequence[str], targets: Sequence[str]
    ) -> Credentials:
        """Return credentials that copy these keys of one person to those of another, made anew.

        See [Note: Two people in one session] in copies.py.
        """
        return self._assume(
            user_id,
            name=f"copy-{user_id.hex}",
            policy=copying_policy(self.bucket_name, sources=sources, targets=targets),
            seconds=ORIGINAL_SESSION_SECONDS,
            source_id=owner_id,
        )

    def visitor_credentials(
        self,
        share_id: UUID,
        owner_id: UUID,
        policy: Callable[[str, UUID], dict[str, object]] = visitor_policy,
    ) -> Credentials:
        """Return credentials that read an owner's derived pictures for a visitor or member."""
        return self._sessions.get(
            uuid5(share_id, policy.__name__),
            lambda: self._assume(
                owner_id,
                name=f"share-{share_id.hex}",
                policy=policy(self.bucket_name, owner_id),
            ),
        )

    def _assume(
        self,
        user_id: UUID,
        *,
        name: str,
        policy: dict[str, object],
        seconds: int = SESSION_SECONDS,
        source_id: UUID | None = None,
    ) -> Credentials:
        """Ask STS for a session below one person's prefix; `name` stands in logs of AWS.

        One that copies reads below another's prefix, too: that of `source_id`.
        """
        more = [{"Key": "from", "Value": source_id.hex}] if source_id else []
        with translated():
            answer = self._sts.assume_role(
                RoleArn=self._role_arn,
                RoleSessionName=name,
                DurationSeconds=seconds,
                Tags=[{"Key": "user", "Value": user_id.hex}, *more],
                Policy=written(policy),
            )
        if (packed := answer.get("PackedPolicySize", 0)) >= _MUCH_PACKED:
            log.warning("the policy of a session takes %d %% of what STS packs", packed)
        given = answer["Credentials"]
        return Credentials(
            access_key_id=given["AccessKeyId"],
            secret_access_key=given["SecretAccessKey"],
            session_token=given["SessionToken"],
            expires_at=given["Expiration"],
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


def for_visitors(until: datetime | None) -> tuple[datetime, int]:
    """Return when an address for a visitor begins to work, and for how many seconds."""
    signed_at = _now().replace(microsecond=0)
    left = VISITOR_SECONDS if until is None else int((until - signed_at).total_seconds())
    return signed_at, max(1, min(VISITOR_SECONDS, left))


def _last_full_minutes() -> datetime:
    now = _now().timestamp()
    return datetime.fromtimestamp(now - now % READ_ROUNDING, tz=UTC)


def _now() -> datetime:
    return datetime.now(UTC)
