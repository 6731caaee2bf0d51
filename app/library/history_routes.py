"""Versions of one picture's description."""

from uuid import UUID

from flask import Response

from app.accounts.rate_limits.seats import take_seat
from app.accounts.sessions.guards import current_user, signed_in
from app.database import db
from app.descriptions.history import history_of, show_version
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response
from app.library.description_schemas import HistoryOut

description_history = APIBlueprint(
    "description_history", __name__, url_prefix="/api/images", tag="Descriptions"
)

_NOT_FOUND = {404: "There is no such picture or version, or it is not yours."}


@description_history.get("/<uuid:image_id>/descriptions")
@signed_in
@description_history.output(HistoryOut)
@description_history.doc(responses=_NOT_FOUND)
def list_description_versions(image_id: UUID) -> Response:
    """List the versions of a picture's description, and whether a model may see it."""
    return json_response(history_of(current_user(), image_id))


@description_history.post("/<uuid:image_id>/descriptions/<uuid:version_id>/show")
@signed_in
@description_history.output(HistoryOut)
@description_history.doc(responses=_NOT_FOUND)
def show_description_version(image_id: UUID, version_id: UUID) -> Response:
    """Show a former version again, whoever wrote it; none is lost by that."""
    user = current_user()
    take_seat(user.id)
    show_version(user, image_id, version_id)
    answer = history_of(user, image_id)
    db.session.commit()
    return json_response(answer)
