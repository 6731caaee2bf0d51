"""Repeat a request once after a deadlock in the database, if it has committed nothing.

[Note: After a deadlock] Of two transactions that wait for each other PostgreSQL ends one (SQLSTATE
40P01), and the other goes on. What was ended has left nothing, so whoever asked need not hear of
it: the request is made again, once. Not where it had committed something before: that would be done
twice. Then it is answered as before, with 503. What limits count is no such thing.
"""

import logging
from collections.abc import Callable
from typing import TypeVar

from flask import g, has_app_context
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.database import db

log = logging.getLogger(__name__)

R = TypeVar("R")


def call_with_repeat(view: Callable[[], R], *, before_repeat: Callable[[], None]) -> R:
    """Call a view; once more if a deadlock ended it and nothing was committed.

    Args:
        view: what is called.
        before_repeat: lets nobody in again who may not come in any more, or raises.
    """
    g.has_committed = False
    try:
        return view()
    except OperationalError as error:
        if not _is_deadlock(error) or g.has_committed:
            raise
        log.info("a deadlock ended a request: it is made once more")
        db.session.rollback()
    before_repeat()
    return view()


def commit_counts() -> None:
    """Commit what limits have counted: a request that is made once more counts once more."""
    had_committed = g.get("has_committed", False)
    db.session.commit()
    g.has_committed = had_committed


def _is_deadlock(error: OperationalError) -> bool:
    return getattr(error.orig, "pgcode", "") == "40P01"


@event.listens_for(Session, "after_commit")
def _note_commit(_: Session) -> None:
    if has_app_context():
        g.has_committed = True
