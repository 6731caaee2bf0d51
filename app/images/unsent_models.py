"""Tables of what is never sent to a model."""

from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, exists
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.database import Base
from app.images.album_models import AlbumImage
from app.images.models import Image, ImageState


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


# [Note: Stacks are never sent as one] The files of a stack show one scene: where one of them is
# never sent, by itself or by an album, none is. So it is asked of all that are stacked with a
# picture, of which there are `MAX_STACK` at most. Marked by itself is all of a stack at once, so
# that what is taken out of it stays marked.
# Both conditions are made once: an alias is a copy of all columns, and took the worker more than
# half of its time for a description (docs/decisions/0141).
@cache
def is_never_sent() -> ColumnElement[bool]:
    """The condition that a picture is never sent: by itself, by an album, or by its stack.

    An album in Recently deleted counts: it may come back. So is the video of a Live Photo: what
    its person says of the still is said of both.
    """
    other = aliased(Image)
    return (
        (Image.state == ImageState.JOINED)
        | _is_marked(Image)
        | _is_in_album(Image)
        | exists().where(*_is_stacked_with(other), _is_marked(other) | _is_in_album(other))
    )


@cache
def is_marked() -> ColumnElement[bool]:
    """The condition that a picture, or one that is stacked with it, is never sent by itself."""
    other = aliased(Image)
    return _is_marked(Image) | exists().where(*_is_stacked_with(other), _is_marked(other))


def _is_marked(image: type[Image]) -> ColumnElement[bool]:
    return exists().where(UnsentImage.image_id == image.id)


def _is_in_album(image: type[Image]) -> ColumnElement[bool]:
    return exists().where(
        AlbumImage.image_id == image.id, UnsentAlbum.album_id == AlbumImage.album_id
    )


def _is_stacked_with(other: type[Image]) -> tuple[ColumnElement[bool], ...]:
    return other.owner_id == Image.owner_id, other.stack_id == Image.stack_id
