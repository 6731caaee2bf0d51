"""The browsers that a person is signed in with, and ending them."""

from datetime import timedelta
from uuid import UUID

from flask import Response
from sqlalchemy import delete, select

from app.accounts.audit import Event, record
from app.accounts.cookies import Cookie, read_cookie
from app.accounts.devices import device_words
from app.accounts.guards import in_person, own_session
from app.accounts.models import Session
from app.accounts.places import place_words
from app.accounts.schemas.sessions import EndedOut, SessionRow, SessionsOut
from app.accounts.sessions import alive, end_sessions
from app.accounts.visitor import visitor
from app.contract import APIBlueprint
from app.database import db, now
from app.errors import NotFoundError
from app.web import json_response

sessions = APIBlueprint(
    "sessions", __name__, url_prefix="/api/account/sessions", tag="Signed-in browsers"
)

# A proof anew gives this browser another session, and the one before ends in seconds
# (confirmation.py): that would look like a second browser.
SOON = timedelta(minutes=1)


@sessions.get("")
@in_person
@sessions.output(SessionsOut)
def list_sessions() -> Response:
    """List the browsers that you are signed in with: this one first, then the last used."""
    mine, who = own_session(), visitor()
    rows = db.session.scalars(
        select(Session)
        .where(Session.user_id == mine.user_id, alive(), Session.expires_at > now() + SOON)
        .order_by((Session.id == mine.id).desc(), Session.last_used_at.desc(), Session.id)
    )
    found = [
        SessionRow(
            id=row.id,
            device=device_words(row.user_agent),
            place=place_words(row.ip, seen_by=who),
            ip=row.ip,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            current=row.id == mine.id,
        )
        for row in rows
    ]
    return json_response(SessionsOut(sessions=found).model_dump(mode="json"))


@sessions.delete("/<uuid:session_id>")
@in_person
@sessions.output({}, status_code=204, description="It is signed out, at once and everywhere.")
@sessions.doc(responses={404: "There is no such session, or it is not yours."})
def end_one_session(session_id: UUID) -> Response:
    """Sign one of your browsers out."""
    mine = own_session()
    user_agent = db.session.scalar(
        delete(Session)
        .where(Session.id == session_id, Session.user_id == mine.user_id)
        .returning(Session.user_agent)
    )
    if user_agent is None:
        raise NotFoundError
    record(Event.SESSION_ENDED, user_id=mine.user_id, ended=device_words(user_agent))
    db.session.commit()
    return Response(status=204)


@sessions.delete("")
@in_person
@sessions.output(EndedOut)
def end_other_sessions() -> Response:
    """Sign all your other browsers out. Access tokens stay."""
    mine = own_session()
    ended = end_sessions(mine.user_id, but=mine.id, but_device=read_cookie(Cookie.DEVICE))
    record(Event.OTHER_SESSIONS_ENDED, user_id=mine.user_id, ended=ended)
    db.session.commit()
    return json_response({"ended": ended})
