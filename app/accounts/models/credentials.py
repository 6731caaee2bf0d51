"""Tables of credentials other than passwords."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

import app.accounts.models.users  # noqa: F401 - its tables are what keys here point to
from app.database import Base, now


class Identity(Base):
    """A person at an OpenID provider: issuer and subject, never the address, say who it is."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        {"comment": "People at OpenID providers, known by issuer and subject."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    provider: Mapped[str] = mapped_column(String(40), comment="Its name in the settings.")
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(
        String(254), comment="What the provider last said, for display; matches nothing."
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]


class Passkey(Base):
    """A WebAuthn credential."""

    __tablename__ = "passkeys"
    __table_args__ = ({"comment": "WebAuthn credentials."},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary, comment="COSE.")
    sign_count: Mapped[int] = mapped_column(
        BigInteger, comment="Must grow where the authenticator counts (WebAuthn, 6.1.1)."
    )
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_backed_up: Mapped[bool] = mapped_column(comment="Synced by its owner's password manager.")
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]


class Totp(Base):
    """An authenticator app (RFC 6238)."""

    __tablename__ = "totps"
    __table_args__ = ({"comment": "Authenticator apps, one a person."},)

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    sealed_secret: Mapped[bytes] = mapped_column(
        LargeBinary, comment="Encrypted with the site's secret key."
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None] = mapped_column(
        comment="When a first code was right; null: asks for nothing yet."
    )
    last_step: Mapped[int] = mapped_column(
        BigInteger, default=0, comment="The time step last accepted: a code is good once."
    )


class RecoveryCode(Base):
    """A code for the day when the second factor is lost; the row goes when it is used."""

    __tablename__ = "recovery_codes"
    __table_args__ = ({"comment": "Codes for the loss of the second factor, each good once."},)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, comment="SHA-256 of the person's id and the code."
    )
    created_at: Mapped[datetime] = mapped_column(default=now)


class FormerFactor(Base):
    """A passkey, an app or a recovery code that was removed: see [Note: Former factors]."""

    __tablename__ = "former_factors"
    __table_args__ = (
        CheckConstraint("kind IN ('passkey', 'totp', 'recovery_code')", name="kind"),
        {
            "comment": "Second factors that were removed within a week; each counts beside a link"
            " from a mail alone."
        },
    )

    id: Mapped[UUID] = mapped_column(
        primary_key=True, default=uuid4, comment="Of a passkey: as it was, and is once put back."
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(13))
    secret: Mapped[bytes] = mapped_column(
        LargeBinary, comment="An app's sealed secret, a code's hash or a passkey's public key."
    )
    counter: Mapped[int] = mapped_column(
        BigInteger, default=0, comment="An app's last time step, or a passkey's counter."
    )
    credential_id: Mapped[bytes | None] = mapped_column(LargeBinary, comment="A passkey's.")
    name: Mapped[str] = mapped_column(String(100), default="", comment="A passkey's.")
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, comment="A passkey's.")
    made_at: Mapped[datetime] = mapped_column(comment="When it was added: before a week, or more.")
    removed_at: Mapped[datetime] = mapped_column(default=now, index=True)


class OneTimeToken(Base):
    """Something begun that whoever shows the token may finish once: the row goes as it is used."""

    __tablename__ = "one_time_tokens"
    __table_args__ = (
        {"comment": "What was begun and may be finished once: links in mails, sign-ins half done."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    purpose: Mapped[str] = mapped_column(String(30))
    token_hash: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, comment="SHA-256 of the 256-bit token."
    )
    user_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
