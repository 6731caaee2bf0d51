"""What visitors see of a share: its images in columns, what is in view, and one image.

Each query names the link's owner as well as the link, and takes images that are in the library and
have a preview: visitors see that, or nothing. Cursors name an image and no date, since a visitor
may read them.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from app.accounts.rate_limits.limiter import take_if_left
from app.accounts.rate_limits.policies import MOTIONS_OF_SHARE
from app.accounts.rate_limits.seats import FEW_ROWS, take_read_seat
from app.clients.aws.image_store import PREVIEWS
from app.clients.aws.presigned_urls import UserAccess
from app.clients.aws.readers import Reader
from app.database import Prepared
from app.errors import InvalidCursorError, NotFoundError
from app.http.dependencies import dependencies
from app.images.album_models import AlbumOrder
from app.images.hidden_name import hidden_name
from app.images.listing import Shown, days_of
from app.images.pagination import encode_cursor, parse_id_cursor
from app.images.shown_title import PLAYS, READ_OUT, SHOWN_TITLE
from app.library.downloads import Entry, name_entries
from app.settings import PICTURE_TYPES
from app.sharing.visits import OpenShare
from app.timeline.buckets import MAX_BUCKET

_CURSOR = "shared"
# A page is read by an index, but past all that has no preview, which is little of most albums; and
# a hundred visitors may come at once.
LARGE_ALBUM = 20_000
_DESCRIBED = "LEFT JOIN descriptions ON descriptions.id = images.current_description_id"


class _Queries(NamedTuple):
    """What is asked of shares of one kind and order."""

    first_page: Prepared
    next_page: Prepared
    anchor: Prepared
    total: Prepared
    in_view: Prepared
    one: Prepared
    originals: Prepared


class Original(NamedTuple):
    """The original of an image that visitors may save."""

    name: str
    content_type: str


def _queries(table: str, *, of: str, place: str, is_down: bool = False) -> _Queries:
    """Build the queries; all that is put together here are constants.

    Args:
        table: which images a share shows.
        of: its column that names the share or its album.
        place: its columns by which images are ordered; the last of them decides.
        is_down: whether the greatest comes first.
    """
    # What is in the library has a date in its albums too, by which an index has it.
    only = "AND entries.shown_at IS NOT NULL" if table == "album_images" else ""

    def shown(more: str = "") -> str:
        return f"""
