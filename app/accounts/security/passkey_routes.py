"""Signing in with a passkey, and the passkeys of one's own account."""

from uuid import UUID

from flask import Response
from sqlalchemy import select

from app.accounts.audit.log import Event, record
from app.accounts.emails.outbox import commit_and_notify
from app.accounts.errors import WrongPasskeyError
from app.accounts.mfa.former_factors import keep_passkey, old_proof
from app.accounts.mfa.passkeys import (
    add_passkey,
    options_to_create,
    options_to_get,
    prove_passkey,
    refuse_too_many,
    this_browser,
)
from app.accounts.mfa.policy import (
    mail_of_change,
    refuse_lock_out,
    refuse_unproved,
)
from app.accounts.mfa.schemas import (
    NothingIn,
    OptionsOut,
    PasskeyChange,
    PasskeyIn,
    PasskeyMade,
    PasskeyOut,
    PasskeySignIn,
)
from app.accounts.models import OneTimeToken, Passkey, User
from app.accounts.rate_limits.limiter import take, take_each
from app.accounts.rate_limits.networks import for_network
from app.accounts.rate_limits.policies import (
    NEW_WAYS_IN,
    PASSKEY_TRIES_NETWORK,
    PASSKEY_TRIES_PERSON,
    TOO_MANY_TRIES,
)
from app.accounts.security.first_factor import finish_adding_factor
from app.accounts.sessions.guards import (
    current_session,
    current_user,
    lock_current_user,
    own_session,
    public,
    recent_proof_required,
    session_required,
)
from app.accounts.sessions.schemas import SessionOut
from app.accounts.sign_in.flow import (
    How,
    awaited_second_factor,
    finish_second_factor,
    finish_sign_in,
)
from app.accounts.sign_in.passkey_options import answer_with
from app.database import db
from app.errors import NotFoundError
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response

passkey_sign_in = APIBlueprint(
    "passkey_sign_in", __name__, url_prefix="/api/auth", tag="Signing in"
)
passkeys = APIBlueprint("passkeys", __name__, url_prefix="/api/account/passkeys", tag="Security")

_NOT_NOW = "The address is not proved, or there are as many passkeys as there may be."


@passkey_sign_in.post("/passkey/options")
@public
@passkey_sign_in.input(NothingIn, location="json")
@passkey_sign_in.output(OptionsOut)
@passkey_sign_in.doc(responses={429: "Too many tries."})
def ask_for_passkey(json_data: NothingIn) -> Response:  # noqa: ARG001 - it takes nothing
    """Say what to ask the browser's passkeys with: to sign in, as second factor, to confirm."""
    session, awaited = current_session(), awaited_second_factor()
    if session:
        take(PASSKEY_TRIES_PERSON, of=str(session.user_id))
    elif awaited:
        # Of the sign-in, whose first factor was right: nobody in the network uses them up.
        take(PASSKEY_TRIES_PERSON, of=f"awaited {awaited.id}")
    else:
        take_each(*for_network(PASSKEY_TRIES_NETWORK))
    people = {each.user_id for each in (awaited, session) if each and each.user_id}
    browser = this_browser()
    options = options_to_get(people, browser=browser, former_of=_beside_mail(awaited))
    return answer_with(options, browser=browser)


@passkey_sign_in.post("/passkey")
@public
@passkey_sign_in.input(PasskeySignIn, location="json")
@passkey_sign_in.output(SessionOut, description="Signed in.")
@passkey_sign_in.doc(
    responses={401: "This passkey was not accepted.", 403: "The account was shut."}
)
def sign_in_by_passkey(json_data: PasskeySignIn) -> Response:
    """Sign in with a passkey, or give it as the second factor that this browser awaits."""
    awaited = awaited_second_factor()  # read once: a former passkey finishes this one, or nothing
    awaited_of, first = (awaited.user_id, awaited.data["how"]) if awaited else (None, None)
    passkey = prove_passkey(json_data.credential, former_of=_beside_mail(awaited))
    user = db.session.get_one(User, passkey.user_id)
    proof = old_proof(passkey, made_at=passkey.created_at)
    if first is None:
        return finish_sign_in(user, How.PASSKEY, link=json_data.link, proved_by=proof)
    if awaited_of != passkey.user_id:
        raise WrongPasskeyError("This passkey is another account's. Start again to use it.")
    how = f"{first} and passkey"
    return finish_second_factor(user, how=how, proved_by=proof, link=json_data.link)


