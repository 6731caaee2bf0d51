"""A link that resets, opened while the account is changed by others."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.api.auth.test_email_links import finish, log_in, reset_token
from tests.api.conftest import until
from tests.support.users import Person


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("password_reset_at = now()", 410),
        ("email = 'moved-' || email", 410),
        ("disabled_at = now()", 403),
    ],
)
def test_a_reset_under_way_undoes_nothing_that_was_quicker(
    ada: Person, visitor: httpx2.Client, database: Engine, change: str, status: int
) -> None:
    token, user_id = reset_token(visitor, ada.email), ada.user_id
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as connection:
            query = text(f"UPDATE users SET {change} WHERE id = :id")  # noqa: S608
            connection.execute(query, {"id": user_id})
            answer = meanwhile.submit(finish, visitor, token)
            until(lambda: _somebody_waits(database) or answer.done())
        assert answer.result().status_code == status
    assert "session" not in visitor.cookies
    assert log_in(visitor, ada.email, "nine slow herons over the estuary") == 401


def _somebody_waits(database: Engine) -> bool:
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with database.connect() as connection:
        return bool(connection.scalar(text(query)))
