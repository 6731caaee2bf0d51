"""The database: the base class of models, and the session that routes and tasks share."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BindParameter, DateTime, MetaData, Select, TextClause, bindparam, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeEngine

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
        # No column is an hstore, and looking for the type asks each new connection.
        "use_native_hstore": False,
        "connect_args": {
            "connect_timeout": 5,
            # A server that is gone without a word is noticed within seconds, and not after hours.
            "keepalives_idle": 5,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            "tcp_user_timeout": 15_000,
            **({} if is_proxied else options),
        },
    }


class Prepared:
    """A query that is compiled once, for queries of every request.

    Building a query, finding it in SQLAlchemy's cache and dressing its rows takes several times
    the CPU of asking it (docs/decisions/0027-lists.md). Rows are tuples as psycopg2 makes them, so
    that bytes are a memoryview.
    """

    def __init__(self, query: Select[*tuple[Any, ...]] | TextClause) -> None:
        self._query = query

    def rows(self, values: Mapping[str, object]) -> Sequence[tuple[Any, ...]]:
        """Ask, in the session's transaction; `values` by the names of what is `given`."""
        words, constants = self._words
        db.session.flush()  # as the session does before a query of its own
        found = db.session.connection().exec_driver_sql(words, {**constants, **values})
        rows = found.cursor.fetchall()
        found.close()
        return rows

    @cached_property
    def _words(self) -> tuple[str, dict[str, object]]:
        compiled = self._query.compile(
            dialect=db.engine.dialect, compile_kwargs={"render_postcompile": True}
        )
        return str(compiled), dict(compiled.params)


def given(name: str, kind: TypeEngine[Any] | None = None) -> BindParameter[Any]:
    """Return the place of a value that a prepared query is given when it is asked."""
    return bindparam(name, type_=kind, required=False)  # not when it is put into words


_WAIT_BRIEFLY = text("SELECT wait_briefly()")


def wait_briefly() -> None:
    """Wait for no lock longer than 200 ms in this transaction: who is next must not wait for it.

    What waits longer raises an OperationalError: see `is_lock_timeout`, and migration 0028.
    """
    db.session.execute(_WAIT_BRIEFLY)


def is_lock_timeout(error: BaseException) -> bool:
    """Whether a lock was held for longer than a transaction waits (SQLSTATE 55P03)."""
    return isinstance(error, OperationalError) and getattr(error.orig, "pgcode", "") == "55P03"


def names_what_is_gone(error: IntegrityError) -> bool:
    """Whether a row was to name another that is there no more (SQLSTATE 23503)."""
    return getattr(error.orig, "pgcode", "") == "23503"


# Lock timeout, statement timeout, deadlock (https://www.postgresql.org/docs/17/errcodes-appendix.html).
_CONTENTION = {"55P03", "57014", "40P01"}


def is_contention(error: BaseException) -> bool:
    """Whether PostgreSQL ended a statement that waited for others, or took too long.

    It is at work then, and the reason is one person's rows.
    """
    return isinstance(error, OperationalError) and (
        getattr(error.orig, "pgcode", "") in _CONTENTION
    )


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
