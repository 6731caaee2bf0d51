"""Tables of what is never sent to a model."""

from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, exists
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.images.album_models import AlbumImage
from app.images.models import Image


class UnsentImage(Base):
    """That a picture is never sent."""

    __tablename__ = "unsent_images"
    __table_args__ = (
        {"comment": "Pictures that are never sent to a model, as their person says."},
    )

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


class UnsentAlbum(Base):
    """That no picture of an album is ever sent."""

    __tablename__ = "unsent_albums"
    __table_args__ = (
        {"comment": "Albums whose pictures are never sent to a model, as their person says."},
    )

    album_id: Mapped[UUID] = mapped_column(
        ForeignKey("albums.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


def is_never_sent() -> ColumnElement[bool]:
    """The condition that a picture is never sent: by itself, or by an album that it is in.

    An album in Recently deleted counts: it may come back.
    """
    by_itself = exists().where(UnsentImage.image_id == Image.id)
    by_album = exists().where(
        AlbumImage.image_id == Image.id, UnsentAlbum.album_id == AlbumImage.album_id
    )
    return by_itself | by_album
