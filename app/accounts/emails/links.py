"""Links in e-mails: how long each is valid, and which of them may set a password."""

from datetime import datetime, timedelta
from hashlib import sha256

from app.accounts.models import User

WELCOME_WITHIN = timedelta(hours=24)
RESET_WITHIN = timedelta(minutes=30)
VERIFY_WITHIN = timedelta(hours=24)
RESTORE_WITHIN = timedelta(days=7)


def microseconds(moment: datetime) -> int:
    """Return a moment as links and the activity name changes of the address."""
    return round(moment.timestamp() * 1_000_000)


def password_mark(user: User) -> str:
    """Tell one password of a person from their next; a link that resets names the one it is for."""
    return sha256((user.password_hash or "").encode()).hexdigest()[:16]


def may_reset_by_mail(user: User) -> bool:
    """Whether the account's mailbox may set its password.

    Not an administrator's whose address nobody proved: it may be mistyped, and whoever reads it
    would administer the site. They sign in and confirm it, or change it, first.
    """
    return user.email_verified or not user.is_administrator
