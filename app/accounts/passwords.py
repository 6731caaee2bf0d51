"""Passwords: which are taken, how they are kept, and how a guess is checked."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.errors import FieldError, WeakPasswordError

# NIST SP 800-63B-4, 3.1.1.2: at least 15 characters where a password is the only factor.
SHORTEST = 15
LONGEST = 128

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane, or better.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Checked when there is no such account, so that the answer takes as long as for one.
_NOBODY = _hasher.hash("nobody has this password, it only takes time")


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with its salt and settings."""
    return _hasher.hash(_normalised(password))


def is_right(password: str, *, password_hash: str | None) -> bool:
    """Check a guess; `None` (no such account) takes as long and is never right."""
    try:
        _hasher.verify(password_hash or _NOBODY, _normalised(password))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether a hash was made with older settings than today's."""
    return _hasher.check_needs_rehash(password_hash)


def refuse_weak(password: str, *, email: str) -> None:
    """Refuse a password that would be guessed early.

    Raises:
        WeakPasswordError: too short, too long, a repetition, or made of the person's own words.
    """
    normalised = _normalised(password)
    plain = normalised.casefold()
    own_words = {email.casefold(), email.casefold().partition("@")[0]}
    if len(normalised) < SHORTEST:
        _refuse(f"Use {SHORTEST} characters or more. A few words in a row are easy to remember.")
    if len(normalised) > LONGEST:
        _refuse(f"Use {LONGEST} characters or fewer.")
    if plain in own_words or _without(plain, own_words | {"pinhole", "password"}) < SHORTEST // 2:
        _refuse("This is made of your address or of words that are tried first.")
    if len(set(plain)) < 5:  # noqa: PLR2004 - "aaaaaaaaaaaaaaa", "121212121212121"
        _refuse("This repeats too few characters.")


def _normalised(password: str) -> str:
    """NFC, so that the same keys on two systems give the same bytes (NIST SP 800-63B-4)."""
    return unicodedata.normalize("NFC", password)


def _without(plain: str, words: set[str]) -> int:
    for word in sorted(words, key=len, reverse=True):
        if len(word) > 2:  # noqa: PLR2004 - shorter ones occur by chance
            plain = plain.replace(word, "")
    return len(plain)


def _refuse(message: str) -> None:
    error = FieldError(location="body", field="password", message=message)
    raise WeakPasswordError(message, errors=(error,))
