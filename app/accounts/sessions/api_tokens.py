"""Personal access tokens: what scripts send instead of a session cookie.

A token is `pinhole_` and 49 letters and digits, of which the last six are a checksum. Secret
scanners can recognize one, and a mistyped one is refused without a query.
"""

import secrets
import string
import zlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from app.accounts.models import AccessToken, User
from app.accounts.sessions.tokens import digest
from app.database import db, now

PREFIX = "pinhole_"
MAX_TOKENS = 50  # a person's
USE_NOTED_EVERY = timedelta(minutes=5)
_ALPHABET = string.ascii_letters + string.digits
_RANDOM_LENGTH = 43  # 62 ** 43 is a little more than 2 ** 256
_SUM_LENGTH = 6


def make_access_token(
    user_id: UUID, *, name: str, scope: str, lifetime: timedelta
) -> tuple[AccessToken, str]:
    """Add a token; return its row and the token itself, which exists nowhere else."""
    random = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LENGTH))
    token = PREFIX + random + _check_sum(random)
    row = AccessToken(
        user_id=user_id,
        name=name,
        token_hash=digest(token),
        last_four=token[-4:],
        scope=scope,
        expires_at=now() + lifetime,
    )
    db.session.add(row)
    return row, token


def find_access_token(token: str) -> AccessToken | None:
    """Return the living row of a token, and note now and then that it was used."""
    random = token.removeprefix(PREFIX)[:_RANDOM_LENGTH]
    if token != PREFIX + random + _check_sum(random):
        return None
    moment = now()
    row = db.session.scalar(
        select(AccessToken)
        .join(AccessToken.user)
        .options(joinedload(AccessToken.user))
        .where(
            AccessToken.token_hash == digest(token),
            AccessToken.expires_at > moment,
            User.disabled_at.is_(None),
        )
    )
    if row and (row.last_used_at is None or moment - row.last_used_at > USE_NOTED_EVERY):
        db.session.execute(
            update(AccessToken)
            .where(AccessToken.id == row.id)
            .values(last_used_at=moment)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
    return row


def _check_sum(random: str) -> str:
    left, digits = zlib.crc32(random.encode()), ""
    while len(digits) < _SUM_LENGTH:
        left, index = divmod(left, len(_ALPHABET))
        digits = _ALPHABET[index] + digits
    return digits
