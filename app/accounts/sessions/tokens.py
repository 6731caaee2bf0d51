"""Random tokens of 256 bits. The database keeps only their hashes."""

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256


def new_token() -> str:
    """Return a token, which exists nowhere else: 43 characters for an address or a cookie."""
    return as_text(secrets.token_bytes(32))


def as_text(random: bytes) -> str:
    """Write a token as it stands in addresses and cookies."""
    return urlsafe_b64encode(random).decode().rstrip("=")


def digest(token: str) -> bytes:
    """Return what is kept of a token: its SHA-256, so that a copy of the database opens nothing.

    Slow hashing would add nothing: 256 bits are not guessed.
    """
    return sha256(token.encode()).digest()
