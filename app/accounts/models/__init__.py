"""Tables of accounts: users, their credentials, and their audit log.

Each table is mapped at its first use: a request needs three of them, and mapping all is a twentieth
of a cold start (docs/decisions/0014-cold-start.md). Code that needs all tables without naming them,
such as migrations, calls `map_all`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.accounts.models.credentials import (
        FormerFactor,
        Identity,
        OneTimeToken,
        Passkey,
        RecoveryCode,
        Totp,
    )
    from app.accounts.models.records import AuditEvent, OutboxMail, RateLimit
    from app.accounts.models.users import AccessToken, Invite, KnownDevice, Session, User

__all__ = [
    "AccessToken",
    "AuditEvent",
    "FormerFactor",
    "Identity",
    "Invite",
    "KnownDevice",
    "OneTimeToken",
    "OutboxMail",
    "Passkey",
    "RateLimit",
    "RecoveryCode",
    "Session",
    "Totp",
    "User",
]

_FILES = {
    "users": ("AccessToken", "Invite", "KnownDevice", "Session", "User"),
    "credentials": (
        "FormerFactor",
        "Identity",
        "OneTimeToken",
        "Passkey",
        "RecoveryCode",
        "Totp",
    ),
    "records": ("AuditEvent", "OutboxMail", "RateLimit"),
}
_FILE_OF = {name: file for file, names in _FILES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562: whichever is asked for
    """Map what is named for the first time."""
    if name not in _FILE_OF:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_FILE_OF[name]}"), name)


def map_all() -> None:
    """Map every table of people."""
    for file in _FILES:
        import_module(f"{__name__}.{file}")
