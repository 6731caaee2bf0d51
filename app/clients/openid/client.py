"""An OpenID provider: the authorization request and the code exchange (OpenID Connect Core).

Authlib is used here and in id_token.py only, and is imported at its first use: most processes never
need it. Only the identity of the user leaves this file: no token of the provider is returned,
stored or logged.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from app.clients.bounded_http import Answer, NoAnswerError, OutsideError, ask
from app.clients.openid.discovery import Metadata, ProviderError, discover, fetch_keys
from app.clients.openid.failures import Failures
from app.clients.openid.id_token import UnknownKeyError, checked_claims
from app.settings import ProviderSettings

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

GOOGLE = "https://accounts.google.com"
_GOOGLE_MAIL = ("@gmail.com", "@googlemail.com")
# What a provider says of itself and its keys is asked again after so long, or when it signs with a
# key that is not known yet.
_KEPT_SECONDS = 3600
_OK, _BAD_REQUEST, _UNAUTHORIZED = 200, 400, 401


@dataclass(frozen=True, kw_only=True)
class AuthorizationParameters:
    """What one trip to a provider is bound to; each a secret of this trip alone."""

    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Whom a provider says it has before it."""

    issuer: str
    subject: str
    email: str  # as the provider writes it; empty: it names none
    email_is_proved: bool  # and this provider is one to say so
    proved_at: float | None  # when they last proved themselves there, in epoch seconds


