"""What is in albums: adding and removing images. The caller locks the images before, and commits.

See [Note: Counts of albums] in app/images/album_models.py for what is locked in which order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Uuid,
    any_,
    case,
    delete,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app.accounts.models import User
from app.albums.positions import GAP, MAX_POSITION, last_position, spread
from app.database import db, now
from app.errors import AlbumsFullError, NotFoundError
from app.images.album_models import Album, AlbumImage
from app.images.models import Image

# Each is 150 bytes with its indexes. A library of a million pictures, each in five albums.
MAX_ENTRIES = 5_000_000
_TAKE_CHANGE = text("SELECT take_change(:owner)")


@dataclass(frozen=True, kw_only=True)
class Removed:
    """Images that were taken out of an album, and where each stood."""

    ids: list[UUID]
    positions: list[int]


def lock_albums_of(owner_id: UUID) -> None:
    """Hold the person's row in `storage` until the transaction ends: nobody else changes albums."""
    db.session.flush()  # images that were restored, before it is asked what is shown
    db.session.execute(_TAKE_CHANGE, {"owner": owner_id})


def require_album(user: User, album_id: UUID | None) -> Album:
    """Return an album, as it is at this moment.

    Raises:
        NotFoundError: there is none with this id, it is deleted, or it is somebody else's.
    """
    found = db.session.scalar(
        select(Album)
        .where(Album.owned_by(user), Album.id == album_id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError("There is no such album. Nothing was changed.")
    return found


def add_images(
    user: User, album: Album, ids: Sequence[UUID], *, positions: Mapping[UUID, int] | None = None
) -> list[UUID]:
    """Put images into an album; return those that were not in it. Safe to repeat.

    Args:
        user: whose they are; their albums are locked.
        album: where to.
        ids: of images that are locked.
        positions: where each is to stand by hand; else last, by their dates.

    Raises:
        AlbumsFullError: there are MAX_ENTRIES in all albums together.
    """
    if positions is None:
        first = last_position(album.id) + GAP
        if first + GAP * len(ids) > MAX_POSITION:
            spread(album.id)
            first = last_position(album.id) + GAP
        place = first + GAP * (
            func.row_number().over(order_by=(Image.timeline_at, Image.id)) - literal(1)
        )
        images = select(literal(album.id, Uuid()), Image.id, place, _shown_at()).where(
            Image.id == any_(literal(list(ids), ARRAY(Uuid())))
        )
    else:
        wanted = (
            func.unnest(
                literal(list(positions), ARRAY(Uuid())),
                literal(list(positions.values()), ARRAY(BigInteger())),
            )
            .table_valued("id", "position")
            .render_derived()
        )
        images = select(
            literal(album.id, Uuid()), Image.id, wanted.c.position, _shown_at()
        ).join_from(Image, wanted, wanted.c.id == Image.id)
    added = (
        insert(AlbumImage)
        .from_select(
            ["album_id", "image_id", "position", "shown_at"], images.where(Image.owned_by(user))
        )
        .on_conflict_do_nothing()
        .returning(AlbumImage.image_id)
    )
    found = list(db.session.scalars(added))
    if found:
        require_room(user)
        touch(album)
    return found


def remove_images(album: Album, ids: Sequence[UUID]) -> Removed:
    """Take images, which are locked, out of an album; they stay in the library. Safe to repeat."""
    removed = db.session.execute(
        delete(AlbumImage)
        .where(
            AlbumImage.album_id == album.id,
            AlbumImage.image_id == any_(literal(list(ids), ARRAY(Uuid()))),
        )
        .returning(AlbumImage.image_id, AlbumImage.position)
        .execution_options(synchronize_session=False)
    ).all()
    if removed:
        touch(album)
    return Removed(
        ids=[row.image_id for row in removed], positions=[row.position for row in removed]
    )


def touch(album: Album) -> None:
    """Note that its person changed an album, now."""
    album.changed_at = now()


def require_room(user: User) -> None:
    """Check that albums hold no more than they may, once something was added.

    Raises:
        AlbumsFullError: they do.
    """
    # Of deleted ones too: what was deleted can come back.
    entries = db.session.scalar(
        select(func.coalesce(func.sum(Album.entry_count), 0)).where(Album.owner_id == user.id)
    )
    if (entries or 0) > MAX_ENTRIES:
        db.session.rollback()
        raise AlbumsFullError


def _shown_at() -> ColumnElement[Any]:
    return case((Image.in_library(), Image.timeline_at))
