"""Confirming who is there: a recent proof, for what is hard to undo."""

from datetime import timedelta

from sqlalchemy import select

from app.accounts.audit.log import Event, record
from app.accounts.client_info import visitor
from app.accounts.models import Session
from app.accounts.sessions.store import start_session
from app.database import db, now
from app.errors import NotSignedInError

# Requests that the page sent before it got the new token are answered still.
_OLD_TOKEN_LIVES = timedelta(seconds=30)


def renew_session(session: Session, *, how: str) -> str:
    """Put a fresh session in the place of this one, in the current transaction; return its token.

    `how` says what was proved, for the record. Set the token as the session's cookie.

    Raises:
        NotSignedInError: the session ended meanwhile; roll back.
    """
    # [Note: A new token for a new proof] Were the session itself made fresh, then so would be
    # every copy of its cookie that somebody stole before; they would only have to wait for the
    # owner to confirm (OWASP ASVS 5.0, 7.2.4). So the old token ends, and is not fresh until then.
    moment = now()
    held = select(Session).where(Session.id == session.id).with_for_update()
    if db.session.scalar(held.execution_options(populate_existing=True)) is None:
        raise NotSignedInError
    session.fresh_at = None
    session.expires_at = min(session.expires_at, moment + _OLD_TOKEN_LIVES)
    record(Event.CONFIRMED, user_id=session.user_id, how=how)
    return start_session(session.user, visitor())
