"""Split text into folded words (case, accents, kana), with their positions.

[Note: Words] Letters are folded: case, accents, the dotless i, ligatures and wide forms do not
matter (Unicode, NFKD and case folding), nor which kana Japanese is written in. A word is a run of
letters and digits; all else only separates: curly quotes, dashes, underscores. Chinese, Japanese,
Korean, Thai, Lao, Khmer and Burmese are searched by characters, since spaces do not separate their
words, or particles are glued to them. What German and the Nordic languages also write as two
letters (ä as ae, ø as oe, å as aa) is a second form of the same word.

Whoever changes how words are folded notes all images in `images_to_index` by a migration.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

MAX_WORD = 64  # characters; of longer ones the first count

_LETTERS = str.maketrans(
    {
        "\u0131": "i",  # without a dot
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        # Katakana as hiragana.
        **{chr(letter): chr(letter - 0x60) for letter in range(0x30A1, 0x30F7)},
    }
)
_TWO_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
_TWO = re.compile("[äöüåøÄÖÜÅØ]|[aouAOU][\u0308\u030a]")
# Han and its marks, kana, Hangul, Thai, Lao, Burmese, Khmer.
_BY_CHARACTERS = (
    "\u3005-\u3007\u3041-\u3096\u309d\u309e\u30a1-\u30fa\u30fc-\u30fe\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff\uac00-\ud7a3\u0e01-\u0e3a\u0e40-\u0e4e\u0e80-\u0edf"
    "\u1000-\u109f\u1780-\u17df"
)
# Vowel signs of India's and Tibet's letters are no letters to Python.
_SYLLABLES = "\u0900-\u0963\u0966-\u0df3\u0f71-\u0f84"
# What is drawn over the letter before it, and the jamo that one Hangul syllable is made of.
_MARKS = "\u0300-\u036f\u3099\u309a\uff9e\uff9f"
_IS_APART = re.compile(f"[{_MARKS}\u1100-\u11ff]")
_CLUSTER = re.compile(f"[\u1100-\u11ff]+|.[{_MARKS}]*", re.DOTALL)
_ACCENT = 10  # combining classes below are of signs that make another letter
_WORD = re.compile(
    rf"(?P<sign>[{_BY_CHARACTERS}])|(?P<word>(?:[^\W_{_BY_CHARACTERS}]|[{_SYLLABLES}])+)"
)
_ASCII_WORD = re.compile(r"[a-z0-9]+")

# What a word is made of, and what is in none, as parts of patterns for folded texts.
LETTER = rf"(?:[^\W_{_BY_CHARACTERS}]|[{_SYLLABLES}])"
NO_LETTER_BEFORE = rf"(?<![^\W_{_BY_CHARACTERS}])(?<![{_SYLLABLES}])"
BETWEEN = rf"(?:(?!{LETTER})[^{_BY_CHARACTERS}])"


class Word(NamedTuple):
    """One word, or one character of a language that is searched by characters."""

    text: str
    start: int
    end: int
    other: str | None = None  # the same with ä as ae and the like
    is_sign: bool = False


class Folded:
    """A folded text, and which part of the text its characters are."""

    def __init__(self, text: str, clusters: Sequence[str], parts: Sequence[str] | None) -> None:
        """`parts` are what each of the `clusters` became; None: each character one character."""
        self.text = text
        self._clusters = clusters
        self._parts = parts

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where these characters of the folded text begin and end in the text."""
        if self._parts is None:
            return start, end
        first, last = bisect_right(self._behind, start), bisect_right(self._behind, end - 1)
        if isinstance(self._clusters, str):
            return first, last + 1
        places = self._places
        return places[first], places[last + 1]

    @cached_property
    def _behind(self) -> list[int]:
        return list(accumulate(map(len, self._parts or ())))

    @cached_property
    def _places(self) -> list[int]:
        return [0, *accumulate(map(len, self._clusters))]


def words_of(text: str) -> Iterator[Word]:
    """Give the words of a text; `start` and `end` count its code points."""
    folded = fold(text)
    if text.isascii():
        for found in _ASCII_WORD.finditer(folded.text):
            yield Word(found[0][:MAX_WORD], found.start(), found.end())
        return
    has_two = is_spelled_twice(text)
    for found in _WORD.finditer(folded.text):
        first, behind = folded.span(found.start(), found.end())
        if found["sign"]:
            yield Word(found[0], first, behind, None, is_sign=True)
        else:
            other = _in_two_letters(text[first:behind]) if has_two else None
            yield Word(found[0][:MAX_WORD], first, behind, other)


def is_spelled_twice(text: str) -> bool:
    """Whether a text has words with a second form, such as ä as ae."""
    return _TWO.search(text) is not None


def fold(text: str, *, in_two_letters: bool = False) -> Folded:
    """Fold a text: see [Note: Words]. Its words have their second forms if that is asked for."""
    if text.isascii():
        return Folded(text.lower(), text, None)
    clusters = _CLUSTER.findall(text) if _IS_APART.search(text) else text
    known = _spelled if in_two_letters else _known
    parts = [known[cluster] for cluster in clusters]
    folded = "".join(parts)
    is_one_by_one = clusters is text and len(folded) == len(text) and "" not in parts
    return Folded(folded, clusters, None if is_one_by_one else parts)


class _Clusters(dict[str, str]):
    """Folded clusters; there are some thousand in use."""

    _MOST = 50_000

    def __init__(self, fold_one: Callable[[str], str]) -> None:
        super().__init__()
        self._fold_one = fold_one

    def __missing__(self, cluster: str) -> str:
        if len(self) >= self._MOST:
            self.clear()
        self[cluster] = folded = self._fold_one(cluster)
        return folded


def _fold_cluster(cluster: str) -> str:
    plain = unicodedata.normalize("NFKD", cluster.translate(_LETTERS)).casefold()
    kept = (each for each in plain if unicodedata.combining(each) < _ACCENT)
    folded = unicodedata.normalize("NFKC", "".join(kept)).translate(_LETTERS)
    # Zero bytes, which PostgreSQL does not store, and marks that stand alone separate.
    return folded.replace("\0", " ")


def _spell(cluster: str) -> str:
    letter = unicodedata.normalize("NFC", cluster).lower()
    return _TWO_LETTERS.get(letter) or _fold_cluster(cluster)


_known = _Clusters(_fold_cluster)
_spelled = _Clusters(_spell)


def _in_two_letters(written: str) -> str | None:
    if not is_spelled_twice(written):
        return None
    return fold(written, in_two_letters=True).text[:MAX_WORD]