FROM {table} AS entries JOIN images ON images.id = entries.image_id {more}
WHERE entries.{of} = :of {only} AND images.owner_id = :owner AND images.has_preview
  AND images.deleted_at IS NULL AND images.state IN ('processing', 'ready', 'damaged')"""

    columns = "images.id::text, images.timeline_at, width, height, is_animated"
    page = f"SELECT {columns} {shown()}"
    by = ", ".join(f"{column} {'DESC' if is_down else 'ASC'}" for column in place.split(", "))
    last = f"ORDER BY {by} LIMIT {MAX_BUCKET + 1}"
    anchor = f"SELECT {place} {shown()} AND entries.image_id = :last"
    behind = f"({place}) {'<' if is_down else '>'} ({anchor})"
    described = shown(_DESCRIBED)
    return _Queries(
        first_page=Prepared(text(f"{page} {last}")),
        next_page=Prepared(text(f"{page} AND {behind} {last}")),
        anchor=Prepared(text(anchor)),
        total=Prepared(text(f"SELECT count(*) {shown()}")),
        in_view=Prepared(
            text(
                f"SELECT images.id::text, preview_format, thumbhash, {READ_OUT}"
                f" {described} AND images.id = ANY (CAST(:ids AS uuid[]))"
            )
        ),
        one=Prepared(
            text(
                "SELECT width, height, name, images.timeline_at, descriptions.alt_text,"
                f" descriptions.text, {SHOWN_TITLE}, content_type,"
                f" {PLAYS} {described}"
                " AND images.id = :image"
            )
        ),
        originals=Prepared(
            text(
                "SELECT images.id, name, byte_size, crc32, images.timeline_at, content_type"
                f" {shown()} AND images.id = ANY (CAST(:ids AS uuid[]))"
            )
        ),
    )


_BY_DATE = "entries.shown_at, entries.image_id"
_OF_ALBUM: Mapping[AlbumOrder, _Queries] = {
    AlbumOrder.NEWEST: _queries("album_images", of="album_id", place=_BY_DATE, is_down=True),
    AlbumOrder.OLDEST: _queries("album_images", of="album_id", place=_BY_DATE),
    AlbumOrder.MANUAL: _queries(
        "album_images", of="album_id", place="entries.position, entries.image_id"
    ),
}
_OF_SELECTION = _queries("share_images", of="share_id", place="entries.position, entries.image_id")


def show_shared(share: OpenShare) -> Shown:
    """Return what visitors are told of a share, as the API's SharedOut.

    Of a large album, the images are counted too that have no preview yet, since all are counted at
    each visit. A selection is not large.
    """
    count = share.album_images
    if count is None or count <= FEW_ROWS:
        (count,) = _asked(share).total.rows(_values(share))[0]
    return {
        "title": share.title,
        "note": share.note,
        "count": count,
        "expires_at": share.expires_at,
        "allow_downloads": share.allow_downloads,
        "allow_zips": _gives_whole_originals(share),
        "show_dates": share.show_dates,
        "show_descriptions": share.show_descriptions,
        "show_names": share.show_names,
        "collects": _show_collecting(share),
    }


def _show_collecting(share: OpenShare) -> Shown | None:
    if share.collects_into is None:
        return None
    return {
        "is_full": bool(share.is_full),
        "is_reviewed": bool(share.is_reviewed),
        "shows_others": share.album_id is not None,
        "max_bytes": dependencies().settings.max_upload_bytes,
        "content_types": [each for each in PICTURE_TYPES if not each.startswith("video/")],
    }


def read_shared(share: OpenShare, *, cursor: str | None) -> Shown:
    """Return a page of a share, in its order, as the API's SharedImagesOut.

    Raises:
        InvalidCursorError: the cursor is not one of ours, or what it names is shown no more.
        TooManyAtOnceError: of a large album, which is read past all that has no preview.
    """
    if (share.album_entries or 0) > LARGE_ALBUM:
        take_read_seat(share.id, rows=LARGE_ALBUM)
    asked, values = _asked(share), _values(share)
    if cursor is None:
        rows = asked.first_page.rows(values)
    else:
        values["last"] = str(parse_id_cursor(_CURSOR, cursor))
        if not asked.anchor.rows(values):
            raise InvalidCursorError
        rows = asked.next_page.rows(values)
    page = rows[:MAX_BUCKET]
    more = len(rows) > MAX_BUCKET
    return {
        "next_cursor": encode_cursor(_CURSOR, UUID(page[-1][0]).hex) if more else None,
        "ids": [row[0] for row in page],
        "ratios": [round(row[2] / row[3], 3) if row[2] and row[3] else 1 for row in page],
        "animated": [place for place, row in enumerate(page) if row[4]],
        "days": days_of([row[1] for row in page]) if share.show_dates else [],
    }


def show_shared_in_view(
    share: OpenShare, ids: Sequence[UUID], *, reader: Reader, shared: Mapping[str, str]
) -> Shown:
    """Return what images in view need beyond their page, as the API's SharedInViewOut.

    Args:
        share: the link.
        ids: of which images; what it does not show is left out, whatever it is.
        reader: signs relative addresses.
        shared: what those are completed with.
    """
    values = _values(share) | {"ids": [str(each) for each in ids]}
    thumbnails, previews, thumbhashes, alt_texts = {}, {}, {}, {}
    for image_id, preview_format, thumbhash, alt_text in _asked(share).in_view.rows(values):
        thumbnail, preview, _ = reader(image_id.replace("-", ""), PREVIEWS[preview_format])
        thumbnails[image_id], previews[image_id] = thumbnail, preview
        thumbhashes[image_id] = b64encode(thumbhash).decode() if thumbhash else None
        if alt_text and share.show_descriptions:
            alt_texts[image_id] = alt_text
    return {
        "addresses": shared,
        "thumbnails": thumbnails,
        "previews": previews,
        "thumbhashes": thumbhashes,
        "alt_texts": alt_texts,
        "urls_expire_at": reader.expires_at,
    }


def show_shared_image(share: OpenShare, image_id: UUID, *, access: UserAccess) -> Shown:
    """Return one image of a share, as the API's SharedImageOut.

    Its moving part is part of its original, and may say where it was taken: it is played where
    that may be saved as it is. So is a video.

    Raises:
        NotFoundError: the share does not show it.
    """
    found = _one(share, image_id)
    width, height, name, moment, alt_text, description, title, kind, plays, part_id = found
    motion_url = None
    if plays and _gives_whole_originals(share):
        motion_url = access.visitor_motion(
            share.id,
            share.owner_id,
            image_id,
            until=share.expires_at,
            moving_part_id=part_id,
            may_begin=partial(take_if_left, MOTIONS_OF_SHARE, of=str(share.id)),
        )
    return {
        "id": str(image_id),
        "width": width,
        "height": height,
        "name": name if share.show_names else None,
        "date": moment.date().isoformat() if share.show_dates else None,
        "title": title if share.show_descriptions else None,
        "alt_text": (alt_text or None) if share.show_descriptions else None,
        "description": (description or None) if share.show_descriptions else None,
        "is_video": kind.startswith("video/"),
        "motion_url": motion_url,
    }


def shows(share: OpenShare, image_id: UUID) -> bool:
    """Whether a link shows an image now."""
    return bool(_rows_of(share, image_id))


def find_shared_original(share: OpenShare, image_id: UUID) -> Original:
    """Return what is needed to save the original of an image.

    Raises:
        NotFoundError: the share does not show the image, or allows no downloads.
    """
    _, _, name, _, _, _, _, content_type, *_ = _one(share, image_id)
    if not share.allow_downloads:
        raise NotFoundError
    shown = name if share.show_names else hidden_name(image_id, content_type)
    return Original(name=shown, content_type=content_type)


def list_shared_entries(share: OpenShare, ids: Sequence[UUID]) -> Shown:
    """Return what a zip of these images holds, as the API's DownloadEntriesOut, in their order.

    What the share does not show is left out, whatever it is.

    Raises:
        NotFoundError: the share allows no downloads.
        TooManyAtOnceError: several such reads by this link are under way.
    """
    if not _gives_whole_originals(share):
        raise NotFoundError
    take_read_seat(share.id, rows=len(ids))
    rows = {row[0]: row for row in _originals(share, ids)}
    entries = [
        Entry(
            id=image_id,
            name=name if share.show_names else hidden_name(image_id, content_type),
            size=size,
            crc32=crc32,
            moment=moment if share.show_dates else None,
        )
        for image_id, name, size, crc32, moment, content_type in (
            rows[each] for each in dict.fromkeys(ids) if each in rows
        )
    ]
    return name_entries(entries, title=share.title)


def require_shared_originals(share: OpenShare, ids: Sequence[UUID]) -> list[UUID]:
    """Return those of these images that a share shows, whose originals may be saved.

    They are in the order in which they were asked for: where STS takes fewer, the first are had.

    Raises:
        NotFoundError: the share allows no downloads, or shows none of them.
    """
    shown = {row[0] for row in _originals(share, ids)}
    found = [each for each in dict.fromkeys(ids) if each in shown]
    if not _gives_whole_originals(share) or not found:
        raise NotFoundError
    return found


def _gives_whole_originals(share: OpenShare) -> bool:
    """Whether originals are had as they are, and by tens: not where metadata is removed."""
    return share.allow_downloads and not share.without_metadata


def _originals(share: OpenShare, ids: Sequence[UUID]) -> Sequence[tuple[Any, ...]]:
    return _asked(share).originals.rows(_values(share) | {"ids": [str(each) for each in ids]})


def _asked(share: OpenShare) -> _Queries:
    return _OF_SELECTION if share.order is None else _OF_ALBUM[share.order]


def _values(share: OpenShare) -> dict[str, object]:
    return {"of": str(share.album_id or share.id), "owner": str(share.owner_id)}


def _one(share: OpenShare, image_id: UUID) -> tuple[Any, ...]:
    rows = _rows_of(share, image_id)
    if not rows:
        raise NotFoundError
    return rows[0]


def _rows_of(share: OpenShare, image_id: UUID) -> Sequence[tuple[Any, ...]]:
    return _asked(share).one.rows(_values(share) | {"image": str(image_id)})
