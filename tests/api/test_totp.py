"""Authenticator apps and recovery codes."""

import httpx2

from tests.authenticators import add_totp, code_of
from tests.people import PASSWORD, Person


def test_a_code_completes_a_sign_in(ada: Person, visitor: httpx2.Client) -> None:
    secret, codes = add_totp(ada)
    assert len(codes) == 10
    half = visitor.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    assert half.json()["second_factor"] == {"methods": ["totp", "recovery_code"]}
    done = visitor.post("/api/auth/second-factor", json={"code": code_of(secret, later=1)})
    assert done.json()["user"]["email"] == ada.email
