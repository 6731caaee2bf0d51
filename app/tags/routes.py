"""Tags over HTTP: list, read, rename, merge, delete and restore them."""

from uuid import UUID

from flask import Response

from app.accounts.rate_limits.policies import LONG_READS
from app.accounts.rate_limits.seats import take_read_seat, take_seat
from app.accounts.sessions.guards import current_owner, current_user, signed_in
from app.database import db, now
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response
from app.tags import tree
from app.tags.entries import MAX_TAGS_OF_IMAGE
from app.tags.listing import count_tags_of, list_tags, show_tag
from app.tags.purge import RESTORABLE_FOR
from app.tags.schemas import (
    ListTagsIn,
    TagDeletedOut,
    TagOut,
    TagPatch,
    TagsOfImagesIn,
    TagsOfImagesOut,
    TagsOut,
)

tags = APIBlueprint("tags", __name__, url_prefix="/api/tags", tag="Tags")

NOT_FOUND = {404: "There is no such tag, or it is not yours: the answer is the same."}
BUSY = {429: "Several changes of yours are under way (`too_many_at_once`), or too many requests."}
TOO_MUCH = "More than 50,000 pictures would have to be given the other (`too_much_to_merge`)"
FULL = "or you have as many tags as you may (`too_many_tags`)."


@tags.get("")
@signed_in
@tags.input(ListTagsIn, location="query")
@tags.output(TagsOut)
def get_tags(query_data: ListTagsIn) -> Response:
    """List your tags as a tree, each with how many images it has.

    With `prefix`, those whose path or one of whose names begins so, for completing what one types.
    """
    found = list_tags(current_owner(), prefix=query_data.prefix, limit=query_data.limit)
    return json_response({"tags": found})


@tags.post("/of-images")
@signed_in
@tags.input(TagsOfImagesIn, location="json")
@tags.output(TagsOfImagesOut)
@tags.doc(responses={429: LONG_READS})
def get_tags_of_images(json_data: TagsOfImagesIn) -> Response:
    """Tell which tags images have, and how many of them have each. Nothing is changed.

    A POST, since up to 10,000 ids fit in no address.
    """
    owner = current_owner()
    take_read_seat(owner.id, rows=len(json_data.ids) * MAX_TAGS_OF_IMAGE)
    return json_response({"tags": count_tags_of(owner, json_data.ids)})


@tags.get("/<uuid:tag_id>")
@signed_in
@tags.output(TagOut)
@tags.doc(responses=NOT_FOUND)
def get_tag(tag_id: UUID) -> Response:
    """Show a tag. Which images have it, its timeline says."""
    return json_response(show_tag(current_owner(), tag_id))


@tags.patch("/<uuid:tag_id>")
@signed_in
@tags.input(TagPatch, location="json")
@tags.output(TagOut)
@tags.doc(
    responses={
        **NOT_FOUND,
        409: f"There is a tag with this path (`tag_exists`). {TOO_MUCH}, {FULL}",
        **BUSY,
    }
)
def rename_tag(tag_id: UUID, json_data: TagPatch) -> Response:
    """Rename a tag, move it with those below it, or make it one with another.

    The answer is the tag that has the path then: with `merge`, the other one. Give images a tag by
    `POST /api/images/batch`, which makes it.
    """
    user = current_user()
    take_seat(user.id)
    there = tree.move_tag(user, tag_id, json_data.path, may_merge=json_data.merge)
    answer = json_response(show_tag(user, there))
    db.session.commit()
    return answer


@tags.delete("/<uuid:tag_id>")
@signed_in
@tags.output(TagDeletedOut, description="It can be restored for 30 days.")
@tags.doc(responses=NOT_FOUND | BUSY)
def delete_tag(tag_id: UUID) -> Response:
    """Delete a tag and those below it, and no image. `POST …/restore` brings them back."""
    user = current_user()
    take_seat(user.id)
    tree.delete_tag(user, tag_id)
    db.session.commit()
    return json_response({"id": str(tag_id), "restorable_until": now() + RESTORABLE_FOR})


@tags.post("/<uuid:tag_id>/restore")
@signed_in
@tags.output(TagOut)
@tags.doc(responses={**NOT_FOUND, 409: f"{TOO_MUCH}, {FULL}", **BUSY})
def restore_tag(tag_id: UUID) -> Response:
    """Bring back a tag that was deleted, with what was deleted with it.

    It comes back under its path. Where there is another tag with that path by now, both become one.
    """
    user = current_user()
    take_seat(user.id)
    there = tree.restore_tag(user, tag_id)
    answer = json_response(show_tag(user, there))
    db.session.commit()
    return answer
