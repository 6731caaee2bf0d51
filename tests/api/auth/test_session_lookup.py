"""Reading pictures looks a session up in a quicker way, which lets in nobody else (THREATS 1)."""

from collections.abc import Callable
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.support.images import jpeg
from tests.support.users import Person

READS = ("/api/images", "/api/images?deleted=true", "/api/images/{}", "/api/images/{}/original")
ENDS = {
    "expired": "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = :user",
    "left idle": "UPDATE sessions SET last_used_at = now() - interval '31 days'"
    " WHERE user_id = :user",
    "shut": "UPDATE users SET disabled_at = now() WHERE id = :user",
    "ended": "DELETE FROM sessions WHERE user_id = :user",
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_a_session_that_is_over_reads_nothing(ada: Person, database: Engine, end: str) -> None:
    assert ada.http.get("/api/images").status_code == 200
    run(database, end, ada)
    for path in READS:
        answer = ada.http.get(path.format(uuid4()))
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        assert "images" not in answer.json()


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "é", "' OR true --", "%(moment)s"])
def test_a_made_up_session_reads_nothing(visitor: httpx2.Client, token: str) -> None:
    cookie = {"Cookie": f"session={token}".encode()}
    for path in READS:
        answer = visitor.get(path.format(uuid4()), headers=cookie)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_token_counts_and_not_the_cookie_beside_it(ada: Person, bob: Person) -> None:
    named = {"name": "A script", "scope": "read", "days": 1}
    token = bob.http.post("/api/account/tokens", json=named).json()["token"]
    (hers,) = (place["image"]["id"] for place in ada.promise(jpeg(seed=300)))
    by_cookie = ada.http.get("/api/images", params={"ids": hers}).json()["images"]
    assert [image["id"] for image in by_cookie] == [hers]
    for bearer, status in ((token, 200), ("pinhole_x", 401), ("x", 401)):
        headers = {"Authorization": f"Bearer {bearer}"}
        answer = ada.http.get("/api/images", params={"ids": hers}, headers=headers)
        assert answer.status_code == status
        assert answer.json().get("images", []) == []


def test_reading_is_noted_as_use(
    ada: Person, database: Engine, new_visitor: Callable[[], httpx2.Client]
) -> None:
    elsewhere = new_visitor()
    elsewhere.cookies = ada.http.cookies
    long_ago = "UPDATE sessions SET last_used_at = now() - interval '6 minutes', ip = ''"
    run(database, f"{long_ago} WHERE user_id = :user", ada)
    assert elsewhere.get("/api/images").status_code == 200
    found = (
        "SELECT ip FROM sessions WHERE user_id = :user AND last_used_at > now() - interval '1 m'"
    )
    assert run(database, found, ada) == elsewhere.headers["X-Forwarded-For"]


def run(database: Engine, statement: str, person: Person) -> object:
    """Do something behind the API's back; return the first value that it gives."""
    by_email = statement.replace(":user", "(SELECT id FROM users WHERE email = :email)")
    with database.begin() as connection:
        found = connection.execute(text(by_email), {"email": person.email})
        return found.scalar() if found.returns_rows else None