class OpenIDClient:
    """One provider. Safe to use from several threads: what they share is replaced, not changed."""

    def __init__(
        self,
        settings: ProviderSettings,
        *,
        redirect_uri: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Connect to nothing yet. `clock` tells seconds."""
        self._clock = clock
        self._failures = Failures(clock)
        self._settings = settings
        self._redirect_uri = redirect_uri
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def address(
        self, departure: AuthorizationParameters, *, again: bool = False, hint: str = ""
    ) -> str:
        """Return where to send the browser.

        Args:
            departure: what binds the trip.
            again: whether the person is to prove themselves anew.
            hint: the address of the identity that is meant.

        Raises:
            ProviderError: the provider does not say where.
        """
        metadata = self._known_metadata()
        wishes = {"login_hint": hint} if hint else {}
        try:
            address, _ = self._oauth(metadata).create_authorization_url(
                metadata.authorization_endpoint,
                state=departure.state,
                nonce=departure.nonce,
                code_verifier=departure.code_verifier,
                **wishes,
                **(_anew(metadata.issuer) if again else {}),
            )
        except ValueError as error:
            raise ProviderError("the authorization endpoint is no address") from error
        return str(address)

    def claims(
        self, code: str, departure: AuthorizationParameters, *, issuer: str | None
    ) -> Claims:
        """Redeem the code that a browser came back with; return who it stands for.

        Args:
            code: as the provider sent it.
            departure: as the trip began.
            issuer: what the browser brought as `iss` (RFC 9207).

        Raises:
            ProviderError: whatever does not fit.
        """
        metadata = self._known_metadata()
        if issuer != metadata.issuer and (issuer is not None or metadata.sends_issuer):
            raise ProviderError("another issuer answered")
        tokens = self._redeemed(metadata, code, departure)
        found = self._checked(metadata, tokens, departure)
        if "email" not in found and metadata.userinfo_endpoint:
            told = self._userinfo(metadata.userinfo_endpoint, tokens, found["sub"])
            found = told | found
        return claims_from(found, issuer=metadata.issuer)

    def _known_metadata(self) -> Metadata:
        if self._metadata is None or self._clock() - self._metadata[0] > _KEPT_SECONDS:
            with self._failures.of("discovery", any_of=ProviderError):
                self._metadata = (self._clock(), discover(self._settings.discovery_url))
        return self._metadata[1]

    def _known_keys(self, metadata: Metadata, *, anew: bool = False) -> "KeySet":
        if anew or self._keys is None or self._clock() - self._keys[0] > _KEPT_SECONDS:
            with self._failures.of("keys", any_of=ProviderError):
                self._keys = (self._clock(), fetch_keys(metadata.jwks_uri))
        return self._keys[1]

    def _oauth(self, metadata: Metadata) -> Any:
        from authlib.oauth2.client import OAuth2Client  # noqa: PLC0415 - see above

        return OAuth2Client(
            _Wire(),
            self._settings.client_id,
            self._settings.client_secret,
            token_endpoint_auth_method=metadata.auth_method,
            scope="openid email",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
        )

    def _redeemed(
        self, metadata: Metadata, code: str, departure: AuthorizationParameters
    ) -> Mapping[str, Any]:
        from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415 - see above

        try:
            with self._failures.of("tokens", any_of=NoAnswerError):
                tokens: Mapping[str, Any] = self._oauth(metadata).fetch_token(
                    metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=departure.code_verifier,
                )
        except (AuthlibBaseError, OutsideError, ValueError, TypeError) as error:
            raise ProviderError(f"the code was not redeemed: {type(error).__name__}") from error
        return tokens

    def _checked(
        self, metadata: Metadata, tokens: Mapping[str, Any], departure: AuthorizationParameters
    ) -> dict[str, Any]:
        def checked(*, anew: bool) -> dict[str, Any]:
            return checked_claims(
                tokens.get("id_token"),
                keys=self._known_keys(metadata, anew=anew),
                metadata=metadata,
                client_id=self._settings.client_id,
                nonce=departure.nonce,
                access_token=tokens.get("access_token"),
            )

        try:
            return checked(anew=False)
        except UnknownKeyError:  # providers change their keys
            try:
                return checked(anew=True)
            except UnknownKeyError as error:
                raise ProviderError("the ID token was signed with an unknown key") from error

    def _userinfo(self, endpoint: str, tokens: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """Ask for what the ID token leaves out; it counts if it is of the same person (5.3.2)."""
        token = tokens.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise ProviderError("there is no access token")
        try:
            with self._failures.of("userinfo", any_of=NoAnswerError):
                answer = ask(endpoint, headers={"Authorization": f"Bearer {token}"})
            told = answer.object()
        except OutsideError as error:
            raise ProviderError(f"userinfo: {error}") from error
        if answer.status != _OK or told.get("sub") != subject:
            raise ProviderError("userinfo is about somebody else")
        return told


class _Wire:
    """What Authlib sends the code with, bounded."""

    def post(
        self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: Any
    ) -> "_TokenAnswer":
        """Send a form."""
        to, sent, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        answer = ask(to, method="POST", headers=sent, body=body)
        # Tokens come with 200 and refusals with 400 or 401 (RFC 6749, 5); Authlib takes any below
        # 500 for an answer.
        if answer.status not in {_OK, _BAD_REQUEST, _UNAUTHORIZED}:
            raise OutsideError(f"the provider answered {answer.status}")
        return _TokenAnswer(answer)


class _TokenAnswer:
    """What Authlib reads the tokens from."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self._answer = answer

    def json(self) -> dict[str, Any]:
        """Return the object."""
        return self._answer.object()


def _anew(issuer: str) -> dict[str, str]:
    """Return what asks a provider to have the person prove themselves now (Core, 3.1.2.1)."""
    # Google knows neither (https://dev.to/googleworkspace/google-oidc-and-prompt-login-4d5o): the
    # most that it does is to ask which account, which somebody has to be there for.
    if issuer == GOOGLE:
        return {"prompt": "select_account"}
    return {"prompt": "login", "max_age": "0"}


def claims_from(found: Mapping[str, Any], *, issuer: str) -> Claims:
    """Return the identity from validated claims of this issuer."""
    email = found.get("email")
    email = email if isinstance(email, str) else ""
    return Claims(
        issuer=issuer,
        subject=found["sub"],
        email=email,
        # Exactly true: "false" is a text that counts as true, and some providers send texts.
        email_is_proved=found.get("email_verified") is True
        and _speaks_for(issuer, email, domain=found.get("hd")),
        proved_at=_moment(found.get("auth_time")),
    )


def _moment(seconds: object) -> float | None:
    """Return when somebody proved themselves, in epoch seconds; None: it is no number.

    Raises:
        ProviderError: it is more than any moment.
    """
    if not isinstance(seconds, int | float):
        return None
    try:
        moment = float(seconds)
    except OverflowError as error:
        raise ProviderError("auth_time is no moment") from error
    if not math.isfinite(moment):
        raise ProviderError("auth_time is no moment")
    return moment


def _speaks_for(issuer: str, email: str, *, domain: object) -> bool:
    """Whether a provider's word about an address counts.

    Google once saw a mail arrive at addresses that are not its own, and does not know who reads
    them today; for its own and for Workspace's (`hd`) it does
    (https://developers.google.com/identity/gsi/web/guides/verify-google-id-token).
    """
    if issuer != GOOGLE:
        return True
    return email.lower().endswith(_GOOGLE_MAIL) or (isinstance(domain, str) and domain != "")
