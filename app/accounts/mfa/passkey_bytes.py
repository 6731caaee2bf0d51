"""The CBOR of a passkey's answer, looked through before a library decodes it.

py_webauthn decodes and encodes again what stands in authenticator data, before it compares the site
and the signature. General CBOR can say much in few bytes, by tags that repeat a value. CTAP2 allows
none of that (its canonical form: no tags, no indefinite lengths, at most four levels), so whatever
has it, or is longer than authenticators make it, is refused.
"""

from typing import Any

# Attestation objects with certificates have up to some 6 KB, and public keys of ML-DSA-87 2.6 KB.
# WebAuthn 3 (4, credential id) allows ids of 1,023 bytes.
MAX_ANSWER = 16_384
MAX_PUBLIC_KEY = 4_096
MAX_CREDENTIAL_ID = 1_023
_MAX_LEVELS = 4
# Of authenticator data: hash of the site, flags, counter; then what the flags say.
_FLAGS_AT, _HEAD = 32, 37
_HAS_KEY, _HAS_EXTENSIONS = 0x40, 0x80
_AAGUID = 16
# Of CBOR: major types, and what the other five bits say.
_STRINGS, _TAG = {2, 3}, 6
_ITEMS_OF = {4: 1, 5: 2}  # arrays and maps: so many items for each that they count
_ONE_BYTE, _EIGHT_BYTES = 24, 27


class UnusualCborError(ValueError):
    """It is no CBOR as CTAP2 writes it, or too long."""


def refuse_unusual(credential: dict[str, Any]) -> None:
    """Refuse an answer whose CBOR no authenticator makes.

    Raises:
        UnusualCborError: it is such, or is cut off.
        KeyError, TypeError, ValueError: it is no answer at all.
    """
    from webauthn import base64url_to_bytes  # noqa: PLC0415 - cold start
    from webauthn.helpers import parse_cbor  # noqa: PLC0415

    response = credential["response"]
    if made := response.get("attestationObject"):
        attestation = _bounded(base64url_to_bytes(made))
        _skip_all(attestation)
        _refuse_in_data(parse_cbor(attestation)["authData"])
    if signed := response.get("authenticatorData"):
        _refuse_in_data(_bounded(base64url_to_bytes(signed)))


def _bounded(content: bytes) -> bytes:
    if len(content) > MAX_ANSWER:
        raise UnusualCborError("it is too long")
    return content


def _refuse_in_data(data: bytes) -> None:
    """Look through authenticator data (WebAuthn 3, 6.1), whose end is CBOR if the flags say so."""
    if len(data) < _HEAD:
        raise UnusualCborError("it is cut off")
    flags, at = data[_FLAGS_AT], _HEAD
    if flags & _HAS_KEY:
        id_at = at + _AAGUID + 2
        at = id_at + int.from_bytes(data[id_at - 2 : id_at])
    if flags & (_HAS_KEY | _HAS_EXTENSIONS):
        _skip_all(data[at:])


def _skip_all(content: bytes) -> None:
    """Look through items that stand one behind the other."""
    at = 0
    while at < len(content):
        at = _skip(content, at, levels=_MAX_LEVELS)


def _skip(content: bytes, at: int, *, levels: int) -> int:
    """Look through one item of CBOR (RFC 8949, 3); return where the next begins."""
    if at >= len(content):
        raise UnusualCborError("it is cut off")
    kind, short = content[at] >> 5, content[at] & 0x1F
    at += 1
    if kind == _TAG or short > _EIGHT_BYTES:
        raise UnusualCborError("it has a tag or an indefinite length")
    value = short
    if short >= _ONE_BYTE:
        more = 1 << (short - _ONE_BYTE)
        value, at = int.from_bytes(content[at : at + more]), at + more
    if kind in _STRINGS:
        at += value
    elif kind in _ITEMS_OF:
        if not levels:
            raise UnusualCborError("it has too many levels")
        for _ in range(value * _ITEMS_OF[kind]):
            at = _skip(content, at, levels=levels - 1)
    if at > len(content):
        raise UnusualCborError("it is cut off")
    return at
