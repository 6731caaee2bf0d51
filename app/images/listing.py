"""List images by keyset pages, and shape them for the API.

Rows are read as tuples and not as entities, by queries that are compiled once. A page of 100 costs
a quarter of the CPU that way (docs/decisions/0027-lists.md).
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Text,
    Uuid,
    any_,
    cast,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.clients.aws.image_store import MOTION, PREVIEWS, Part
from app.clients.aws.readers import PictureUrls
from app.database import Prepared, db, given
from app.errors import NotFoundError
from app.gazetteer.columns import countries
from app.gazetteer.zones import time_zone_of
from app.images.album_models import BY_TITLE, Album, AlbumImage
from app.images.collected_models import in_trash
from app.images.correction_models import Correction
from app.images.failure_messages import failure
from app.images.models import STORED, Description, Image, ImageState, View
from app.images.pagination import make_cursor, parse_cursor
from app.images.tag_models import ImageTag, Tag

AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]
Shown = dict[str, Any]
Anybody = User | Owner
Reader = Callable[[str, Part], PictureUrls]
SignAnimation = Callable[[UUID, UUID, str], str]
SignMotion = Callable[[UUID, UUID, Part], str]

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
    Image.has_moving_part().label("has_motion"),
    Image.motion_milliseconds,
    Image.thumbhash,
    Image.has_preview,
    Image.preview_format,
    Image.timeline_at,
    Image.taken_at,
    Image.taken_offset_minutes,
    Image.taken_hint,
    Image.created_at,
    Image.deleted_at,
    Image.favourite,
    Image.archived_at,
    Image.stack_id,
    Image.stack_size,
    Image.is_folded,
    Image.description_state,
    Description.alt_text,
    Description.is_demo,
    Image.shown_title().label("shown_title"),
)

NO_URLS = PictureUrls(thumbnail=None, preview=None, expire_at=None)

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
    Image.country_code,
    Image.region,
    Image.town,
    Image.place_is_named().label("place_is_named"),
    Image.moving_part_id,
    Image.rating,
    Image.caption,
    Image.title,
    Image.file_title,
    Image.stack_reason,
    Correction.has_taken,
    Correction.has_rating,
    Correction.has_location,
    Correction.file_taken_at,
    Correction.file_taken_offset_minutes,
    Correction.file_rating,
    Correction.file_latitude,
    Correction.file_longitude,
    Correction.file_altitude,
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


class _Pages:
    """The queries of one list: its first page, and a page that starts behind a picture."""

    def __init__(
        self, name: str, shown: ColumnElement[bool], *, by: InstrumentedAttribute[Any]
    ) -> None:
        self.name = name
        self._moment = LISTED.index(by)
        query = _listed().where(shown).order_by(by.desc(), Image.id.desc())
        self.first = Prepared(query.limit(given("limit", Integer())))
        place = tuple_(given("moment", by.type), given("last", Image.id.type))
        self.behind = Prepared(
            query.where(tuple_(by, Image.id) < place).limit(given("limit", Integer()))
        )

    def cursor(self, row: Sequence[Any]) -> str:
        """Name the place behind a row."""
        moment: datetime = row[self._moment]
        plain = moment.astimezone(UTC) if moment.tzinfo else moment
        return make_cursor(self.name, plain, UUID(row[0]))


def _listed() -> AnySelect:
    # The id as text, as it is shown: a UUID would be made of each and taken apart again.
    listed = select(cast(Image.id, Text), *LISTED[1:])
    return with_descriptions(listed).where(Image.owner_id == given("owner"))


def with_descriptions(query: AnySelect) -> AnySelect:
    """Join pictures with the version of their descriptions that people see."""
    return query.select_from(Image).outerjoin(
        Description, Description.id == Image.current_description_id
    )


_VIEWS = {view: _Pages(view, Image.in_view(view), by=Image.timeline_at) for view in View}
# The timeline with each image of a stack for itself.
_OPEN = _Pages("open", Image.is_unarchived(), by=Image.timeline_at)
_DELETED = _Pages("deleted", in_trash() & (Image.state != ImageState.JOINED), by=Image.deleted_at)
_BY_ID = Prepared(_listed().where(Image.id == any_(given("ids", ARRAY(Uuid())))))


def view_page(
    owner: Anybody, view: View, *, is_open: bool, reader: Reader, limit: int, cursor: str | None
) -> Page:
    """Return the page of a person's view that starts after `cursor`, newest first.

    Args:
        owner: whose.
        view: which.
        is_open: whether the timeline has each image of a stack, and not its cover alone.
        reader: signs addresses.
        limit: how many.
        cursor: of the page before.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    pages = _OPEN if is_open and view is View.TIMELINE else _VIEWS[view]
    behind = parse_cursor(pages.name, cursor) if cursor else None
    return _page(pages, owner, reader=reader, limit=limit, behind=behind)


