"""Who may call a route: each route names a guard, and a test fails where one is missing.

`public` anyone · `signed_in` a person, or their script by an access token · `session_required` a
person in a browser · `recent_proof_required` a person who proved it within ten minutes ·
`fresh_for_another_session` the same, except where the path names their own session ·
`administrator` one of those who look after the site (nobody else learns that the route is there).
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast
from uuid import UUID

from flask import g, request
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from app.accounts.client_info import visitor
from app.accounts.errors import ConfirmFirstError, NotByTokenError
from app.accounts.rate_limits.limiter import Limit
from app.accounts.rate_limits.requests import count_network_request, count_request
from app.accounts.rate_limits.seats import take_account_seat
from app.accounts.sessions.cookies import Cookie, read_cookie
from app.accounts.sessions.lookup import Owner, Profile, find_owner, find_profile
from app.database import db, names_what_is_gone
from app.errors import (
    AppError,
    NotFoundError,
    NotSignedInError,
    ScopeTooSmallError,
    TooManyRequestsError,
)
from app.http.deadlocks import call_with_repeat
from app.http.middleware import SAFE_METHODS, bearer_token

if TYPE_CHECKING:  # they are mapped when one of them is looked for: app/accounts/sessions/lookup.py
    from app.accounts.models import AccessToken, Session, User

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[P, R]

# What is raised where a row is gone; ObjectDeletedError is an InvalidRequestError.
_GONE = (IntegrityError, InvalidRequestError, StaleDataError)

# Guards of what scripts may not do, and each person may.
_OF_ACCOUNT = {"session_required", "fresh", "fresh_for_another_session"}
# Of a person's requests, for each session: one may have a hundred sessions.
_OF_A_SESSION = 0.1

UNKNOWN = "This access token is not known, has expired, or was removed. Make a new one."


# The API, and the page that messengers read of a link.
_COUNTED = ("/api/", "/s/")


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Anyone may call this; as often as their network may, where nobody is signed in."""

    @wraps(view)
    def counted(*args: P.args, **kwargs: P.kwargs) -> R:
        if request.path.startswith(_COUNTED):
            _count_in_network()
        try:
            return call_with_repeat(lambda: view(*args, **kwargs), before_repeat=_forget_who_asks)
        except (ObjectDeletedError, StaleDataError, IntegrityError) as error:
            # The account was deleted while it was signed in to, or so. See also
            # [Note: Signed out meanwhile].
            if isinstance(error, IntegrityError) and not names_what_is_gone(error):
                raise
            db.session.rollback()
            raise NotSignedInError from None

    counted.access = "public"  # type: ignore[attr-defined]
    return counted


def _count_in_network() -> None:
    """Count a request for its network or, where that is used up, for who is signed in.

    Every visit asks first who is signed in: else whoever floods a network would keep all people in
    it from the site. To look for a session costs a query, so it is done only then.
    """
    try:
        count_network_request()
    except TooManyRequestsError:
        owner = _find_owner()
        if owner is None:
            raise
        count_request(_caller(owner.id))


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Only a signed-in person or their script may call this.

    Comes outside of the parsing of the request, like all guards.
    """
    return _guarded(view, "signed_in", _require_person_or_script)


def session_required(view: Callable[P, R]) -> Callable[P, R]:
    """Only a person in a browser may call this: what touches the account is not for scripts."""
    return _guarded(view, "session_required", _require_person)


def recent_proof_required(view: Callable[P, R]) -> Callable[P, R]:
    """Only a person who proved within ten minutes who they are may call this."""
    return _guarded(view, "fresh", _require_fresh)


def fresh_for_another_session(view: Callable[P, R]) -> Callable[P, R]:
    """Only a person who proved within ten minutes who they are may call this for another session.

    The path names a `session_id`; for the session that asks, a person in a browser is enough.
    """

    def check() -> None:
        _require_person()
        if (request.view_args or {})["session_id"] != own_session().id:
            _require_fresh()

    return _guarded(view, "fresh_for_another_session", check)


def require_fresh() -> None:
    """Refuse, within a route, whoever did not prove within ten minutes who they are, and scripts.

    For a route where only some of what it does is hard to undo. Call it before anything is changed.

    Raises:
        NotByTokenError: a script asks.
        ConfirmFirstError: the last proof is too long ago.
    """
    _require_fresh()


def administrator(view: Callable[P, R]) -> Callable[P, R]:
    """Only an administrator in a browser may call this; for others there is nothing."""
    return _guarded(view, "administrator", _require_administrator)


def fresh_administrator(view: Callable[P, R]) -> Callable[P, R]:
    """Only an administrator who proved within ten minutes who they are may call this."""

    def check() -> None:
        _require_administrator()
        _require_fresh()

    return _guarded(view, "fresh_administrator", check)


def current_session() -> "Session | None":
    """The session that the request's cookie names, if it is alive."""
    if "session" not in g:
        from app.accounts.sessions.store import find_session  # noqa: PLC0415 - maps the tables

        token = _session_token()
        # Once in a request, before it holds anything: noting commits (check_again).
        notes_use = "use_noted" not in g
        g.use_noted = True
        g.session = find_session(token, visitor(), notes_use=notes_use) if token else None
    return cast("Session | None", g.session)


def current_token() -> "AccessToken | None":
    """The access token that the request shows, if it is good."""
    if "access_token" not in g:
        from app.accounts.sessions.api_tokens import find_access_token  # noqa: PLC0415 - maps the tables

        token = bearer_token()
        g.access_token = find_access_token(token) if token else None
    return cast("AccessToken | None", g.access_token)


