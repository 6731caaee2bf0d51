"""Which rows go into a copy, in which order, and where the next zip goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import tuple_

from app.database import db
from app.exports.facts import beside_of
from app.images.listing import AnyRow, Shown, detailed
from app.images.models import STORED, Image

PICTURES_AT_A_TIME = 100
_ALBUMS = "albums"


@dataclass(frozen=True)
class LastAlbum:
    """All pictures are in zips, and albums up to this one; None: no album yet."""

    id: UUID | None


# [Note: The order of a copy] Pictures are read by their SHA-256, since an index has that order and
# they never change their place in it: by when they were uploaded, each hundred would cost a sort of
# all that a person has. A copy whose first zips were made by the version before goes on by that.
# Albums come after all pictures, by their ids, which never change either.
LastRow = bytes | tuple[datetime, UUID] | LastAlbum


def all_rows(
    user_id: UUID, *, before: datetime, after: LastRow | None
) -> Iterator[tuple[AnyRow, Shown]]:
    """Give all pictures that are left, each with its tags, its guest, and if it was checked."""
    while True:
        rows = _rows(user_id, before=before, after=after)
        beside = beside_of(user_id, [row.id for row in rows])
        for row in rows:
            after = cursor_of(row, like=after)
            yield row, beside[row.id]
        if len(rows) < PICTURES_AT_A_TIME:
            return


def _rows(user_id: UUID, *, before: datetime, after: LastRow | None) -> list[AnyRow]:
    """Return the next pictures; ends the transaction. See [Note: The order of a copy]."""
    query = detailed(Image.crc32).where(*_included(user_id, before=before))
    if isinstance(after, tuple):
        query = query.where(tuple_(Image.created_at, Image.id) > after)
        query = query.order_by(Image.created_at, Image.id)
    else:
        query = query.order_by(Image.sha256)
        if after is not None:
            query = query.where(Image.sha256 > after)
    rows = list(db.session.execute(query.limit(PICTURES_AT_A_TIME)).all())
    db.session.rollback()
    return rows


def _included(user_id: UUID, *, before: datetime) -> tuple[Any, ...]:
    """Everything that is stored, what lies in Recently deleted too."""
    return (Image.owner_id == user_id, Image.state.in_(STORED), Image.created_at <= before)


def cursor_of(row: AnyRow, *, like: LastRow | None) -> LastRow:
    """Return what says that a copy has got as far as this row, of the same kind as `like`."""
    return (row.created_at, row.id) if isinstance(like, tuple) else bytes(row.sha256)


def read_cursor(last: list[str] | None) -> LastRow | None:
    """Read a cursor as `write_cursor` wrote it."""
    if last is None:
        return None
    if last[0] == _ALBUMS:
        return LastAlbum(UUID(last[1]) if last[1] else None)
    if len(last) == 1:
        return bytes.fromhex(last[0])
    return datetime.fromisoformat(last[0]), UUID(last[1])


def write_cursor(last: LastRow | None) -> list[str] | None:
    """Return a cursor as the row of the copy keeps it, in JSON."""
    if last is None:
        return None
    if isinstance(last, LastAlbum):
        return [_ALBUMS, last.id.hex if last.id else ""]
    return [last[0].isoformat(), last[1].hex] if isinstance(last, tuple) else [last.hex()]
