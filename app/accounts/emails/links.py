"""Links in e-mails: how long each is valid, and which of them may set a password."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, cast, exists, select

from app.accounts.audit.log import Event
from app.accounts.models import AuditEvent, OneTimeToken, User
from app.database import db

WELCOME_WITHIN = timedelta(hours=24)
RESET_WITHIN = timedelta(minutes=30)
VERIFY_WITHIN = timedelta(hours=24)
RESTORE_WITHIN = timedelta(days=7)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Return a moment as links and the activity name changes of the address."""
    return round(moment.timestamp() * 1_000_000)


# [Note: What a link that resets is bound to] The address, and the last password that such a link
# set. Not the password itself: an intruder who knows it could set another, and so keep the owner's
# link from ever working (docs/decisions/0094).


def reset_binding(user: User) -> dict[str, Any]:
    """What a link that resets a person's password is for: {email, reset}."""
    last = user.password_reset_at
    return {"email": user.email, "reset": microseconds(last) if last else 0}


def is_bound_to(token: OneTimeToken, user: User) -> bool:
    """Whether nothing changed since that a link which resets was for."""
    # The version before wrote no `reset`: its links work for who never set a password by mail.
    bound = {"email": token.data["email"], "reset": token.data.get("reset", 0)}
    return bound == reset_binding(user)


def was_undone(user_id: UUID, *, changed_at: int) -> bool:
    """Whether an earlier change of the address was undone since, and this one with it.

    Asked where the link is written and where it is used: what undoes deletes the links that are
    there, and one may be written at that moment.

    Args:
        user_id: whose address.
        changed_at: when it was changed, in microseconds.
    """
    undone = exists().where(
        AuditEvent.user_id == user_id,
        AuditEvent.event.in_((Event.EMAIL_RESTORED, Event.EMAIL_CHANGED)),
        AuditEvent.at >= _EPOCH + timedelta(microseconds=changed_at),
        cast(AuditEvent.detail["since"].astext, BigInteger) <= changed_at,
    )
    return bool(db.session.scalar(select(undone)))


def may_reset_by_mail(user: User) -> bool:
    """Whether the account's mailbox may set its password.

    Not an administrator's whose address nobody proved: it may be mistyped, and whoever reads it
    would administer the site. They sign in and confirm it, or change it, first.
    """
    return user.email_verified or not user.is_administrator
