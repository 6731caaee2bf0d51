"""A way to any TCP server that can be cut, silenced and mended while the product uses it."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

_CHUNK = 65536


class FaultProxy:
    """Stands before the server of an address, on a port of its own of loopback.

    A context manager. Open connections are not spared: `cut` ends them, `silence` leaves them open
    and carries nothing, as a network does that has lost the way back.
    """

    def __init__(self, url: str) -> None:
        """Stand before the server that `url` names by host and port."""
        self._real = urlsplit(url)
        self._is_cut = False
        self._carries = threading.Event()
        self._carries.set()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        """The same address, through here."""
        login, at, _ = self._real.netloc.rpartition("@")
        port = self._listener.getsockname()[1]
        return urlunsplit(self._real._replace(netloc=f"{login}{at}127.0.0.1:{port}"))

    def cut(self) -> None:
        """End every connection, and each new one at once."""
        self._is_cut = True
        self._end_all()

    def silence(self) -> None:
        """Accept, keep open, and carry nothing."""
        self._carries.clear()

    def mend(self) -> None:
        """Carry everything again, what was held back first."""
        self._is_cut = False
        self._carries.set()

    def __enter__(self) -> Self:
        """Start carrying."""
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """End every connection and all threads."""
        self.cut()
        self._carries.set()
        # Wakes the thread that accepts; closing alone would not.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._end_all()
        for thread in self._threads:
            thread.join()

    def _start(self, run: object, *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                near, _ = self._listener.accept()
                if self._is_cut:
                    near.close()
                else:
                    self._join(near)

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection((self._real.hostname, self._real.port))
        except OSError:
            near.close()
            return
        with self._lock:
            self._open |= {near, far}
        self._start(self._carry, near, far)
        self._start(self._carry, far, near)

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(_CHUNK):
                self._carries.wait()
                sink.sendall(content)
        _end(sink)
        _end(source)
        with self._lock:
            if source not in self._open:  # the other direction has ended before
                source.close()
                sink.close()
            self._open -= {source, sink}

    def _end_all(self) -> None:
        with self._lock:
            for each in self._open:
                _end(each)


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
