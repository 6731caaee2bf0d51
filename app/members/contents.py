"""Which images an account sees through an album that is shared with it: pages, in view, and one.

See [Note: One way in] in access.py. An image is its owner's entry of the album, or a member's
contribution: of the one the album's owner is asked about, of the other the member by whose
membership it was added, who has to be in the album still. Cursors name an image and no date, since
members may not be let read those.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import text

from app.accounts.rate_limits.limiter import take_if_left
from app.accounts.rate_limits.policies import MOTIONS_OF_MEMBER
from app.accounts.rate_limits.seats import take_read_seat
from app.clients.aws.image_store import PREVIEWS
from app.clients.aws.presigned_urls import UserAccess
from app.database import Prepared
from app.errors import InvalidCursorError, NotFoundError
from app.gazetteer.columns import countries
from app.images.album_models import AlbumOrder
from app.images.hidden_name import hidden_name
from app.images.listing import Shown, days_of
from app.images.pagination import encode_cursor, parse_id_cursor
from app.images.shown_title import PLAYS, READ_OUT, SHOWN_TITLE
from app.members.access import Anybody, OpenAlbum
from app.timeline.buckets import MAX_BUCKET

_CURSOR = "members"
_MEMBERS = UUID("6f1d0c52-3f0a-4c6e-9a55-6d3c1f6b7a10")
# A page is read by an index, but past all that has no preview.
LARGE_ALBUM = 20_000
IS_SHOWN = """images.has_preview AND images.deleted_at IS NULL
  AND images.state IN ('processing', 'ready', 'damaged')"""
# What its owner put into it.
_OWN = f"""
FROM album_images AS entries
JOIN images ON images.id = entries.image_id AND images.owner_id = :owner AND {IS_SHOWN}
{{more}}
WHERE entries.album_id = :album AND entries.shown_at IS NOT NULL
"""
# What members added, who are in it.
_ADDED = f"""
FROM album_contributions AS entries
JOIN album_members AS givers ON givers.id = entries.membership_id
  AND givers.album_id = entries.album_id AND givers.owner_id = :owner
  AND givers.accepted_at IS NOT NULL
