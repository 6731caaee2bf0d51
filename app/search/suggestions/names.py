"""Suggest a person's own tags and albums by words of their names."""

from uuid import UUID

from sqlalchemy import text

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Prepared
from app.search.suggestions.typed import MAX_TYPED_WORDS, Suggestion, SuggestionKind, Typed


def _named(*, endings: int, table: str, name: str, words: str, order: str) -> Prepared:
    ways = [f"{words} @@ CAST(:ending_{n} AS tsquery)" for n in range(endings)]
    longest = " ".join(f"WHEN {way} THEN {n}" for n, way in reversed(list(enumerate(ways))))
    return Prepared(
        text(
            f"SELECT {name}, image_count, CASE {longest} END AS ending FROM {table}"  # noqa: S608 - constants
            f" WHERE owner_id = :owner AND deleted_at IS NULL AND ({' OR '.join(ways)})"
            f" ORDER BY ending DESC, {order} LIMIT :most"
        )
    )


# By how many endings there are: each is compared with each name.
_TAGS = [
    _named(endings=n + 1, table="tags", name="path", words="words", order="image_count DESC, key")
    for n in range(MAX_TYPED_WORDS)
]
_ALBUMS = [
    _named(
        endings=n + 1,
        table="albums",
        name="title",
        words="title_words",
        order="image_count > 0 DESC, changed_at DESC",
    )
    for n in range(MAX_TYPED_WORDS)
]


def suggest_tags(owner: User | Owner, typed: Typed, *, limit: int) -> list[Suggestion]:
    """Suggest tags, those of the most images first. A person has 5,000 at most."""
    return _suggest(owner.id, typed, SuggestionKind.TAG, limit=limit)


def suggest_albums(owner: User | Owner, typed: Typed, *, limit: int) -> list[Suggestion]:
    """Suggest albums, those changed last first. A person has 10,000 at most."""
    return _suggest(owner.id, typed, SuggestionKind.ALBUM, limit=limit)


def _suggest(owner_id: UUID, typed: Typed, kind: SuggestionKind, *, limit: int) -> list[Suggestion]:
    values: dict[str, object] = {"owner": str(owner_id), "most": limit}
    for n, ending in enumerate(typed.endings):
        values[f"ending_{n}"] = ending.tsquery(owner_id)
    queries = _TAGS if kind is SuggestionKind.TAG else _ALBUMS
    rows = queries[len(typed.endings) - 1].rows(values)
    return [
        Suggestion(
            kind=kind,
            label=name,
            q=typed.with_operator(typed.endings[ending], kind, name),
            count=count,
        )
        for name, count, ending in rows
    ]
