"""What is recorded of nobody goes when it is old; what is recorded of people stays."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from app.accounts.cleanup import delete_nobodys_old_events
from app.api.app import create_worker_app
from app.database import db
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.support.users import Person

ADD = text(
    "INSERT INTO audit_events (at, user_id, event, ip, user_agent, detail) VALUES"
    " (now() - CAST(:age AS interval), CAST(:user AS uuid), 'sign_in_failed', :mark, '', '{}')"
)


def marks(database: Engine, mark: str) -> int:
    with database.connect() as connection:
        query = text("SELECT count(*) FROM audit_events WHERE ip = :mark")
        return int(connection.scalar(query, {"mark": mark}) or 0)


def test_guesses_at_nobody_are_kept_for_three_months(
    ada: Person, stack: EmbeddedStack, database: Engine
) -> None:
    with database.begin() as connection:
        for age, user, mark in (
            ("92 days", None, "old"),
            ("1 day", None, "new"),
            ("92 days", ada.user_id, "hers"),
        ):
            connection.execute(ADD, {"age": age, "user": user, "mark": mark})
    settings = Settings.from_environment(stack.environment("worker"))
    with create_worker_app(settings, pool_size=1).app_context():
        delete_nobodys_old_events()
        db.session.commit()
        db.engine.dispose()
    assert [marks(database, mark) for mark in ("old", "new", "hers")] == [0, 1, 1]


@pytest.mark.parametrize("age", ["1 second", "89 days"])
def test_nobody_takes_them_away_before(database: Engine, age: str) -> None:
    with database.begin() as connection:
        connection.execute(ADD, {"age": age, "user": None, "mark": f"kept {age}"})
    with database.connect() as connection, pytest.raises(IntegrityError, match="append-only"):
        connection.execute(
            text("DELETE FROM audit_events WHERE ip = :mark"), {"mark": f"kept {age}"}
        )
