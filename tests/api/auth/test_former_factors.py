"""What was removed proves its owner beside a link from a mail for a week (docs/decisions/0100)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.api.auth.test_former_address import LOOK, OTHER, RESTORE, finish, move, restore, thief
from tests.api.auth.test_mfa_bypass import grow_older, reset
from tests.support.authenticators import (
    SoftwareKey,
    add_passkey,
    add_totp,
    ask_for_passkey,
    code_of,
    sign_in_by_passkey,
)
from tests.support.mailbox import next_mail, token_in
from tests.support.users import PASSWORD, Json, Person, make_administrator

Browsers = Callable[[], httpx2.Client]
WRONG = (401, "wrong_code")


def said(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def old_account(person: Person, database: Engine) -> tuple[str, list[str], SoftwareKey]:
    """An app, recovery codes, and a passkey; all of them are old."""
    secret, codes = add_totp(person)
    key = SoftwareKey()
    add_passkey(person, key)
    grow_older(database, person, days=8)
    return secret, codes, key


def remove_app(http: httpx2.Client) -> None:
    http.delete("/api/account/totp").raise_for_status()


def remake_codes(http: httpx2.Client) -> list[str]:
    made = http.post("/api/account/recovery-codes", json={}).raise_for_status()
    codes: list[str] = made.json()["recovery_codes"]
    return codes


def remove_passkeys(http: httpx2.Client) -> None:
    for each in http.get("/api/account/security").json()["passkeys"]:
        http.delete(f"/api/account/passkeys/{each['id']}").raise_for_status()


def ask_beside(browser: httpx2.Client, token: str) -> Json:
    asked = browser.post("/api/auth/former-address/passkey/options", json={"token": token})
    options: Json = asked.raise_for_status().json()["public_key"]
    return options


def restore_by_passkey(browser: httpx2.Client, token: str, key: SoftwareKey) -> httpx2.Response:
    body = {"token": token, "password": OTHER, "credential": key.get(ask_beside(browser, token))}
    return browser.post(RESTORE, json=body)


def age_removal(database: Engine, user_id: str, *, days: int) -> None:
    change = "UPDATE former_factors SET removed_at = removed_at - :age WHERE user_id = :id"
    with database.begin() as rows:
        rows.execute(text(change), {"id": user_id, "age": timedelta(days=days)})


def sign_in(browser: httpx2.Client, email: str, password: str) -> list[str]:
    answer = browser.post("/api/auth/login", json={"email": email, "password": password})
    methods: list[str] = answer.raise_for_status().json()["second_factor"]["methods"]
    return methods


@pytest.mark.parametrize("by", ["code", "app", "passkey"])
def test_owner_gets_back_by_what_a_thief_removed(
    ada: Person, visitor: httpx2.Client, new_visitor: Browsers, database: Engine, by: str
) -> None:
    """One old factor was left, so the link asks for one; it may be the passkey of a lost phone."""
    secret, codes, key = old_account(ada, database)
    lost = SoftwareKey()
    add_passkey(ada, lost)
    grow_older(database, ada, days=8)
    remove_app(ada.http)
    theirs = remake_codes(ada.http)
    (first, _) = ada.http.get("/api/account/security").json()["passkeys"]
    ada.http.delete(f"/api/account/passkeys/{first['id']}").raise_for_status()
    token = token_in(move(ada, thief()))
    looked = visitor.post(LOOK, json={"token": token}).json()
    assert (looked["needs_code"], looked["takes_passkey"]) == (True, True)
    assert said(restore(visitor, token, code=theirs[0])) == WRONG
    if by == "passkey":
        done = restore_by_passkey(visitor, token, key)
    else:
        proof = codes[3] if by == "code" else code_of(secret, later=1)
        done = restore(visitor, token, code=proof)
    assert done.raise_for_status().json()["user"]["email"] == ada.email
    # What proved the owner is there again, for the next time.
    again = new_visitor()
    assert by.replace("code", "recovery_code").replace("app", "totp") in sign_in(
        again, ada.email, OTHER
    )
    if by == "passkey":
        assert sign_in_by_passkey(again, key).status_code == 200
    elif by == "app":
        assert said(again.post("/api/auth/second-factor", json={"code": proof})) == WRONG
    else:
        used = again.post("/api/auth/second-factor", json={"code": codes[3]})
        assert said(used) == WRONG
        assert said(again.post("/api/auth/second-factor", json={"code": theirs[1]})) == WRONG
        assert again.post("/api/auth/second-factor", json={"code": codes[4]}).status_code == 200
    found = visitor.get("/api/account/activity").json()["events"]
    assert "factor_put_back" in [each["event"] for each in found]


def test_passkey_that_is_there_goes_with_the_link(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    _, _, key = old_account(ada, database)
    token = token_in(move(ada, thief()))
    assert restore_by_passkey(visitor, token, key).json()["user"]["email"] == ada.email


def test_passkey_that_is_young_or_somebody_elses_does_not(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine
) -> None:
    old_account(ada, database)
    young, bobs = SoftwareKey(), SoftwareKey()
    add_passkey(ada, young)
    add_passkey(bob, bobs)
    grow_older(database, bob, days=8)
    token = token_in(move(ada, thief()))
    for key in (young, bobs):
        assert said(restore_by_passkey(visitor, token, key)) == (401, "wrong_passkey")
    assert ada.http.get("/api/images").status_code == 200


def test_signing_in_takes_nothing_that_was_removed(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    secret, codes, key = old_account(ada, database)
    add_passkey(ada, SoftwareKey())
    remove_app(ada.http)
    remake_codes(ada.http)
    (first, _) = ada.http.get("/api/account/security").json()["passkeys"]
    ada.http.delete(f"/api/account/passkeys/{first['id']}").raise_for_status()
    browser = new_visitor()
    assert sign_in_by_passkey(browser, key).status_code == 401
    assert sign_in(browser, ada.email, PASSWORD) == ["passkey", "recovery_code"]
    for code in (codes[0], code_of(secret, later=1)):
        assert said(browser.post("/api/auth/second-factor", json={"code": code})) == WRONG
    assert len(ask_for_passkey(browser)["allowCredentials"]) == 1
    assert sign_in_by_passkey(browser, key).status_code == 401
    confirmed = ada.http.post("/api/auth/confirm", json={"password": PASSWORD, "code": codes[0]})
    assert said(confirmed) == WRONG


@pytest.mark.parametrize("by", ["code", "app", "passkey"])
def test_owner_gets_back_by_a_reset(
    ada: Person, visitor: httpx2.Client, database: Engine, by: str
) -> None:
    """The thief left the address as it was, and a passkey that the owner has no more."""
    secret, codes, key = old_account(ada, database)
    add_passkey(ada, SoftwareKey())
    grow_older(database, ada, days=8)
    (first, _) = ada.http.get("/api/account/security").json()["passkeys"]
    remove_app(ada.http)
    remake_codes(ada.http)
    ada.http.delete(f"/api/account/passkeys/{first['id']}").raise_for_status()
    expected = {"methods": ["passkey", "totp", "recovery_code"]}
    assert reset(visitor, ada)["second_factor"] == expected
    assert visitor.get("/api/auth/session").json()["second_factor"] == expected
    if by == "passkey":
        done = sign_in_by_passkey(visitor, key)
    else:
        proof = codes[0] if by == "code" else code_of(secret, later=1)
        done = visitor.post("/api/auth/second-factor", json={"code": proof})
    assert done.raise_for_status().json()["user"]["email"] == ada.email


def test_a_week_after_it_was_removed_nothing_brings_it_back(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    secret, codes, key = old_account(ada, database)
    remove_app(ada.http)
    remake_codes(ada.http)
    user_id = ada.user_id
    age_removal(database, user_id, days=7)
    token = token_in(move(ada, thief()))
    for code in (codes[0], code_of(secret, later=1)):
        assert said(restore(visitor, token, code=code)) == WRONG
    assert restore_by_passkey(visitor, token, key).status_code == 200


def test_what_was_young_is_not_kept(ada: Person, visitor: httpx2.Client, database: Engine) -> None:
    """Whoever was in the account made it: beside the old factor it proves nothing."""
    _, _, key = old_account(ada, database)
    remove_app(ada.http)
    secret, _ = add_totp(ada)
    codes = remake_codes(ada.http)
    remove_app(ada.http)
    remake_codes(ada.http)
    token = token_in(move(ada, thief()))
    for code in (codes[0], code_of(secret, later=1)):
        assert said(restore(visitor, token, code=code)) == WRONG
    assert restore_by_passkey(visitor, token, key).status_code == 200


def confirm(http: httpx2.Client, code: str) -> None:
    body = {"password": PASSWORD, "code": code}
    http.post("/api/auth/confirm", json=body).raise_for_status()


@pytest.mark.parametrize("stolen", ["codes", "app", "passkey"])
def test_what_the_owner_removed_as_stolen_opens_nothing(
    ada: Person, visitor: httpx2.Client, database: Engine, stolen: str
) -> None:
    """The thief reads the former mailbox, too: with the link they have what was removed, or not.

    The owner confirms by another old factor, removes what was stolen, and leaves the mailbox.
    """
    secret, codes, key = old_account(ada, database)
    if stolen == "app":
        confirm(ada.http, codes[0])  # the phone was stolen
        remove_app(ada.http)
        remake_codes(ada.http)
    elif stolen == "codes":
        confirm(ada.http, code_of(secret, later=1))
        remake_codes(ada.http)
    else:
        confirm(ada.http, code_of(secret, later=1))
        remove_passkeys(ada.http)
    email, user_id = ada.email, ada.user_id
    token = token_in(move(ada, thief()))
    if stolen == "passkey":
        assert said(restore_by_passkey(visitor, token, key)) == (401, "wrong_passkey")
        assert ask_beside(visitor, token)["allowCredentials"] == []
    else:
        proof = code_of(secret, later=1) if stolen == "app" else codes[1]
        assert said(restore(visitor, token, code=proof)) == WRONG
    assert ada.http.get("/api/images").status_code == 200
    kept = "SELECT kind FROM former_factors WHERE user_id = :id"
    with database.connect() as rows:
        kinds = set(rows.scalars(text(kept), {"id": user_id}))
    # Of the list that proved the owner the rest is kept.
    assert kinds == ({"recovery_code"} if stolen == "app" else set())
    assert email


def test_what_was_stolen_with_the_phone_opens_nothing_after_a_reset(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    """The phone shows the mails as well."""
    secret, codes, _ = old_account(ada, database)
    confirm(ada.http, codes[0])
    remove_app(ada.http)
    assert reset(visitor, ada)["second_factor"] == {"methods": ["passkey", "recovery_code"]}
    code = {"code": code_of(secret, later=1)}
    assert said(visitor.post("/api/auth/second-factor", json=code)) == WRONG


def test_whoever_stole_a_proved_session_leaves_the_owner_what_proved_it(
    ada: Person, visitor: httpx2.Client, new_visitor: Browsers, database: Engine
) -> None:
    """They took the cookie as the owner had signed in with the app: the owner has that app."""
    secret, codes, _ = old_account(ada, database)
    owner = new_visitor()
    sign_in(owner, ada.email, PASSWORD)
    code = {"code": code_of(secret)}
    forget_step(database, ada)
    owner.post("/api/auth/second-factor", json=code).raise_for_status()
    stolen = Person(http=owner, email=ada.email)
    remake_codes(owner)
    remove_app(owner)
    remove_passkeys_but_one(owner)
    token = token_in(move(stolen, thief()))
    assert said(restore(visitor, token, code=codes[0])) == WRONG
    assert finish(visitor, token, code=code_of(secret, later=1))["user"]["email"] == ada.email


def forget_step(database: Engine, person: Person) -> None:
    with database.begin() as rows:
        rows.execute(
            text("UPDATE totps SET last_step = 0 WHERE user_id = :id"), {"id": person.user_id}
        )


def remove_passkeys_but_one(http: httpx2.Client) -> None:
    for each in http.get("/api/account/security").json()["passkeys"][1:]:
        http.delete(f"/api/account/passkeys/{each['id']}").raise_for_status()


def test_two_stolen_sessions_leave_the_owner_one_of_the_factors_that_proved_them(
    ada: Person, visitor: httpx2.Client, new_visitor: Browsers, database: Engine
) -> None:
    """Each was proved by a factor of its own, and removes the other's."""
    secret, codes, _ = old_account(ada, database)
    first, second = new_visitor(), new_visitor()
    forget_step(database, ada)
    for browser, code in ((first, code_of(secret)), (second, codes[0])):
        sign_in(browser, ada.email, PASSWORD)
        browser.post("/api/auth/second-factor", json={"code": code}).raise_for_status()
    remake_codes(first)
    remove_app(second)
    token = token_in(move(Person(http=second, email=ada.email), thief()))
    assert said(restore(visitor, token, code=codes[1])) == WRONG
    assert finish(visitor, token, code=code_of(secret, later=1))["user"]["email"] == ada.email


