"""Kinds of images that a person names without an operator: "no description", "raw files".

[Note: Words that are kinds, too] "raw" is a kind, and a word: of "raw fish" nobody means the file.
A word alone is taken for the kind if it is all that was typed, dates and operators aside; with
"files", "photos" and the like behind it always. In quotes it is a word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_THINGS = r"(?:files?|photos?|pictures?|images?)"
_NOT = r"(?:no|without|without\s+a|without\s+any)"
# What operators say of each, and how it is called whatever stands beside it.
_PHRASES = {
    "-is:described": rf"{_NOT}\s+descriptions?|not\s+described|undescribed",
    "-is:titled": rf"{_NOT}\s+titles?",
    "-is:placed": rf"{_NOT}\s+(?:place|location)|not\s+located",
    "is:favourite": rf"favou?rites|favou?rite\s+{_THINGS}",
    "is:animated": rf"animated\s+(?:{_THINGS}|gifs?)",
    "is:motion": rf"(?:motion|live)\s+{_THINGS}",
    "is:damaged": rf"damaged\s+{_THINGS}",
    "is:archived": rf"archived\s+{_THINGS}",
    "type:raw": rf"raw\s+{_THINGS}",
}
_ALONE = {
    "is:favourite": "favou?rite",
    "is:animated": "animated",
    "is:video": "videos?|films?|movies?",
    "is:damaged": "damaged",
    "is:archived": "archived",
    "type:raw": "raws?",
}


@dataclass(frozen=True, kw_only=True)
class NamedKind:
    """A kind that a text names: the operator that says the same, and where."""

    operator: str
    start: int
    end: int


def find_kinds(text: str) -> Iterator[NamedKind]:
    """Give the kinds that a text names: see [Note: Words that are kinds, too]."""
    rest = text
    for operator, pattern in _PHRASES.items():
        for found in re.finditer(rf"(?<!\S)(?:{pattern})(?!\S)", text, re.IGNORECASE):
            rest = rest[: found.start()] + " " * len(found[0]) + rest[found.end() :]
            yield NamedKind(operator=operator, start=found.start(), end=found.end())
    for operator, pattern in _ALONE.items():
        alone = re.fullmatch(rf"\s*({pattern})\s*", rest, re.IGNORECASE)
        if alone is not None:
            yield NamedKind(operator=operator, start=alone.start(1), end=alone.end(1))
