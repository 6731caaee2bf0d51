"""Saved searches over HTTP: [Note: Living albums] in saved_models.py."""

from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

from flask import Response
from pydantic import AfterValidator, ConfigDict, Field
from sqlalchemy import func, select, text

from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import current_owner, current_user, signed_in
from app.database import db, now
from app.errors import NotFoundError, TooManySavedSearchesError
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response
from app.http.schemas import BaseModel
from app.images.listing import Shown
from app.search.query import MAX_QUERY, check_query
from app.search.saved_models import MAX_NAME, SavedSearch
from app.text import is_visible, one_line

saved_searches = APIBlueprint(
    "saved_searches", __name__, url_prefix="/api/search/saved", tag="Search"
)

MAX_SAVED = 200
# Two that are saved at once are counted one after the other.
_ONE_AT_A_TIME = text("SELECT FROM users WHERE id = :owner FOR NO KEY UPDATE")
NOT_FOUND = {404: "There is no such search, or it is not yours: the answer is the same."}
BUSY = {429: "Several changes of yours are under way (`too_many_at_once`), or too many requests."}


def _name(value: str) -> str:
    name = one_line(value)
    if not is_visible(name) or len(name) > MAX_NAME:
        raise ValueError(f"Write 1 to {MAX_NAME} characters that can be seen.")
    return name


def _query(value: str) -> str:
    q = one_line(value)
    if not is_visible(q) or len(q) > MAX_QUERY:
        raise ValueError(f"Write 1 to {MAX_QUERY} characters that can be seen.")
    return q


Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_name)]
Q = Annotated[str, Field(min_length=1, max_length=MAX_QUERY), AfterValidator(_query)]


class SavedSearchIn(BaseModel):
    """A search, and what it is to be called."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Summers at the lake"])
    q: Q = Field(
        description="As `q` of the search; what it does not understand is refused.",
        examples=["lake summer is:favourite"],
    )


class SavedSearchPatch(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(default=cast("str", None))
    q: Q = Field(default=cast("str", None))


class SavedSearchOut(BaseModel):
    """A search that was saved. What it finds, `GET /api/search` says with its `q`."""

    id: UUID
    name: str
    q: str
    created_at: datetime
    changed_at: datetime


class SavedSearchesOut(BaseModel):
    """All of yours, by name."""

    searches: list[SavedSearchOut]


@saved_searches.get("")
@signed_in
@saved_searches.output(SavedSearchesOut)
def list_saved_searches() -> Response:
    """List the searches that you saved: 200 at most."""
    rows = db.session.scalars(
        select(SavedSearch)
        .where(SavedSearch.owned_by(current_owner()))
        .order_by(func.lower(SavedSearch.name), SavedSearch.id)
        .limit(MAX_SAVED)
    )
    return json_response({"searches": [_show(each) for each in rows]})


@saved_searches.post("")
@signed_in
@saved_searches.input(SavedSearchIn, location="json")
@saved_searches.output(SavedSearchOut, status_code=201, description="It was saved.")
@saved_searches.doc(responses={409: "You have as many saved searches as you may.", **BUSY})
def save_search(json_data: SavedSearchIn) -> Response:
    """Save a search under a name. It stays as it is asked: what it finds is always of now."""
    user = current_user()
    take_seat(user.id)
    check_query(json_data.q)
    db.session.execute(_ONE_AT_A_TIME, {"owner": user.id})
    held = db.session.scalar(
        select(func.count()).select_from(SavedSearch).where(SavedSearch.owned_by(user))
    )
    if (held or 0) >= MAX_SAVED:
        raise TooManySavedSearchesError
    saved = SavedSearch(owner_id=user.id, name=json_data.name, q=json_data.q)
    db.session.add(saved)
    db.session.flush()  # its id
    answer = json_response(_show(saved))
    db.session.commit()
    answer.status_code = 201
    return answer


@saved_searches.patch("/<uuid:search_id>")
@signed_in
@saved_searches.input(SavedSearchPatch, location="json")
@saved_searches.output(SavedSearchOut)
@saved_searches.doc(responses=NOT_FOUND | BUSY)
def change_saved_search(search_id: UUID, json_data: SavedSearchPatch) -> Response:
    """Rename a saved search, or change what it asks."""
    user = current_user()
    take_seat(user.id)
    saved = _require(search_id)
    given = json_data.model_fields_set
    if "name" in given:
        saved.name = json_data.name
    if "q" in given:
        check_query(json_data.q)
        saved.q = json_data.q
    if given:
        saved.changed_at = now()
    answer = json_response(_show(saved))
    db.session.commit()
    return answer


@saved_searches.delete("/<uuid:search_id>")
@signed_in
@saved_searches.output(SavedSearchOut, description="As it was: saving it again brings it back.")
@saved_searches.doc(responses=NOT_FOUND | BUSY)
def delete_saved_search(search_id: UUID) -> Response:
    """Delete a saved search, and no image. What is answered can be saved again."""
    user = current_user()
    take_seat(user.id)
    saved = _require(search_id)
    answer = json_response(_show(saved))
    db.session.delete(saved)
    db.session.commit()
    return answer


def _require(search_id: UUID) -> SavedSearch:
    """Return a saved search of whoever asks, locked.

    Raises:
        NotFoundError: there is none with this id, or it is somebody else's.
    """
    saved = db.session.scalar(
        select(SavedSearch)
        .where(SavedSearch.owned_by(current_owner()), SavedSearch.id == search_id)
        .with_for_update()
    )
    if saved is None:
        raise NotFoundError
    return saved


def _show(saved: SavedSearch) -> Shown:
    return {
        "id": str(saved.id),
        "name": saved.name,
        "q": saved.q,
        "created_at": saved.created_at,
        "changed_at": saved.changed_at,
    }
