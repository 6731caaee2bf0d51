"""Tables of people's own tags, and of which images have them."""

import unicodedata
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, Text, text
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Base, now

MAX_TAG_NAME = 100
MAX_TAG_DEPTH = 6
MAX_TAG_PATH = 300


def key_of(path: str) -> str:
    """Return what is the same for paths that differ in case only."""
    return unicodedata.normalize("NFC", path.casefold())


# [Note: Counts of tags] A tag counts the images in the library that have it or one below it, each
# once. Statement triggers on `image_tags` add what a statement changes (migration 0042); images
# that come into the library or leave it are noted by their statement and counted at the commit. All
# of them, and all who change tags, hold the person's row in `storage`, as for albums: see
# [Note: Counts of albums] in album_models.py. What is in a tag is not written when an image is
# deleted or dated: however many tags it has, only counts change. Tags that are moved, merged,
# deleted or restored change those above them, which are counted from scratch.
class Tag(Base):
    """A word or a name that a person gives to images; tags are a tree by "/"."""

    __tablename__ = "tags"
    __table_args__ = (
        CheckConstraint(f"char_length(path) BETWEEN 1 AND {MAX_TAG_PATH}", name="path"),
        CheckConstraint(f"cardinality(lineage) BETWEEN 1 AND {MAX_TAG_DEPTH}", name="lineage"),
        Index(
            "ix_tags_key",
            "owner_id",
            "key",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("ix_tags_owner_id", "owner_id"),
        Index(
            "ix_tags_words",
            "words",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("ix_tags_deleted", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
        {"comment": "People's own tags: at most 5,000 of a person, deleted ones included."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(
        String(MAX_TAG_PATH), comment="As its person writes it, with those above it: family/Oma."
    )
    key: Mapped[str] = mapped_column(
        Text, comment="The path without regard to case; no two tags of a person have the same."
    )
    lineage: Mapped[list[UUID]] = mapped_column(
        ARRAY(UuidType()), comment="Ids of the tags of the path, from the uppermost to this one."
    )
    words: Mapped[str] = mapped_column(
        TSVECTOR, deferred=True, comment="Terms of the path, as image_search has them."
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(
        default=now, comment="When its person last changed it, or what has it."
    )
    deleted_at: Mapped[datetime | None] = mapped_column(comment="Purged 30 days later.")
    deleted_with: Mapped[UUID | None] = mapped_column(
        comment="The tag with which it was deleted: itself, or one above it."
    )
    image_count: Mapped[int] = mapped_column(
        default=0, server_default="0", comment="See [Note: Counts of tags]."
    )

    @classmethod
    def owned_by(cls, user: User | Owner) -> ColumnElement[bool]:
        """The condition that every query on a person's behalf carries: theirs, and not deleted."""
        return (cls.owner_id == user.id) & cls.deleted_at.is_(None)


class ImageTag(Base):
    """That a person gave an image a tag."""

    __tablename__ = "image_tags"
    __table_args__ = (
        Index("ix_image_tags_tag_id", "tag_id", "image_id"),
        {"comment": "Which images have which tags: at most 100 of an image."},
    )

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    tag_id: Mapped[UUID] = mapped_column(
        ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True
    )
