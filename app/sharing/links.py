"""Make, change and end share links. The caller commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Uuid, any_, delete, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from app.accounts.audit.log import Event, record
from app.accounts.models import User
from app.accounts.sessions.tokens import digest, new_token
from app.albums.entries import require_album
from app.database import db, now
from app.errors import (
    NotFoundError,
    TooManyInSharesError,
    TooManySharesError,
    TooManyToShareError,
)
from app.images.collected_models import ShareCollection
from app.images.models import SHOWN, Image
from app.library.batch_schemas import MatchingImages, PickedImages
from app.library.selection import select_images, wrong_field
from app.sharing.collect import drop_arriving
from app.sharing.models import Share, ShareImage
from app.sharing.schemas import CollectIn

MAX_SHARES = 500
MAX_COLLECTING = timedelta(days=366)
MAX_ENTRIES = 100_000  # of all links of a person to selections
_TOO_LATE = 9999  # a year; in another zone such a moment may have five digits
# One request at a time of a person's makes links, so that no two go past the limits together. The
# number is this lock's own.
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:owner AS text), 6))")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a link says and allows; the password as its hash."""

    name: str
    title: str
    note: str
    password_hash: str | None
    expires_at: datetime | None
    allow_downloads: bool
    without_metadata: bool
    show_dates: bool
    show_descriptions: bool
    show_names: bool


def share_album(
    user: User, album_id: UUID, options: Options, *, collect: CollectIn | None = None
) -> tuple[Share, str]:
    """Make a link to an album; return it and its token, which is kept nowhere.

    Raises:
        NotFoundError: there is no such album, it is deleted, or it is somebody else's.
        TooManySharesError: the person has MAX_SHARES.
        ValidationFailedError: guests add pictures by it, and it has no end within a year.
    """
    _require_room(user)
    share, token = _make(user, options, album_id=require_album(user, album_id).id)
    if collect is not None:
        set_collection(share, collect)
    _record(Event.SHARE_MADE, share)
    return share, token


def set_collection(share: Share, collect: CollectIn | None) -> None:
    """Say what guests may add by a link to an album, or that they add no more.

    Where they do not see the album, the link itself is to none: so nothing that reads what a link
    shows has to know of this. docs/decisions/0131.

    Raises:
        ValidationFailedError: the link is to a selection, or has no end within a year.
    """
    bounds = find_collection(share)
    album_id = share.album_id if bounds is None else bounds.album_id
    if collect is None:
        share.album_id = album_id
        if bounds is not None:
            drop_arriving(share.id, share.owner_id)
            db.session.delete(bounds)
        return
    if album_id is None:
        raise wrong_field("collect", "Guests add pictures to an album, not to a selection.")
    require_end_of_collecting(share)
    if bounds is None:
        bounds = ShareCollection(share_id=share.id, owner_id=share.owner_id, album_id=album_id)
        db.session.add(bounds)
    bounds.is_reviewed = collect.review
    bounds.max_pictures = collect.max_pictures
    bounds.max_bytes = collect.max_bytes
    share.album_id = album_id if collect.show_pictures else None


def require_end_of_collecting(share: Share) -> None:
    """Refuse a link by which guests add pictures and that has no end within a year.

    Raises:
        ValidationFailedError: it is one.
    """
    if share.expires_at is None or share.expires_at > now() + MAX_COLLECTING:
        raise wrong_field(
            "expires_at", "Say until when guests may add pictures: a year from now at most."
        )


def find_collection(share: Share) -> ShareCollection | None:
    """Return what guests may add by a link, locked; None: they only look."""
    found: ShareCollection | None = db.session.scalar(
        select(ShareCollection)
        .where(ShareCollection.share_id == share.id, ShareCollection.owner_id == share.owner_id)
        .with_for_update()
    )
    return found


