"""Tables of links by which guests add pictures to an album, and of what they have sent.

[Note: Sent by guests] A picture of a guest has no row in `images` before all of it has arrived: its
bytes may be those of a picture that its owner has already, and no guest is to learn that. So every
guest sends every picture, to a key of its own below the owner's prefix, and app/sharing/arrivals.py
decides at the arrival what becomes of it. What is promised and has not arrived counts for the
link's bounds and for the owner's quota. docs/decisions/0131.

[Note: Held until reviewed] What its owner wants to look at first is an image as any other, but
"deleted" in the year 3000: so no list, search, album, map or count of the library has it, nothing
is sent to a model, and the sweep does not delete it. Recently deleted leaves it out (`in_trash`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Uuid,
    any_,
    false,
    literal,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, db, now
from app.images.album_models import Album  # noqa: F401 - a key here points to its table
from app.images.models import Image, one_of

MAX_GUEST_NAME = 60
HELD_UNTIL_REVIEWED = datetime(3000, 1, 1, tzinfo=UTC)
# As statements have it that are written as text.
IN_TRASH = "deleted_at < '3000-01-01T00:00:00Z'"


def in_trash() -> ColumnElement[bool]:
    """The condition that an image is in Recently deleted; see [Note: Held until reviewed]."""
    return Image.deleted_at.is_not(None) & (Image.deleted_at < HELD_UNTIL_REVIEWED)


class CollectedState(StrEnum):
    """Where a guest's picture stands."""

    ARRIVING = "arriving"  # an address was given; nothing has arrived yet
    WAITING = "waiting"  # for its owner's review
    ACCEPTED = "accepted"
    DECLINED = "declined"
    GONE = "gone"  # never arrived, too late, or no picture


class ShareCollection(Base):
    """That guests may add pictures by a share link, and how many."""

    __tablename__ = "share_collections"
    __table_args__ = (
        CheckConstraint("max_pictures BETWEEN 1 AND 2000", name="max_pictures"),
        CheckConstraint("max_bytes > 0", name="max_bytes"),
        {"comment": "Share links by which guests add pictures to an album, with their bounds."},
    )

    share_id: Mapped[UUID] = mapped_column(
        ForeignKey("shares.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    album_id: Mapped[UUID] = mapped_column(
        ForeignKey("albums.id", ondelete="CASCADE"),
        index=True,
        comment="Where to. The link's own album is null where guests do not see the others'.",
    )
    is_reviewed: Mapped[bool] = mapped_column(
        default=True,
        server_default=true(),
        comment="Whether its owner looks at pictures before they are in the album.",
    )
    max_pictures: Mapped[int] = mapped_column(comment="That guests may add in all.")
    max_bytes: Mapped[int] = mapped_column(BigInteger, comment="Of these together.")
    taken_pictures: Mapped[int] = mapped_column(
        default=0, server_default="0", comment="Promised to guests or arrived."
    )
    taken_bytes: Mapped[int] = mapped_column(
        BigInteger, default=0, server_default="0", comment="Of these."
    )


class CollectedImage(Base):
    """A picture that a guest sends or has sent. See [Note: Sent by guests]."""

    __tablename__ = "collected_images"
    __table_args__ = (
        one_of("state", CollectedState),
        CheckConstraint("byte_size > 0", name="byte_size"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        Index(
            "ix_collected_images_arriving",
            "owner_id",
            "look_at",
            postgresql_where=text("state = 'arriving'"),
        ),
        Index(
            "ix_collected_images_in_order",
            "owner_id",
            "state",
            text("created_at DESC"),
            text("id DESC"),
        ),
        Index("ix_collected_images_over", "created_at", postgresql_where=text("image_id IS NULL")),
        {"comment": "Pictures that guests sent by share links: what became of each, and who said."},
    )

    id: Mapped[UUID] = mapped_column(
        primary_key=True, default=uuid4, comment="Also of its image, where one was made."
    )
    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), comment="Whose the album is."
    )
    share_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("shares.id", ondelete="SET NULL"),
        index=True,
        comment="By which link; null: it was ended.",
    )
    album_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("albums.id", ondelete="SET NULL"), index=True, comment="Where to."
    )
    image_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("images.id", ondelete="SET NULL"),
        index=True,
        comment="What it is in the library; another id than its own: its owner had it before.",
    )
    state: Mapped[str] = mapped_column(String(10), default=CollectedState.ARRIVING)
    name: Mapped[str] = mapped_column(String(255), comment="Of its file.")
    content_type: Mapped[str] = mapped_column(String(40))
    byte_size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    taken_hint: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=False), comment="As of images: when the file was last changed."
    )
    added_by: Mapped[str] = mapped_column(
        String(MAX_GUEST_NAME), comment="What the guest calls themselves; nobody proved it."
    )
    was_in_album: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        comment="Whether its album had it before it was accepted.",
    )
    was_in_library: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        comment="Of what made the image: whether its owner put it into the library themselves.",
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    look_at: Mapped[datetime] = mapped_column(
        comment="When the sweep looks whether it has arrived."
    )
    decided_at: Mapped[datetime | None] = mapped_column(comment="When its owner last decided.")


def note_owners_own(owner_id: UUID, image_ids: Sequence[UUID], *, is_own: bool) -> None:
    """Note whether images, which are locked, stay in the library whatever is decided on guests'.

    Of what no guest sent first nothing is noted: it stays in any case. The caller commits.

    Args:
        owner_id: whose the images are.
        image_ids: which.
        is_own: whether their owner has put them there: uploaded, or taken out of Recently deleted.
    """
    db.session.execute(
        update(CollectedImage)
        .where(
            CollectedImage.owner_id == owner_id,
            CollectedImage.id == any_(literal(list(image_ids), ARRAY(Uuid()))),
            CollectedImage.was_in_library != is_own,
        )
        .values(was_in_library=is_own)
        .execution_options(synchronize_session=False)
    )


def is_of_guest(image_id: UUID, *states: CollectedState) -> bool:
    """Whether a guest was promised this place, and it stands so: see [Note: Sent by guests]."""
    found = db.session.scalar(
        select(CollectedImage.id).where(
            CollectedImage.id == image_id, CollectedImage.state.in_(states)
        )
    )
    return found is not None
