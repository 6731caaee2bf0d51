"""Ports: the site's is the person's choice, the embedded services take free ones."""

from __future__ import annotations

import contextlib
import errno
import socket
from typing import TYPE_CHECKING

from scripts.embedded.errors import PortTakenError

if TYPE_CHECKING:
    from collections.abc import Iterable


def claim_site_port(port: int) -> socket.socket | None:
    """Check that the port is free for the site, and keep others off its IPv6 half.

    Browsers try `localhost` at ::1 first, but the site listens on 127.0.0.1. The socket that is
    returned is bound to ::1 and does not listen: a browser is refused there at once and goes on to
    127.0.0.1, and no other program can take the port and answer in the site's name. None where
    there is no IPv6. Keep it open as long as the site is served.

    Raises:
        PortTakenError: another program has the port.
    """
    with _bound("127.0.0.1", port):
        pass
    try:
        return _bound("::1", port)
    except OSError:  # no IPv6 here
        return None


def free_ports(count: int, *, wanted: Iterable[int] = (), but: int | None = None) -> list[int]:
    """Return ports that nothing listens on: the wanted ones where they are still free.

    They are looked for together, so no two are the same, and none is `but`, the site's.
    """
    found: list[int] = []
    candidates = iter([*wanted][:count])
    with contextlib.ExitStack() as held:
        while len(found) < count:
            with contextlib.suppress(PortTakenError):
                probe = held.enter_context(_bound("127.0.0.1", next(candidates, 0)))
                port = int(probe.getsockname()[1])
                if port not in {but, *found}:
                    found.append(port)
    return found


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    probe = socket.socket(family, socket.SOCK_STREAM)
    try:
        if family == socket.AF_INET:
            # As servers do, so that connections of the last run that linger do not count. Not on
            # IPv6, where none ever was: with it, Linux would let another program listen there.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
    except OSError as error:
        probe.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            why = (
                "is taken by another program"
                if error.errno == errno.EADDRINUSE
                else ("may not be used by this account")
            )
            raise PortTakenError(
                f"Port {port} {why}. Choose another one: ./scripts/start --port {port + 1}"
            ) from error
        raise
    return probe
