"""The owner's review of what guests sent: accept, decline, and back. The caller commits.

Nothing is lost by it: what is declined is in Recently deleted for 30 days, and can be accepted
from there. What its owner had before a guest sent it stays where it is, whatever is decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY

from app.accounts.audit.log import Event, record
from app.accounts.models import User
from app.accounts.rate_limits.seats import FEW_ROWS, take_read_seat
from app.accounts.sessions.lookup import Owner
from app.albums.entries import add_images, lock_albums_of, remove_images, require_album
from app.clients.aws.readers import Reader
from app.database import db, now
from app.errors import NotFoundError
from app.images.album_models import Album
from app.images.collected_models import (
    HELD_UNTIL_REVIEWED,
    CollectedImage,
    CollectedState,
    note_owners_own,
)
from app.images.listing import Shown, images_by_id
from app.images.models import SHOWN, Image
from app.images.pagination import make_cursor, parse_cursor
from app.library.batch_schemas import PickedImages
from app.library.selection import Locked, select_images, set_columns
from app.library.trash import restore_images
from app.sharing.collect import MAX_UNSETTLED
from app.sharing.collect_schemas import MAX_DECIDED, DecideOnGuestsIn, ReviewIn
from app.stacks.live_photos import moving_parts_of, part_from_stills

_CURSOR = "review"
_FROM = {
    CollectedState.ACCEPTED: (CollectedState.WAITING, CollectedState.DECLINED),
    CollectedState.DECLINED: (CollectedState.WAITING, CollectedState.ACCEPTED),
    CollectedState.WAITING: (CollectedState.ACCEPTED, CollectedState.DECLINED),
}
_TO = {
    "accept": CollectedState.ACCEPTED,
    "decline": CollectedState.DECLINED,
    "wait": CollectedState.WAITING,
}
_EVENTS = {
    CollectedState.ACCEPTED: Event.GUEST_PICTURES_ACCEPTED,
    CollectedState.DECLINED: Event.GUEST_PICTURES_DECLINED,
}


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What was decided, by the ids of what guests sent; `has_more`: others wait still."""

    changed: list[UUID]
    has_more: bool


