"""The one database: its base class for models, and the session that routes and tasks share."""

from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData
from sqlalchemy.orm import DeclarativeBase, registry

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The root of all models: moments have a time zone, constraints have predictable names."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: DateTime(timezone=True)},
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def engine_options(*, pool_size: int, is_proxied: bool = False) -> dict[str, Any]:
    """Settings of the connection pool, bounded so that many processes share one small database.

    Args:
        pool_size: the most connections that one process holds.
        is_proxied: whether RDS Proxy stands in front. It refuses options at connecting, and sets
            the same for each session itself (infrastructure/database.py).
    """
    # A request or task that hangs must not hold its locks for ever.
    options = {"options": "-c statement_timeout=20000 -c lock_timeout=10000 -c timezone=UTC"}
    return {
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": 10,
        "pool_pre_ping": True,
        # Values are people's data: they stay out of errors, and so out of logs.
        "hide_parameters": True,
        "connect_args": {
            "connect_timeout": 5,
            **({} if is_proxied else options),
        },
    }


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
