"""Recovery codes: each replaces a second factor once, for users who lost theirs."""

import secrets
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, exists, func, select

from app.accounts.models import RecoveryCode
from app.database import db

HOW_MANY = 10
# Crockford's base 32: nothing in it is mistaken for something else in it.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})
# 120 bits: from 112 on a quick hash is enough (OWASP ASVS 5.0, 6.5.2).
_LENGTH = 24
_GROUP = 4


def make_codes(user_id: UUID) -> list[str]:
    """Replace a person's codes by new ones; return them, since they exist nowhere else."""
    forget_codes(user_id)
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(HOW_MANY)]
    db.session.add_all(
        RecoveryCode(user_id=user_id, code_hash=hash_of(user_id, code)) for code in codes
    )
    return [_in_groups(code) for code in codes]


def make_first_codes(user_id: UUID) -> list[str] | None:
    """Make codes for a person who has none."""
    has_some = db.session.scalar(select(exists().where(RecoveryCode.user_id == user_id)))
    return None if has_some else make_codes(user_id)


def use_code(user_id: UUID, typed: str, *, made_before: datetime | None = None) -> datetime | None:
    """Use a code up; of two who use the same at once, one succeeds.

    Args:
        user_id: whose.
        typed: the code.
        made_before: younger ones are none; None: all are good.

    Returns:
        When it was made; None: it is none.
    """
    used = (
        delete(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == hash_of(user_id, typed),
        )
        .returning(RecoveryCode.created_at)
    )
    if made_before is not None:
        used = used.where(RecoveryCode.created_at < made_before)
    return db.session.scalar(used)


def codes_left(user_id: UUID) -> int:
    """How many codes are not used yet."""
    count = select(func.count()).where(RecoveryCode.user_id == user_id)
    return db.session.scalar(count) or 0


def forget_codes(user_id: UUID) -> None:
    """Make all codes of a person worthless."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def hash_of(user_id: UUID, typed: str) -> bytes:
    """What is kept of a code, however it was typed."""
    code = typed.lower().translate(_MISREAD)
    return sha256(user_id.bytes + code.encode()).digest()


def _in_groups(code: str) -> str:
    return "-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))
