"""Tables of descriptions that are asked for in batches: each batch, and the pictures in it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base

MAX_PICTURES = 300  # of one batch


class BatchState(StrEnum):
    """How far a batch has got.

    waiting: its pictures are to be sent. sending: they are being made ready and uploaded. creating:
    the file is there, and the batch may be. open: the host has it. done: no picture of it waits.
    """

    WAITING = "waiting"
    SENDING = "sending"
    CREATING = "creating"
    OPEN = "open"
    DONE = "done"


class DescriptionBatch(Base):
    """Some pictures of one person that a model's host describes within a day."""

    __tablename__ = "description_batches"
    __table_args__ = (
        Index("ix_description_batches_owner_id", "owner_id", "created_at"),
        Index(
            "ix_description_batches_due",
            "next_look_at",
            postgresql_where=text("state <> 'done'"),
        ),
        Index(
            "ix_description_batches_ended_at",
            "ended_at",
            postgresql_where=text("state = 'done'"),
        ),
        {"comment": "Batches of descriptions, each of one person; a week longer than they last."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(
        String(10), comment="waiting, sending, creating, open or done."
    )
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    next_look_at: Mapped[datetime] = mapped_column(
        server_default=text("now()"), comment="When a worker is to look at it next."
    )
    leased_until: Mapped[datetime | None] = mapped_column(
        comment="A worker has it until then; null: none has."
    )
    cancel_asked_at: Mapped[datetime | None] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    tries: Mapped[int] = mapped_column(
        Integer, server_default=text("0"), comment="How often it was sent."
    )
    pictures: Mapped[int] = mapped_column(Integer, comment="At the beginning.")
    described: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    failed: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    host: Mapped[str | None] = mapped_column(String(255), comment="To whom it was sent last.")
    model: Mapped[str | None] = mapped_column(String(100))
    sent_at: Mapped[datetime | None] = mapped_column()
    file_id: Mapped[str | None] = mapped_column(
        String(200), comment="The host's name of the file with the questions."
    )
    remote_id: Mapped[str | None] = mapped_column(
        String(200), comment="The host's name of the batch."
    )
    answered: Mapped[int] = mapped_column(
        Integer, server_default=text("0"), comment="Questions that the host has answered."
    )
    # What a token cost when it was sent, in nano-dollars.
    input_price: Mapped[int | None] = mapped_column(BigInteger)
    output_price: Mapped[int | None] = mapped_column(BigInteger)
    cache_write_price: Mapped[int | None] = mapped_column(BigInteger)


class DescriptionBatchLine(Base):
    """A picture that a batch has no answer for yet."""

    __tablename__ = "description_batch_lines"
    __table_args__ = (
        Index("ix_description_batch_lines_batch_id", "batch_id"),
        {"comment": "Pictures that batches have no answer for yet; each in one batch at most."},
    )

    image_id: Mapped[UUID] = mapped_column(
        primary_key=True,
        comment="No foreign key: what is reserved for it is settled, though it is deleted.",
    )
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("description_batches.id", ondelete="CASCADE"))