def deleted_page(owner: Anybody, *, reader: Reader, limit: int, cursor: str | None) -> Page:
    """Return a page of Recently deleted, last deleted first.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    behind = None
    if cursor:
        moment, image_id = parse_cursor(_DELETED.name, cursor)
        behind = moment.replace(tzinfo=UTC), image_id
    return _page(_DELETED, owner, reader=reader, limit=limit, behind=behind)


def _page(
    pages: _Pages,
    owner: Anybody,
    *,
    reader: Reader,
    limit: int,
    behind: tuple[datetime, UUID] | None,
) -> Page:
    values: dict[str, object] = {"owner": str(owner.id), "limit": limit + 1}
    if behind:
        moment, last = behind
        rows = pages.behind.rows({**values, "moment": moment, "last": str(last)})
    else:
        rows = pages.first.rows(values)
    shown = [show(row, reader=reader) for row in rows[:limit]]
    return Page(
        images=shown, next_cursor=pages.cursor(rows[limit - 1]) if len(rows) > limit else None
    )


def images_by_id(owner: Anybody, ids: list[UUID], *, reader: Reader) -> list[Shown]:
    """Return those of a person's pictures, in any state; unknown ids are left out."""
    rows = _BY_ID.rows({"owner": str(owner.id), "ids": [str(each) for each in ids]})
    return [show(row, reader=reader) for row in rows]


def detailed(*more: ColumnElement[Any] | InstrumentedAttribute[Any]) -> AnySelect:
    """Return the query of all that is known about pictures, and of more of their columns."""
    query = with_descriptions(select(*DETAILED, *more))
    return query.outerjoin(Correction, Correction.image_id == Image.id)


def image_detail(
    owner: Anybody,
    image_id: UUID,
    *,
    reader: Reader,
    sign_animation: SignAnimation,
    sign_motion: SignMotion,
) -> Shown:
    """Return one picture with all that is known about it.

    Raises:
        NotFoundError: there is none with this id, or it is somebody else's.
    """
    query = detailed().where(Image.owned_by(owner), Image.id == image_id)
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError
    moves = row.is_animated and row.state == ImageState.READY
    address = sign_animation(owner.id, row.id, row.content_type) if moves else None
    return {
        **detail(row, reader=reader),
        "albums": _albums_of(owner, image_id),
        "tags": _tags_of(owner, image_id),
        "animation_url": address,
        **_addresses_of_motion(owner.id, row, sign=sign_motion),
    }


def _addresses_of_motion(owner_id: UUID, row: AnyRow, *, sign: SignMotion) -> Shown:
    """Sign for what plays: a still's moving part, wherever that is, or a video."""
    is_kept = row.state in STORED
    is_video = row.content_type.startswith("video/") and is_kept
    part = row.moving_part_id
    motion = None
    if row.has_motion:
        motion = sign(owner_id, part or row.id, "original" if part else MOTION)
    return {
        "motion_url": motion,
        "video_url": sign(owner_id, row.id, "original") if is_video else None,
    }


def _albums_of(owner: Anybody, image_id: UUID) -> list[Shown]:
    rows = db.session.execute(
        select(Album.id, Album.title)
        .join(AlbumImage, AlbumImage.album_id == Album.id)
        .where(Album.owned_by(owner), AlbumImage.image_id == image_id)
        .order_by(*BY_TITLE)
    )
    return [{"id": str(row.id), "title": row.title} for row in rows]


def _tags_of(owner: Anybody, image_id: UUID) -> list[Shown]:
    rows = db.session.execute(
        select(Tag.id, Tag.path)
        .join(ImageTag, ImageTag.tag_id == Tag.id)
        .where(Tag.owned_by(owner), ImageTag.image_id == image_id)
        .order_by(Tag.key)
    )
    return [{"id": str(row.id), "path": row.path} for row in rows]


def detail(row: AnyRow, *, reader: Reader) -> Shown:
    """Shape a row as the API's ImageDetail, without albums, tags and the address of what moves."""
    return {
        **show(row, reader=reader),
        "sha256": row.sha256.hex(),
        "receipt": _receipt(row),
        "camera": _camera(row),
        "location": _location(row.latitude, row.longitude, row.altitude),
        "place": _place(row),
        "time_zone_guess": _time_zone_guess(row),
        "rating": row.rating,
        "corrected": _corrected(row),
        "file": _file_says(row),
        "caption": row.caption,
        "moving_part_id": str(row.moving_part_id) if row.moving_part_id else None,
        "stack_reason": row.stack_reason,
        "description": _description(row),
        "description_failure": failure(row.description_failure),
    }


