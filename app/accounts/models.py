"""Tables of people and of their signed-in browsers."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, now


class User(Base):
    """A person with an account."""

    __tablename__ = "users"
    __table_args__ = ({"comment": "People with an account."},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(
        String(254), unique=True, comment="Normalised: trimmed, NFC, lower case."
    )
    password_hash: Mapped[str] = mapped_column(String(255), comment="argon2id, with its settings.")
    created_at: Mapped[datetime] = mapped_column(default=now)
    descriptions_enabled_at: Mapped[datetime | None] = mapped_column(
        comment="When the person agreed that a model sees reduced copies; null: they did not."
    )

    @property
    def descriptions_enabled(self) -> bool:
        """Whether the person has turned AI descriptions on."""
        return self.descriptions_enabled_at is not None


class Session(Base):
    """One signed-in browser. The row is the session: without it the cookie is worth nothing."""

    __tablename__ = "sessions"
    __table_args__ = ({"comment": "Signed-in browsers; a deleted row is signed out at once."},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_hash: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, comment="SHA-256 of the 256-bit token in the cookie."
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(comment="Never extended.")
    user_agent: Mapped[str] = mapped_column(String(255), default="")

    user: Mapped[User] = relationship()
