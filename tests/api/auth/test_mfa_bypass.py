"""No other way into an account goes around its second factor."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import (
    MAILS_ALL,
    SECOND_FACTOR_TRIES,
    SECOND_FACTOR_TRIES_LONG,
)
from app.accounts.sessions.tokens import digest
from tests.support.authenticators import (
    SoftwareKey,
    add_passkey,
    add_totp,
    code_of,
    sign_in_by_passkey,
)
from tests.support.mailbox import next_mail, token_in
from tests.support.rate_limits import forget, use_up
from tests.support.users import PASSWORD, Json, Person, make_administrator

Browsers = Callable[[], httpx2.Client]
NEW = "a teapot sings for nobody twice"


def reset(browser: httpx2.Client, person: Person) -> Json:
    """Set a new password by a mail, as somebody would who can read it."""

    def ask() -> None:
        asked = browser.post("/api/auth/reset", json={"email": person.email})
        assert asked.status_code == 202

    mail = next_mail(browser, person.email, ask, about="Set a new password")
    body = {"token": token_in(mail), "password": NEW}
    done: Json = browser.post("/api/auth/reset/finish", json=body).raise_for_status().json()
    return done


def grow_older(database: Engine, person: Person, *, days: int) -> None:
    """Make all second factors of a person so old."""
    whose = "WHERE user_id = (SELECT id FROM users WHERE email = :email)"
    passkeys = f"UPDATE passkeys SET created_at = created_at - :age {whose}"  # noqa: S608 - our own words
    totps = f"UPDATE totps SET confirmed_at = confirmed_at - :age {whose}"  # noqa: S608 - the same
    codes = f"UPDATE recovery_codes SET created_at = created_at - :age {whose}"  # noqa: S608 - the same
    with database.begin() as rows:
        for change in (passkeys, totps, codes):
            rows.execute(text(change), {"email": person.email, "age": timedelta(days=days)})


@pytest.mark.parametrize("kind", ["passkey", "totp"])
def test_reset_removes_a_new_factor_of_somebody_who_had_the_password(
    ada: Person, new_visitor: Browsers, database: Engine, kind: str
) -> None:
    """They would lock the owner out, who reads the mail about it and sets a new password."""
    key, thief = SoftwareKey(), new_visitor()
    if kind == "passkey":
        add_passkey(ada, key)
    else:
        add_totp(ada)
    grow_older(database, ada, days=6)
    owner = new_visitor()
    mail = next_mail(owner, ada.email, lambda: reset(owner, ada), about="was changed")
    assert owner.get("/api/auth/session").json()["user"]["email"] == ada.email
    assert "10 recovery codes" in mail["text"]
    assert sign_in_by_passkey(thief, key).status_code == 401
    security = owner.get("/api/account/security").json()
    assert (security["passkeys"], security["totp"], security["recovery_codes_left"]) == (
        [],
        None,
        0,
    )


def test_nobody_keeps_owners_from_a_new_password_by_asking_for_mails(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    use_up(database, MAILS_ALL, of="")
    try:
        asked = new_visitor().post("/api/auth/register", json={"email": f"new-{ada.email}"})
        assert asked.status_code == 429
        assert reset(new_visitor(), ada)["user"]["email"] == ada.email
    finally:
        forget(database, MAILS_ALL)


def test_reset_leaves_all_factors_where_one_is_old(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    grow_older(database, ada, days=8)
    add_totp(ada)
    answer = reset(new_visitor(), ada)
    assert answer["second_factor"] == {"methods": ["passkey", "totp", "recovery_code"]}


@pytest.mark.parametrize("is_administrator", [False, True])
def test_reset_removes_a_new_passkey_beside_an_older_factor(
    ada: Person, new_visitor: Browsers, database: Engine, *, is_administrator: bool
) -> None:
    """It signs in by itself: whoever added it would be in again before the owner is."""
    add_totp(ada)
    grow_older(database, ada, days=8)
    intruders = SoftwareKey()
    add_passkey(ada, intruders)
    if is_administrator:
        make_administrator(database, ada)
    answer = reset(new_visitor(), ada)
    assert answer["second_factor"] == {"methods": ["totp", "recovery_code"]}
    assert sign_in_by_passkey(new_visitor(), intruders).status_code == 401


def test_reset_leaves_new_factors_of_an_administrator(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    add_passkey(ada, SoftwareKey())
    make_administrator(database, ada)
    assert reset(new_visitor(), ada)["second_factor"]


def test_a_link_that_resets_is_one_factor(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    secret, codes = add_totp(ada)
    grow_older(database, ada, days=8)
    thief = new_visitor()
    answer = reset(thief, ada)
    assert answer["user"] is None
    assert answer["second_factor"] == {"methods": ["totp", "recovery_code"]}
    assert "session" not in thief.cookies
    assert thief.get("/api/images").status_code == 401
    wrong = thief.post("/api/auth/second-factor", json={"code": "000000"})
    assert wrong.status_code == 401
    # The new password by itself is no more; with the app or a code it is the person.
    again = new_visitor()
    half = again.post("/api/auth/login", json={"email": ada.email, "password": NEW})
    assert half.json()["user"] is None
    done = again.post("/api/auth/second-factor", json={"code": codes[0]})
    assert done.json()["user"]["email"] == ada.email
    done = thief.post("/api/auth/second-factor", json={"code": code_of(secret, later=1)})
    assert done.json()["user"]["email"] == ada.email


def test_signing_out_elsewhere_ends_sign_ins_that_wait_for_a_code(
    ada: Person, new_visitor: Browsers
) -> None:
    _, codes = add_totp(ada)
    waiting = new_visitor()
    half = waiting.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    assert half.json()["second_factor"]
    assert ada.http.delete("/api/account/sessions").status_code == 200
    late = waiting.post("/api/auth/second-factor", json={"code": codes[0]})
    assert late.status_code == 401
    assert "session" not in waiting.cookies


def test_a_link_that_resets_leaves_the_passkey(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    grow_older(database, ada, days=8)
    browser = new_visitor()
    assert reset(browser, ada)["second_factor"] == {"methods": ["passkey", "recovery_code"]}
    assert sign_in_by_passkey(browser, key).json()["user"]["email"] == ada.email


@pytest.mark.parametrize("planted", ["pending", "session", "device"])
def test_cookies_that_somebody_planted_open_nothing(
    ada: Person, bob: Person, new_visitor: Browsers, planted: str
) -> None:
    """The attacker has an account with an app too, and plants what they got for it."""
    secret, _ = add_totp(bob)
    add_totp(ada)
    attacker = new_visitor()
    attacker.post("/api/auth/login", json={"email": bob.email, "password": PASSWORD})
    mixed = new_visitor()
    mixed.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    token = attacker.cookies["pending"]
    mixed.cookies.delete("pending") if planted == "pending" else None
    mixed.cookies.set(planted, token, domain=mixed.base_url.host)
    answer = mixed.post("/api/auth/second-factor", json={"code": code_of(secret, later=1)})
    who = mixed.get("/api/auth/session").json()["user"]
    if planted == "pending":  # it is bob's own sign-in, wherever it is finished
        assert answer.status_code == 200
        assert who["email"] == bob.email
    else:
        assert answer.status_code == 401
        assert who is None


def planted(database: Engine, person: Person) -> tuple[SoftwareKey, str]:
    """Give somebody a passkey, an app, codes and an identity at an address that nobody proved.

    As on a site that sent no mail when they joined.
    """
    key = SoftwareKey()
    add_passkey(person, key)
    secret, _ = add_totp(person)
    with database.begin() as rows:
        rows.execute(
            text(
                "INSERT INTO identities"
                " (id, user_id, provider, issuer, subject, email, created_at)"
                " SELECT gen_random_uuid(), id, 'work', 'https://id.example', id::text, '', now()"
                " FROM users WHERE email = :email"
            ),
            {"email": person.email},
        )
        unprove = "UPDATE users SET email_verified_at = NULL WHERE email = :email"
        rows.execute(text(unprove), {"email": person.email})
    return key, secret


def kept(person: Person) -> Json:
    security: Json = person.http.get("/api/account/security").raise_for_status().json()
    return {name: len(security[name]) for name in ("passkeys", "identities")} | {
        "totp": security["totp"] is not None,
        "codes": security["recovery_codes_left"],
    }


def test_no_letter_opens_an_unproved_administrators_account(
    new_person: Callable[[], Person], new_visitor: Browsers, database: Engine
) -> None:
    """A mistyped address is read by somebody, who must not come to look after the site."""
    root = new_person()
    make_administrator(database, root)
    planted(database, root)
    before = kept(root)
    reader = new_visitor()
    ask = partial(reader.post, "/api/auth/reset", json={"email": root.email})
    mail = next_mail(reader, root.email, ask, about="password")
    assert not [link for link in mail["links"] if "#" in link]
    assert kept(root) == before == {"passkeys": 1, "identities": 1, "totp": True, "codes": 10}


def test_a_link_from_before_does_not_open_an_unproved_administrators_account(
    new_person: Callable[[], Person], new_visitor: Browsers, database: Engine
) -> None:
    root = new_person()
    key, _ = planted(database, root)
    reader = new_visitor()
    ask = partial(reader.post, "/api/auth/reset", json={"email": root.email})
    token = token_in(next_mail(reader, root.email, ask, about="Set a new password"))
    make_administrator(database, root)
    body = {"token": token, "password": NEW}
    assert reader.post("/api/auth/reset/finish", json=body).status_code == 410
    assert reader.post("/api/auth/reset/look", json={"token": token}).status_code == 410
    assert kept(root)["passkeys"] == 1
    assert sign_in_by_passkey(new_visitor(), key).status_code == 200


def test_what_a_reset_removes_is_recorded_and_announced(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    """Whoever was first at somebody's address keeps nothing, and it is told what went."""
    ada.http.post("/api/account/tokens", json={"name": "Backup", "scope": "read", "days": 9})
    key, _ = planted(database, ada)
    owner = new_visitor()
    mail = next_mail(owner, ada.email, lambda: reset(owner, ada), about="was changed")
    for words in ("a passkey", "the authenticator app", "10 recovery codes", "a linked account"):
        assert words in mail["text"]
    assert sign_in_by_passkey(new_visitor(), key).status_code == 401
    found = owner.get("/api/account/activity").json()["events"]
    (event,) = (each for each in found if each["event"] == "ways_in_removed")
    assert event["detail"] == {
        "how": "reset",
        "access_tokens": 1,
        "passkeys": 1,
        "totps": 1,
        "recovery_codes": 10,
        "identities": 1,
    }


