"""The password, the authenticator app and the recovery codes of one's own account."""

from flask import Response
from sqlalchemy import select

from app.accounts.audit.log import Event, record
from app.accounts.client_info import visitor
from app.accounts.emails.outbox import Kind, commit_and_notify, queue_mail, withdraw_mails
from app.accounts.errors import NoSecondFactorError, WeakPasswordError, WrongCodeError
from app.accounts.mfa.former_factors import keep_app, keep_codes
from app.accounts.mfa.methods import second_factors
from app.accounts.mfa.policy import (
    mail_of_change,
    refuse_lock_out,
    refuse_unproved,
)
from app.accounts.mfa.recovery_codes import make_codes
from app.accounts.mfa.schemas import (
    CodeIn,
    NothingIn,
    PasswordAnswer,
    PasswordIn,
    PasswordQuestion,
    RecoveryCodesMade,
    SecurityOut,
    TotpBegun,
    TotpConfirmed,
)
from app.accounts.mfa.totp import begin_authenticator, confirm_authenticator
from app.accounts.models import Totp
from app.accounts.passwords.hashing import judge_password, set_password
from app.accounts.passwords.strength import Judgement
from app.accounts.rate_limits.limiter import give_back, give_each_back, take, take_each
from app.accounts.rate_limits.networks import for_network
from app.accounts.rate_limits.policies import (
    NEW_WAYS_IN,
    PASSWORD_CHANGES,
    PASSWORD_CHECKS_NETWORK,
    PASSWORD_CHECKS_PERSON,
    PASSWORDS_SET,
    TOO_MANY_TRIES,
    TOTP_CONFIRM_TRIES,
)
from app.accounts.security.first_factor import finish_adding_factor
from app.accounts.security.overview import security_of
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.guards import (
    current_user,
    lock_current_user,
    own_session,
    public,
    recent_proof_required,
    session_required,
)
from app.accounts.sessions.one_time_tokens import Purpose
from app.accounts.sessions.rotation import keep_only_this_session
from app.database import db
from app.errors import NotFoundError
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response

factors = APIBlueprint("factors", __name__, url_prefix="/api/account", tag="Security")
password_check = APIBlueprint("password_check", __name__, url_prefix="/api/auth", tag="Signing in")


@factors.get("/security")
@session_required
@factors.output(SecurityOut)
def security() -> Response:
    """All ways into one's own account."""
    return json_response(security_of(current_user()).model_dump(mode="json"))


@factors.post("/password")
@recent_proof_required
@factors.input(PasswordIn, location="json")
@factors.output({}, status_code=204, description="Set; all other sessions are ended.")
@factors.doc(responses={429: TOO_MANY_TRIES})
def change_password(json_data: PasswordIn) -> Response:
    """Set a password, or another one. Other browsers are signed out.

    Links from mails that set a password stay: see [Note: What a link that resets is bound to].

    This browser gets a new session cookie; the one before is worth nothing.
    """
    whose = str(current_user().id)
    counted = (PASSWORDS_SET, whose), (PASSWORD_CHANGES, whose)
    take_each(*counted)
    user = lock_current_user(*counted)
    try:
        set_password(user, json_data.password)
    except WeakPasswordError:  # the check of its strength stays counted
        give_back(PASSWORD_CHANGES, of=whose)
        db.session.commit()
        raise
    elsewhere = keep_only_this_session(own_session())
    # What somebody else began who knew the old one ends too.
    withdraw_mails(user.id, Kind.CHANGE_EMAIL)
    one_time_tokens.forget(user.id, Purpose.CHANGE_EMAIL)
    one_time_tokens.forget_sign_ins(user.id)
    record(Event.PASSWORD_CHANGED, user_id=user.id)
    who = visitor()
    mail = queue_mail(
        Kind.PASSWORD_CHANGED,
        email=user.email,
        user_id=user.id,
        ip=who.ip,
        user_agent=who.user_agent,
    )
    commit_and_notify(mail)
    response = Response(status=204)
    elsewhere.set_cookies(response)
    return response


@factors.post("/password/check")
@session_required
@factors.input(PasswordIn, location="json")
@factors.output(PasswordAnswer)
@factors.doc(responses={429: "Too many questions."})
def check_own_password(json_data: PasswordIn) -> Response:
    """Say how soon a password would be guessed, for one's own account. Nothing is kept."""
    user = current_user()
    take(PASSWORD_CHECKS_PERSON, of=str(user.id))
    has_factor = bool(second_factors(user.id))
    return _judged(
        judge_password(json_data.password, email=user.email, has_second_factor=has_factor)
    )


