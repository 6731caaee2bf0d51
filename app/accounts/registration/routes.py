"""Register by a link from an e-mail or an invitation, and reset a password by a link.

[Note: Nothing tells who has an account] A request for an e-mail gets the same response after the
same work, whatever the address is. The worker looks the address up when it renders the e-mail
(docs/decisions/0015).
"""

from uuid import UUID

from flask import Response

from app.accounts.audit.log import Event, record
from app.accounts.client_info import visitor
from app.accounts.create_account import (
    find_invite,
    is_first,
    make_account,
    refuse_other_address,
    refuse_uninvited,
    use_invite,
)
from app.accounts.emails.links import is_bound_to, may_reset_by_mail
from app.accounts.emails.outbox import Kind, commit_and_notify, queue_mail
from app.accounts.emails.rate_limits import (
    count_for_invited,
    count_for_stranger,
    refuse_without_mail,
)
from app.accounts.errors import EmailTakenError, LinkDeadError, ProveByMailError
from app.accounts.mfa.policy import hold_to_sign_in
from app.accounts.models import OneTimeToken, User
from app.accounts.passwords.hashing import hash_password, refuse_weak
from app.accounts.rate_limits.limiter import take, take_each
from app.accounts.rate_limits.policies import PASSWORDS_SET, TOO_MANY_TRIES
from app.accounts.registration.link_tokens import shown, shown_token
from app.accounts.registration.new_password import set_by_mail
from app.accounts.registration.schemas import (
    AcceptIn,
    AddressIn,
    InviteLookOut,
    JoinIn,
    LinkAndPasswordIn,
    LinkIn,
    LinkOut,
)
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.guards import public
from app.accounts.sessions.one_time_tokens import Purpose
from app.accounts.sessions.schemas import SessionOut
from app.accounts.sign_in.flow import How, finish_sign_in, user_of
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response

joining = APIBlueprint("joining", __name__, url_prefix="/api/auth", tag="Joining")

_SENT = "A mail is on its way, if there is one to send."
_DEAD = "The link was used, has expired, or was never made."
_NO_MAIL = "This site sends no mail."


@joining.post("/register")
@public
@joining.input(JoinIn, location="json")
@joining.output({}, status_code=202, description=_SENT)
@joining.doc(
    responses={403: "This site is closed, or by invitation.", 409: _NO_MAIL, 429: TOO_MANY_TRIES}
)
def register(json_data: JoinIn) -> Response:
    """Ask for a link that makes an account. Nobody but the mailbox learns whether there is one."""
    email = json_data.email
    invite = find_invite(json_data.invite)
    refuse_uninvited(dependencies().settings.registration, has_invite=invite is not None)
    refuse_other_address(invite, email=email)
    refuse_without_mail()
    invite_id = invite.id.hex if invite else None
    if invite:
        count_for_invited(invite.id)
    else:
        count_for_stranger(Kind.JOIN, email)
    commit_and_notify(queue_mail(Kind.JOIN, email=email, invite_id=invite_id))
    return json_response({}, status=202)


@joining.post("/welcome/look")
@public
@joining.input(LinkIn, location="json")
@joining.output(LinkOut)
@joining.doc(responses={410: _DEAD, 429: TOO_MANY_TRIES})
def look_at_welcome(json_data: LinkIn) -> Response:
    """Whose account a link would make."""
    begun = shown_token(json_data.token, Purpose.WELCOME)
    return json_response({"email": begun.data["email"]})


@joining.post("/welcome")
@public
@joining.input(LinkAndPasswordIn, location="json")
@joining.output(SessionOut, status_code=201, description="The account was made and is signed in.")
@joining.doc(
    responses={403: "This site is closed, or by invitation.", 410: _DEAD, 429: TOO_MANY_TRIES}
)
def welcome(json_data: LinkAndPasswordIn) -> Response:
    """Make the account that a link is for, and sign in. Its address is proved by the link."""
    begun = shown_token(json_data.token, Purpose.WELCOME)
    email: str = begun.data["email"]
    take(PASSWORDS_SET, of=json_data.token)
    refuse_weak(json_data.password, email=email)
    password_hash = hash_password(json_data.password)
    _take(Purpose.WELCOME, json_data.token)
    first = is_first()
    invite_id = begun.data["invite_id"]
    if not first:
        refuse_uninvited(dependencies().settings.registration, has_invite=invite_id is not None)
    user = make_account(email, password_hash=password_hash, is_verified=True, is_first=first)
    if user is None:
        raise LinkDeadError
    if invite_id:
        use_invite(UUID(invite_id), user=user)
    record(Event.ACCOUNT_MADE, user_id=user.id, how=How.WELCOME, invited=invite_id is not None)
    return finish_sign_in(user, How.WELCOME, status=201)


