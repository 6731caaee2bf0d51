"""Rules for adding and removing ways to sign in, and the notices about it."""

from typing import Literal

from sqlalchemy import exists, select
from sqlalchemy.exc import InvalidRequestError

from app.accounts.client_info import visitor
from app.accounts.emails.outbox import Kind, queue_mail
from app.accounts.errors import (
    AccountDisabledError,
    LastWayInError,
    PasswordTooShortAloneError,
    ProveAddressError,
)
from app.accounts.mfa.former_factors import keep_codes
from app.accounts.mfa.methods import second_factors
from app.accounts.mfa.recovery_codes import forget_codes
from app.accounts.models import Identity, OutboxMail, User
from app.accounts.rate_limits.limiter import Limit
from app.accounts.rate_limits.seats import take_sign_in_seat
from app.accounts.sessions.guards import own_session
from app.database import db
from app.errors import (
    NotSignedInError,
)
from app.http.dependencies import dependencies

What = Literal[
    "passkey_added",
    "passkey_removed",
    "totp_added",
    "totp_removed",
    "recovery_codes_made",
    "recovery_code_used",
    "identity_unlinked",
    "token_made",
]


def lock_user(user: User) -> None:
    """Let one request at a time change how a person signs in, or sign them in.

    For the one that asks: `lock_current_user`. A person is held before any row of theirs. Where
    others may hold them: `hold_to_sign_in`, which lets few wait.

    Raises:
        NotSignedInError: the account is gone.
    """
    try:
        db.session.refresh(user, with_for_update={"key_share": True})
    except InvalidRequestError:
        raise NotSignedInError from None


def hold_to_sign_in(user: User, *counted: tuple[Limit, str], by_link: bool = False) -> None:
    """Hold a person until the commit, whom a request is about to sign in.

    Few wait for them: see [Note: Few writes of one person at once]. Nobody waits for an account
    that is shut: the sweep that deletes it holds it for as long as S3 takes.

    Args:
        user: whom.
        *counted: what `take_each` counted for this request, given back if no seat is free.
        by_link: whether a link from a mail signs them in; these have seats of their own.

    Raises:
        AccountDisabledError: the account is shut.
        TooManyAtOnceError: several sign-ins of the person's are under way.
        NotSignedInError: the account is gone.
    """
    try:
        refuse_disabled(user)
        take_sign_in_seat(user.id, *counted, by_link=by_link)
    except InvalidRequestError:
        raise NotSignedInError from None
    lock_user(user)
    refuse_disabled(user)


def refuse_disabled(user: User) -> None:
    """Refuse an account that is shut.

    Raises:
        AccountDisabledError: it is.
    """
    if user.disabled_at is not None:
        raise AccountDisabledError


def refuse_unproved(user: User) -> None:
    """Where mail works, an address is proved before the account gets another way in.

    Otherwise a way in may be added to an account whose address is mistyped, or somebody else's.

    Raises:
        ProveAddressError: it is not proved.
    """
    if dependencies().settings.mail_from is not None and not user.email_verified:
        raise ProveAddressError


def refuse_lock_out(user: User) -> None:
    """Call after a way to sign in was removed and flushed; without a factor, codes are deleted.

    Raises:
        LastWayInError: nothing is left that signs the person in.
        PasswordTooShortAloneError: what is left is a password that was only good with a factor.
    """
    factors = second_factors(user.id)
    # One of a provider that was taken out of the settings signs nobody in.
    opens = (Identity.user_id == user.id) & Identity.provider.in_(dependencies().providers)
    has_identity = db.session.scalar(select(exists().where(opens)))
    if not (user.has_password or has_identity or "passkey" in factors):
        raise LastWayInError
    if factors:
        return
    if user.has_password and not user.password_stands_alone:
        raise PasswordTooShortAloneError
    keep_codes(user.id, session=own_session())
    forget_codes(user.id)


def mail_of_change(user: User, what: What, **more: str | int) -> OutboxMail:
    """Queue a notice: a way to sign in was added or removed."""
    who = visitor()
    return queue_mail(
        Kind.FACTOR_CHANGED,
        email=user.email,
        user_id=user.id,
        what=what,
        ip=who.ip,
        user_agent=who.user_agent,
        **more,
    )
