"""List groups of pictures that look alike: what differs, and which one to keep."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import db
from app.images.album_models import Album, AlbumImage
from app.images.fingerprint_models import FingerprintRow, FingerprintState
from app.images.listing import LISTED, Reader, Shown, show, with_descriptions
from app.images.models import Image
from app.images.pagination import encode_cursor, parse_id_cursor
from app.images.tag_models import ImageTag, Tag
from app.lookalikes.compare import MAX_IN_GROUP

_LIST = "lookalikes"
_MAX_COUNTED = 1_000_000
# Where of the picture itself something is known.
_KNOWN = (
    Image.taken_at,
    Image.taken_offset_minutes,
    Image.camera_make,
    Image.camera_model,
    Image.lens,
    Image.exposure_time,
    Image.f_number,
    Image.iso,
    Image.focal_length,
    Image.latitude,
    Image.altitude,
    Image.rating,
    Image.caption,
)
_AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Groups:
    """A page of groups as the API shows them, and where the next one begins."""

    groups: list[Shown]
    next_cursor: str | None


def list_groups(owner: User | Owner, *, reader: Reader, limit: int, cursor: str | None) -> Groups:
    """Return the page of groups that starts after `cursor`, those found last first.

    A group is shown while two of its pictures are in the library. Of a stack, as of a raw photo and
    its JPEG, only the one is shown that stands for it.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    query = (
        select(FingerprintRow.group_id)
        .join(Image, Image.id == FingerprintRow.image_id)
        .where(FingerprintRow.owned_by(owner), FingerprintRow.group_id.is_not(None))
        .where(_is_shown())
        .group_by(FingerprintRow.group_id)
        .having(func.count() > 1)
        .order_by(FingerprintRow.group_id.desc())
        .limit(limit + 1)
    )
    if cursor:
        query = query.where(FingerprintRow.group_id < parse_id_cursor(_LIST, cursor))
    ids = [group_id for group_id in db.session.scalars(query) if group_id]
    shown = ids[:limit]
    return Groups(
        groups=_show_groups(owner, shown, reader=reader),
        next_cursor=encode_cursor(_LIST, shown[-1].hex) if len(ids) > limit else None,
    )


def count_waiting(owner: User | Owner) -> int:
    """Count a person's pictures that were not compared with the others yet."""
    states = (FingerprintState.MISSING, FingerprintState.NEW)
    counts = [
        select(func.count()).select_from(
            select(FingerprintRow.image_id)
            .where(FingerprintRow.owned_by(owner), FingerprintRow.state == state)
            .limit(_MAX_COUNTED)
            .subquery()
        )
        for state in states
    ]
    return min(_MAX_COUNTED, sum(db.session.scalar(count) or 0 for count in counts))


def _is_shown() -> ColumnElement[bool]:
    return Image.in_library() & ~Image.is_folded


def _show_groups(owner: User | Owner, ids: Sequence[UUID], *, reader: Reader) -> list[Shown]:
    rows = db.session.execute(
        with_descriptions(
            select(
                *LISTED,
                *_KNOWN[1:],
                Image.longitude,
                Image.stored_at,
                Image.current_description_id,
                FingerprintRow.group_id,
            )
        )
        .join(FingerprintRow, FingerprintRow.image_id == Image.id)
        .where(FingerprintRow.owned_by(owner), FingerprintRow.group_id.in_(ids))
        .where(Image.owned_by(owner), _is_shown())
        .limit(MAX_IN_GROUP * len(ids))
    ).all()
    members: defaultdict[UUID, list[_AnyRow]] = defaultdict(list)
    for row in rows:
        members[row.group_id].append(row)
    images = [row.id for row in rows]
    albums, tags = _albums_of(owner, images), _tags_of(owner, images)
    return [
        _show_group(
            group_id, sorted(members[group_id], key=_worth), albums=albums, tags=tags, reader=reader
        )
        for group_id in ids
        if len(members[group_id]) > 1
    ]


def _show_group(
    group_id: UUID,
    rows: Sequence[_AnyRow],
    *,
    albums: dict[UUID, int],
    tags: dict[UUID, int],
    reader: Reader,
) -> Shown:
    return {
        "id": str(group_id),
        "keep": str(rows[0].id),
        "differs": _differs(rows),
        "images": [
            {
                **show(row, reader=reader),
                "location": _location(row),
                "albums": albums.get(row.id, 0),
                "tags": tags.get(row.id, 0),
                "has_description": row.current_description_id is not None,
            }
            for row in rows
        ],
    }


def _worth(row: _AnyRow) -> tuple[Any, ...]:
    """Sort what to keep to the front: most pixels, then oldest, then most known, then bytes."""
    known = sum(getattr(row, column.key) is not None for column in _KNOWN)
    known += row.current_description_id is not None
    taken_at = row.taken_at or datetime.max  # noqa: DTZ901 - wall clocks
    pixels = (row.width or 0) * (row.height or 0)
    return -pixels, taken_at, -known, -row.byte_size, row.created_at, row.id


def _differs(rows: Sequence[_AnyRow]) -> list[str]:
    said = {
        "pixels": {(row.width, row.height) for row in rows},
        "size": {row.byte_size for row in rows},
        "taken_at": {row.taken_at for row in rows},
        "location": {(row.latitude, row.longitude) for row in rows},
        "content_type": {row.content_type for row in rows},
    }
    return [name for name, values in said.items() if len(values) > 1]


def _location(row: _AnyRow) -> Shown | None:
    if row.latitude is None or row.longitude is None:
        return None
    return {"latitude": row.latitude, "longitude": row.longitude, "altitude": row.altitude}


def _albums_of(owner: User | Owner, images: Sequence[UUID]) -> dict[UUID, int]:
    rows = db.session.execute(
        select(AlbumImage.image_id, func.count())
        .join(Album, Album.id == AlbumImage.album_id)
        .where(Album.owned_by(owner), AlbumImage.image_id.in_(images))
        .group_by(AlbumImage.image_id)
    )
    return {image_id: count for image_id, count in rows}  # noqa: C416 - rows are no pairs to mypy


def _tags_of(owner: User | Owner, images: Sequence[UUID]) -> dict[UUID, int]:
    rows = db.session.execute(
        select(ImageTag.image_id, func.count())
        .join(Tag, Tag.id == ImageTag.tag_id)
        .where(Tag.owned_by(owner), ImageTag.image_id.in_(images))
        .group_by(ImageTag.image_id)
    )
    return {image_id: count for image_id, count in rows}  # noqa: C416 - rows are no pairs to mypy
