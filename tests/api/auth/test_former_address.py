"""A former address is put back by its mail, and by nobody who should not (docs/decisions/0086)."""

from collections.abc import Callable
from functools import partial
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import SECOND_FACTOR_TRIES, SECOND_FACTOR_TRIES_LONG
from tests.api.auth.test_mfa_bypass import grow_older, reset
from tests.api.conftest import until
from tests.support.authenticators import add_totp, code_of
from tests.support.mailbox import Mail, mails_to, next_mail, token_in
from tests.support.rate_limits import use_up
from tests.support.users import PASSWORD, Json, Person

OTHER = "nine slow herons over the estuary"
RESTORE = "/api/auth/former-address/restore"
LOOK = "/api/auth/former-address/look"


def move(person: Person, wanted: str) -> Mail:
    """Move an account as its person does; return the mail to the former address."""
    former = person.http.get("/api/auth/session").json()["user"]["email"]
    ask = partial(person.http.post, "/api/account/email", json={"email": wanted})
    token = token_in(next_mail(person.http, wanted, ask, about="Confirm your new"))
    done = partial(person.http.post, "/api/auth/verify", json={"token": token})
    return next_mail(person.http, former, lambda: done().raise_for_status(), about="was changed")


def thief() -> str:
    return f"thief-{uuid4().hex}@example.org"


def restore(browser: httpx2.Client, token: str, **more: str) -> httpx2.Response:
    body = {"token": token, "password": OTHER} | more
    return browser.post(RESTORE, json=body)


def is_dead(browser: httpx2.Client, token: str) -> bool:
    looked = browser.post(LOOK, json={"token": token})
    return (looked.status_code, restore(browser, token).status_code) == (410, 410)


def finish(browser: httpx2.Client, token: str, **more: str) -> Json:
    done: Json = restore(browser, token, **more).raise_for_status().json()
    return done


