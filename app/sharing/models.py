"""Tables of share links, and of the images of links to a selection."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, now
from app.images.album_models import MAX_TITLE

MAX_NAME = 100
MAX_NOTE = 2_000


def _off(comment: str) -> Mapped[bool]:
    return mapped_column(default=False, server_default=false(), comment=comment)


class Share(Base):
    """A link to an album as it is when somebody looks, or to images that were chosen once.

    A link that was ended has no row: it is nothing more than one that never was.
    """

    __tablename__ = "shares"
    __table_args__ = (
        CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
        CheckConstraint(f"char_length(title) <= {MAX_TITLE}", name="title"),
        CheckConstraint(f"char_length(note) <= {MAX_NOTE}", name="note"),
        {"comment": "Share links that were not ended: at most 500 of a person."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    album_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("albums.id", ondelete="CASCADE"),
        index=True,
        comment="Which album it shows; null: the images of share_images.",
    )
    token_hash: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, comment="SHA-256 of the token in the link, which is nowhere."
    )
    name: Mapped[str] = mapped_column(
        String(MAX_NAME), comment="What its owner calls it; no visitor is told."
    )
    title: Mapped[str] = mapped_column(String(MAX_TITLE), comment="Visitors read it; may be empty.")
    note: Mapped[str] = mapped_column(Text, comment="Visitors read it; may be empty.")
    password_hash: Mapped[str | None] = mapped_column(
        String(255), comment="argon2id; null: the link alone opens it."
    )
    expires_at: Mapped[datetime | None] = mapped_column(comment="It opens no more from then on.")
    allow_downloads: Mapped[bool] = _off("Whether visitors may save originals.")
    without_metadata: Mapped[bool] = _off(
        "Whether originals are given without what is written in them, or not at all."
    )
    show_dates: Mapped[bool] = _off("Whether visitors see when images were taken.")
    show_descriptions: Mapped[bool] = _off("Whether visitors see alt texts and descriptions.")
    show_names: Mapped[bool] = _off("Whether visitors see names of files.")
    created_at: Mapped[datetime] = mapped_column(default=now)
    visits: Mapped[int] = mapped_column(
        default=0, server_default="0", comment="How often it was opened, by others than its owner."
    )
    last_visit_at: Mapped[datetime | None] = mapped_column(comment="When it was last opened so.")


class ShareImage(Base):
    """That a link to a selection shows an image."""

    __tablename__ = "share_images"
    __table_args__ = (
        Index("ix_share_images_in_order", "share_id", "position"),
        Index("ix_share_images_image_id", "image_id"),
        {"comment": "What links to a selection show: at most 100,000 entries of a person."},
    )

    share_id: Mapped[UUID] = mapped_column(
        ForeignKey("shares.id", ondelete="CASCADE"), primary_key=True
    )
    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(comment="Newest first, as it was when the link was made.")


MAX_PREVIEW_BYTES = 150 * 1024


class SharePreview(Base):
    """What messengers show of a link before it is opened: docs/decisions/0143-link-previews.md."""

    __tablename__ = "share_previews"
    __table_args__ = (
        CheckConstraint(f"octet_length(jpeg) <= {MAX_PREVIEW_BYTES}", name="jpeg"),
        Index("ix_share_previews_image_id", "image_id"),
        {"comment": "Previews of share links, for messengers. Only of links without a password."},
    )

    id: Mapped[UUID] = mapped_column(
        primary_key=True, default=uuid4, comment="What addresses name: /s/ID#TOKEN."
    )
    share_id: Mapped[UUID] = mapped_column(ForeignKey("shares.id", ondelete="CASCADE"), unique=True)
    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"),
        comment="What it was made of: where the link does not show that, there is no preview.",
    )
    jpeg: Mapped[bytes] = mapped_column(
        LargeBinary, comment="What whoever knows the id may see; without metadata."
    )
    width: Mapped[int] = mapped_column(SmallInteger, comment="Pixels.")
    height: Mapped[int] = mapped_column(SmallInteger, comment="Pixels.")
