"""Links in e-mails: how long each is valid, and which of them may set a password."""

from datetime import datetime, timedelta
from typing import Any

from app.accounts.models import OneTimeToken, User

WELCOME_WITHIN = timedelta(hours=24)
RESET_WITHIN = timedelta(minutes=30)
VERIFY_WITHIN = timedelta(hours=24)
RESTORE_WITHIN = timedelta(days=7)


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


def may_reset_by_mail(user: User) -> bool:
    """Whether the account's mailbox may set its password.

    Not an administrator's whose address nobody proved: it may be mistyped, and whoever reads it
    would administer the site. They sign in and confirm it, or change it, first.
    """
    return user.email_verified or not user.is_administrator
