"""Find the albums that `album:` names, and narrow a search to what is in them, or is not."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from app.database import db
from app.search.words import Word


@dataclass(frozen=True, kw_only=True)
class NamedAlbum:
    """Words that follow each other in the title of an album that images are in, or are not."""

    words: tuple[Word, ...]
    is_unwanted: bool


class AlbumSet(NamedTuple):
    """Albums of one of which an image is, and how many entries they have."""

    ids: list[UUID]
    entries: int


def albums_called(owner_id: UUID, tsquery: str) -> AlbumSet:
    """Return a person's albums whose titles have a phrase; none is the answer as well."""
    rows = db.session.execute(
        text(
            "SELECT id, entry_count FROM albums WHERE owner_id = :owner AND deleted_at IS NULL"
            " AND title_words @@ CAST(:words AS tsquery)"
        ),
        {"owner": owner_id, "words": tsquery},
    ).all()
    return AlbumSet([row.id for row in rows], sum(row.entry_count for row in rows))


def is_in_one_of(name: str) -> str:
    """Write the condition that an image is in one of the albums that a value names."""
    return (
        "EXISTS (SELECT FROM album_images AS a WHERE a.image_id = i.id"
        f" AND a.album_id = ANY (:{name}))"
    )


def entries_of(name: str) -> str:
    """Write the images of the albums that a value names."""
    return (
        f"(SELECT DISTINCT image_id FROM album_images WHERE album_id = ANY (:{name}) LIMIT :most)"  # noqa: S608 - a name
    )
