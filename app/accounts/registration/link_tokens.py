"""Tokens of links in e-mails and invitations. Guesses at them are rate limited."""

from collections.abc import Callable
from typing import TypeVar

from app.accounts.client_info import visitor
from app.accounts.errors import LinkDeadError
from app.accounts.models import Invite, OneTimeToken
from app.accounts.rate_limits.limiter import take
from app.accounts.rate_limits.policies import LINK_TRIES_NETWORK
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.one_time_tokens import Purpose
from app.database import db

Found = TypeVar("Found", Invite, OneTimeToken)


def shown(find: Callable[[], Found | None]) -> Found:
    """Return what `find` finds; ends the transaction. What does not exist counts as a guess.

    Raises:
        LinkDeadError: nothing.
        TooManyRequestsError: this network has shown too many links that were nothing.
    """
    found = find()
    if found is None:
        # Guesses alone count: whoever makes many in a network keeps nobody there from a good link.
        take(LINK_TRIES_NETWORK, of=visitor().network)
        raise LinkDeadError
    db.session.expunge(found)  # it stays readable, whoever uses it up meanwhile
    db.session.commit()
    return found


def shown_token(token: str, *purposes: Purpose) -> OneTimeToken:
    """Return what a link would finish, and leave it.

    Raises:
        LinkDeadError: it was used, has expired, or was never made.
        TooManyRequestsError: as above.
    """

    def find() -> OneTimeToken | None:
        looks = (one_time_tokens.look(purpose, token) for purpose in purposes)
        return next((found for found in looks if found), None)

    return shown(find)
