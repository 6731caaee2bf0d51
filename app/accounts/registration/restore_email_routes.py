"""Undo a change of e-mail address, by the link that was sent to the old address.

[Note: Putting a former address back] Whoever was in an account could move it to an address of their
own, and its owner could not come back by mail. So an address that was proved gets a link that is
good for a week. It proves that somebody reads the former mailbox, and sets a new password in the
same transaction, as a link for a new password does: between the two, whoever is in the account with
its password could undo the one and prevent the other. Where a second factor is older than a week,
proof of one goes with the link, so that a mailbox which its owner left because somebody else reads
it opens nothing by itself (docs/decisions/0086, 0094, 0100).
"""

from dataclasses import dataclass, field

from flask import Response
from sqlalchemy import exists, select

from app.accounts.create_account import has_older_factor, move_back
from app.accounts.emails.links import was_undone
from app.accounts.emails.outbox import Kind, queue_mail
from app.accounts.errors import CodeNeededError, LinkDeadError, WrongPasskeyError
from app.accounts.mfa.former_factors import has_old_passkey, old_proof
from app.accounts.mfa.methods import NEW_FACTOR
from app.accounts.mfa.passkeys import options_to_get, prove_passkey, this_browser
from app.accounts.mfa.policy import hold_to_sign_in, refuse_disabled
from app.accounts.mfa.schemas import OptionsOut
from app.accounts.mfa.verify_code import prove_code, take_link_code_try
from app.accounts.models import OneTimeToken, OutboxMail, User
from app.accounts.rate_limits.limiter import Limit, take, take_each
from app.accounts.rate_limits.policies import PASSKEY_TRIES_PERSON, PASSWORDS_SET, TOO_MANY_TRIES
from app.accounts.registration.link_tokens import shown_token
from app.accounts.registration.new_password import set_by_mail
from app.accounts.registration.schemas import LinkIn, RestoreIn, RestoreLookOut
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.guards import public
from app.accounts.sessions.one_time_tokens import Purpose
from app.accounts.sessions.schemas import SessionOut
from app.accounts.sign_in.flow import How, user_of
from app.accounts.sign_in.passkey_options import answer_with
from app.database import db, now
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
    """Which address a link would put back, and whether it takes a code or a passkey."""
    user, begun = _whose(json_data.token)
    found = RestoreLookOut(
        email=begun.data["email"],
        needs_code=has_older_factor(user),
        takes_passkey=has_old_passkey(user.id),
        is_taken=bool(db.session.scalar(select(exists().where(User.email == begun.data["email"])))),
    )
    return json_response(found.model_dump(mode="json"))


@former_address.post("/passkey/options")
@public
@former_address.input(LinkIn, location="json")
@former_address.output(OptionsOut)
@former_address.doc(responses={410: _DEAD, 429: TOO_MANY_TRIES})
def ask_for_passkey_beside_link(json_data: LinkIn) -> Response:
    """Say what to ask the browser's passkeys with, to put a former address back."""
    user, begun = _whose(json_data.token)
    take(PASSKEY_TRIES_PERSON, of=f"link {begun.id}")
    browser = this_browser()
    options = options_to_get({user.id}, browser=browser, former_of=user.id)
    return answer_with(options, browser=browser)


@former_address.post("/restore")
@public
@former_address.input(RestoreIn, location="json")
@former_address.output(SessionOut, description="Signed in, or a second factor is awaited.")
@former_address.doc(
    responses={
        401: "It takes a code or a passkey, or what was given is none.",
        403: "The account was shut.",
        409: "Another account has the address by now.",
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
    second = _prove_second(user, json_data, begun, counted=tries)
    # Last: a code that was wrong is recorded, and leaves the link.
    if (
        user.email == begun.data["email"]
        or was_undone(user.id, changed_at=begun.data["changed_at"])
        or one_time_tokens.take(Purpose.RESTORE_EMAIL, json_data.token) is None
    ):
        raise LinkDeadError
    left, was_proved = user.email, user.email_verified
    move_back(user, begun.data["email"], changed_at=begun.data["changed_at"])
    mails = second.mails
    if was_proved:
        mails.append(queue_mail(Kind.EMAIL_RESTORED, email=left, user_id=user.id))
    return set_by_mail(
        user, json_data.password, how=second.how, proved_by=second.proof, mails=mails
    )


@dataclass(frozen=True, kw_only=True)
class _SecondProof:
    """What was proved, and the mails to notify the worker of; `proof` as in `old_proof`."""

    how: How
    proof: str | None = None
    mails: list[OutboxMail] = field(default_factory=list)


def _prove_second(
    user: User, shown: RestoreIn, link: OneTimeToken, *, counted: tuple[Limit, str]
) -> _SecondProof:
    """Hold the person and, where a second factor is older than a week, use a proof of one up.

    Of those that are there still, and of former ones: see [Note: Former factors].

    Args:
        user: whose.
        shown: what the request brings.
        link: the link that it shows.
        counted: what was counted for it, given back if no seat is free.

    Raises:
        AccountDisabledError: the account is shut.
        TooManyAtOnceError: several links of the person's are being used.
        CodeNeededError: there is no proof.
        WrongCodeError: the code is none, was used or is too young.
        WrongPasskeyError: so is the passkey, or it is somebody else's.
        TooManyRequestsError: wait.
    """
    older, code, tries = now() - NEW_FACTOR, shown.code, None
    if shown.credential is not None and has_older_factor(user):
        passkey = prove_passkey(
            shown.credential, former_of=user.id, by_link=True, counted=(counted,)
        )
        refuse_disabled(user)
        if passkey.user_id != user.id or passkey.created_at >= older:
            raise WrongPasskeyError
        proof = old_proof(passkey, made_at=passkey.created_at)
        return _SecondProof(how=How.RESET_WITH_PASSKEY, proof=proof)
    if code and has_older_factor(user):
        tries = take_link_code_try(user, code, link=link)
    hold_to_sign_in(user, counted, *(tries or ()), by_link=True)
    if not has_older_factor(user):
        return _SecondProof(how=How.RESET)
    if code is None or tries is None:
        raise CodeNeededError
    proved = prove_code(user, code, counted=tries, made_before=older, beside_mail=True)
    return _SecondProof(how=How.RESET_WITH_CODE, proof=proved.proof, mails=proved.mails)


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