def _beside_mail(awaited: OneTimeToken | None) -> UUID | None:
    """Whose former passkeys count: see [Note: Former factors]."""
    return awaited.user_id if awaited and awaited.data["how"] == How.RESET else None


@passkeys.post("/options")
@recent_proof_required
@passkeys.input(NothingIn, location="json")
@passkeys.output(OptionsOut)
@passkeys.doc(responses={409: _NOT_NOW, 429: TOO_MANY_TRIES})
def begin_passkey(json_data: NothingIn) -> Response:  # noqa: ARG001 - it takes nothing
    """Say what to ask the browser with, so that it makes a passkey."""
    take(NEW_WAYS_IN, of=str(current_user().id))
    refuse_unproved(current_user())
    refuse_too_many(current_user().id)
    browser = this_browser()
    return answer_with(options_to_create(current_user(), browser=browser), browser=browser)


@passkeys.post("")
@recent_proof_required
@passkeys.input(PasskeyIn, location="json")
@passkeys.output(PasskeyMade, status_code=201)
@passkeys.doc(responses={409: _NOT_NOW})
def finish_passkey(json_data: PasskeyIn) -> Response:
    """Keep a passkey that the browser made.

    The first factor brings recovery codes, and signs all your other browsers out. This browser gets
    a new session cookie then; the one before is worth nothing.
    """
    user = current_user()
    refuse_unproved(user)
    passkey = add_passkey(user, json_data.credential, name=json_data.name)
    added = finish_adding_factor(user)
    record(Event.PASSKEY_ADDED, user_id=user.id, name=passkey.name)
    shown = PasskeyOut.model_validate(passkey, from_attributes=True)
    mail = mail_of_change(user, "passkey_added", name=passkey.name, ended=added.ended)
    commit_and_notify(mail)
    made = PasskeyMade(passkey=shown, recovery_codes=added.codes, ended=added.ended)
    response = json_response(made.model_dump(mode="json"), status=201)
    added.set_cookies(response)
    return response


@passkeys.patch("/<uuid:passkey_id>")
@session_required
@passkeys.input(PasskeyChange, location="json")
@passkeys.output(PasskeyOut)
@passkeys.doc(responses={404: "You have no such passkey."})
def rename_passkey(passkey_id: UUID, json_data: PasskeyChange) -> Response:
    """Call a passkey something else."""
    passkey = _own_passkey(passkey_id, is_held=True)  # another request may remove it
    passkey.name = json_data.name
    shown = PasskeyOut.model_validate(passkey, from_attributes=True)
    db.session.commit()
    return json_response(shown.model_dump(mode="json"))


@passkeys.delete("/<uuid:passkey_id>")
@recent_proof_required
@passkeys.output({}, status_code=204, description="It opens nothing any more.")
@passkeys.doc(
    responses={
        404: "You have no such passkey.",
        409: "It is the last way in, or the password is too short to be the only factor.",
    }
)
def remove_passkey(passkey_id: UUID) -> Response:
    """Remove a passkey. Recovery codes go with the last factor."""
    user = lock_current_user()
    passkey = _own_passkey(passkey_id)
    keep_passkey(passkey, session=own_session())
    db.session.delete(passkey)
    db.session.flush()  # what is left is looked at next
    refuse_lock_out(user)
    record(Event.PASSKEY_REMOVED, user_id=user.id, name=passkey.name)
    commit_and_notify(mail_of_change(user, "passkey_removed", name=passkey.name))
    return Response(status=204)


def _own_passkey(passkey_id: UUID, *, is_held: bool = False) -> Passkey:
    own = select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == current_user().id)
    found = db.session.scalar(own.with_for_update() if is_held else own)
    if found is None:
        raise NotFoundError
    return found
