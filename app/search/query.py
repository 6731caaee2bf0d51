"""Parse a search query into words, phrases, dates and operators.

docs/api.md tells people the language. Dates are English; whatever is not understood is a word.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from app.errors import FieldError, ValidationFailedError
from app.gazetteer.columns import countries
from app.media.formats.sniff import AVIF, GIF, HEIC, HEIF, JPEG, JXL, MOV, MP4, PNG, RAW, TIFF, WEBP
from app.search.dates import Days, find_days, parse_days
from app.search.kinds import find_kinds
from app.search.named_albums import NamedAlbum
from app.search.terms import CAMERA, PLACE, Phrase
from app.search.words import words_of

MAX_QUERY = 200  # characters
MAX_PHRASES = 16
_SHORTEST_BEGUN = 2  # letters: of one letter nearly everything begins with it

TYPES: dict[str, tuple[str, ...]] = {
    "jpeg": (JPEG,),
    "png": (PNG,),
    "gif": (GIF,),
    "webp": (WEBP,),
    "avif": (AVIF,),
    "heic": (HEIC, HEIF),
    "tiff": (TIFF,),
    "jxl": (JXL,),
    "mov": (MOV,),
    "mp4": (MP4,),
    "raw": RAW,
}


class Flag(StrEnum):
    """What an image is, or with a minus is not."""

    FAVOURITE = "favourite"
    ARCHIVED = "archived"
    ANIMATED = "animated"
    MOTION = "motion"
    VIDEO = "video"
    DAMAGED = "damaged"
    DESCRIBED = "described"
    TITLED = "titled"
    PLACED = "placed"
    DELETED = "deleted"


class ChipKind(StrEnum):
    """What a part of the query was understood as."""

    DATE = "date"
    FROM = "from"
    UNTIL = "until"
    TYPE = "type"
    IS = "is"
    CAMERA = "camera"
    LENS = "lens"
    PLACE = "place"
    TAG = "tag"
    ALBUM = "album"


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A part of the query that was understood as more than words; `start` and `end` say which."""

    kind: ChipKind
    start: int
    end: int
    days: Days | None = None


@dataclass(frozen=True, kw_only=True)
class NamedTag:
    """A tag of the person's own that images have, or do not have."""

    path: str  # or a name of it
    is_unwanted: bool


class Exact(StrEnum):
    """What an operator names to the letter, by a sign of equality before it."""

    CAMERA = "camera_model"
    LENS = "lens"
    COUNTRY = "country_code"


@dataclass(kw_only=True)
class Query:
    """What images are to have.

    `plain` is what was typed, without what was understood, of which blanks stand in its place.
    """

    plain: str = ""
    tags: list[NamedTag] = field(default_factory=list)
    albums: list[NamedAlbum] = field(default_factory=list)
    exactly: list[tuple[Exact, str]] = field(default_factory=list)  # columns have these values
    phrases: list[Phrase] = field(default_factory=list)
    first: date | None = None
    last: date | None = None
    types: set[str] | None = None  # media types: one of them
    other_types: set[str] = field(default_factory=set)  # none of them
    flags: dict[Flag, bool] = field(default_factory=dict)
    chips: list[Chip] = field(default_factory=list)

    @property
    def wanted(self) -> list[Phrase]:
        """Return the phrases that images have."""
        return [phrase for phrase in self.phrases if not phrase.is_unwanted]

    @property
    def unwanted(self) -> list[Phrase]:
        """Return the phrases that images do not have."""
        return [phrase for phrase in self.phrases if phrase.is_unwanted]

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return not self.phrases and not self.chips

    def within(self, days: Days) -> None:
        """Narrow it to days."""
        self.first = max(self.first or days.first, days.first)
        self.last = min(self.last or days.last, days.last)


_PART = re.compile(
    r"(?<!\S)(?P<minus>-?)(?:"
    r"(?P<name>from|until|type|is|camera|lens|place|tag|album):(?:\"(?P<said>[^\"]*)\"|(?P<value>[^\s\"]+))"
    r"|\"(?P<phrase>[^\"]*)(?:\"|$))",
    re.IGNORECASE,
)
CURLY = str.maketrans("“”„«»＂：　", '"""""": ')  # noqa: RUF001 - as keyboards write them


def check_query(text: str) -> None:
    """Refuse what `parse_query` refuses, as a field of a body.

    Raises:
        ValidationFailedError: as there.
    """
    try:
        parse_query(text, today=date(2000, 1, 1))
    except ValidationFailedError as error:
        fields = (replace(each, location="body") for each in error.errors)
        raise ValidationFailedError(errors=tuple(fields)) from error


