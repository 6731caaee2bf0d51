"""What is hard to undo asks for a recent proof of who is there (THREATS 42)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.accounts.rate_limits.limiter import Limit
from app.accounts.rate_limits.policies import CONFIRM_CODES_PERSON, CONFIRM_TRIES_PERSON
from app.api.app import create_app
from app.http.dependencies import build_parts
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.api.auth.test_late_requests import somebody_waits
from tests.api.conftest import until
from tests.support.api_operations import OPERATIONS, Operation, with_some_id
from tests.support.authenticators import (
    SoftwareKey,
    add_passkey,
    add_totp,
    ask_for_passkey,
    code_of,
)
from tests.support.rate_limits import use_up
from tests.support.users import PASSWORD, Json, Person

Browsers = Callable[[], httpx2.Client]
CONFIRM = "/api/auth/confirm"

# Named here too, so that none loses its guard unnoticed: e-mail, password, factors, ways in,
# scripts, other browsers, other people, and leaving.
MUST_BE_FRESH: set[Operation] = {
    ("POST", "/api/account/password"),
    ("POST", "/api/account/passkeys/options"),
    ("POST", "/api/account/passkeys"),
    ("DELETE", "/api/account/passkeys/{passkey_id}"),
    ("POST", "/api/account/totp"),
    ("POST", "/api/account/totp/confirm"),
    ("DELETE", "/api/account/totp"),
    ("POST", "/api/account/recovery-codes"),
    ("POST", "/api/account/email"),
    ("POST", "/api/account/tokens"),
    ("POST", "/api/account/deletion"),
    ("DELETE", "/api/account/identities/{identity_id}"),
    ("DELETE", "/api/account/sessions"),
    ("DELETE", "/api/account/sessions/{session_id}"),
    ("PATCH", "/api/admin/people/{person_id}"),
    ("DELETE", "/api/admin/people/{person_id}/sessions"),
    ("POST", "/api/admin/invites"),
    ("DELETE", "/api/admin/invites/{invite_id}"),
}


@pytest.fixture(scope="module")
def fresh_operations(stack: EmbeddedStack) -> set[Operation]:
    """Every operation whose route says so."""
    app = create_app(build_parts(Settings.from_environment(stack.environment("api"))))
    return {operation for operation in OPERATIONS if _access(app, operation).startswith("fresh")}


def _access(app: Flask, operation: Operation) -> str:
    method, path = operation
    for rule in app.url_map.iter_rules():
        its_path = rule.rule.replace("<uuid:", "{").replace("<", "{").replace(">", "}")
        if its_path == path and method in (rule.methods or ()):
            return str(getattr(app.view_functions[rule.endpoint], "access", ""))
    raise AssertionError(operation)


def grow_old(database: Engine, person: Person, minutes: int = 11) -> None:
    """Let the last proof be so long ago."""
    with database.begin() as connection:
        connection.execute(
            text(
                "UPDATE sessions SET fresh_at = now() - :minutes * interval '1 minute'"
                " WHERE user_id = (SELECT id FROM users WHERE email = :email)"
            ),
            {"minutes": minutes, "email": person.email},
        )


def is_stale(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (401, "confirm_first"), answer.text


def is_fresh(person: Person) -> None:
    answer = person.http.post("/api/account/passkeys/options", json={})
    assert answer.status_code == 200, answer.text


def confirm(person: Person, **proof: str) -> httpx2.Response:
    return person.http.post(CONFIRM, json=proof)


def test_what_must_ask_for_a_proof_does(fresh_operations: set[Operation]) -> None:
    assert fresh_operations >= MUST_BE_FRESH


def test_an_old_proof_is_none_for_any_of_it(
    new_person: Callable[[], Person], database: Engine, fresh_operations: set[Operation]
) -> None:
    ada = new_person()
    with database.begin() as connection:
        statement = text("UPDATE users SET is_administrator = true WHERE email = :email")
        connection.execute(statement, {"email": ada.email})
    add_passkey(ada)
    grow_old(database, ada)
    before = _everything(database, ada)
    for method, path in sorted(fresh_operations):
        is_stale(ada.http.request(method, with_some_id(path), json={}))
        is_stale(ada.http.request(method, with_some_id(path), json={"password": "x" * 20}))
    assert _everything(database, ada) == before


@pytest.mark.parametrize(("minutes", "is_enough"), [(9, True), (10, False), (11, False)])
def test_a_proof_holds_for_ten_minutes(
    ada: Person, database: Engine, minutes: int, *, is_enough: bool
) -> None:
    grow_old(database, ada, minutes)
    answer = ada.http.post("/api/account/totp", json={})
    assert answer.status_code == (200 if is_enough else 401)
    assert bool(ada.http.get("/api/auth/session").json()["fresh_until"]) or not is_enough


def test_a_password_confirms_where_it_is_the_only_factor(ada: Person, database: Engine) -> None:
    grow_old(database, ada)
    is_stale(ada.http.post("/api/account/totp", json={}))
    answer = confirm(ada, password=PASSWORD)
    assert answer.status_code == 200
    assert (
        ada.http.get("/api/auth/session").json()["fresh_until"][:16]
        == (answer.json()["fresh_until"][:16])
    )
    is_fresh(ada)


def test_with_a_second_factor_both_are_needed(ada: Person, database: Engine) -> None:
    secret, codes = add_totp(ada)
    grow_old(database, ada)
    refused = [
        (confirm(ada, password=PASSWORD), "code_needed"),
        (confirm(ada, code=code_of(secret, later=1)), "wrong_credentials"),
        (confirm(ada, code=codes[0]), "wrong_credentials"),
        (confirm(ada, password=PASSWORD, code="000000"), "wrong_code"),
        (confirm(ada, password="wrong", code=codes[0]), "wrong_credentials"),
        (confirm(ada), "wrong_credentials"),
    ]
    for answer, code in refused:
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert "set-cookie" not in answer.headers
    is_stale(ada.http.delete("/api/account/totp"))
    assert confirm(ada, password=PASSWORD, code=code_of(secret, later=1)).status_code == 200
    is_fresh(ada)
    grow_old(database, ada)
    assert confirm(ada, password=PASSWORD, code=codes[0]).status_code == 200
    is_fresh(ada)


def by_passkey(person: Person, key: SoftwareKey) -> httpx2.Response:
    credential = key.get(ask_for_passkey(person.http))
    return person.http.post(f"{CONFIRM}/passkey", json={"credential": credential})


def test_a_passkey_confirms_its_own_account_only(
    ada: Person, bob: Person, database: Engine
) -> None:
    adas, bobs = SoftwareKey(), SoftwareKey()
    add_passkey(ada, adas)
    add_passkey(bob, bobs)
    grow_old(database, ada)
    for key in (bobs, SoftwareKey(credential_id=adas.credential_id)):
        answer = by_passkey(ada, key)
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_passkey")
    is_stale(ada.http.post("/api/account/totp", json={}))
    assert by_passkey(ada, adas).status_code == 200
    is_fresh(ada)


def test_guesses_are_few_and_sign_nobody_out(ada: Person, database: Engine) -> None:
    grow_old(database, ada)
    statuses = [confirm(ada, password=f"guess {n}").status_code for n in range(10)]
    assert statuses == [401] * 8 + [429] * 2
    assert ada.http.get("/api/images").status_code == 200
    with database.connect() as connection:
        failed = connection.execute(
            text(
                "SELECT count(*) FROM audit_events JOIN users ON users.id = user_id"
                " WHERE email = :email AND event = 'confirmation_failed'"
            ),
            {"email": ada.email},
        ).scalar_one()
    assert failed == 8


def another_session(database: Engine, person: Person, token: str) -> None:
    with database.begin() as rows:
        rows.execute(
            text(
                "INSERT INTO sessions (id, token_hash, user_id, created_at, last_used_at,"
                " expires_at, user_agent) SELECT gen_random_uuid(), sha256(:token), :id, now(),"
                " now(), now() + interval '1 day', ''"
            ),
            {"token": token.encode(), "id": person.user_id},
        )


def test_guesses_in_another_session_keep_nobody_from_confirming(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    secret, _ = add_totp(ada)
    another_session(database, ada, "intruder")
    thief = Person(http=new_visitor())
    thief.http.cookies.set("session", "intruder", domain=thief.http.base_url.host)
    wrong = [confirm(thief, password=f"guess {n}").status_code for n in range(9)]
    codes = [confirm(thief, password=PASSWORD, code=f"{n:06}").status_code for n in range(2)]
    assert (wrong, codes) == ([401] * 8 + [429], [429] * 2)
    answer = confirm(ada, password=PASSWORD, code=code_of(secret, later=1))
    assert answer.status_code == 200


@pytest.mark.parametrize("limit", [CONFIRM_TRIES_PERSON, CONFIRM_CODES_PERSON])
def test_all_sessions_together_guess_a_little_and_each_has_a_reserve(
    ada: Person, database: Engine, limit: Limit
) -> None:
    """A right proof gives back its own try, and nobody else's."""
    secret, codes = add_totp(ada)
    use_up(database, limit, of=ada.user_id)
    right = confirm(ada, password=PASSWORD, code=code_of(secret, later=1))
    assert right.status_code == 200
    guess = {"password": "guess"} if limit is CONFIRM_TRIES_PERSON else {"code": "000000"}
    statuses = [confirm(ada, **{"password": PASSWORD} | guess).status_code for _ in range(4)]
    assert statuses == [401] * 3 + [429]
    assert confirm(ada, password=PASSWORD, code=codes[0]).status_code == 429