def test_former_address_is_put_back_and_nobody_stays_in(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    asked = {"name": "backup", "scope": "read", "days": 30}
    script = ada.http.post("/api/account/tokens", json=asked).json()["token"]
    theirs, user_id = thief(), ada.user_id
    token = token_in(move(ada, theirs))
    looked = visitor.post(LOOK, json={"token": token})
    assert looked.json() == {
        "email": ada.email,
        "needs_code": False,
        "takes_passkey": False,
        "is_taken": False,
    }

    told = next_mail(
        visitor,
        theirs,
        lambda: finish(visitor, token),
        about="was restored",
    )
    assert ada.email not in told["text"]
    assert visitor.get("/api/auth/session").json()["user"]["email"] == ada.email
    assert ada.http.get("/api/images").status_code == 401
    bearer = {"Authorization": f"Bearer {script}"}
    assert visitor.get("/api/images", headers=bearer).status_code == 401
    for email, password in ((theirs, OTHER), (ada.email, PASSWORD)):
        body = {"email": email, "password": password}
        assert ada.http.post("/api/auth/login", json=body).status_code == 401
    assert is_dead(visitor, token)
    with database.connect() as rows:
        query = text("SELECT detail FROM audit_events WHERE user_id = :id AND event = :event")
        (detail,) = rows.scalars(query, {"id": user_id, "event": "email_restored"})
    assert detail["left"] == theirs


def test_whoever_moves_an_account_twice_keeps_it_by_neither_link(
    ada: Person, visitor: httpx2.Client
) -> None:
    """Their own address is a former one, too: its link must not undo the owner's."""
    first = token_in(move(ada, thief()))
    second = token_in(move(ada, thief()))
    finish(visitor, first)
    assert is_dead(ada.http, second)
    assert visitor.get("/api/auth/session").json()["user"]["email"] == ada.email


def test_link_of_a_later_change_leaves_the_owners_alive(
    ada: Person, visitor: httpx2.Client, new_visitor: Callable[[], httpx2.Client]
) -> None:
    first = token_in(move(ada, thief()))
    second = token_in(move(ada, thief()))
    finish(ada.http, second)
    finish(visitor, first)
    assert visitor.get("/api/auth/session").json()["user"]["email"] == ada.email
    assert ada.http.get("/api/images").status_code == 401
    assert is_dead(new_visitor(), second)


def test_owner_who_changes_the_address_back_leaves_the_thief_no_link(ada: Person) -> None:
    """The thief's address is a former one then; and each later theft is told with a link again."""
    home = ada.email
    move(ada, thief())
    left = move(ada, home)
    assert not [link for link in left["links"] if "#" in link]
    again = move(ada, thief())
    assert [link for link in again["links"] if "#" in link]


def test_owner_who_changes_the_address_back_ends_links_of_all_later_changes(
    ada: Person, visitor: httpx2.Client
) -> None:
    home = ada.email
    move(ada, thief())
    second = token_in(move(ada, thief()))
    move(ada, home)
    assert is_dead(visitor, second)


def test_what_the_thief_resets_and_changes_leaves_the_link(
    ada: Person, visitor: httpx2.Client
) -> None:
    theirs = thief()
    token = token_in(move(ada, theirs))
    ask = partial(visitor.post, "/api/auth/reset", json={"email": theirs})
    reset = {"token": token_in(next_mail(visitor, theirs, ask, about="new password"))}
    visitor.post("/api/auth/reset/finish", json=reset | {"password": OTHER}).raise_for_status()
    again = {"password": "a teapot sings for nobody twice"}
    visitor.post("/api/account/password", json=again).raise_for_status()
    finish(ada.http, token)
    assert visitor.get("/api/images").status_code == 401


def test_mailbox_alone_puts_nothing_back_beside_an_older_factor(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    secret, codes = add_totp(ada)
    grow_older(database, ada, days=8)
    token = token_in(move(ada, thief()))
    assert visitor.post(LOOK, json={"token": token}).json()["needs_code"] is True
    without = restore(visitor, token)
    assert (without.status_code, without.json()["code"]) == (401, "code_needed")
    wrong = restore(visitor, token, code="000000")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
    assert ada.http.get("/api/images").status_code == 200  # nothing was ended
    weak = restore(visitor, token, code=codes[0], password="too short")
    assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
    assert finish(visitor, token, code=codes[0])["user"]["email"] == ada.email  # the code is good
    # The factor stays, and is asked for the next time.
    body = {"email": ada.email, "password": OTHER}
    half = ada.http.post("/api/auth/login", json=body).json()
    assert "totp" in half["second_factor"]["methods"]
    code = {"code": code_of(secret, later=1)}
    assert ada.http.post("/api/auth/second-factor", json=code).status_code == 200


def test_codes_that_were_made_lately_are_none_beside_an_older_factor(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    """Whoever was in the account could have made them."""
    secret, _ = add_totp(ada)
    grow_older(database, ada, days=8)
    made = ada.http.post("/api/account/recovery-codes", json={}).raise_for_status().json()
    token = token_in(move(ada, thief()))
    wrong = restore(visitor, token, code=made["recovery_codes"][0])
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
    assert finish(visitor, token, code=code_of(secret, later=1))["user"]["email"] == ada.email


def test_guesses_at_the_sign_in_keep_nobody_from_the_link(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    """Who moved the account has its password, and may guess at the second factor all week."""
    secret, _ = add_totp(ada)
    grow_older(database, ada, days=8)
    token = token_in(move(ada, thief()))
    for limit in (SECOND_FACTOR_TRIES, SECOND_FACTOR_TRIES_LONG):
        use_up(database, limit, of=ada.user_id)
    code = code_of(secret, later=1)
    assert finish(visitor, token, code=code)["user"]["email"] == ada.email


def test_guesses_with_the_link_are_few_and_keep_nobody_from_signing_in(
    ada: Person, visitor: httpx2.Client, new_visitor: Callable[[], httpx2.Client], database: Engine
) -> None:
    secret, _ = add_totp(ada)
    grow_older(database, ada, days=8)
    wanted = thief()
    token = token_in(move(ada, wanted))
    guesses = [restore(visitor, token, code="000000").status_code for _ in range(6)]
    assert guesses == [401] * 5 + [429]
    owner = new_visitor()
    owner.post("/api/auth/login", json={"email": wanted, "password": PASSWORD}).raise_for_status()
    code = {"code": code_of(secret, later=1)}
    assert owner.post("/api/auth/second-factor", json=code).status_code == 200


def test_link_that_was_written_while_an_earlier_change_was_undone_is_dead(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    """Its mail was being written, and so it was there to be deleted only afterwards."""
    user_id = ada.user_id
    first, second = (token_in(move(ada, thief())) for _ in range(2))
    copied = (
        "CREATE TEMPORARY TABLE written ON COMMIT DROP AS SELECT * FROM one_time_tokens"
        " WHERE user_id = :id AND purpose = 'restore_email' ORDER BY created_at DESC LIMIT 1"
    )
    with database.begin() as worker:
        worker.execute(text(copied), {"id": user_id})
        finish(visitor, first)
        worker.execute(text("INSERT INTO one_time_tokens SELECT * FROM written"))
    assert is_dead(ada.http, second)


@pytest.mark.parametrize("administers", [False, True])
def test_new_factor_goes_as_by_a_link_for_a_new_password(
    ada: Person, visitor: httpx2.Client, database: Engine, *, administers: bool
) -> None:
    """It is whoever's; an administrator's stays, and is asked for (0038)."""
    add_totp(ada)
    with database.begin() as rows:
        query = text("UPDATE users SET is_administrator = :is WHERE id = :id")
        rows.execute(query, {"is": administers, "id": ada.user_id})
    done = finish(visitor, token_in(move(ada, thief())))
    if administers:
        assert done["second_factor"]["methods"] == ["totp", "recovery_code"]
    else:
        assert done["user"]["email"] == ada.email


def test_intruder_gets_nowhere_between_the_address_and_the_password(
    ada: Person, visitor: httpx2.Client, new_visitor: Callable[[], httpx2.Client]
) -> None:
    """Once the address is back, the password that the intruder knows is worth nothing (0094)."""
    token = token_in(move(ada, thief()))
    restore(visitor, token).raise_for_status()
    known = {"email": ada.email, "password": PASSWORD}
    assert new_visitor().post("/api/auth/login", json=known).status_code == 401
    assert visitor.get("/api/images").status_code == 200


def test_weak_password_puts_nothing_back(ada: Person, visitor: httpx2.Client) -> None:
    theirs = thief()
    token = token_in(move(ada, theirs))
    weak = restore(visitor, token, password="too short")
    assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
    assert ada.http.get("/api/auth/session").json()["user"]["email"] == theirs
    finish(visitor, token)


@pytest.mark.parametrize("what", ["unproved", "taken", "shut", "old", "back"])
def test_link_that_is_none(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine, what: str
) -> None:
    user_id = ada.user_id
    statements = {
        "unproved": "UPDATE users SET email_verified_at = NULL WHERE id = :id",
        "taken": "UPDATE users SET email = :former WHERE id = :other",
        "shut": "UPDATE users SET disabled_at = now() WHERE id = :id",
        "old": "UPDATE one_time_tokens SET expires_at = now() WHERE user_id = :id",
        "back": "UPDATE users SET email = :former WHERE id = :id",
    }
    values = {"id": user_id, "former": ada.email, "other": bob.user_id}

    def change() -> None:
        with database.begin() as rows:
            rows.execute(text(statements[what]), values)

    if what == "unproved":
        change()
    mail = move(ada, thief())
    if what == "unproved":
        assert not [link for link in mail["links"] if "#" in link]
        return
    change()
    refused = restore(visitor, token_in(mail))
    assert refused.status_code == {"shut": 403, "taken": 409}.get(what, 410), refused.text
    if what == "taken":
        assert refused.json()["code"] == "email_taken"
        looked = visitor.post(LOOK, json={"token": token_in(mail)})
        assert looked.json()["is_taken"] is True
        change_back = text("UPDATE users SET email = :email WHERE id = :other")
        with database.begin() as rows:
            rows.execute(change_back, {"email": thief(), "other": values["other"]})
        finish(visitor, token_in(mail))


@pytest.mark.parametrize("by", ["link", "reset"])
def test_account_that_a_thief_had_deleted_stays(
    ada: Person, visitor: httpx2.Client, by: str
) -> None:
    """They asked for its deletion, of which the owner hears where they are no more."""
    if by == "link":
        token = token_in(move(ada, thief()))
    ada.http.post("/api/account/deletion", json={}).raise_for_status()

    def come_back() -> None:
        if by == "link":
            finish(visitor, token)
        else:
            reset(visitor, ada)

    told = next_mail(visitor, ada.email, come_back, about="stays")
    assert "was cancelled" in told["text"]
    assert visitor.get("/api/auth/session").json()["user"]["delete_after"] is None
    found = visitor.get("/api/account/activity").json()["events"]
    assert "deletion_called_off" in [each["event"] for each in found]


def test_link_works_once_however_many_use_it(ada: Person, visitor: httpx2.Client) -> None:
    token = token_in(move(ada, thief()))
    answers = [restore(visitor, token).status_code for _ in range(2)]
    assert answers == [200, 410]
    assert not [m for m in mails_to(visitor, ada.email) if "was restored" in m["subject"]]
    until(lambda: [m for m in mails_to(visitor, ada.email) if "was changed" in m["subject"]])
