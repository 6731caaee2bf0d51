"""Why an image matches: the field, a part of its text, and where the words are in it."""

from collections.abc import Sequence

from app.images.listing import Shown
from app.search.terms import Phrase
from app.search.words import Word, words_of

_BEFORE, _LONGEST = 40, 160  # code points of a snippet before the first match, and in all


def explain(fields: Sequence[tuple[str, str]], phrases: Sequence[Phrase]) -> list[Shown]:
    """Say where the phrases are; each is told of once, in the first field that has it.

    Args:
        fields: names and texts, the most telling first.
        phrases: that were asked for.
    """
    missing = list(phrases)
    told: list[Shown] = []
    for name, text in fields:
        if not missing:
            break
        words = list(words_of(text))
        places = {
            number: spans
            for number, phrase in enumerate(missing)
            if phrase.is_camera == (name == "camera") and (spans := _spans(words, phrase))
        }
        if places:
            spans = sorted(span for found in places.values() for span in found)
            told.append({"field": name, **_snippet(text, spans)})
            missing = [each for number, each in enumerate(missing) if number not in places]
    return told


def _spans(words: Sequence[Word], phrase: Phrase) -> list[tuple[int, int]]:
    """Return where a phrase is in a text."""
    count = len(phrase.words)
    last = count - 1
    return [
        (words[first].start, words[first + last].end)
        for first in range(len(words) - last)
        if all(
            _is_same(words[first + n], wanted, is_begun=phrase.is_begun and n == last)
            for n, wanted in enumerate(phrase.words)
        )
    ]


def _is_same(word: Word, wanted: Word, *, is_begun: bool) -> bool:
    if is_begun and not wanted.is_sign:
        return any(
            have.startswith(want)
            for have in (word.text, word.other)
            for want in (wanted.text, wanted.other)
            if have and want
        )
    if word.text == wanted.text:
        return True
    if word.other is None and wanted.other is None:
        return False
    return not {wanted.text, wanted.other}.isdisjoint({word.text, word.other} - {None})


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