def test_a_password_changed_while_it_was_looked_at_confirms_nothing(
    ada: Person, database: Engine
) -> None:
    user_id = ada.user_id
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as other:
            hold = "SELECT FROM users WHERE id = :id FOR NO KEY UPDATE"
            other.execute(text(hold), {"id": user_id})
            answer = meanwhile.submit(confirm, ada, password=PASSWORD)
            until(lambda: somebody_waits(database) or answer.done())
            change = "UPDATE users SET password_hash = 'another' WHERE id = :id"
            other.execute(text(change), {"id": user_id})
        assert answer.result().status_code == 401


def test_a_stolen_copy_of_the_cookie_is_not_made_fresh(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    thief = new_visitor()
    stolen = ada.http.cookies["session"]
    thief.cookies.set("session", stolen, domain=thief.base_url.host)
    grow_old(database, ada)
    assert confirm(ada, password=PASSWORD).status_code == 200
    assert ada.http.cookies["session"] != stolen
    # What the page asked just before is answered still, and nothing that needs a proof.
    assert thief.get("/api/images").status_code == 200
    is_stale(thief.post("/api/account/totp", json={}))
    with database.begin() as connection:
        lives = text(
            "SELECT extract(epoch FROM min(expires_at) - now()) FROM sessions JOIN users"
            " ON users.id = user_id WHERE email = :email"
        )
        assert connection.execute(lives, {"email": ada.email}).scalar_one() <= 30
        connection.execute(
            text(
                "UPDATE sessions SET expires_at = expires_at - interval '30 seconds'"
                " WHERE user_id = (SELECT id FROM users WHERE email = :email)"
            ),
            {"email": ada.email},
        )
    assert thief.get("/api/images").status_code == 401
    is_fresh(ada)


def test_a_stale_copy_of_a_cookie_ends_no_session_but_its_own(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    """Whoever has it cannot end each new session of its owner, nor refuse their next sign-in."""
    thief, owner = new_visitor(), new_visitor()
    thief.cookies.set("session", ada.http.cookies["session"], domain=thief.base_url.host)
    grow_old(database, ada)
    owner.post(
        "/api/auth/login", json={"email": ada.email, "password": PASSWORD}
    ).raise_for_status()
    sessions = thief.get("/api/account/sessions").json()["sessions"]
    own, other = sorted(sessions, key=lambda session: not session["current"])
    is_stale(thief.delete("/api/account/sessions"))
    is_stale(thief.delete(f"/api/account/sessions/{other['id']}"))
    assert owner.get("/api/images").status_code == 200
    assert thief.delete(f"/api/account/sessions/{own['id']}").status_code == 204
    assert owner.get("/api/images").status_code == 200
    assert thief.get("/api/images").status_code == 401


def _everything(database: Engine, person: Person) -> list[Json]:
    """What there is of a person's account, but when they were seen."""
    tables = ["passkeys.*", "totps.*", "recovery_codes.*", "identities.*", "access_tokens.*"]
    tables.append("letters.id")  # the worker writes into the rest
    with database.connect() as connection:
        found = [
            dict(row)
            for columns in tables
            for row in connection.execute(
                text(
                    f"SELECT {columns} FROM {columns.partition('.')[0]}"  # noqa: S608
                    " JOIN users ON users.id = user_id"
                    " WHERE users.email = :email"
                ),
                {"email": person.email},
            ).mappings()
        ]
        user = text("SELECT * FROM users WHERE email = :email")
        return [*found, dict(connection.execute(user, {"email": person.email}).mappings().one())]
