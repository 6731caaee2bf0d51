"""The worker's connections are asked whether they live where they have rested, and not before."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from app import database
from app.database import engine_options, trust_fresh_connections
from app.settings import with_driver
from scripts.embedded.stack import EmbeddedStack


@pytest.fixture
def engine(stack: EmbeddedStack) -> Iterator[Engine]:
    url = with_driver(stack.database_url)
    engine = create_engine(url, **engine_options(pool_size=1, pings=False))
    trust_fresh_connections(engine)
    yield engine
    engine.dispose()


def process_of(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)


def end_process(stack: EmbeddedStack, process: int) -> None:
    owner = create_engine(with_driver(stack.database_url))
    with owner.connect() as connection:
        # Returns once it is gone.
        connection.execute(
            text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process}
        )
    owner.dispose()


@pytest.mark.parametrize(("fresh_seconds", "times"), [(60, 0), (0, 1)])
def test_connection_is_asked_where_it_has_rested(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, fresh_seconds: float, times: int
) -> None:
    ping, asked = engine.dialect.do_ping, []

    def counted(connection: DBAPIConnection) -> bool:
        asked.append(connection)
        return ping(connection)

    monkeypatch.setattr(database, "_FRESH_SECONDS", fresh_seconds)
    monkeypatch.setattr(engine.dialect, "do_ping", counted)
    assert process_of(engine) == process_of(engine)
    assert len(asked) == times


def test_rested_connection_that_is_dead_is_replaced(
    engine: Engine, stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_FRESH_SECONDS", 0)
    first = process_of(engine)
    assert process_of(engine) == first
    end_process(stack, first)
    assert process_of(engine) != first
