"""The table of what was counted of a library."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class LibraryStatistics(Base):
    """What was counted of one person's library, and of which of its changes: see count.py."""

    __tablename__ = "library_statistics"
    __table_args__ = ({"comment": "What was last counted of each person's library."},)

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    change: Mapped[int] = mapped_column(
        BigInteger, comment="The library's last change when counting began: see storage."
    )
    counted_at: Mapped[datetime]
    took_ms: Mapped[int] = mapped_column(comment="How long counting took.")
    groups: Mapped[dict[str, Any]] = mapped_column(
        JSONB, comment="Of each kind the largest groups, with images and bytes."
    )
