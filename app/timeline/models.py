"""Tables of the timeline: counts that a trigger keeps."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class TimelineMonth(Base):
    """How many images of a month are in a person's view; see [Note: Counted at the commit].

    [Note: Counted at the commit] A statement that changes images notes by how much it changes the
    count of each day of each view (migrations 0021 and 0023: a statement trigger with transition
    tables, and a setting that lives as long as the transaction). The commit adds the sums, each
    month once, under the lock of the person's row in `storage`, which is the first that it takes.
    So two transactions of one person never wait for each other's months, and 10,000 images of one
    day are one update.
    """

    __tablename__ = "timeline_months"
    __table_args__ = (
        {"comment": "How many images of each month are in each view; a trigger counts."},
    )

    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    view: Mapped[str] = mapped_column(
        String(16), primary_key=True, comment="timeline, archive or favourites."
    )
    month: Mapped[date] = mapped_column(Date, primary_key=True, comment="Its first day.")
    count: Mapped[int]
    days: Mapped[list[int]] = mapped_column(
        ARRAY(Integer), comment="Of the same images, by day: always 31 counts."
    )
