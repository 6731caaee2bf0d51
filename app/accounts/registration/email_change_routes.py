"""Verify one's e-mail address, and change it."""

from flask import Response

from app.accounts.audit.log import Event, record
from app.accounts.create_account import move_to
from app.accounts.emails.outbox import Kind, commit_and_notify, queue_mail, withdraw_mails
from app.accounts.emails.rate_limits import count_for_change, count_for_person, refuse_without_mail
from app.accounts.errors import LinkDeadError
from app.accounts.models import OutboxMail, User
from app.accounts.rate_limits.policies import TOO_MANY_TRIES
from app.accounts.registration.link_tokens import shown_token
from app.accounts.registration.schemas import AddressIn, LinkIn, VerifiedOut
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.guards import (
    current_user,
    lock_current_user,
    recent_proof_required,
    session_required,
)
from app.accounts.sessions.one_time_tokens import Purpose
from app.database import db, now
from app.errors import FieldError, ValidationFailedError
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response

own_address = APIBlueprint("own_address", __name__, url_prefix="/api", tag="Account")

_SENT = "A mail is on its way."
_NO_MAIL = "This site sends no mail."


@own_address.post("/account/email")
@recent_proof_required
@own_address.input(AddressIn, location="json")
@own_address.output({}, status_code=202, description=_SENT)
@own_address.doc(responses={409: _NO_MAIL, 429: TOO_MANY_TRIES})
def change_email(json_data: AddressIn) -> Response:
    """Ask for another address. It is the account's once the link that is sent there is opened.

    The answer is the same when somebody else has an account with it. The present address gets a
    notice.
    """
    refuse_without_mail()
    wanted = json_data.email
    if wanted == current_user().email:
        raise _already(wanted)
    user = lock_current_user(*count_for_change(current_user().id, wanted=wanted))
    user_id, present = user.id, user.email
    # Mails first: the sender locks a row while it writes the mail, and its link exists after that.
    withdraw_mails(user_id, Kind.CHANGE_EMAIL)
    one_time_tokens.forget(user_id, Purpose.CHANGE_EMAIL)
    record(Event.EMAIL_CHANGE_ASKED, user_id=user_id, wanted=wanted)
    commit_and_notify(
        queue_mail(Kind.CHANGE_EMAIL, email=wanted, user_id=user_id),
        queue_mail(Kind.EMAIL_CHANGING, email=present, user_id=user_id, wanted=wanted),
    )
    return json_response({}, status=202)


@own_address.post("/account/email/verify")
@session_required
@own_address.output({}, status_code=202, description=_SENT)
@own_address.doc(responses={409: _NO_MAIL, 429: TOO_MANY_TRIES})
def ask_for_proof() -> Response:
    """Send the link that proves the account's address once more; nothing, if it is proved."""
    refuse_without_mail()
    user = current_user()
    user_id, email = user.id, user.email
    if not user.email_verified:
        count_for_person(Kind.VERIFY_EMAIL, user_id)
        commit_and_notify(queue_mail(Kind.VERIFY_EMAIL, email=email, user_id=user_id))
    return json_response({}, status=202)


@own_address.post("/auth/verify")
@session_required
@own_address.input(LinkIn, location="json")
@own_address.output(VerifiedOut)
@own_address.doc(
    responses={410: "The link is of no use any more, or for another account.", 429: TOO_MANY_TRIES}
)
def verify(json_data: LinkIn) -> Response:
    """Prove an address by the link that was sent there, signed in to the account that asked.

    Were the link enough, somebody could have a stranger open it and so keep an account in the
    stranger's name; and whoever stole a mailbox alone could move nothing.
    """
    begun = shown_token(json_data.token, Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL)
    user = lock_current_user()
    if begun.user_id != user.id:
        raise LinkDeadError("This link is for another account than the one you are signed in to.")
    purpose = Purpose(begun.purpose)
    if one_time_tokens.take(purpose, json_data.token) is None:
        raise LinkDeadError
    email: str = begun.data["email"]
    if purpose is Purpose.CHANGE_EMAIL:
        commit_and_notify(_move(user, email))
    else:
        _prove(user, email)
        db.session.commit()
    return json_response({"email": email, "changed": purpose is Purpose.CHANGE_EMAIL})


def _move(user: User, email: str) -> OutboxMail:
    former, was_proved = user.email, user.email_verified
    is_back = move_to(user, email)
    # Whoever takes an address back leaves one that may be a stranger's: no link goes there.
    has_link = was_proved and not is_back
    return queue_mail(Kind.EMAIL_CHANGED, email=former, user_id=user.id, was_proved=has_link)


def _prove(user: User, email: str) -> None:
    if user.email != email:
        raise LinkDeadError
    if not user.email_verified:
        user.email_verified_at = now()
        record(Event.EMAIL_VERIFIED, user_id=user.id, how="link")


def _already(email: str) -> ValidationFailedError:
    message = "This is your address already."
    error = FieldError(location="body", field="email", message=message)
    return ValidationFailedError(f"{email}: {message}", errors=(error,))
