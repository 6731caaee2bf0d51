"""An HTTP proxy between the product and AWS that takes one service away and leaves the others.

boto3 goes through it by HTTP_PROXY. Each connection carries one request, so that each is told by
the service that its signature names.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from typing import Self
from urllib.parse import urlsplit

_CHUNK = 65536
_LONGEST_HEAD = 64 * 1024
_SERVICE = re.compile(rb"(?:/|%2F)([a-z0-9-]+)(?:/|%2F)aws4_request")
_REQUEST_LINE = re.compile(rb"^([A-Z]+) (http://\S+) HTTP/1.1\r\n")
_HOP_BY_HOP = re.compile(rb"\r\n(?:proxy-)?connection:[^\r]*", re.IGNORECASE)


class ServiceProxy:
    """A context manager; `take_away` and `give_back` a service as often as you like."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._cut: set[str] = set()
        self._silent: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """For HTTP_PROXY."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def take_away(self, service: str, *, silently: bool) -> None:
        """End each connection to a service, or keep it open and carry nothing."""
        if silently:
            self._silent[service] = threading.Event()
        else:
            self._cut.add(service)

    def give_back(self, service: str) -> None:
        """Carry everything again, what was held back first."""
        self._cut.discard(service)
        if mended := self._silent.pop(service, None):
            mended.set()

    def __enter__(self) -> Self:
        """Start carrying."""
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening; what is under way is carried to its end."""
        for service in list(self._silent):
            self.give_back(service)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(30)

    def _start(self, run: object, *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                near, _ = self._listener.accept()
                self._start(self._serve, near)

    def _serve(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError):
            head, body = _read_head(near)
            line = _REQUEST_LINE.match(head)
            if line is None:
                return
            found = _SERVICE.search(head)
            service = found[1].decode() if found else ""
            if mended := self._silent.get(service):
                mended.wait()
            if service in self._cut:
                return
            to = urlsplit(line[2].decode())
            path = f"{to.path}?{to.query}" if to.query else to.path
            rest = _HOP_BY_HOP.sub(b"", b"\r\n" + head[line.end() :])
            with socket.create_connection((to.hostname or "", to.port or 80)) as far:
                far.sendall(b"%s %s HTTP/1.1\r\nconnection: close" % (line[1], path.encode()))
                far.sendall(rest + body)
                back = threading.Thread(target=_carry, args=(far, near), daemon=True)
                back.start()
                _carry(near, far)
                back.join()


def _read_head(near: socket.socket) -> tuple[bytes, bytes]:
    """Read until the blank line; return the head with it, and what came after it."""
    received = b""
    while b"\r\n\r\n" not in received and len(received) < _LONGEST_HEAD:
        chunk = near.recv(_CHUNK)
        if not chunk:
            break
        received += chunk
    head, blank, body = received.partition(b"\r\n\r\n")
    return head + blank, body


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(_CHUNK):
            sink.sendall(content)
    # Both ways: an answer ends the connection, whoever asked may keep theirs open.
    for each in (sink, source):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
