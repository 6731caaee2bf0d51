"""The search over HTTP."""

from flask import Response

from app.accounts.rate_limits.policies import LONG_READS
from app.accounts.rate_limits.seats import FEW_ROWS, seat_for, take_read_seat_for
from app.accounts.sessions.guards import current_owner, signed_in
from app.database import db, now
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.images.listing import Shown
from app.search.find import find_images
from app.search.meaning.nearest import Near, encode_words, find_near
from app.search.query import Chip, parse_query
from app.search.results import show_found, show_near
from app.search.schemas import NearIn, NearOut, SearchIn, SearchOut

search = APIBlueprint("search", __name__, url_prefix="/api/search", tag="Search")

# By how many rows there are at most to look through: images, or places in albums, if more.
_SEAT = seat_for(f"""
SELECT CASE WHEN pictures > {FEW_ROWS} THEN pictures ELSE greatest(pictures, (
    SELECT coalesce(sum(entry_count), 0) FROM albums WHERE owner_id = storage.user_id
)) END
FROM storage WHERE user_id = CAST(:user AS uuid)
""")  # noqa: S608 - a constant


@search.get("")
@signed_in
@search.input(SearchIn, location="query")
@search.output(SearchOut)
@search.doc(responses={400: "The cursor is not one of ours.", 429: LONG_READS})
def search_images(query_data: SearchIn) -> Response:
    """Find images by words, dates and operators, newest first.

    All words must be there: in the description, the alternative text, the tags (your own, and what
    a description says), writing in the image, the caption, the file name, the names of the place
    where it was taken, or the title of an album that it is in. `why` says where.
    Archived images are found as well; deleted ones only by `is:deleted`.
    """
    owner = current_owner()
    query = parse_query(query_data.q, today=query_data.today or now().date())
    is_shared = query_data.addresses == "shared"
    reader = dependencies().access.reader(owner.id, is_relative=is_shared)
    take_read_seat_for(owner.id, _SEAT)
    found = find_images(owner, query, limit=query_data.limit, cursor=query_data.cursor)
    return json_response(
        {
            "images": show_found(owner, found, query, reader=reader),
            "total": found.total,
            "chips": [
                _show_chip(chip)
                for chip in sorted([*query.chips, *found.chips], key=lambda chip: chip.start)
            ],
            "next_cursor": found.next_cursor,
            "addresses": {"base": reader.shared.base, "query": reader.shared.query}
            if is_shared
            else None,
        }
    )


@search.get("/meaning")
@signed_in
@search.input(NearIn, location="query")
@search.output(NearOut)
@search.doc(responses={400: "The cursor is not one of ours.", 429: LONG_READS})
def search_by_meaning(query_data: NearIn) -> Response:
    """Find images that mean nearly what the words do, the nearest first.

    What the description, the alternative text, the tags in it, the title and the caption mean, by a
    model that runs on this site, in any of 16 languages; nothing is sent anywhere. Dates,
    operators, quoted phrases and words with a minus hold as in the search by words. Images that
    have all words are left out: the search by words finds them. A text that was changed is found by
    what it meant before, for some seconds. Where `is_on` is false, this site does not search by
    meaning.
    """
    owner = current_owner()
    query = parse_query(query_data.q, today=query_data.today or now().date())
    is_shared = query_data.addresses == "shared"
    reader = dependencies().access.reader(owner.id, is_relative=is_shared)
    encoder = dependencies().encoder
    near = Near()
    if encoder is not None:
        # No connection is held meanwhile: one text is encoded at a time, whosever it is.
        db.session.rollback()
        vector = encode_words(query, encoder=encoder)
        take_read_seat_for(owner.id, _SEAT)
        near = find_near(
            owner, query, vector, encoder=encoder, limit=query_data.limit, cursor=query_data.cursor
        )
    return json_response(
        {
            "images": show_near(owner, near.ids, reader=reader),
            "is_on": encoder is not None,
            "next_cursor": near.next_cursor,
            "addresses": {"base": reader.shared.base, "query": reader.shared.query}
            if is_shared
            else None,
        }
    )


def _show_chip(chip: Chip) -> Shown:
    return {
        "kind": chip.kind,
        "start": chip.start,
        "end": chip.end,
        "first_day": chip.days and chip.days.first,
        "last_day": chip.days and chip.days.last,
    }
