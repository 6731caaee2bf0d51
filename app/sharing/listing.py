"""Read share links as their owner sees them."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.accounts.models import User
from app.accounts.rate_limits.seats import FEW_ROWS, take_read_seat
from app.accounts.sessions.lookup import Owner
from app.database import db, now
from app.images.album_models import Album
from app.images.collected_models import CollectedImage, CollectedState, ShareCollection
from app.images.listing import AnyRow, AnySelect, Shown
from app.images.models import SHOWN, Image
from app.sharing.models import Share, ShareImage, SharePreview
from app.sharing.review import count_sent

Anybody = User | Owner


def list_shares(owner: Anybody, *, allowed: bool) -> list[Shown]:
    """Return all links of a person as the API's ShareOut, the newest first.

    Raises:
        TooManyAtOnceError: see [Note: Few long reads at once] in seats.py.
    """
    take_read_seat(owner.id, rows=_count_selected(owner) + count_sent(owner, "waiting"))
    rows = db.session.execute(
        _shares(owner).order_by(Share.created_at.desc(), Share.id.desc())
    ).all()
    return [_show(row, allowed=allowed) for row in rows]


def _count_selected(owner: Anybody) -> int:
    """How many images links to selections have in all, as far as it matters."""
    entries = (
        select(ShareImage.image_id)
        .join(Share, Share.id == ShareImage.share_id)
        .where(Share.owner_id == owner.id)
        .limit(FEW_ROWS + 1)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(entries)) or 0


def show_share(owner: Anybody, share_id: UUID, *, allowed: bool) -> Shown:
    """Return a link of a person's, which the caller knows to be there."""
    row = db.session.execute(_shares(owner).where(Share.id == share_id)).one()
    return _show(row, allowed=allowed)


def _shares(owner: Anybody) -> AnySelect:
    counted = (
        select(ShareImage.share_id, func.count().label("images"))
        .join(Image, Image.id == ShareImage.image_id)
        .where(Image.owned_by(owner), Image.in_library())
        .group_by(ShareImage.share_id)
        .subquery()
    )
    waiting = (
        select(CollectedImage.share_id, func.count().label("images"))
        .join(Image, Image.id == CollectedImage.image_id)
        .where(
            CollectedImage.owner_id == owner.id,
            CollectedImage.state == CollectedState.WAITING,
            Image.owned_by(owner),
            Image.state.in_(SHOWN),
        )
        .group_by(CollectedImage.share_id)
        .subquery()
    )
    album_id = func.coalesce(Share.album_id, ShareCollection.album_id)
    query: Any = (
        select(
            Share,
            ShareCollection,
            waiting.c.images.label("waiting"),
            Album.id.label("album_id"),
            Album.title.label("album_title"),
            Album.image_count,
            Album.deleted_at,
            counted.c.images,
            select(SharePreview.share_id)
            .where(SharePreview.share_id == Share.id)
            .exists()
            .label("has_preview"),
        )
        .outerjoin(
            ShareCollection,
            (ShareCollection.share_id == Share.id) & (ShareCollection.owner_id == Share.owner_id),
        )
        .outerjoin(Album, (Album.id == album_id) & (Album.owner_id == Share.owner_id))
        .outerjoin(waiting, waiting.c.share_id == Share.id)
        .outerjoin(counted, counted.c.share_id == Share.id)
        .where(Share.owner_id == owner.id)
    )
    found: AnySelect = query
    return found


def _show(row: AnyRow, *, allowed: bool) -> Shown:
    share: Share = row.Share
    state = "open"
    if not allowed:
        state = "forbidden"
    elif share.expires_at is not None and share.expires_at <= now():
        state = "expired"
    elif row.deleted_at is not None:
        state = "album_deleted"
    return {
        "id": str(share.id),
        "kind": "selection" if row.album_id is None else "album",
        "album_id": row.album_id and str(row.album_id),
        "album_title": row.album_title,
        "state": state,
        "count": (row.images if row.album_id is None else row.image_count) or 0,
        "name": share.name,
        "title": share.title,
        "note": share.note,
        "has_password": share.password_hash is not None,
        "expires_at": share.expires_at,
        "allow_downloads": share.allow_downloads,
        "without_metadata": share.without_metadata,
        "show_dates": share.show_dates,
        "show_descriptions": share.show_descriptions,
        "show_names": share.show_names,
        "collect": _show_collection(row),
        "has_preview": row.has_preview,
        "created_at": share.created_at,
        "visits": share.visits,
        "last_visit_at": share.last_visit_at,
    }


def _show_collection(row: AnyRow) -> Shown | None:
    bounds: ShareCollection | None = row.ShareCollection
    if bounds is None:
        return None
    return {
        "review": bounds.is_reviewed,
        "show_pictures": row.Share.album_id is not None,
        "max_pictures": bounds.max_pictures,
        "max_bytes": bounds.max_bytes,
        "taken_pictures": bounds.taken_pictures,
        "taken_bytes": bounds.taken_bytes,
        "waiting": row.waiting or 0,
    }
