"""The table of users' corrections to the metadata of files."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


# [Note: Corrections] `images` has the values that count: lists, buckets and indexes read nothing
# else. Where a person corrected one, this row keeps theirs, and all that the file says, which comes
# back when the correction is reset. `images.is_corrected` says that there is a row. Whoever changes
# a correction, or writes what a file says, holds the image's row until the commit. Where processing
# ends, a trigger puts what the file says here, and the person's back (migration 0037).
class Correction(Base):
    """What a person says of an image where its file says otherwise, and what the file says."""

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint("NOT has_taken OR taken_at IS NOT NULL", name="taken"),
        CheckConstraint("rating = -1 OR rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="location"),
        {"comment": "What people corrected of images, and what the files say; kept apart."},
    )

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    has_taken: Mapped[bool] = mapped_column(comment="Whether the person set date and time.")
    taken_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=False), comment="Wall clock, as the person says."
    )
    taken_offset_minutes: Mapped[int | None] = mapped_column(
        SmallInteger, comment="Of that clock from UTC, as the person says; null: not known."
    )
    file_taken_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=False), comment="Wall clock, as the file says."
    )
    file_taken_offset_minutes: Mapped[int | None] = mapped_column(
        SmallInteger, comment="As the file says."
    )
    file_timeline_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=False), comment="Its place in the timeline without the correction."
    )
    has_rating: Mapped[bool] = mapped_column(comment="Whether the person set stars.")
    rating: Mapped[int | None] = mapped_column(
        SmallInteger, comment="As the person says; null: none."
    )
    file_rating: Mapped[int | None] = mapped_column(SmallInteger, comment="As the file says.")
    has_location: Mapped[bool] = mapped_column(comment="Whether the person set the place.")
    latitude: Mapped[float | None] = mapped_column(
        comment="Degrees, as the person says; null: no place."
    )
    longitude: Mapped[float | None] = mapped_column(comment="Degrees, as the person says.")
    file_latitude: Mapped[float | None] = mapped_column(comment="As the file says.")
    file_longitude: Mapped[float | None] = mapped_column(comment="As the file says.")
    file_altitude: Mapped[float | None] = mapped_column(comment="Metres, as the file says.")
