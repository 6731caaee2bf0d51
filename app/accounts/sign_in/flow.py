"""Create the session: the last step of every kind of sign-in."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from flask import Response

from app.accounts.audit.log import Event, record
from app.accounts.client_info import visitor
from app.accounts.create_account import end_access_since_reset
from app.accounts.emails.outbox import Kind, commit_and_notify, queue_mail
from app.accounts.identities import link_awaited
from app.accounts.mfa.methods import second_factors
from app.accounts.mfa.policy import lock_user, refuse_disabled
from app.accounts.models import OneTimeToken, OutboxMail, User
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.cookies import Cookie, clear_cookie, read_cookie, set_cookie
from app.accounts.sessions.one_time_tokens import Purpose
from app.accounts.sessions.session_response import session_answer
from app.accounts.sessions.store import (
    DEVICE_KNOWN_FOR,
    LIFETIME,
    add_device,
    end_session_of,
    find_device,
    start_session,
)
from app.database import db, now
from app.errors import NotSignedInError
from app.http.middleware import bearer_token

SECOND_FACTOR_WITHIN = timedelta(minutes=10)


class How(StrEnum):
    """What was proved."""

    PASSWORD = "password"  # noqa: S105 - a way to sign in
    PASSKEY = "passkey"  # possession, and the person was verified by the device: two factors
    PROVIDER = "provider"  # how many factors is the provider's business
    RESET = one_time_tokens.BY_MAIL  # a mail was read
    RESET_WITH_CODE = "reset and code"  # a mail was read, and a second factor proved
    RESET_WITH_PASSKEY = "reset and passkey"
    FIRST = "first"  # the account was just made
    WELCOME = "welcome"  # the account was just made, from a mail
    INVITE = "invite"  # the account was just made, from an invitation, without mail


_MAKES_ACCOUNT = {How.FIRST, How.WELCOME, How.INVITE}

# A password or a mailbox that was stolen opens no account that has a second factor.
_ONE_FACTOR = {How.PASSWORD, How.RESET}


def finish_sign_in(
    user: User,
    how: How,
    *,
    provider: str = "",
    status: int = 200,
    link: bool = False,
    is_fresh: bool = True,
    begun_at: datetime | None = None,
    device_token: str | None = None,
    is_new: bool = False,
    proved_by: str | None = None,
) -> Response:
    """Sign in and commit; or, where `how` proves one factor of two, await the second.

    Args:
        user: who it is.
        how: what they proved.
        provider: which one, where it was a provider.
        status: the answer's.
        link: whether to link the provider's identity that waits in this browser for this account,
            once the sign-in is complete.
        is_fresh: whether the proof was asked for now; False: a provider may have let somebody
            through whom it knew from before.
        begun_at: when the proof was begun, where the person was not held since.
        device_token: what this browser is known by from now on, where it just got another.
        is_new: whether the account was just made, where `how` does not say so.
        proved_by: by which old second factor, see `former_factors.old_proof`.

    Raises:
        AccountDisabledError: an administrator shut the account.
        NotSignedInError: it is gone, or its sessions were ended since the proof was begun.
    """
    # [Note: Held while signing in] Whoever ends a person's sessions holds the person as well: so it
    # comes first, and what is left to prove is proved anew, or it finds the session that is made.
    # Whoever comes here holds them already (`hold_to_sign_in`), or has just made the account, but
    # for whom a passkey proved whose account is shut.
    refuse_disabled(user)
    lock_user(user)
    refuse_disabled(user)
    if begun_at is not None and _were_sessions_ended(user, since=begun_at):
        raise NotSignedInError
    beside_mail = how is How.RESET
    methods = second_factors(user.id, beside_mail=beside_mail) if how in _ONE_FACTOR else []
    if not methods:
        return _sign_in(
            user,
            how,
            provider=provider,
            status=status,
            link=link,
            is_fresh=is_fresh,
            device_token=device_token,
            is_new=is_new or how in _MAKES_ACCOUNT,
            proved_by=proved_by,
        )
    token = one_time_tokens.begin(
        Purpose.SECOND_FACTOR,
        lifetime=SECOND_FACTOR_WITHIN,
        user_id=user.id,
        data={"how": how, "link": link},
    )
    record(Event.SECOND_FACTOR_AWAITED, user_id=user.id, how=how)
    db.session.commit()
    response = session_answer(None, second_factor=methods, status=status)
    set_cookie(response, Cookie.PENDING, token, lifetime=SECOND_FACTOR_WITHIN)
    if device_token:
        set_cookie(response, Cookie.DEVICE, device_token, lifetime=DEVICE_KNOWN_FOR)
    return response


def _were_sessions_ended(user: User, *, since: datetime) -> bool:
    """Whether all sessions of a person, who is held, were ended."""
    return user.sessions_ended_at is not None and user.sessions_ended_at > since


def awaited_second_factor() -> OneTimeToken | None:
    """The sign-in of this browser that awaits its second factor, if there is one."""
    return one_time_tokens.look(Purpose.SECOND_FACTOR, read_cookie(Cookie.PENDING))


def finish_second_factor(
    user: User, *, how: str, proved_by: str | None, link: bool = False
) -> Response:
    """Sign in and commit: the first factor was proved in this browser, and now the second.

    Args:
        user: who it is.
        how: both, for the record: "password and totp".
        proved_by: the second, if it is old: see `former_factors.old_proof`.
        link: as in `finish_sign_in`; wished with either factor, it is done.

    Raises:
        AccountDisabledError: an administrator shut the account.
        NotSignedInError: no sign-in of this person awaits it here, or not any more.
    """
    lock_user(user)
    refuse_disabled(user)
    begun = one_time_tokens.take(Purpose.SECOND_FACTOR, read_cookie(Cookie.PENDING))
    if begun is None or begun.user_id != user.id:
        raise NotSignedInError
    wished = link or begun.data.get("link") is True
    device_token = None
    if begun.data["how"] == How.RESET:
        is_known = find_device(user.id, read_cookie(Cookie.DEVICE)) is not None
        end_access_since_reset(user)
        device_token = add_device(user.id) if is_known else None
    response = _sign_in(
        user,
        how,
        provider="",
        status=200,
        link=wished,
        is_fresh=True,
        device_token=device_token,
        proved_by=proved_by,
    )
    clear_cookie(response, Cookie.PENDING)
    return response


def _sign_in(
    user: User,
    how: str,
    *,
    provider: str,
    status: int,
    link: bool,
    is_fresh: bool,
    device_token: str | None = None,
    is_new: bool = False,
    proved_by: str | None = None,
) -> Response:
    # A token that was in the browser before is ended, not taken over (session fixation).
    # Not looked up: that would note its use, and so commit half of what is done here.
    if (earlier := read_cookie(Cookie.SESSION)) and bearer_token() is None:
        end_session_of(earlier)
    # A link that sets a new password outlives this: else whoever knows the old one could, by
    # signing in again and again, keep the owner from ever using theirs.
    token = start_session(user, visitor(), is_fresh=is_fresh, proved_by=proved_by)
    mails: list[OutboxMail] = []
    if device_token is None:
        device_token, mails = _note_device(user, is_new=is_new)
    linked = link_awaited(user) if link else []
    record(Event.SIGNED_IN, user_id=user.id, how=how, provider=provider or None)
    commit_and_notify(*mails, *linked)
    response = session_answer(user, fresh_at=now() if is_fresh else None, status=status)
    set_cookie(response, Cookie.SESSION, token, lifetime=LIFETIME)
    if device_token:
        set_cookie(response, Cookie.DEVICE, device_token, lifetime=DEVICE_KNOWN_FOR)
    if linked:
        clear_cookie(response, Cookie.LINK)
    return response


def _note_device(user: User, *, is_new: bool) -> tuple[str | None, list[OutboxMail]]:
    """Remember this browser; tell the person of one that they did not sign in with before.

    Also where none is known, since all their sessions were ended: but not whom it made the account.
    """
    device = find_device(user.id, read_cookie(Cookie.DEVICE))
    if device:
        device.last_used_at = now()
        return None, []
    mails = []
    if not is_new:
        who = visitor()
        mails.append(
            queue_mail(
                Kind.NEW_DEVICE,
                email=user.email,
                user_id=user.id,
                ip=who.ip,
                user_agent=who.user_agent,
            )
        )
    return add_device(user.id), mails


def user_of(token: OneTimeToken) -> User | None:
    """The person whom something begun is about."""
    user_id: UUID | None = token.user_id
    return db.session.get(User, user_id) if user_id else None
