"""TLS in front of the emulated account, so that real host names lead there.

A browser is told so by its own rules; a program by the proxy that its environment names.
"""

from __future__ import annotations

import http.client
import http.server
import selectors
import shutil
import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "host", "content-length"}


class _Server:
    """A server that runs for as long as it is entered."""

    def __init__(self, handler: type[http.server.BaseHTTPRequestHandler]) -> None:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Front(_Server):
    """Takes HTTPS for any host and passes it on, saying which host and that it was HTTPS."""

    def __init__(self, *, folder: Path, port: int) -> None:
        super().__init__(_handler(port))
        self.certificate = _make_certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)


def _handler(port: int) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            sent = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            sent |= {"Host": self.headers["Host"].partition(":")[0], "X-Forwarded-Proto": "https"}
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request(self.command, self.path, body, sent)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            if answer.status not in {204, 304}:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PUT = pass_on  # noqa: N815 - the server's names
        do_PATCH = do_DELETE = do_OPTIONS = pass_on  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


class Crossing(_Server):
    """A proxy that leads every CONNECT, to whichever host, to one port of this machine."""

    def __init__(self, *, to: int) -> None:
        super().__init__(_crossing(to))


def _crossing(port: int) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.send_response_only(200)
            self.end_headers()
            with socket.create_connection(("127.0.0.1", port)) as beyond:
                _pass_between(self.connection, beyond)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _pass_between(one: socket.socket, other: socket.socket) -> None:
    with selectors.DefaultSelector() as waiting:
        waiting.register(one, selectors.EVENT_READ, other)
        waiting.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in waiting.select():
                source: socket.socket = key.fileobj  # type: ignore[assignment]
                if not (content := source.recv(65536)):
                    return
                key.data.sendall(content)


def _make_certificate(folder: Path) -> Path:
    path = folder / "front.pem"
    subprocess.run(
        [
            shutil.which("openssl") or "openssl",
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=emulated"),
            *("-addext", "subjectAltName=DNS:*.cloudfront.net,DNS:*.amazonaws.com"),
            *("-keyout", str(path), "-out", str(path) + ".crt"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + (path.parent / f"{path.name}.crt").read_text())
    return path
