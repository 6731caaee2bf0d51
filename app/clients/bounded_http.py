"""HTTPS requests to servers of third parties, with a deadline and a maximum response size.

The deadline is for the whole request. With a timeout between two bytes only, a server that sends
one byte at a time for ever would occupy a thread for each request.
"""

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Self
from urllib.parse import urlsplit

import orjson

# Providers answer in well under a second; an API request may take 30 on AWS (HTTP API's quota).
CONNECT_SECONDS = 3.0
PATIENCE_SECONDS = 5.0
# The largest that is known to be asked for are key sets with certificates, of some 30 KB.
LARGEST_ANSWER = 256 * 1024
# On this machine alone nobody listens in between.
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class OutsideError(Exception):
    """There is no answer, or none that may be used."""


class NoAnswerError(OutsideError):
    """Whoever was asked could not be reached, or took too long."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    content: bytes

    def object(self) -> dict[str, Any]:
        """Return the JSON object that it is.

        Raises:
            OutsideError: it is none.
        """
        try:
            found = orjson.loads(self.content)
        except ValueError as error:
            raise OutsideError("the answer is not JSON") from error
        if not isinstance(found, dict):
            raise OutsideError("the answer is not an object")
        return found


def is_safe_address(url: str) -> bool:
    """Whether an address is one of the web that may be asked: TLS, or this very machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or not url.isascii() or not url.isprintable():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def ask(
    url: str, *, method: str = "GET", headers: Mapping[str, str], body: str | None = None
) -> Answer:
    """Send one request. Redirects are not followed: only hosts named by the operator are asked.

    Raises:
        NoAnswerError: there was no whole answer in time.
        OutsideError: the address may not be asked, or the answer is too large.
    """
    if not is_safe_address(url):
        raise OutsideError("this address may not be asked")
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(url)
    patience = None
    try:
        connection.connect()
        with _Deadline(connection.sock) as patience:
            connection.request(method, target, body, {"Accept": "application/json", **headers})
            answer = connection.getresponse()
            content = answer.read(LARGEST_ANSWER + 1)
    except (OSError, HTTPException, ValueError) as error:
        is_away = isinstance(error, OSError) or (patience is not None and patience.is_over)
        kind = NoAnswerError if is_away else OutsideError
        raise kind(f"no answer ({type(error).__name__})") from error
    finally:
        connection.close()
    if patience.is_over:  # what was cut off may look like a whole answer
        raise NoAnswerError("the answer took too long")
    if len(content) > LARGEST_ANSWER:
        raise OutsideError("the answer is too large")
    return Answer(status=answer.status, content=content)


def _connection(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return HTTPConnection(host, parts.port, timeout=CONNECT_SECONDS)
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - docs/decisions/0014

    proxy = None if proxy_bypass(host) else getproxies().get("https")
    if not proxy:
        return HTTPSConnection(host, parts.port, timeout=CONNECT_SECONDS)
    through = urlsplit(proxy)
    connection = HTTPSConnection(through.hostname or "", through.port, timeout=CONNECT_SECONDS)
    connection.set_tunnel(host, parts.port)
    return connection


class _Deadline:
    """Ends a connection when it is over, whatever the connection is doing."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._timer = threading.Timer(PATIENCE_SECONDS, self._hang_up)
        self._timer.daemon = True
        self.is_over = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _hang_up(self) -> None:
        self.is_over = True
        # Below TLS, so that a thread that waits in the TLS library wakes as well.
        with suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)
