"""The table of originals without their metadata, which visitors of some share links are given."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, now
from app.images.models import one_of


class BareState(StrEnum):
    """What has become of one."""

    WANTED = "wanted"
    MADE = "made"
    IMPOSSIBLE = "impossible"


class BareOriginal(Base):
    """That a link asked for an original without its metadata: an object beside it, `bare`."""

    __tablename__ = "bare_originals"
    __table_args__ = (
        one_of("state", BareState),
        {
            "comment": "Copies of originals without metadata, which a link asked for: at most one"
            " each."
        },
    )

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(
        String(10),
        default=BareState.WANTED,
        comment="wanted, made, or impossible: nobody can say what of it is metadata.",
    )
    asked_at: Mapped[datetime] = mapped_column(
        default=now, comment="When a worker was last asked to make it."
    )
