"""Who may call a route: named at each of them, and a test fails where one is silent."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import g, request

from app.accounts.models import Session, User
from app.accounts.sessions import cookie_name, find_session
from app.errors import NotSignedInError
from app.parts import parts

P = ParamSpec("P")
R = TypeVar("R")


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Anyone may call this."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Only a signed-in person may call this; comes outside of the parsing of the request."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if current_session() is None:
            raise NotSignedInError
        return view(*args, **kwargs)

    guarded.access = "signed_in"  # type: ignore[attr-defined]
    return guarded


def current_session() -> Session | None:
    """The session that the request's cookie names, if it is alive."""
    if "session" not in g:
        token = request.cookies.get(cookie_name(https=parts().settings.site_is_https))
        g.session = find_session(token) if token else None
    return cast("Session | None", g.session)


def current_user() -> User:
    """The person who is asking.

    Raises:
        NotSignedInError: nobody is signed in.
    """
    session = current_session()
    if session is None:
        raise NotSignedInError
    return session.user
