"""The timeline by buckets: images for each month, and the layout data of a bucket.

A bucket is a month, or a day of a crowded month. Counts are read from `timeline_months`, which a
trigger maintains ([Note: Counted at the commit]). A bucket is sent as columns instead of objects,
and without what only visible images need (docs/decisions/0071-timeline-buckets.md).
"""

import re
from base64 import b64encode
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, Uuid, any_, case, cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.clients.aws.image_store import PREVIEWS
from app.database import Prepared, given
from app.errors import NotFoundError
from app.images.counted_models import Storage
from app.images.listing import Reader
from app.images.models import Description, Image, ImageState, View
from app.images.pagination import make_cursor, parse_cursor
from app.timeline.models import TimelineMonth

Shown = dict[str, Any]
Anybody = User | Owner

# A bucket of as many is 50 KB, and 10 ms of CPU.
MAX_BUCKET = 2_000
# Goes into the version of answers: raise it when their shape changes.
_SHAPE = 3
_KEY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?", re.ASCII)
_CURSOR = "bucket"

_LAST_CHANGE = Prepared(select(Storage.last_change).where(Storage.user_id == given("owner")))
_MONTHS = Prepared(
    select(
        TimelineMonth.month,
        TimelineMonth.count,
        case((TimelineMonth.count > MAX_BUCKET, TimelineMonth.days)),
    )
    .where(
        TimelineMonth.owner_id == given("owner"),
        TimelineMonth.view == given("view"),
        TimelineMonth.count > 0,
    )
    .order_by(TimelineMonth.month.desc())
)
# What `show_columns` takes of each image.
COLUMNS = (
    cast(Image.id, Text),
    Image.timeline_at,
    Image.width,
    Image.height,
    Image.state,
    Image.is_animated,
    Image.favourite,
    Image.archived_at.is_not(None),
)
_IMAGES = (
    select(*COLUMNS, Image.stack_size)
    .where(
        Image.owner_id == given("owner"),
        Image.timeline_at.between(given("first", DateTime()), given("last", DateTime())),
    )
    .order_by(Image.timeline_at.desc(), Image.id.desc())
    .limit(given("limit", Integer()))
)
_BEHIND = tuple_(Image.timeline_at, Image.id) < tuple_(
    given("moment", DateTime()), given("image", Uuid())
)
_FIRST_PAGES = {view: Prepared(_IMAGES.where(Image.in_view(view))) for view in View}
_NEXT_PAGES = {view: Prepared(_IMAGES.where(Image.in_view(view), _BEHIND)) for view in View}
_IN_VIEW = Prepared(
    select(
        cast(Image.id, Text),
        Image.has_preview,
        Image.preview_format,
        Image.thumbhash,
        func.coalesce(func.nullif(Description.alt_text, ""), Image.shown_title()),
    )
    .select_from(Image)
    .outerjoin(Description, Description.id == Image.current_description_id)
    .where(Image.owner_id == given("owner"), Image.id == any_(given("ids", ARRAY(Uuid()))))
)


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A month or a day of the timeline.

    Args:
        key: as it was asked for: `2024-07`, or `2024-07-31`.
        first: its first moment, a wall clock.
        last: its last one, to the microsecond.
    """

    key: str
    first: datetime
    last: datetime


def bucket_of(key: str) -> Bucket:
    """Return the bucket that a key names.

    Raises:
        NotFoundError: it names no month and no day.
    """
    found = _KEY.fullmatch(key)
    if found is None:
        raise NotFoundError
    year, month, day = (int(part or 0) for part in found.groups())
    try:
        first = date(year, month, 1 if found[3] is None else day)
        last = first if found[3] else first.replace(day=monthrange(first.year, first.month)[1])
    except ValueError as error:
        raise NotFoundError from error
    return Bucket(
        key=key, first=datetime.combine(first, time.min), last=datetime.combine(last, time.max)
    )


def version_of(owner: Anybody) -> str:
    """Name the state of a person's images: ask before what is tagged with it is read."""
    rows = _LAST_CHANGE.rows({"owner": str(owner.id)})
    return f"{_SHAPE}-{rows[0][0] if rows else 0}"


def count_buckets(owner: Anybody, view: View) -> Shown:
    """Return the buckets of a person's view, newest first, as the API's TimelineOut."""
    return show_months(_MONTHS.rows({"owner": str(owner.id), "view": view.value}))


