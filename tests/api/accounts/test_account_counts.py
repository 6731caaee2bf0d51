"""What the account says of a library, however large it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from tests.api.conftest import until
from tests.support.images import jpeg

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.support.users import Person


def test_account_reads_no_pictures(ada: Person, database: Engine) -> None:
    """It would read all of them, at each request."""
    (image_id,) = ada.upload(jpeg(seed=1))
    assert until(lambda: ada.settled(image_id))["state"] == "ready"
    with database.begin() as connection:
        connection.execute(text("LOCK TABLE images IN ACCESS EXCLUSIVE MODE"))
        answer = ada.http.get("/api/account")
    assert answer.status_code == 200, answer.text
    account = answer.json()
    assert account["pictures"] == 1
    assert account["descriptions"] == {"waiting": 0, "done": 0, "failed": 0, "missing": 1}
    assert account["bytes"] == account["storage"]["bytes"] > 0
