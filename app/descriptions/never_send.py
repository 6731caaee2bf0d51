"""Never send: pictures and albums that no model sees; what waits of them waits no more."""

import time
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select, union, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.accounts.rate_limits.seats import take_seat
from app.database import db
from app.descriptions.batches.rows import look_soon
from app.descriptions.consent import MAX_STOPPED
from app.errors import NotFoundError, TooManyAtOnceError
from app.images.album_models import Album, AlbumImage
from app.images.models import DescriptionState, Image
from app.images.unsent_models import UnsentAlbum, UnsentImage, is_marked

MAX_MARKED = 10_000  # of the stacks of those that one request names
MAX_SECONDS_OF_STOPPING = 5.0  # the worker stops what is left, and sends none of it


def keep_images(user: User, ids: Sequence[UUID], *, never: bool) -> None:
    """Never send these pictures and what is stacked with them, or send all of it again.

    Again: where it is asked for. Commits. Safe to repeat.

    Raises:
        NotFoundError: one of them is not there, or somebody else's; nothing was changed.
    """
    wanted = set(ids)
    own = select(func.count()).where(Image.owned_by(user), Image.id.in_(wanted))
    if db.session.scalar(own) != len(wanted):
        raise NotFoundError
    of_stacks = _stacked_with(user.id, wanted)
    if never:
        # Those that are named for certain. Of their stacks some thousands: the others are never
        # sent for as long as they are stacked with these.
        _mark(user.id, Image.id.in_(wanted), most=len(wanted))
        _mark(user.id, Image.id.in_(of_stacks), most=MAX_MARKED)
        _stop_some(user.id, Image.id.in_(wanted), most=len(wanted))
        _stop_some(user.id, Image.id.in_(of_stacks), most=MAX_STOPPED)
    else:
        theirs = UnsentImage.image_id.in_(wanted) | UnsentImage.image_id.in_(of_stacks)
        db.session.execute(
            delete(UnsentImage)
            .where(UnsentImage.owner_id == user.id, theirs)
            .execution_options(synchronize_session=False)
        )
    db.session.commit()


def keep_as_others(user: User, image_id: UUID, others: Sequence[UUID]) -> bool:
    """Never send a picture if one of these others is never sent by itself; the caller commits.

    Says whether that is new. Albums are not asked: it comes into those of the others.
    """
    marked = select(Image.id).where(Image.owned_by(user), Image.id.in_(others), is_marked())
    if db.session.scalar(marked.limit(1)) is None:
        return False
    is_new = _mark(user.id, Image.id == image_id, most=1) > 0
    _stop_some(user.id, Image.id == image_id, most=1)
    return is_new


def take_mark_back(user: User, image_id: UUID) -> None:
    """Let a picture be sent again where it is asked for; the caller commits. Safe to repeat."""
    db.session.execute(
        delete(UnsentImage)
        .where(UnsentImage.owner_id == user.id, UnsentImage.image_id == image_id)
        .execution_options(synchronize_session=False)
    )


def _mark(owner_id: UUID, which: ColumnElement[bool], *, most: int) -> int:
    rows = select(Image.id, Image.owner_id).where(Image.owner_id == owner_id, which).limit(most)
    marked = (
        insert(UnsentImage)
        .from_select(["image_id", "owner_id"], rows)
        .on_conflict_do_nothing()
        .returning(UnsentImage.image_id)
    )
    return len(db.session.scalars(marked).all())


def _stacked_with(owner_id: UUID, ids: Collection[UUID]) -> Select[UUID]:
    """Select those that are stacked with these; see [Note: Stacks are never sent as one]."""
    named, other = aliased(Image), aliased(Image)
    return (
        select(other.id)
        .join(named, (named.owner_id == other.owner_id) & (named.stack_id == other.stack_id))
        .where(other.owner_id == owner_id, named.owner_id == owner_id, named.id.in_(ids))
    )


