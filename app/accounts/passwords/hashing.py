"""Hash passwords (argon2id), set them, and verify guesses."""

import os
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from app.accounts.errors import WeakPasswordError
from app.accounts.mfa.methods import second_factors
from app.accounts.models import User
from app.accounts.passwords.strength import SHORTEST_ALONE, Judgement, judge, words_of
from app.errors import FieldError
from app.http.dependencies import dependencies

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from argon2 import PasswordHasher

# Checked when there is no such account, so that the answer takes as long as for one. Of 256 random
# bits that nobody kept; made once and written down, so that no cold start waits for it.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$"
    "D2ZmF5nOfoLD36fVjR+92Q$Sqw+WKLSvpcztg5fuf/xUWYDW2w1pZHYzGgoNZVDONo"
)

AT_ONCE = min(4, os.cpu_count() or 1)


def set_password(user: User, password: str) -> None:
    """Give an account a password, in the current transaction; lock the person before.

    Raises:
        WeakPasswordError: it would be guessed early.
    """
    refuse_weak(password, email=user.email, has_second_factor=bool(second_factors(user.id)))
    user.password_hash = hash_password(password)
    user.password_stands_alone = len(_normalised(password)) >= SHORTEST_ALONE


def refuse_weak(password: str, *, email: str, has_second_factor: bool = False) -> None:
    """Refuse a password that would be guessed early.

    Raises:
        WeakPasswordError: too short, too long, known, repeated, or made of the person's own words.
    """
    judgement = judge_password(password, email=email, has_second_factor=has_second_factor)
    if judgement.refusal:
        error = FieldError(location="body", field="password", message=judgement.refusal)
        raise WeakPasswordError(judgement.refusal, errors=(error,))


def judge_password(password: str, *, email: str, has_second_factor: bool = False) -> Judgement:
    """Say how soon a password would be guessed, and whether it is taken."""
    return judge(
        _normalised(password),
        is_alone=not has_second_factor,
        words=words_of(email) | words_of(dependencies().settings.site_origin.partition("://")[2]),
    )


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with its salt and settings."""
    return _in_turn().submit(_hasher().hash, _normalised(password)).result()


def is_right(password: str, *, password_hash: str | None) -> bool:
    """Check a guess; `None` (no such account) takes as long and is never right."""
    from argon2.exceptions import InvalidHashError, VerifyMismatchError  # noqa: PLC0415

    try:
        guess = _normalised(password)
        _in_turn().submit(_hasher().verify, password_hash or _NOBODY, guess).result()
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether a hash was made with older settings than today's."""
    return _hasher().check_needs_rehash(password_hash)


@cache
def _in_turn() -> "ThreadPoolExecutor":
    """Threads that do nothing but hash.

    Each hash holds 19 MiB while it is made, and the C library keeps as much for each thread that
    ever made one. So a process has few such threads, and however many people sign in at once wait
    for their turn.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - cold start

    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hash")


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415 - cold start

    # OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane, or better.
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def _normalised(password: str) -> str:
    """NFC, so that the same keys on two systems give the same bytes (NIST SP 800-63B-4)."""
    return unicodedata.normalize("NFC", password)
