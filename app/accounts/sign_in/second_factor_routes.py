"""The second step of a sign-in, and reauthentication."""

from collections.abc import Sequence

from flask import Response

from app.accounts.audit.log import Event, record_failure
from app.accounts.emails.outbox import commit_and_notify
from app.accounts.errors import CodeNeededError, WrongCredentialsError, WrongPasskeyError
from app.accounts.mfa.former_factors import old_proof
from app.accounts.mfa.methods import second_factors
from app.accounts.mfa.passkeys import prove_passkey
from app.accounts.mfa.policy import hold_to_sign_in
from app.accounts.mfa.schemas import CodeIn, ConfirmedOut, ConfirmIn, PasskeyProofIn
from app.accounts.mfa.verify_code import (
    prove_code,
    take_code_try,
    take_session_code_try,
)
from app.accounts.models import OutboxMail
from app.accounts.passwords.hashing import is_right
from app.accounts.rate_limits.limiter import Counted, give_each_back, take_own
from app.accounts.rate_limits.policies import (
    CONFIRM_TRIES,
    CONFIRM_TRIES_LONG,
    CONFIRM_TRIES_PERSON,
    CONFIRM_TRIES_RESERVED,
)
from app.accounts.rate_limits.seats import take_account_seat
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.cookies import Cookie, clear_cookie, read_cookie, set_cookie
from app.accounts.sessions.guards import lock_current_user, own_session, public, session_required
from app.accounts.sessions.lookup import FRESH_FOR
from app.accounts.sessions.one_time_tokens import Purpose
from app.accounts.sessions.schemas import SessionOut
from app.accounts.sessions.store import LIFETIME
from app.accounts.sign_in.flow import How, awaited_second_factor, finish_second_factor, user_of
from app.accounts.sign_in.reauthentication import renew_session
from app.database import db, now
from app.errors import (
    NotSignedInError,
)
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response

confirming = APIBlueprint("confirming", __name__, url_prefix="/api/auth", tag="Signing in")


@confirming.post("/second-factor")
@public
@confirming.input(CodeIn, location="json")
@confirming.output(SessionOut, description="Signed in.")
@confirming.doc(
    responses={401: "The code is wrong, or no sign-in awaits one here.", 429: "Too many tries."}
)
def give_second_factor(json_data: CodeIn) -> Response:
    """Go on with a sign-in of this browser that awaits a second factor."""
    awaited = awaited_second_factor()
    user = user_of(awaited) if awaited else None
    if awaited is None or user is None:
        raise NotSignedInError
    first = awaited.data["how"]
    counted = take_code_try(user, json_data.code)
    hold_to_sign_in(user, *counted)
    proved = prove_code(user, json_data.code, counted=counted, beside_mail=first == How.RESET)
    how = f"{first} and {proved.kind}"
    response = finish_second_factor(user, how=how, proved_by=proved.proof)
    commit_and_notify(*proved.mails)
    return response


@confirming.delete("/second-factor")
@public
@confirming.output({}, status_code=204, description="Nothing is awaited any more.")
def give_up_second_factor() -> Response:
    """Forget the sign-in of this browser that awaits a second factor."""
    one_time_tokens.take(Purpose.SECOND_FACTOR, read_cookie(Cookie.PENDING))
    db.session.commit()
    response = Response(status=204)
    clear_cookie(response, Cookie.PENDING)
    return response


@confirming.post("/confirm")
@session_required
@confirming.input(ConfirmIn, location="json")
@confirming.output(ConfirmedOut, description="It is the person; a new session cookie says so.")
@confirming.doc(
    responses={
        401: "Not right; `code_needed`: the password is, and a code must come with it.",
        429: "Too many tries.",
    }
)
def confirm(json_data: ConfirmIn) -> Response:
    """Prove who is there by the password, together with a code where there is a second factor."""
    counted, known_hash = _prove_password(json_data.password)
    codes: Counted = ()
    if json_data.code is not None and second_factors(own_session().user_id):
        codes = take_session_code_try(own_session())
    user = lock_current_user(*counted, *codes)
    if user.password_hash != known_hash:  # it changed while it was verified
        raise WrongCredentialsError("This password is wrong.")
    give_each_back(*counted)
    if not second_factors(user.id):
        return _confirmed(how="password", proved_by=None)
    if json_data.code is None or not codes:
        db.session.commit()
        raise CodeNeededError
    proved = prove_code(user, json_data.code, counted=codes)
    how = f"password and {proved.kind}"
    return _confirmed(how=how, proved_by=proved.proof, mails=proved.mails)


@confirming.post("/confirm/passkey")
@session_required
@confirming.input(PasskeyProofIn, location="json")
@confirming.output(ConfirmedOut, description="It is the person; a new session cookie says so.")
@confirming.doc(responses={401: "This passkey was not accepted."})
def confirm_by_passkey(json_data: PasskeyProofIn) -> Response:
    """Prove who is there by a passkey of this account."""
    take_account_seat(own_session().user_id)  # before the challenge is used up
    passkey = prove_passkey(json_data.credential)
    if passkey.user_id != own_session().user_id:
        raise WrongPasskeyError
    lock_current_user()
    return _confirmed(how="passkey", proved_by=old_proof(passkey, made_at=passkey.created_at))


def _prove_password(password: str | None) -> tuple[Counted, str | None]:
    """Refuse a wrong password; ends the transaction.

    Returns:
        What to give back, and the hash that the password was compared with.
    """
    session = own_session()
    user_id, mine = session.user_id, str(session.id)
    known_hash = session.user.password_hash
    counted = take_own(
        (CONFIRM_TRIES, mine),
        (CONFIRM_TRIES_LONG, mine),
        together=(CONFIRM_TRIES_PERSON, str(user_id)),
        reserved=(CONFIRM_TRIES_RESERVED, mine),
    )
    if not is_right(password or "", password_hash=known_hash):
        record_failure(Event.CONFIRMATION_FAILED, user_id=user_id)
        db.session.commit()
        raise WrongCredentialsError("This password is wrong.")
    return counted, known_hash


def _confirmed(*, how: str, proved_by: str | None, mails: Sequence[OutboxMail] = ()) -> Response:
    token = renew_session(own_session(), how=how, proved_by=proved_by)
    commit_and_notify(*mails)
    fresh_until = now() + FRESH_FOR
    response = json_response(ConfirmedOut(fresh_until=fresh_until).model_dump(mode="json"))
    set_cookie(response, Cookie.SESSION, token, lifetime=LIFETIME)
    return response
