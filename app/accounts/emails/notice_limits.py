"""How many notices of one kind a user gets: five at once, a last one, then one in half an hour.

The worker counts a notice when it renders it. A request must not: it holds locks of its own, and
could deadlock with the limit's row.
"""

from dataclasses import replace

from app.accounts.audit.log import Event
from app.accounts.emails.layout import Words
from app.accounts.emails.outbox import Kind
from app.accounts.models import OutboxMail, User
from app.accounts.rate_limits.limiter import count_within
from app.accounts.rate_limits.policies import NOTICES
from app.settings import Settings

# A person must hear of each: it may be the one that shuts them out, or ends the account. How often
# they are asked for is limited instead: MAILS_OF_PERSON, PASSWORD_CHANGES, NEW_WAYS_IN (for
# what is removed was added before) and DELETIONS in policies.py.
_ALWAYS_SENT = frozenset(
    {
        Kind.EMAIL_CHANGING,
        Kind.EMAIL_CHANGED,
        Kind.EMAIL_RESTORED,
        Kind.PASSWORD_CHANGED,
        Kind.DELETION_ASKED,
    }
)
_ALWAYS_TOLD = frozenset({Event.PASSKEY_REMOVED, Event.TOTP_REMOVED, Event.IDENTITY_UNLINKED})
_LEFT = "notices_left"  # noted in the mail, so that one which is tried again counts once


def is_within_limit(mail: OutboxMail, user: User) -> bool:
    """Count a notice, in the current transaction, unless it was; False: it is not to be sent."""
    what = mail.data.get("what", "")
    if Kind(mail.kind) in _ALWAYS_SENT or what in _ALWAYS_TOLD:
        return True
    if _LEFT not in mail.data:
        # Each change of the ways in by itself: a new passkey does not hide behind access tokens.
        left = count_within(NOTICES, of=f"{user.id} {mail.kind} {what}")
        mail.data = mail.data | {_LEFT: left}
    return mail.data[_LEFT] is not None


def is_last(mail: OutboxMail) -> bool:
    """Whether no other of this kind is sent for a while."""
    return mail.data.get(_LEFT) == 0


def with_last_word(words: Words, settings: Settings) -> Words:
    """Add that more of this kind happened, and where to see all of it."""
    more = (
        "This happened several times in a short while. If it continues, you get at most one e-mail "
        f"about it in half an hour. See all events under {settings.site_origin}/settings/activity."
    )
    return replace(words, paragraphs=(*words.paragraphs, more))
