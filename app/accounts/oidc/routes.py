"""Start a sign-in at an OpenID provider, finish it, and unlink an identity."""

import logging
from uuid import UUID

from flask import Response, request
from sqlalchemy import delete, select

from app.accounts.audit.log import Event, record
from app.accounts.create_account import find_invite
from app.accounts.emails.outbox import commit_and_notify
from app.accounts.errors import ConfirmFirstError, TooManyIdentitiesError
from app.accounts.identities import awaited_link, has_too_many, label_of
from app.accounts.mfa.policy import (
    mail_of_change,
    refuse_lock_out,
    refuse_unproved,
)
from app.accounts.models import Identity
from app.accounts.oidc.callback import (
    ArrivalRefusedError,
    Problem,
    handle_callback,
    record_refusal,
    redirect_home,
)
from app.accounts.oidc.redirects import HOME, own_path
from app.accounts.oidc.schemas import StartIn, StartOut, WaitingOut
from app.accounts.oidc.state import (
    BACK_WITHIN,
    AuthorizationPurpose,
    AuthorizationRequest,
    begin_trip,
    finish_trip,
)
from app.accounts.rate_limits.limiter import take_each
from app.accounts.rate_limits.networks import for_network
from app.accounts.rate_limits.policies import (
    NEW_WAYS_IN,
    OPENID_STARTS_NETWORK,
    OPENID_STARTS_PERSON,
    TOO_MANY_TRIES,
)
from app.accounts.sessions.cookies import Cookie, clear_cookie, read_cookie, set_cookie
from app.accounts.sessions.guards import (
    current_session,
    lock_current_user,
    public,
    recent_proof_required,
)
from app.accounts.sessions.store import fresh_until
from app.clients.openid.client import OpenIDClient
from app.clients.openid.discovery import ProviderError
from app.database import db
from app.errors import (
    NotFoundError,
    NotSignedInError,
    TooManyAtOnceError,
    UnavailableError,
)
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response

log = logging.getLogger(__name__)

openid = APIBlueprint("openid", __name__, url_prefix="/api", tag="OpenID providers")

_LONGEST_CODE = 4096


@openid.post("/auth/openid/<provider>/start")
@public
@openid.input(StartIn, location="json")
@openid.output(StartOut)
@openid.doc(
    responses={
        401: "To link or confirm, somebody must be signed in; to link, with a recent proof.",
        404: "There is no such provider.",
        409: "To link, the account's address must be proved, and only so many are linked.",
        429: TOO_MANY_TRIES,
        503: "The provider does not answer.",
    }
)
def start_openid(provider: str, json_data: StartIn) -> Response:
    """Set out for a provider: send the browser to `location`, it comes back to `next`."""
    client = _client(provider)
    user_id, hint = _user_and_login_hint(provider, json_data.purpose)
    new = [(NEW_WAYS_IN, str(user_id))] if json_data.purpose is AuthorizationPurpose.LINK else []
    # Who is signed in is counted as themselves: some confirm by their provider alone.
    own = [(OPENID_STARTS_PERSON, str(user_id))] if user_id else for_network(OPENID_STARTS_NETWORK)
    take_each(*own, *new)
    invite = find_invite(json_data.invite)
    token, departure = begin_trip(
        provider,
        json_data.purpose,
        next_path=own_path(json_data.next, site_origin=dependencies().settings.site_origin),
        user_id=user_id,
        invite_id=invite.id if invite else None,
        link=json_data.link,
    )
    # What links needs a recent proof, which a provider gives that asks somebody now.
    again = json_data.purpose is AuthorizationPurpose.CONFIRM or json_data.link
    db.session.commit()  # nothing is held while the provider is asked
    try:
        location = client.address(departure, again=again, hint=hint)
    except ProviderError as error:
        log.warning("provider %s cannot be used: %s", provider, error)
        raise UnavailableError from error
    response = json_response(StartOut(location=location).model_dump())
    set_cookie(response, Cookie.OPENID, token, lifetime=BACK_WITHIN)
    return response


