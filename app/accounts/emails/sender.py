"""Send queued e-mails: the worker renders one when its message arrives, and sends it.

The row holds the e-mail; the message only wakes the worker. If a message is handled twice at the
same time, the e-mail may be sent twice. Both links then work, each once.
"""

import logging
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import delete, select, update

from app.accounts.email_address import deliverable
from app.accounts.emails.layout import lay_out
from app.accounts.emails.render import write
from app.accounts.models import Letter
from app.clients.aws.ses import Mail, MailError
from app.database import db, now
from app.messages import MOST_ATTEMPTS, RetryLaterError, SendLetter
from app.observability.metrics import count
from app.settings import Settings

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 15
MESSAGE_EXPECTED_WITHIN = timedelta(minutes=1)
# Longer than all pauses between attempts together.
LOST_AFTER = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=1)
KEPT_FOR = timedelta(days=7)
MOST_ROWS = 500


class Sends(Protocol):
    """What is needed of a mailer."""

    def send(self, mail: Mail) -> None:
        """Send; raises MailError."""


def send_letter(
    task: SendLetter, attempt: int, *, mailer: Sends | None, settings: Settings
) -> None:
    """Write a letter and send it. Safe to repeat; what is settled stays so.

    Raises:
        RetryLaterError: the mailer is busy or away; the message comes back.
    """
    if mailer is None:
        _settle(task.letter_id, failure="mail_unavailable")
        return
    mail = _write(task.letter_id, settings)
    if mail is None:
        _settle(task.letter_id)
        return
    try:
        mailer.send(mail)
    except MailError as error:
        if error.retryable and attempt < MOST_ATTEMPTS:
            raise RetryLaterError(FIRST_PAUSE_SECONDS * 4 ** (attempt - 1)) from error
        log.error("gave up letter %s: %s", task.letter_id, error.code)  # noqa: TRY400 - no trace
        _settle(task.letter_id, failure=error.code)
    else:
        _settle(task.letter_id)
        count("LettersSent")


def take_overdue_letters() -> list[SendLetter]:
    """Return e-mails whose message was lost, and count that as an attempt, to bound retries."""
    moment = now()
    overdue = (
        select(Letter.id)
        .where(
            Letter.settled_at.is_(None),
            Letter.attempts < MOST_ATTEMPTS,
            ((Letter.attempts == 0) & (Letter.created_at < moment - MESSAGE_EXPECTED_WITHIN))
            | (Letter.created_at < moment - LOST_AFTER),
        )
        .order_by(Letter.created_at)
        .limit(MOST_ROWS)
    )
    taken = (
        update(Letter)
        .where(Letter.id.in_(overdue.scalar_subquery()))
        .values(attempts=Letter.attempts + 1)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    ids = db.session.scalars(taken).all()
    db.session.commit()
    return [SendLetter(letter_id=letter_id) for letter_id in ids]


def settle_old_letters() -> None:
    """Give up what nobody could send in a day; delete what was settled a week ago."""
    moment = now()
    given_up = (
        update(Letter)
        .where(Letter.settled_at.is_(None), Letter.created_at < moment - GIVEN_UP_AFTER)
        .values(settled_at=moment, failure="lost")
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    for letter_id in db.session.scalars(given_up).all():
        log.error("gave up letter %s: its message was lost", letter_id)
    db.session.execute(delete(Letter).where(Letter.settled_at < moment - KEPT_FOR))
    db.session.commit()


def _write(letter_id: UUID, settings: Settings) -> Mail | None:
    """Render an unsent e-mail and commit its tokens, before somebody can follow its link."""
    letter = db.session.scalar(
        select(Letter).where(Letter.id == letter_id, Letter.settled_at.is_(None)).with_for_update()
    )
    if letter is None:
        return None
    letter.attempts += 1
    words = write(letter, settings)
    to = letter.email
    db.session.commit()
    return lay_out(words, to=deliverable(to), site_origin=settings.site_origin) if words else None


def _settle(letter_id: UUID, *, failure: str | None = None) -> None:
    db.session.execute(
        update(Letter)
        .where(Letter.id == letter_id, Letter.settled_at.is_(None))
        .values(settled_at=now(), failure=failure)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
