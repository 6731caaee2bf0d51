"""Stacks over HTTP: which images are stacked with one. What changes them is a batch."""

from uuid import UUID

from flask import Response

from app.accounts.sessions.guards import current_owner, signed_in
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.stacks.members import show_stack
from app.stacks.schemas import StackOut

stacks = APIBlueprint(
    "stacks", __name__, url_prefix="/api/images/<uuid:image_id>/stack", tag="Images"
)


@stacks.get("")
@signed_in
@stacks.output(StackOut)
@stacks.doc(
    responses={404: "There is no such picture, or it is not yours: the answer is the same."}
)
def get_stack(image_id: UUID) -> Response:
    """List the pictures that are stacked with one, itself included, the cover first."""
    owner = current_owner()
    reader = dependencies().access.reader(owner.id)
    return json_response(show_stack(owner, image_id, reader=reader))
