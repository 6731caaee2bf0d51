"""Who is signed in: what every visit asks first, and so with as little as can be behind it."""

from flask import Response

from app.accounts.cookies import Cookie, read_cookie
from app.accounts.guards import current_profile, public
from app.accounts.session_answer import session_answer
from app.contract import APIBlueprint

who_is_here = APIBlueprint(
    "who_is_here", __name__, url_prefix="/api/auth/session", tag="Signing in"
)


@who_is_here.get("")
@public
@who_is_here.output("app.accounts.schemas.session:SessionOut")
def session() -> Response:
    """Who is signed in here (`user` is null: nobody), and what this site offers."""
    if found := current_profile():
        profile, fresh_at = found
        return session_answer(profile, fresh_at=fresh_at)
    if read_cookie(Cookie.PENDING) is None:
        return session_answer(None)
    from app.accounts.second_factors import second_factors  # noqa: PLC0415 - seldom
    from app.accounts.sign_in import awaited_second_factor  # noqa: PLC0415

    awaited = awaited_second_factor()
    methods = second_factors(awaited.user_id) if awaited and awaited.user_id else []
    return session_answer(None, second_factor=methods)
