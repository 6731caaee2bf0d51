"""Signing in and out, and what a cookie is worth (THREATS 31)."""

from collections.abc import Callable
from hashlib import sha256

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.support.users import PASSWORD, Person, told


def credentials(email: str, password: str = PASSWORD) -> dict[str, str]:
    return {"email": email, "password": password}


def test_a_new_account_is_signed_in(ada: Person) -> None:
    session = ada.http.get("/api/auth/session").json()
    assert session["user"]["email"] == ada.email
    assert session["uploads"]["max_bytes"] == 200 * 1024 * 1024
    assert "image/heic" in session["uploads"]["content_types"]


def test_nobody_is_signed_in_without_a_cookie(visitor: httpx2.Client) -> None:
    assert visitor.get("/api/auth/session").json()["user"] is None


def test_addresses_are_compared_as_people_mean_them(ada: Person, visitor: httpx2.Client) -> None:
    answer = visitor.post("/api/auth/login", json=credentials(f"  {ada.email.upper()} "))
    assert answer.status_code == 200


def test_wrong_password_and_unknown_address_get_the_same_answer(
    ada: Person, visitor: httpx2.Client
) -> None:
    wrong = visitor.post("/api/auth/login", json=credentials(ada.email, "not her password at all"))
    unknown = visitor.post("/api/auth/login", json=credentials("nobody@example.org"))
    assert wrong.status_code == unknown.status_code == 401
    assert told(wrong) == told(unknown)
    assert wrong.json()["code"] == "wrong_credentials"
    assert "set-cookie" not in wrong.headers


def test_the_database_holds_neither_passwords_nor_tokens(ada: Person, database: Engine) -> None:
    token = ada.http.cookies["session"]
    with database.connect() as connection:
        query = text(
            "SELECT u.password_hash, s.token_hash FROM users u JOIN sessions s ON s.user_id = u.id"
            " WHERE u.email = :email"
        )
        row = connection.execute(query, {"email": ada.email}).one()
    assert row.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert bytes(row.token_hash) == sha256(token.encode()).digest()
    assert len(token) >= 43  # 256 bits, base64


def test_signing_in_gives_a_new_token_and_ends_the_old_one(ada: Person) -> None:
    old = ada.http.cookies["session"]
    ada.http.post("/api/auth/login", json=credentials(ada.email)).raise_for_status()
    assert ada.http.cookies["session"] != old
    with httpx2.Client(base_url=ada.http.base_url, cookies={"session": old}) as thief:
        assert thief.get("/api/images").status_code == 401


def test_a_token_chosen_by_somebody_else_is_never_taken_over(ada: Person) -> None:
    chosen = "A" * 43
    with httpx2.Client(
        base_url=ada.http.base_url, headers=dict(ada.http.headers), cookies={"session": chosen}
    ) as victim:
        answer = victim.post("/api/auth/login", json=credentials(ada.email))
        assert chosen not in answer.headers["set-cookie"]
    with httpx2.Client(base_url=ada.http.base_url, cookies={"session": chosen}) as attacker:
        assert attacker.get("/api/auth/session").json()["user"] is None


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(ada: Person) -> None:
    answer = ada.http.post("/api/auth/login", json=credentials(ada.email))
    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert not any(part.startswith("domain") for part in parts)


@pytest.mark.parametrize("email", ["a\u0000@b.example", "no address", "", "a" * 254, "\u2028"])
def test_what_is_no_address_belongs_to_nobody(visitor: httpx2.Client, email: str) -> None:
    answer = visitor.post("/api/auth/login", json=credentials(email))
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


def test_signing_out_ends_the_session_at_once(
    ada: Person, new_person: Callable[[], Person]
) -> None:
    token = ada.http.cookies["session"]
    bystander = new_person()
    answer = ada.http.post("/api/auth/logout")
    assert answer.status_code == 204
    assert "session" not in ada.http.cookies
    with httpx2.Client(base_url=ada.http.base_url, cookies={"session": token}) as thief:
        assert thief.get("/api/images").status_code == 401
    assert bystander.http.get("/api/images").status_code == 200


@pytest.mark.parametrize(
    "moment",
    ["expires_at = now() - interval '1 second'", "last_used_at = now() - interval '30 days'"],
)
def test_old_and_idle_sessions_are_dead(ada: Person, database: Engine, moment: str) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                f"UPDATE sessions SET {moment} WHERE user_id ="  # noqa: S608
                " (SELECT id FROM users WHERE email = :email)"
            ),
            {"email": ada.email},
        )
    assert ada.http.get("/api/images").status_code == 401
