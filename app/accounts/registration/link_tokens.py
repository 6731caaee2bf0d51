"""Links from mails and invitations, as they are shown: guesses at them are counted."""

from collections.abc import Callable
from typing import TypeVar

from app.accounts import one_time
from app.accounts.limit_table import LINK_TRIES_NETWORK
from app.accounts.limits import give_each_back, take_each
from app.accounts.models import Invite, OneTimeToken
from app.accounts.one_time import Purpose
from app.accounts.visitor import visitor
from app.database import db
from app.errors import LinkDeadError

Found = TypeVar("Found", Invite, OneTimeToken)


def shown(find: Callable[[], Found | None]) -> Found:
    """Return what `find` finds; ends the transaction. What does not exist counts as a guess.

    Raises:
        LinkDeadError: nothing.
        TooManyRequestsError: this network has shown too many links that were nothing.
    """
    counted = ((LINK_TRIES_NETWORK, visitor().network),)
    take_each(*counted)
    found = find()
    if found is None:
        raise LinkDeadError
    db.session.expunge(found)  # it stays readable, whoever uses it up meanwhile
    give_each_back(*counted)
    db.session.commit()
    return found


def shown_token(token: str, *purposes: Purpose) -> OneTimeToken:
    """Return what a link would finish, and leave it.

    Raises:
        LinkDeadError: it was used, has expired, or was never made.
        TooManyRequestsError: as above.
    """

    def find() -> OneTimeToken | None:
        looks = (one_time.look(purpose, token) for purpose in purposes)
        return next((found for found in looks if found), None)

    return shown(find)
