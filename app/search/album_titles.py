"""Find albums by the words of their titles: see [Note: Albums in a search] in find.py."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from app.database import prepared
from app.search.terms import Phrase


class FoundAlbum(NamedTuple):
    """An album, and how many entries it has, those of deleted images included."""

    id: UUID
    entries: int


def albums_with(
    owner_id: object, phrases: Sequence[Phrase], written: Sequence[str]
) -> dict[tuple[bool, ...], list[FoundAlbum]]:
    """Return the person's albums whose titles have some of the words, by which they have."""
    named = [n for n, phrase in enumerate(phrases) if not phrase.part]
    if not named:
        return {}
    having = ", ".join(f"title_words @@ CAST(:words_{n} AS tsquery)" for n in named)
    rows = prepared(
        f"SELECT id, entry_count, {having} FROM albums"  # noqa: S608 - numbers
        " WHERE owner_id = :owner AND deleted_at IS NULL"
        " AND title_words @@ CAST(:either AS tsquery)"
    ).rows(
        {
            "owner": owner_id,
            "either": " | ".join(written[n] for n in named),
            **{f"words_{n}": written[n] for n in named},
        }
    )
    found: dict[tuple[bool, ...], list[FoundAlbum]] = {}
    for album_id, entries, *has in rows:
        whole = [False] * len(phrases)
        for n, each in zip(named, has, strict=True):
            whole[n] = each
        found.setdefault(tuple(whole), []).append(FoundAlbum(album_id, entries))
    return found