def current_profile() -> tuple[Profile, datetime | None] | None:
    """Who the request's cookie signs in, and when they last proved it: for who asks just that."""
    token = _session_token()
    return find_profile(token, visitor()) if token else None


def current_user() -> "User":
    """The person who is asking, in a browser or by a script.

    Raises:
        NotSignedInError: nobody is signed in.
    """
    if session := current_session():
        return session.user
    if token := current_token():
        return token.user
    raise NotSignedInError


def current_owner() -> Owner:
    """The person who is asking, as far as it takes to read what is theirs.

    Raises:
        NotSignedInError: nobody is signed in.
    """
    if "owner" not in g:
        g.owner = _find_owner()
    owner = cast("Owner | None", g.owner)
    if owner is None:
        raise NotSignedInError
    return owner


def lock_current_user(*counted: tuple[Limit, str]) -> "User":
    """Return who is asking, held until the commit: one request at a time changes how they sign in.

    Two that remove a way each would otherwise both find that the other's is left. Call it before
    anything is changed. Few wait for it: see [Note: Few writes of one person at once].

    Args:
        *counted: what `take_each` counted for this request, given back if it is refused.

    Raises:
        TooManyAtOnceError: several changes of the person's are under way.
        NotSignedInError: whoever held them before ended this session; so with whatever else the
            route's guard raises.
    """
    take_account_seat(_person_id(), *counted)
    # FOR NO KEY UPDATE: a worker that writes this user a mail inserts rows which refer to the user.
    # It would wait for this request, and this request for the mail that it locked.
    db.session.refresh(current_user(), with_for_update={"key_share": True})
    check_again()
    return current_user()


def check_again() -> None:
    """Check that the session was not ended while this request waited; raise as the guard does.

    Call it before anything is changed. See [Note: Let in, then thrown out].
    """
    # The use of the session was recorded when the request was admitted: nothing commits here, so
    # that the caller keeps its locks.
    _forget_who_asks()
    db.session.expire_all()
    cast("Callable[[], None]", g.get("check", _require_person))()


def own_session() -> "Session":
    """The session of the person who is asking in a browser.

    Raises:
        NotSignedInError: nobody is signed in.
    """
    session = current_session()
    if session is None:
        raise NotSignedInError
    return session


def _guarded(view: Callable[P, R], access: str, check: Callable[[], None]) -> Callable[P, R]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if request.method not in SAFE_METHODS:
            # [Note: Let in, then thrown out] The whole body is here before anybody is let in: else
            # somebody could be let in by a request that they send the end of when they like, days
            # after they were signed out. What is left is as long as a request takes; what changes
            # how a person signs in, or who administers, asks again once it holds them.
            request.get_data()
        g.check = check
        try:
            check()
        except NotSignedInError:
            count_network_request()
            raise
        except AppError:  # to refuse somebody takes a look at the database, too
            count_request(_caller(_person_id()))
            raise
        _count_person(access)
        try:
            return call_with_repeat(lambda: view(*args, **kwargs), before_repeat=check_again)
        except _GONE:
            # [Note: Signed out meanwhile] Another request may end the session, or delete the
            # account, while this one is at work: then its rows are missed wherever it is next.
            db.session.rollback()
            if _is_still_there():
                raise
            raise NotSignedInError from None

    guarded.access = access  # type: ignore[attr-defined]
    return guarded


def _count_person(access: str) -> None:
    """Count a request for its person or, where that is used up, for its session.

    The latter for what is theirs alone, which says who is in the account and throws them out: else
    whoever has a copy of a cookie could keep its owner from that, by asking for pictures all day.
    """
    try:
        count_request(_caller(_person_id()))
    except TooManyRequestsError:
        if access not in _OF_ACCOUNT:
            raise
        count_request(f"session {own_session().id}", rates=_OF_A_SESSION)


def _caller(person_id: UUID) -> str:
    """Who a request counts for: a person in their browsers, or all of their scripts.

    Apart, so that whoever has a token that leaked leaves its owner the requests to remove it by.
    """
    who = "person" if bearer_token() is None else "script"
    return f"{who} {person_id}"


def _person_id() -> UUID:
    """Whose request it is, by what the guard has looked up already."""
    if owner := cast("Owner | None", g.get("owner")):
        return owner.id
    return current_user().id


def _is_still_there() -> bool:
    """Whether the session still exists, by a new query."""
    _forget_who_asks()
    return current_session() is not None or current_token() is not None


def _forget_who_asks() -> None:
    for known in ("session", "access_token", "owner"):
        g.pop(known, None)


def _find_owner() -> Owner | None:
    if bearer_token() is not None:
        token = current_token()
        return Owner(token.user_id) if token else None
    cookie = _session_token()
    return find_owner(cookie, visitor()) if cookie else None


def _session_token() -> str | None:
    # Whoever shows an access token is known by it alone: see [Note: Cross-site writes].
    return read_cookie(Cookie.SESSION) if bearer_token() is None else None


def _require_person_or_script() -> None:
    if request.method in SAFE_METHODS and bearer_token() is None:
        current_owner()
        return
    if current_session() is not None:
        return
    token = current_token()
    if token is None:
        raise NotSignedInError(UNKNOWN if bearer_token() is not None else None)
    if request.method not in SAFE_METHODS and token.scope != "write":
        raise ScopeTooSmallError


def _require_person() -> None:
    if current_session() is None:
        raise NotByTokenError if current_token() else NotSignedInError


def _require_fresh() -> None:
    from app.accounts.sessions.store import fresh_until  # noqa: PLC0415 - maps the tables

    _require_person()
    if fresh_until(own_session()) is None:
        raise ConfirmFirstError


def _require_administrator() -> None:
    _require_person()
    if not current_user().is_administrator:
        raise NotFoundError
