"""Build the terms of PostgreSQL's tsvector and tsquery: owner and folded word.

[Note: Terms] A term is four characters for the owner and a folded word. Characters of languages
that are searched by characters are indexed one by one and in pairs: a search for one of them is an
exact term, and for several the pairs must follow each other. What belongs to the camera begins with
an underscore, which no word does: a search for "apple" finds no photo for the telephone that
took it. What belongs to the place is there twice: as any word, and after an at sign.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from app.search.words import Word, words_of

# Between fields, so that no phrase begins in one and ends in the next.
_GAP = 8
# Of an image; PostgreSQL counts positions up to 16,383. All texts at their longest have fewer.
MAX_WORDS = 10_000
CAMERA = "_"
PLACE = "@"


class _Place(NamedTuple):
    position: int
    terms: tuple[str, ...]  # one of them stands there


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """Words that follow each other, as one asks for them.

    Attributes:
        words: at least one.
        is_begun: whether the last may go on: of a word that is still being typed.
        is_unwanted: whether images with it are left out.
        part: CAMERA or PLACE, if it is looked for there only.
    """

    words: tuple[Word, ...]
    is_begun: bool = False
    is_unwanted: bool = False
    part: str = ""

    def positive(self) -> "Phrase":
        """Return the same as something that is looked for."""
        return replace(self, is_unwanted=False)

    def tsquery(self, owner_id: UUID) -> str:
        """Write it for PostgreSQL, for terms of one person."""
        before = prefix_of(owner_id) + self.part
        places = list(_asked_for(self.words))
        begun = ":*" if self.is_begun and not self.words[-1].is_sign else ""
        written: list[str] = []
        last = len(places) - 1
        for number, place in enumerate(places):
            end = begun if number == last else ""
            either = "|".join(f"'{before}{term}'{end}" for term in place.terms)
            written.append(f"({either})" if len(place.terms) > 1 else either)
        query = written[0]
        for (earlier, later), words in zip(pairwise(places), written[1:], strict=True):
            query += f" <{later.position - earlier.position}> {words}"
        return f"!({query})" if self.is_unwanted else f"({query})"


def prefix_of(owner_id: UUID) -> str:
    """Return what terms of a person begin with: see [Note: Terms of their owner] in models.py."""
    return urlsafe_b64encode(owner_id.bytes[:3]).decode()


def tsvector(
    owner_id: UUID,
    texts: Iterable[str],
    *,
    camera: Iterable[str] = (),
    place: Iterable[str] = (),
) -> str:
    """Write the terms of an image's texts for PostgreSQL."""
    before = prefix_of(owner_id)
    positions: dict[str, list[int]] = {}
    first = 1
    for prefix, group in ((before, texts), (before + CAMERA, camera), (before + PLACE, place)):
        for text in group:
            last = first - 1
            for last, term in _stand(text, first=first):
                positions.setdefault(prefix + term, []).append(last)
            first = last + _GAP
            if first > MAX_WORDS:
                break
    return " ".join(
        f"'{term}':{','.join(map(str, places[:255]))}" for term, places in positions.items()
    )


def _stand(text: str, *, first: int) -> Iterator[tuple[int, str]]:
    """Give the terms of a text and where each stands."""
    before: Word | None = None
    for position, word in enumerate(words_of(text), start=first):
        if position > MAX_WORDS:
            return
        yield position, word.text
        if word.other is not None:
            yield position, word.other
        if word.is_sign and before is not None and before.is_sign:
            yield position - 1, before.text + word.text
        before = word


def _asked_for(words: Sequence[Word]) -> Iterator[_Place]:
    for position, word in enumerate(words):
        if not word.is_sign:
            either = (word.text,) if word.other is None else (word.text, word.other)
            yield _Place(position, either)
        elif position + 1 < len(words) and words[position + 1].is_sign:
            yield _Place(position, (word.text + words[position + 1].text,))
        elif position == 0 or not words[position - 1].is_sign:
            yield _Place(position, (word.text,))