JOIN users AS people ON people.id = givers.member_id AND people.disabled_at IS NULL
JOIN images ON images.id = entries.image_id AND images.owner_id = givers.member_id AND {IS_SHOWN}
{{more}}
WHERE entries.album_id = :album
"""
DESCRIBED = "LEFT JOIN descriptions ON descriptions.id = images.current_description_id"
_LISTED = "images.id::text AS id, images.timeline_at AS at, width, height, is_animated"
_SHOWS = ("show_dates", "show_descriptions", "show_names", "show_places", "allow_originals")
# Nothing more of an image is shown than both its album and what was agreed when it was added let.
_LETS = {
    "own": ", ".join(f"true AS {each}" for each in _SHOWS),
    "added": ", ".join(f"entries.{each}" for each in _SHOWS),
}


class _Queries(NamedTuple):
    """What is asked of albums of one order."""

    first_page: Prepared
    next_page: Prepared
    anchor: Prepared


def _both(own: str, added: str, more: str = "", end: str = "") -> str:
    return (
        f"(SELECT {own} {_OWN.format(more=more)} {end}) UNION ALL"
        f" (SELECT {added} {_ADDED.format(more=more)} {end})"
    )


def _queries(own: str, added: str, kinds: str, *, is_down: bool = False) -> _Queries:
    """Build the queries; all that is put together here are constants.

    Args:
        own: the columns by which the owner's images are ordered; the last of them decides.
        added: the same of what members added.
        kinds: their types.
        is_down: whether the greatest comes first.
    """
    places = [f"p{number}" for number in range(len(kinds.split()))]

    def named(columns: str) -> str:
        pairs = zip(columns.split(", "), places, strict=True)
        return ", ".join(f"{column} AS {place}" for column, place in pairs)

    by = ", ".join(f"{place} {'DESC' if is_down else 'ASC'}" for place in places)
    last = f"ORDER BY {by} LIMIT {MAX_BUCKET + 1}"
    sign = "<" if is_down else ">"
    behind = ", ".join(
        f"CAST(:{place} AS {kind})" for place, kind in zip(places, kinds.split(), strict=True)
    )

    def page(condition: str = "") -> Prepared:
        parts = [
            f"(SELECT {_LISTED}, {dated} AS is_dated, {named(columns)} {table.format(more='')}"
            f" {condition.format(columns)} {last})"
            for columns, dated, table in (
                (own, "true", _OWN),
                (added, "entries.show_dates", _ADDED),
            )
        ]
        return Prepared(text(f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS every {last}"))  # noqa: S608

    return _Queries(
        first_page=page(),
        next_page=page(f"AND ({{}}) {sign} ({behind})"),
        anchor=Prepared(
            text(_both(named(own), named(added), end="AND entries.image_id = CAST(:last AS uuid)"))
        ),
    )


_AT, _HAND = "timestamp uuid", "integer bigint uuid"
# One whose date is not shown stands where it was added: between two dates it would have theirs.
_ADDED_AT = (
    "CASE WHEN entries.show_dates THEN images.timeline_at"
    " ELSE entries.added_at AT TIME ZONE 'UTC' END"
)
_OWN_DATE, _ADDED_DATE = (
    "entries.shown_at, entries.image_id",
    f"{_ADDED_AT}, entries.image_id",
)
_ORDERS: Mapping[AlbumOrder, _Queries] = {
    AlbumOrder.NEWEST: _queries(_OWN_DATE, _ADDED_DATE, _AT, is_down=True),
    AlbumOrder.OLDEST: _queries(_OWN_DATE, _ADDED_DATE, _AT),
    # By their owner's hand, then what was added, by date.
    AlbumOrder.MANUAL: _queries(
        "0, entries.position, entries.image_id",
        f"1, extract(epoch FROM {_ADDED_AT})::bigint, entries.image_id",
        _HAND,
    ),
}
_ADDED_COUNT = Prepared(text(f"SELECT count(*) {_ADDED.format(more='')}"))
VIEWED = f"images.id::text, images.owner_id, preview_format, thumbhash, {READ_OUT}"
_IN_VIEW = Prepared(
    text(
        _both(
            f"{VIEWED}, true",
            f"{VIEWED}, entries.show_descriptions",
            more=DESCRIBED,
            end="AND images.id = ANY (CAST(:ids AS uuid[]))",
        )
    )
)
DETAILS = """images.owner_id, width, height, name, images.timeline_at, descriptions.alt_text,
  descriptions.text, {title}, content_type, byte_size, sha256, preview_format,
  {plays}, {place}"""
# Names of a place that was corrected, and not named yet, are those of another.
DETAILS = DETAILS.format(
    plays=PLAYS,
    title=SHOWN_TITLE,
    place=", ".join(
        f"CASE WHEN (images.latitude, images.longitude) IS NOT DISTINCT FROM"
        f" (images.place_latitude, images.place_longitude) THEN images.{column} END"
        for column in ("town", "region", "country_code")
    ),
)
_ONE = Prepared(
    text(
        _both(
            f"{DETAILS}, NULL AS email, {_LETS['own']}",
            f"{DETAILS}, givers.email, {_LETS['added']}",
            more=DESCRIBED,
            end="AND images.id = CAST(:image AS uuid)",
        )
    )
)


@dataclass(frozen=True)
class SeenImage:
    """An image of another's that somebody sees, in the order of the columns above.

    What may be known of it is what its album shows and what was agreed when it was added; or what
    the owner of a library shows of it.
    """

    owner_id: UUID
    width: int | None
    height: int | None
    name: str
    timeline_at: datetime
    alt_text: str | None
    text: str | None
    title: str | None
    content_type: str
    byte_size: int
    sha256: bytes
    preview_format: str
    plays: bool
    moving_part_id: UUID | None
    town: str | None
    region: str | None
    country_code: str | None
    added_by: str | None  # its owner's address; None: of the album's
    show_dates: bool
    show_descriptions: bool
    show_names: bool
    show_places: bool
    allow_originals: bool

    @property
    def place(self) -> str | None:
        """Where it was taken, by the name of the town, or of what is known."""
        if self.country_code is None:
            return None
        country = countries().get(self.country_code, self.country_code)
        return ", ".join(part for part in (self.town or self.region, country) if part)


def count_images(album: OpenAlbum) -> int:
    """How many images are in it: its owner's by the kept number, and what members added."""
    ((added,),) = _ADDED_COUNT.rows(_values(album))
    return album.image_count + int(added)


def read_images(account: Anybody, album: OpenAlbum, *, cursor: str | None) -> Shown:
    """Return a page of an album, in its order, as the API's SharedImagesOut.

    Raises:
        InvalidCursorError: the cursor is not one of ours, or what it names is not shown any more.
        TooManyAtOnceError: of a large album, which is read past all that has no preview.
    """
    if album.entry_count > LARGE_ALBUM:
        take_read_seat(account.id, rows=LARGE_ALBUM)
    asked, values = _ORDERS[album.order], _values(album)
    if cursor is None:
        rows = asked.first_page.rows(values)
    else:
        anchor = asked.anchor.rows(values | {"last": str(parse_id_cursor(_CURSOR, cursor))})
        if not anchor:
            raise InvalidCursorError
        places = {f"p{number}": _as_text(value) for number, value in enumerate(anchor[0])}
        rows = asked.next_page.rows(values | places)
    page = rows[:MAX_BUCKET]
    more = len(rows) > MAX_BUCKET
    # Beside the days of its neighbours, a picture without one would have theirs.
    has_days = album.show_dates and all(row[5] for row in page)
    return {
        "next_cursor": encode_cursor(_CURSOR, UUID(page[-1][0]).hex) if more else None,
        "ids": [row[0] for row in page],
        "ratios": [round(row[2] / row[3], 3) if row[2] and row[3] else 1 for row in page],
        "animated": [place for place, row in enumerate(page) if row[4]],
        "days": days_of([row[1] for row in page]) if has_days else [],
    }


