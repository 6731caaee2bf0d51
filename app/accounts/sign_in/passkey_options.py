"""The answer that says what the browser is to ask its passkeys with."""

from flask import Response

from app.accounts.mfa.passkeys import ANSWER_WITHIN, Json
from app.accounts.sessions.cookies import Cookie, set_cookie
from app.database import db
from app.http.middleware import json_response


def answer_with(options: Json, *, browser: str) -> Response:
    """Commit, and answer with these options; the browser gets the cookie of its challenges."""
    db.session.commit()
    response = json_response({"public_key": options})
    set_cookie(response, Cookie.CHALLENGE, browser, lifetime=ANSWER_WITHIN)
    return response
