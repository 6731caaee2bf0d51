"""An authenticator and an authenticator app in software: they really sign and count.

The other half of WebAuthn and RFC 6238, so that the product's half is judged and not mocked. Each
can be made to lie in one place.
"""

import json
import secrets
import struct
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
import httpx2
import pyotp
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

from tests.conftest import SITE_ORIGIN
from tests.support.users import Json, Person

RP_ID = "localhost"

PRESENT, VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def b64(content: bytes) -> str:
    """Base64url without padding, as WebAuthn's JSON wants it."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def un_b64(text: str) -> bytes:
    """The bytes again."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftwareKey:
    """A passkey of one account: made by `create`, shown by `get`."""

    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    user_handle: bytes = b""
    counter: int = 0
    counts: bool = True  # synced passkeys do not: theirs stays 0
    # What it lies about, where a test says so.
    origin: str = SITE_ORIGIN
    rp_id: str = RP_ID
    flags: int = PRESENT | VERIFIED
    ceremony: str = ""
    cross_origin: bool = False

    def create(self, public_key: Json) -> Json:
        """Answer `navigator.credentials.create`."""
        self.user_handle = un_b64(public_key["user"]["id"])
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id
        data = self._authenticator_data(_ATTESTED) + attested + self._cose_key()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": b64(self._client_data("webauthn.create", public_key["challenge"])),
            "attestationObject": b64(attestation),
            "transports": ["internal", "hybrid"],
        }
        return self._credential(response)

    def get(self, public_key: Json, **changed: Any) -> Json:
        """Answer `navigator.credentials.get`; `changed` replaces parts of the response."""
        self.counter += 1 if self.counts else 0
        client_data = self._client_data("webauthn.get", public_key["challenge"])
        data = self._authenticator_data(0)
        signature = self.key.sign(data + sha256(client_data).digest(), ECDSA(SHA256()))
        response = {
            "clientDataJSON": b64(client_data),
            "authenticatorData": b64(data),
            "signature": b64(signature),
            "userHandle": b64(self.user_handle),
        }
        return self._credential(response | changed)

    def _client_data(self, ceremony: str, challenge: str) -> bytes:
        said = {"type": self.ceremony or ceremony, "challenge": challenge, "origin": self.origin}
        return json.dumps(said | {"crossOrigin": self.cross_origin}).encode()

    def _authenticator_data(self, flags: int) -> bytes:
        rp_id_hash = sha256(self.rp_id.encode()).digest()
        return rp_id_hash + struct.pack(">BI", self.flags | flags, self.counter)

    def _cose_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32), numbers.y.to_bytes(32)
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})  # EC2, ES256, P-256

    def _credential(self, response: Json) -> Json:
        its_id = b64(self.credential_id)
        return {
            "id": its_id,
            "rawId": its_id,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }


def add_passkey(person: Person, key: SoftwareKey | None = None, *, name: str = "Key") -> Json:
    """Add a passkey to somebody's account as their browser does; return the API's answer."""
    key = key or SoftwareKey()
    asked = person.http.post("/api/account/passkeys/options", json={})
    asked.raise_for_status()
    credential = key.create(asked.json()["public_key"])
    body = {"credential": credential, "name": name}
    answer = person.http.post("/api/account/passkeys", json=body)
    answer.raise_for_status()
    added: Json = answer.json()
    return added


def ask_for_passkey(browser: httpx2.Client) -> Json:
    """What a browser is told to ask its passkeys with."""
    answer = browser.post("/api/auth/passkey/options", json={})
    answer.raise_for_status()
    public_key: Json = answer.json()["public_key"]
    return public_key


def sign_in_by_passkey(browser: httpx2.Client, key: SoftwareKey) -> httpx2.Response:
    """Ask, sign, and send what was signed."""
    credential = key.get(ask_for_passkey(browser))
    return browser.post("/api/auth/passkey", json={"credential": credential})


def add_totp(person: Person) -> tuple[str, list[str]]:
    """Add an authenticator app; return its secret and the recovery codes that came with it."""
    begun = person.http.post("/api/account/totp", json={})
    begun.raise_for_status()
    secret: str = begun.json()["secret"]
    confirmed = person.http.post("/api/account/totp/confirm", json={"code": code_of(secret)})
    confirmed.raise_for_status()
    return secret, confirmed.json()["recovery_codes"]


def code_of(secret: str, *, later: int = 0) -> str:
    """The code that an app shows now, or so many half minutes later."""
    return pyotp.TOTP(secret).at(time.time(), counter_offset=later)
