"""One-time tokens: links in e-mails, and sign-ins that are not finished."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from app.accounts.models import OneTimeToken
from app.accounts.sessions.tokens import digest, new_token
from app.database import db, now


class Purpose(StrEnum):
    """What a token is good for; a token of one purpose is nothing to another."""

    WELCOME = "welcome"  # a link that makes an account: {email, invite_id}
    RESET = "reset"  # a link that sets a new password
    VERIFY_EMAIL = "verify_email"  # a link that proves the account's address: {email}
    CHANGE_EMAIL = "change_email"  # a link that proves a new address: {email}
    RESTORE_EMAIL = "restore_email"  # a link that puts a former address back: {email, changed_at}
    SECOND_FACTOR = "second_factor"  # a sign-in that awaits its second factor: {how}
    OPENID = "openid"  # a trip to a provider
    LINK = "link"  # a provider's identity that waits for its account's proof
    PASSKEY = "passkey"  # a challenge to a passkey


# The first factor of a sign-in that a link from a mail began: `How.RESET` of sign_in/flow.py.
BY_MAIL = "reset"


def begin(
    purpose: Purpose,
    *,
    lifetime: timedelta,
    user_id: UUID | None = None,
    data: Mapping[str, Any] | None = None,
) -> str:
    """Note what is begun, in the current transaction; return the token that finishes it."""
    token = new_token()
    db.session.add(
        OneTimeToken(
            purpose=purpose,
            token_hash=digest(token),
            user_id=user_id,
            data=dict(data or {}),
            expires_at=now() + lifetime,
        )
    )
    return token


def look(purpose: Purpose, token: str | None) -> OneTimeToken | None:
    """Return what a token would finish, and leave it."""
    if not token:
        return None
    return db.session.scalar(
        select(OneTimeToken).where(
            OneTimeToken.purpose == purpose,
            OneTimeToken.token_hash == digest(token),
            OneTimeToken.expires_at > now(),
        )
    )


def take(purpose: Purpose, token: str | None) -> OneTimeToken | None:
    """Return what a token finishes; nobody gets it a second time, however they race."""
    if not token:
        return None
    query = (
        delete(OneTimeToken)
        .where(
            OneTimeToken.purpose == purpose,
            OneTimeToken.token_hash == digest(token),
            OneTimeToken.expires_at > now(),
        )
        .returning(OneTimeToken)
    )
    return db.session.scalar(query)


def forget(user_id: UUID, *purposes: Purpose) -> None:
    """Make what a person has begun worthless."""
    db.session.execute(
        delete(OneTimeToken).where(
            OneTimeToken.user_id == user_id, OneTimeToken.purpose.in_(purposes)
        )
    )


def forget_sign_ins(user_id: UUID) -> None:
    """End sign-ins of a person that await a second factor, but those that a mail began.

    Whoever reads their mailbox may begin these again at any time. And whoever else is in the
    account could end them faster than their owner can type a code.
    """
    is_by_mail = OneTimeToken.data["how"].astext == BY_MAIL
    db.session.execute(
        delete(OneTimeToken).where(
            OneTimeToken.user_id == user_id,
            OneTimeToken.purpose == Purpose.SECOND_FACTOR,
            ~is_by_mail,
        )
    )


def delete_expired() -> None:
    """Delete what nobody can finish any more."""
    db.session.execute(delete(OneTimeToken).where(OneTimeToken.expires_at <= now()))