def show_months(rows: Sequence[tuple[Any, ...]]) -> Shown:
    """Return the buckets of counted months, in their order, as the API's TimelineOut.

    Args:
        rows: month, count, and the counts of its days where it is told by days.
    """
    buckets: list[Shown] = []
    for month, count, days in rows:
        name = month.isoformat()[:7]
        if days is None:
            if count:
                buckets.append({"key": name, "count": count})
        else:
            buckets += [
                {"key": f"{name}-{day:02}", "count": days[day - 1]}
                for day in range(len(days), 0, -1)
                if days[day - 1]
            ]
    return {"count": sum(row[1] for row in rows), "buckets": buckets}


def by_months(days: Sequence[tuple[date, int]]) -> Shown:
    """Return the buckets of counted days, in their order, as the API's TimelineOut."""
    buckets: list[Shown] = []
    for month, same in groupby(days, key=lambda day: day[0].isoformat()[:7]):
        of_month = list(same)
        count = sum(count for _, count in of_month)
        if count <= MAX_BUCKET:
            buckets.append({"key": month, "count": count})
        else:
            buckets += [{"key": day.isoformat(), "count": count} for day, count in of_month]
    return {"count": sum(count for _, count in days), "buckets": buckets}


def read_bucket(owner: Anybody, view: View, bucket: Bucket, *, cursor: str | None) -> Shown:
    """Return what is in a bucket of a view, newest first, as the API's BucketOut.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    values: dict[str, object] = {
        "owner": str(owner.id),
        "first": bucket.first,
        "last": bucket.last,
        "limit": MAX_BUCKET + 1,
    }
    if cursor:
        moment, image = parse_cursor(_CURSOR, cursor)
        rows = _NEXT_PAGES[view].rows({**values, "moment": moment, "image": str(image)})
    else:
        rows = _FIRST_PAGES[view].rows(values)
    page = rows[:MAX_BUCKET]
    next_cursor = None
    if len(rows) > MAX_BUCKET:
        next_cursor = make_cursor(_CURSOR, page[-1][1], UUID(page[-1][0]))
    shown = show_columns(page)
    if view is View.TIMELINE:  # elsewhere each image of a stack is there for itself
        shown["stacks"] = {str(place): row[-1] for place, row in enumerate(page) if row[-1]}
    return {"key": bucket.key, "next_cursor": next_cursor, **shown}


def show_columns(page: Sequence[tuple[Any, ...]]) -> Shown:
    """Shape rows of COLUMNS as the API's ColumnsOut, in their order."""
    moments: list[datetime] = [row[1] for row in page]
    return {
        "days": [
            {"date": date.fromordinal(day).isoformat(), "count": sum(1 for _ in same)}
            for day, same in groupby(moment.toordinal() for moment in moments)
        ],
        "ids": [row[0] for row in page],
        "ratios": [round(row[2] / row[3], 3) if row[2] and row[3] else 1 for row in page],
        "minutes": [moment.hour * 60 + moment.minute for moment in moments],
        "states": {
            str(place): row[4] for place, row in enumerate(page) if row[4] != ImageState.READY
        },
        "animated": [place for place, row in enumerate(page) if row[5]],
        "favourites": [place for place, row in enumerate(page) if row[6]],
        "archived": [place for place, row in enumerate(page) if row[7]],
        "stacks": {},
    }


def show_in_view(
    owner: Anybody, ids: list[UUID], *, reader: Reader, shared: Mapping[str, str]
) -> Shown:
    """Return what images in view need beyond their bucket, as the API's InViewOut.

    Args:
        owner: whose images; others, and what is not there, are left out.
        ids: which, in whatever state.
        reader: signs relative addresses.
        shared: what those are completed with.
    """
    rows = _IN_VIEW.rows({"owner": str(owner.id), "ids": [str(each) for each in ids]})
    thumbnails: dict[str, str | None] = {}
    previews: dict[str, str | None] = {}
    expire_at = None
    for image_id, has_preview, preview_format, _, _ in rows:
        thumbnails[image_id] = previews[image_id] = None
        if has_preview:
            thumbnails[image_id], previews[image_id], expire_at = reader(
                image_id.replace("-", ""), PREVIEWS[preview_format]
            )
    return {
        "addresses": shared,
        "thumbnails": thumbnails,
        "previews": previews,
        "thumbhashes": {row[0]: b64encode(row[3]).decode() if row[3] else None for row in rows},
        "alt_texts": {row[0]: row[4] for row in rows if row[4]},
        "urls_expire_at": expire_at,
    }