@joining.post("/invites/look")
@public
@joining.input(LinkIn, location="json")
@joining.output(InviteLookOut)
@joining.doc(responses={410: _DEAD, 429: TOO_MANY_TRIES})
def look_at_invite(json_data: LinkIn) -> Response:
    """What an invitation says, and how it is taken."""
    invite = shown(lambda: find_invite(json_data.token))
    by_mail = dependencies().settings.mail_from is not None
    return json_response({"email": invite.email, "note": invite.note, "by_mail": by_mail})


@joining.post("/invites/accept")
@public
@joining.input(AcceptIn, location="json")
@joining.output(SessionOut, status_code=201, description="The account was made and is signed in.")
@joining.doc(
    responses={
        403: "This site is closed, or the invitation is for another address.",
        409: "This site sends mail (`prove_by_mail`), or the address has an account.",
        410: _DEAD,
        429: TOO_MANY_TRIES,
    }
)
def accept_invite(json_data: AcceptIn) -> Response:
    """Take an invitation where the site sends no mail: the address is taken on trust.

    This is the one answer that tells that an address has an account, to those who hold an
    invitation: without mail there is no other way to tell its owner.
    """
    settings, email = dependencies().settings, json_data.email
    if settings.mail_from is not None:
        raise ProveByMailError
    invite = shown(lambda: find_invite(json_data.token))
    refuse_uninvited(settings.registration, has_invite=True)
    refuse_other_address(invite, email=email)
    take(PASSWORDS_SET, of=json_data.token)
    refuse_weak(json_data.password, email=email)
    password_hash = hash_password(json_data.password)
    user = make_account(email, password_hash=password_hash, is_verified=False, is_first=is_first())
    if user is None:
        raise EmailTakenError
    use_invite(invite.id, user=user)
    record(Event.ACCOUNT_MADE, user_id=user.id, how=How.INVITE, invited=True)
    return finish_sign_in(user, How.INVITE, status=201)


@joining.post("/reset")
@public
@joining.input(AddressIn, location="json")
@joining.output({}, status_code=202, description=_SENT)
@joining.doc(responses={409: _NO_MAIL, 429: TOO_MANY_TRIES})
def ask_for_reset(json_data: AddressIn) -> Response:
    """Ask for a link that sets a new password. Nobody but the mailbox learns who has an account."""
    # See [Note: Nothing tells who has an account].
    refuse_without_mail()
    count_for_stranger(Kind.RESET, json_data.email)
    who = visitor()
    mail = queue_mail(Kind.RESET, email=json_data.email, ip=who.ip, user_agent=who.user_agent)
    commit_and_notify(mail)
    return json_response({}, status=202)


@joining.post("/reset/look")
@public
@joining.input(LinkIn, location="json")
@joining.output(LinkOut)
@joining.doc(responses={410: _DEAD, 429: TOO_MANY_TRIES})
def look_at_reset(json_data: LinkIn) -> Response:
    """Whose password a link would set."""
    return json_response({"email": _whose_reset(json_data.token).email})


@joining.post("/reset/finish")
@public
@joining.input(LinkAndPasswordIn, location="json")
@joining.output(SessionOut, description="Signed in, or a second factor is awaited.")
@joining.doc(responses={403: "The account was shut.", 410: _DEAD, 429: TOO_MANY_TRIES})
def finish_reset(json_data: LinkAndPasswordIn) -> Response:
    """Set a new password by a link.

    Every signed-in browser, every access token and every older link ends. Where nobody had proved
    the address before, so do passkeys, the authenticator app, recovery codes and linked accounts.
    """
    user = _whose_reset(json_data.token)
    counted = PASSWORDS_SET, json_data.token
    take_each(counted)
    # Whoever changes how the person signs in, moves the account or shuts it was first, or waits.
    hold_to_sign_in(user, counted, by_link=True)
    if not (is_bound_to(_take(Purpose.RESET, json_data.token), user) and may_reset_by_mail(user)):
        raise LinkDeadError
    return set_by_mail(user, json_data.password, how=How.RESET)


def _whose_reset(token: str) -> User:
    begun = shown_token(token, Purpose.RESET)
    user = user_of(begun)
    if user is None or not is_bound_to(begun, user) or not may_reset_by_mail(user):
        raise LinkDeadError
    return user


def _take(purpose: Purpose, token: str) -> OneTimeToken:
    begun = one_time_tokens.take(purpose, token)
    if begun is None:
        raise LinkDeadError
    return begun
