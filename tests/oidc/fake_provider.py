"""An OpenID provider that does what it is told, however wrong; by itself it is an honest one."""

import json
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "pinhole-tests"
CLIENT_SECRET = "a secret of the tests"

Json = dict[str, Any]
ABSENT = object()  # a claim that is left out


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the provider sends, byte for byte."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    drips: bool = False  # one byte at a time, without an end
    hangs_up: bool = False  # before anything is said

    @classmethod
    def json(cls, value: object, *, status: int = 200) -> "Reply":
        return cls(status=status, body=json.dumps(value).encode())


@dataclass
class Issuer:
    """One provider: what it knows of codes, and how it lies."""

    address: str
    metadata: Json = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    codes: dict[str, Json] = field(default_factory=dict)
    # How it lies: claims that differ, the ID token as it is made, and the whole reply.
    claims: Json = field(default_factory=dict)
    sign: Callable[[Json], object] | None = None
    reply: Callable[[Json], Reply] | None = None
    userinfo: Json | None = None
    key_set: Json | None = None
    asked: list[str] = field(default_factory=list)

    def be_honest(self) -> None:
        """Forget all lies."""
        self.claims, self.sign, self.reply, self.userinfo = {}, None, None, None

    def authorize(self, location: str, **claims: Any) -> str:
        """Let somebody sign in at the address that the product sent them to; return the code."""
        wishes = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert location.startswith(f"{self.address}/authorize?")
        assert wishes["response_type"] == "code"
        assert wishes["client_id"] == CLIENT_ID
        assert wishes["code_challenge_method"] == "S256"
        code = uuid4().hex
        self.codes[code] = {"wishes": wishes, "claims": claims}
        return code

    def described(self) -> Json:
        """The discovery document."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.metadata,
        }

    def tokens(self, form: Json, authorization: str) -> Reply:
        """Redeem a code, as strictly as the specifications want it."""
        begun = self.codes.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest())
        scheme, _, credentials = authorization.partition(" ")
        if (
            begun is None
            or begun["wishes"]["code_challenge"] != challenge.decode().rstrip("=")
            or begun["wishes"]["redirect_uri"] != form.get("redirect_uri")
            or scheme != "Basic"
            or unquote(b64decode(credentials).decode()) != f"{CLIENT_ID}:{CLIENT_SECRET}"
        ):
            return Reply.json({"error": "invalid_grant"}, status=400)
        claims = self.honest_claims(begun) | begun["claims"] | self.claims
        claims = {name: value for name, value in claims.items() if value is not ABSENT}
        if self.reply:
            return self.reply(claims)
        token = self.sign(claims) if self.sign else self.signed(claims)
        answer = {"access_token": uuid4().hex, "token_type": "Bearer", "id_token": token}
        return Reply.json({name: each for name, each in answer.items() if each is not ABSENT})

    def honest_claims(self, begun: Json) -> Json:
        """What is true."""
        moment = int(time.time())
        return {
            "iss": self.address,
            "aud": CLIENT_ID,
            "sub": "somebody",
            "nonce": begun["wishes"]["nonce"],
            "iat": moment,
            "exp": moment + 300,
        }

    def signed(self, claims: Json, *, key: RSAKey | None = None, **header: Any) -> str:
        """An ID token by this provider's key, or by another that says that it is this one."""
        # What the library would warn of is what tests are about.
        header = {"alg": "RS256", "kid": self.key.kid, **header}
        return jwt.encode(header, claims, key or self.key, algorithms=["RS256"])

    def keys(self) -> Json:
        """The public keys."""
        if self.key_set is not None:
            return self.key_set
        return {"keys": [self.key.as_dict(private=False, use="sig")]}


class Provider(ThreadingHTTPServer):
    """Serves several issuers, each below a path of its own."""

    daemon_threads = True

    def __init__(self, host: str, *names: str) -> None:
        super().__init__((host, 0), _Handler)
        self.ended = threading.Event()
        origin = f"http://{host}:{self.server_address[1]}"
        self.issuers = {name: Issuer(address=f"{origin}/{name}") for name in names}

    def settings(self) -> dict[str, str]:
        """What the product is told."""
        told = {"OIDC_PROVIDERS": ",".join(self.issuers)}
        for name, issuer in self.issuers.items():
            prefix = f"OIDC_{name.upper()}"
            told[f"{prefix}_CLIENT_ID"] = CLIENT_ID
            told[f"{prefix}_CLIENT_SECRET"] = CLIENT_SECRET
            told[f"{prefix}_DISCOVERY_URL"] = f"{issuer.address}/.well-known/openid-configuration"
        return told

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of browsers that hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        issuer, path = self._where()
        if issuer and path == ".well-known/openid-configuration":
            self._send(Reply.json(issuer.described()))
        elif issuer and path == "keys":
            self._send(Reply.json(issuer.keys()))
        elif issuer and path == "userinfo" and issuer.userinfo is not None:
            self._send(Reply.json(issuer.userinfo))
        else:
            self._send(Reply(status=404))

    def do_POST(self) -> None:
        issuer, path = self._where()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if issuer and path == "token":
            self._send(issuer.tokens(form, self.headers.get("Authorization", "")))
        else:
            self._send(Reply(status=404))

    def _where(self) -> tuple[Issuer | None, str]:
        _, name, path = urlsplit(self.path).path.split("/", 2)
        issuer = self.server.issuers.get(name)
        if issuer:
            issuer.asked.append(path)
        return issuer, path

    def _send(self, reply: Reply) -> None:
        if reply.hangs_up:
            self.close_connection = True
            return
        with suppress(ConnectionError):
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            if not reply.drips:
                self.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)
            while reply.drips and not self.server.ended.wait(0.1):
                self.wfile.write(b" ")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
        """Say nothing."""


@contextmanager
def running_provider(host: str, *names: str) -> Iterator[Provider]:
    """Serve issuers of these names."""
    with Provider(host, *names) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()
