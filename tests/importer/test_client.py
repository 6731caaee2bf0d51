"""A network that comes and goes, a site that is busy, and where a token may be sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scripts.importer.client import Api, ApiError, UnreachableError, WrongSiteError
from tests.support.tcp_fault_proxy import FaultProxy

Answer = tuple[int, dict[str, str], Any]


class _Site(ThreadingHTTPServer):
    """Answers by a list of (status, headers, body); the last goes on."""

    daemon_threads = True

    def __init__(self, answers: list[tuple[int, dict[str, str], Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.asked: list[str] = []

    def next(self, path: str) -> tuple[int, dict[str, str], Any]:
        self.asked.append(path)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Site

    def do_GET(self) -> None:
        status, headers, body = self.server.next(self.path)
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def site(*answers: tuple[int, dict[str, str], Any]) -> Iterator[tuple[_Site, str]]:
    server = _Site(list(answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def api(address: str, *, patience: float = 30.0, told: list[str] | None = None) -> Api:
    said = told if told is not None else []
    return Api(address, "pinhole_secret", patience=patience, tell=said.append)


def test_busy_site_is_asked_again_when_it_says() -> None:
    busy = (429, {"Retry-After": "0"}, {"code": "too_many_at_once"})
    with site(busy, (503, {"Retry-After": "0"}, {}), (200, {}, {"fine": True})) as (
        server,
        address,
    ):
        asked = api(address)
        assert asked.ask("GET", "/api/x") == {"fine": True}
        asked.connections.close()
    assert len(server.asked) == 3


def test_refusal_is_told_at_once() -> None:
    refusal: Answer = (
        401,
        {},
        {"code": "not_signed_in", "detail": "This access token is not known."},
    )
    with site(refusal) as (server, address):
        asked = api(address)
        with pytest.raises(ApiError, match="This access token is not known") as error:
            asked.ask("GET", "/api/x")
        asked.connections.close()
    assert (error.value.code, error.value.status, len(server.asked)) == ("not_signed_in", 401, 1)


def test_redirect_gets_no_token() -> None:
    with site((302, {"Location": "http://127.0.0.1:9/"}, {})) as (_, address):
        asked = api(address)
        with pytest.raises(ApiError):
            asked.ask("GET", "/api/x")
        asked.connections.close()


def test_cut_network_is_waited_for() -> None:
    with site((200, {}, {"fine": True})) as (_, address), FaultProxy(address) as network:
        asked = api(network.url)
        assert asked.ask("GET", "/api/x")
        network.cut()
        mend = threading.Timer(0.7, network.mend)
        mend.start()
        assert asked.ask("GET", "/api/x") == {"fine": True}
        mend.join()
        asked.connections.close()


def test_site_that_stays_away_is_given_up() -> None:
    with site((503, {"Retry-After": "0"}, {})) as (_, address):
        asked = api(address, patience=0.3)
        with pytest.raises(UnreachableError, match="given up"):
            asked.ask("GET", "/api/x")
        asked.connections.close()


@pytest.mark.parametrize(
    "address", ["http://pictures.example.org", "ftp://pictures.example.org", "https://", "http://"]
)
def test_token_goes_nowhere_in_the_clear(address: str) -> None:
    with pytest.raises(WrongSiteError, match="https://"):
        api(address)
