"""Validate an ID token (OpenID Connect Core, 3.1.3.7; RFC 8725)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from app.clients.openid.discovery import ALGORITHMS, Metadata, ProviderError

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

# How far a provider's clock may be from ours. A token that comes straight from its provider is
# seconds old, so there is no reason for minutes.
LEEWAY_SECONDS = 10
# A token that brings its own key, or says where to fetch one, proves nothing (CVE-2026-27962).
_KEYS_IN_HEADERS = frozenset({"jwk", "jku", "x5u"})
_LONGEST_SUBJECT = 255  # Core, 2


class UnknownKeyError(Exception):
    """The token was signed with a key that is not among these."""


def checked_claims(
    text: object,
    *,
    keys: "KeySet",
    metadata: Metadata,
    client_id: str,
    nonce: str,
    access_token: object,
) -> dict[str, Any]:
    """Return the claims of an ID token, once all of it has been checked.

    Raises:
        UnknownKeyError: newer keys may know the one that it names.
        ProviderError: it is not to be believed.
    """
    from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 - only whoever signs in pays for it
    from joserfc.errors import InvalidKeyIdError, JoseError  # noqa: PLC0415

    # Without an ID token nobody has said who it is, however good the access token is.
    if not isinstance(text, str):
        raise ProviderError("there is no ID token")
    try:
        header, claims = _verified(text, keys, metadata)
        token = CodeIDToken(
            claims,
            header,
            # Authlib compares issuer and audience when it is told to, and only then.
            {
                "iss": {"essential": True, "value": metadata.issuer},
                "aud": {"essential": True, "value": client_id},
            },
            {"nonce": nonce, "client_id": client_id, "access_token": access_token},
        )
        token.validate(leeway=LEEWAY_SECONDS)
    except InvalidKeyIdError as error:
        raise UnknownKeyError from error
    except JoseError as error:
        raise ProviderError(f"the ID token is not to be believed: {error.error}") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ProviderError(f"the ID token is malformed: {type(error).__name__}") from error
    _refuse_other_audiences(token, client_id)
    _refuse_odd_subject(token.get("sub"))
    return dict(token)


def _verified(
    text: str, keys: "KeySet", metadata: Metadata
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a token that one of the provider's own keys has signed."""
    from joserfc import jwt  # noqa: PLC0415 - see above
    from joserfc.jws import JWSRegistry  # noqa: PLC0415

    # Providers put names of their own into headers, which mean nothing here.
    registry = JWSRegistry(algorithms=list(metadata.algorithms), strict_check_header=False)
    token = jwt.decode(text, keys, registry=registry)
    if _KEYS_IN_HEADERS & token.header.keys() or token.header.get("alg") not in ALGORITHMS:
        raise ProviderError("the ID token brings its own key")
    return dict(token.header), dict(token.claims)


def _refuse_other_audiences(claims: Mapping[str, Any], client_id: str) -> None:
    """Refuse what was made for others too, unless it says that it was given to us (Core, 2)."""
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if client_id not in audiences or (len(audiences) > 1 and claims.get("azp") != client_id):
        raise ProviderError("the ID token was made for others")


def _refuse_odd_subject(subject: object) -> None:
    if (
        not isinstance(subject, str)
        or not 0 < len(subject) <= _LONGEST_SUBJECT
        or not subject.isascii()
        or not subject.isprintable()
    ):
        raise ProviderError("the ID token names nobody")
