"""Sessions: one row for each signed-in browser, and a cookie that names it.

The cookie holds 256 random bits and the row their SHA-256, so that nobody can sign in with a copy
of the database. Deleting the row ends the session in every process at once.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, text, update
from sqlalchemy.orm import joinedload

from app.accounts.client_info import ClientInfo
from app.accounts.models import KnownDevice, Session, User
from app.accounts.sessions.lookup import FRESH_FOR, IDLE, SIGNS_IN, note_use, signing_in
from app.accounts.sessions.tokens import digest, new_token
from app.database import db, now

LIFETIME = timedelta(days=90)
# The longest that browsers keep a cookie (RFC 6265bis, 5.5).
DEVICE_KNOWN_FOR = timedelta(days=400)
MAX_SESSIONS = 100  # of a person: more than browsers anybody has
_REPLACED_WITHIN = timedelta(minutes=1)
MAX_DEVICES = 50  # of a person; each has tries of its own at the second factor


def start_session(
    user: User, who: ClientInfo, *, is_fresh: bool = True, proved_by: str | None = None
) -> str:
    """Add a session, and return its token, which exists nowhere else.

    Of too many, those go first that were replaced by a new proof, then the least recently used:
    nobody is refused for what somebody else did who knows the password.

    Args:
        user: whose.
        who: in which browser.
        is_fresh: whether somebody has just proved who they are.
        proved_by: by which old second factor, see `former_factors.old_proof`.
    """
    token = new_token()
    moment = now()
    kept = (
        select(Session.id)
        .where(Session.user_id == user.id)
        .order_by(
            (Session.expires_at > moment + _REPLACED_WITHIN).desc(), Session.last_used_at.desc()
        )
        .limit(MAX_SESSIONS - 1)
    )
    db.session.execute(
        delete(Session)
        .where(Session.user_id == user.id, Session.id.not_in(kept))
        .execution_options(synchronize_session=False)
    )
    db.session.add(
        Session(
            token_hash=digest(token),
            user_id=user.id,
            created_at=moment,
            last_used_at=moment,
            expires_at=moment + LIFETIME,
            fresh_at=moment if is_fresh else None,
            proved_by=proved_by,
            ip=who.ip,
            user_agent=who.user_agent,
        )
    )
    return token


def alive() -> ColumnElement[bool]:
    """The condition that a session is neither over nor left idle."""
    moment = now()
    return (Session.expires_at > moment) & (Session.last_used_at > moment - IDLE)


def find_session(token: str, who: ClientInfo, *, notes_use: bool = True) -> Session | None:
    """Return the living session of a token, and note now and then that it was used.

    Args:
        token: the cookie's.
        who: in which browser.
        notes_use: False leaves the transaction as it is: nothing is noted, nothing commits.
    """
    moment = now()
    session = db.session.scalar(
        select(Session)
        .join(Session.user)
        .options(joinedload(Session.user))
        .where(text(SIGNS_IN).bindparams(**signing_in(token, moment=moment)))
    )
    if session and notes_use:
        note_use(session.id, session.last_used_at, moment=moment, who=who)
    return session


def fresh_until(session: Session) -> datetime | None:
    """Until when the last proof is enough for what is hard to undo; None: it is not any more."""
    until = session.fresh_at + FRESH_FOR if session.fresh_at else None
    return until if until and until > now() else None


def end_session(session_id: UUID) -> None:
    """Delete a session. Safe to repeat."""
    db.session.execute(delete(Session).where(Session.id == session_id))


def end_session_of(token: str) -> None:
    """Delete the session of a cookie, whosever it is. Safe to repeat."""
    db.session.execute(delete(Session).where(Session.token_hash == digest(token)))


def end_sessions(user_id: UUID, *, but: UUID | None = None) -> int:
    """Delete all sessions of a person, but perhaps the one that asks; return how many.

    No browser is known any more either: whoever was in the account has no tries of their own at
    its next password, and the person hears of their next sign-in. A sign-in that was begun before
    this moment makes no session: see `finish_sign_in`. Hold the person before.
    """
    ended_now = update(User).where(User.id == user_id).values(sessions_ended_at=now())
    db.session.execute(ended_now.execution_options(synchronize_session=False))
    forget_devices(user_id, but=None)
    ended = delete(Session).where(Session.user_id == user_id)
    if but is not None:
        ended = ended.where(Session.id != but)
    return len(db.session.scalars(ended.returning(Session.id)).all())


def forget_devices(user_id: UUID, *, but: str | None) -> None:
    """Know none of a person's browsers any more, but perhaps the one with this token."""
    known = delete(KnownDevice).where(KnownDevice.user_id == user_id)
    if but is not None:
        known = known.where(KnownDevice.token_hash != digest(but))
    db.session.execute(known)


def delete_dead_sessions() -> int:
    """Delete the sessions that can never be used again; return how many. Old browsers go too."""
    long_ago = now() - DEVICE_KNOWN_FOR
    db.session.execute(delete(KnownDevice).where(KnownDevice.last_used_at <= long_ago))
    dead = delete(Session).where(~alive())
    return len(db.session.scalars(dead.returning(Session.id)).all())


def find_device(user_id: UUID, token: str | None) -> KnownDevice | None:
    """Return this browser, if this person signed in with it before."""
    if not token:
        return None
    return db.session.scalar(
        select(KnownDevice).where(
            KnownDevice.token_hash == digest(token), KnownDevice.user_id == user_id
        )
    )


def add_device(user_id: UUID) -> str:
    """Remember this browser, and return the token that says so. Of too many, the oldest go."""
    newest = (
        select(KnownDevice.id)
        .where(KnownDevice.user_id == user_id)
        .order_by(KnownDevice.last_used_at.desc())
        .limit(MAX_DEVICES - 1)
    )
    db.session.execute(
        delete(KnownDevice).where(KnownDevice.user_id == user_id, KnownDevice.id.not_in(newest))
    )
    token = new_token()
    db.session.add(KnownDevice(token_hash=digest(token), user_id=user_id))
    return token
