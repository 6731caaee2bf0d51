"""Multipart uploads, so that a lost connection costs one part and not the whole file.

The row holds what was announced; S3 knows which parts have arrived. The row is never locked during
a call to S3. See [Note: Who opened it].

[Note: Who opened it] Two requests for the same upload at the same time both open a multipart upload
at S3. One UPDATE with a precondition on the row's former content decides which of them is used; the
other is aborted. If a process dies between the two calls, the id of an upload is lost. Such an
upload has no parts, since nobody was told its id, and the bucket aborts it after a day.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select, update

from app.accounts.models import User
from app.accounts.rate_limits.seats import take_seat
from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.multipart_uploads import (
    NoSuchUploadError,
    OriginalThereError,
    PartPlace,
    PartPromise,
    PartUploads,
    StoredPart,
)
from app.database import db, now
from app.errors import NotFoundError, NotInPartsError, PartsMissingError, TooManyAtOnceError
from app.images.models import Image, ImageState
from app.uploads.asking_s3 import MAX_ASKED_AT_ONCE, count_asked

log = logging.getLogger(__name__)

_DIGEST_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a file is cut: `checksums` are the SHA-256 of its parts, one after the other."""

    file_size: int
    part_size: int
    checksums: bytes

    def parts(self) -> list[PartPromise]:
        """Return what was promised of each part."""
        offsets = range(0, self.file_size, self.part_size)
        return [
            PartPromise(
                number=number,
                offset=offset,
                size=min(self.part_size, self.file_size - offset),
                sha256=self.checksums[(number - 1) * _DIGEST_BYTES : number * _DIGEST_BYTES],
            )
            for number, offset in enumerate(offsets, 1)
        ]


@dataclass(frozen=True, kw_only=True)
class PromisedInParts:
    """A place for a file that comes in parts.

    Args:
        image_id: whose original it is.
        content_type: as declared.
        plan: how the file is cut.
        upload_id: of the upload that is open, as far as we know.
        abandoned: of one of other parts, that this one takes the place of.
    """

    image_id: UUID
    content_type: str
    plan: Plan
    upload_id: str | None
    abandoned: str | None


@dataclass(frozen=True, kw_only=True)
class OpenParts:
    """Each part, with the place where it is to be PUT; None where it is there already."""

    parts: list[tuple[PartPromise, PartPlace | None]]
    expires_at: datetime


def open_parts(user: User, promised: PromisedInParts, *, uploads: PartUploads) -> OpenParts:
    """Open an upload, or take up the one that is open; commits. Safe to repeat."""
    user_id = _end_transaction(user)
    upload_id, stored = _take_up(user_id, promised.image_id, promised.upload_id, uploads=uploads)
    if upload_id is None:
        upload_id, stored = _open(user, promised, uploads=uploads)
    parts = promised.plan.parts()
    missing = [part for part in parts if not _is_there(part, stored)]
    places, expires_at = uploads.places(user_id, promised.image_id, upload_id, missing)
    place_of = {part.number: place for part, place in zip(missing, places, strict=True)}
    return OpenParts(
        parts=[(part, place_of.get(part.number)) for part in parts], expires_at=expires_at
    )


def complete_parts(user: User, image_id: UUID, *, uploads: PartUploads) -> None:
    """Put the parts of a file together, once all are there; commits. Safe to repeat.

    Raises:
        NotFoundError: there is no such picture, or it is somebody else's.
        NotInPartsError: nothing is open that could be put together.
        PartsMissingError: some have not arrived, or are not as promised.
        TooManyAtOnceError: S3 was asked too often, or it is put together and not noted; asking
            again does the rest.
    """
    found = db.session.execute(
        select(
            Image.state, Image.upload_id, Image.byte_size, Image.part_size, Image.part_checksums
        ).where(Image.owned_by(user), Image.id == image_id)
    ).one_or_none()
    user_id = user.id
    if found is None:
        raise NotFoundError
    if found.upload_id is not None:
        count_asked(user_id, 1)
    db.session.commit()  # what follows waits for the outside
    is_here = found.state != ImageState.UPLOADING
    if found.upload_id is not None and found.state == ImageState.PROCESSING:
        # Begun by what completed it, or by a late event of an earlier upload, that finds nothing.
        is_here = uploads.has_original(user_id, image_id)
    if found.upload_id is None:
        if is_here:
            return
        raise NotInPartsError
    if is_here:  # sent whole meanwhile, or put together by one who could not note it
        _drop(user_id, image_id, found.upload_id, uploads=uploads)
    else:
        plan = Plan(
            file_size=found.byte_size, part_size=found.part_size, checksums=found.part_checksums
        )
        _put_together(user_id, image_id, found.upload_id, plan, uploads=uploads)
    _note_arrival(user, image_id, found.upload_id)