def share_images(
    user: User, images: PickedImages | MatchingImages, options: Options
) -> tuple[Share, str]:
    """Make a link to images of the library; return it and its token, which is kept nowhere.

    Raises:
        NotFoundError: one of them is not in the library, or is somebody else's; or none matches.
        TooManyToShareError: more match than one link shows.
        TooManySharesError: the person has MAX_SHARES.
        TooManyInSharesError: their links would show more than MAX_ENTRIES together.
    """
    _require_room(user)
    selected = select_images(user, images, changing=Image.in_library())
    if selected.has_more:
        raise TooManyToShareError
    if not selected.rows:
        raise NotFoundError("No picture matches. Nothing was shared.")
    if any(row.deleted_at is not None or row.state not in SHOWN for row in selected.rows):
        raise NotFoundError("Not all of these pictures are in your library. Nothing was shared.")
    share, token = _make(user, options, album_id=None)
    _add_images(user, share, [row.id for row in selected.rows])
    held = db.session.scalar(
        select(func.count())
        .select_from(ShareImage)
        .join(Share, Share.id == ShareImage.share_id)
        .where(Share.owner_id == user.id)
    )
    if (held or 0) > MAX_ENTRIES:
        db.session.rollback()
        raise TooManyInSharesError
    _record(Event.SHARE_MADE, share)
    return share, token


def require_share(user: User, share_id: UUID) -> Share:
    """Return a link, locked until the transaction ends.

    Raises:
        NotFoundError: there is none with this id, or it is somebody else's.
    """
    share = db.session.scalar(
        select(Share)
        .where(Share.owner_id == user.id, Share.id == share_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if share is None:
        raise NotFoundError
    return share


def note_change(share: Share) -> None:
    """Record that a link was changed."""
    _record(Event.SHARE_CHANGED, share)


def renew_token(share: Share) -> str:
    """Give a link another token; the former is nothing from the commit on."""
    token = new_token()
    share.token_hash = digest(token)
    drop_arriving(share.id, share.owner_id)
    _record(Event.SHARE_CHANGED, share)
    return token


def end_share(user: User, share_id: UUID) -> None:
    """End a link.

    Raises:
        NotFoundError: there is none with this id, or it is somebody else's.
    """
    share = require_share(user, share_id)
    _record(Event.SHARE_ENDED, share)
    drop_arriving(share.id, share.owner_id)
    db.session.delete(share)


def end_all_shares(user: User) -> int:
    """End all links of a person; return how many there were. Safe to repeat."""
    # What is on its way by them has no link then, and is not taken in (arrivals.py).
    ended = db.session.scalars(
        delete(Share).where(Share.owner_id == user.id).returning(Share.id)
    ).all()
    if ended:
        record(Event.SHARES_ENDED, user_id=user.id, shares=len(ended))
    return len(ended)


def require_future(expires_at: datetime | None) -> None:
    """Refuse a moment that is over, or so late that it has no year of four digits everywhere.

    Raises:
        ValidationFailedError: it is.
    """
    if expires_at is None:
        return
    if expires_at <= now():
        raise wrong_field("expires_at", "Say a later moment.")
    if expires_at.year >= _TOO_LATE:
        raise wrong_field("expires_at", "Say an earlier moment, or null for no end.")


def _require_room(user: User) -> None:
    db.session.execute(_TAKE_TURN, {"owner": str(user.id)})
    held = db.session.scalar(
        select(func.count()).select_from(Share).where(Share.owner_id == user.id)
    )
    if (held or 0) >= MAX_SHARES:
        raise TooManySharesError


def _make(user: User, options: Options, *, album_id: UUID | None) -> tuple[Share, str]:
    token = new_token()
    share = Share(
        owner_id=user.id, album_id=album_id, token_hash=digest(token), visits=0, **vars(options)
    )
    db.session.add(share)
    db.session.flush()  # its id
    return share, token


def _add_images(user: User, share: Share, ids: Sequence[UUID]) -> None:
    order = (Image.timeline_at.desc(), Image.id.desc())
    db.session.execute(
        insert(ShareImage).from_select(
            ["share_id", "image_id", "position"],
            select(
                literal(share.id, Uuid()), Image.id, func.row_number().over(order_by=order)
            ).where(Image.owned_by(user), Image.id == any_(literal(list(ids), ARRAY(Uuid())))),
        )
    )


def _record(event: Event, share: Share) -> None:
    db.session.flush()
    is_collecting = find_collection(share) is not None
    record(
        event,
        user_id=share.owner_id,
        share=str(share.id),
        shows="album" if share.album_id is not None or is_collecting else "selection",
        with_collecting=is_collecting,
        with_password=share.password_hash is not None,
        with_downloads=share.allow_downloads,
    )