def test_a_way_in_is_added_only_once_the_address_is_proved(ada: Person, database: Engine) -> None:
    begun = ada.http.post("/api/account/totp", json={}).json()
    with database.begin() as rows:
        unprove = "UPDATE users SET email_verified_at = NULL WHERE email = :email"
        rows.execute(text(unprove), {"email": ada.email})
    code = {"code": code_of(begun["secret"])}
    asked = [
        ada.http.post("/api/account/totp", json={}),
        ada.http.post("/api/account/totp/confirm", json=code),
        ada.http.post("/api/account/passkeys/options", json={}),
        ada.http.post("/api/account/passkeys", json={"name": "Key", "credential": {}}),
    ]
    assert [(each.status_code, each.json()["code"]) for each in asked] == [
        (409, "prove_address_first")
    ] * len(asked)
    ask = partial(ada.http.post, "/api/account/email/verify")
    token = token_in(next_mail(ada.http, ada.email, ask, about="Confirm your e-mail address"))
    ada.http.post("/api/auth/verify", json={"token": token}).raise_for_status()
    assert ada.http.post("/api/account/passkeys/options", json={}).status_code == 200


@pytest.mark.parametrize("is_administrator", [False, True])
def test_a_reset_unlinks_what_was_linked_lately(
    ada: Person, visitor: httpx2.Client, database: Engine, *, is_administrator: bool
) -> None:
    """Whoever was in the account and linked an identity of theirs, which no factor guards."""
    link = text(
        "INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at)"
        " SELECT gen_random_uuid(), :id, 'x', 'https://x.example', :id || days, 'x@example.org',"
        " now() - days * interval '1 day' FROM unnest(ARRAY[1, 6, 8, 30]) AS days"
    )
    join = "UPDATE users SET created_at = now() - interval '30 days', is_administrator = :is"
    with database.begin() as rows:
        rows.execute(text(f"{join} WHERE id = :id"), {"id": ada.user_id, "is": is_administrator})
        rows.execute(link, {"id": ada.user_id})
    user_id = ada.user_id
    reset(visitor, ada)
    left = "SELECT subject FROM identities WHERE user_id = :id ORDER BY created_at"
    with database.connect() as rows:
        subjects = rows.execute(text(left), {"id": user_id}).scalars().all()
    assert subjects == [f"{user_id}30", f"{user_id}8"]


