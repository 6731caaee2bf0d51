"""Verify a typed second factor: a code of an authenticator app, or a recovery code."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from app.accounts.audit.log import Event, record, record_failure
from app.accounts.errors import WrongCodeError
from app.accounts.mfa.former_factors import (
    keep_used_code,
    old_proof,
    put_app_back,
    put_codes_back,
    remove_new_factors,
)
from app.accounts.mfa.policy import mail_of_change
from app.accounts.mfa.recovery_codes import codes_left, use_code
from app.accounts.mfa.totp import CODE, use_authenticator_code
from app.accounts.models import OneTimeToken, OutboxMail, Session, User
from app.accounts.rate_limits.limiter import Counted, give_each_back, take_each, take_own
from app.accounts.rate_limits.networks import for_network
from app.accounts.rate_limits.policies import (
    CONFIRM_CODES_PERSON,
    CONFIRM_CODES_RESERVED,
    RECOVERY_TRIES_NETWORK,
    SECOND_FACTOR_TRIES,
    SECOND_FACTOR_TRIES_KNOWN,
    SECOND_FACTOR_TRIES_LONG,
)
from app.accounts.sessions.cookies import Cookie, read_cookie
from app.accounts.sessions.store import find_device
from app.database import db


@dataclass(frozen=True, kw_only=True)
class ProvedByCode:
    """Which kind of code it was, and the mails to notify the worker of.

    `proof` is what the session that follows was proved by, see `old_proof`.
    """

    kind: Literal["totp", "recovery_code"]
    proof: str | None
    mails: list[OutboxMail] = field(default_factory=list)


def prove_code(
    user: User,
    typed: str,
    *,
    counted: Counted,
    made_before: datetime | None = None,
    beside_mail: bool = False,
) -> ProvedByCode:
    """Use a code up, in the current transaction; hold the person before.

    Args:
        user: whose.
        typed: the code.
        counted: what was taken for this guess, before the person was held.
        made_before: codes of an app or list that is younger are none; None: all are good.
        beside_mail: whether a link from a mail was the first proof: former ones count then.

    Raises:
        WrongCodeError: it is none, or was used; whether the person has an app makes no difference.
    """
    compact = _compact(typed)
    is_totp = _is_six_digits(typed)
    use = use_authenticator_code if is_totp else use_code
    made_at = use(user.id, compact, made_before=made_before)
    if beside_mail and made_at is None:
        put_back = put_app_back if is_totp else put_codes_back
        made_at = put_back(user.id, compact)
    elif not is_totp and made_at is not None:
        if not beside_mail:
            keep_used_code(user.id, compact, made_at=made_at)
        elif old_proof("recovery_code", made_at=made_at):
            remove_new_factors(user.id, app=False)
    if made_at is None:
        record_failure(Event.SECOND_FACTOR_FAILED, user_id=user.id)
        db.session.commit()
        raise WrongCodeError
    give_each_back(*counted)
    if is_totp:
        return ProvedByCode(kind="totp", proof=old_proof("totp", made_at=made_at))
    left = codes_left(user.id)
    record(Event.RECOVERY_CODE_USED, user_id=user.id, left=left)
    mail = mail_of_change(user, "recovery_code_used", left=left)
    proof = old_proof("recovery_code", made_at=made_at)
    return ProvedByCode(kind="recovery_code", proof=proof, mails=[mail])


def take_session_code_try(session: Session) -> Counted:
    """Count a guess in a session that is signed in; ends the transaction.

    No guess from elsewhere, nor in another session, keeps this one from confirming who is there.

    Raises:
        TooManyRequestsError: wait.
    """
    user_id, mine = session.user_id, f"session {session.id}"
    return take_own(
        (SECOND_FACTOR_TRIES, mine),
        (SECOND_FACTOR_TRIES_LONG, mine),
        together=(CONFIRM_CODES_PERSON, str(user_id)),
        reserved=(CONFIRM_CODES_RESERVED, mine),
    )


def take_code_try(user: User, typed: str) -> Counted:
    """Count a guess that is to sign in; ends the transaction.

    Six digits count in a bucket of their own where the person signed in with this browser before.
    Who knows a password and guesses them elsewhere makes strangers wait, not the owner. What else
    was typed can only be a recovery code, and counts for the network that it comes from.

    Raises:
        TooManyRequestsError: wait.
    """
    if not _is_six_digits(typed):
        return _take_recovery_try(user)
    device = find_device(user.id, read_cookie(Cookie.DEVICE))
    who = f"{user.id} {device.id}" if device else str(user.id)
    counted = [(SECOND_FACTOR_TRIES, who), (SECOND_FACTOR_TRIES_LONG, who)]
    if device:
        counted.append((SECOND_FACTOR_TRIES_KNOWN, str(user.id)))
    take_each(*counted)
    return tuple(counted)


def take_link_code_try(user: User, typed: str, *, link: OneTimeToken) -> Counted:
    """Count a guess that goes with a link from a mail; ends the transaction.

    Six digits count for the link: whoever guesses at the sign-in, where a stolen password is
    enough, keeps no owner from their link, and who reads a former mailbox no owner from signing in.

    Raises:
        TooManyRequestsError: wait.
    """
    if not _is_six_digits(typed):
        return _take_recovery_try(user)
    whose = f"link {link.id}"
    counted = ((SECOND_FACTOR_TRIES, whose), (SECOND_FACTOR_TRIES_LONG, whose))
    take_each(*counted)
    return counted


def _take_recovery_try(user: User) -> Counted:
    # Each person's apart: nobody else in their network uses them up.
    of_network = for_network(RECOVERY_TRIES_NETWORK, what=str(user.id))
    take_each(*of_network)
    return of_network


def _is_six_digits(typed: str) -> bool:
    return CODE.fullmatch(_compact(typed)) is not None


def _compact(typed: str) -> str:
    return "".join(typed.split())
