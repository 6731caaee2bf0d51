"""Send queued e-mails: the worker renders one when its message arrives, and sends it.

The row holds the e-mail; the message only wakes the worker. If a message is handled twice at the
same time, the e-mail may be sent twice. Both links then work, each once.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import delete, select, update

from app.accounts.email_address import deliverable
from app.accounts.emails.layout import lay_out
from app.accounts.emails.render import write
from app.accounts.models import OutboxMail
from app.clients.aws.ses import Mail, MailError
from app.database import db, now, set_short_lock_timeout
from app.messages import MAX_ATTEMPTS, RetryLaterError, SendMail
from app.observability.metrics import count
from app.settings import Settings

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 15
MESSAGE_EXPECTED_WITHIN = timedelta(minutes=1)
# Longer than all pauses between attempts together.
LOST_AFTER = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=1)
KEPT_FOR = timedelta(days=7)
MAX_ROWS = 500
MAX_SETTLED = 10_000  # given up, or deleted, in one sweep


class Sends(Protocol):
    """What is needed of a mailer."""

    def send(self, mail: Mail) -> None:
        """Send; raises MailError."""


def send_mail(task: SendMail, attempt: int, *, mailer: Sends | None, settings: Settings) -> None:
    """Write a mail and send it. Safe to repeat; what is settled stays so.

    Raises:
        RetryLaterError: the mailer is busy or away; the message comes back.
    """
    if mailer is None:
        _settle(task.mail_id, failure="mail_unavailable")
        return
    mail = _write(task.mail_id, settings)
    if mail is None:
        return
    try:
        mailer.send(mail)
    except MailError as error:
        if error.retryable and attempt < MAX_ATTEMPTS:
            raise RetryLaterError(FIRST_PAUSE_SECONDS * 4 ** (attempt - 1)) from error
        log.error("gave up mail %s: %s", task.mail_id, error.code)  # noqa: TRY400 - no trace
        _settle(task.mail_id, failure=error.code)
    else:
        _settle(task.mail_id)
        count("MailsSent")


def overdue_mails() -> list[UUID]:
    """Return e-mails whose message was lost, longest first. Ends the transaction."""
    moment = now()
    overdue = (
        select(OutboxMail.id)
        .where(
            OutboxMail.settled_at.is_(None),
            OutboxMail.attempts < MAX_ATTEMPTS,
            (
                (OutboxMail.attempts == 0)
                & (OutboxMail.created_at < moment - MESSAGE_EXPECTED_WITHIN)
            )
            | (OutboxMail.created_at < moment - LOST_AFTER),
        )
        .order_by(OutboxMail.attempts, OutboxMail.created_at)
        .limit(MAX_ROWS)
    )
    ids = list(db.session.scalars(overdue))
    db.session.rollback()
    return ids


def post_again(mail_id: UUID, *, post: Callable[[SendMail], None]) -> None:
    """Send the message of an e-mail anew, and count that as an attempt, to bound retries.

    It counts once it is sent, so that no outage of the queue uses all of them up.
    """
    post(SendMail(mail_id=mail_id))
    set_short_lock_timeout()
    db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == mail_id)
        .values(attempts=OutboxMail.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def settle_old_mails() -> None:
    """Give up what nobody could send in a day; delete what was settled a week ago.

    Some of each at a time: all of them may be more than one statement has time for.
    """
    moment = now()
    lost = OutboxMail.settled_at.is_(None) & (OutboxMail.created_at < moment - GIVEN_UP_AFTER)
    some_lost = select(OutboxMail.id).where(lost).order_by(OutboxMail.created_at)
    given_up = (
        update(OutboxMail)
        .where(OutboxMail.id.in_(some_lost.limit(MAX_SETTLED)), lost)
        .values(settled_at=moment, failure="lost")
        .returning(OutboxMail.id)
        .execution_options(synchronize_session=False)
    )
    for mail_id in db.session.scalars(given_up).all():
        log.error("gave up mail %s: its message was lost", mail_id)
    db.session.commit()
    over = OutboxMail.settled_at < moment - KEPT_FOR
    some_over = select(OutboxMail.id).where(over).order_by(OutboxMail.settled_at)
    db.session.execute(
        delete(OutboxMail)
        .where(OutboxMail.id.in_(some_over.limit(MAX_SETTLED)))
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def _write(mail_id: UUID, settings: Settings) -> Mail | None:
    """Render an unsent e-mail and commit its tokens, before somebody can follow its link.

    None where there is nothing to send, or not any more.
    """
    mail = db.session.scalar(
        select(OutboxMail)
        .where(OutboxMail.id == mail_id, OutboxMail.settled_at.is_(None))
        .with_for_update()
    )
    if mail is None:
        return None
    mail.attempts += 1
    words = write(mail, settings)
    to = mail.email
    if words is None:
        # Kept, it would only fill the table: whoever signs in in a loop asks for one each time.
        db.session.delete(mail)
        db.session.commit()
        return None
    db.session.commit()
    return lay_out(words, to=deliverable(to), site_origin=settings.site_origin)


def _settle(mail_id: UUID, *, failure: str | None = None) -> None:
    db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == mail_id, OutboxMail.settled_at.is_(None))
        .values(settled_at=now(), failure=failure)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
