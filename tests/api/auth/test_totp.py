"""Authenticator apps and recovery codes: good once, guessed slowly, and never gone around."""

from base64 import b32decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx2
import pyotp
import pytest
from sqlalchemy import Engine, text

from app.accounts.mfa.totp import matching_step
from app.accounts.rate_limits.policies import SECOND_FACTOR_TRIES, TOTP_CONFIRM_TRIES
from tests.support.authenticators import add_passkey, add_totp, code_of
from tests.support.rate_limits import use_up
from tests.support.users import PASSWORD, Person, told

Browsers = Callable[[], httpx2.Client]
PATH = "/api/auth/second-factor"


def begin(browser: httpx2.Client, person: Person) -> httpx2.Client:
    """Give the password, and no more."""
    body = {"email": person.email, "password": PASSWORD}
    half = browser.post("/api/auth/login", json=body).raise_for_status().json()
    assert half["user"] is None
    assert half["second_factor"]
    return browser


def give(browser: httpx2.Client, code: str) -> httpx2.Response:
    return browser.post(PATH, json={"code": code})


def is_wrong(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_code"), answer.text
    assert "set-cookie" not in answer.headers


def is_not_signed_in(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), answer.text


def change(database: Engine, statement: str, person: Person) -> None:
    user = "(SELECT id FROM users WHERE email = :email)"
    with database.begin() as connection:
        connection.execute(text(statement.replace("USER", user)), {"email": person.email})


def test_a_code_completes_a_sign_in(ada: Person, visitor: httpx2.Client) -> None:
    secret, codes = add_totp(ada)
    assert len(set(codes)) == 10
    body = {"email": ada.email, "password": PASSWORD}
    half = visitor.post("/api/auth/login", json=body)
    assert half.json()["second_factor"] == {"methods": ["totp", "recovery_code"]}
    assert "session" not in visitor.cookies
    code = code_of(secret, later=1)
    done = give(visitor, f" {code[:3]} {code[3:]} ")
    assert done.json()["user"]["email"] == ada.email
    assert "pending" not in visitor.cookies


@pytest.mark.parametrize(("seconds", "is_near"), [(-60, 0), (-30, 1), (0, 1), (30, 1), (60, 0)])
def test_one_step_of_drift_is_forgiven_and_no_more(seconds: int, is_near: int) -> None:
    secret = pyotp.random_base32()
    moment = datetime(2026, 11, 22, 12, 0, 7, tzinfo=UTC)
    code = pyotp.TOTP(secret).at(moment + timedelta(seconds=seconds))
    found = matching_step(secret, code, at=moment)
    assert (found is not None) == bool(is_near)
    if found is not None:
        assert found == int(moment.timestamp()) // 30 + seconds // 30


def test_a_code_is_good_once_and_an_earlier_one_never_again(
    ada: Person, new_visitor: Browsers
) -> None:
    secret, _ = add_totp(ada)
    now_shown, next_shown = code_of(secret), code_of(secret, later=1)
    is_wrong(give(begin(new_visitor(), ada), now_shown))  # it confirmed the app
    assert give(begin(new_visitor(), ada), next_shown).status_code == 200
    is_wrong(give(begin(new_visitor(), ada), next_shown))
    is_wrong(give(begin(new_visitor(), ada), now_shown))


@pytest.mark.parametrize("kind", ["totp", "recovery_code"])
def test_of_ten_who_show_one_code_at_once_one_is_signed_in(
    ada: Person, new_visitor: Browsers, kind: str
) -> None:
    secret, codes = add_totp(ada)
    code = code_of(secret, later=1) if kind == "totp" else codes[0]
    browsers = [begin(new_visitor(), ada) for _ in range(10)]
    with ThreadPoolExecutor(10) as at_once:
        answers = list(at_once.map(lambda browser: give(browser, code), browsers))
    assert [each.status_code for each in answers].count(200) == 1
    assert {each.status_code for each in answers} <= {200, 401, 429}
    assert sum("session" in browser.cookies for browser in browsers) == 1


def test_one_half_of_a_sign_in_becomes_one_session(ada: Person, visitor: httpx2.Client) -> None:
    _, codes = add_totp(ada)
    begin(visitor, ada)
    pending = visitor.cookies["pending"]
    with ThreadPoolExecutor(3) as at_once:
        answers = list(
            at_once.map(
                lambda code: visitor.post(
                    PATH, json={"code": code}, headers={"Cookie": f"pending={pending}"}
                ),
                codes[:3],
            )
        )
    assert sorted(each.status_code for each in answers) == [200, 401, 401]
    # Only the code that signed somebody in is used up.
    assert ada.http.get("/api/account/security").json()["recovery_codes_left"] == 9


def test_guesses_are_few_and_the_owner_is_not_locked_out(
    ada: Person, new_visitor: Browsers
) -> None:
    secret, _ = add_totp(ada)
    owner = begin(new_visitor(), ada)
    assert give(owner, code_of(secret, later=1)).status_code == 200
    owner.post("/api/auth/logout").raise_for_status()

    statuses = []
    for number in range(8):
        attacker = begin(new_visitor(), ada)  # from a new network each time
        answer = give(attacker, f"{number:06}")
        statuses.append(answer.status_code)
    assert statuses == [401] * 5 + [429] * 3
    assert int(answer.headers["Retry-After"]) > 60
    # In the browser that she signed in with before, she is asked as ever.
    is_wrong(give(begin(owner, ada), "000000"))


@pytest.mark.parametrize("add", [add_totp, add_passkey])
def test_browser_known_before_the_first_factor_has_no_tries_of_its_own(
    ada: Person, new_visitor: Browsers, add: Callable[[Person], object]
) -> None:
    """Whoever knew the password by then would have as many tries as they signed in."""
    credentials = {"email": ada.email, "password": PASSWORD}
    thieves = [new_visitor() for _ in range(2)]
    for thief in [*thieves, ada.http]:
        thief.post("/api/auth/login", json=credentials).raise_for_status()
    add(ada)
    statuses = [
        give(begin(thief, ada), f"{number:06}").status_code
        for thief in thieves
        for number in range(4)
    ]
    assert statuses == [401] * 5 + [429] * 3
    is_wrong(give(begin(ada.http, ada), "000000"))


def know_browsers(database: Engine, person: Person, count: int) -> None:
    """Know browsers of a person, the n-th by the token "device-n-ID", last used n days ago."""
    known = (
        "INSERT INTO known_devices (id, token_hash, user_id, created_at, last_used_at)"
        " SELECT gen_random_uuid(), sha256(convert_to('device-' || n || :of, 'UTF8')), :id, now(),"
        " now() - n * interval '1 day' FROM generate_series(1, :count) AS n"
    )
    user_id = person.user_id
    with database.begin() as rows:
        rows.execute(text(known), {"id": user_id, "of": f"-{user_id}", "count": count})


def test_known_browsers_have_few_tries_together(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    add_totp(ada)
    know_browsers(database, ada, 14)
    thief = new_visitor()
    host = thief.base_url.host
    statuses = []
    for number in range(1, 15):
        thief.cookies.set("device", f"device-{number}-{ada.user_id}", domain=host)
        begin(thief, ada)
        statuses += [give(thief, f"{guess:06}").status_code for guess in range(5)]
    assert statuses == [401] * 60 + [429] * 10


def test_browsers_known_of_a_person_are_bounded(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    know_browsers(database, ada, 60)
    credentials = {"email": ada.email, "password": PASSWORD}
    visitor.post("/api/auth/login", json=credentials).raise_for_status()
    query = "SELECT count(*), min(last_used_at) > now() - interval '50 days'"
    with database.connect() as rows:
        found = rows.execute(
            text(f"{query} FROM known_devices WHERE user_id = :id"), {"id": ada.user_id}
        ).one()
    assert tuple(found) == (50, True)


def test_right_password_that_awaits_a_code_is_recorded(ada: Person, new_visitor: Browsers) -> None:
    add_totp(ada)
    begin(new_visitor(), ada)
    events = ada.http.get("/api/account/activity").json()["events"]
    assert events[0]["event"] == "second_factor_awaited"
    assert events[0]["detail"] == {"how": "password"}


def test_a_wrong_code_gets_one_answer_whatever_there_is(
    ada: Person, bob: Person, new_visitor: Browsers
) -> None:
    add_totp(ada)
    add_passkey(bob)  # and no app
    guesses = ["000000", "0" * 24, "", "👍", "1" * 100, "\u0660" * 6]
    answers = [
        give(begin(new_visitor(), (ada, bob)[number % 2]), guess)
        for number, guess in enumerate(guesses)
    ]
    for answer in answers:
        is_wrong(answer)
    assert len({told(answer) for answer in answers}) == 1


def test_anothers_code_is_none(ada: Person, bob: Person, visitor: httpx2.Client) -> None:
    adas_secret, adas_codes = add_totp(ada)
    add_totp(bob)
    begin(visitor, bob)
    is_wrong(give(visitor, code_of(adas_secret, later=1)))
    is_wrong(give(visitor, adas_codes[0]))
    assert visitor.get("/api/auth/session").json()["user"] is None


def test_half_a_sign_in_opens_nothing(ada: Person, new_visitor: Browsers) -> None:
    secret, _ = add_totp(ada)
    half = begin(new_visitor(), ada)
    pending = half.cookies["pending"]
    fixed = new_visitor()
    for name in ("session", "device", "challenge", "link", "openid"):
        fixed.cookies.set(name, pending, domain=fixed.base_url.host)
    for browser in (half, fixed):
        for path in ("/api/images", "/api/account", "/api/account/security"):
            is_not_signed_in(browser.get(path))
        is_not_signed_in(browser.post("/api/auth/confirm", json={"password": PASSWORD}))
        is_not_signed_in(browser.delete("/api/account/totp"))
    is_not_signed_in(give(fixed, code_of(secret, later=1)))  # its cookie is not the pending one
    is_not_signed_in(give(new_visitor(), code_of(secret, later=1)))


def test_a_session_that_was_there_before_is_ended(
    ada: Person, bob: Person, new_visitor: Browsers
) -> None:
    secret, _ = add_totp(ada)
    victim = new_visitor()
    planted = bob.http.cookies["session"]
    victim.cookies.set("session", planted, domain=victim.base_url.host)
    assert give(begin(victim, ada), code_of(secret, later=1)).status_code == 200
    assert [each.value for each in victim.cookies.jar if each.name == "session"] != [planted]
    assert bob.http.get("/api/images").status_code == 401


@pytest.mark.parametrize(
    "moment",
    [
        "UPDATE one_time_tokens SET expires_at = now() - interval '1 second' WHERE user_id = USER",
        "UPDATE one_time_tokens SET user_id = NULL WHERE user_id = USER",
    ],
)
def test_old_halves_are_dead(
    ada: Person, visitor: httpx2.Client, database: Engine, moment: str
) -> None:
    secret, _ = add_totp(ada)
    begin(visitor, ada)
    change(database, moment, ada)
    is_not_signed_in(give(visitor, code_of(secret, later=1)))


def test_halves_are_dead_after_use_and_after_another_password(
    ada: Person, new_visitor: Browsers
) -> None:
    secret, codes = add_totp(ada)
    used, other = begin(new_visitor(), ada), begin(new_visitor(), ada)
    pending = used.cookies["pending"]
    assert give(used, code_of(secret, later=1)).status_code == 200
    again = new_visitor()
    again.cookies.set("pending", pending, domain=again.base_url.host)
    is_not_signed_in(give(again, codes[0]))
    body = {"password": "a teapot sings for nobody twice"}
    ada.http.post("/api/account/password", json=body).raise_for_status()
    is_not_signed_in(give(other, codes[0]))


def test_an_app_counts_from_its_first_code(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    first = ada.http.post("/api/account/totp", json={}).json()
    assert "otpauth://totp/Pinhole%20localhost:" in first["uri"]
    assert first["qr_svg"].startswith("<svg xmlns=")
    second = ada.http.post("/api/account/totp", json={}).json()
    confirm = "/api/account/totp/confirm"
    is_wrong(ada.http.post(confirm, json={"code": code_of(first["secret"])}))
    signed_in = visitor.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    assert signed_in.json()["user"]["email"] == ada.email
    assert ada.http.get("/api/account/security").json()["totp"] is None

    change(database, "UPDATE totps SET created_at = now() - interval '61 minutes'"
           " WHERE user_id = USER", ada)  # fmt: skip
    is_wrong(ada.http.post(confirm, json={"code": code_of(second["secret"])}))
    third = ada.http.post("/api/account/totp", json={}).json()
    done = ada.http.post(confirm, json={"code": code_of(third["secret"])})
    assert len(done.json()["recovery_codes"]) == 10
    again = ada.http.post("/api/account/totp", json={})
    assert (again.status_code, again.json()["code"]) == (409, "totp_exists")


def test_guesses_at_the_sign_in_keep_nobody_from_adding_an_app(
    ada: Person, database: Engine
) -> None:
    use_up(database, SECOND_FACTOR_TRIES, of=ada.user_id)
    begun = ada.http.post("/api/account/totp", json={}).json()
    code = {"code": code_of(begun["secret"])}
    assert ada.http.post("/api/account/totp/confirm", json=code).status_code == 200


def test_an_app_is_confirmed_by_few_guesses(ada: Person) -> None:
    ada.http.post("/api/account/totp", json={}).raise_for_status()
    guesses = [
        ada.http.post("/api/account/totp/confirm", json={"code": f"{guess:06}"}).status_code
        for guess in range(TOTP_CONFIRM_TRIES.burst + 5)
    ]
    assert 429 in guesses


def test_the_database_opens_no_app(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine
) -> None:
    secret, codes = add_totp(ada)
    bobs_secret, _ = add_totp(bob)
    query = text("SELECT sealed_secret FROM totps JOIN users ON id = user_id WHERE email = :email")
    with database.begin() as connection:
        sealed = bytes(connection.execute(query, {"email": ada.email}).scalar_one())
        bobs = bytes(connection.execute(query, {"email": bob.email}).scalar_one())
        hashes = connection.execute(text("SELECT code_hash FROM recovery_codes")).scalars()
        kept = [bytes(each) for each in hashes]
        assert secret.encode() not in sealed
        assert b32decode(secret) not in sealed
        assert not any(code.replace("-", "").encode() in kept for code in codes)
        # Whoever may write the table puts their own secret into somebody's row.
        connection.execute(
            text(
                "UPDATE totps SET sealed_secret = :bobs, last_step = 0"
                " WHERE user_id = (SELECT id FROM users WHERE email = :email)"
            ),
            {"bobs": bobs, "email": ada.email},
        )
    is_wrong(give(begin(visitor, ada), code_of(bobs_secret)))
