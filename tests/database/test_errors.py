"""Errors of the database reach the log without values: those are people's data."""

import logging
import sys

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from app.database import engine_options
from app.observability.logging import OneLine
from app.settings import with_driver
from scripts.embedded.stack import EmbeddedStack


@pytest.mark.parametrize(
    "statement",
    ["SELECT :words FROM nothing", "SELECT CAST(:words AS integer)", "SELECT :words ::uuid"],
)
def test_the_log_holds_no_values(stack: EmbeddedStack, statement: str) -> None:
    words = {"words": "what Ada wrote"}
    engine = create_engine(with_driver(stack.database_url), **engine_options(pool_size=1))
    record = logging.makeLogRecord({"msg": "it failed", "levelname": "ERROR"})
    with engine.connect() as connection:
        try:
            connection.execute(text(statement), words)
        except DBAPIError:
            record.exc_info = sys.exc_info()
    engine.dispose()
    assert record.exc_info
    line = OneLine("%(levelname)s: %(message)s").format(record)
    assert words["words"] not in line
    assert "SQLSTATE" in line
    assert "in test_the_log_holds_no_values" in line


def test_nor_of_an_error_that_another_came_from(stack: EmbeddedStack) -> None:
    words = {"words": "what Ada wrote"}
    engine = create_engine(with_driver(stack.database_url), **engine_options(pool_size=1))
    record = logging.makeLogRecord({"msg": "it failed", "levelname": "ERROR"})
    with engine.connect() as connection:
        try:
            try:
                connection.execute(text("SELECT CAST(:words AS integer)"), words)
            except DBAPIError as error:
                raise RuntimeError("so this failed too") from error
        except RuntimeError:
            record.exc_info = sys.exc_info()
    engine.dispose()
    line = OneLine("%(levelname)s: %(message)s").format(record)
    assert words["words"] not in line
    assert "DataError: SQLSTATE 22P02" in line
    assert "RuntimeError: so this failed too" in line
