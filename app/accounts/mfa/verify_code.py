"""Codes that people type as their second factor: from an authenticator app, or for recovery."""

from dataclasses import dataclass, field
from typing import Literal

from app.accounts.audit.log import Event, record
from app.accounts.mfa.policy import letter_of_change
from app.accounts.mfa.recovery_codes import codes_left, use_code
from app.accounts.mfa.totp import CODE, use_authenticator_code
from app.accounts.models import Letter, User
from app.accounts.rate_limits.limiter import Limit, give_each_back, take_each
from app.accounts.rate_limits.policies import (
    SECOND_FACTOR_TRIES,
    SECOND_FACTOR_TRIES_KNOWN,
    SECOND_FACTOR_TRIES_LONG,
)
from app.accounts.sessions.cookies import Cookie, read_cookie
from app.accounts.sessions.store import find_device
from app.database import db
from app.errors import WrongCodeError


@dataclass(frozen=True, kw_only=True)
class ProvedByCode:
    """Which kind of code it was, and the mails to ring for."""

    kind: Literal["totp", "recovery_code"]
    letters: list[Letter] = field(default_factory=list)


def prove_code(user: User, typed: str) -> ProvedByCode:
    """Use a code up, in the current transaction, which is ended before.

    Raises:
        WrongCodeError: it is none, or was used; whether the person has an app makes no difference.
        TooManyRequestsError: wait.
    """
    counted = _take_try(user)
    compact = "".join(typed.split())
    is_totp = CODE.fullmatch(compact) is not None
    use = use_authenticator_code if is_totp else use_code
    if not use(user.id, compact):
        record(Event.SECOND_FACTOR_FAILED, user_id=user.id)
        db.session.commit()
        raise WrongCodeError
    give_each_back(*counted)
    if is_totp:
        return ProvedByCode(kind="totp")
    left = codes_left(user.id)
    record(Event.RECOVERY_CODE_USED, user_id=user.id, left=left)
    letter = letter_of_change(user, "recovery_code_used", left=left)
    return ProvedByCode(kind="recovery_code", letters=[letter])


def _take_try(user: User) -> list[tuple[Limit, str]]:
    """Count a guess: in a bucket of its own where the person signed in with this browser before.

    Who knows a password and guesses codes elsewhere makes strangers wait, not the owner.
    """
    device = find_device(user.id, read_cookie(Cookie.DEVICE))
    who = f"{user.id} {device.id}" if device else str(user.id)
    counted = [(SECOND_FACTOR_TRIES, who), (SECOND_FACTOR_TRIES_LONG, who)]
    if device:
        counted.append((SECOND_FACTOR_TRIES_KNOWN, str(user.id)))
    take_each(*counted)
    return counted
