"""The state of an OpenID sign-in: bound to one browser, and used once."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.accounts.models import OneTimeToken
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.one_time_tokens import Purpose
from app.accounts.sessions.tokens import as_text
from app.clients.openid.client import AuthorizationParameters

BACK_WITHIN = timedelta(minutes=15)


class AuthorizationPurpose(StrEnum):
    """The purpose of a redirect to a provider."""

    SIGN_IN = "sign_in"
    LINK = "link"  # to let one more identity open the account
    CONFIRM = "confirm"  # to prove again who they are


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """What is remembered of a trip until its browser is back."""

    provider: str
    errand: AuthorizationPurpose
    next: str
    invite_id: UUID | None
    user_id: UUID | None  # who was signed in; None where that does not matter
    link: bool  # whether a sign-in is to link the identity that waits in this browser
    begun_at: datetime
    departure: AuthorizationParameters


def begin_trip(
    provider: str,
    errand: AuthorizationPurpose,
    *,
    next_path: str,
    user_id: UUID | None = None,
    invite_id: UUID | None = None,
    link: bool = False,
) -> tuple[str, AuthorizationParameters]:
    """Note a trip in the current transaction; return the cookie's token and what binds the trip."""
    token = one_time_tokens.begin(
        Purpose.OPENID,
        lifetime=BACK_WITHIN,
        user_id=user_id,
        data={
            "provider": provider,
            "errand": errand,
            "next": next_path,
            "invite_id": str(invite_id) if invite_id else None,
            "link": link,
        },
    )
    return token, _departure(token)


def finish_trip(token: str | None, *, provider: str, state: str) -> AuthorizationRequest | None:
    """Return the trip of this browser to this provider; nobody gets it a second time.

    None: the browser did not set out, took too long, was here before, or brings the answer to
    somebody else's trip. The last leaves its own trip as it was: a stranger's page that sends the
    browser here with a made-up answer does not disturb it.
    """
    begun = one_time_tokens.look(Purpose.OPENID, token)
    if token is None or begun is None or begun.data["provider"] != provider:
        return None
    departure = _departure(token)
    if not hmac.compare_digest(departure.state.encode(), state.encode()):
        return None
    taken = one_time_tokens.take(Purpose.OPENID, token)
    return _trip(taken, departure) if taken else None


def _departure(token: str) -> AuthorizationParameters:
    # [Note: One secret a trip] State, nonce and verifier are made of the token in the browser's
    # cookie, so an answer fits this browser or none: there is no store of states that another
    # browser could be served from (CVE-2025-68158, CVE-2026-41425), and the database holds
    # nothing of them that could be stolen. The state, which travels in addresses, tells nothing of
    # the token that it is made of.
    return AuthorizationParameters(
        state=_made_of(token, b"state"),
        nonce=_made_of(token, b"nonce"),
        code_verifier=_made_of(token, b"code verifier"),
    )


def _made_of(token: str, what: bytes) -> str:
    return as_text(hmac.digest(token.encode(), b"openid " + what, "sha256"))


def _trip(begun: OneTimeToken, departure: AuthorizationParameters) -> AuthorizationRequest:
    invite_id = begun.data["invite_id"]
    return AuthorizationRequest(
        provider=begun.data["provider"],
        errand=AuthorizationPurpose(begun.data["errand"]),
        next=begun.data["next"],
        invite_id=UUID(invite_id) if invite_id else None,
        user_id=begun.user_id,
        link=begun.data["link"],
        begun_at=begun.created_at,
        departure=departure,
    )
