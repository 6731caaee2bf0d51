"""The current session. Every visit asks for it first, so it imports as little as possible."""

from flask import Response

from app.accounts.sessions.cookies import Cookie, read_cookie
from app.accounts.sessions.guards import current_profile, public
from app.accounts.sessions.session_response import session_answer
from app.http.blueprint import APIBlueprint

who_is_here = APIBlueprint(
    "who_is_here", __name__, url_prefix="/api/auth/session", tag="Signing in"
)


@who_is_here.get("")
@public
@who_is_here.output("app.accounts.sessions.schemas:SessionOut")
def session() -> Response:
    """Who is signed in here (`user` is null: nobody), and what this site offers."""
    if found := current_profile():
        profile, fresh_at = found
        return session_answer(profile, fresh_at=fresh_at)
    if read_cookie(Cookie.PENDING) is None:
        return session_answer(None)
    from app.accounts.mfa.methods import second_factors  # noqa: PLC0415 - seldom
    from app.accounts.sign_in.flow import How, awaited_second_factor  # noqa: PLC0415

    awaited = awaited_second_factor()
    if awaited is None or awaited.user_id is None:
        return session_answer(None)
    by_mail = awaited.data["how"] == How.RESET
    return session_answer(None, second_factor=second_factors(awaited.user_id, beside_mail=by_mail))