def keep_album(user: User, album_id: UUID, *, never: bool) -> None:
    """Never send what is in an album, now or later, or send it again where it is asked for.

    Commits. Safe to repeat. One in Recently deleted can be allowed, and not be marked.

    Raises:
        NotFoundError: there is no such album of theirs.
    """
    own = select(Album.id).where(Album.owner_id == user.id, Album.id == album_id)
    if never:
        own = own.where(Album.deleted_at.is_(None))
    if db.session.scalar(own) is None:
        raise NotFoundError
    if not never:
        db.session.execute(
            delete(UnsentAlbum)
            .where(UnsentAlbum.owner_id == user.id, UnsentAlbum.album_id == album_id)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
        return
    db.session.execute(
        insert(UnsentAlbum).values(album_id=album_id, owner_id=user.id).on_conflict_do_nothing()
    )
    db.session.commit()
    entries = select(AlbumImage.image_id).where(AlbumImage.album_id == album_id)
    _stop_in_time(user.id, Image.id.in_(entries))


def stop_all(owner_id: UUID) -> None:
    """Let none of a person's pictures wait any more, who turned descriptions off; commits."""
    _stop_in_time(owner_id)


def albums_never_sent(user: User) -> list[dict[str, object]]:
    """List a person's albums that are never sent, by their titles; those deleted are among them.

    What is in those is not sent either: see `is_never_sent`.
    """
    found = (
        select(Album.id, Album.title, Album.deleted_at)
        .join(UnsentAlbum, UnsentAlbum.album_id == Album.id)
        .where(UnsentAlbum.owner_id == user.id)
        .order_by(Album.title, Album.id)
        .limit(MAX_LISTED)
    )
    return [as_unsent_album(*row) for row in db.session.execute(found)]


def as_unsent_album(album_id: UUID, title: str, deleted_at: datetime | None) -> dict[str, object]:
    """Return the API's UnsentAlbum."""
    return {"id": album_id, "title": title, "is_deleted": deleted_at is not None}


MAX_LISTED = 500


def count_images_never_sent(user: User) -> int:
    """Count the pictures that are never sent by themselves; `MAX_COUNTED` at most."""
    some = select(UnsentImage.image_id).where(UnsentImage.owner_id == user.id).limit(MAX_COUNTED)
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


MAX_COUNTED = 10_000


def ids_never_sent(owner_id: UUID) -> ColumnElement[bool]:
    """The condition that a picture is never sent, by a list of those: for counting few of many."""
    by_themselves = select(UnsentImage.image_id).where(UnsentImage.owner_id == owner_id)
    by_albums = (
        select(AlbumImage.image_id)
        .join(UnsentAlbum, UnsentAlbum.album_id == AlbumImage.album_id)
        .where(UnsentAlbum.owner_id == owner_id)
    )
    named, other = aliased(Image), aliased(Image)
    by_stacks = (
        select(other.id)
        .join(named, (named.owner_id == other.owner_id) & (named.stack_id == other.stack_id))
        .where(other.owner_id == owner_id, named.owner_id == owner_id)
        .where(named.id.in_(union(by_themselves, by_albums)))
    )
    return Image.id.in_(union(by_themselves, by_albums, by_stacks))


def has_any(owner_id: UUID) -> bool:
    """Whether a person never sends anything."""
    some = select(UnsentImage.image_id).where(UnsentImage.owner_id == owner_id).exists()
    more = select(UnsentAlbum.album_id).where(UnsentAlbum.owner_id == owner_id).exists()
    return bool(db.session.scalar(select(some | more)))


def _stop_in_time(owner_id: UUID, *which: ColumnElement[bool]) -> None:
    ends = time.monotonic() + MAX_SECONDS_OF_STOPPING
    while _stop_some(owner_id, *which, most=MAX_STOPPED) == MAX_STOPPED:
        db.session.commit()
        if time.monotonic() > ends:
            return
        try:
            take_seat(owner_id)
        except TooManyAtOnceError:  # the worker stops what is left
            return
    db.session.commit()


def _stop_some(owner_id: UUID, *which: ColumnElement[bool], most: int) -> int:
    some = (
        select(Image.id)
        .where(
            Image.owner_id == owner_id,
            Image.description_state == DescriptionState.WAITING,
            Image.deleted_at.is_(None),  # else `ix_images_to_describe` cannot be used
            *which,
        )
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    look_soon(owner_id)
    stopped = (
        update(Image)
        .where(
            Image.id.in_(some.scalar_subquery()),
            Image.description_state == DescriptionState.WAITING,
        )
        .values(description_state=DescriptionState.NONE)
        .returning(Image.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.scalars(stopped).all())
