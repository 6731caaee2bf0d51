"""Finding letters whose message was lost, and deleting what says nothing any more."""

import logging
from collections.abc import Callable
from functools import partial

from sqlalchemy import text

from app.accounts import limits, one_time
from app.accounts.post_office import settle_old_letters, take_overdue_letters
from app.database import db
from app.tasks import SendLetter

log = logging.getLogger(__name__)

MAX_EVENTS = 5000  # at a time


def sweep_accounts(*, post: Callable[[SendLetter], None]) -> None:
    """Settle what is overdue. Safe to repeat; a step that fails holds up no other.

    Args:
        post: sends the message of a letter.
    """
    _try(partial(_post_overdue, post))
    for step in (
        settle_old_letters,
        one_time.delete_expired,
        limits.delete_old_limits,
        delete_nobodys_old_events,
    ):
        _try(step)


def delete_nobodys_old_events() -> None:
    """Delete what was recorded of nobody's account, such as guesses at unknown addresses."""
    # After 91 days: the function knows (migration 0013), since this role deletes none itself.
    db.session.execute(text("SELECT forget_nobody(:most)"), {"most": MAX_EVENTS})


def _post_overdue(post: Callable[[SendLetter], None]) -> None:
    for task in take_overdue_letters():
        _try(partial(post, task))


def _try(step: Callable[[], None]) -> None:
    try:
        step()
        db.session.commit()
    except Exception:
        log.exception("a step of the sweep failed; the next sweep tries it again")
        db.session.rollback()
