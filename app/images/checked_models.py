"""Table of which descriptions were checked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, now


class CheckedDescription(Base):
    """That a person has read a version of a picture's description and let it stand, or wrote it.

    Not a column of `images`: each check would be a change of the picture for everybody who keeps a
    copy in step. Nothing deletes a row where another version comes: it names the one it is about.
    """

    __tablename__ = "checked_descriptions"
    __table_args__ = ({"comment": "Descriptions that their person has checked, or written."},)

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    description_id: Mapped[UUID] = mapped_column(
        comment="The version; where another one is shown, it is not checked any more."
    )
    checked_at: Mapped[datetime] = mapped_column(default=now)
