"""Create uploads: check quota and limits, sign a URL, or find that the image exists already."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import User
from app.clients.aws.presigned_urls import UserAccess
from app.clients.aws.upload_places import PresignedUpload
from app.database import db, now
from app.errors import TooManyUploadsError
from app.images.collected_models import CollectedImage, CollectedState, note_owners_own
from app.images.counted_models import Storage
from app.images.failure_messages import VIDEO, WORDS
from app.images.former_consent import stop_waiting_of_before
from app.images.models import Image, ImageState
from app.settings import PICTURE_TYPES
from app.stacks.live_photos import (
    look_again,
    moving_parts_of,
    part_from_stills,
    set_columns,
)
from app.uploads.cancelled import CancelledUpload
from app.uploads.multipart import Plan, PromisedInParts
from app.uploads.schemas import AnnouncedFile, NewImage

MEGABYTE = 1024 * 1024
# Rows of promises cost nothing to make and stay for a day, whatever room there is, and so does the
# memory of what was cancelled or rejected: one person could fill the database with them. A browser
# has a few dozen at a time.
MAX_UNFINISHED = 10_000
_ONE_BATCH_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:user, 4))")


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A file that cannot be taken in, and why."""

    code: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """The row of a picture that is about to come; `abandoned` as below."""

    image: Image
    plan: Plan | None
    abandoned: str | None


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A place to upload to; `abandoned` is an upload in parts that it takes the place of."""

    image_id: UUID
    place: PresignedUpload
    abandoned: str | None


@dataclass(frozen=True, kw_only=True)
class Existing:
    """The same bytes are here already.

    `is_unverified`: an event said so, which may be late or forged, and nobody has read them yet.
    """

    image_id: UUID
    restored: bool
    is_unverified: bool


def refusal(new: AnnouncedFile, *, max_bytes: int) -> Refused | None:
    """Return why a file is refused, or None."""
    if new.content_type not in PICTURE_TYPES:
        return Refused(
            code="unsupported_type",
            detail=VIDEO if new.content_type.startswith("video/") else WORDS["unsupported_type"],
        )
    if new.size > max_bytes:
        return Refused(
            code="too_large",
            detail=f"This file is larger than {max_bytes // MEGABYTE} MB, the most that is taken"
            " in here.",
        )
    return None


class QuotaReservation:
    """How much more a person may keep.

    One batch of a person at a time, until its transaction ends: two cannot both have the last of
    it, nor of the places that MAX_UNFINISHED leaves. Nothing but a batch makes the count grow.
    """

    def __init__(self, user: User, *, quota_bytes: int | None) -> None:
        self._user = user
        self._quota_bytes = quota_bytes
        # An advisory lock: the row in `storage` must be the last to be locked (migration 0004).
        db.session.execute(_ONE_BATCH_AT_A_TIME, {"user": str(user.id)})
        self._left = None if quota_bytes is None else quota_bytes - _kept_by(user)

    def take(self, new: NewImage) -> Refused | None:
        """Reserve what a picture adds to what was reserved already, or say that it is too much."""
        if self._left is None or self._quota_bytes is None:
            return None
        added = new.size - _reserved_for(self._user, new)
        if added > max(self._left, 0):
            return Refused(
                code="quota_exceeded",
                detail=f"There is no room for this file: you may keep {in_words(self._quota_bytes)}"
                f" here, and {in_words(max(self._left, 0))} are left. Delete pictures for good, or"
                " ask the administrator for more.",
            )
        self._left -= added
        return None

    def take_of_guest(self, size: int) -> bool:
        """Reserve what a guest's picture takes, whatever else is here; False: there is no room."""
        if self._left is None:
            return True
        if size > self._left:
            return False
        self._left -= size
        return True


def require_few_unfinished(user: User) -> None:
    """Check that a user has few unfinished uploads; before the commit, with a QuotaReservation.

    What was cancelled or rejected counts for as long as it is remembered: else whoever asks and
    cancels again and again has no limit. Asking again for the same places makes them no more.

    Raises:
        TooManyUploadsError: see MAX_UNFINISHED; nothing of this batch is promised.
    """
    unfinished = select(Image.id).where(
        Image.owned_by(user), Image.state.in_((ImageState.UPLOADING, ImageState.REJECTED))
    )
    cancelled = select(CancelledUpload.image_id).where(CancelledUpload.owner_id == user.id)
    if _count(unfinished) + _count(cancelled) > MAX_UNFINISHED:
        db.session.rollback()
        raise TooManyUploadsError


