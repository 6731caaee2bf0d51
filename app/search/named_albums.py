"""Find the albums that `album:` names, and narrow a search to what is in them, or is not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from app.database import db
from app.search.terms import Phrase
from app.search.words import Word


@dataclass(frozen=True, kw_only=True)
class NamedAlbum:
    """Words that follow each other in the title of an album that images are in, or are not."""

    words: tuple[Word, ...]
    is_unwanted: bool


@dataclass(kw_only=True)
class NamedAlbums:
    """What albums that a query names make of it.

    Attributes:
        filters: conditions that each image `i` meets.
        values: of these.
        few: the images of one of them, if these are few enough to be read first; else empty.
    """

    filters: list[str] = field(default_factory=list)
    values: dict[str, list[UUID]] = field(default_factory=dict)
    few: str = ""


class _AlbumSet(NamedTuple):
    """Albums of one of which an image is, and how many entries they have."""

    ids: list[UUID]
    entries: int


def find_named(owner_id: UUID, albums: Sequence[NamedAlbum], *, most: int) -> NamedAlbums:
    """Look up the albums of a person that a query names.

    Args:
        owner_id: whose.
        albums: as it names them.
        most: how many entries are few.
    """
    found = NamedAlbums()
    for number, named in enumerate(albums):
        those = _albums_called(owner_id, Phrase(words=named.words).tsquery(owner_id))
        name = f"in_albums_{number}"
        found.values[name] = those.ids
        condition = (
            "EXISTS (SELECT FROM album_images AS a WHERE a.image_id = i.id"
            f" AND a.album_id = ANY (:{name}))"
        )
        found.filters.append(f"NOT {condition}" if named.is_unwanted else condition)
        if not named.is_unwanted and those.entries <= most:
            found.few = (
                "(SELECT DISTINCT image_id FROM album_images"  # noqa: S608 - a name
                f" WHERE album_id = ANY (:{name}) LIMIT :most)"
            )
    return found


def _albums_called(owner_id: UUID, tsquery: str) -> _AlbumSet:
    """Return a person's albums whose titles have a phrase; none is the answer as well."""
    rows = db.session.execute(
        text(
            "SELECT id, entry_count FROM albums WHERE owner_id = :owner AND deleted_at IS NULL"
            " AND title_words @@ CAST(:words AS tsquery)"
        ),
        {"owner": owner_id, "words": tsquery},
    ).all()
    return _AlbumSet([row.id for row in rows], sum(row.entry_count for row in rows))
