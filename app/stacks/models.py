"""Tables by which images of one shot find each other."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base

MAX_KEY = 300
MAX_STACK = 100  # what the API lists at once; a burst of a telephone is as long at most


class ImageShot(Base):
    """What an image may have in common with others of the same shot."""

    __tablename__ = "image_shots"
    __table_args__ = (
        Index("ix_image_shots_key", "owner_id", "key", "taken_at"),
        {"comment": "What files of one shot have in common: names, and when they were taken."},
    )

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(comment="As of the image.")
    key: Mapped[str] = mapped_column(String(MAX_KEY), comment="By the name of its file.")
    taken_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=False), comment="Of the image, when it was looked at."
    )


class ImageToStack(Base):
    """That nobody has looked for partners of an image yet."""

    __tablename__ = "images_to_stack"
    __table_args__ = (
        Index("ix_images_to_stack_turns", "owner_id", "image_id"),
        {"comment": "Images for whose partners nobody has looked yet."},
    )

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(comment="As of the image.")
