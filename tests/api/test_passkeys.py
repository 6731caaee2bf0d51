"""Passkeys: a software authenticator that really signs, and lies in one place at a time."""

from collections.abc import Callable

from tests.authenticators import SoftwareKey, add_passkey, ask_for_passkey
from tests.people import Person


def test_a_passkey_signs_in_without_a_password(
    ada: Person, new_person: Callable[[], Person]
) -> None:
    key = SoftwareKey()
    added = add_passkey(ada, key, name="Ada's phone")
    assert len(added["recovery_codes"]) == 10

    elsewhere = new_person()
    elsewhere.http.post("/api/auth/logout").raise_for_status()
    asked = ask_for_passkey(elsewhere)
    assert asked["allowCredentials"] == []
    answer = elsewhere.http.post("/api/auth/passkey", json={"credential": key.get(asked)})
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["email"] == ada.email
