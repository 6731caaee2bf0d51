"""Passwords: which are taken, how they are kept, what a new one ends (THREATS 37, 38)."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from unicodedata import normalize

import httpx2
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, text

from app.accounts.passwords.hashing import AT_ONCE
from tests.api.conftest import new_network
from tests.support.authenticators import add_passkey
from tests.support.users import PASSWORD, Json, Person

NEW = "a teapot sings for nobody twice"
Browsers = Callable[[], httpx2.Client]

REFUSED = [
    "",
    "only fourteen.",
    "x" * 129,
    "a teapot sings for nobody " * 5,  # 130
    "aaaaaaaaaaaaaaaaaaaa",
    "121212121212121212",
    "aaaabbbbccccddddeeee",
    "🐢" * 20,
    "123456789012345",
    "314159265358979",
    "abcdefghijklmnop",
    "qwertyuiopasdfghjkl",
    "qwertzuiopasdfghjkl",
    "azertyuiopqsdfghjklm",
    "1qaz2wsx3edc4rfv",
    "zaq12wsxcde34rfv",
    "qazwsxedcrfvtgbyhn",
    "q1w2e3r4t5y6u7i8o9p0",
    "passwordpassword",
    "Password1234567",
    "P@ssw0rdP@ssw0rd!",
    "iloveyouiloveyou",
    "I love you so much!!",
    "letmeinletmeinletmein",
    "thisismypassword",
    "administrator123",
    "trustno1trustno1",
    "correct horse battery staple",
    "Correct-Horse-Battery-Staple1!",
    "c0rr3ct h0rs3 b4tt3ry st4pl3",
    "The quick brown fox",
    "To be, or not to be!",
    "MayTheForceBeWithYou",
    "pinholepinholepinhole",
    "Pinhole-Pictures-2026",
    "monkeydragonmaster",
    "Tr0ub4dor&3Tr0ub4dor&3",
]
TAKEN = [
    "purple garden kettle",
    "żółw 🐢 jedzie do Łodzi",
    "Ein schöner Käfig für Vögel",
    "k9#mPq2!vL7xZ4w",
    "the turtle and the teapot never met again, not even in the harbour by night",
    "     spaces before and after     ",
    "lower case letters alone do",
    "83.14.6.27.93.55.20.61.78",
    "🐢🦉🐝🦔🐌 und 🦭🐸🦆🦉🐛",
]


def change(person: Person, password: str) -> httpx2.Response:
    return person.http.post("/api/account/password", json={"password": password})


def login(browser: httpx2.Client, person: Person, password: str) -> httpx2.Response:
    return browser.post("/api/auth/login", json={"email": person.email, "password": password})


def check(person: Person, password: str) -> Json:
    answer = person.http.post("/api/account/password/check", json={"password": password})
    judged: Json = answer.raise_for_status().json()
    return judged


def test_what_is_guessed_early_is_refused_with_a_reason(
    ada: Person, visitor: httpx2.Client
) -> None:
    for password in REFUSED:
        ada.http.headers["X-Forwarded-For"] = new_network()  # each network may ask so often
        answer = change(ada, password)
        assert (answer.status_code, answer.json()["code"]) == (422, "weak_password"), password
        (error,) = answer.json()["errors"]
        assert error["field"] == "password"
        assert len(error["message"]) > 20
        judged = check(ada, password)
        assert not judged["accepted"]
        assert judged["warning"]
        assert judged["score"] < 4
    assert login(visitor, ada, PASSWORD).status_code == 200


@pytest.mark.parametrize("password", TAKEN, ids=lambda each: each[:24])
def test_any_other_is_taken_as_it_is(ada: Person, new_visitor: Browsers, password: str) -> None:
    assert check(ada, password) == {
        "score": 4,
        "warning": None,
        "suggestions": [],
        "accepted": True,
    }
    assert change(ada, password).status_code == 204
    assert login(new_visitor(), ada, password[:-1]).status_code == 401
    assert login(new_visitor(), ada, password).status_code == 200


def test_every_character_of_128_counts(ada: Person, new_visitor: Browsers) -> None:
    password = ("a teapot sings for nobody twice; " * 4)[:127] + "!"
    assert len(password) == 128
    assert change(ada, password).status_code == 204
    for wrong in (password[:127], password[:127] + "?", password + "!", "A" + password[1:]):
        assert login(new_visitor(), ada, wrong).status_code == 401
    assert login(new_visitor(), ada, password).status_code == 200


def test_ones_own_words_are_no_password(ada: Person) -> None:
    own = ada.email.partition("@")[0]
    for password in (ada.email, own, own.upper() + "!1", f"{own}@example.org{own}"):
        assert change(ada, password).status_code == 422, password
        assert not check(ada, password)["accepted"]
    public = {"email": "marguerite.dupont@lapin.example", "password": "Marguerite.Dupont1"}
    asked = ada.http.post("/api/auth/password/check", json=public).json()
    assert not asked["accepted"]
    assert "address" in asked["warning"]
    # Nobody's words are kept for the next one who asks.
    theirs = {"email": "zorblatt.quixlem@vexnor.example", "password": "zorblattquixlem"}
    assert not ada.http.post("/api/auth/password/check", json=theirs).json()["accepted"]
    assert check(ada, "zorblattquixlem")["accepted"]


def test_a_password_is_the_same_in_either_unicode_form(ada: Person, visitor: httpx2.Client) -> None:
    composed = "Ein schöner Käfig für Vögel"
    decomposed = normalize("NFD", composed)
    assert composed != decomposed
    assert change(ada, decomposed).status_code == 204
    assert login(visitor, ada, composed).status_code == 200


@pytest.mark.parametrize(
    "body", [b'{"password": "\\ud800 a lone half of a letter"}', b'{"password": 7}']
)
def test_what_is_no_text_is_refused(ada: Person, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = ada.http.post("/api/account/password", content=body, headers=headers)
    assert answer.status_code in {400, 422}


def test_eight_characters_do_beside_a_second_factor(ada: Person, bob: Person) -> None:
    short = "gravel-9-moss"
    assert change(ada, short).status_code == 422
    assert not check(ada, short)["accepted"]
    add_passkey(ada)
    assert check(ada, short)["accepted"]
    for weak in ("seven-7", "12345678", "password", "qwertyui", ada.email[:13]):
        assert change(ada, weak).status_code == 422, weak
    assert change(ada, short).status_code == 204
    assert ada.http.get("/api/account/security").json()["password"]["stands_alone"] is False
    assert change(ada, NEW).status_code == 204
    assert ada.http.get("/api/account/security").json()["password"]["stands_alone"] is True
    # An app that was begun and not confirmed is no factor.
    bob.http.post("/api/account/totp", json={}).raise_for_status()
    assert change(bob, short).status_code == 422


def test_a_new_password_ends_what_went_before(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    elsewhere = new_visitor()
    login(elsewhere, ada, PASSWORD).raise_for_status()
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO one_time_tokens (id, purpose, token_hash, user_id, data,"
                " created_at, expires_at) SELECT gen_random_uuid(), 'change_email',"
                " sha256(uuid_send(gen_random_uuid())), id, '{}', now(),"
                " now() + interval '1 hour' FROM users WHERE email = :email"
            ),
            {"email": ada.email},
        )
        # A link to another address that the worker has not come to write.
        connection.execute(
            text(
                "INSERT INTO letters (id, kind, email, user_id, data, created_at, attempts)"
                " SELECT gen_random_uuid(), 'change_email', 'eve@example.org', id, '{}', now(), 0"
                " FROM users WHERE email = :email"
            ),
            {"email": ada.email},
        )
    assert ada.http.get("/api/account/security").json()["pending_email"] == "eve@example.org"
    assert change(ada, NEW).status_code == 204
    assert ada.http.get("/api/account/security").json()["pending_email"] is None
    assert elsewhere.get("/api/images").status_code == 401
    assert ada.http.get("/api/images").status_code == 200
    assert login(new_visitor(), ada, PASSWORD).status_code == 401
    assert login(new_visitor(), ada, NEW).status_code == 200
    counts = {
        "one_time_tokens WHERE": 0,
        "letters WHERE kind = 'password_changed' AND": 1,
        "audit_events WHERE event = 'password_changed' AND": 1,
    }
    with database.connect() as connection:
        for what, expected in counts.items():
            query = text(
                f"SELECT count(*) FROM {what} user_id ="  # noqa: S608
                " (SELECT id FROM users WHERE email = :email)"
            )
            assert connection.execute(query, {"email": ada.email}).scalar_one() == expected


def test_whoever_has_no_password_sets_one(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    with database.begin() as connection:
        statement = text("UPDATE users SET password_hash = NULL WHERE email = :email")
        connection.execute(statement, {"email": ada.email})
    assert login(new_visitor(), ada, PASSWORD).status_code == 401
    assert ada.http.post("/api/auth/confirm", json={"password": ""}).status_code == 401
    assert change(ada, NEW).status_code == 204
    assert login(new_visitor(), ada, NEW).status_code == 200


def test_an_old_hash_is_made_anew_when_its_person_signs_in(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    with database.begin() as connection:
        connection.execute(
            text("UPDATE users SET password_hash = :hash WHERE email = :email"),
            {"hash": old, "email": ada.email},
        )
    assert login(new_visitor(), ada, "wrong").status_code == 401
    assert _hash_of(ada, database) == old
    assert login(new_visitor(), ada, PASSWORD).status_code == 200
    assert _hash_of(ada, database).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert login(new_visitor(), ada, PASSWORD).status_code == 200


def test_fifty_at_once_all_get_in(new_person: Callable[[], Person], new_visitor: Browsers) -> None:
    people = [new_person() for _ in range(50)]
    browsers = [new_visitor() for _ in people]
    with ThreadPoolExecutor(50) as at_once:
        answers = at_once.map(login, browsers, people, [PASSWORD] * 50)
        assert {answer.status_code for answer in answers} == {200}


MEMORY = """
import resource
from concurrent.futures import ThreadPoolExecutor
from app.accounts.passwords.hashing import is_right
kilobytes = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
is_right("once, for what it imports", password_hash=None)
before = kilobytes()
with ThreadPoolExecutor(50) as at_once:
    list(at_once.map(lambda n: is_right(str(n), password_hash=None), range(100)))
print((kilobytes() - before) // 1024)
"""


def test_however_many_hash_at_once_memory_is_bounded() -> None:
    told = subprocess.run([sys.executable, "-c", MEMORY], check=True, capture_output=True)
    # Each takes 19 MiB while it lasts; fifty would take 950.
    assert int(told.stdout) < 19 * AT_ONCE + 40


def _hash_of(person: Person, database: Engine) -> str:
    query = text("SELECT password_hash FROM users WHERE email = :email")
    with database.connect() as connection:
        return str(connection.execute(query, {"email": person.email}).scalar_one())
