"""One account does not use up the site's mails and CPU by changing how it is signed in to.

THREATS 48: the notices of these changes are always sent.
"""

from functools import partial
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import (
    LINK_TRIES_NETWORK,
    NEW_WAYS_IN,
    PASSKEY_TRIES_NETWORK,
    PASSKEY_TRIES_PERSON,
    PASSWORD_CHANGES,
    PASSWORD_CHECKS_NETWORK,
    PASSWORD_CHECKS_PERSON,
    PASSWORDS_SET,
)
from tests.support.authenticators import SoftwareKey, add_passkey, add_totp
from tests.support.mailbox import next_mail, token_in
from tests.support.rate_limits import forget, use_up
from tests.support.users import PASSWORD, Person

NEW = "a teapot sings for nobody twice"


def test_one_person_has_only_so_many_notices_of_a_new_password_sent(
    ada: Person, bob: Person, database: Engine
) -> None:
    answers = [change_password(ada) for _ in range(PASSWORD_CHANGES.burst + 3)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [204] * PASSWORD_CHANGES.burst + [429] * 3
    is_told_to_wait(answers[-1])
    assert notices(database, ada, "password_changed") == PASSWORD_CHANGES.burst
    assert change_password(bob).status_code == 204


def test_a_password_that_was_refused_uses_up_no_change(ada: Person) -> None:
    for _ in range(PASSWORD_CHANGES.burst + 3):
        assert change_password(ada, "password").status_code == 422
    assert change_password(ada).status_code == 204


def test_a_password_is_judged_only_so_often(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    use_up(database, PASSWORDS_SET, of=ada.user_id)
    is_told_to_wait(change_password(ada, "password"))
    is_told_to_wait(change_password(ada))
    assert log_in(visitor, ada.email, PASSWORD) == 200


def test_the_password_of_a_link_is_judged_only_so_often(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    stranger, user_id = f"new-{uuid4().hex}@example.org", ada.user_id
    with database.begin() as connection:
        query = text("UPDATE users SET is_administrator = true WHERE email = :email")
        connection.execute(query, {"email": ada.email})
    invited = ada.http.post("/api/admin/invites", json={}).json()
    invite = invited["link"].partition("#")[2]
    join = {"email": stranger, "invite": invite}
    for path, email, ask, about in (
        ("reset/finish", ada.email, ("reset", {"email": ada.email}), "new password"),
        ("welcome", stranger, ("register", join), "link to join"),
    ):
        post = partial(visitor.post, f"/api/auth/{ask[0]}", json=ask[1])
        token = token_in(next_mail(visitor, email, post, about=about))
        use_up(database, PASSWORDS_SET, of=token)
        for password in ("password", NEW):
            body = {"token": token, "password": password}
            is_told_to_wait(visitor.post(f"/api/auth/{path}", json=body))
        forget(database, PASSWORDS_SET)
        # The link is still good: what was refused used nothing up. Nor do strangers in the network
        # of whoever has it, or an intruder in the account.
        for limit in (PASSWORD_CHECKS_NETWORK, LINK_TRIES_NETWORK):
            use_up(database, limit, of=visitor.headers["X-Forwarded-For"])
        use_up(database, PASSWORDS_SET, of=user_id)
        done = visitor.post(f"/api/auth/{path}", json={"token": token, "password": NEW})
        assert done.is_success, done.text


def test_one_person_has_only_so_many_notices_of_removed_apps_sent(
    ada: Person, bob: Person, database: Engine
) -> None:
    for _ in range(NEW_WAYS_IN.burst):
        add_totp(ada)
        assert ada.http.delete("/api/account/totp").status_code == 204
    is_told_to_wait(ada.http.post("/api/account/totp", json={}))
    assert notices(database, ada, "factor_changed", "totp_removed") == NEW_WAYS_IN.burst
    add_totp(bob)


def test_one_person_has_only_so_many_notices_of_removed_passkeys_sent(
    ada: Person, bob: Person, database: Engine
) -> None:
    for _ in range(NEW_WAYS_IN.burst):
        passkey_id = add_passkey(ada)["passkey"]["id"]
        assert ada.http.delete(f"/api/account/passkeys/{passkey_id}").status_code == 204
    is_told_to_wait(ada.http.post("/api/account/passkeys/options", json={}))
    assert notices(database, ada, "factor_changed", "passkey_removed") == NEW_WAYS_IN.burst
    add_passkey(bob)


@pytest.mark.parametrize(
    "path",
    ["/api/account/totp", "/api/account/passkeys/options", "/api/account/recovery-codes"],
)
def test_all_new_ways_in_count_together(ada: Person, database: Engine, path: str) -> None:
    add_passkey(ada)
    before = ada.http.get("/api/account/security").json()
    use_up(database, NEW_WAYS_IN, of=ada.user_id)
    is_told_to_wait(ada.http.post(path, json={}))
    assert ada.http.get("/api/account/security").json() == before


def test_no_intruder_keeps_the_owner_from_removing_a_way_in(ada: Person, database: Engine) -> None:
    add_totp(ada)
    passkey_id = add_passkey(ada)["passkey"]["id"]
    use_up(database, NEW_WAYS_IN, of=ada.user_id)
    assert ada.http.delete(f"/api/account/passkeys/{passkey_id}").status_code == 204
    assert ada.http.delete("/api/account/totp").status_code == 204


def test_a_passkey_that_was_begun_can_be_finished(ada: Person, database: Engine) -> None:
    """Else the device would keep one that the site does not know."""
    asked = ada.http.post("/api/account/passkeys/options", json={}).json()
    use_up(database, NEW_WAYS_IN, of=ada.user_id)
    body = {"credential": SoftwareKey().create(asked["public_key"]), "name": "Key"}
    assert ada.http.post("/api/account/passkeys", json=body).status_code == 201


def test_no_stranger_in_their_network_keeps_an_owner_from_a_new_password(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    network = ada.http.headers["X-Forwarded-For"]
    for limit in (PASSWORD_CHECKS_NETWORK, PASSKEY_TRIES_NETWORK):
        use_up(database, limit, of=network)
    visitor.headers["X-Forwarded-For"] = network
    question = {"password": NEW, "email": ada.email}
    is_told_to_wait(visitor.post("/api/auth/password/check", json=question))
    own = {"password": NEW}
    assert ada.http.post("/api/account/password/check", json=own).status_code == 200
    assert ada.http.post("/api/auth/passkey/options", json={}).status_code == 200
    assert change_password(ada).status_code == 204
    # What a person asks is counted for them, and by itself.
    use_up(database, PASSWORD_CHECKS_PERSON, of=ada.user_id)
    is_told_to_wait(ada.http.post("/api/account/password/check", json=own))
    use_up(database, PASSKEY_TRIES_PERSON, of=ada.user_id)
    is_told_to_wait(ada.http.post("/api/auth/passkey/options", json={}))
    assert change_password(ada).status_code == 204


def change_password(person: Person, password: str = NEW) -> httpx2.Response:
    return person.http.post("/api/account/password", json={"password": password})


def log_in(http: httpx2.Client, email: str, password: str) -> int:
    body = {"email": email, "password": password}
    return http.post("/api/auth/login", json=body).status_code


def is_told_to_wait(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests"), answer.text
    assert int(answer.headers["Retry-After"]) > 0


def notices(database: Engine, person: Person, kind: str, what: str | None = None) -> int:
    query = text(
        "SELECT count(*) FROM letters WHERE email = :email AND kind = :kind"
        " AND (CAST(:what AS text) IS NULL OR data ->> 'what' = :what)"
    )
    with database.connect() as connection:
        values = {"email": person.email, "kind": kind, "what": what}
        count: int = connection.execute(query, values).scalar_one()
    return count
