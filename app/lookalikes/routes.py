"""Look-alikes over HTTP: list groups, keep one of a group, dismiss it, and take that back."""

from uuid import UUID

from flask import Response

from app.accounts.rate_limits.policies import LONG_READS
from app.accounts.rate_limits.seats import FEW_ROWS, take_read_seat, take_seat
from app.accounts.sessions.guards import current_owner, current_user, signed_in
from app.database import db
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.lookalikes.decide import dismiss, keep_one, take_back
from app.lookalikes.listing import count_waiting, list_groups
from app.lookalikes.schemas import (
    DecidedOut,
    DismissIn,
    KeepIn,
    LookalikesIn,
    LookalikesOut,
    UndoIn,
    UndoneOut,
)

lookalikes = APIBlueprint("lookalikes", __name__, url_prefix="/api/lookalikes", tag="Look-alikes")

NOT_FOUND = {
    404: "There is no such group, one of the pictures is not in it, or it is not yours: the answer"
    " is the same. Nothing was changed."
}
BUSY = {429: "Several changes of yours are under way (`too_many_at_once`), or too many requests."}


@lookalikes.get("")
@signed_in
@lookalikes.input(LookalikesIn, location="query")
@lookalikes.output(LookalikesOut)
@lookalikes.doc(responses={400: "The cursor is not one of ours.", 429: LONG_READS})
def list_lookalikes(query_data: LookalikesIn) -> Response:
    """List groups of pictures that look alike: copies that were saved, scaled or cropped anew.

    Pictures are compared within a minute after they are ready, those of a large import later:
    `waiting` says how many are left.
    """
    owner = current_owner()
    # All groups may have to be looked at, and pictures may be in many albums.
    take_read_seat(owner.id, rows=FEW_ROWS + 1)
    found = list_groups(
        owner,
        reader=dependencies().access.reader(owner.id),
        limit=query_data.limit,
        cursor=query_data.cursor,
    )
    return json_response(
        {
            "groups": found.groups,
            "next_cursor": found.next_cursor,
            "waiting": count_waiting(owner),
        }
    )


@lookalikes.post("/<uuid:group_id>/keep")
@signed_in
@lookalikes.input(KeepIn, location="json")
@lookalikes.output(DecidedOut)
@lookalikes.doc(
    responses={
        **NOT_FOUND,
        409: "The kept picture would be in too many albums (`too_much_in_albums`,"
        " `in_too_many_albums`, `album_full`, `albums_full`) or have too many tags"
        " (`too_many_tags_of_image`). Nothing was changed.",
        **BUSY,
    }
)
def keep_lookalike(group_id: UUID, json_data: KeepIn) -> Response:
    """Keep one picture of a group; others go to Recently deleted, for 30 days.

    The kept one comes into their albums and gets their tags; it is a favourite if one of them was,
    and is described as they were if it is not described. It leaves the archive if one of them was
    not in it. All of that, or nothing.
    """
    user = current_user()
    take_seat(user.id)
    undo = keep_one(user, group_id, json_data)
    changed = len(undo.deleted) if undo else 0
    answer = json_response(
        {"changed": changed, "undo": undo.model_dump(mode="json") if undo else None}
    )
    db.session.commit()
    return answer


@lookalikes.post("/<uuid:group_id>/dismiss")
@signed_in
@lookalikes.input(DismissIn, location="json")
@lookalikes.output(DecidedOut)
@lookalikes.doc(responses=NOT_FOUND | BUSY)
def dismiss_lookalikes(group_id: UUID, json_data: DismissIn) -> Response:
    """Say that pictures of a group are not alike: they are not shown together again."""
    user = current_user()
    take_seat(user.id)
    undo = dismiss(user, group_id, json_data)
    db.session.commit()
    return json_response({"changed": len(undo.images), "undo": undo.model_dump(mode="json")})


@lookalikes.post("/undo")
@signed_in
@lookalikes.input(UndoIn, location="json")
@lookalikes.output(UndoneOut)
@lookalikes.doc(
    responses={404: "One of the pictures is not there any more. Nothing was changed."} | BUSY
)
def undo_lookalikes(json_data: UndoIn) -> Response:
    """Take back what `keep` or `dismiss` did, by the `undo` of its answer, and nothing else."""
    user = current_user()
    take_seat(user.id)
    changed = take_back(user, json_data.undo)
    db.session.commit()
    return json_response({"changed": changed})
