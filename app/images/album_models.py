"""Tables of albums and their entries."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Base, now

MAX_TITLE = 200
MAX_ALBUM_DESCRIPTION = 5_000


class AlbumOrder(StrEnum):
    """How an album is sorted."""

    NEWEST = "newest"  # by timeline_at, newest first
    OLDEST = "oldest"
    MANUAL = "manual"  # by hand


# [Note: Counts of albums] What a list of albums shows is in the row of each album, and is counted
# by statement triggers on `album_images` (migration 0029). All who change albums, or what is in
# them, hold the person's row in `storage` until they commit: images are locked first, then that
# row, then albums and their entries. `take_change` locks it, and gives the number of the change
# (see [Note: Changes in order] in changes.py). So counts are exact, and two transactions of one
# person wait for each other there and nowhere else. An image that is deleted, restored or dated
# anew is noted by its statement and shown or hidden at the commit, under the same lock.
class Album(Base):
    """Some of a person's images under a title; they are not moved, and may be in many albums."""

    __tablename__ = "albums"
    __table_args__ = (
        CheckConstraint("sort IN ('newest', 'oldest', 'manual')", name="sort"),
        CheckConstraint(f"char_length(title) BETWEEN 1 AND {MAX_TITLE}", name="title"),
        CheckConstraint(f"char_length(description) <= {MAX_ALBUM_DESCRIPTION}", name="description"),
        Index(
            "ix_albums_changed",
            "owner_id",
            text("changed_at DESC"),
            text("id DESC"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("ix_albums_to_index", "id", postgresql_where=text("title_words IS NULL")),
        Index(
            "ix_albums_title_words",
            "title_words",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("ix_albums_deleted", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
        {"comment": "Albums: at most 10,000 of a person, deleted ones included."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(MAX_TITLE))
    title_words: Mapped[str | None] = mapped_column(
        TSVECTOR,
        deferred=True,
        comment="The title's terms, as image_search has them; null: not indexed yet.",
    )
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    sort: Mapped[str] = mapped_column(
        String(8), default=AlbumOrder.NEWEST, server_default="newest", comment="Of its images."
    )
    is_arranged: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        comment="Whether positions say an order by hand; else the first such order is by date.",
    )
    cover_id: Mapped[UUID | None] = mapped_column(
        comment="The image that was chosen; it counts while it is shown in the album."
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(
        default=now, comment="When its person last changed it, or what is in it."
    )
    deleted_at: Mapped[datetime | None] = mapped_column(comment="Purged 30 days later.")

    # Counted by triggers: see [Note: Counts of albums].
    image_count: Mapped[int] = mapped_column(
        default=0, server_default="0", comment="Of images that are shown in it."
    )
    entry_count: Mapped[int] = mapped_column(
        default=0, server_default="0", comment="With those that are deleted or have not arrived."
    )
    first_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=False), comment="timeline_at of the oldest image that is shown."
    )
    last_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=False), comment="timeline_at of the newest image that is shown."
    )
    shown_cover_id: Mapped[UUID | None] = mapped_column(
        comment="The chosen cover, or the first image by the album's order."
    )

    @classmethod
    def owned_by(cls, user: User | Owner) -> ColumnElement[bool]:
        """The condition that every query on a person's behalf carries: theirs, and not deleted."""
        return (cls.owner_id == user.id) & cls.deleted_at.is_(None)


class AlbumImage(Base):
    """That an image is in an album."""

    __tablename__ = "album_images"
    __table_args__ = (
        Index("ix_album_images_image_id", "image_id"),
        Index(
            "ix_album_images_by_date",
            "album_id",
            text("shown_at DESC"),
            text("image_id DESC"),
            postgresql_where=text("shown_at IS NOT NULL"),
        ),
        Index("ix_album_images_by_hand", "album_id", "position", "image_id"),
        {"comment": "Which images are in which albums: at most 1,000,000 entries of a person."},
    )

    album_id: Mapped[UUID] = mapped_column(
        ForeignKey("albums.id", ondelete="CASCADE"), primary_key=True
    )
    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(
        BigInteger, comment="Its place by hand: see [Note: Positions]."
    )
    shown_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=False),
        comment="timeline_at of an image that is in the library; null: it is not shown.",
    )


# As albums are sorted by title, without index: a person has some thousand at most.
BY_TITLE = (func.lower(Album.title), Album.id)