def drop_parts(user: User, dropped: Iterable[tuple[UUID, str]], *, uploads: PartUploads) -> None:
    """Drop uploads that nobody will finish: as many as a request has time for, if not too often.

    The sweep drops the parts of cancelled uploads too, and the bucket all others after a day.
    """
    some = list(dropped)[:MAX_ASKED_AT_ONCE]
    user_id = _end_transaction(user)
    try:
        count_asked(user_id, len(some))
    except TooManyAtOnceError:
        return
    db.session.commit()
    drop_counted(user, some, uploads=uploads)


def drop_counted(user: User, dropped: Iterable[tuple[UUID, str]], *, uploads: PartUploads) -> None:
    """Drop uploads that were counted (`count_asked`), until S3 fails."""
    user_id = _end_transaction(user)
    for image_id, upload_id in dropped:
        if not _drop(user_id, image_id, upload_id, uploads=uploads):
            return  # each of the others would wait as long


def _drop(user_id: UUID, image_id: UUID, upload_id: str, *, uploads: PartUploads) -> bool:
    try:
        uploads.drop(user_id, image_id, upload_id)
    except AwsUnavailableError as error:
        log.warning("parts of picture %s stay for a day: %s", image_id, error)
        return False
    return True


def _end_transaction(user: User) -> UUID:
    """Return whose it is, and wait for the outside with no connection in hand."""
    user_id = user.id
    db.session.rollback()
    return user_id


def _take_up(
    user_id: UUID, image_id: UUID, upload_id: str | None, *, uploads: PartUploads
) -> tuple[str | None, dict[int, StoredPart]]:
    """Return an upload that is still open, with its parts; None when it is over."""
    if upload_id is not None:
        try:
            return upload_id, uploads.stored(user_id, image_id, upload_id)
        except NoSuchUploadError:
            log.info("the upload of picture %s is over; beginning anew", image_id)
    return None, {}


def _open(
    user: User, promised: PromisedInParts, *, uploads: PartUploads
) -> tuple[str, dict[int, StoredPart]]:
    """Open an upload and note it, or use the one of whoever was quicker.

    See [Note: Who opened it].
    """
    image_id, plan, user_id = promised.image_id, promised.plan, _end_transaction(user)
    ours = uploads.open(user_id, image_id, content_type=promised.content_type)
    same_promise = (
        Image.owned_by(user),
        Image.id == image_id,
        Image.state == ImageState.UPLOADING,
        Image.part_size == plan.part_size,
        Image.part_checksums == plan.checksums,
    )
    noted = db.session.scalar(
        update(Image)
        .where(*same_promise, Image.upload_id.is_not_distinct_from(promised.upload_id))
        .values(upload_id=ours)
        .returning(Image.id)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    if noted is not None:
        return ours, {}
    uploads.drop(user_id, image_id, ours)
    theirs = db.session.scalar(select(Image.upload_id).where(*same_promise))
    db.session.rollback()
    # None: cancelled or promised otherwise since. What is sent then, S3 refuses.
    upload_id, stored = _take_up(user_id, image_id, theirs, uploads=uploads)
    return upload_id or ours, stored


def _is_there(part: PartPromise, stored: dict[int, StoredPart]) -> bool:
    found = stored.get(part.number)
    return found is not None and (found.size, found.sha256) == (part.size, part.sha256)


def _put_together(
    user_id: UUID, image_id: UUID, upload_id: str, plan: Plan, *, uploads: PartUploads
) -> None:
    """Return when the original is there, whoever did it."""
    parts = plan.parts()
    try:
        stored = uploads.stored(user_id, image_id, upload_id)
        missing = [part.number for part in parts if not _is_there(part, stored)]
        if missing:
            raise PartsMissingError(missing)
        wanted = {part.number: stored[part.number] for part in parts}
        uploads.complete(user_id, image_id, upload_id, wanted)
    except OriginalThereError:
        # Sent whole meanwhile: by a signed address, so these are the promised bytes.
        _drop(user_id, image_id, upload_id, uploads=uploads)
    except NoSuchUploadError:
        if not uploads.has_original(user_id, image_id):
            raise PartsMissingError([part.number for part in parts]) from None


def _note_arrival(user: User, image_id: UUID, upload_id: str) -> None:
    """Forget the parts; the worker, told by S3, may have begun already."""
    take_seat(user.id)
    is_waiting = Image.state == ImageState.UPLOADING
    db.session.execute(
        update(Image)
        .where(Image.owned_by(user), Image.id == image_id, Image.upload_id == upload_id)
        .values(
            state=case((is_waiting, ImageState.PROCESSING), else_=Image.state),
            stored_at=case((is_waiting, now()), else_=func.coalesce(Image.stored_at, now())),
            upload_id=None,
            part_size=None,
            part_checksums=None,
            swept_at=None,  # the sweep may have looked while parts were still on their way
        )
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
