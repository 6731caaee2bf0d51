"""List and end the sessions of one's own account."""

from datetime import timedelta
from uuid import UUID

from flask import Response
from sqlalchemy import delete, select

from app.accounts.audit.log import Event, record
from app.accounts.client_info import visitor
from app.accounts.models import Session
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.device_names import device_words
from app.accounts.sessions.device_schemas import EndedOut, SessionRow, SessionsOut
from app.accounts.sessions.guards import (
    fresh_for_another_session,
    lock_current_user,
    own_session,
    recent_proof_required,
    session_required,
)
from app.accounts.sessions.network_labels import place_words
from app.accounts.sessions.rotation import keep_only_this_session
from app.accounts.sessions.store import alive
from app.database import db, now
from app.errors import NotFoundError
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response

sessions = APIBlueprint(
    "sessions", __name__, url_prefix="/api/account/sessions", tag="Signed-in browsers"
)

# A proof anew gives this browser another session, and the one before ends in seconds
# (reauthentication.py): that would look like a second browser.
SOON = timedelta(minutes=1)


@sessions.get("")
@session_required
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


# [Note: Ending sessions takes a proof] Whoever stole a cookie could otherwise end each new session
# of its owner as it is made, and so keep them out for as long as the cookie is good.


@sessions.delete("/<uuid:session_id>")
@fresh_for_another_session
@sessions.output({}, status_code=204, description="It is signed out, at once and everywhere.")
@sessions.doc(responses={404: "There is no such session, or it is not yours."})
def end_one_session(session_id: UUID) -> Response:
    """Sign one of your browsers out. Any but this one takes a proof of the last ten minutes."""
    mine = lock_current_user()
    user_agent = db.session.scalar(
        delete(Session)
        .where(Session.id == session_id, Session.user_id == mine.id)
        .returning(Session.user_agent)
    )
    if user_agent is None:
        raise NotFoundError
    record(Event.SESSION_ENDED, user_id=mine.id, ended=device_words(user_agent))
    db.session.commit()
    return Response(status=204)


@sessions.delete("")
@recent_proof_required
@sessions.output(EndedOut)
def end_other_sessions() -> Response:
    """Sign all your other browsers out. Access tokens stay. Takes a proof of the last ten minutes.

    This browser gets a new session cookie; the one before is worth nothing.
    """
    lock_current_user()
    mine = own_session()
    elsewhere = keep_only_this_session(mine)
    # A sign-in that waits for its second factor makes no session either.
    one_time_tokens.forget_sign_ins(mine.user_id)
    record(Event.OTHER_SESSIONS_ENDED, user_id=mine.user_id, ended=elsewhere.ended)
    db.session.commit()
    response = json_response({"ended": elsewhere.ended})
    elsewhere.set_cookies(response)
    return response