def parse_query(text: str, *, today: date) -> Query:
    """Understand what a person typed.

    Args:
        text: as typed, MAX_QUERY characters at most.
        today: of which "last winter" is said.

    Raises:
        ValidationFailedError: an operator has a value that it does not know, or there are more than
            MAX_PHRASES words.
    """
    query = Query()
    plain = text.translate(CURLY)
    for found in _PART.finditer(plain):
        _operate(query, found, start=found.start(), end=found.end())
        plain = _without(plain, found.start(), found.end())
    named = find_days(plain, today=today)
    if named is not None:
        query.within(named.days)
        query.chips.append(
            Chip(kind=ChipKind.DATE, start=named.start, end=named.end, days=named.days)
        )
        plain = _without(plain, named.start, named.end)
    for kind in find_kinds(plain):
        operator = _PART.fullmatch(kind.operator)
        if operator is not None:
            _operate(query, operator, start=kind.start, end=kind.end)
            plain = _without(plain, kind.start, kind.end)
    for found in re.finditer(r"\S+", plain):
        is_unwanted = found[0].startswith("-")
        _add(query, Phrase(words=tuple(words_of(found[0])), is_unwanted=is_unwanted))
    _begin_last(query, plain)
    query.plain = plain
    if len(query.phrases) + len(query.tags) + len(query.albums) > MAX_PHRASES:
        raise _refused(f"Use {MAX_PHRASES} words at most.")
    query.chips.sort(key=lambda chip: chip.start)
    return query


def _operate(query: Query, found: re.Match[str], *, start: int, end: int) -> None:
    """Do what an operator says, which was found there in the query."""
    is_unwanted = found["minus"] == "-"
    if found["phrase"] is not None:
        _add(query, Phrase(words=tuple(words_of(found["phrase"])), is_unwanted=is_unwanted))
        return
    kind = ChipKind(found["name"].lower())
    said = found["said"] if found["said"] is not None else found["value"]
    days = None
    match kind:
        case ChipKind.FROM | ChipKind.UNTIL:
            days = _limit(query, kind, said, is_unwanted=is_unwanted)
        case ChipKind.TYPE:
            _choose_type(query, said.lower(), is_unwanted=is_unwanted)
        case ChipKind.IS:
            if said.lower() not in set(Flag):
                raise _refused(f"After is: say one of {', '.join(Flag)}.")
            query.flags[Flag(said.lower())] = not is_unwanted
        case ChipKind.TAG:
            path = "/".join(name.strip() for name in said.strip().strip("/").split("/"))
            if not path:
                raise _refused("After tag: say the name of a tag.")
            query.tags.append(NamedTag(path=path, is_unwanted=is_unwanted))
        case ChipKind.ALBUM:
            named = tuple(words_of(said))
            if not named:
                raise _refused("After album: say the title of an album, or a part of it.")
            query.albums.append(NamedAlbum(words=named, is_unwanted=is_unwanted))
        case _:
            _look_for_part(query, kind, said, is_unwanted=is_unwanted)
    query.chips.append(Chip(kind=kind, start=start, end=end, days=days))


def _look_for_part(query: Query, kind: ChipKind, said: str, *, is_unwanted: bool) -> None:
    if said.startswith("="):
        _name_exactly(query, kind, said[1:], is_unwanted=is_unwanted)
    part = PLACE if kind is ChipKind.PLACE else CAMERA
    _add(query, Phrase(words=tuple(words_of(said)), is_unwanted=is_unwanted, part=part))


def _name_exactly(query: Query, kind: ChipKind, said: str, *, is_unwanted: bool) -> None:
    """Narrow it to one model, lens or country: words find "iPhone 13 Pro" for "iPhone 13", too."""
    if is_unwanted:
        raise _refused(f"-{kind}:= is not understood. Leave the sign of equality out.")
    if kind is ChipKind.PLACE:
        codes = [code for code, name in countries().items() if name.lower() == said.lower()]
        if not codes:
            raise _refused("After place:= say the English name of a country.")
        query.exactly.append((Exact.COUNTRY, codes[0]))
    else:
        query.exactly.append((Exact.CAMERA if kind is ChipKind.CAMERA else Exact.LENS, said))


def _limit(query: Query, kind: ChipKind, said: str, *, is_unwanted: bool) -> Days:
    days = parse_days(said)
    if days is None or is_unwanted:
        raise _refused(f"After {kind}: say a day, a month or a year: 2024-07-31, 2024-07 or 2024.")
    if kind is ChipKind.FROM:
        query.first = max(query.first or days.first, days.first)
    else:
        query.last = min(query.last or days.last, days.last)
    return days


def _choose_type(query: Query, said: str, *, is_unwanted: bool) -> None:
    types = TYPES.get("jpeg" if said == "jpg" else said)
    if types is None:
        raise _refused(f"After type: say one of {', '.join(TYPES)}.")
    if is_unwanted:
        query.other_types |= set(types)
    else:
        query.types = (query.types or set()) | set(types)


def _add(query: Query, phrase: Phrase) -> None:
    if phrase.words:
        query.phrases.append(phrase)


def _begin_last(query: Query, plain: str) -> None:
    """Let the last word go on, if it is what the text ends with."""
    if not query.phrases or not plain[-1:].strip():
        return
    last = query.phrases[-1]
    if not last.is_unwanted and len(last.words[-1].text) >= _SHORTEST_BEGUN:
        query.phrases[-1] = replace(last, is_begun=True)


def _without(text: str, start: int, end: int) -> str:
    """Blank a part, so that what follows stays where it is."""
    return text[:start] + " " * (end - start) + text[end:]


def _refused(message: str) -> ValidationFailedError:
    return ValidationFailedError(errors=(FieldError(location="query", field="q", message=message),))
