"""Suggestions while a search is typed, over HTTP."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from flask import Response
from pydantic import AfterValidator, ConfigDict, Field

from app.accounts.sessions.guards import current_owner, signed_in
from app.database import now
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response
from app.http.schemas import BaseModel
from app.search.query import MAX_QUERY
from app.search.schemas import of_this_age
from app.search.suggestions.suggest import suggest
from app.search.suggestions.typed import SuggestionKind

suggestions = APIBlueprint(
    "suggestions", __name__, url_prefix="/api/search/suggestions", tag="Search"
)


class SuggestIn(BaseModel):
    """What is typed."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(
        min_length=1,
        max_length=MAX_QUERY,
        description="The query as far as it is typed; its end is completed.",
        examples=["beach jul"],
    )
    today: Annotated[date, AfterValidator(of_this_age)] | None = Field(
        default=None, description="As of the search."
    )


class SuggestionOut(BaseModel):
    """What the query may go on with."""

    kind: SuggestionKind
    label: str = Field(description="As people read it.", examples=["July 2024"])
    detail: str = Field(description="What tells it from others of its name; may be empty.")
    q: str = Field(description="The whole query with it.", examples=["beach july 2024 "])
    count: int | None = Field(
        description="How many images it has: of tags and albums; null: not counted.", ge=0
    )


class SuggestionsOut(BaseModel):
    """From your own library only: kinds, dates, tags, albums, places, cameras, then words."""

    suggestions: list[SuggestionOut]


@suggestions.get("")
@signed_in
@suggestions.input(SuggestIn, location="query")
@suggestions.output(SuggestionsOut)
def suggest_searches(query_data: SuggestIn) -> Response:
    """Complete what is typed: by your tags, albums, places, cameras, dates and words.

    Words are those of the newest images, and of others where few have what is typed.
    """
    owner = current_owner()
    found = suggest(
        owner,
        query_data.q,
        today=query_data.today or now().date(),
    )
    return json_response({"suggestions": [asdict(each) for each in found]})
