"""Tables of rate limits, audit events and e-mails."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

import app.accounts.models.users  # noqa: F401 - its tables are what keys here point to
from app.database import Base, now


class RateLimit(Base):
    """A limit's memory: the moment from which it is as if nothing had ever been asked (GCRA)."""

    __tablename__ = "rate_limits"
    __table_args__ = ({"comment": "How far limits are used up, shared by every process."},)

    key: Mapped[str] = mapped_column(
        String(100), primary_key=True, comment="What is limited, and a hash of whom."
    )
    empty_at: Mapped[datetime] = mapped_column(
        index=True, comment="GCRA's theoretical arrival time; a row in the past says nothing."
    )


class AuditEvent(Base):
    """Something that touched an account's safety. Added, never changed (a trigger sees to it)."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_user_id", "user_id", text("id DESC")),
        Index("ix_audit_events_user_id_event", "user_id", "event", text("id DESC")),
        {
            "comment": "What touched the safety of accounts; append-only. Of signing in and"
            " whatever else can be repeated without an end each person keeps the last 5,000 of each"
            " kind, and all of the last day."
        },
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[UUID | None] = mapped_column(
        comment="Whose account; no key, since the record outlives the row. Null: nobody's."
    )
    actor_id: Mapped[UUID | None] = mapped_column(
        comment="Who did it, where it was not the person: an administrator."
    )
    event: Mapped[str] = mapped_column(String(40))
    ip: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(255))
    detail: Mapped[dict[str, Any]] = mapped_column(
        JSONB, default=dict, comment="Never a secret, never what a picture shows."
    )


class OutboxMail(Base):
    """A mail to be written: the row says why, the worker makes the words and any link in it."""

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_unsent", "created_at", postgresql_where=text("settled_at IS NULL")),
        Index("ix_letters_settled", "settled_at", postgresql_where=text("settled_at IS NOT NULL")),
        {
            "comment": "Mails to be written; kept a week after they were sent or given up, and"
            " 1,000 of a person."
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(30))
    email: Mapped[str] = mapped_column(String(254), index=True, comment="Where it goes.")
    user_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"),
        index=True,
        comment="Whom it is about; null where the request must not have looked.",
    )
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, comment="Never a token.")
    created_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None] = mapped_column(
        comment="When it was sent, or it was found that there is nothing to send."
    )
    failure: Mapped[str | None] = mapped_column(String(100), comment="Why it was given up.")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
