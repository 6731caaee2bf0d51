"""Suggest what a search may go on with, while it is typed."""

from datetime import date

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.search.query import MAX_QUERY
from app.search.suggestions.fixed import suggest_dates, suggest_kinds
from app.search.suggestions.names import suggest_albums, suggest_tags
from app.search.suggestions.pictures import suggest_of_pictures
from app.search.suggestions.typed import Suggestion, SuggestionKind, parse_typed

MAX_OF_A_KIND = 3
# Where an operator says which kind is wanted.
MAX_OF_ONE_KIND = 10
MAX_SUGGESTIONS = 12


def suggest(owner: User | Owner, q: str, *, today: date, pictures: int) -> list[Suggestion]:
    """Return what the end of a query may become, from a person's own library only.

    Reads a bounded number of rows: see [Note: Words of the newest images].

    Args:
        owner: whose library.
        q: as typed.
        today: of which "last winter" is said.
        pictures: how many images the person has.
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
    if typed.asks_for(SuggestionKind.TAG):
        found += suggest_tags(owner, typed, limit=limit)
    if typed.asks_for(SuggestionKind.ALBUM):
        found += suggest_albums(owner, typed, limit=limit)
    of_pictures = (
        SuggestionKind.PLACE,
        SuggestionKind.CAMERA,
        SuggestionKind.LENS,
        SuggestionKind.WORD,
    )
    if typed.asks_for(*of_pictures):
        found += suggest_of_pictures(owner, typed, limit=limit, pictures=pictures)
    fit = [each for each in found if len(each.q) <= MAX_QUERY]
    words = [each for each in fit if each.kind is SuggestionKind.WORD]
    others = [each for each in fit if each.kind is not SuggestionKind.WORD]
    return (others[: MAX_SUGGESTIONS - len(words)] + words)[:MAX_SUGGESTIONS]
