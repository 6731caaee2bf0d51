"""The table of exports: copies of everything of a person's."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, now
from app.images.models import one_of

EXPORT_KEPT_FOR = timedelta(days=7)  # from when its last zip was made


class ExportState(StrEnum):
    """Where a copy of everything stands."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class Export(Base):
    """A copy of everything of a person's, in zip files that they download."""

    __tablename__ = "exports"
    __table_args__ = (
        one_of("state", ExportState),
        {"comment": "Copies of everything of a person's, in zip files; kept for a week."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(16), default=ExportState.WAITING)
    created_at: Mapped[datetime] = mapped_column(
        default=now, comment="What was uploaded later is not in it."
    )
    touched_at: Mapped[datetime] = mapped_column(
        default=now, comment="When a part was last begun or finished."
    )
    leased_until: Mapped[datetime | None] = mapped_column(
        comment="Until then a worker makes its next zip, unless it says so again."
    )
    expires_at: Mapped[datetime] = mapped_column(
        index=True, comment="When it goes; the sweep deletes what has expired."
    )
    pictures: Mapped[int] = mapped_column(comment="How many it is to hold.")
    done: Mapped[int] = mapped_column(default=0, comment="How many it holds.")
    parts: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, comment="Each zip's key, bytes, pictures, and the last picture in it."
    )
