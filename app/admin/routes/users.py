"""Users: list them with their storage, disable accounts, and end sessions."""

from uuid import UUID

from flask import Response

from app.accounts.audit.schemas import PageIn
from app.accounts.sessions.device_schemas import EndedOut
from app.accounts.sessions.guards import administrator, current_user, fresh_administrator
from app.admin.schemas import PeopleOut, PersonPatch, PersonRow
from app.admin.users import change_person, end_sessions_of, people_page, person
from app.database import db
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response

people = APIBlueprint("people", __name__, url_prefix="/api/admin/people", tag="Administration")

NOT_FOUND = {404: "There is no such person, or you are no administrator."}


@people.get("")
@administrator
@people.input(PageIn, location="query")
@people.output(PeopleOut)
@people.doc(responses={400: "The cursor was not made by this API."})
def list_people(query_data: PageIn) -> Response:
    """List the people of this site, those who joined last first."""
    rows, next_cursor = people_page(query_data)
    return json_response(PeopleOut(people=rows, next_cursor=next_cursor).model_dump(mode="json"))


@people.patch("/<uuid:person_id>")
@fresh_administrator
@people.input(PersonPatch, location="json")
@people.output(PersonRow)
@people.doc(
    responses={
        **NOT_FOUND,
        409: "Nobody would be left, it is your own account, or it is being deleted.",
    }
)
def change_one_person(person_id: UUID, json_data: PersonPatch) -> Response:
    """Shut an account or open it again; make or unmake an administrator.

    A shut account is signed out at once and everywhere, and its access tokens end. Its pictures
    stay, and nobody sees them.
    """
    change_person(person_id, json_data, by=current_user())
    db.session.commit()
    return json_response(person(person_id).model_dump(mode="json"))


@people.delete("/<uuid:person_id>/sessions")
@fresh_administrator
@people.output(EndedOut)
@people.doc(responses={**NOT_FOUND, 409: "The account is being deleted."})
def end_sessions_of_person(person_id: UUID) -> Response:
    """Sign a person out of all their browsers."""
    ended = end_sessions_of(person_id, by=current_user())
    db.session.commit()
    return json_response({"ended": ended})
