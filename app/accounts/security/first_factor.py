"""After the first second factor is added: make recovery codes and end other sessions."""

from dataclasses import dataclass

from flask import Response

from app.accounts.audit.log import Event, record
from app.accounts.mfa.methods import count_factors
from app.accounts.mfa.recovery_codes import make_first_codes
from app.accounts.models import User
from app.accounts.sessions.cookies import Cookie, read_cookie
from app.accounts.sessions.guards import own_session
from app.accounts.sessions.rotation import EndedElsewhere, keep_only_this_session
from app.accounts.sessions.store import forget_devices


@dataclass(frozen=True, kw_only=True)
class FactorAdded:
    """The codes that were made, if any, and what was ended, if it is the first factor."""

    codes: list[str] | None
    elsewhere: EndedElsewhere | None

    @property
    def ended(self) -> int:
        """How many other browsers were signed out."""
        return self.elsewhere.ended if self.elsewhere else 0

    def set_cookies(self, response: Response) -> None:
        """Hand this browser its new tokens, where it got some."""
        if self.elsewhere:
            self.elsewhere.set_cookies(response)


def finish_adding_factor(user: User) -> FactorAdded:
    """Do what a new factor brings, in the current transaction; the person is held.

    [Note: The first factor ends other sessions] Other browsers were signed in without a factor, by
    whoever had the password until now. From the first factor on nobody is in who has not proved
    one, or who added it (docs/decisions/0085).
    """
    codes = make_first_codes(user.id)
    if count_factors(user.id) > 1:
        if codes:
            # Whoever knew the password until now has no tries of their own at the codes.
            forget_devices(user.id, but=read_cookie(Cookie.DEVICE))
        return FactorAdded(codes=codes, elsewhere=None)
    elsewhere = keep_only_this_session(own_session())
    if elsewhere.ended:
        record(Event.OTHER_SESSIONS_ENDED, user_id=user.id, ended=elsewhere.ended)
    return FactorAdded(codes=codes, elsewhere=elsewhere)
