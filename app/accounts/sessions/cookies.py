"""The cookies that the API sets: their names and attributes."""

from datetime import timedelta
from enum import StrEnum

from flask import Response, request

from app.http.dependencies import dependencies

_MAX_TOKEN_LETTERS = 64  # ours have 43


class Cookie(StrEnum):
    """Each holds a token of 256 bits, of which the database holds the SHA-256, if anything."""

    SESSION = "session"  # who is signed in
    DEVICE = "device"  # this browser signed in before
    PENDING = "pending"  # a sign-in whose second factor is awaited
    OPENID = "openid"  # a trip to an OpenID provider
    LINK = "link"  # a provider's identity that waits for its account's own proof
    CHALLENGE = "challenge"  # a passkey is being asked
    MAILBOX = "mailbox"  # local mode: this browser was opened with the key to the machine's mails


def cookie_name(cookie: Cookie, *, https: bool) -> str:
    """`__Host-` makes browsers insist on Secure, Path=/ and no Domain (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{cookie.value}" if https else cookie.value


def read_cookie(cookie: Cookie) -> str | None:
    """Return what the browser sent."""
    name = cookie_name(cookie, https=dependencies().settings.site_is_https)
    value = request.cookies.get(name)
    # What is longer is no token of ours, and the passkeys' is handed back as it came.
    return value if value and len(value) <= _MAX_TOKEN_LETTERS else None


def set_cookie(response: Response, cookie: Cookie, token: str, *, lifetime: timedelta) -> None:
    """Hand a token to the browser, where no script can read it.

    Lax, so that a link in a mail or a provider's redirect arrives signed in; what changes
    something is guarded besides ([Note: Cross-site writes]).
    """
    https = dependencies().settings.site_is_https
    response.set_cookie(
        cookie_name(cookie, https=https),
        token,
        max_age=int(lifetime.total_seconds()),
        secure=https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_cookie(response: Response, cookie: Cookie) -> None:
    """Take a cookie away."""
    https = dependencies().settings.site_is_https
    name = cookie_name(cookie, https=https)
    response.delete_cookie(name, path="/", secure=https, httponly=True, samesite="Lax")
