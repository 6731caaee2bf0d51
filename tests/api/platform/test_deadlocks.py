"""What a deadlock ended is done once more, and nothing is done twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx2
from sqlalchemy import Engine, text

from tests.support.images import jpeg
from tests.support.users import PASSWORD, Person

Tries = Callable[[], int]


@contextmanager
def deadlocks(database: Engine, table: str, *, where: str, times: int) -> Iterator[Tries]:
    """Let PostgreSQL end so many writes to a table with the error that it ends a deadlock with.

    Yields:
        What tells how many writes were tried: a sequence counts them, which no rollback undoes.
    """
    name = f"deadlock_{uuid4().hex}"
    made = (
        f"CREATE SEQUENCE {name}",
        f"GRANT USAGE ON SEQUENCE {name} TO PUBLIC",
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF nextval('{name}') <= {times} THEN
            RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected';
          END IF;
          RETURN NEW;
        END $$
        """,
        f"""
        CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW
        WHEN ({where}) EXECUTE FUNCTION {name}()
        """,
    )
    gone = (
        f"DROP TRIGGER {name} ON {table}",
        f"DROP FUNCTION {name}()",
        f"DROP SEQUENCE {name}",
    )
    run(database, *made)
    try:
        yield lambda: tried(database, name)
    finally:
        run(database, *gone)


def run(database: Engine, *statements: str) -> None:
    with database.begin() as rows:
        for statement in statements:
            rows.execute(text(statement))


def tried(database: Engine, sequence: str) -> int:
    with database.connect() as rows:
        query = text(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608 - its own
        return int(rows.scalar(query) or 0)


def test_request_that_a_deadlock_ended_is_made_once_more(ada: Person, database: Engine) -> None:
    where = f"NEW.owner_id = '{ada.user_id}'"
    with deadlocks(database, "albums", where=where, times=1) as tries:
        answer = ada.http.post("/api/albums", json={"title": "Iceland"})
        assert answer.status_code == 201, answer.text
        assert tries() == 2
    albums = ada.http.get("/api/albums").json()["albums"]
    assert [album["title"] for album in albums] == ["Iceland"]


def test_request_that_deadlocks_end_twice_is_to_be_sent_again(
    ada: Person, database: Engine
) -> None:
    where = f"NEW.owner_id = '{ada.user_id}'"
    with deadlocks(database, "albums", where=where, times=5) as tries:
        answer = ada.http.post("/api/albums", json={"title": "Iceland"})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["Retry-After"]
        assert tries() == 2
    assert ada.http.get("/api/albums").json()["albums"] == []


def test_sign_in_that_a_deadlock_ended_is_made_once_more(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    where = f"NEW.event = 'signed_in' AND NEW.user_id = '{ada.user_id}'"
    with deadlocks(database, "audit_events", where=where, times=1) as tries:
        body = {"email": ada.email, "password": PASSWORD}
        answer = visitor.post("/api/auth/login", json=body)
        assert answer.status_code == 200, answer.text
        assert tries() == 2
    assert visitor.get("/api/auth/session").json()["user"]["email"] == ada.email


def test_what_was_committed_before_a_deadlock_is_not_done_twice(
    ada: Person, database: Engine
) -> None:
    body = {"images": [jpeg(seed=160).announcement()]}
    where = f"NEW.key = 'turn:{ada.user_id}'"
    with deadlocks(database, "rate_limits", where=where, times=1) as tries:
        answer = ada.http.post("/api/images", json=body)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert tries() == 1
