"""End all sessions of a user but the current one, and give that one a new token."""

from dataclasses import dataclass

from flask import Response

from app.accounts.models import Session
from app.accounts.sessions.cookies import Cookie, read_cookie, set_cookie
from app.accounts.sessions.store import (
    DEVICE_KNOWN_FOR,
    LIFETIME,
    add_device,
    end_sessions,
    find_device,
)
from app.accounts.sessions.tokens import digest, new_token


@dataclass(frozen=True, kw_only=True)
class EndedElsewhere:
    """How many sessions were ended, and what this browser is known by from now on."""

    ended: int
    session_token: str
    device_token: str | None

    def set_cookies(self, response: Response) -> None:
        """Hand this browser its new tokens."""
        set_cookie(response, Cookie.SESSION, self.session_token, lifetime=LIFETIME)
        if self.device_token:
            set_cookie(response, Cookie.DEVICE, self.device_token, lifetime=DEVICE_KNOWN_FOR)


def keep_only_this_session(session: Session) -> EndedElsewhere:
    """End all sessions of a person but this one, in the current transaction; it gets a new token.

    Somebody may have a copy of this browser's cookies, and would otherwise stay in by that (OWASP
    ASVS 5.0, 7.4.3). When the session was made and last proved stays as it is. Set the cookies of
    what this returns.
    """
    known = find_device(session.user_id, read_cookie(Cookie.DEVICE)) is not None
    ended = end_sessions(session.user_id, but=session.id)
    token = new_token()
    session.token_hash = digest(token)
    return EndedElsewhere(
        ended=ended,
        session_token=token,
        device_token=add_device(session.user_id) if known else None,
    )