def test_a_proof_of_a_young_factor_lets_nothing_die(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    _, codes, _ = old_account(ada, database)
    remove_app(ada.http)
    secret, _ = add_totp(ada)
    forget_step(database, ada)
    confirm(ada.http, code_of(secret))
    remake_codes(ada.http)
    token = token_in(move(ada, thief()))
    assert finish(visitor, token, code=codes[0])["user"]["email"] == ada.email


def test_the_address_that_was_never_proved_keeps_no_former_factor(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    """Whoever squatted there removed them so that they are kept."""
    old_account(ada, database)
    remove_app(ada.http)
    user_id = ada.user_id
    count = text("SELECT count(*) FROM former_factors WHERE user_id = :id")
    unprove = text("UPDATE users SET email_verified_at = NULL WHERE id = :id")
    with database.begin() as rows:
        assert rows.scalar(count, {"id": user_id}) == 1
        rows.execute(unprove, {"id": user_id})
    assert reset(visitor, ada)["user"]["email"] == ada.email
    with database.connect() as rows:
        assert rows.scalar(count, {"id": user_id}) == 0


@pytest.mark.parametrize("by", ["code", "code that is there", "app", "passkey"])
def test_administrator_who_comes_back_leaves_the_thief_no_passkey(
    ada: Person, visitor: httpx2.Client, new_visitor: Browsers, database: Engine, by: str
) -> None:
    """A reset alone takes an administrator no factor, and a passkey signs in by itself."""
    make_administrator(database, ada)
    secret, codes, key = old_account(ada, database)
    theirs = SoftwareKey()
    add_passkey(ada, theirs)
    (first, _) = ada.http.get("/api/account/security").json()["passkeys"]
    remove_app(ada.http)
    if by != "code that is there":
        remake_codes(ada.http)
    ada.http.delete(f"/api/account/passkeys/{first['id']}").raise_for_status()
    if by in {"code", "passkey"}:
        add_totp(ada)
    reset(visitor, ada)
    if by == "passkey":
        done = sign_in_by_passkey(visitor, key)
    else:
        proof = code_of(secret, later=1) if by == "app" else codes[0]
        done = visitor.post("/api/auth/second-factor", json={"code": proof})
    assert done.raise_for_status().json()["user"]["email"] == ada.email
    assert sign_in_by_passkey(new_visitor(), theirs).status_code == 401
    ways = visitor.get("/api/account/security").json()
    assert len(ways["passkeys"]) == (by == "passkey")
    assert (ways["totp"] is not None) == (by == "app")
    found = visitor.get("/api/account/activity").json()["events"]
    (removed,) = [each["detail"] for each in found if each["event"] == "ways_in_removed"]
    assert removed["passkeys"] == 1
    assert removed.get("totps") == (1 if by in {"code", "passkey"} else None)


def test_password_of_an_administrator_without_an_old_factor_stands_alone(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    """The new factor, beside which it may be shorter, goes where a former one is proved."""
    make_administrator(database, ada)
    add_passkey(ada, SoftwareKey())
    ask = partial(visitor.post, "/api/auth/reset", json={"email": ada.email})
    token = token_in(next_mail(visitor, ada.email, ask, about="Set a new password"))
    body = {"token": token, "password": "heron-teapot"}
    assert visitor.post("/api/auth/reset/finish", json=body).status_code == 422
    done = visitor.post("/api/auth/reset/finish", json=body | {"password": OTHER})
    assert done.status_code == 200


@pytest.mark.parametrize("whose", ["hers", "somebody else's"])
def test_removed_passkey_is_not_made_worthless_by_another_with_its_id(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine, whose: str
) -> None:
    _, _, key = old_account(ada, database)
    remove_passkeys(ada.http)
    adder = ada if whose == "hers" else bob
    forged = SoftwareKey(credential_id=key.credential_id)
    asked = adder.http.post("/api/account/passkeys/options", json={}).raise_for_status()
    body = {"credential": forged.create(asked.json()["public_key"]), "name": "Key"}
    refused = adder.http.post("/api/account/passkeys", json=body)
    assert refused.status_code >= 400
    assert refused.json()["code"] == "passkey_refused"
    token = token_in(move(ada, thief()))
    assert restore_by_passkey(visitor, token, key).status_code == 200


def test_removed_passkey_comes_before_another_with_its_id(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    _, _, key = old_account(ada, database)
    remove_passkeys(ada.http)
    add_passkey(ada, SoftwareKey())
    change = "UPDATE passkeys SET credential_id = :its WHERE user_id = :id"
    with database.begin() as rows:
        rows.execute(text(change), {"its": key.credential_id, "id": ada.user_id})
    token = token_in(move(ada, thief()))
    assert restore_by_passkey(visitor, token, key).status_code == 200
    assert len(visitor.get("/api/account/security").json()["passkeys"]) == 1


def test_nobody_is_held_for_a_passkey_that_does_not_count_beside_the_link(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine
) -> None:
    """Else links of one's own would take the seats of somebody whose passkey's id one knows."""
    old_account(ada, database)
    bobs = SoftwareKey()
    add_passkey(bob, bobs)
    token = token_in(move(ada, thief()))
    hold = text("SELECT 1 FROM users WHERE email = :email FOR NO KEY UPDATE")
    with database.begin() as rows:
        rows.execute(hold, {"email": bob.email})
        assert said(restore_by_passkey(visitor, token, bobs)) == (401, "wrong_passkey")


def test_whoever_uses_all_codes_up_leaves_the_owner_their_use_beside_a_link(
    ada: Person, visitor: httpx2.Client, new_visitor: Browsers, database: Engine
) -> None:
    """They have the list, prove themselves by it, remove everything else, and use it up."""
    _, codes, _ = old_account(ada, database)
    add_passkey(ada, SoftwareKey())  # of a phone that was lost
    grow_older(database, ada, days=8)
    theirs = new_visitor()
    for code in codes:
        sign_in(theirs, ada.email, PASSWORD)
        theirs.post("/api/auth/second-factor", json={"code": code}).raise_for_status()
        if code == codes[0]:
            (first, _) = theirs.get("/api/account/security").json()["passkeys"]
            remove_app(theirs)
            theirs.delete(f"/api/account/passkeys/{first['id']}").raise_for_status()
    token = token_in(move(Person(http=theirs, email=ada.email), thief()))
    assert finish(visitor, token, code=codes[4])["user"]["email"] == ada.email


def test_code_that_was_used_counts_beside_a_link_once_and_leaves_the_others(
    ada: Person, visitor: httpx2.Client, new_visitor: Browsers, database: Engine
) -> None:
    _, codes, _ = old_account(ada, database)
    confirm(ada.http, codes[0])
    assert sign_in(visitor, ada.email, PASSWORD)
    used = {"code": codes[0]}
    assert said(visitor.post("/api/auth/second-factor", json=used)) == WRONG
    reset(visitor, ada)
    visitor.post("/api/auth/second-factor", json=used).raise_for_status()
    assert visitor.get("/api/account/security").json()["recovery_codes_left"] == 9
    again = new_visitor()
    reset(again, ada)
    assert said(again.post("/api/auth/second-factor", json=used)) == WRONG
    again.post("/api/auth/second-factor", json={"code": codes[1]}).raise_for_status()


def test_used_code_of_a_list_that_was_stolen_is_worthless_once_new_ones_are_made(
    ada: Person, visitor: httpx2.Client, new_visitor: Browsers, database: Engine
) -> None:
    """Whoever has the list signed in by it; the owner proves the app, and makes new codes."""
    secret, codes, _ = old_account(ada, database)
    theirs = new_visitor()
    sign_in(theirs, ada.email, PASSWORD)
    theirs.post("/api/auth/second-factor", json={"code": codes[0]}).raise_for_status()
    confirm(ada.http, code_of(secret, later=1))
    remake_codes(ada.http)
    token = token_in(move(ada, thief()))
    for code in codes[:2]:
        assert said(restore(visitor, token, code=code)) == WRONG


def test_whoever_stole_the_device_of_a_passkey_leaves_the_owner_the_codes(
    ada: Person, visitor: httpx2.Client, new_visitor: Browsers, database: Engine
) -> None:
    secret, codes, key = old_account(ada, database)
    theirs = new_visitor()
    sign_in_by_passkey(theirs, key).raise_for_status()
    remake_codes(theirs)
    remove_app(theirs)
    token = token_in(move(Person(http=theirs, email=ada.email), thief()))
    assert said(restore(visitor, token, code=code_of(secret, later=1))) == WRONG
    assert finish(visitor, token, code=codes[0])["user"]["email"] == ada.email
