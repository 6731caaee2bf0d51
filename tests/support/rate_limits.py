"""Limits that are used up, without asking so often."""

from hashlib import sha256

from sqlalchemy import Engine, text

from app.accounts.rate_limits.limiter import Limit


def use_up(database: Engine, limit: Limit, *, of: str) -> None:
    """Let a limit of somebody be used up for a day at least."""
    key = f"{limit.name}:{sha256(of.encode()).hexdigest()[:32]}"
    query = (
        "INSERT INTO rate_limits (key, empty_at) VALUES (:key, now() + :whole + interval '1 day')"
        " ON CONFLICT (key) DO UPDATE SET empty_at = excluded.empty_at"
    )
    with database.begin() as connection:
        connection.execute(text(query), {"key": key, "whole": limit.every * limit.burst})


def leave(database: Engine, limit: Limit, *, of: str, room: int) -> None:
    """Let somebody have room for so many more."""
    key = f"{limit.name}:{sha256(of.encode()).hexdigest()[:32]}"
    query = (
        "INSERT INTO rate_limits (key, empty_at) VALUES (:key, now() + :used)"
        " ON CONFLICT (key) DO UPDATE SET empty_at = excluded.empty_at"
    )
    used = limit.every * (limit.burst - room)
    with database.begin() as connection:
        connection.execute(text(query), {"key": key, "used": used})


def forget(database: Engine, limit: Limit) -> None:
    """Let a limit be as if nobody had asked."""
    with database.begin() as connection:
        query = text("DELETE FROM rate_limits WHERE key LIKE :key")
        connection.execute(query, {"key": f"{limit.name}:%"})
