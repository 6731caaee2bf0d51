"""Why an image matches: the field, a part of its text, and where the words are in it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.images.listing import Shown
from app.search.terms import Phrase
from app.search.words import BETWEEN, LETTER, MAX_WORD, NO_LETTER_BEFORE, fold, is_spelled_twice

_BEFORE, _LONGEST = 40, 160  # code points of a snippet before the first match, and in all


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Phrases, as patterns for folded texts."""

    texts: list[re.Pattern[str]]
    cameras: list[re.Pattern[str]]


def asked_for(phrases: Sequence[Phrase]) -> Asked:
    """Make patterns of phrases."""
    return Asked(
        texts=[_pattern(phrase) for phrase in phrases if not phrase.is_camera],
        cameras=[_pattern(phrase) for phrase in phrases if phrase.is_camera],
    )


def explain(fields: Iterable[tuple[str, str]], asked: Asked) -> list[Shown]:
    """Say where phrases are; each is told of once, in the first field that has it.

    Args:
        fields: names and texts, the most telling first.
        asked: what was asked for.
    """
    texts, cameras = asked.texts, asked.cameras
    told: list[Shown] = []
    for name, text in fields:
        if not (missing := cameras if name == "camera" else texts):
            continue
        places = _places(text, missing)
        if not places:
            continue
        spans = sorted(span for found in places.values() for span in found)
        told.append({"field": name, **_snippet(text, spans)})
        left = [each for number, each in enumerate(missing) if number not in places]
        texts, cameras = (texts, left) if name == "camera" else (left, cameras)
    return told


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