def count_sent(owner: User | Owner, *stages: str) -> int:
    """Count rows of what guests sent that are at these stages, as far as it matters to seats."""
    some = (
        select(CollectedImage.id)
        .where(CollectedImage.owner_id == owner.id, CollectedImage.state.in_(stages))
        .limit(FEW_ROWS + 1)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def count_waiting(owner: User | Owner, *more: ColumnElement[bool]) -> int:
    """Count what waits for a person's review, as far as to MAX_UNSETTLED."""
    some = select(CollectedImage.id).where(*_waiting(owner), *more).limit(MAX_UNSETTLED).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _waiting(owner: User | Owner) -> tuple[ColumnElement[bool], ...]:
    # By the image: what turned out to be no picture waits for nobody.
    is_shown = select(Image.id).where(
        Image.id == CollectedImage.image_id, Image.owned_by(owner), Image.state.in_(SHOWN)
    )
    return (
        CollectedImage.owner_id == owner.id,
        CollectedImage.state == CollectedState.WAITING,
        is_shown.exists(),
    )


def list_collected(owner: User | Owner, wanted: ReviewIn, *, reader: Reader) -> Shown:
    """Return a page of what guests sent a person, the last first, as CollectedPageOut.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
        TooManyAtOnceError: guests sent thousands, and several such reads are under way.
    """
    take_read_seat(owner.id, rows=count_sent(owner, wanted.stage, "waiting"))
    query: Any = (
        select(CollectedImage, Album.title)
        .join(Image, (Image.id == CollectedImage.image_id) & Image.owned_by(owner))
        .outerjoin(Album, (Album.id == CollectedImage.album_id) & Album.owned_by(owner))
        .where(
            CollectedImage.owner_id == owner.id,
            CollectedImage.state == wanted.stage,
            Image.state.in_(SHOWN),
        )
    )
    of_album = []
    if wanted.album_id is not None:
        of_album.append(CollectedImage.album_id == wanted.album_id)
    query = query.where(*of_album)
    if wanted.cursor is not None:
        moment, last = parse_cursor(_CURSOR, wanted.cursor)
        place = tuple_(literal(moment.replace(tzinfo=UTC)), literal(last, Uuid()))
        query = query.where(tuple_(CollectedImage.created_at, CollectedImage.id) < place)
    order = (CollectedImage.created_at.desc(), CollectedImage.id.desc())
    rows = db.session.execute(query.order_by(*order).limit(wanted.limit + 1)).all()
    page = rows[: wanted.limit]
    images = images_by_id(owner, [row[0].image_id for row in page], reader=reader)
    shown = {image["id"]: image for image in images}
    next_cursor = None
    if len(rows) > wanted.limit:
        last_of = page[-1][0]
        next_cursor = make_cursor(_CURSOR, last_of.created_at.astimezone(UTC), last_of.id)
    return {
        # One may have been deleted for good meanwhile.
        "images": [
            _show(row[0], row[1], image)
            for row in page
            if (image := shown.get(str(row[0].image_id))) is not None
        ],
        "waiting": count_waiting(owner, *of_album),
        "next_cursor": next_cursor,
    }


def _show(collected: CollectedImage, album_title: str | None, image: Shown) -> Shown:
    return {
        "id": str(collected.id),
        "image": image,
        "added_by": collected.added_by,
        "added_at": collected.created_at,
        "album_id": collected.album_id and str(collected.album_id),
        "album_title": album_title,
        "share_id": collected.share_id and str(collected.share_id),
    }


def decide(user: User, wanted: DecideOnGuestsIn) -> Decided:
    """Accept or decline what guests sent, or undo that. Safe to repeat.

    Raises:
        NotFoundError: one that is named is not there, or is somebody else's.
        AlbumFullError, AlbumsFullError, InTooManyAlbumsError: nothing was changed.
    """
    to = _TO[wanted.decision]
    ids, has_more = _named(user, wanted)
    # Images first, then the albums, then these rows: as where images and albums are deleted for
    # good, which changes these rows, too.
    images = _hold_images(user, _images_of(user, ids))
    lock_albums_of(user.id)
    rows = [row for row in _hold(user, ids, _FROM[to]) if row.image_id in images]
    if to is CollectedState.ACCEPTED:
        _accept(user, rows, images)
    else:
        _take_in_no_more(user, rows, images, is_declined=to is CollectedState.DECLINED)
    changed = [row.id for row in rows]
    if changed:
        db.session.execute(
            update(CollectedImage)
            .where(CollectedImage.owner_id == user.id, _among(changed))
            .values(state=to, decided_at=now())
            .execution_options(synchronize_session=False)
        )
        if to in _EVENTS:
            record(_EVENTS[to], user_id=user.id, pictures=len(changed))
    return Decided(changed=changed, has_more=has_more)


def _named(user: User, wanted: DecideOnGuestsIn) -> tuple[list[UUID], bool]:
    if wanted.ids is not None:
        ids = list(dict.fromkeys(wanted.ids))
        found = db.session.scalar(
            select(func.count()).where(CollectedImage.owner_id == user.id, _among(ids))
        )
        if found != len(ids):
            raise NotFoundError("Not all of these pictures are there. Nothing was changed.")
        return ids, False
    query = select(CollectedImage.id).where(*_waiting(user))
    if wanted.album_id is not None:
        query = query.where(CollectedImage.album_id == wanted.album_id)
    order = (CollectedImage.created_at, CollectedImage.id)
    ids = list(db.session.scalars(query.order_by(*order).limit(MAX_DECIDED + 1)))
    return ids[:MAX_DECIDED], len(ids) > MAX_DECIDED


def _images_of(user: User, ids: Sequence[UUID]) -> list[UUID]:
    found = db.session.scalars(
        select(CollectedImage.image_id).where(
            CollectedImage.owner_id == user.id,
            _among(ids),
            CollectedImage.image_id.is_not(None),
        )
    )
    return [each for each in found if each is not None]


def _hold(
    user: User, ids: Sequence[UUID], states: Sequence[CollectedState]
) -> list[CollectedImage]:
    rows = db.session.scalars(
        select(CollectedImage)
        .where(CollectedImage.owner_id == user.id, _among(ids), CollectedImage.state.in_(states))
        .order_by(CollectedImage.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _hold_images(user: User, ids: Sequence[UUID]) -> Mapping[UUID, Locked]:
    """Lock images that are in the library, in Recently deleted, or held."""
    if not ids:
        return {}
    held = select_images(
        user, PickedImages(ids=list(ids)), changing=Image.state.in_(SHOWN), passes_over=True
    )
    return {row.id: row for row in held.rows}


def _accept(user: User, rows: Sequence[CollectedImage], images: Mapping[UUID, Locked]) -> None:
    of_images = _all_of(user, [row.image_id for row in rows])
    accepted = {row.image_id for row in of_images if row.state == CollectedState.ACCEPTED}
    of_rows = {row.image_id for row in rows}
    away = [each for each in images.values() if each.id in of_rows and each.deleted_at is not None]
    # In the library, and of no guest who was accepted: its owner has put it there.
    own = of_rows - accepted - {each.id for each in away}
    note_owners_own(user.id, [each for each in own if each is not None], is_own=True)
    note_owners_own(user.id, [each.id for each in away], is_own=False)
    restore_images(user, away)
    db.session.flush()
    for album_id, of_album in _by_album(rows).items():
        try:
            album = require_album(user, album_id)
        except NotFoundError:
            continue  # they are in the library
        wanted = [row.image_id for row in of_album if row.image_id is not None]
        added = set(add_images(user, album, wanted))
        for row in of_album:
            row.was_in_album = row.image_id not in added


def _take_in_no_more(
    user: User,
    rows: Sequence[CollectedImage],
    images: Mapping[UUID, Locked],
    *,
    is_declined: bool,
) -> None:
    """Take out of album and library what came by guests alone, and is accepted of none of them."""
    of_images = _all_of(user, [row.image_id for row in rows])
    decided = {row.id for row in rows}
    others = [row for row in of_images if row.id not in decided]
    _take_out(user, rows, [row for row in others if row.state == CollectedState.ACCEPTED])
    # What its owner had before is theirs, and stays.
    from_guests = {row.id for row in of_images if row.id == row.image_id and not row.was_in_library}
    accepted = {row.image_id for row in others if row.state == CollectedState.ACCEPTED}
    leaving = {
        row.image_id
        for row in rows
        if row.image_id in from_guests - accepted
        # In the library though it was not accepted: its owner took it out of Recently deleted.
        and (row.state == CollectedState.ACCEPTED or images[row.image_id].deleted_at is not None)
    }
    # Guests send no videos: one that was joined with theirs is its owner's.
    part_from_stills(user.id, moving_parts_of(user.id, list(leaving)))
    waiting = {row.image_id for row in others if row.state == CollectedState.WAITING}
    held = leaving & waiting if is_declined else leaving
    set_columns(user, list(held), deleted_at=HELD_UNTIL_REVIEWED)
    set_columns(user, list(leaving - held), deleted_at=now())


def _all_of(user: User, image_ids: Sequence[UUID | None]) -> Sequence[CollectedImage]:
    """Return all that guests sent of images, which are locked: several may have sent the same."""
    query = select(CollectedImage).where(
        CollectedImage.owner_id == user.id,
        CollectedImage.image_id == any_(literal(list(image_ids), ARRAY(Uuid()))),
    )
    return db.session.scalars(query.order_by(CollectedImage.id).with_for_update()).all()


def _take_out(
    user: User, rows: Sequence[CollectedImage], still_accepted: Sequence[CollectedImage]
) -> None:
    """Take out of their albums what was put there when it was accepted."""
    heirs = {(row.image_id, row.album_id): row for row in still_accepted}
    accepted = []
    for row in rows:
        if row.state != CollectedState.ACCEPTED or row.was_in_album:
            continue
        if heir := heirs.get((row.image_id, row.album_id)):
            heir.was_in_album = False  # it goes with that one
        else:
            accepted.append(row)
    for album_id, of_album in _by_album(accepted).items():
        try:
            album = require_album(user, album_id)
        except NotFoundError:
            continue
        remove_images(album, [row.image_id for row in of_album if row.image_id is not None])


def _by_album(rows: Sequence[CollectedImage]) -> dict[UUID | None, list[CollectedImage]]:
    found: dict[UUID | None, list[CollectedImage]] = {}
    for row in rows:
        found.setdefault(row.album_id, []).append(row)
    return found


def _among(ids: Sequence[UUID]) -> ColumnElement[bool]:
    return CollectedImage.id == any_(literal(list(ids), ARRAY(Uuid())))