def show_in_view(album: OpenAlbum, ids: Sequence[UUID], *, access: UserAccess) -> Shown:
    """Return what images in view need beyond their page, as the API's MemberInViewOut.

    Args:
        album: the album.
        ids: of which images; what is not seen through it is left out, whatever it is.
        access: what signs addresses, for each owner of images by a session of its own.
    """
    rows = _IN_VIEW.rows(_values(album) | {"ids": [str(each) for each in ids]})
    return show_rows_in_view(
        [(*row[:-1], row[-1] and album.show_descriptions) for row in rows], access=access
    )


def show_rows_in_view(rows: Sequence[tuple[Any, ...]], *, access: UserAccess) -> Shown:
    """Shape rows of VIEWED, and whether their words are shown, as the API's MemberInViewOut.

    Args:
        rows: of images that whoever asks may see.
        access: what signs addresses, for each owner of images by a session of its own.
    """
    thumbhashes, alt_texts = {}, {}
    of: dict[UUID, list[tuple[str, str]]] = {}
    for image_id, owner_id, preview_format, thumbhash, alt_text, lets in rows:
        of.setdefault(owner_id, []).append((image_id, preview_format))
        thumbhashes[image_id] = b64encode(thumbhash).decode() if thumbhash else None
        if alt_text and lets:
            alt_texts[image_id] = alt_text
    parts = []
    expire_at = None
    for owner_id, images in of.items():
        reader = access.visitor_reader(session_of(owner_id), owner_id, until=None)
        thumbnails, previews = {}, {}
        for image_id, preview_format in images:
            thumbnail, preview, _ = reader(image_id.replace("-", ""), PREVIEWS[preview_format])
            thumbnails[image_id], previews[image_id] = thumbnail, preview
        shared = {"base": reader.shared.base, "query": reader.shared.query}
        parts.append({"addresses": shared, "thumbnails": thumbnails, "previews": previews})
        expire_at = min(expire_at or reader.expires_at, reader.expires_at)
    return {
        "parts": parts,
        "thumbhashes": thumbhashes,
        "alt_texts": alt_texts,
        "urls_expire_at": expire_at,
    }


def see_image(album: OpenAlbum, image_id: UUID) -> SeenImage:
    """Return one image that is seen through an album, with what may be known of it.

    Raises:
        NotFoundError: it is not.
    """
    rows = _ONE.rows(_values(album) | {"image": str(image_id)})
    if not rows:
        raise NotFoundError
    seen = SeenImage(*rows[0])
    return replace(
        seen,
        added_by=seen.added_by or album.owner_email,
        **{each: getattr(album, each) and getattr(seen, each) for each in _SHOWS},
    )


def show_image(account: Anybody, seen: SeenImage, image_id: UUID, *, access: UserAccess) -> Shown:
    """Return one image with what may be known of it, as the API's MemberImageOut.

    Its moving part is part of its original: it is played where that may be saved.
    """
    motion_url = None
    if seen.plays and seen.allow_originals:
        session = session_of(seen.owner_id)
        motion_url = access.visitor_motion(
            session,
            seen.owner_id,
            image_id,
            until=None,
            moving_part_id=seen.moving_part_id,
            may_begin=partial(take_if_left, MOTIONS_OF_MEMBER, of=str(account.id)),
        )
    return {
        "id": str(image_id),
        "width": seen.width,
        "height": seen.height,
        "name": seen.name if seen.show_names else None,
        "date": seen.timeline_at.date().isoformat() if seen.show_dates else None,
        "title": seen.title if seen.show_descriptions else None,
        "alt_text": (seen.alt_text or None) if seen.show_descriptions else None,
        "description": (seen.text or None) if seen.show_descriptions else None,
        "place": seen.place if seen.show_places else None,
        "added_by": seen.added_by,
        "is_mine": seen.owner_id == account.id,
        "has_original": seen.allow_originals,
        "is_video": seen.content_type.startswith("video/"),
        "motion_url": motion_url,
    }


def sign_original(seen: SeenImage, image_id: UUID, *, access: UserAccess) -> Shown:
    """Return an address that saves the original of an image, as the API's SharedOriginalOut.

    Raises:
        NotFoundError: its original is not to be had.
    """
    if not seen.allow_originals:
        raise NotFoundError
    hidden = hidden_name(image_id, seen.content_type)
    signed = access.visitor_download(
        session_of(seen.owner_id),
        seen.owner_id,
        image_id,
        name=seen.name if seen.show_names else hidden,
        content_type=seen.content_type,
        until=None,
    )
    return {"url": signed.url, "expires_at": signed.expires_at}


def session_of(owner_id: UUID) -> UUID:
    """Name the session that signs below one owner's prefix, for all who see pictures of theirs.

    Its policy names the owner and no album, and its credentials never leave the API. One for each
    membership would let one account's albums push everybody else's sessions out of a process.
    """
    return uuid5(_MEMBERS, owner_id.hex)


def _values(album: OpenAlbum) -> dict[str, object]:
    return {"album": str(album.id), "owner": str(album.owner_id)}


def _as_text(value: Any) -> Any:  # noqa: ANN401 - a moment, a number or an id
    return value if isinstance(value, int) else str(value)
