"""Create the first account, sign in, and sign out."""

from uuid import UUID

from flask import Response
from sqlalchemy import select

from app.accounts.audit.log import Event, record, record_failure
from app.accounts.client_info import visitor
from app.accounts.create_account import is_first, make_account, may_set_up
from app.accounts.emails.outbox import Kind, commit_and_notify, queue_mail
from app.accounts.errors import (
    EmailTakenError,
    NotFirstError,
    SetupCodeError,
    WrongCredentialsError,
)
from app.accounts.mfa.policy import hold_to_sign_in
from app.accounts.models import User
from app.accounts.passwords.attempts import take_password_try
from app.accounts.passwords.hashing import hash_password, is_right, needs_rehash, refuse_weak
from app.accounts.rate_limits.limiter import give_each_back_now, take
from app.accounts.rate_limits.policies import SETUP_TRIES_NETWORK
from app.accounts.sessions.cookies import Cookie, clear_cookie
from app.accounts.sessions.guards import own_session, public, session_required
from app.accounts.sessions.schemas import FirstIn, LoginIn, SessionOut
from app.accounts.sessions.session_response import has_people
from app.accounts.sessions.store import end_session
from app.accounts.sign_in.flow import How, finish_sign_in
from app.database import db, now
from app.errors import (
    NotSignedInError,
)
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.observability.metrics import count

auth = APIBlueprint("auth", __name__, url_prefix="/api/auth", tag="Signing in")


@auth.post("/first")
@public
@auth.input(FirstIn, location="json")
@auth.output(SessionOut, status_code=201, description="The account was made and is signed in.")
@auth.doc(
    responses={
        403: "The setup code is wrong, or was used.",
        409: "On one machine: this site has its first account already.",
        429: "Too many tries.",
    }
)
def make_first(json_data: FirstIn) -> Response:
    """Make the account that administers this site, and sign in.

    On one machine it is whoever comes first. Elsewhere it takes the setup code, which the operator
    got when the site was deployed. Where the site sends mail, a link that proves the address is on
    its way.
    """
    needs_code = dependencies().settings.setup_code is not None
    if needs_code:
        _refuse_wrong_code(json_data.code)
    elif has_people():  # before the work that strangers could have us do
        raise NotFirstError
    refuse_weak(json_data.password, email=json_data.email)
    password_hash = hash_password(json_data.password)
    if needs_code and not may_set_up(json_data.code):
        raise SetupCodeError
    if not needs_code and not is_first():
        raise NotFirstError
    user = make_account(
        json_data.email, password_hash=password_hash, is_verified=False, is_first=True
    )
    if user is None:  # only whoever has the code gets here
        raise EmailTakenError("There is an account with this address already. Use another one.")
    record(Event.ACCOUNT_MADE, user_id=user.id, how=How.FIRST)
    mails = []
    if dependencies().settings.mail_from is not None:
        mails.append(queue_mail(Kind.VERIFY_EMAIL, email=user.email, user_id=user.id))
    response = finish_sign_in(user, How.FIRST, status=201)
    commit_and_notify(*mails)
    return response


@auth.post("/login")
@public
@auth.input(LoginIn, location="json")
@auth.output(SessionOut, description="Signed in, or a second factor is awaited.")
@auth.doc(
    responses={
        401: "Address or password is wrong.",
        403: "The account was shut.",
        429: "Too many tries.",
    }
)
def login(json_data: LoginIn) -> Response:
    """Sign in. Where the account has a second factor, it is awaited next."""
    begun_at = now()
    counted = take_password_try(json_data.email)
    user_id, known_hash = _account_of(json_data.email)
    db.session.rollback()  # holds no connection while the hash is computed
    user = rehashed = None
    if is_right(json_data.password, password_hash=known_hash):
        # Both before the person is held: whoever else signs in would wait for them.
        give_each_back_now(*counted)
        if known_hash and needs_rehash(known_hash):
            rehashed = hash_password(json_data.password)
        user = _still_with(known_hash, user_id=user_id)
    if user is None:
        record_failure(Event.SIGN_IN_FAILED, user_id=user_id, address=json_data.email)
        db.session.commit()
        count("SignInsRefused")
        raise WrongCredentialsError
    if rehashed:
        user.password_hash = rehashed
        db.session.flush()  # they are looked at anew next
    return finish_sign_in(user, How.PASSWORD, link=json_data.link, begun_at=begun_at)


def _refuse_wrong_code(code: str) -> None:
    """Refuse a guess; ends the transaction, so that no lock is held while the hash is computed.

    Guesses alone count: whoever makes many in a network keeps no operator there from their code.
    """
    is_right = may_set_up(code)
    db.session.rollback()
    if not is_right:
        take(SETUP_TRIES_NETWORK, of=visitor().network)
        raise SetupCodeError


def _account_of(email: str) -> tuple[UUID | None, str | None]:
    query = select(User.id, User.password_hash).where(User.email == email)
    found = db.session.execute(query).one_or_none()
    return (found.id, found.password_hash) if found else (None, None)


def _still_with(password_hash: str | None, *, user_id: UUID | None) -> User | None:
    """The person, held until the commit, if their password is the one that was looked at.

    Whoever changes it or shuts the account meanwhile waits, and then ends the session that is made
    here; or was first, and there is none.
    """
    user = db.session.get(User, user_id)
    try:
        if user is None:
            return None
        hold_to_sign_in(user)
    except NotSignedInError:  # deleted this moment
        return None
    return user if user.password_hash == password_hash else None


@auth.post("/logout")
@session_required
@auth.output({}, status_code=204, description="Signed out.")
def logout() -> Response:
    """Sign out of this browser, at once and everywhere this session is used."""
    mine = own_session()
    record(Event.SIGNED_OUT, user_id=mine.user_id)
    end_session(mine.id)
    db.session.commit()
    response = Response(status=204)
    clear_cookie(response, Cookie.SESSION)
    # Whatever the browser kept of this person's pictures goes too.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
