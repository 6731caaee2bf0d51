"""An OpenID provider's metadata and signing keys (OpenID Connect Discovery 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.clients.bounded_http import OutsideError, ask, is_safe_address

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

WELL_KNOWN = "/.well-known/openid-configuration"
# Each proves who signed; none can be made with what is public, as a signature by HS256 with the
# public key for a secret can (RFC 8725, 2.1).
ALGORITHMS = (
    *(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)),
    "EdDSA",
)
_KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
_MAX_KEYS = 100
_OK = 200


class ProviderError(Exception):
    """The provider cannot be used, or what came back from it is not to be believed."""


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """A provider's word about itself, checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    algorithms: tuple[str, ...]
    auth_method: str
    sends_issuer: bool  # RFC 9207: whoever comes back brings its name


def discover(discovery_url: str) -> Metadata:
    """Ask a provider what it says of itself.

    Raises:
        ProviderError: it does not answer, speaks for another issuer, or names places that may not
            be asked.
    """
    told = _fetched(discovery_url)
    issuer = told.get("issuer")
    # Whoever answers here may speak for this address and for no other (Discovery, 4.3). With or
    # without a slash at its end, an issuer has the same discovery address (4.1).
    own = discovery_url.removesuffix(WELL_KNOWN)
    if own == discovery_url or not isinstance(issuer, str) or issuer not in {own, f"{own}/"}:
        raise ProviderError("discovery names another issuer")
    return Metadata(
        issuer=issuer,
        authorization_endpoint=_place(told, "authorization_endpoint"),
        token_endpoint=_place(told, "token_endpoint"),
        jwks_uri=_place(told, "jwks_uri"),
        userinfo_endpoint=_place(told, "userinfo_endpoint")
        if told.get("userinfo_endpoint")
        else None,
        algorithms=_algorithms(told),
        auth_method=_auth_method(told),
        sends_issuer=told.get("authorization_response_iss_parameter_supported") is True,
    )


def fetch_keys(jwks_uri: str) -> "KeySet":
    """Fetch the public keys of a provider; those that cannot sign for it are left out.

    Raises:
        ProviderError: there are none.
    """
    from joserfc.errors import JoseError  # noqa: PLC0415 - only whoever signs in pays for it
    from joserfc.jwk import KeySet, import_key  # noqa: PLC0415

    listed = _fetched(jwks_uri).get("keys")
    keys = []
    for key in listed[:_MAX_KEYS] if isinstance(listed, list) else []:
        if isinstance(key, dict) and key.get("kty") in _KEY_TYPES and _signs(key):
            try:
                keys.append(import_key(key))
            except (JoseError, ValueError, TypeError, KeyError):
                continue  # of a kind that is newer than this code
    if not keys:
        raise ProviderError("the provider shows no key that signs")
    return KeySet(keys)


def _signs(key: Mapping[str, Any]) -> bool:
    return key.get("use") in {None, "sig"}


def _fetched(url: str) -> dict[str, Any]:
    try:
        answer = ask(url, headers={})
        if answer.status != _OK:
            raise ProviderError(f"the provider answered {answer.status}")
        return answer.object()
    except OutsideError as error:
        raise ProviderError(str(error)) from error


def _place(told: Mapping[str, Any], name: str) -> str:
    address = told.get(name)
    if not isinstance(address, str) or not is_safe_address(address):
        raise ProviderError(f"{name} is no address that may be asked")
    return address


def _algorithms(told: Mapping[str, Any]) -> tuple[str, ...]:
    announced = _texts(told, "id_token_signing_alg_values_supported") or {"RS256"}
    allowed = tuple(name for name in ALGORITHMS if name in announced)
    if not allowed:
        raise ProviderError("the provider signs in no way that proves who did")
    return allowed


def _auth_method(told: Mapping[str, Any]) -> str:
    """Return how the client proves itself: as announced, else by Discovery's default."""
    announced = _texts(told, "token_endpoint_auth_methods_supported")
    if not announced or "client_secret_basic" in announced:
        return "client_secret_basic"
    if "client_secret_post" in announced:
        return "client_secret_post"
    raise ProviderError("the provider takes no client secret")


def _texts(told: Mapping[str, Any], name: str) -> set[str]:
    listed = told.get(name)
    return {each for each in listed if isinstance(each, str)} if isinstance(listed, list) else set()