def show(row: Sequence[Any], *, reader: Reader) -> Shown:
    """Shape a row, which begins with the columns of LISTED, as the API's ImageOut."""
    (
        image_id, name, byte_size, content_type, state, failure_code, width, height, is_animated,
        has_motion, milliseconds, thumbhash, has_preview, preview_format, timeline_at, taken_at,
        taken_offset_minutes, taken_hint, created_at, deleted_at, favourite, archived_at,
        stack_id, stack_size, is_folded, description_state, alt_text, is_demo, title,
    ) = row[: len(LISTED)]  # fmt: skip
    text = str(image_id)
    thumbnail, preview, expire_at = NO_URLS
    if has_preview:
        thumbnail, preview, expire_at = reader(text.replace("-", ""), PREVIEWS[preview_format])
    dated_by = "upload"
    if taken_at is not None:
        dated_by = "picture"
    elif taken_hint == timeline_at:
        dated_by = "file"
    return {
        "id": text,
        "name": name,
        "title": title,
        "size": byte_size,
        "content_type": content_type,
        "state": state,
        "failure": failure(failure_code),
        "width": width,
        "height": height,
        "is_animated": is_animated,
        "has_motion": bool(has_motion),
        "motion_milliseconds": milliseconds,
        "thumbhash": b64encode(thumbhash).decode() if thumbhash else None,
        "timeline_at": timeline_at.isoformat(),
        "taken_at": _taken_at(taken_at, taken_offset_minutes),
        "dated_by": dated_by,
        "created_at": created_at,
        "deleted_at": deleted_at,
        "favourite": favourite,
        "archived_at": archived_at,
        "stack_id": str(stack_id) if stack_id else None,
        "stack_size": stack_size,
        "is_folded": is_folded,
        "alt_text": alt_text,
        "description_state": description_state,
        "description_demo": bool(is_demo),
        "thumbnail_url": thumbnail,
        "preview_url": preview,
        "urls_expire_at": expire_at,
    }


def _taken_at(taken_at: datetime | None, offset_minutes: int | None) -> str | None:
    if taken_at is None:
        return None
    zone = None if offset_minutes is None else _zone(offset_minutes)
    return taken_at.replace(tzinfo=zone).isoformat(timespec="seconds")


@cache
def _zone(offset_minutes: int) -> timezone:
    return timezone(timedelta(minutes=offset_minutes))


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


def _location(
    latitude: float | None, longitude: float | None, altitude: float | None
) -> Shown | None:
    if latitude is None or longitude is None:
        return None
    return {"latitude": latitude, "longitude": longitude, "altitude": altitude}


def _place(row: AnyRow) -> Shown | None:
    if row.country_code is None or not row.place_is_named:
        return None
    return {
        "country_code": row.country_code,
        "country": countries().get(row.country_code, row.country_code),
        "region": row.region,
        "town": row.town,
    }


def _time_zone_guess(row: AnyRow) -> str | None:
    is_needed = row.taken_at is not None and row.taken_offset_minutes is None
    if not is_needed or row.country_code is None or not row.place_is_named:
        return None
    return time_zone_of(row.country_code, row.region, row.town)


_CORRECTABLE = ("taken", "rating", "location")


def _corrected(row: AnyRow) -> list[str]:
    corrected = [name for name in _CORRECTABLE if getattr(row, f"has_{name}")]
    return corrected if row.title is None else [*corrected, "title"]


def _file_says(row: AnyRow) -> Shown:
    said = _corrections_of(row)
    said["title"] = row.file_title
    return said


def _corrections_of(row: AnyRow) -> Shown:
    if row.has_taken is None:  # nobody has corrected anything
        return {
            "taken_at": _taken_at(row.taken_at, row.taken_offset_minutes),
            "rating": row.rating,
            "location": _location(row.latitude, row.longitude, row.altitude),
        }
    return {
        "taken_at": _taken_at(row.file_taken_at, row.file_taken_offset_minutes),
        "rating": row.file_rating,
        "location": _location(row.file_latitude, row.file_longitude, row.file_altitude),
    }


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


def days_of(moments: Iterable[datetime]) -> list[Shown]:
    """Return how many images in a row are of one day, by the clocks of the images."""
    return [
        {"date": day.isoformat(), "count": sum(1 for _ in same)}
        for day, same in groupby(moment.date() for moment in moments)
    ]
