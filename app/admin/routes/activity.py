"""The audit log of all accounts."""

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.accounts.audit.queries import event_page, show_event
from app.accounts.audit.schemas import PageIn
from app.accounts.client_info import visitor
from app.accounts.models import AuditEvent, User
from app.accounts.sessions.guards import administrator
from app.admin.schemas import SiteActivityOut, SiteEventRow
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response

site_activity = APIBlueprint(
    "site_activity", __name__, url_prefix="/api/admin/activity", tag="Administration"
)


@site_activity.get("")
@administrator
@site_activity.input(PageIn, location="query")
@site_activity.output(SiteActivityOut)
@site_activity.doc(responses={400: "The cursor was not made by this API."})
def list_site_activity(query_data: PageIn) -> Response:
    """List what touched the safety of anybody's account, newest first; never what is in it."""
    actor = aliased(User)
    query = (
        select(AuditEvent, User.email, actor.email)
        .outerjoin(User, User.id == AuditEvent.user_id)
        .outerjoin(actor, actor.id == AuditEvent.actor_id)
    )
    rows, next_cursor = event_page(query, query_data)
    who = visitor()
    events = [
        SiteEventRow(
            **show_event(event, seen_by=who, to_administrator=True).model_dump(),
            email=email,
            actor_email=actor_email,
        )
        for event, email, actor_email in rows
    ]
    answer = SiteActivityOut(events=events, next_cursor=next_cursor)
    return json_response(answer.model_dump(mode="json"))
