"""Handle the return from an OpenID provider: sign in, link, or reauthenticate."""

from datetime import timedelta
from typing import Literal
from urllib.parse import urlencode

from flask import Response
from sqlalchemy import select

from app.accounts.audit.log import Event, record, record_failure
from app.accounts.create_account import is_first, make_account, refuse_uninvited, use_invite
from app.accounts.email_address import normalised_address
from app.accounts.emails.outbox import commit_and_notify
from app.accounts.errors import (
    AccountDisabledError,
    InviteNeededError,
    LinkDeadError,
    RegistrationClosedError,
)
from app.accounts.identities import (
    UnlinkedIdentity,
    add_identity,
    find_identity,
    has_too_many,
    mail_of_link,
)
from app.accounts.mfa.policy import hold_to_sign_in
from app.accounts.models import Identity, Invite, User
from app.accounts.oidc.redirects import HOME
from app.accounts.oidc.state import AuthorizationPurpose, AuthorizationRequest
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.cookies import Cookie, set_cookie
from app.accounts.sessions.guards import current_session, lock_current_user, own_session
from app.accounts.sessions.one_time_tokens import Purpose
from app.accounts.sessions.store import LIFETIME, fresh_until
from app.accounts.sign_in.flow import How, finish_sign_in
from app.accounts.sign_in.reauthentication import renew_session
from app.clients.openid.client import Claims
from app.clients.openid.id_token import LEEWAY_SECONDS
from app.database import db, now
from app.errors import (
    NotSignedInError,
)
from app.http.dependencies import dependencies

LINK_WITHIN = timedelta(minutes=30)

Problem = Literal[
    "openid_failed",
    "openid_cancelled",
    "email_unverified",
    "registration_closed",
    "invite_needed",
    "account_disabled",
    "link_other",
    "link_unconfirmed",
    "confirm_other",
    "too_many_at_once",
]


class ArrivalRefusedError(Exception):
    """The sign-in failed: nobody is signed in, linked or reauthenticated."""

    def __init__(self, code: Problem) -> None:
        super().__init__(code)
        self.code: Problem = code


def redirect_home(path: str, *, next_path: str = HOME, **query: str) -> Response:
    """Send the browser to one of this site's own pages, which may send it on to `next_path`.

    See [Note: Where to go afterwards].
    """
    if next_path != HOME:
        query["next"] = next_path
    response = Response(status=302)
    response.headers["Location"] = (
        dependencies().settings.site_origin + path + (f"?{urlencode(query)}" if query else "")
    )
    return response


def handle_callback(trip: AuthorizationRequest, claims: Claims) -> Response:
    """Do what the trip was for, and commit.

    Raises:
        ArrivalRefusedError: it cannot be done; roll back.
    """
    stranger = UnlinkedIdentity(
        provider=trip.provider,
        issuer=claims.issuer,
        subject=claims.subject,
        email=normalised_address(claims.email),
    )
    match trip.errand:
        case AuthorizationPurpose.SIGN_IN:
            return _sign_in(trip, stranger, claims)
        case AuthorizationPurpose.LINK:
            return _link(trip, stranger)
        case AuthorizationPurpose.CONFIRM:
            return _confirm(trip, stranger, proved_at=claims.proved_at)


def _sign_in(trip: AuthorizationRequest, stranger: UnlinkedIdentity, claims: Claims) -> Response:
    identity = find_identity(stranger.issuer, stranger.subject)
    if identity:
        user = db.session.get(User, identity.user_id)
        identity = _held_identity(user, stranger) if user else None
        if user is None or identity is None:  # unlinked, or deleted, this moment
            raise ArrivalRefusedError("openid_failed")
        identity.last_used_at, identity.email = now(), stranger.email
        return _finish(user, trip, is_fresh=_was_asked(trip, claims.proved_at))
    # An address that nobody has proved to be theirs says nothing about who somebody is.
    if not claims.email_is_proved or not stranger.email:
        raise ArrivalRefusedError("email_unverified")
    owner = db.session.scalar(select(User).where(User.email == stranger.email))
    if owner and owner.disabled_at is not None:  # nobody waits for it: see `hold_to_sign_in`
        raise ArrivalRefusedError("account_disabled")
    if owner:
        return _await_link(owner, stranger, trip)
    joined = _join(trip, stranger)
    return _finish(joined, trip, is_fresh=True, is_new=True)  # there is nothing to guard yet


def _held_identity(user: User, stranger: UnlinkedIdentity) -> Identity | None:
    """Hold a person, and return who opens their account as it is then."""
    try:
        hold_to_sign_in(user)
    except AccountDisabledError as error:
        raise ArrivalRefusedError("account_disabled") from error
    except NotSignedInError:
        return None
    identity = find_identity(stranger.issuer, stranger.subject)
    # It may be linked to another account by now.
    return identity if identity and identity.user_id == user.id else None


