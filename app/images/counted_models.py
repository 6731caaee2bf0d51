"""Tables that triggers on `images` write: what each person keeps, and when each image changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


def _counted(comment: str) -> Mapped[int]:
    return mapped_column(BigInteger, default=0, server_default="0", comment=comment)


class Storage(Base):
    """What a person keeps, in counts that are true to the byte.

    Triggers on `images` keep them (migration 0030), as those of the timeline: see [Note: Counted at
    the commit] in app/timeline/models.py.
    """

    __tablename__ = "storage"
    __table_args__ = (
        {"comment": "What each person keeps or was promised room for; a trigger counts."},
    )

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    bytes: Mapped[int] = mapped_column(BigInteger, comment="Of originals, promised ones included.")
    pictures: Mapped[int] = mapped_column(BigInteger)
    arriving_bytes: Mapped[int] = _counted("Of originals that were promised and have not arrived.")
    arriving_pictures: Mapped[int] = _counted("Promised and not arrived.")
    descriptions_waiting: Mapped[int] = _counted(
        "Pictures in the library that wait for a description."
    )
    descriptions_done: Mapped[int] = _counted("Those that have one, and wait for no other.")
    descriptions_failed: Mapped[int] = _counted("Those that have none, since a model failed.")
    descriptions_missing: Mapped[int] = _counted(
        "Those that could have one and do not, the failed ones included."
    )
    last_change: Mapped[int] = mapped_column(
        BigInteger,
        default=0,
        server_default="0",
        comment="The number of the last change of a picture: see image_changes.",
    )
    last_forgotten: Mapped[int] = mapped_column(
        BigInteger,
        default=0,
        server_default="0",
        comment="The number of the last removal that is not remembered any more.",
    )


class ImageChange(Base):
    """When a picture last changed; see [Note: Changes in order] in changes.py."""

    __tablename__ = "image_changes"
    __table_args__ = (
        Index("ix_image_changes_in_order", "owner_id", "number", "image_id"),
        Index(
            "ix_image_changes_removed",
            "removed_at",
            postgresql_where=text("removed_at IS NOT NULL"),
        ),
        {
            "comment": "When each picture that arrived last changed, those that are gone included;"
            " a trigger notes it."
        },
    )

    image_id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(
        BigInteger,
        comment="Grows with each transaction of its owner, in the order of their commits.",
    )
    removed_at: Mapped[datetime | None] = mapped_column(
        comment="Gone for good since; remembered for 90 days."
    )
