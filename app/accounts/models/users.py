"""Tables of users, sessions, access tokens and invitations."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    String,
    exists,
    false,
    true,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from app.database import Base, now


class User(Base):
    """A person with an account."""

    __tablename__ = "users"
    __table_args__ = ({"comment": "People with an account."},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(
        String(254), unique=True, comment="Normalised: trimmed, NFC, lower case."
    )
    email_verified_at: Mapped[datetime | None] = mapped_column(
        comment="When a mail or the address's own provider proved it; null: nobody has."
    )
    password_hash: Mapped[str | None] = mapped_column(
        String(255), comment="argon2id, with its settings; null: signs in by other ways only."
    )
    password_stands_alone: Mapped[bool] = mapped_column(
        default=True,
        server_default=true(),
        comment="Long enough to be the only factor; a shorter one needs a second beside it.",
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    is_administrator: Mapped[bool] = mapped_column(default=False, server_default=false())
    disabled_at: Mapped[datetime | None] = mapped_column(
        comment="When an administrator shut the account; nobody signs in to it since."
    )
    delete_after: Mapped[datetime | None] = mapped_column(
        comment="When the account goes, as its person asked; null: it stays."
    )
    password_reset_at: Mapped[datetime | None] = mapped_column(
        comment="When a link from a mail last set the password; older links of that kind are dead."
    )
    sessions_ended_at: Mapped[datetime | None] = mapped_column(
        comment="When all sessions, perhaps but one, were last ended; sign-ins begun before fail."
    )
    descriptions_enabled_at: Mapped[datetime | None] = mapped_column(
        comment="When the person agreed that a model sees reduced copies; null: they did not."
    )
    descriptions_host: Mapped[str | None] = mapped_column(
        String(255),
        comment="The host that they agreed to send to; null: they agreed before it was kept.",
    )
    description_budget: Mapped[int | None] = mapped_column(
        BigInteger,
        comment="What descriptions may cost in a month, in nano-dollars, as the person says;"
        " null: as much as the operator allows.",
    )
    stacks_images: Mapped[bool] = mapped_column(
        default=True,
        server_default=true(),
        comment="Whether images of one shot are stacked without being asked.",
    )

    @property
    def descriptions_enabled(self) -> bool:
        """Whether the person has turned AI descriptions on."""
        return self.descriptions_enabled_at is not None

    @property
    def email_verified(self) -> bool:
        """Whether the address is known to be the person's."""
        return self.email_verified_at is not None

    @property
    def has_password(self) -> bool:
        """Whether a password signs the person in."""
        return self.password_hash is not None


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
    fresh_at: Mapped[datetime | None] = mapped_column(
        comment="When the person last proved who they are, for what asks for a recent proof."
    )
    proved_by: Mapped[str | None] = mapped_column(
        String(50),
        comment="The second factor that was proved then, if it was older than a week:"
        " see [Note: Former factors].",
    )
    ip: Mapped[str] = mapped_column(
        String(45), default="", server_default="", comment="The address last seen."
    )
    user_agent: Mapped[str] = mapped_column(String(255), default="")

    user: Mapped[User] = relationship()


class KnownDevice(Base):
    """A browser that signed in before: guesses from elsewhere do not make it wait."""

    __tablename__ = "known_devices"
    __table_args__ = (
        {"comment": "Browsers that signed in before; outlives the session, proves nothing."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_hash: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, comment="SHA-256 of the 256-bit token in the cookie."
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime] = mapped_column(default=now)


class AccessToken(Base):
    """A personal access token: what a script shows instead of a session."""

    __tablename__ = "access_tokens"
    __table_args__ = (
        CheckConstraint("scope IN ('read', 'write')", name="scope"),
        {"comment": "Personal access tokens of scripts; a deleted row is refused at once."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, comment="SHA-256 of the token, which was shown once."
    )
    last_four: Mapped[str] = mapped_column(String(4), comment="The token's end, to tell it by.")
    scope: Mapped[str] = mapped_column(String(8), comment="write includes read.")
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class Invite(Base):
    """A link by which one person may join."""

    __tablename__ = "invites"
    __table_args__ = (
        {
            "comment": "Links by which one person each may join; 200 open ones of an administrator."
            " Unused ones go 90 days after their end."
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_hash: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, comment="SHA-256 of the 256-bit token in the link."
    )
    email: Mapped[str | None] = mapped_column(
        String(254), comment="Whom it is for; null: whoever has the link."
    )
    note: Mapped[str] = mapped_column(String(100), default="", comment="The inviter's own words.")
    created_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )

    @classmethod
    def is_open(cls) -> ColumnElement[bool]:
        """The condition that it can be used still."""
        return cls.used_at.is_(None) & (cls.expires_at > now()) & cls.has_maker()

    @classmethod
    def has_maker(cls) -> ColumnElement[bool]:
        """The condition that whoever made it still looks after the site, and so may invite."""
        maker = aliased(User)
        return exists().where(
            maker.id == cls.created_by, maker.is_administrator, maker.disabled_at.is_(None)
        )
