"""Dates that a person names in English: "july 2024", "2019-05", "last winter".

All are ranges of whole days in the clock of the timeline. Seasons are those of the north; a winter
is named by the year in which it begins.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from app.images.schemas import EARLIEST_YEAR, LATEST_YEAR

_DECEMBER = 12
_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if n}
_MONTHS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if n} | {"sept": 9}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # first months
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_SEASON = "|".join(_SEASONS)
_DAY = r"(?P<{}>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?P<{}>(?:19|20)\d\d)"
_NAMED = re.compile(
    r"(?<![^\s,])(?:(?:in|on|from|during|of)\s+)?(?:"
    rf"(?P<iso>\d{{4}}-\d\d(?:-\d\d)?)"
    rf"|{_DAY.format('day')}\s+(?P<day_month>{_MONTH})\.?,?\s+{_YEAR.format('day_year')}"
    rf"|(?P<other_month>{_MONTH})\.?\s+{_DAY.format('other')},?\s+{_YEAR.format('other_year')}"
    rf"|(?P<month>{_MONTH})\.?,?\s+{_YEAR.format('month_year')}"
    rf"|(?P<season>{_SEASON})\s+(?:of\s+)?{_YEAR.format('season_year')}"
    rf"|(?P<which>last|this)\s+(?P<unit>year|month|week|{_SEASON}|{_MONTH})"
    r"|(?P<near>today|yesterday)"
    rf"|{_YEAR.format('year')}"
    r")(?![^\s,])",
    re.IGNORECASE,
)
_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


@dataclass(frozen=True, kw_only=True)
class Days:
    """From the first day to the last, both of them included."""

    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class NamedDays:
    """Days, and where in the text they are named."""

    days: Days
    start: int
    end: int


def find_days(text: str, *, today: date) -> NamedDays | None:
    """Return the first days that a text names; None where it names none that there are."""
    for found in _NAMED.finditer(text):
        days = _meant(found, today=today)
        if days is not None:
            return NamedDays(days=days, start=found.start(), end=found.end())
    return None


def parse_days(text: str) -> Days | None:
    """Return the days of "2019", "2019-05" or "2019-05-13"; None where it is none of them."""
    found = _ISO.fullmatch(text)
    if found is None or not EARLIEST_YEAR <= int(found[1]) <= LATEST_YEAR:
        return None
    year, month, day = (int(each) if each else None for each in found.groups())
    if year is None or month is None:
        return Days(first=date(int(found[1]), 1, 1), last=date(int(found[1]), 12, 31))
    if not 1 <= month <= _DECEMBER:
        return None
    if day is None:
        return _months(year, month)
    return _one(year, month, day)


def _meant(found: re.Match[str], *, today: date) -> Days | None:
    said = {name: text.lower() for name, text in found.groupdict().items() if text}
    if whole := said.get("iso", said.get("year")):
        return parse_days(whole)
    if near := said.get("near"):
        day = today - timedelta(days=near == "yesterday")
        return Days(first=day, last=day)
    if unit := said.get("unit"):
        return _relative(unit, is_last=said["which"] == "last", today=today)
    if season := said.get("season"):
        return _months(int(said["season_year"]), _SEASONS[season], 3)
    if month := said.get("month"):
        return _months(int(said["month_year"]), _MONTHS[month])
    kind = "day" if "day" in said else "other"
    month = _MONTHS[said[f"{kind}_month"]]
    return _one(int(said[f"{kind}_year"]), month, int(said[kind]))


def _relative(unit: str, *, is_last: bool, today: date) -> Days:
    if unit == "week":  # from Monday
        first = today - timedelta(days=today.weekday() + 7 * is_last)
        return Days(first=first, last=first + timedelta(days=6))
    if unit == "month":
        first = today.replace(day=1)
        if is_last:
            first = (first - timedelta(days=1)).replace(day=1)
        return _months(first.year, first.month)
    if unit == "year":
        year = today.year - is_last
        return Days(first=date(year, 1, 1), last=date(year, 12, 31))
    month, count = (_SEASONS[unit], 3) if unit in _SEASONS else (_MONTHS[unit], 1)
    years = (today.year + 1, today.year, today.year - 1, today.year - 2)
    spans = [_months(year, month, count) for year in years]
    if is_last:  # the latest that is over
        return next(span for span in spans if span.last < today)
    return next((span for span in spans if span.first <= today <= span.last), spans[1])


def _months(year: int, month: int, count: int = 1) -> Days:
    last_year, last = divmod(year * _DECEMBER + month - 1 + count - 1, _DECEMBER)
    days = calendar.monthrange(last_year, last + 1)[1]
    return Days(first=date(year, month, 1), last=date(last_year, last + 1, days))


def _one(year: int, month: int, day: int) -> Days | None:
    try:
        one = date(year, month, day)
    except ValueError:
        return None
    return Days(first=one, last=one)
