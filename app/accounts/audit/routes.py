"""The audit log of one's own account."""

from flask import Response
from sqlalchemy import select

from app.accounts.audit.queries import event_page, show_event
from app.accounts.audit.schemas import ActivityOut, PageIn
from app.accounts.client_info import visitor
from app.accounts.models import AuditEvent
from app.accounts.sessions.guards import current_user, session_required
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response

activity = APIBlueprint("activity", __name__, url_prefix="/api/account/activity", tag="Activity")


@activity.get("")
@session_required
@activity.input(PageIn, location="query")
@activity.output(ActivityOut)
@activity.doc(responses={400: "The cursor was not made by this API."})
def list_activity(query_data: PageIn) -> Response:
    """List what touched the safety of your account, newest first."""
    own = select(AuditEvent).where(AuditEvent.user_id == current_user().id)
    rows, next_cursor = event_page(own, query_data)
    who = visitor()
    events = [show_event(row, seen_by=who) for (row,) in rows]
    answer = ActivityOut(events=events, next_cursor=next_cursor)
    return json_response(answer.model_dump(mode="json"))
