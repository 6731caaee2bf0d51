"""The product's API, as docs/api.md has it, over a network that comes and goes.

The standard library's HTTP client: one connection for each thread and server, kept open.
"""

import http.client
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urlsplit

_TIMEOUT = 60.0
_MAX_PAUSE = 60.0
_BUSY = frozenset({429, 500, 502, 503, 504})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MAX_ANSWER = 64 * 1024 * 1024
_CHUNK = 1024 * 1024
OK = 200
_NOT_DONE = 300  # no redirection is expected either
Json = dict[str, Any]


class ApiError(Exception):
    """The site refuses; the message says why."""

    def __init__(self, status: int, problem: Json) -> None:
        """Keep what it said."""
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", ""))
        super().__init__(str(problem.get("detail") or problem.get("title") or f"HTTP {status}"))


class BrokenOffError(Exception):
    """A body that was being read broke off."""


class UnreachableError(Exception):
    """The site could not be reached for as long as was to be waited."""


class WrongSiteError(Exception):
    """The address of the site is none to which a token may be sent."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer: its status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Json:
        """The body, which is JSON; of a page between us and the site, an empty object."""
        try:
            said = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}


class Connections:
    """Connections of threads to servers."""

    def __init__(self) -> None:
        """Open none yet."""
        self._local = threading.local()
        self._of_threads: list[dict[tuple[str, str], http.client.HTTPConnection]] = []
        self._tls = ssl.create_default_context()

    def send(
        self,
        method: str,
        url: SplitResult,
        *,
        headers: dict[str, str],
        body: bytes | Iterator[bytes] | None = None,
    ) -> Answer:
        """Send a request once, and read its answer.

        Raises:
            OSError, http.client.HTTPException: the connection broke.
        """
        path = url.path + (f"?{url.query}" if url.query else "")
        connection = self._connection(url)
        try:
            self._request(connection, method, path or "/", headers=headers, body=body)
            response = connection.getresponse()
            content = response.read(_MAX_ANSWER)
        except BaseException:
            self._drop(url)
            raise
        if response.will_close:
            self._drop(url)
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(status=response.status, headers=named, body=content)

    @contextmanager
    def stream(self, url: SplitResult) -> Iterator[tuple[int, Iterator[bytes]]]:
        """Ask for a large body, to be read bit by bit; give the status and the body.

        Reading raises BrokenOffError where the connection breaks.

        Raises:
            OSError, http.client.HTTPException: it broke before.
        """
        path = url.path + (f"?{url.query}" if url.query else "")
        connection = self._connection(url)
        is_whole = False
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            yield response.status, _chunks(response)
            is_whole = response.isclosed() and not response.will_close
        finally:
            if not is_whole:  # what is left of it would be taken for the next answer
                self._drop(url)

    @staticmethod
    def _request(
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        *,
        headers: dict[str, str],
        body: bytes | Iterator[bytes] | None,
    ) -> None:
        try:
            connection.request(method, path, body=body, headers=headers)
        except (BrokenPipeError, ConnectionResetError):
            # S3 refuses before it has read all: its answer is there, if anything is.
            if connection.sock is None:
                raise

    def _connection(self, url: SplitResult) -> http.client.HTTPConnection:
        open_ones = self._open()
        key = (url.scheme, url.netloc)
        if key not in open_ones:
            host, port = url.hostname or "", url.port
            if url.scheme == "https":
                open_ones[key] = http.client.HTTPSConnection(
                    host, port, timeout=_TIMEOUT, context=self._tls
                )
            else:
                open_ones[key] = http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
        return open_ones[key]

    def _open(self) -> dict[tuple[str, str], http.client.HTTPConnection]:
        if not hasattr(self._local, "open"):
            self._local.open = {}
            self._of_threads.append(self._local.open)
        found: dict[tuple[str, str], http.client.HTTPConnection] = self._local.open
        return found

    def _drop(self, url: SplitResult) -> None:
        if connection := self._open().pop((url.scheme, url.netloc), None):
            connection.close()

    def close_all(self) -> None:
        """Close the connections of all threads, none of which uses its own any more."""
        for open_ones in self._of_threads:
            for connection in open_ones.values():
                connection.close()
            open_ones.clear()

    def close(self) -> None:
        """Close this thread's connections."""
        for connection in self._open().values():
            connection.close()
        self._open().clear()


def _chunks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while True:
        try:
            chunk = response.read(_CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise BrokenOffError from error
        if not chunk:
            return
        yield chunk


class Api:
    """The API of one site, by one person's access token."""

    def __init__(
        self,
        site: str,
        token: str,
        *,
        patience: float,
        tell: Callable[[str], None],
        stop: threading.Event | None = None,
    ) -> None:
        """Know where it is.

        Args:
            site: its address, as https://pictures.example.org.
            token: an access token with the scope `write`.
            patience: seconds for which a network that is away is waited for.
            tell: is told when something is waited for.
            stop: ends waiting when it is set.

        Raises:
            WrongSiteError: it is none, or the token would go over the network in the clear.
        """
        address = urlsplit(site if "//" in site else f"https://{site}")
        is_safe = address.scheme == "https" or address.hostname in _LOOPBACK
        if not address.hostname or address.scheme not in {"http", "https"} or not is_safe:
            raise WrongSiteError(f"{site}: give the site's address, which begins with https://")
        self._site = address
        self._token = token
        self._patience = patience
        self._tell = tell
        self._stop = stop or threading.Event()
        self.connections = Connections()

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """Ask the API, as often as it takes; all that is asked here is safe to repeat.

        Raises:
            ApiError: it refuses.
            UnreachableError: it was away for too long.
        """
        url = urlsplit(f"{self._site.scheme}://{self._site.netloc}{path}")
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        answer = self.until_answered(
            lambda: self.connections.send(method, url, headers=headers, body=content)
        )
        if answer.status >= _NOT_DONE:
            raise ApiError(answer.status, answer.json())
        return answer.json()

    def until_answered(self, send: Callable[[], Answer]) -> Answer:
        """Send until there is an answer that says more than that it should be sent again.

        Raises:
            UnreachableError: there was none for too long.
        """
        began = monotonic()
        pause = 0.5
        while True:
            try:
                answer = send()
            except (OSError, http.client.HTTPException) as error:
                why = f"No connection ({type(error).__name__})"
            else:
                if answer.status not in _BUSY:
                    return answer
                why = f"The site is busy ({answer.status})"
                pause = _retry_after(answer) or pause
            if monotonic() - began > self._patience or self._stop.is_set():
                raise UnreachableError(f"{why}; given up after {self._patience / 60:.0f} minutes.")
            if pause > 1:
                self._tell(f"{why}: trying again in {pause:.0f} s")
            self._stop.wait(pause)
            pause = min(pause * 2, _MAX_PAUSE)

    def changes(self, since: str) -> Iterator[Json]:
        """Yield the pages of the list of changes."""
        while True:
            query = f"?changed_since={since}" if since else ""
            page = self.ask("GET", f"/api/images/changes{query}")
            yield page
            since = page["changed_until"]
            if not page["has_more"]:
                return


def _retry_after(answer: Answer) -> float | None:
    try:
        return min(max(float(answer.headers.get("retry-after", "")), 0.1), _MAX_PAUSE)
    except ValueError:
        return None
