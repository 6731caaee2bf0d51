"""The table of saved searches."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Base, now
from app.search.query import MAX_QUERY

MAX_NAME = 200


# [Note: Living albums] What is kept of a saved search is what is asked, and nothing of what it
# found: its pictures, its cover and their number are those of the moment in which it is opened.
# So nothing has to follow what changes, and opening one costs what a search costs.
class SavedSearch(Base):
    """A search under a name: an album whose pictures are whatever it finds."""

    __tablename__ = "saved_searches"
    __table_args__ = (
        CheckConstraint(f"char_length(name) BETWEEN 1 AND {MAX_NAME}", name="name"),
        CheckConstraint(f"char_length(q) BETWEEN 1 AND {MAX_QUERY}", name="q"),
        {"comment": "Searches that people keep under a name: at most 200 of a person."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    q: Mapped[str] = mapped_column(String(MAX_QUERY), comment="As it is typed.")
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)

    @classmethod
    def owned_by(cls, user: User | Owner) -> ColumnElement[bool]:
        """The condition that every query on a person's behalf carries."""
        return cls.owner_id == user.id
