"""Suggest what a search may go on with, while it is typed."""

from datetime import date

from app.accounts.models import User
from app.accounts.rate_limits.seats import FEW_ROWS, take_read_seat
from app.accounts.sessions.lookup import Owner
from app.errors import TooManyAtOnceError
from app.search.query import MAX_QUERY
from app.search.suggestions.fixed import suggest_dates, suggest_kinds
from app.search.suggestions.names import suggest_albums, suggest_tags
from app.search.suggestions.pictures import suggest_of_pictures
from app.search.suggestions.typed import Suggestion, SuggestionKind, Typed, parse_typed

MAX_OF_A_KIND = 3
# Where an operator says which kind is wanted.
MAX_OF_ONE_KIND = 10
MAX_SUGGESTIONS = 12
_OF_PICTURES = (
    SuggestionKind.PLACE,
    SuggestionKind.CAMERA,
    SuggestionKind.LENS,
    SuggestionKind.WORD,
)


def suggest(owner: User | Owner, q: str, *, today: date) -> list[Suggestion]:
    """Return what the end of a query may become, from a person's own library only.

    Reads a bounded number of rows: see [Note: Words of the newest images]. Where the person has no
    seat free for it, kinds and dates are all: what is typed next asks again, and nothing waits.

    Args:
        owner: whose library.
        q: as typed.
        today: of which "last winter" is said.
    """
    typed = parse_typed(q)
    if typed is None:
        return []
    limit = MAX_OF_A_KIND if typed.only is None else MAX_OF_ONE_KIND
    found: list[Suggestion] = []
    if typed.asks_for(SuggestionKind.TYPE):
        found += suggest_kinds(typed, limit=limit)
    if typed.asks_for(SuggestionKind.DATE):
        found += suggest_dates(owner, typed, today=today, limit=limit)
    if typed.asks_for(SuggestionKind.TAG, SuggestionKind.ALBUM, *_OF_PICTURES):
        found += _suggest_what_is_read(owner, typed, limit=limit)
    fit = [each for each in found if len(each.q) <= MAX_QUERY]
    words = [each for each in fit if each.kind is SuggestionKind.WORD]
    others = [each for each in fit if each.kind is not SuggestionKind.WORD]
    return (others[: MAX_SUGGESTIONS - len(words)] + words)[:MAX_SUGGESTIONS]


def _suggest_what_is_read(owner: User | Owner, typed: Typed, *, limit: int) -> list[Suggestion]:
    """Suggest by names and pictures, which may be thousands; nothing if no seat is free."""
    try:
        take_read_seat(owner.id, rows=FEW_ROWS + 1, patience=0)
    except TooManyAtOnceError:
        return []
    found: list[Suggestion] = []
    if typed.asks_for(SuggestionKind.TAG):
        found += suggest_tags(owner, typed, limit=limit)
    if typed.asks_for(SuggestionKind.ALBUM):
        found += suggest_albums(owner, typed, limit=limit)
    if typed.asks_for(*_OF_PICTURES):
        found += suggest_of_pictures(owner, typed, limit=limit)
    return found
