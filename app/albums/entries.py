"""Add images to albums, and remove them. The caller locks the images first, and commits.

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
from app.albums.errors import AlbumFullError, AlbumsFullError, InTooManyAlbumsError
from app.albums.positions import GAP, MAX_POSITION, last_position, spread
from app.database import db, now
from app.errors import (
    ConflictError,
    NotFoundError,
)
from app.images.album_models import Album, AlbumImage
from app.images.models import Image

# What one request may have to write, and so how long it takes: decision 0075 has the figures.
MAX_ENTRIES = 1_000_000  # of all albums of a person; each is 150 bytes with its indexes
MAX_IN_ALBUM = 100_000
MAX_ALBUMS = 10_000  # of a person, deleted ones included
MAX_ALBUMS_OF_IMAGE = 500
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
        AlbumFullError: the album holds MAX_IN_ALBUM.
        InTooManyAlbumsError: one of the images is in MAX_ALBUMS_OF_IMAGE.
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
        _require_room(user, album.id, found)
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


def count_entries(ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the albums that each of these images is in, deleted ones included; none: left out."""
    rows = db.session.execute(
        select(AlbumImage.image_id, func.count().label("albums"))
        .where(AlbumImage.image_id == any_(literal(list(ids), ARRAY(Uuid()))))
        .group_by(AlbumImage.image_id)
    )
    return {row.image_id: row.albums for row in rows}


def _require_room(user: User, album_id: UUID, added: Sequence[UUID]) -> None:
    """Check that albums hold no more than they may, once images were added to one.

    Deleted albums count: what was deleted can come back.

    Raises:
        AlbumFullError: this one does.
        AlbumsFullError: all together do.
        InTooManyAlbumsError: one of the images is in more than it may.
    """
    entries = db.session.execute(
        select(
            func.coalesce(func.sum(Album.entry_count).filter(Album.id == album_id), 0),
            func.coalesce(func.sum(Album.entry_count), 0),
        ).where(Album.owner_id == user.id)
    ).one()
    refused: ConflictError | None = None
    if entries[0] > MAX_IN_ALBUM:
        refused = AlbumFullError()
    elif entries[1] > MAX_ENTRIES:
        refused = AlbumsFullError()
    elif max(count_entries(added).values()) > MAX_ALBUMS_OF_IMAGE:
        refused = InTooManyAlbumsError()
    if refused is not None:
        db.session.rollback()
        raise refused


def _shown_at() -> ColumnElement[Any]:
    return case((Image.in_library(), Image.timeline_at))
