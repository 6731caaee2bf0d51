"""All ways to sign in to an account, as its user sees them."""

from sqlalchemy import select

from app.accounts.emails.outbox import Kind
from app.accounts.identities import label_of
from app.accounts.mfa.recovery_codes import codes_left
from app.accounts.mfa.schemas import (
    IdentityOut,
    PasskeyOut,
    PasswordState,
    SecurityOut,
    TotpOut,
)
from app.accounts.models import Identity, OneTimeToken, OutboxMail, Passkey, Totp, User
from app.accounts.sessions.one_time_tokens import Purpose
from app.database import db, now


def security_of(user: User) -> SecurityOut:
    """Say how the person can sign in."""
    return SecurityOut(
        password=PasswordState(set=user.has_password, stands_alone=user.password_stands_alone),
        passkeys=[
            PasskeyOut.model_validate(each, from_attributes=True)
            for each in db.session.scalars(
                select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.created_at)
            )
        ],
        totp=_totp_of(user),
        recovery_codes_left=codes_left(user.id),
        identities=[
            IdentityOut(
                id=each.id,
                provider=each.provider,
                label=label_of(each.provider),
                email=each.email,
                created_at=each.created_at,
                last_used_at=each.last_used_at,
            )
            for each in db.session.scalars(
                select(Identity).where(Identity.user_id == user.id).order_by(Identity.created_at)
            )
        ],
        pending_email=_pending_email(user),
    )


def _totp_of(user: User) -> TotpOut | None:
    confirmed_at = db.session.scalar(select(Totp.confirmed_at).where(Totp.user_id == user.id))
    return TotpOut(created_at=confirmed_at) if confirmed_at else None


def _pending_email(user: User) -> str | None:
    """Where a link is on its way to, or about to be: the worker makes it as it writes the mail."""
    in_a_link = db.session.scalar(
        select(OneTimeToken.data["email"].astext)
        .where(
            OneTimeToken.user_id == user.id,
            OneTimeToken.purpose == Purpose.CHANGE_EMAIL,
            OneTimeToken.expires_at > now(),
        )
        .order_by(OneTimeToken.created_at.desc())
        .limit(1)
    )
    about_to_be = (
        select(OutboxMail.email)
        .where(
            OutboxMail.user_id == user.id,
            OutboxMail.kind == Kind.CHANGE_EMAIL,
            OutboxMail.settled_at.is_(None),
        )
        .order_by(OutboxMail.created_at.desc())
        .limit(1)
    )
    return db.session.scalar(about_to_be) or in_a_link
