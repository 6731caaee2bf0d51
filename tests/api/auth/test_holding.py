"""What a request holds it holds until its commit, whatever is noted of its session meanwhile."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from app.accounts.administrators import change_administrators
from app.accounts.sessions.guards import check_again, current_session, lock_current_user
from app.api.app import create_app
from app.database import db
from app.http.dependencies import build_parts
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import keys_of
from tests.support.users import Person

LET_TIME_PASS = (
    "UPDATE sessions SET last_used_at = now() - interval '6 minutes' WHERE user_id = :id"
)
# Each gives a row to whoever can have it now.
PERSON = "SELECT id FROM users WHERE id = :id FOR UPDATE SKIP LOCKED"
OFFICE = "SELECT :id WHERE pg_try_advisory_xact_lock(hashtext('who administers'))"


def hold_office() -> None:
    change_administrators()
    check_again()


@pytest.mark.parametrize(
    ("hold", "held"), [(lock_current_user, PERSON), (hold_office, OFFICE)], ids=["person", "office"]
)
def test_noting_that_a_session_is_used_lets_nothing_go(
    stack: EmbeddedStack, ada: Person, database: Engine, hold: Callable[[], object], held: str
) -> None:
    """`check_again` finds the session anew, so late that its use would be noted again."""
    whose = {"id": ada.user_id}
    headers = {"Cookie": f"session={ada.http.cookies['session']}"}
    with keys_of(stack.environment("api")):
        app = create_app(build_parts(Settings.from_environment(stack.environment("api"))))
    with app.test_request_context("/api/account/password", method="POST", headers=headers):
        assert current_session() is not None
        with database.begin() as other:
            other.execute(text(LET_TIME_PASS), whose)
        hold()
        with database.connect() as other:
            assert other.execute(text(held), whose).all() == []
        db.session.rollback()
        with database.connect() as other:
            assert len(other.execute(text(held), whose).all()) == 1
