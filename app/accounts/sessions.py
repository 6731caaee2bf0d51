"""Signed-in browsers: a row each, and a cookie that names it.

The cookie holds 256 random bits and the row their SHA-256, so that a copy of the database signs
nobody in, and deleting the row signs out at once in every process.
"""

import secrets
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from flask import Response
from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from app.accounts.models import Session, User
from app.database import db, now

LIFETIME = timedelta(days=90)
IDLE = timedelta(days=30)
USE_NOTED_EVERY = timedelta(minutes=5)


def start_session(user: User, *, user_agent: str) -> str:
    """Add a session and return its token, which exists nowhere else."""
    token = secrets.token_urlsafe(32)
    moment = now()
    db.session.add(
        Session(
            token_hash=_digest(token),
            user_id=user.id,
            created_at=moment,
            last_used_at=moment,
            expires_at=moment + LIFETIME,
            user_agent=user_agent[:255],
        )
    )
    return token


def find_session(token: str) -> Session | None:
    """Return the living session of a token, and note now and then that it was used."""
    moment = now()
    session = db.session.scalar(
        select(Session)
        .options(joinedload(Session.user))
        .where(
            Session.token_hash == _digest(token),
            Session.expires_at > moment,
            Session.last_used_at > moment - IDLE,
        )
    )
    if session and moment - session.last_used_at > USE_NOTED_EVERY:
        db.session.execute(
            update(Session)
            .where(Session.id == session.id)
            .values(last_used_at=moment)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
    return session


def end_session(session_id: UUID) -> None:
    """Delete a session. Safe to repeat."""
    db.session.execute(delete(Session).where(Session.id == session_id))


def delete_dead_sessions() -> int:
    """Delete the sessions that can never be used again; return how many."""
    moment = now()
    dead = delete(Session).where(
        (Session.expires_at <= moment) | (Session.last_used_at <= moment - IDLE)
    )
    return len(db.session.scalars(dead.returning(Session.id)).all())


def cookie_name(*, https: bool) -> str:
    """`__Host-` makes browsers insist on Secure, Path=/ and no Domain (RFC 6265bis, 4.1.3.2)."""
    return "__Host-session" if https else "session"


def set_cookie(response: Response, token: str, *, https: bool) -> None:
    """Hand the token to the browser, where no script can read it."""
    response.set_cookie(
        cookie_name(https=https),
        token,
        max_age=int(LIFETIME.total_seconds()),
        secure=https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_cookie(response: Response, *, https: bool) -> None:
    """Take the cookie away."""
    response.delete_cookie(
        cookie_name(https=https), path="/", secure=https, httponly=True, samesite="Lax"
    )


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
