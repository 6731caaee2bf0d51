"""Find the person's own tags that a query names, by its words and by `tag:`.

[Note: Tags in a search] An image matches if its own texts have all words, or if tags that it was
given have those that its texts lack. Tags are looked up first: their words are in their rows, and a
person has 5,000 at most. Where more images have them than are sorted, the library is walked: see
[Note: Two ways to a page].
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import prepared
from app.images.tag_models import key_of
from app.search.query import Chip, ChipKind, Query
from app.search.words import words_of

# Words of a query that tags may have in place of an image's texts; of more, texts must have them.
MAX_TAGGED_WORDS = 4


class _Tag(NamedTuple):
    id: UUID
    path: str
    image_count: int


@dataclass(frozen=True, kw_only=True)
class TagSet:
    """Tags of which an image has one, and how many images have them; some are counted twice."""

    ids: list[UUID]
    images: int

    @classmethod
    def of(cls, rows: Iterable[_Tag]) -> "TagSet":
        """Make one of rows of tags."""
        rows = list(rows)
        # A tag counts those below it, too, which may be there by themselves.
        return cls(ids=[row.id for row in rows], images=sum(row.image_count for row in rows))


@dataclass(frozen=True, kw_only=True)
class OwnTags:
    """What of a query a person's tags answer.

    Attributes:
        by_phrase: by the numbers of the wanted phrases, the tags whose paths have them.
        named: for each `tag:`, the tags that are called so, and those below them.
        unwanted: whose images are left out.
        chips: where tags are called by their whole names or paths.
    """

    by_phrase: dict[int, TagSet] = field(default_factory=dict)
    named: list[TagSet] = field(default_factory=list)
    unwanted: list[UUID] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)

    def groups(self) -> list[tuple[int, ...]]:
        """Return which phrases tags may have in place of texts, together: see the note above."""
        numbers = sorted(self.by_phrase)[:MAX_TAGGED_WORDS]
        return [
            chosen for size in range(len(numbers), 0, -1) for chosen in combinations(numbers, size)
        ]


def find_own_tags(owner: User | Owner, query: Query) -> OwnTags:
    """Look up the tags of a person that a query names."""
    wanted = [n for n, phrase in enumerate(query.wanted) if not phrase.part]
    unwanted = [phrase for phrase in query.unwanted if not phrase.part]
    values: dict[str, object] = {"owner": owner.id}
    conditions: list[str] = []
    for phrase in (*(query.wanted[n] for n in wanted), *unwanted):
        name = f"words_{len(conditions)}"
        values[name] = phrase.positive().tsquery(owner.id)
        conditions.append(f"words @@ CAST(:{name} AS tsquery)")
    for named in query.tags:
        name = f"named_{len(conditions)}"
        values[name] = f"/{key_of(named.path)}/"
        conditions.append(f"strpos('/' || key || '/', :{name}) > 0")
    if not conditions:
        return OwnTags()
    columns = ", ".join(conditions)
    rows = prepared(
        f"SELECT id, path, image_count, {columns} FROM tags"  # noqa: S608 - numbers
        f" WHERE owner_id = :owner AND deleted_at IS NULL AND ({' OR '.join(conditions)})"
    ).rows(values)

    def those(number: int) -> list[_Tag]:
        return [_Tag(*row[:3]) for row in rows if row[3 + number]]

    first_unwanted, first_named = len(wanted), len(wanted) + len(unwanted)
    excluded = [row.id for n in range(first_unwanted, first_named) for row in those(n)]
    named_sets: list[TagSet] = []
    for number, named in enumerate(query.tags, start=first_named):
        if named.is_unwanted:
            excluded += [row.id for row in those(number)]
        else:
            named_sets.append(TagSet.of(those(number)))
    return OwnTags(
        by_phrase={n: TagSet.of(those(at)) for at, n in enumerate(wanted) if those(at)},
        named=named_sets,
        unwanted=excluded,
        chips=_chips(query.plain, [row.path for n in range(len(wanted)) for row in those(n)]),
    )


def has_one_of(name: str, *, image: str) -> str:
    """Write the condition that an image has one of the tags that a value names."""
    return (
        f"EXISTS (SELECT FROM image_tags AS g WHERE g.image_id = {image}"
        f" AND g.tag_id = ANY (:{name}))"
    )


def _chips(plain: str, paths: Sequence[str]) -> list[Chip]:
    """Return where tags are called by their whole names or paths, the longest first."""
    typed = list(words_of(plain))
    texts = [word.text for word in typed]
    names = {
        tuple(word.text for word in words_of(name))
        for path in paths
        for name in (path, path.rpartition("/")[2])
    }
    taken: set[int] = set()
    chips: list[Chip] = []
    for name in sorted(names - {()}, key=len, reverse=True):
        for at in range(len(texts) - len(name) + 1):
            places = range(at, at + len(name))
            start, end = typed[at].start, typed[places[-1]].end
            is_unwanted = plain[max(0, start - 1) : start] == "-"
            if tuple(texts[at : at + len(name)]) != name or is_unwanted or taken & set(places):
                continue
            taken |= set(places)
            chips.append(Chip(kind=ChipKind.TAG, start=start, end=end))
    return chips