def _count(query: Select[Any]) -> int:
    """How many rows there are, as far as it matters to MAX_UNFINISHED."""
    some = query.limit(MAX_UNFINISHED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def promise_upload(
    user: User, new: NewImage, *, access: UserAccess, room: QuotaReservation
) -> Promised | PromisedInParts | Existing | Refused:
    """Promise a place for a picture, or find it. Safe to repeat: the same bytes, the same id.

    An upload that was never finished is promised its old place again, and so is one that was
    rejected; a picture in Recently deleted is taken out of it.
    """
    found = reserve(user, new, room=room)
    if not isinstance(found, Reserved):
        return found
    image, plan, abandoned = found.image, found.plan, found.abandoned
    if plan is not None:
        return PromisedInParts(
            image_id=image.id,
            content_type=new.content_type,
            plan=plan,
            upload_id=image.upload_id,
            abandoned=abandoned,
        )
    place = access.upload_place(
        user.id, image.id, size=new.size, content_type=new.content_type, sha256=image.sha256
    )
    return Promised(image_id=image.id, place=place, abandoned=abandoned)


def reserve(user: User, new: NewImage, *, room: QuotaReservation) -> Reserved | Existing | Refused:
    """Make or find the row of a picture that is about to come, however it comes."""
    if refused := room.take(new):
        return refused
    moment = now()
    image = _find_or_add(user, new, moment=moment)
    if image.state not in {ImageState.UPLOADING, ImageState.REJECTED}:
        restored = image.deleted_at is not None
        if restored:
            stop_waiting_of_before(user.id, [image.id])
            _bring_back_halves(user, image)
        image.deleted_at = None
        note_owners_own(user.id, [image.id], is_own=True)  # a guest may have sent it first
        is_unverified = image.state == ImageState.PROCESSING and image.receipt_at is None
        return Existing(image_id=image.id, restored=restored, is_unverified=is_unverified)
    plan = _plan(new)
    abandoned = None
    if not _goes_on(image, new, plan):
        abandoned, image.upload_id = image.upload_id, None
    _write(new, plan, onto=image, moment=moment)
    return Reserved(image=image, plan=plan, abandoned=abandoned)


def _bring_back_halves(user: User, image: Image) -> None:
    """Bring a Live Photo's video back with its still; by itself it is a video of its own."""
    db.session.flush()  # what follows are statements, and not entities
    if image.state == ImageState.JOINED:
        part_from_stills(user.id, [image.id])
        db.session.refresh(image)
    else:
        set_columns(user.id, moving_parts_of(user.id, [image.id]), deleted_at=None)
    look_again(user.id, [image.id])


def _plan(new: NewImage) -> Plan | None:
    if new.parts is None:
        return None
    return Plan(
        file_size=new.size,
        part_size=new.parts.size,
        checksums=b"".join(bytes.fromhex(checksum) for checksum in new.parts.sha256),
    )


def _goes_on(image: Image, new: NewImage, plan: Plan | None) -> bool:
    """Whether what is open, if anything, is an upload of the same parts."""
    return plan is not None and (plan.part_size, plan.checksums, new.size, new.content_type) == (
        image.part_size,
        image.part_checksums,
        image.byte_size,
        image.content_type,
    )


def _write(new: NewImage, plan: Plan | None, *, onto: Image, moment: datetime) -> None:
    """Note what is promised now."""
    onto.state = ImageState.UPLOADING
    onto.failure_code = None
    onto.receipt_at = None  # of bytes that are gone
    onto.receipt_by = None
    onto.decoder_version = 0
    onto.crc32 = None
    onto.name = new.name
    onto.byte_size = new.size
    onto.content_type = new.content_type
    onto.taken_hint = new.taken_hint
    onto.part_size = plan.part_size if plan else None
    onto.part_checksums = plan.checksums if plan else None
    onto.created_at = moment
    onto.timeline_at = moment.replace(tzinfo=None)
    onto.deleted_at = None
    onto.attempts = 0
    onto.swept_at = None


def _kept_by(user: User) -> int:
    """How many bytes a person keeps, with what guests were promised room for."""
    kept = db.session.scalar(select(Storage.bytes).where(Storage.user_id == user.id))
    of_guests = db.session.scalar(
        select(func.sum(CollectedImage.byte_size)).where(
            CollectedImage.owner_id == user.id, CollectedImage.state == CollectedState.ARRIVING
        )
    )
    return (kept or 0) + int(of_guests or 0)


def _reserved_for(user: User, new: NewImage) -> int:
    """How much of these bytes is counted already: they are here, or on their way."""
    row = db.session.execute(
        select(Image.state, Image.byte_size).where(
            Image.owned_by(user), Image.sha256 == bytes.fromhex(new.sha256)
        )
    ).one_or_none()
    if row is None or row.state == ImageState.REJECTED:
        return 0
    # What is here stays as large as it is, whatever is announced of it.
    return row.byte_size if row.state == ImageState.UPLOADING else new.size


def in_words(count: int) -> str:
    """Bytes as people read them."""
    for unit, size in (("GB", 1024**3), ("MB", MEGABYTE), ("KB", 1024)):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{count} bytes"


def _find_or_add(user: User, new: NewImage, *, moment: datetime) -> Image:
    """Lock the row of these bytes, made now if need be: two uploads at once share one row."""
    row = insert(Image).values(
        owner_id=user.id,
        name=new.name,
        byte_size=new.size,
        sha256=bytes.fromhex(new.sha256),
        content_type=new.content_type,
        created_at=moment,
        timeline_at=moment.replace(tzinfo=None),
    )
    # An update that changes nothing, since only an update locks the row and returns it in one step.
    found_or_added = row.on_conflict_do_update(
        index_elements=[Image.owner_id, Image.sha256], set_={"sha256": row.excluded.sha256}
    ).returning(Image)
    image: Image = db.session.scalars(
        select(Image).from_statement(found_or_added), execution_options={"populate_existing": True}
    ).one()
    return image