def test_a_reset_ends_access_tokens(ada: Person, new_visitor: Browsers) -> None:
    """They ask for no factor, so whoever made one would be in still."""
    body = {"name": "Backup", "scope": "write", "days": 30}
    made = ada.http.post("/api/account/tokens", json=body).raise_for_status().json()
    script = new_visitor()
    script.headers["Authorization"] = f"Bearer {made['token']}"
    assert script.get("/api/images").status_code == 200
    owner = new_visitor()
    mail = next_mail(owner, ada.email, lambda: reset(owner, ada), about="was changed")
    assert "an access token" in mail["text"]
    assert script.get("/api/images").status_code == 401
    assert owner.get("/api/account/tokens").json() == {"tokens": []}


def test_whoever_had_the_password_keeps_no_owner_out_after_a_reset(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    """They guessed at the factor until strange browsers had no tries left."""
    secret, codes = add_totp(ada)
    grow_older(database, ada, days=8)
    owner = new_visitor()
    owner.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    owner.post("/api/auth/second-factor", json={"code": codes[0]}).raise_for_status()
    for limit in (SECOND_FACTOR_TRIES, SECOND_FACTOR_TRIES_LONG):
        use_up(database, limit, of=ada.user_id)
    assert reset(owner, ada)["second_factor"]
    code = {"code": code_of(secret, later=1)}
    assert owner.post("/api/auth/second-factor", json=code).status_code == 200
    strange = new_visitor()
    strange.post("/api/auth/login", json={"email": ada.email, "password": NEW})
    assert strange.post("/api/auth/second-factor", json=code).status_code == 429


def test_a_reset_makes_only_a_browser_known_that_was(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    user_id = ada.user_id
    ada.http.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    before = ada.http.cookies["device"]
    reset(ada.http, ada)
    query = text("SELECT token_hash FROM known_devices WHERE user_id = :id")
    with database.connect() as rows:
        (known,) = rows.execute(query, {"id": user_id}).scalars()
    assert bytes(known) == digest(ada.http.cookies["device"]) != digest(before)
    add_totp(ada)
    grow_older(database, ada, days=8)
    visitor.cookies.set("device", before, domain=visitor.base_url.host)  # it is none any more
    assert reset(visitor, ada)["second_factor"]
    with database.connect() as rows:
        assert rows.execute(query, {"id": user_id}).scalars().all() == []
