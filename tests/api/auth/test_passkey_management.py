"""The passkeys of one's own account: added, named, removed, and never somebody else's business."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from os import urandom
from typing import Any

import cbor2
import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.mfa.passkey_bytes import MAX_CREDENTIAL_ID, MAX_PUBLIC_KEY
from app.accounts.mfa.passkeys import MAX_PASSKEYS
from tests.api.auth.test_late_requests import somebody_waits
from tests.api.conftest import until
from tests.support.authenticators import (
    PRESENT,
    SoftwareKey,
    add_passkey,
    add_totp,
    ask_for_passkey,
    b64,
    sign_in_by_passkey,
    un_b64,
)
from tests.support.users import Json, Person, told

SHORT = "gravel-9-moss"


def asked_to_make(person: Person) -> Json:
    answer = person.http.post("/api/account/passkeys/options", json={})
    public_key: Json = answer.raise_for_status().json()["public_key"]
    return public_key


def offer(person: Person, credential: Json, name: str = "Key") -> httpx2.Response:
    return person.http.post("/api/account/passkeys", json={"credential": credential, "name": name})


def security(person: Person) -> Json:
    found: Json = person.http.get("/api/account/security").raise_for_status().json()
    return found


def rows(database: Engine, query: str, person: Person) -> list[Any]:
    with database.connect() as connection:
        return list(connection.execute(text(query), {"email": person.email}).scalars())


def test_a_passkey_that_is_removed_as_it_is_named_is_not_found(
    ada: Person, database: Engine
) -> None:
    passkey_id = add_passkey(ada)["passkey"]["id"]
    path, body = f"/api/account/passkeys/{passkey_id}", {"name": "Another"}
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as removing:
            removing.execute(text("DELETE FROM passkeys WHERE id = :id"), {"id": passkey_id})
            answer = meanwhile.submit(ada.http.patch, path, json=body)
            until(lambda: somebody_waits(database) or answer.done())
        assert answer.result().status_code == 404


def test_the_browser_is_asked_for_one_that_verifies_its_person(ada: Person) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    asked = asked_to_make(ada)
    assert asked["rp"] == {"id": "localhost", "name": "Pinhole"}
    assert asked["user"]["name"] == ada.email
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["attestation"] == "none"
    assert len(asked["excludeCredentials"]) == 1


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:8000.evil.example"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"ceremony": "webauthn.get"},
        {"cross_origin": True},
        {"credential_id": b""},
    ],
    ids=str,
)
def test_whatever_was_made_otherwise_is_refused(ada: Person, lie: dict[str, Any]) -> None:
    answer = offer(ada, replace(SoftwareKey(), **lie).create(asked_to_make(ada)))
    assert (answer.status_code, answer.json()["code"]) == (422, "passkey_refused")
    assert security(ada)["passkeys"] == []


def test_a_challenge_makes_one_passkey_in_one_browser_for_one_person(
    ada: Person, bob: Person
) -> None:
    asked = asked_to_make(ada)
    asked_to_make(bob)  # he has a cookie of his own
    assert offer(bob, SoftwareKey().create(asked)).status_code == 422
    bob.http.cookies.set("challenge", ada.http.cookies["challenge"], domain=bob.http.base_url.host)
    assert offer(bob, SoftwareKey().create(asked)).status_code == 422
    assert offer(ada, SoftwareKey().create(asked)).status_code == 201
    assert offer(ada, SoftwareKey().create(asked)).status_code == 422
    signing_in = ask_for_passkey(ada.http) | {"user": asked["user"]}
    assert offer(ada, SoftwareKey().create(signing_in)).status_code == 422
    assert (len(security(ada)["passkeys"]), len(security(bob)["passkeys"])) == (1, 0)


def test_a_passkey_that_is_anothers_stays_theirs(
    ada: Person, bob: Person, visitor: httpx2.Client
) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    stolen = SoftwareKey(credential_id=key.credential_id)
    answer = offer(bob, stolen.create(asked_to_make(bob)))
    assert (answer.status_code, answer.json()["code"]) == (422, "passkey_refused")
    assert sign_in_by_passkey(visitor, key).json()["user"]["email"] == ada.email


@pytest.mark.parametrize("credential", [{}, {"response": {}}, {"id": 7, "response": 7}])
def test_what_is_no_credential_is_refused(ada: Person, credential: Json) -> None:
    assert offer(ada, credential).status_code == 422


def test_strangers_find_no_passkey(ada: Person, bob: Person) -> None:
    passkey_id = add_passkey(ada)["passkey"]["id"]
    path = f"/api/account/passkeys/{passkey_id}"
    nothing = f"/api/account/passkeys/{bob.user_id}"
    for method, body in (("PATCH", {"name": "stolen"}), ("DELETE", None)):
        theirs = bob.http.request(method, path, json=body)
        random = bob.http.request(method, nothing, json=body)
        assert theirs.status_code == random.status_code == 404
        assert told(theirs) == told(random)
    assert security(ada)["passkeys"][0]["name"] == "Key"


def test_a_passkey_is_renamed_and_removed(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    key = SoftwareKey()
    path = f"/api/account/passkeys/{add_passkey(ada, key)['passkey']['id']}"
    assert ada.http.patch(path, json={"name": "Bike"}).json()["name"] == "Bike"
    for name in ("", " \u200b ", "x" * 101):
        assert ada.http.patch(path, json={"name": name}).status_code == 422
    assert ada.http.delete(path).status_code == 204
    assert ada.http.delete(path).status_code == 404
    assert sign_in_by_passkey(visitor, key).status_code == 401
    events = rows(
        database,
        "SELECT event FROM audit_events JOIN users ON users.id = user_id"
        " WHERE email = :email AND event LIKE 'passkey%' ORDER BY audit_events.id",
        ada,
    )
    assert events == ["passkey_added", "passkey_removed"]
    letters = rows(
        database,
        "SELECT data->>'what' FROM letters WHERE email = :email AND kind = 'factor_changed'"
        " ORDER BY created_at",
        ada,
    )
    assert letters == ["passkey_added", "passkey_removed"]


def test_recovery_codes_come_with_the_first_factor_and_go_with_the_last(ada: Person) -> None:
    first = add_passkey(ada)
    assert len(first["recovery_codes"]) == 10
    _, codes = add_totp(ada)
    assert not codes
    assert ada.http.delete(f"/api/account/passkeys/{first['passkey']['id']}").status_code == 204
    assert security(ada)["recovery_codes_left"] == 10
    assert ada.http.delete("/api/account/totp").status_code == 204
    assert security(ada)["recovery_codes_left"] == 0
    assert ada.http.delete("/api/account/totp").status_code == 404


def test_the_last_way_in_stays(
    new_person: Callable[[], Person], database: Engine, visitor: httpx2.Client
) -> None:
    ada, key = new_person(), SoftwareKey()
    passkey_id = add_passkey(ada, key)["passkey"]["id"]
    with database.begin() as connection:
        connection.execute(
            text("UPDATE users SET password_hash = NULL WHERE email = :email"),
            {"email": ada.email},
        )
    answer = ada.http.delete(f"/api/account/passkeys/{passkey_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_way_in")
    # An authenticator app is no way in by itself.
    add_totp(ada)
    assert ada.http.delete(f"/api/account/passkeys/{passkey_id}").status_code == 409
    assert sign_in_by_passkey(visitor, key).json()["user"]["email"] == ada.email


def test_of_two_last_ways_removed_at_once_one_stays(ada: Person, database: Engine) -> None:
    paths = [f"/api/account/passkeys/{add_passkey(ada)['passkey']['id']}" for _ in range(2)]
    with database.begin() as connection:
        connection.execute(
            text("UPDATE users SET password_hash = NULL WHERE email = :email"),
            {"email": ada.email},
        )
    with ThreadPoolExecutor(2) as at_once:
        with database.begin() as holder:
            # Neither gets as far as the record, which comes after the look at what is left.
            holder.execute(text("LOCK TABLE audit_events IN ACCESS EXCLUSIVE MODE"))
            answers = [at_once.submit(ada.http.delete, path) for path in paths]
            until(lambda: _waiting(database) >= 2)  # a mail of the passkeys may wait as well
        statuses = sorted(each.result().status_code for each in answers)
    assert statuses == [204, 409]
    assert len(security(ada)["passkeys"]) == 1


def _waiting(database: Engine) -> int:
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with database.connect() as connection:
        return int(connection.execute(query).scalar_one())


def test_a_short_password_keeps_its_last_factor(ada: Person) -> None:
    passkey_id = add_passkey(ada)["passkey"]["id"]
    assert ada.http.post("/api/account/password", json={"password": SHORT}).status_code == 204
    assert security(ada)["password"] == {"set": True, "stands_alone": False}
    answer = ada.http.delete(f"/api/account/passkeys/{passkey_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "password_too_short_alone")
    add_totp(ada)
    assert ada.http.delete(f"/api/account/passkeys/{passkey_id}").status_code == 204
    assert ada.http.delete("/api/account/totp").status_code == 409


def test_nobody_keeps_passkeys_without_end(ada: Person, database: Engine) -> None:
    """Of two added at once to all but one that there may be, one is kept."""
    offers = [SoftwareKey().create(asked_to_make(ada)) for _ in range(2)]
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO passkeys (id, user_id, name, credential_id, public_key, sign_count,"
                " transports, is_backed_up, created_at)"
                " SELECT gen_random_uuid(), id, 'Key', uuid_send(gen_random_uuid()), '', 0, '{}',"
                " false, now() FROM users, generate_series(1, :number) WHERE email = :email"
            ),
            {"email": ada.email, "number": MAX_PASSKEYS - 1},
        )
    with ThreadPoolExecutor(2) as at_once:
        answers = list(at_once.map(partial(offer, ada), offers))
    assert sorted(each.status_code for each in answers) == [201, 409]
    refused = ada.http.post("/api/account/passkeys/options", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_passkeys")
    assert len(security(ada)["passkeys"]) == MAX_PASSKEYS


@dataclass
class OddKey(SoftwareKey):
    """A passkey whose public key has something beside it."""

    beside: Any = None

    def _cose_key(self) -> bytes:
        return cbor2.dumps(cbor2.loads(super()._cose_key()) | {"beside": self.beside})


@pytest.mark.parametrize(
    "beside",
    [cbor2.CBORTag(1, 0), bytes(MAX_PUBLIC_KEY)],
    ids=["a tag", "more than keys have"],
)
def test_public_key_with_what_no_authenticator_makes_is_refused(ada: Person, beside: Any) -> None:
    refused = offer(ada, OddKey(beside=beside).create(asked_to_make(ada)))
    assert refused.status_code == 422
    assert refused.json()["code"] == "passkey_refused"
    assert security(ada)["passkeys"] == []
    assert offer(ada, OddKey(beside="a word").create(asked_to_make(ada))).status_code == 201


def test_id_that_is_longer_than_any_is_refused(ada: Person) -> None:
    key = SoftwareKey(credential_id=bytes(MAX_CREDENTIAL_ID + 1))
    assert offer(ada, key.create(asked_to_make(ada))).json()["code"] == "passkey_refused"
    longest = SoftwareKey(credential_id=urandom(MAX_CREDENTIAL_ID))
    assert offer(ada, longest.create(asked_to_make(ada))).status_code == 201


def test_answer_with_what_no_authenticator_makes_signs_nobody_in(
    ada: Person, visitor: httpx2.Client
) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    signed = key.get(ask_for_passkey(visitor))
    data = bytearray(un_b64(signed["response"]["authenticatorData"]))
    data[32] |= 0x80  # extensions follow
    tagged = b64(bytes(data) + cbor2.dumps({"at": cbor2.CBORTag(1, 0)}))
    signed["response"]["authenticatorData"] = tagged
    answer = visitor.post("/api/auth/passkey", json={"credential": signed})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_passkey")
