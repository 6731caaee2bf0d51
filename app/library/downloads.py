"""Zips that a browser makes by itself: what they hold, under which names, and where it is read.

[Note: Zips in the browser] The page packs originals as it reads them from the bucket: no byte goes
through the API or the worker. Names are made here, by the rules of exports, since they have to be
safe as a set. Sizes and CRC-32 are told with them, since the page writes both in front of the
bytes: see [Note: Sizes in front] in app/exports/zip_archive.py. docs/decisions/0120 has the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from app.accounts.models import User
from app.accounts.rate_limits.seats import FEW_ROWS, take_read_seat
from app.clients.aws.readers import OriginalReader, PictureUrls
from app.database import db
from app.exports.file_names import ArchiveNames
from app.exports.tags import tags_of
from app.exports.xmp_sidecar import sidecar_of
from app.images.listing import NO_URLS, Shown, detail, detailed
from app.images.models import Image, ImageState
from app.images.pagination import make_cursor, parse_cursor
from app.library.batch_schemas import MAX_BATCH, MatchingImages, PickedImages
from app.library.selection import among, matching, with_folded
from app.stacks.live_photos import moving_parts_of

_CURSOR = "download"


class Entry(NamedTuple):
    """An original that goes into a zip; `moment` is the date of its file, where that is told."""

    id: UUID
    name: str
    size: int
    crc32: int | None
    moment: datetime | None


def has_checked_original() -> ColumnElement[bool]:
    """Return the condition that an original is there whose bytes are the announced ones."""
    is_settled = Image.state.in_((ImageState.READY, ImageState.DAMAGED, ImageState.JOINED))
    return is_settled | ((Image.state == ImageState.PROCESSING) & Image.receipt_at.is_not(None))


def name_entries(entries: Iterable[Entry], *, title: str, next_cursor: str | None = None) -> Shown:
    """Return what a zip holds, as the API's DownloadEntriesOut; its names are safe as a set.

    The names with `.xmp` at their ends are free, for sidecars.
    """
    names = ArchiveNames()
    named = [(entry, names.take("", entry.name)[1:]) for entry in entries]
    return {
        "folder": ArchiveNames().take("", title or "Pictures")[1:],
        "ids": [str(entry.id) for entry, _ in named],
        "names": [name for _, name in named],
        "sizes": [entry.size for entry, _ in named],
        "crc32s": [entry.crc32 for entry, _ in named],
        "dates": [entry.moment and _plain(entry.moment) for entry, _ in named],
        "next_cursor": next_cursor,
    }


def list_entries(
    user: User, images: PickedImages | MatchingImages, *, title: str, cursor: str | None
) -> Shown:
    """Return what a zip of a person's images holds: up to 10,000, the newest first.

    The videos of Live Photos are beside these, at the end.

    What is not there, or has no checked original, is left out.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
        TooManyAtOnceError: several such reads of this person's are under way.
        ValidationFailedError: with what is stacked with them, more than 10,000 are named.
    """
    if isinstance(images, PickedImages):
        take_read_seat(user.id, rows=len(images.ids))
        meant = among(with_folded(user, images.ids) if images.whole_stacks else images.ids)
    else:
        take_read_seat(user.id, rows=FEW_ROWS + 1)
        meant = matching(user, images.match)
    query = select(Image.id, Image.name, Image.byte_size, Image.crc32, Image.timeline_at).where(
        Image.owned_by(user), has_checked_original(), meant
    )
    if cursor is not None:
        query = query.where(tuple_(Image.timeline_at, Image.id) < parse_cursor(_CURSOR, cursor))
    newest_first = query.order_by(Image.timeline_at.desc(), Image.id.desc())
    rows = db.session.execute(newest_first.limit(MAX_BATCH + 1)).all()
    page = [Entry(*row) for row in rows[:MAX_BATCH]]
    has_more = len(rows) > MAX_BATCH
    last = make_cursor(_CURSOR, rows[MAX_BATCH - 1].timeline_at, page[-1].id) if has_more else None
    return name_entries([*page, *_moving_parts(user, page)], title=title, next_cursor=last)


def _moving_parts(user: User, page: Sequence[Entry]) -> list[Entry]:
    """Return the videos of the Live Photos of a page, which are in no list of their own."""
    listed = {each.id for each in page}
    parts = [each for each in moving_parts_of(user.id, list(listed)) if each not in listed]
    rows = db.session.execute(
        select(Image.id, Image.name, Image.byte_size, Image.crc32, Image.timeline_at)
        .where(Image.owned_by(user), has_checked_original(), among(parts))
        .order_by(Image.timeline_at.desc(), Image.id.desc())
    )
    return [Entry(*row) for row in rows] if parts else []


def show_originals(
    user: User, ids: Sequence[UUID], *, reader: OriginalReader, with_sidecars: bool
) -> Shown:
    """Return where originals are read, as the API's DownloadOriginalsOut, and their sidecars."""
    rows = db.session.execute(
        detailed().where(Image.owned_by(user), has_checked_original(), among(ids))
    ).all()
    shown = show_addresses([row.id for row in rows], reader=reader)
    if with_sidecars:
        tags = tags_of(user.id, [row.id for row in rows])
        for row in rows:
            facts = {**detail(row, reader=_no_addresses), "tags": tags.get(row.id, [])}
            if (xmp := sidecar_of(facts)) is not None:
                shown["sidecars"][facts["id"]] = xmp.decode()
    return shown


def show_addresses(ids: Iterable[UUID], *, reader: OriginalReader) -> dict[str, Any]:
    """Return the signed addresses of originals, which the caller knows to be allowed."""
    shared: Mapping[str, str] = {"base": reader.shared.base, "query": reader.shared.query}
    return {
        "addresses": shared,
        "originals": {str(each): reader(each) for each in ids},
        "sidecars": {},
        "urls_expire_at": reader.expires_at,
    }


def _plain(moment: datetime) -> str:
    """The clock on the wall, without a zone: as zips have it."""
    return moment.replace(tzinfo=None, microsecond=0).isoformat()


def _no_addresses(*_: str) -> PictureUrls:
    return NO_URLS