@openid.get("/auth/openid/<provider>/callback")
@public
@openid.doc(responses={302: "To one of the site's own pages."})
def finish_openid(provider: str) -> Response:
    """Come back from a provider. Browsers are sent here; nothing else has a reason to."""
    client = _client(provider)
    trip = finish_trip(read_cookie(Cookie.OPENID), provider=provider, state=_sent("state"))
    db.session.commit()  # used up, whatever comes of it; and nothing is held during what follows
    if trip is None:
        return _explained("openid_failed")
    try:
        response = _finished(trip, client)
    except ArrivalRefusedError as refused:
        db.session.rollback()
        record_refusal(trip, refused.code)
        response = _explained(refused.code, next_path=trip.next)
    except TooManyAtOnceError:  # nothing was tried, so it is in no record
        response = _explained("too_many_at_once", next_path=trip.next)
    clear_cookie(response, Cookie.OPENID)
    return response


@openid.get("/auth/openid/waiting")
@public
@openid.output(WaitingOut)
@openid.doc(responses={204: "Nothing waits."})
def get_waiting_identity() -> Response:
    """Tell whose identity waits in this browser to be linked, once its account is signed in to."""
    waiting = awaited_link()
    if waiting is None:
        return Response(status=204)
    name = waiting.data["provider"]
    found = WaitingOut(provider=name, label=label_of(name), email=waiting.data["email"])
    return json_response(found.model_dump())


@openid.delete("/account/identities/<uuid:identity_id>")
@recent_proof_required
@openid.output({}, status_code=204, description="It opens the account no more.")
@openid.doc(
    responses={
        404: "There is no such identity, or it is not yours.",
        409: "It is the last way into the account.",
    }
)
def unlink_identity(identity_id: UUID) -> Response:
    """Take a provider's identity from your account."""
    user = lock_current_user()
    provider = db.session.scalar(
        delete(Identity)
        .where(Identity.id == identity_id, Identity.user_id == user.id)
        .returning(Identity.provider)
    )
    if provider is None:
        raise NotFoundError
    refuse_lock_out(user)
    record(Event.IDENTITY_UNLINKED, user_id=user.id, provider=provider)
    commit_and_notify(mail_of_change(user, "identity_unlinked"))
    return Response(status=204)


def _client(provider: str) -> OpenIDClient:
    client = dependencies().providers.get(provider)
    if client is None:
        raise NotFoundError
    return client


def _user_and_login_hint(provider: str, errand: AuthorizationPurpose) -> tuple[UUID | None, str]:
    """Return who sets out, and which of their identities they are to show."""
    if errand is AuthorizationPurpose.SIGN_IN:
        return None, ""
    session = current_session()
    if session is None:
        raise NotSignedInError
    if errand is AuthorizationPurpose.LINK:
        if fresh_until(session) is None:
            raise ConfirmFirstError
        refuse_unproved(session.user)
        if has_too_many(session.user_id):
            raise TooManyIdentitiesError
        return session.user_id, ""
    known = db.session.scalar(
        select(Identity.email)
        .where(Identity.user_id == session.user_id, Identity.provider == provider)
        .order_by(Identity.last_used_at.desc().nulls_last())
        .limit(1)
    )
    return session.user_id, known or ""


def _finished(trip: AuthorizationRequest, client: OpenIDClient) -> Response:
    """Return where the trip ends; raises ArrivalRefusedError."""
    if _sent("error"):
        cancelled = _sent("error") == "access_denied"
        raise ArrivalRefusedError("openid_cancelled" if cancelled else "openid_failed")
    code = _sent("code")
    if not 0 < len(code) <= _LONGEST_CODE:
        raise ArrivalRefusedError("openid_failed")
    try:
        claims = client.claims(code, trip.departure, issuer=_sent("iss") or None)
    except ProviderError as error:
        log.warning("provider %s is not believed: %s", trip.provider, error)
        raise ArrivalRefusedError("openid_failed") from error
    return handle_callback(trip, claims)


def _sent(name: str) -> str:
    """Return a parameter of the answer; one that is sent twice is none (RFC 6749, 3.1)."""
    values = request.args.getlist(name)
    return values[0] if len(values) == 1 else ""


def _explained(problem: Problem, *, next_path: str = HOME) -> Response:
    return redirect_home("/sign-in", problem=problem, next_path=next_path)
