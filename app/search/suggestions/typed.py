"""Which part of a query is being typed, and the query once a suggestion stands in its place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.search.query import CURLY
from app.search.terms import Phrase
from app.search.words import Word, words_of

# The last words of a query that together may be the beginning of one name ("new york ci").
MAX_TYPED_WORDS = 4
_OPERATOR = re.compile(
    r"(?<!\S)(?P<minus>-?)(?P<name>tag|album|camera|lens|place|is|type):"
    r"(?:\"(?P<said>[^\"]*)|(?P<value>[^\s\"]*))$",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\S+")


class SuggestionKind(StrEnum):
    """What a suggestion is."""

    TYPE = "type"
    DATE = "date"
    TAG = "tag"
    ALBUM = "album"
    PLACE = "place"
    CAMERA = "camera"
    LENS = "lens"
    WORD = "word"


# An operator, and the suggestions that may follow it.
_OF_OPERATOR = {
    "is": SuggestionKind.TYPE,
    "type": SuggestionKind.TYPE,
    **{each: SuggestionKind(each) for each in ("tag", "album", "camera", "lens", "place")},
}


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """What a query may go on with.

    Attributes:
        kind: of what.
        label: as people read it.
        q: the whole query with it.
        detail: what tells it from others of its name; may be empty.
        count: how many images it has; None: not counted.
    """

    kind: SuggestionKind
    label: str
    q: str
    detail: str = ""
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The last words of a query; the last of them may go on."""

    start: int  # code points of the query before it
    words: tuple[Word, ...]

    @property
    def texts(self) -> list[str]:
        """Return the folded words."""
        return [word.text for word in self.words]

    def tsquery(self, owner_id: UUID, *, part: str = "") -> str:
        """Write it for PostgreSQL, for terms of one person."""
        return Phrase(words=self.words, is_begun=True, part=part).tsquery(owner_id)

    def begins(self, name: Sequence[str]) -> bool:
        """Whether the folded words of a name have these in a row, the last one begun."""
        *whole, begun = self.texts
        return any(
            list(name[at : at + len(whole)]) == whole and name[at + len(whole)].startswith(begun)
            for at in range(len(name) - len(whole))
        )


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A query whose end is being typed.

    Attributes:
        q: the query.
        endings: its last word, its last two, and so on; never empty.
        minus: "-" where what is typed is to be left out.
        only: the kind that its operator asks for; None: any.
    """

    q: str
    endings: list[Ending]
    minus: str = ""
    only: SuggestionKind | None = None

    def asks_for(self, *kinds: SuggestionKind) -> bool:
        """Whether suggestions of one of these kinds may follow."""
        return self.only is None or self.only in kinds

    def longest(self, name: str) -> Ending | None:
        """Return the most of the last words with which a name, or a later word of it, begins."""
        return self.longest_of([word.text for word in words_of(name)])

    def longest_of(self, folded: Sequence[str]) -> Ending | None:
        """Do the same for the folded words of a name."""
        return next((each for each in reversed(self.endings) if each.begins(folded)), None)

    def with_operator(self, ending: Ending, operator: str, value: str) -> str:
        """Return the query with `operator:value` in place of an ending."""
        plain = value.replace('"', " ").strip()
        is_quoted = not re.fullmatch(r"\S+", plain)
        return self.with_text(
            ending, f'{operator}:"{plain}"' if is_quoted else f"{operator}:{plain}"
        )

    def with_text(self, ending: Ending, text: str) -> str:
        """Return the query with a text in place of an ending, and a blank to go on behind."""
        start = ending.start
        negated = "-" + text if self.minus else text
        # Two that say "not" say nothing.
        return self.q[:start] + negated.removeprefix("--") + " "


def parse_typed(q: str) -> Typed | None:
    """Find what is being typed at the end of a query; None: nothing is, or nothing to complete."""
    q = q.translate(CURLY)
    if operator := _OPERATOR.search(q):
        said = operator["said"] if operator["said"] is not None else operator["value"]
        words = tuple(words_of(said))[:MAX_TYPED_WORDS]
        ending = Ending(start=operator.start(), words=words)
        only = _OF_OPERATOR[operator["name"].lower()]
        return Typed(q=q, endings=[ending], minus=operator["minus"], only=only) if words else None
    if not q[-1:].strip() or q.count('"') % 2:
        return None
    endings: list[Ending] = []
    minus = ""
    tokens = list(_TOKEN.finditer(q))
    for token in reversed(tokens[-MAX_TYPED_WORDS:]):
        if ":" in token[0] or '"' in token[0]:
            break
        words = tuple(words_of(q[token.start() :]))[: 2 * MAX_TYPED_WORDS]
        if words:
            endings.append(Ending(start=token.start(), words=words))
        if token[0].startswith("-"):
            minus = "-" if len(endings) == 1 else ""
            if not minus:  # it belongs to the words before
                del endings[-1:]
            break
    return Typed(q=q, endings=endings, minus=minus) if endings else None
