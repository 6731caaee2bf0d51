"""Read one album, or pages of albums, as the API shows them."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, select, tuple_

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.clients.aws.image_store import PREVIEWS
from app.database import db
from app.errors import InvalidCursorError, NotFoundError
from app.images.album_models import BY_TITLE, Album
from app.images.listing import NO_URLS, AnyRow, AnySelect, Reader, Shown
from app.images.models import Image
from app.images.pagination import decode_cursor, encode_cursor, make_cursor, parse_cursor

Anybody = User | Owner
_CHANGED = "albums"
_TITLE = "albums-by-title"


@dataclass(frozen=True, kw_only=True)
class AlbumsPage:
    """A page of albums as the API shows them, and where the next one begins."""

    albums: list[Shown]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class _Sorting:
    """An order of albums, and how a place in it is named and found again."""

    by: tuple[Any, ...]
    cursor: Callable[[AnyRow], str]
    behind: Callable[[str], ColumnElement[bool]]


def albums_page(
    owner: Anybody, *, sort: str, reader: Reader, limit: int, cursor: str | None
) -> AlbumsPage:
    """Return the page of a person's albums that starts after `cursor`.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    sorting = _SORTINGS[sort]
    query = _albums(owner).order_by(*sorting.by).limit(limit + 1)
    if cursor:
        query = query.where(sorting.behind(cursor))
    rows = db.session.execute(query).all()
    return AlbumsPage(
        albums=[_show(row, reader=reader) for row in rows[:limit]],
        next_cursor=sorting.cursor(rows[limit - 1]) if len(rows) > limit else None,
    )


def show_album(owner: Anybody, album_id: UUID, *, reader: Reader) -> Shown:
    """Return an album as the API shows it.

    Raises:
        NotFoundError: there is none with this id, it is deleted, or it is somebody else's.
    """
    row = db.session.execute(_albums(owner).where(Album.id == album_id)).one_or_none()
    if row is None:
        raise NotFoundError
    return _show(row, reader=reader)


def _albums(owner: Anybody) -> AnySelect:
    is_cover = and_(Image.id == Album.shown_cover_id, Image.owner_id == Album.owner_id)
    return (
        select(
            Album.id,
            Album.title,
            Album.description,
            Album.sort,
            Album.image_count,
            Album.first_at,
            Album.last_at,
            Album.cover_id,
            Album.created_at,
            Album.changed_at,
            Album.shown_cover_id,
            Image.thumbhash,
            Image.has_preview,
            Image.preview_format,
        )
        .select_from(Album)
        .outerjoin(Image, is_cover)
        .where(Album.owned_by(owner))
    )


def _show(row: AnyRow, *, reader: Reader) -> Shown:
    cover, expire_at = None, None
    if row.shown_cover_id is not None:
        thumbnail, _, expire_at = NO_URLS
        if row.has_preview:
            thumbnail, _, expire_at = reader(row.shown_cover_id.hex, PREVIEWS[row.preview_format])
        cover = {
            "image_id": str(row.shown_cover_id),
            "thumbhash": b64encode(row.thumbhash).decode() if row.thumbhash else None,
            "thumbnail_url": thumbnail,
        }
    return {
        "id": str(row.id),
        "title": row.title,
        "description": row.description,
        "order": row.sort,
        "count": row.image_count,
        "first_at": row.first_at and row.first_at.isoformat(),
        "last_at": row.last_at and row.last_at.isoformat(),
        "cover": cover,
        "cover_id": row.cover_id and str(row.cover_id),
        "created_at": row.created_at,
        "changed_at": row.changed_at,
        "urls_expire_at": expire_at,
    }


def _changed_cursor(row: AnyRow) -> str:
    return make_cursor(_CHANGED, row.changed_at.astimezone(UTC), row.id)


def _behind_changed(cursor: str) -> ColumnElement[bool]:
    moment, album_id = parse_cursor(_CHANGED, cursor)
    place: tuple[datetime, UUID] = moment.replace(tzinfo=UTC), album_id
    return tuple_(Album.changed_at, Album.id) < place


def _title_cursor(row: AnyRow) -> str:
    return encode_cursor(_TITLE, row.title.encode().hex(), row.id.hex)


def _behind_title(cursor: str) -> ColumnElement[bool]:
    try:
        title, album_id = decode_cursor(_TITLE, cursor)
        words, place = bytes.fromhex(title).decode(), UUID(album_id)
    except ValueError as error:
        raise InvalidCursorError from error
    if "\0" in words:  # PostgreSQL's text cannot hold it
        raise InvalidCursorError
    return tuple_(*BY_TITLE) > tuple_(func.lower(literal(words)), literal(place))


_SORTINGS: Mapping[str, _Sorting] = {
    "changed": _Sorting(
        by=(Album.changed_at.desc(), Album.id.desc()),
        cursor=_changed_cursor,
        behind=_behind_changed,
    ),
    "title": _Sorting(by=BY_TITLE, cursor=_title_cursor, behind=_behind_title),
}