@password_check.post("/password/check")
@public
@password_check.input(PasswordQuestion, location="json")
@password_check.output(PasswordAnswer)
@password_check.doc(responses={429: "Too many questions."})
def check_password(json_data: PasswordQuestion) -> Response:
    """Say how soon a password would be guessed, before there is an account. Nothing is kept."""
    take_each(*for_network(PASSWORD_CHECKS_NETWORK))
    return _judged(judge_password(json_data.password, email=json_data.email))


@factors.post("/totp")
@recent_proof_required
@factors.input(NothingIn, location="json")
@factors.output(TotpBegun)
@factors.doc(
    responses={409: "There is an app already, or the address is not proved.", 429: TOO_MANY_TRIES}
)
def begin_totp(json_data: NothingIn) -> Response:  # noqa: ARG001 - it takes nothing
    """Make a secret for an authenticator app; it asks for nothing before its first code."""
    counted = NEW_WAYS_IN, str(current_user().id)
    take_each(counted)
    user = lock_current_user(counted)
    refuse_unproved(user)
    begun = begin_authenticator(user)
    db.session.commit()
    answer = TotpBegun(secret=begun.secret, uri=begun.uri, qr_svg=begun.qr_svg)
    return json_response(answer.model_dump(mode="json"))


@factors.post("/totp/confirm")
@recent_proof_required
@factors.input(CodeIn, location="json")
@factors.output(TotpConfirmed)
@factors.doc(
    responses={
        401: "The code is wrong, or no app was begun.",
        409: "The address is not proved.",
        429: "Too many tries.",
    }
)
def confirm_totp(json_data: CodeIn) -> Response:
    """Show the app's first code: from now on it is asked for.

    The first factor brings recovery codes, and signs all your other browsers out. This browser gets
    a new session cookie then; the one before is worth nothing.
    """
    refuse_unproved(current_user())
    tries = (TOTP_CONFIRM_TRIES, str(own_session().id))
    take_each(tries)
    user = lock_current_user(tries)
    if not confirm_authenticator(user.id, "".join(json_data.code.split())):
        raise WrongCodeError
    give_each_back(tries)
    db.session.flush()  # what there is now is looked at next
    added = finish_adding_factor(user)
    record(Event.TOTP_ADDED, user_id=user.id)
    commit_and_notify(mail_of_change(user, "totp_added", ended=added.ended))
    made = TotpConfirmed(recovery_codes=added.codes, ended=added.ended)
    response = json_response(made.model_dump(mode="json"))
    added.set_cookies(response)
    return response


@factors.delete("/totp")
@recent_proof_required
@factors.output({}, status_code=204, description="Its codes are worth nothing any more.")
@factors.doc(
    responses={
        404: "There is no app.",
        409: "The password is too short to be the only factor.",
    }
)
def remove_totp() -> Response:
    """Remove the authenticator app. Recovery codes go with the last factor."""
    user = lock_current_user()
    app = db.session.scalar(
        select(Totp).where(Totp.user_id == user.id, Totp.confirmed_at.is_not(None))
    )
    if app is None:
        raise NotFoundError
    keep_app(app, session=own_session())
    db.session.delete(app)
    db.session.flush()  # what is left is looked at next
    refuse_lock_out(user)
    record(Event.TOTP_REMOVED, user_id=user.id)
    commit_and_notify(mail_of_change(user, "totp_removed"))
    return Response(status=204)


@factors.post("/recovery-codes")
@recent_proof_required
@factors.input(NothingIn, location="json")
@factors.output(RecoveryCodesMade)
@factors.doc(responses={409: "There is no second factor to stand in for.", 429: TOO_MANY_TRIES})
def remake_recovery_codes(json_data: NothingIn) -> Response:  # noqa: ARG001 - it takes nothing
    """Make new recovery codes; those from before are worth nothing any more."""
    counted = NEW_WAYS_IN, str(current_user().id)
    take_each(counted)
    user = lock_current_user(counted)
    if not second_factors(user.id):
        raise NoSecondFactorError
    keep_codes(user.id, session=own_session())
    codes = make_codes(user.id)
    record(Event.RECOVERY_CODES_MADE, user_id=user.id)
    commit_and_notify(mail_of_change(user, "recovery_codes_made"))
    return json_response(RecoveryCodesMade(recovery_codes=codes).model_dump(mode="json"))


def _judged(judgement: Judgement) -> Response:
    answer = PasswordAnswer(
        score=judgement.score,
        warning=judgement.warning,
        suggestions=list(judgement.suggestions),
        accepted=judgement.refusal is None,
    )
    return json_response(answer.model_dump(mode="json"))
