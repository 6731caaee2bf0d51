"""Demo ID: an OpenID provider for trying out, at which anybody is whoever they say.

`python -m scripts.embedded.demo_id PORT SITE_ORIGIN CLIENT_SECRET_FILE` serves http://127.0.0.1:PORT
for one client, the site on this machine. It keeps what the specifications want kept (code, S256,
nonce, RFC 9207), so that what works with it works with others; it asks for no proof at all, so it
listens on this machine only and is never started beside a provider that people trust.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sys
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from scripts.embedded.demo_id_page import page, style_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

CLIENT_ID = "pinhole"
_CODE_SECONDS = 60
_TOKEN_SECONDS = 300
_MAX_BODY_BYTES = 16 * 1024
_KEPT = ("redirect_uri", "state", "nonce", "code_challenge")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a code stands for, once."""

    wishes: Mapping[str, str]
    email: str
    is_verified: bool
    expires_at: float


class DemoIdServer(ThreadingHTTPServer):
    """The provider; it forgets everything when it ends, and needs nothing of it."""

    daemon_threads = True

    def __init__(self, port: int, *, site_origin: str, client_secret: str) -> None:
        """Bind to the port on the loopback interface; 0 takes a free one."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.origin = f"http://127.0.0.1:{self.server_address[1]}"
        self.site_origin = site_origin
        self._client_secret = client_secret
        self._key = ECKey.generate_key("P-256", auto_kid=True)
        self._grants: dict[str, Grant] = {}
        self._lock = threading.Lock()

    def metadata(self) -> dict[str, object]:
        """The discovery document."""
        return {
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def keys(self) -> dict[str, object]:
        """The public key."""
        return {"keys": [self._key.as_dict(private=False, use="sig")]}

    def refusal(self, wishes: Mapping[str, str]) -> str:
        """Say what is wrong with a request to sign in; empty: nothing."""
        client = (wishes.get("client_id"), wishes.get("response_type"))
        if client != (CLIENT_ID, "code"):
            return "This is no request of Pinhole's."
        start = f"{self.site_origin}/api/auth/openid/"
        if not wishes.get("redirect_uri", "").startswith(start):
            return "This would lead to another site than the one that was started."
        if wishes.get("code_challenge_method") != "S256" or not all(map(wishes.get, _KEPT)):
            return "The request lacks something: state, nonce and a challenge by S256."
        return ""

    def address_back(self, wishes: Mapping[str, str], *, email: str, is_verified: bool) -> str:
        """Where the browser goes once it was decided who somebody is; nobody: they said no."""
        told = {"state": wishes["state"], "iss": self.origin}
        if email:
            code = secrets.token_urlsafe(32)
            expires_at = time.monotonic() + _CODE_SECONDS
            with self._lock:
                self._grants[code] = Grant(
                    wishes=wishes, email=email, is_verified=is_verified, expires_at=expires_at
                )
            told["code"] = code
        else:
            told["error"] = "access_denied"
        return f"{wishes['redirect_uri']}?{urlencode(told)}"

    def tokens(self, form: Mapping[str, str], authorization: str) -> dict[str, object] | None:
        """Redeem a code; None: it is not to be had so."""
        with self._lock:
            grant = self._grants.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest())
        if (
            grant is None
            or grant.expires_at < time.monotonic()
            or grant.wishes["code_challenge"] != challenge.decode().rstrip("=")
            or grant.wishes["redirect_uri"] != form.get("redirect_uri")
            or not self._is_client(authorization)
        ):
            return None
        return {
            "access_token": secrets.token_urlsafe(32),
            "token_type": "Bearer",
            "expires_in": _TOKEN_SECONDS,
            "id_token": self._id_token(grant),
        }

    def _is_client(self, authorization: str) -> bool:
        try:
            shown = b64decode(authorization.removeprefix("Basic "), validate=True)
        except ValueError:
            return False
        return hmac.compare_digest(shown, f"{CLIENT_ID}:{self._client_secret}".encode())

    def _id_token(self, grant: Grant) -> str:
        moment = int(time.time())
        claims = {
            "iss": self.origin,
            "sub": sha256(grant.email.encode()).hexdigest()[:32],
            "aud": CLIENT_ID,
            "iat": moment,
            "exp": moment + _TOKEN_SECONDS,
            "auth_time": moment,
            "nonce": grant.wishes["nonce"],
            "email": grant.email,
            "email_verified": grant.is_verified,
        }
        header = {"alg": "ES256", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=["ES256"])


class _Handler(BaseHTTPRequestHandler):
    server: DemoIdServer
    timeout = 30

    def do_GET(self) -> None:
        """Tell of the provider, or ask who somebody wants to be."""
        parts = urlsplit(self.path)
        if not self._is_for_us():
            return
        if parts.path == "/.well-known/openid-configuration":
            self._send_json(self.server.metadata())
        elif parts.path == "/keys":
            self._send_json(self.server.keys())
        elif parts.path == "/authorize":
            wishes = _firsts(parts.query)
            self._send_page(wishes, self.server.refusal(wishes))
        else:
            self._send(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        """Take an answer from the page, or a code from the product."""
        length = self.headers.get("Content-Length") or ""
        if not self._is_for_us():
            return
        if not length.isdecimal() or int(length) > _MAX_BODY_BYTES:
            self._send(HTTPStatus.BAD_REQUEST)
            return
        form = _firsts(self.rfile.read(int(length)).decode(errors="replace"))
        if self.path == "/token":
            tokens = self.server.tokens(form, self.headers.get("Authorization", ""))
            status = HTTPStatus.OK if tokens else HTTPStatus.BAD_REQUEST
            self._send_json(tokens or {"error": "invalid_grant"}, status=status)
        elif self.path == "/decide" and self.headers.get("Origin") == self.server.origin:
            self._decide(form)
        else:
            self._send(HTTPStatus.NOT_FOUND)

    def _decide(self, form: Mapping[str, str]) -> None:
        if refusal := self.server.refusal(form):
            self._send_page(form, refusal)
            return
        is_yes = form.get("answer") == "yes"
        email = form.get("email", "").strip() if is_yes else ""
        if is_yes and "@" not in email:
            self._send_page(form, "", hint="Write an e-mail address.")
            return
        location = self.server.address_back(
            form, email=email, is_verified=form.get("email_verified") == "on"
        )
        self._send(HTTPStatus.SEE_OTHER, headers={"Location": location})

    def _is_for_us(self) -> bool:
        """Whether the request names this server: another name on this machine's address is not."""
        if self.headers.get("Host") == urlsplit(self.server.origin).netloc:
            return True
        self._send(HTTPStatus.MISDIRECTED_REQUEST)
        return False

    def _send_page(self, wishes: Mapping[str, str], refusal: str, *, hint: str = "") -> None:
        status = HTTPStatus.BAD_REQUEST if refusal else HTTPStatus.OK
        body = page(wishes, refusal=refusal, hint=hint).encode()
        policy = (
            f"default-src 'none'; style-src '{style_hash()}'; frame-ancestors 'none';"
            f" base-uri 'none'; form-action 'self' {self.server.site_origin}"
        )
        self._send(
            status,
            body,
            headers={"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy},
        )

    def _send_json(self, value: object, *, status: HTTPStatus = HTTPStatus.OK) -> None:
        headers = {"Content-Type": "application/json"}
        self._send(status, json.dumps(value).encode(), headers=headers)

    def _send(
        self, status: HTTPStatus, body: bytes = b"", *, headers: Mapping[str, str] | None = None
    ) -> None:
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Cache-Control", "no-store")
            # Not less: browsers would call the page's own origin null when it sends its form.
            self.send_header("Referrer-Policy", "same-origin")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
        """Say nothing: addresses hold codes."""


def _firsts(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


def main() -> None:
    """Serve until interrupted."""
    port, site_origin, secret = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]).read_text()
    with (
        DemoIdServer(port, site_origin=site_origin, client_secret=secret.strip()) as server,
        suppress(KeyboardInterrupt),
    ):
        print(f"Demo ID answers on {server.origin}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
