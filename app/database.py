"""The database: the base class of models, and the session that routes and tasks share."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BindParameter,
    CursorResult,
    DateTime,
    MetaData,
    Select,
    TextClause,
    bindparam,
    event,
    text,
)
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.pool import ConnectionPoolEntry
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


def engine_options(
    *, pool_size: int, is_proxied: bool = False, pings: bool = True
) -> dict[str, Any]:
    """Settings of the connection pool, bounded so that many processes share one small database.

    Args:
        pool_size: the most connections that one process holds.
        is_proxied: whether RDS Proxy stands in front. It refuses options at connecting, and sets
            the same for each session itself (infrastructure/database.py).
        pings: whether each connection is asked before use if it lives; see trust_fresh_connections.
    """
    # A request or task that hangs must not hold its locks for ever.
    options = {"options": "-c statement_timeout=20000 -c lock_timeout=10000 -c timezone=UTC"}
    return {
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": 10,
        "pool_pre_ping": pings,
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


# Nothing restarts so quickly that a connection which served so shortly before is a dead one.
_FRESH_SECONDS = 0.5


def trust_fresh_connections(engine: Engine) -> None:
    """Ask a connection whether it lives only where it has rested, and not before each use.

    For the worker on one machine: a seventh of what it asks of the database for an image would be
    that, and what meets a dead connection nonetheless is tried again. Without `pool_pre_ping`.
    """

    @event.listens_for(engine, "checkin")
    def note(_: object, record: ConnectionPoolEntry) -> None:
        record.info["rested_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def check(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        rested_since = record.info.get("rested_since")  # None: it is new
        if rested_since is None or time.monotonic() - rested_since < _FRESH_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # so the pool makes another, and asks all others


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
        found = self._execute(values)
        rows = found.cursor.fetchall()
        found.close()
        return rows

    def run(self, values: Mapping[str, object]) -> None:
        """Execute a statement that returns nothing, as `rows` does."""
        self._execute(values).close()

    def _execute(self, values: Mapping[str, object]) -> CursorResult[Any]:
        words, constants = self._words
        db.session.flush()  # as the session does before a query of its own
        return db.session.connection().exec_driver_sql(words, {**constants, **values})

    @cached_property
    def _words(self) -> tuple[str, dict[str, object]]:
        compiled = self._query.compile(
            dialect=db.engine.dialect, compile_kwargs={"render_postcompile": True}
        )
        return str(compiled), dict(compiled.params)


@lru_cache(maxsize=500)  # as many as there are ways to put a search, or more
def prepared(statement: str) -> Prepared:
    """Return a statement that is written anew for each request, though it is one of few."""
    return Prepared(text(statement))


def given(name: str, kind: TypeEngine[Any] | None = None) -> BindParameter[Any]:
    """Return the place of a value that a prepared query is given when it is asked."""
    return bindparam(name, type_=kind, required=False)  # not when it is put into words


_WAIT_BRIEFLY = text("SELECT wait_briefly()")


def set_short_lock_timeout() -> None:
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
