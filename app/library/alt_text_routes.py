"""Alt texts: which are to be checked, that they were, and all of them as a file."""

from typing import Any

from flask import Response
from sqlalchemy import Row

from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import current_owner, current_user, signed_in
from app.database import db
from app.descriptions.alt_text_files import part_of_file
from app.descriptions.alt_texts import list_alt_texts
from app.descriptions.checks import count_checked, note_checked, take_check_back
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response
from app.library.alt_text_schemas import (
    AltTextFileIn,
    AltTextFileOut,
    AltTextsIn,
    AltTextsOut,
    ChecksIn,
    ChecksOut,
)

alt_texts = APIBlueprint(
    "alt_texts", __name__, url_prefix="/api/descriptions/alt-texts", tag="Descriptions"
)

_CURSOR = {400: "The cursor was not made by this API."}


@alt_texts.get("")
@signed_in
@alt_texts.input(AltTextsIn, location="query")
@alt_texts.output(AltTextsOut)
@alt_texts.doc(responses=_CURSOR)
def get_alt_texts(query_data: AltTextsIn) -> Response:
    """List pictures of the timeline with their alt texts: those to be checked, or all.

    What is in the archive or in Recently deleted is not among them.
    """
    owner = current_owner()
    page = list_alt_texts(
        owner, which=query_data.which, limit=query_data.limit, cursor=query_data.cursor
    )
    return json_response(
        {
            "alt_texts": [_shown(row) for row in page.rows],
            "next_cursor": page.next_cursor,
            "checked": count_checked(owner) if query_data.cursor is None else None,
        }
    )


@alt_texts.post("/checks")
@signed_in
@alt_texts.input(ChecksIn, location="json")
@alt_texts.output(ChecksOut)
def check_alt_texts(json_data: ChecksIn) -> Response:
    """Note that you have checked these versions of descriptions, or take that back.

    A version that comes later, by a model, is to be checked anew. What you write counts as checked.
    """
    user = current_user()
    take_seat(user.id)
    versions = {each.image_id: each.version_id for each in json_data.versions}
    ids = note_checked(user, versions) if json_data.checked else take_check_back(user, versions)
    db.session.commit()
    return json_response({"ids": ids})


@alt_texts.get("/file")
@signed_in
@alt_texts.input(AltTextFileIn, location="query")
@alt_texts.output(AltTextFileOut)
@alt_texts.doc(responses=_CURSOR)
def get_alt_text_file(query_data: AltTextFileIn) -> Response:
    """Get a part of a file with alt texts, as CSV or as HTML's `<img alt>`.

    Pass `next_cursor` as `cursor` to get the next part, and put it behind this one. In the CSV no
    cell is a formula: what could be one begins with an apostrophe.
    """
    content, more = part_of_file(
        current_owner(),
        which=query_data.which,
        form=query_data.format,
        cursor=query_data.cursor,
    )
    return json_response({"content": content, "next_cursor": more})


def _shown(row: Row[*tuple[Any, ...]]) -> dict[str, object]:
    version = None
    if row.version_id is not None:
        version = {
            "id": row.version_id,
            "source": row.source,
            "model": row.model,
            "demo": row.is_demo,
            "alt_text": row.alt_text,
            "text": row.text,
            "visible_text": row.visible_text,
            "tags": row.tags,
        }
    return {
        "image_id": row.id,
        "name": row.name,
        "description": version,
        "description_state": row.description_state,
        "is_checked": row.is_checked,
    }
