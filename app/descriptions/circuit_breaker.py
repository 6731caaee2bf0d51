"""A circuit breaker for the model: no worker asks it while it is unavailable.

[Note: A model that is away] Out of reach, too busy, or without a key or money, it says nothing of
the picture it was shown. Then the pictures go on waiting, and all workers leave the model alone:
for as long again as it has been away, within bounds, or for as long as its host says. See
docs/decisions/0099.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from app.clients.vision_errors import AWAY
from app.database import db

MIN_REST_SECONDS = 5.0
MAX_REST_SECONDS = 300.0
MAX_REST_ASKED_SECONDS = 600.0  # by its host
MONEY_REST_SECONDS = 3600.0
# Both are rows of limiter.py's table, which the sweep deletes once they say nothing any more.
# 'model-away' says since when: so long before its `empty_at`.
_KEPT = timedelta(days=30)
_AWAY = text("""
INSERT INTO rate_limits AS held (key, empty_at) VALUES ('model-away', now() + :kept)
ON CONFLICT (key) DO UPDATE
  SET empty_at = CASE WHEN held.empty_at < now() THEN now() + :kept ELSE held.empty_at END
RETURNING extract(epoch FROM now() + :kept - empty_at)
""").bindparams(kept=_KEPT)
_REST = text("""
INSERT INTO rate_limits AS held (key, empty_at) VALUES ('model-rest', now() + :rest)
ON CONFLICT (key) DO UPDATE SET empty_at = greatest(held.empty_at, excluded.empty_at)
""")
# Why it rests: a row for each reason, whose `empty_at` is when that ends.
_REASONS = "model-reason:"
_REASON = text("""
INSERT INTO rate_limits AS held (key, empty_at) VALUES (:key, now() + :rest)
ON CONFLICT (key) DO UPDATE SET empty_at = greatest(held.empty_at, excluded.empty_at)
""")
_WHY = text("""
SELECT substr(reason.key, length(:reasons) + 1) AS code, reason.empty_at AS until
FROM rate_limits AS reason JOIN rate_limits AS rest ON rest.key = 'model-rest'
WHERE reason.key LIKE :reasons || '%' AND reason.empty_at > now() AND rest.empty_at > now()
ORDER BY reason.empty_at DESC LIMIT 1
""").bindparams(reasons=_REASONS)
_LEFT = text("""
SELECT extract(epoch FROM empty_at - now()) FROM rate_limits
WHERE key = 'model-rest' AND empty_at > now()
""")
# One after the other, as `rest_model` takes them: so that the two never wait for each other. With
# why it rested: else the longest of former reasons would be told of the next rest.
_CODES = sorted({*AWAY, "price_unknown"})
_BACK = tuple(
    text(f"DELETE FROM rate_limits WHERE key IN ({keys})")  # noqa: S608 - constants
    for keys in (
        "'model-away'",
        "'model-rest'",
        ", ".join(f"'{_REASONS}{code}'" for code in _CODES),
    )
)


@dataclass(frozen=True, kw_only=True)
class Rest:
    """How many seconds the model is left alone, and whether it had answered until now."""

    seconds: float
    is_first: bool


def rest_model(*, retry_after: float | None, code: str) -> Rest:
    """Note that the model gave no answer. Ends the transaction.

    Args:
        retry_after: the seconds that its host asks for.
        code: why, as people are told. Without money each try is in vain until somebody pays, so
            there is one an hour.
    """
    away = float(db.session.execute(_AWAY).scalar_one())
    seconds = min(max(away, MIN_REST_SECONDS), MAX_REST_SECONDS)
    if retry_after is not None:
        seconds = min(max(retry_after, 1.0), MAX_REST_ASKED_SECONDS)
    if code == "quota_exceeded":
        seconds = MONEY_REST_SECONDS
    db.session.execute(_REST, {"rest": timedelta(seconds=seconds)})
    db.session.execute(_REASON, {"key": f"{_REASONS}{code}", "rest": timedelta(seconds=seconds)})
    db.session.commit()
    return Rest(seconds=seconds, is_first=away <= 0)


def note_answer() -> None:
    """Note, in the current transaction, that the model said something of a picture."""
    for statement in _BACK:
        db.session.execute(statement)


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """Why the model is left alone, and until when."""

    code: str
    until: datetime


def why_it_rests() -> Stopped | None:
    """Say why the model is left alone now; None: it is not."""
    row = db.session.execute(_WHY).one_or_none()
    return None if row is None else Stopped(code=row.code, until=row.until)


def seconds_of_rest() -> float:
    """Return how long the model is left alone still; 0 when it may be asked."""
    seconds = db.session.scalar(_LEFT)
    db.session.rollback()
    return float(seconds or 0)
