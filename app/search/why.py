"""Why an image matches: the field, a part of its text, and where the words are in it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.images.listing import Shown
from app.search.terms import CAMERA, PLACE, Phrase
from app.search.words import BETWEEN, LETTER, MAX_WORD, NO_LETTER_BEFORE, fold, is_spelled_twice

_BEFORE, _LONGEST = 40, 160  # code points of a snippet before the first match, and in all


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A phrase, as a pattern for folded texts; `part` is as of the phrase."""

    pattern: re.Pattern[str]
    part: str


# Which phrases a field answers: by the parts that they are looked for in.
_ANSWERS: Mapping[str, frozenset[str]] = {
    "camera": frozenset({CAMERA}),
    "place": frozenset({"", PLACE}),
}
_ANY_WORDS = frozenset({""})


def asked_for(phrases: Sequence[Phrase]) -> list[Asked]:
    """Make patterns of phrases."""
    return [Asked(pattern=_pattern(phrase), part=phrase.part) for phrase in phrases]


def explain(fields: Iterable[tuple[str, str]], asked: Sequence[Asked]) -> list[Shown]:
    """Say where phrases are; each is told of once, in the first field that has it.

    Args:
        fields: names and texts, the most telling first.
        asked: what was asked for.
    """
    missing = list(asked)
    told: list[Shown] = []
    for name, text in fields:
        wanted = [each for each in missing if each.part in _ANSWERS.get(name, _ANY_WORDS)]
        if not wanted:
            continue
        places = _places(text, [each.pattern for each in wanted])
        if not places:
            continue
        spans = sorted(span for found in places.values() for span in found)
        told.append({"field": name, **_snippet(text, spans)})
        found_now = [wanted[number] for number in places]
        missing = [each for each in missing if each not in found_now]
    return told


def whole(field: str, text: str) -> Shown:
    """Say that the whole of a text is why."""
    return {"field": field, "snippet": text, "marks": [{"start": 0, "end": len(text)}]}


def beginning(field: str, text: str) -> Shown:
    """Say that a text as a whole is why, by its beginning and without a mark."""
    is_cut = len(text) > _LONGEST
    return {"field": field, "snippet": text[:_LONGEST] + "…" * is_cut, "marks": []}


def _places(text: str, patterns: Sequence[re.Pattern[str]]) -> dict[int, list[tuple[int, int]]]:
    """Return where patterns are in a text, by their numbers."""
    found: dict[int, list[tuple[int, int]]] = {}
    forms = [False, True] if is_spelled_twice(text) else [False]
    for in_two_letters in forms:
        if len(found) == len(patterns):
            break
        folded = fold(text, in_two_letters=in_two_letters)
        for number, pattern in enumerate(patterns):
            spans = [
                folded.span(match.start(), match.end()) for match in pattern.finditer(folded.text)
            ]
            if spans and number not in found:
                found[number] = spans
    return found


def _pattern(phrase: Phrase) -> re.Pattern[str]:
    """Return what finds a phrase as the index does: see [Note: Terms] in terms.py."""
    written: list[str] = []
    for number, word in enumerate(phrase.words):
        is_last = number == len(phrase.words) - 1
        if number:
            is_glued = word.is_sign or phrase.words[number - 1].is_sign
            written.append(BETWEEN + ("*" if is_glued else "+"))
        if word.is_sign:
            written.append(re.escape(word.text))
            continue
        goes_on = (is_last and phrase.is_begun) or len(word.text) == MAX_WORD
        forms = "|".join(re.escape(form) for form in (word.text, word.other) if form)
        end = f"{LETTER}*" if goes_on else f"(?!{LETTER})"
        written.append(f"{NO_LETTER_BEFORE}(?:{forms}){end}")
    return re.compile("".join(written))


def _snippet(text: str, spans: Sequence[tuple[int, int]]) -> Shown:
    start, end = 0, len(text)
    if end > _LONGEST:
        start = max(0, spans[0][0] - _BEFORE)
        if start and (space := text.find(" ", start, spans[0][0])) >= 0:
            start = space + 1
        end = min(end, max(start + _LONGEST, spans[0][1]))
    before, after = "…" * (start > 0), "…" * (end < len(text))
    shift = len(before) - start
    marks: list[Shown] = []
    for first, behind in spans:
        if behind <= end and (not marks or first + shift >= marks[-1]["end"]):
            marks.append({"start": first + shift, "end": behind + shift})
    return {"snippet": before + text[start:end] + after, "marks": marks}
