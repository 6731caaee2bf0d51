"""Run one step of the sweep; log its failure and go on."""

import logging
from collections.abc import Callable

from app.database import db, is_lock_timeout

log = logging.getLogger(__name__)


def try_step(step: Callable[[], object]) -> None:
    """Do one step; the next ones are done whatever becomes of it."""
    try:
        step()
    except Exception as error:
        if is_lock_timeout(error):
            log.info("a step of the sweep waits for the next sweep: somebody has locked its row")
        else:
            log.exception("a step of the sweep failed; the next sweep tries it again")
        db.session.rollback()
