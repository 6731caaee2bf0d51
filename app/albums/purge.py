"""Delete albums for good, 30 days after their owner deleted them: a periodic job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Uuid, any_, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app.albums.entries import lock_albums_of
from app.database import db, now, set_short_lock_timeout
from app.images.album_models import Album, AlbumImage
from app.images.models import Image
from app.images.unsent_models import UnsentAlbum, UnsentImage

RESTORABLE_FOR = timedelta(days=30)
_MAX_ALBUMS = 100
# Nobody's albums keep the sweep from everybody else's.
_MAX_ALBUMS_OF_ONE = 10
# Some tenths of a second, while nobody else changes albums of this person.
_MAX_ENTRIES = 10_000


@dataclass(frozen=True, kw_only=True)
class DueAlbum:
    """An album that is to go for good."""

    id: UUID
    owner_id: UUID


def albums_due() -> list[DueAlbum]:
    """Return albums deleted long ago, each person's oldest first; ends the transaction."""
    rank = func.row_number().over(
        partition_by=Album.owner_id, order_by=(Album.deleted_at, Album.id)
    )
    ranked = (
        select(Album.id, Album.owner_id, Album.deleted_at, rank.label("rank"))
        .where(Album.deleted_at < now() - RESTORABLE_FOR)
        .subquery()
    )
    query = (
        select(ranked.c.id, ranked.c.owner_id)
        .where(ranked.c.rank <= _MAX_ALBUMS_OF_ONE)
        .order_by(ranked.c.rank, ranked.c.deleted_at)
        .limit(_MAX_ALBUMS)
    )
    due = [DueAlbum(id=row.id, owner_id=row.owner_id) for row in db.session.execute(query)]
    db.session.rollback()
    return due


def purge_album(album: DueAlbum) -> None:
    """Delete an album that was deleted long ago, or a part of a large one. Ends the transaction.

    Safe to repeat, and to be cut off anywhere: what is left is due at the next sweep. What was
    never sent to a model for the album's sake is never sent by itself from then on.

    Raises:
        OperationalError: the person's rows are locked for longer than a moment.
    """
    set_short_lock_timeout()
    lock_albums_of(album.owner_id)
    entries = select(AlbumImage.image_id).where(AlbumImage.album_id == album.id).limit(_MAX_ENTRIES)
    gone = db.session.scalars(
        delete(AlbumImage)
        .where(AlbumImage.album_id == album.id, AlbumImage.image_id.in_(entries))
        .returning(AlbumImage.image_id)
        .execution_options(synchronize_session=False)
    ).all()
    _keep_from_models(album, gone)
    if len(gone) < _MAX_ENTRIES:
        db.session.execute(
            delete(Album).where(Album.id == album.id).execution_options(synchronize_session=False)
        )
    db.session.commit()


def _keep_from_models(album: DueAlbum, ids: Sequence[UUID]) -> None:
    """Mark pictures of an album that is never sent: its own mark goes with it.

    Those of its person alone: what others added is theirs to mark.
    """
    is_unsent = select(UnsentAlbum.album_id).where(UnsentAlbum.album_id == album.id).exists()
    rows = select(Image.id, Image.owner_id).where(
        Image.owner_id == album.owner_id,
        Image.id == any_(literal(list(ids), ARRAY(Uuid()))),
        is_unsent,
    )
    db.session.execute(
        insert(UnsentImage).from_select(["image_id", "owner_id"], rows).on_conflict_do_nothing()
    )
