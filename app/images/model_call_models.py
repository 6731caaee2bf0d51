"""Tables of what descriptions by a model cost: each sending, and sums by month."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base

MAX_CALLS_KEPT = 10_000  # of a person; see app/descriptions/budget.py
_NANO = "In nano-dollars."


class ModelSpending(Base):
    """What was spent and is reserved in a month, by a person or by all together."""

    __tablename__ = "model_spending"
    __table_args__ = (
        UniqueConstraint("owner_id", "month", postgresql_nulls_not_distinct=True),
        CheckConstraint("reserved >= 0 AND spent >= 0", name="sums"),
        {"comment": "What descriptions cost in each month: of each person, and of all together."},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    owner_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), comment="Null: of all together."
    )
    month: Mapped[date] = mapped_column(comment="Its first day, by UTC.")
    reserved: Mapped[int] = mapped_column(
        BigInteger, comment="For calls that are under way; in nano-dollars."
    )
    spent: Mapped[int] = mapped_column(BigInteger, comment=_NANO)


class ModelCall(Base):
    """One sending of a picture to a model: what is reserved for it, and what became of it."""

    __tablename__ = "model_calls"
    __table_args__ = (
        Index("ix_model_calls_of_person", "owner_id", text("id DESC")),
        Index("ix_model_calls_sent_at", "sent_at"),
        Index(
            "ix_model_calls_open",
            "sent_at",
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index(
            "ix_model_calls_of_batch",
            "batch_id",
            "image_id",
            postgresql_where=text("batch_id IS NOT NULL"),
        ),
        {
            "comment": "Sendings of pictures to a model, for 400 days and of each person the last"
            " 10,000. A row without settled_at is a reservation."
        },
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    image_id: Mapped[UUID] = mapped_column(
        comment="Which picture was sent. No foreign key: that it was sent stays true."
    )
    batch_id: Mapped[UUID | None] = mapped_column(
        comment="The batch that it was sent in; null: alone. No foreign key, as for the image."
    )
    month: Mapped[date] = mapped_column(comment="Whose budget it counts in.")
    host: Mapped[str] = mapped_column(String(255), comment="To whom.")
    model: Mapped[str] = mapped_column(String(100))
    sent_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    settled_at: Mapped[datetime | None] = mapped_column(comment="Null: under way.")
    outcome: Mapped[str | None] = mapped_column(
        String(40), comment="described, unknown, or why there is no description."
    )
    reserved: Mapped[int] = mapped_column(BigInteger, comment=_NANO)
    cost: Mapped[int | None] = mapped_column(BigInteger, comment=_NANO)
    input_tokens: Mapped[int | None] = mapped_column(Integer)
    output_tokens: Mapped[int | None] = mapped_column(Integer)
