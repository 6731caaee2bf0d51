"""Suggest days of which a person has images, and kinds of images."""

import calendar
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from sqlalchemy import text

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Prepared
from app.images.schemas import EARLIEST_YEAR, LATEST_YEAR
from app.search.dates import Days, find_days
from app.search.query import TYPES
from app.search.suggestions.typed import Ending, Suggestion, SuggestionKind, Typed

# The newest that are read and looked through; a person's images may be of three thousand.
MAX_MONTHS = 600
_MONTHS = Prepared(
    text(
        "SELECT DISTINCT month FROM timeline_months WHERE owner_id = :owner"
        " AND view IN ('timeline', 'archive') AND count > 0 ORDER BY month DESC LIMIT :most"
    )
)
_SEASONS = ("winter", "spring", "summer", "autumn")
_RELATIVE = (
    "today",
    "yesterday",
    "this week",
    "last week",
    "this month",
    "last month",
    "this year",
    "last year",
    *(f"last {season}" for season in _SEASONS),
    *(f"this {season}" for season in _SEASONS),
)
_DECEMBER, _SEASON = 12, 3


class _Kind(NamedTuple):
    """A kind of images: how it is called, what is searched for it, and how else it is called."""

    label: str
    operator: str
    names: tuple[str, ...] = ()


_NAMED_OTHERWISE = {"jpeg": ("jpg",), "jxl": ("jpeg xl",)}
_KINDS = (
    _Kind("Favourites", "is:favourite", ("favorites",)),
    _Kind("RAW files", "type:raw"),
    _Kind("Animated", "is:animated", ("moving",)),
    _Kind("Motion photos", "is:motion", ("live photos",)),
    _Kind("Videos", "is:video", ("movies", "films")),
    _Kind("Without a description", "-is:described", ("no description", "undescribed")),
    _Kind("With a description", "is:described", ("described",)),
    _Kind("Without a place", "-is:placed", ("no place", "no location", "without location")),
    _Kind("With a place", "is:placed", ("placed", "located")),
    _Kind("Damaged", "is:damaged", ("broken",)),
    _Kind("Archived", "is:archived"),
    _Kind("Recently deleted", "is:deleted", ("trash", "bin")),
    *(
        _Kind(f"{name.upper()} files", f"type:{name}", _NAMED_OTHERWISE.get(name, ()))
        for name in TYPES
        if name != "raw"
    ),
)


def suggest_kinds(typed: Typed, *, limit: int) -> list[Suggestion]:
    """Suggest kinds of images by how they are called."""
    found: list[tuple[Ending, Suggestion]] = []
    for kind in _KINDS:
        _, _, value = kind.operator.partition(":")
        names = (kind.label, value, kind.label.replace(" a ", " "), *kind.names)
        endings = [each for each in map(typed.longest, names) if each]
        if endings:
            ending = max(endings, key=_length)
            label = f"Not: {kind.label}" if typed.minus else kind.label
            q = typed.with_text(ending, kind.operator)
            found.append((ending, Suggestion(kind=SuggestionKind.TYPE, label=label, q=q)))
    return _of_most_words(found)[:limit]


def suggest_dates(
    owner: User | Owner, typed: Typed, *, today: date, limit: int
) -> list[Suggestion]:
    """Suggest days, months, seasons and years of which the person has images."""
    begun = typed.endings[0].texts[-1]
    if typed.minus or not any(name.startswith(begun) for name in _words_of_dates()):
        return []
    rows = _MONTHS.rows({"owner": str(owner.id), "most": MAX_MONTHS})
    months: list[date] = [row[0] for row in rows]
    found: list[tuple[Ending, Suggestion]] = []
    for phrase in _phrases(months, today=today):
        ending = typed.longest_of(phrase.replace("-", " ").split())
        # A later word of it begins nothing: "2024" is no beginning of "july 2024".
        if ending is None or not phrase.startswith(" ".join(ending.texts)):
            continue
        suggestion = Suggestion(
            kind=SuggestionKind.DATE,
            label=phrase[:1].upper() + phrase[1:],
            q=typed.with_text(ending, phrase),
        )
        found.append((ending, suggestion))
    return _of_most_words(found)[:limit]


def _length(ending: Ending) -> int:
    return len(ending.words)


def _of_most_words(found: Sequence[tuple[Ending, Suggestion]]) -> list[Suggestion]:
    """Leave out those that go on with fewer of the words: of "march 20" those with "20" alone."""
    most = max((_length(ending) for ending, _ in found), default=0)
    return [suggestion for ending, suggestion in found if _length(ending) == most]


@cache
def _words_of_dates() -> tuple[str, ...]:
    """Return all words that a date may end with: nothing is read where none is begun."""
    said = (*_SEASONS, "today", "yesterday", "week", "month", "year", "last", "this")
    numbers = (f"{number:02}" for number in range(1, _DECEMBER + 1))
    years = (str(year) for year in range(EARLIEST_YEAR, LATEST_YEAR + 1))
    return (*(name.lower() for name in calendar.month_name[1:]), *said, *numbers, *years)


def _phrases(months: Sequence[date], *, today: date) -> Iterator[str]:
    """Write what can be said of days that images are of, the most likely first."""
    for phrase in _RELATIVE:
        named = find_days(phrase, today=today)
        if named is not None and _has_one_of(months, named.days):
            yield phrase
    for year in dict.fromkeys(month.year for month in months):
        yield str(year)
    for month in months:
        yield f"{calendar.month_name[month.month].lower()} {month.year}"
    for season, year in dict.fromkeys(map(_season_of, months)):
        yield f"{season} {year}"
    for month in months:
        yield f"{month:%Y-%m}"


def _has_one_of(months: Sequence[date], days: Days) -> bool:
    first = days.first.replace(day=1)
    return any(first <= month <= days.last for month in months)


def _season_of(month: date) -> tuple[str, int]:
    """Return the season of a month; a winter is of the year in which it begins."""
    number = month.month % _DECEMBER // _SEASON
    is_after_new_year = number == 0 and month.month < _DECEMBER
    return _SEASONS[number], month.year - is_after_new_year
