"""Reading pictures: pages by keyset, and the shape in which the API shows them.

Rows are read as rows, not as entities: a page of 100 costs a third of the CPU that way.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select, tuple_

from app.accounts.models import User
from app.clients.signing import SignedUrl
from app.clients.storage import Part
from app.database import db
from app.errors import NotFoundError
from app.images.cursors import make_cursor, parse_cursor
from app.images.failures import failure
from app.images.models import Description, Image, ImageState

AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]
Shown = dict[str, Any]
Reader = Callable[[UUID, Part], SignedUrl]
Film = Callable[[UUID, UUID, str], str]

LISTED = (
    Image.id,
    Image.name,
    Image.byte_size,
    Image.content_type,
    Image.state,
    Image.failure_code,
    Image.width,
    Image.height,
    Image.is_animated,
    Image.thumbhash,
    Image.has_preview,
    Image.timeline_at,
    Image.taken_at,
    Image.taken_offset_minutes,
    Image.taken_hint,
    Image.created_at,
    Image.deleted_at,
    Image.description_state,
    Description.alt_text,
    Description.is_demo,
)

DETAILED = (
    *LISTED,
    Image.sha256,
    Image.receipt_at,
    Image.receipt_by,
    Image.camera_make,
    Image.camera_model,
    Image.lens,
    Image.exposure_time,
    Image.f_number,
    Image.iso,
    Image.focal_length,
    Image.latitude,
    Image.longitude,
    Image.altitude,
    Image.rating,
    Image.caption,
    Image.description_failure,
    Description.source,
    Description.text,
    Description.visible_text,
    Description.tags,
    Description.model,
    Description.created_at.label("described_at"),
)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of pictures as the API shows them, and where the next one begins."""

    images: list[Shown]
    next_cursor: str | None


def timeline_page(user: User, *, reader: Reader, limit: int, cursor: str | None) -> Page:
    """Return the page of a person's timeline that starts after `cursor`, newest first.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    query = _listed(user).where(Image.in_timeline())
    if cursor:
        query = query.where(tuple_(Image.timeline_at, Image.id) < parse_cursor(cursor))
    query = query.order_by(Image.timeline_at.desc(), Image.id.desc()).limit(limit + 1)
    rows = db.session.execute(query).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        images=[show(row, reader=reader) for row in rows[:limit]],
        next_cursor=make_cursor(last.timeline_at, last.id) if last else None,
    )


def deleted_page(user: User, *, reader: Reader, limit: int, cursor: str | None) -> Page:
    """Return a page of Recently deleted, last deleted first.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    query = _listed(user).where(Image.deleted_at.is_not(None))
    if cursor:
        moment, image_id = parse_cursor(cursor)
        place = (moment.replace(tzinfo=UTC), image_id)
        query = query.where(tuple_(Image.deleted_at, Image.id) < place)
    query = query.order_by(Image.deleted_at.desc(), Image.id.desc()).limit(limit + 1)
    rows = db.session.execute(query).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        images=[show(row, reader=reader) for row in rows[:limit]],
        next_cursor=make_cursor(last.deleted_at.astimezone(UTC), last.id) if last else None,
    )


def images_by_id(user: User, ids: list[UUID], *, reader: Reader) -> list[Shown]:
    """Return those of a person's pictures, in any state; unknown ids are left out."""
    rows = db.session.execute(_listed(user).where(Image.id.in_(ids))).all()
    return [show(row, reader=reader) for row in rows]


def image_detail(user: User, image_id: UUID, *, reader: Reader, film: Film) -> Shown:
    """Return one picture with all that is known about it.

    Raises:
        NotFoundError: there is none with this id, or it is somebody else's.
    """
    query = with_descriptions(select(*DETAILED)).where(Image.owned_by(user), Image.id == image_id)
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError
    moves = row.is_animated and row.state == ImageState.READY
    address = film(user.id, row.id, row.content_type) if moves else None
    return {**detail(row, reader=reader), "animation_url": address}


def detail(row: AnyRow, *, reader: Reader) -> Shown:
    """Shape a row as the API's ImageDetail, but for the address of what moves."""
    return {
        **show(row, reader=reader),
        "sha256": row.sha256.hex(),
        "receipt": _receipt(row),
        "camera": _camera(row),
        "location": _location(row),
        "rating": row.rating,
        "caption": row.caption,
        "description": _description(row),
        "description_failure": failure(row.description_failure),
    }


def show(row: AnyRow, *, reader: Reader) -> Shown:
    """Shape a row as the API's ImageOut."""
    thumbnail = reader(row.id, "thumbnail.webp") if row.has_preview else None
    preview = reader(row.id, "preview.webp") if row.has_preview else None
    return {
        "id": row.id,
        "name": row.name,
        "size": row.byte_size,
        "content_type": row.content_type,
        "state": row.state,
        "failure": failure(row.failure_code),
        "width": row.width,
        "height": row.height,
        "is_animated": row.is_animated,
        "thumbhash": base64.b64encode(row.thumbhash).decode() if row.thumbhash else None,
        "timeline_at": row.timeline_at.isoformat(),
        "taken_at": _taken_at(row.taken_at, row.taken_offset_minutes),
        "dated_by": _dated_by(row),
        "created_at": row.created_at,
        "deleted_at": row.deleted_at,
        "alt_text": row.alt_text,
        "description_state": row.description_state,
        "description_demo": bool(row.is_demo),
        "thumbnail_url": thumbnail.url if thumbnail else None,
        "preview_url": preview.url if preview else None,
        "urls_expire_at": thumbnail.expires_at if thumbnail else None,
    }


def _listed(user: User) -> AnySelect:
    return with_descriptions(select(*LISTED)).where(Image.owned_by(user))


def with_descriptions(query: AnySelect) -> AnySelect:
    """Join pictures with the version of their descriptions that people see."""
    return query.select_from(Image).outerjoin(
        Description, Description.id == Image.current_description_id
    )


def _taken_at(taken_at: datetime | None, offset_minutes: int | None) -> str | None:
    if taken_at is None:
        return None
    zone = None if offset_minutes is None else timezone(timedelta(minutes=offset_minutes))
    return taken_at.replace(tzinfo=zone).isoformat(timespec="seconds")


def _dated_by(row: AnyRow) -> str:
    if row.taken_at is not None:
        return "picture"
    return "file" if row.taken_hint == row.timeline_at else "upload"


def _camera(row: AnyRow) -> Shown | None:
    camera = {
        "make": row.camera_make,
        "model": row.camera_model,
        "lens": row.lens,
        "exposure_time": row.exposure_time,
        "f_number": row.f_number,
        "iso": row.iso,
        "focal_length": row.focal_length,
    }
    return camera if any(value is not None for value in camera.values()) else None


def _location(row: AnyRow) -> Shown | None:
    if row.latitude is None or row.longitude is None:
        return None
    return {"latitude": row.latitude, "longitude": row.longitude, "altitude": row.altitude}


def _receipt(row: AnyRow) -> Shown | None:
    if row.receipt_at is None:
        return None
    return {"sha256": row.sha256.hex(), "at": row.receipt_at, "by": row.receipt_by}


def _description(row: AnyRow) -> Shown | None:
    if row.source is None:
        return None
    return {
        "source": row.source,
        "alt_text": row.alt_text,
        "text": row.text,
        "visible_text": row.visible_text,
        "tags": row.tags,
        "model": row.model,
        "demo": row.is_demo,
        "created_at": row.described_at,
    }
