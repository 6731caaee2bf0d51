"""Taking a picture in: promise a place, or say that the picture is here already."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import User
from app.clients.storage import UploadPlace, UserAccess
from app.database import db, now
from app.images.failures import WORDS
from app.images.models import Image, ImageState
from app.images.schemas import NewImage
from app.settings import PICTURE_TYPES

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A file that cannot be taken in, and why."""

    code: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A place to upload to."""

    image_id: UUID
    place: UploadPlace


@dataclass(frozen=True, kw_only=True)
class Existing:
    """The same bytes are here already."""

    image_id: UUID
    restored: bool


def refusal(new: NewImage, *, max_bytes: int) -> Refused | None:
    """Say why a file cannot be taken in, or None."""
    if new.content_type not in PICTURE_TYPES:
        return Refused(
            code="unsupported_type",
            detail=WORDS["unsupported_type"],
        )
    if new.size > max_bytes:
        return Refused(
            code="too_large",
            detail=f"This file is larger than {max_bytes // MEGABYTE} MB, the most that is taken"
            " in here.",
        )
    return None


def promise_place(user: User, new: NewImage, *, access: UserAccess) -> Promised | Existing:
    """Promise a place for a picture, or find it. Safe to repeat: the same bytes, the same id.

    An upload that was never finished is promised its old place again, and so is one that was
    rejected; a picture in Recently deleted is taken out of it.
    """
    moment = now()
    image = _find_or_add(user, new, moment=moment)
    if image.state in {ImageState.UPLOADING, ImageState.REJECTED}:
        image.state = ImageState.UPLOADING
        image.failure_code = None
        image.name = new.name
        image.byte_size = new.size
        image.content_type = new.content_type
        image.created_at = moment
        image.timeline_at = moment.replace(tzinfo=None)
        image.deleted_at = None
        image.attempts = 0
        place = access.upload_place(
            user.id, image.id, size=new.size, content_type=new.content_type, sha256=image.sha256
        )
        return Promised(image_id=image.id, place=place)
    restored = image.deleted_at is not None
    image.deleted_at = None
    return Existing(image_id=image.id, restored=restored)


def restore(user: User, image_id: UUID) -> None:
    """Take a picture out of Recently deleted. Safe to repeat."""
    db.session.execute(
        update(Image).where(Image.owned_by(user), Image.id == image_id).values(deleted_at=None)
    )


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
