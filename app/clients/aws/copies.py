"""Copying pictures of one person into another's prefix, inside S3.

[Note: Two people in one session] Nobody's own session reaches another's prefix, so no copy can be
made with it. A session for copying has two tags, `user` for whose prefix is written to and `from`
for whose is read; the role's policy has them in its resources, so that without `from` nothing of
anybody else's can be read. The inline policy names the very keys, of which 2,048 characters hold
five pairs. Its credentials never leave the API. docs/decisions/0132-save-to-my-library.md.

Source: "CopyObject" of the S3 API reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.image_store import Part, Preview, key_of
from app.clients.aws.object_calls import Answer, call, expect_success
from app.clients.aws.presigned_urls import UserAccess
from app.clients.aws.session_policies import as_many_as_fit
from app.clients.aws.sigv4 import Credentials

# Of pairs of keys a session policy of 2,048 characters holds so many, whatever the bucket's name:
# 10 x 161 (a bucket of 63 letters) and 250 around them.
MAX_COPIED = 5
_PATIENCE_SECONDS = 15
_PATIENCE_OF_SECOND_SECONDS = 2


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One object that is copied, and where to.

    Args:
        image_id: whose part is read.
        part: which.
        etag: of the bytes that are meant; "": whatever is there, which never changes.
        to_image_id: whose original it becomes.
        content_type: what S3 will say of it.
    """

    image_id: UUID
    part: Part
    etag: str
    to_image_id: UUID
    content_type: str


def read_preview(
    access: UserAccess,
    session_id: UUID,
    owner_id: UUID,
    image_id: UUID,
    *,
    preview: Preview,
    patience: float = _PATIENCE_SECONDS,
) -> tuple[bytes, str]:
    """Return a preview and its etag, by the rights of whoever it is shown to.

    S3 is waited for `patience` seconds at most, also below.

    Raises:
        AwsUnavailableError: S3 did not answer, or has none.
    """
    answer = call(
        "GET",
        key_of(owner_id, image_id, preview),
        bucket=access.bucket,
        credentials=access.visitor_credentials(session_id, owner_id),
        patience=patience,
    )
    if answer.status != HTTPStatus.OK:  # its body is a picture and no answer of XML
        raise AwsUnavailableError(f"s3: {answer.status}")
    return answer.body, answer.etag


class Copier:
    """Copies parts of one person's images into originals of another's, by a session of its own."""

    def __init__(
        self, access: UserAccess, owner_id: UUID, user_id: UUID, copies: Sequence[Copy]
    ) -> None:
        """Ask STS for a session that may make these copies and nothing else: MAX_COPIED at most.

        For more than one session, where STS says so: see [Note: How many keys fit].
        """
        self._access = access
        self._owner_id = owner_id
        self._user_id = user_id
        self._sessions: list[tuple[Sequence[Copy], Credentials]] = []
        while copies:
            count, credentials = as_many_as_fit(copies, self._session)
            self._sessions.append((copies[:count], credentials))
            copies = copies[count:]

    def _session(self, copies: Sequence[Copy]) -> Credentials:
        return self._access.copying_credentials(
            self._owner_id,
            self._user_id,
            sources=[key_of(self._owner_id, each.image_id, each.part) for each in copies],
            targets=[key_of(self._user_id, each.to_image_id, "original") for each in copies],
        )

    def _credentials_for(self, made: Copy) -> Credentials:
        # One that none names is for S3 to refuse.
        named = (by for copies, by in self._sessions if made in copies)
        return next(named, self._sessions[-1][1])

    def copy(self, made: Copy, *, patience: float = _PATIENCE_SECONDS) -> bool:
        """Copy one, unless there is an original already. Safe to repeat.

        Returns:
            False: S3 refuses, since there is an original there, or the source is another by now.

        Raises:
            AwsUnavailableError: S3 did not answer, has no source, or refuses this one for another
                reason. Others may be copied.
        """
        answer = self._ask(made, patience=patience)
        # Another request wrote the same key at this moment: what is there now is known by asking.
        if answer.status == HTTPStatus.CONFLICT:
            answer = self._ask(made, patience=_PATIENCE_OF_SECOND_SECONDS)
        if answer.status == HTTPStatus.PRECONDITION_FAILED:
            return False
        expect_success(answer)
        return True

    def _ask(self, made: Copy, *, patience: float) -> Answer:
        source = key_of(self._owner_id, made.image_id, made.part)
        headers = {
            "content-type": made.content_type,
            "if-none-match": "*",
            "x-amz-checksum-algorithm": "SHA256",
            "x-amz-copy-source": f"/{self._access.bucket_name}/{source}",
            # What S3 says of the source to browsers is not said of the copy.
            "x-amz-metadata-directive": "REPLACE",
        }
        if made.etag:
            headers["x-amz-copy-source-if-match"] = made.etag
        return call(
            "PUT",
            key_of(self._user_id, made.to_image_id, "original"),
            bucket=self._access.bucket,
            credentials=self._credentials_for(made),
            headers=headers,
            patience=patience,
        )
