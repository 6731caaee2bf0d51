"""Tables of people: who they are, how they prove it, and what is recorded about it."""

from app.accounts.models.people import AccessToken, Invite, KnownDevice, Owner, Session, User
from app.accounts.models.proofs import Identity, OneTimeToken, Passkey, RecoveryCode, Totp
from app.accounts.models.records import AuditEvent, Letter, RateLimit

__all__ = [
    "AccessToken",
    "AuditEvent",
    "Identity",
    "Invite",
    "KnownDevice",
    "Letter",
    "OneTimeToken",
    "Owner",
    "Passkey",
    "RateLimit",
    "RecoveryCode",
    "Session",
    "Totp",
    "User",
]
