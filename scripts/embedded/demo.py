"""Filling a demo account the way a client does: the API, signed PUTs, and nothing else."""

from __future__ import annotations

import hashlib
import http.cookiejar
import json
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.embedded.demo_library import arrange
from scripts.embedded.demo_pictures import make_demo_pictures
from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scripts.embedded.progress import Progress
    from scripts.embedded.stack import EmbeddedStack

EMAIL = "demo@example.org"
_CONTENT_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".heic": "image/heic",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
}
_UNFINISHED = {"uploading", "processing"}
_PATIENCE_SECONDS = 120
_FILLED = "demo"


class Demo:
    """The demo account of one stack."""

    def __init__(self, *, stack: EmbeddedStack, address: str, progress: Progress) -> None:
        """Talk to the site at `address`."""
        self._stack = stack
        self._progress = progress
        self._password = stack.folder.secrets().demo_password
        self._address = address
        self._client = _Client(address)

    def fill(self) -> None:
        """Make the account and its pictures, once per data folder.

        Raises:
            StartError: the API did not do as asked.
        """
        if not self._stack.folder.recall(_FILLED, {}).get("filled"):
            with self._progress.step("Demo account"), tempfile.TemporaryDirectory() as folder:
                self._sign_in()
                self._turn_demo_descriptions_on()
                ids = self._upload(make_demo_pictures(Path(folder)))
                self._wait_until_processed(list(ids.values()))
                arrange(ids, call=self._client.call)
            # From now on the account is the person's: what they delete stays deleted.
            self._stack.folder.keep(_FILLED, {"filled": True})

    def say_how_to_sign_in(self) -> None:
        """Say the address that offers the demo, and what to type without it."""
        self._progress.say(f"  Try the demo: {self._address}/sign-in#demo={self._password}")
        self._progress.say(f"  or sign in with {EMAIL} and the password {self._password}\n")

    def _sign_in(self) -> None:
        credentials = {"email": EMAIL, "password": self._password}
        try:
            self._client.call("POST", "/api/auth/first", credentials)
        except StartError:  # somebody was here before
            try:
                self._client.call("POST", "/api/auth/login", credentials)
            except StartError:  # and it was not an earlier start that was cut off
                self._join()
                return
        self._prove_address()

    def _join(self) -> None:
        """Join as people do: by the link in a mail, which this machine kept."""
        self._client.call("POST", "/api/auth/register", {"email": EMAIL})
        body = {"token": self._token_for("/welcome"), "password": self._password}
        self._client.call("POST", "/api/auth/welcome", body)

    def _prove_address(self) -> None:
        """Open the link that proves the address, so that a factor can be added at once."""
        if not self._client.call("GET", "/api/auth/session")["user"]["email_verified"]:
            self._client.call("POST", "/api/auth/verify", {"token": self._token_for("/verify")})

    def _token_for(self, page: str) -> str:
        """Wait for a mail to the demo account with a link to this page; return its token."""
        self._client.call("POST", "/api/local/mailbox", {"key": self._stack.mailbox_key})
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self._stack.crew.check()
            mails = self._client.call("GET", f"/api/local/mails?to={EMAIL}")["mails"]
            links = [link for mail in mails for link in mail["links"] if f"{page}#" in link]
            if links:
                return str(links[0].partition("#")[2])
            time.sleep(0.2)
        raise StartError("A mail to the demo account did not come.")

    def _turn_demo_descriptions_on(self) -> None:
        # A real model is for the person to turn on: it is sent pictures and costs money.
        session = self._client.call("GET", "/api/auth/session")
        if session["descriptions"]["demo"]:
            consent = {
                "descriptions_enabled": True,
                "descriptions_host": session["descriptions"]["host"],
            }
            self._client.call("PATCH", "/api/account", consent)

    def _upload(self, pictures: Iterable[Path]) -> dict[str, str]:
        contents = {path: path.read_bytes() for path in pictures}
        batch = [
            {
                "name": path.name,
                "size": len(content),
                "content_type": _CONTENT_TYPES[path.suffix.lower()],
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for path, content in contents.items()
        ]
        places = self._client.call("POST", "/api/images", {"images": batch})["places"]
        for place, content in zip(places, contents.values(), strict=True):
            self._stack.crew.check()
            if place["status"] == "upload":
                upload = place["upload"]
                self._client.put(upload["url"], upload["headers"], content)
        names = [path.name for path in contents]
        return {name: place["image"]["id"] for name, place in zip(names, places, strict=True)}

    def _wait_until_processed(self, ids: list[str]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self._stack.crew.check()
            images = self._client.call("GET", f"/api/images?ids={','.join(ids)}")["images"]
            if not any(image["state"] in _UNFINISHED for image in images):
                return
            time.sleep(0.5)


class _Client:
    """A client of the API that keeps its session cookie."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        )

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        data = None if body is None else json.dumps(body).encode()
        headers = {"Origin": self._address, "Content-Type": "application/json"}
        return json.loads(self._send(method, self._address + path, headers, data) or "null")

    def put(self, url: str, headers: dict[str, str], content: bytes) -> None:
        self._send("PUT", url, headers, content)

    def _send(self, method: str, url: str, headers: dict[str, str], data: bytes | None) -> bytes:
        request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 - ours
        try:
            with self._opener.open(request, timeout=30) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            detail = error.read().decode(errors="replace")[:500]
            where = url.partition("?")[0]
            raise StartError(f"{method} {where} answered {error.code}: {detail}") from error
        except OSError as error:
            raise StartError(f"{method} {url.partition('?')[0]} failed: {error}") from error
