"""The outbox: a row requests an e-mail, a message wakes the worker, which sends it.

A request renders nothing and looks nothing up, so that its response and its duration are the same
whoever the address belongs to. Nobody outside sees that sending failed.
"""

import logging
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import update

from app.accounts.models import OutboxMail
from app.clients.aws.boto import AwsUnavailableError
from app.database import db, now
from app.http.dependencies import dependencies
from app.messages import SendMail

log = logging.getLogger(__name__)


class Kind(StrEnum):
    """Why a mail is written."""

    JOIN = "join"  # somebody asked to join with this address; the worker looks who that is
    RESET = "reset"  # somebody forgot the password of this address; the worker looks who that is
    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"  # to the new address, with the link
    EMAIL_CHANGING = "email_changing"  # to the old address: somebody wants to change it
    EMAIL_CHANGED = "email_changed"  # to the old address
    EMAIL_RESTORED = "email_restored"  # to the address that it had meanwhile
    NEW_DEVICE = "new_device"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - why a mail is written
    FACTOR_CHANGED = "factor_changed"
    IDENTITY_LINKED = "identity_linked"
    DELETION_ASKED = "deletion_asked"
    DELETION_CALLED_OFF = "deletion_called_off"
    EXPORT_READY = "export_ready"
    INVITED = "invited"
    ALBUM_SHARED = "album_shared"  # somebody invited this address; the worker looks who that is
    LIBRARY_SHARED = "library_shared"  # the same, to a library


def queue_mail(
    kind: Kind,
    *,
    email: str,
    user_id: UUID | None = None,
    **data: Any,  # noqa: ANN401 - whatever JSON holds
) -> OutboxMail:
    """Add a mail to the current transaction; `commit_and_notify` lets the worker know of it."""
    mail = OutboxMail(kind=kind, email=email, user_id=user_id, data=data)
    db.session.add(mail)
    return mail


# What a person may do next by a mail: where their account is shut, they may not.
TO_ACT_ON = frozenset(
    {
        Kind.VERIFY_EMAIL,
        Kind.CHANGE_EMAIL,
        Kind.EMAIL_CHANGING,
        Kind.DELETION_ASKED,
        Kind.EXPORT_READY,
    }
)


def withdraw_mails_of_shut(user_id: UUID) -> None:
    """Leave unwritten what makes no sense to somebody whose account was shut.

    Else a change of address that was asked for before would be alive again once it is opened. What
    tells that something was done stays: its person has to hear of it all the more. That the address
    was changed is told without a link, also once the account is open again.
    """
    withdraw_mails(user_id, *TO_ACT_ON)
    db.session.execute(
        update(OutboxMail)
        .where(
            OutboxMail.user_id == user_id,
            OutboxMail.kind == Kind.EMAIL_CHANGED,
            OutboxMail.settled_at.is_(None),
        )
        .values(data=OutboxMail.data.op("||")({"was_proved": False}))
        .execution_options(synchronize_session=False)
    )


def withdraw_mails(user_id: UUID, *kinds: Kind) -> None:
    """Leave mails unwritten that the worker has not come to: with them go the links in them."""
    db.session.execute(
        update(OutboxMail)
        .where(
            OutboxMail.user_id == user_id,
            OutboxMail.kind.in_(kinds),
            OutboxMail.settled_at.is_(None),
        )
        .values(settled_at=now(), failure="withdrawn")
        .execution_options(synchronize_session=False)
    )


def commit_and_notify(*mails: OutboxMail) -> None:
    """Commit, then send the messages of these e-mails; the sweep finds those of lost messages."""
    db.session.flush()
    ids = [mail.id for mail in mails]
    db.session.commit()
    for mail_id in ids:
        try:
            dependencies().mail_queue.send(SendMail(mail_id=mail_id).message())
        except AwsUnavailableError as error:
            log.warning("a mail waits for the sweep: %s", error)
