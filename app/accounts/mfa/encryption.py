"""Keys derived from the site's secret, and encryption of stored secrets with them."""

import os
from uuid import UUID

from app.http.dependencies import dependencies

_NONCE_LENGTH = 12  # bytes; NIST SP 800-38D, 8.2


class UnsealError(Exception):
    """This was sealed with another key, for somebody else, or changed since."""


def seal(content: bytes, *, purpose: str, user_id: UUID) -> bytes:
    """Encrypt with AES-256-GCM; opens only for the same purpose and person."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - cold start

    nonce = os.urandom(_NONCE_LENGTH)
    return nonce + AESGCM(_key(purpose)).encrypt(nonce, content, user_id.bytes)


def unseal(sealed: bytes, *, purpose: str, user_id: UUID) -> bytes:
    """Decrypt what `seal` made.

    Raises:
        UnsealError: see there; the site's secret key was changed, for one.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - cold start
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    nonce, content = sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:]
    try:
        return AESGCM(_key(purpose)).decrypt(nonce, content, user_id.bytes)
    except InvalidTag as error:
        raise UnsealError(purpose) from error


def _key(purpose: str) -> bytes:
    """A key for each purpose (HKDF, RFC 5869), so that one secret serves several ends."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - cold start
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    info = f"pinhole {purpose}".encode()
    secret = dependencies().settings.secret_key.encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
