"""Reauthentication: a recent proof of identity, required by actions that are hard to undo."""

from datetime import timedelta

from app.accounts.audit.log import Event, record
from app.accounts.client_info import visitor
from app.accounts.models import Session
from app.accounts.sessions.store import start_session
from app.database import now

# Requests that the page sent before it got the new token are answered still.
_OLD_TOKEN_LIVES = timedelta(seconds=30)


def renew_session(session: Session, *, how: str, proved_by: str | None = None) -> str:
    """Put a fresh session in the place of this one, in the current transaction; return its token.

    Call it once the person is held (`lock_current_user`), with the session that was found then:
    one that was replaced meanwhile is not renewed. Set the token as the session's cookie.

    Args:
        session: of the browser that asks.
        how: what was proved, for the record.
        proved_by: by which old second factor, see `former_factors.old_proof`.
    """
    # [Note: A new token for a new proof] Were the session itself made fresh, then so would be
    # every copy of its cookie that somebody stole before; they would only have to wait for the
    # owner to confirm (OWASP ASVS 5.0, 7.2.4). So the old token ends, and is not fresh until then.
    moment = now()
    session.fresh_at = None
    session.expires_at = min(session.expires_at, moment + _OLD_TOKEN_LIVES)
    record(Event.CONFIRMED, user_id=session.user_id, how=how)
    return start_session(session.user, visitor(), proved_by=proved_by)
