"""Undo a change of e-mail address, by the link that was sent to the old address.

[Note: Putting a former address back] Whoever was in an account could move it to an address of their
own, and its owner could not come back by mail. So an address that was proved gets a link that is
good for a week. It proves that somebody reads the former mailbox, and sets a new password in the
same transaction, as a link for a new password does: between the two, whoever is in the account with
its password could undo the one and prevent the other. Where a second factor is older than a week, a
code goes with the link, so that a mailbox which its owner left because somebody else reads it opens
nothing by itself (docs/decisions/0086, 0094).
"""

from flask import Response

from app.accounts.create_account import NEW_FACTOR, has_older_factor, move_back
from app.accounts.emails.links import was_undone
from app.accounts.emails.outbox import Kind, queue_mail
from app.accounts.mfa.policy import hold_to_sign_in
from app.accounts.mfa.verify_code import prove_code, take_link_code_try
from app.accounts.models import OneTimeToken, OutboxMail, User
from app.accounts.rate_limits.limiter import take_each
from app.accounts.rate_limits.policies import PASSWORDS_SET, TOO_MANY_TRIES
from app.accounts.registration.link_tokens import shown_token
from app.accounts.registration.new_password import set_by_mail
from app.accounts.registration.schemas import LinkIn, RestoreIn, RestoreLookOut
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.guards import public
from app.accounts.sessions.one_time_tokens import Purpose
from app.accounts.sessions.schemas import SessionOut
from app.accounts.sign_in.flow import How, user_of
from app.database import now
from app.errors import CodeNeededError, LinkDeadError
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response

former_address = APIBlueprint(
    "former_address", __name__, url_prefix="/api/auth/former-address", tag="Joining"
)

_DEAD = "The link was used, has expired, or was never made."


@former_address.post("/look")
@public
@former_address.input(LinkIn, location="json")
@former_address.output(RestoreLookOut)
@former_address.doc(responses={410: _DEAD, 429: TOO_MANY_TRIES})
def look_at_former_address(json_data: LinkIn) -> Response:
    """Which address a link would put back, and whether it takes a code."""
    user, begun = _whose(json_data.token)
    return json_response({"email": begun.data["email"], "needs_code": has_older_factor(user)})


@former_address.post("/restore")
@public
@former_address.input(RestoreIn, location="json")
@former_address.output(SessionOut, description="Signed in, or a second factor is awaited.")
@former_address.doc(
    responses={
        401: "It takes a code, or the code is wrong.",
        403: "The account was shut.",
        410: _DEAD,
        429: TOO_MANY_TRIES,
    }
)
def restore_email(json_data: RestoreIn) -> Response:
    """Put a former address back, and set a new password.

    Every signed-in browser, every access token, every provider that was linked within a week and
    every other link ends; so do links that undo later changes. Second factors go where all of them
    are younger than a week, but never an administrator's.
    """
    user, begun = _whose(json_data.token)
    tries = PASSWORDS_SET, json_data.token
    take_each(tries)
    code = json_data.code
    counted = None
    if code and has_older_factor(user):
        counted = take_link_code_try(user, code, link=begun)
    hold_to_sign_in(user, tries, *(counted or ()), by_link=True)
    mails: list[OutboxMail] = []
    how = How.RESET
    if has_older_factor(user):
        if code is None or counted is None:
            raise CodeNeededError
        older = now() - NEW_FACTOR
        mails += prove_code(user, code, counted=counted, made_before=older).mails
        how = How.RESET_WITH_CODE
    # Last: a code that was wrong is recorded, and leaves the link.
    if (
        user.email == begun.data["email"]
        or was_undone(user.id, changed_at=begun.data["changed_at"])
        or one_time_tokens.take(Purpose.RESTORE_EMAIL, json_data.token) is None
    ):
        raise LinkDeadError
    left, was_proved = user.email, user.email_verified
    move_back(user, begun.data["email"], changed_at=begun.data["changed_at"])
    if was_proved:
        mails.append(queue_mail(Kind.EMAIL_RESTORED, email=left, user_id=user.id))
    return set_by_mail(user, json_data.password, how=how, mails=mails)


def _whose(token: str) -> tuple[User, OneTimeToken]:
    begun = shown_token(token, Purpose.RESTORE_EMAIL)
    user = user_of(begun)
    if (
        user is None
        or user.email == begun.data["email"]
        or was_undone(user.id, changed_at=begun.data["changed_at"])
    ):
        raise LinkDeadError
    return user, begun
