"""What may stand in a passkey's answer before a library decodes it."""

import struct
from hashlib import sha256
from typing import Any

import cbor2
import pytest

from app.accounts.mfa.passkey_bytes import MAX_ANSWER, UnusualCborError, refuse_unusual
from tests.support.authenticators import RP_ID, SoftwareKey, b64

_EXTENSIONS, _KEY = 0x80, 0x40
ASKED = {"challenge": "c2F5", "user": {"id": b64(bytes(16))}}


def signed(after: bytes, *, flags: int = _EXTENSIONS) -> dict[str, Any]:
    """An answer whose authenticator data ends like this."""
    data = sha256(RP_ID.encode()).digest() + struct.pack(">BI", 5 | flags, 1) + after
    return {"response": {"authenticatorData": b64(data)}}


def made(auth_data: bytes, **statement: Any) -> dict[str, Any]:
    """An attestation object with this authenticator data."""
    attestation = {"fmt": "packed", "attStmt": statement, "authData": auth_data}
    return {"response": {"attestationObject": b64(cbor2.dumps(attestation))}}


def key_data(cose: bytes) -> bytes:
    """Authenticator data with a public key."""
    head = sha256(RP_ID.encode()).digest() + struct.pack(">BI", 5 | _KEY, 1)
    return head + bytes(16) + struct.pack(">H", 3) + b"abc" + cose


def test_what_authenticators_make_is_let_through() -> None:
    key = SoftwareKey()
    refuse_unusual(key.create(ASKED))
    refuse_unusual(key.get(ASKED))
    refuse_unusual(signed(cbor2.dumps({"credProtect": 2, "prf": {"enabled": True}})))
    certificates = [bytes(1_500), bytes(1_200)]
    cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})
    refuse_unusual(made(key_data(cose), alg=-7, sig=bytes(71), x5c=certificates))


@pytest.mark.parametrize(
    "cbor",
    [
        cbor2.dumps({"at": cbor2.CBORTag(1, 0)}),
        b"\xbf\xff",
        b"\x9f\xff",
        cbor2.dumps({"a": {"b": {"c": {"d": {"e": 1}}}}}),
        cbor2.dumps({"a": bytes(40)})[:-1],
        b"\xb9\xff\xff\x01",
    ],
    ids=["a tag", "a map without a length", "a list without one", "levels", "cut off", "counts"],
)
def test_what_ctap2_does_not_allow_is_refused(cbor: bytes) -> None:
    with pytest.raises(UnusualCborError):
        refuse_unusual(signed(cbor))
    with pytest.raises(UnusualCborError):
        refuse_unusual(made(key_data(cbor)))


def test_a_tag_beside_authenticator_data_is_refused() -> None:
    with pytest.raises(UnusualCborError):
        refuse_unusual(made(bytes(37), at=cbor2.CBORTag(1, 0)))


def test_what_is_longer_than_any_authenticator_makes_it_is_refused() -> None:
    refuse_unusual(signed(cbor2.dumps({"a": bytes(MAX_ANSWER - 100)})))
    with pytest.raises(UnusualCborError):
        refuse_unusual(signed(cbor2.dumps({"a": bytes(MAX_ANSWER)})))


@pytest.mark.parametrize("said", [{"attestationObject": b64(b"\xa0")}, {"authenticatorData": "!"}])
def test_what_is_no_answer_is_an_error(said: dict[str, str]) -> None:
    with pytest.raises((KeyError, ValueError)):
        refuse_unusual({"response": said})
