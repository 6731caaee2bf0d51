"""Tables of the sidecars in the bucket: which were written, how far, and which are to be again.

[Note: Sidecars by the list of changes] Beside each original lies `sidecar.json`, which says all
that is known of the image, so that the bucket can be understood without the database. Which images
changed is known already: each commit notes it for clients that keep a copy (see [Note: Changes in
order] in changes.py). The sweep reads that list as such a client does, from where it stopped
(`SidecarProgress`), and so no request does anything for a sidecar. What changes often is written
once: it is in the list once, by its last change, and waits until that is some minutes old.

The list does not tell of albums and tags that get another name, of orders by hand, and of
descriptions that were checked. These leave a mark, one row whatever number of images it is about
(triggers of migration 0090, and `mark_album`); the sweep goes through their images. Nothing is
sent to S3 where the content is as it was (`Sidecar.digest`).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    cast,
    delete,
    func,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, db, now
from app.images.album_models import Album
from app.images.counted_models import ImageChange
from app.images.models import STORED, Image, ImageState, one_of

FIRST = UUID(int=0)
LAST = UUID(int=2**128 - 1)
# One that is being processed changes once more when that is done.
WITH_SIDECAR = [state for state in STORED if state != ImageState.PROCESSING]
# What was read this long ago is written, or tried again.
_LONG_AGO = timedelta(days=1)


class MarkKind(StrEnum):
    """What a mark is about."""

    IMAGE = "image"
    ALBUM = "album"  # the images that are in it
    TAG = "tag"  # the images that have it


class Sidecar(Base):
    """A sidecar that was written."""

    __tablename__ = "sidecars"
    __table_args__ = ({"comment": "Sidecars of images in the bucket, as they were last written."},)

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of its content.")
    written_at: Mapped[datetime] = mapped_column(default=now)


class SidecarProgress(Base):
    """How far the list of a person's changes has been read."""

    __tablename__ = "sidecar_progress"
    __table_args__ = ({"comment": "Up to which change each person's sidecars are written."},)

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(
        BigInteger, default=0, server_default="0", comment="Of image_changes: the last one read."
    )
    image_id: Mapped[UUID] = mapped_column(
        default=FIRST, server_default=str(FIRST), comment="The last one read of that number."
    )
    leased_until: Mapped[datetime | None] = mapped_column(
        comment="Until then one sweep writes them, and no other."
    )


class SidecarMark(Base):
    """Something by which sidecars are to be written again, that the list does not tell."""

    __tablename__ = "sidecar_marks"
    __table_args__ = (
        one_of("kind", MarkKind),
        Index("ix_sidecar_marks_due", "owner_id", "due_at"),
        {"comment": "Images, albums and tags whose images' sidecars are to be written again."},
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    after: Mapped[UUID] = mapped_column(
        default=FIRST,
        server_default=str(FIRST),
        comment="Of an album or a tag: images up to this one are done.",
    )
    due_at: Mapped[datetime] = mapped_column(
        server_default=text("clock_timestamp()"), comment="When it changed, or is tried again."
    )


def mark_album(album: Album) -> None:
    """Have the sidecars of an album's images written again; the caller commits."""
    db.session.execute(select(func.mark_sidecars(MarkKind.ALBUM, album.id, album.owner_id)))


def change_number(ago: timedelta) -> ColumnElement[int]:
    """The number of a change that would be made so long ago."""
    moment = func.clock_timestamp() - literal(ago)
    return cast(func.extract("epoch", moment) * 1_000_000, BigInteger)


def was_never_written() -> ColumnElement[bool]:
    """Whether the list of changes was read past an image of the query, and no sidecar written."""
    is_read = select(ImageChange.image_id).where(
        ImageChange.image_id == Image.id,
        ImageChange.number < change_number(_LONG_AGO),
        SidecarProgress.user_id == Image.owner_id,
        tuple_(ImageChange.number, ImageChange.image_id)
        <= tuple_(SidecarProgress.number, SidecarProgress.image_id),
    )
    is_written = select(Sidecar.image_id).where(Sidecar.image_id == Image.id)
    return (
        Image.state.in_(WITH_SIDECAR)
        & is_read.correlate(Image).exists()
        & ~is_written.correlate(Image).exists()
    )


def mark_lost(image_ids: Collection[UUID]) -> None:
    """Have sidecars written again that are lost, or not as they were; the caller commits."""
    marked = select(func.mark_sidecars(MarkKind.IMAGE, Image.id, Image.owner_id))
    db.session.execute(marked.where(Image.id.in_(image_ids)))
    # Else their content would be found as it was, and nothing be sent.
    db.session.execute(delete(Sidecar).where(Sidecar.image_id.in_(image_ids)))