def _join(trip: AuthorizationRequest, stranger: UnlinkedIdentity) -> User:
    """Make an account for an address that its provider has proved and nobody has here."""
    invite = db.session.get(Invite, trip.invite_id) if trip.invite_id else None
    if invite and invite.email not in {None, stranger.email}:
        invite = None  # somebody else's
    comes_first = is_first()
    try:
        if not comes_first:
            refuse_uninvited(dependencies().settings.registration, has_invite=invite is not None)
        user = make_account(
            stranger.email, password_hash=None, is_verified=True, is_first=comes_first
        )
        if user and invite:
            use_invite(invite.id, user=user)
    except RegistrationClosedError as error:
        raise ArrivalRefusedError("registration_closed") from error
    except (InviteNeededError, LinkDeadError) as error:
        raise ArrivalRefusedError("invite_needed") from error
    if user is None or not add_identity(user, stranger):  # somebody was quicker by a moment
        raise ArrivalRefusedError("openid_failed")
    record(Event.ACCOUNT_MADE, user_id=user.id, how=How.PROVIDER, provider=stranger.provider)
    return user


def _was_asked(trip: AuthorizationRequest, proved_at: float | None) -> bool:
    """Whether the provider authenticated the user in this flow (OpenID's auth_time)."""
    return proved_at is not None and proved_at >= trip.begun_at.timestamp() - LEEWAY_SECONDS


def _finish(
    user: User, trip: AuthorizationRequest, *, is_fresh: bool, is_new: bool = False
) -> Response:
    try:
        signed_in = finish_sign_in(
            user,
            How.PROVIDER,
            provider=trip.provider,
            link=trip.link and is_fresh,  # who proves nothing recent adds no way in
            is_fresh=is_fresh,
            begun_at=trip.begun_at,
            is_new=is_new,
        )
    except AccountDisabledError as error:
        raise ArrivalRefusedError("account_disabled") from error
    except NotSignedInError as error:
        raise ArrivalRefusedError("openid_failed") from error
    response = redirect_home(trip.next)
    for cookie in signed_in.headers.getlist("Set-Cookie"):
        response.headers.add("Set-Cookie", cookie)
    return response


def _await_link(owner: User, stranger: UnlinkedIdentity, trip: AuthorizationRequest) -> Response:
    """See [Note: Proof before linking]."""
    token = one_time_tokens.begin(
        Purpose.LINK, lifetime=LINK_WITHIN, user_id=owner.id, data=stranger.as_data()
    )
    db.session.commit()
    response = redirect_home("/sign-in/link", email=stranger.email, next_path=trip.next)
    set_cookie(response, Cookie.LINK, token, lifetime=LINK_WITHIN)
    return response


def _link(trip: AuthorizationRequest, stranger: UnlinkedIdentity) -> Response:
    _who_set_out(trip, "link_other")
    try:
        user = lock_current_user()
    except NotSignedInError as error:
        raise ArrivalRefusedError("link_other") from error
    # As it is now: the session may have been replaced since the start, or its proof be too old.
    if fresh_until(own_session()) is None:
        raise ArrivalRefusedError("link_unconfirmed")
    identity = find_identity(stranger.issuer, stranger.subject)
    if identity and identity.user_id != user.id:
        raise ArrivalRefusedError("link_other")
    if identity is None:
        if has_too_many(user.id):  # others were linked since the start
            raise ArrivalRefusedError("openid_failed")
        if not add_identity(user, stranger):
            raise ArrivalRefusedError("link_other")
        commit_and_notify(mail_of_link(user, stranger))
    return redirect_home(trip.next)


def _confirm(
    trip: AuthorizationRequest, stranger: UnlinkedIdentity, *, proved_at: float | None
) -> Response:
    _who_set_out(trip, "confirm_other")
    try:
        user = lock_current_user()
    except NotSignedInError as error:
        raise ArrivalRefusedError("confirm_other") from error
    identity = find_identity(stranger.issuer, stranger.subject)
    if identity is None or identity.user_id != user.id:
        raise ArrivalRefusedError("confirm_other")
    # Providers that tell when they last asked somebody must have asked on this trip; those that do
    # not tell (Google) are believed.
    if proved_at is not None and not _was_asked(trip, proved_at):
        raise ArrivalRefusedError("openid_failed")
    identity.last_used_at = now()
    token = renew_session(own_session(), how=How.PROVIDER)
    db.session.commit()
    response = redirect_home(trip.next)
    set_cookie(response, Cookie.SESSION, token, lifetime=LIFETIME)
    return response


def _who_set_out(trip: AuthorizationRequest, problem: Problem) -> None:
    """Refuse anybody but whoever began the trip, who is signed in here still."""
    session = current_session()
    if session is None or session.user_id != trip.user_id:
        raise ArrivalRefusedError(problem)


def record_refusal(trip: AuthorizationRequest, problem: Problem) -> None:
    """Keep in the record that a trip ended in nothing, and commit."""
    if trip.user_id is None and problem == "openid_cancelled":
        return  # cancelling at the provider is not a failed attempt
    event = (
        Event.SIGN_IN_FAILED
        if trip.errand is AuthorizationPurpose.SIGN_IN
        else Event.CONFIRMATION_FAILED
    )
    record_failure(event, user_id=trip.user_id, provider=trip.provider, problem=problem)
    db.session.commit()
