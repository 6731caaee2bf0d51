"""The data folder: one launcher at a time, secrets made once, ports remembered."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from scripts.embedded.errors import AlreadyRunningError, ForeignFolderError
from scripts.embedded.liveness import is_alive

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

CLEARING_SECONDS = 30.0
_LOCK = "lock"


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """Made up at the first start; they guard services that only this machine can reach."""

    superuser_password: str
    app_password: str  # of the database's owner
    runtime_password: str  # of what the API and the worker are there
    root_key: str
    demo_password: str
    secret_key: str


class DataFolder:
    """The folder that everything a person would miss lives in."""

    def __init__(self, path: Path) -> None:
        """Make the folder if it is not there, for its owner only; a folder that is there stays.

        Others may pass through but not look around when root makes it: PostgreSQL refuses to run
        as root and must reach its own folder, which nobody else can open, as another user.

        Raises:
            ForeignFolderError: the folder holds something else.
        """
        self.path = path
        if not path.exists():
            path.mkdir(parents=True)
            path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        elif not (path / _LOCK).exists() and any(path.iterdir()):
            raise ForeignFolderError(
                f"{path} holds other files. Give --data a folder that is empty or not there yet."
            )
        (path / _LOCK).touch(mode=0o600)
        self.logs = self._private("logs")

    def _private(self, name: str) -> Path:
        inner = self.path / name
        inner.mkdir(mode=0o700, exist_ok=True)
        return inner

    @property
    def aws(self) -> Path:
        """What the embedded AWS keeps."""
        return self._private("aws")

    @property
    def mailbox(self) -> Path:
        """Where the mails land that the embedded AWS takes in."""
        return self._private("mailbox")

    def lock(self) -> IO[bytes]:
        """Take the folder for this process, until the file that is returned is closed.

        What is left of a launcher that was killed holds the lock too until it has ended; that is
        waited for.

        Raises:
            AlreadyRunningError: another launcher runs, or its rest does not end.
        """
        file = (self.path / _LOCK).open("ab")
        deadline = time.monotonic() + CLEARING_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                try:
                    self._refuse_if_running(too_late=time.monotonic() > deadline)
                except AlreadyRunningError:
                    file.close()
                    raise
                time.sleep(0.1)
            else:
                self.announce(address=None)
                return file

    def wait_until_free(self) -> None:
        """Wait for what is left of a launcher that was killed, so that its ports are free again.

        Raises:
            AlreadyRunningError: see `lock`.
        """
        self.lock().close()

    def announce(self, *, address: str | None) -> None:
        """Leave word of who runs here, and where it answers once it does."""
        self.keep("running", {"pid": os.getpid(), "address": address})

    def _refuse_if_running(self, *, too_late: bool) -> None:
        note = self.recall("running", None)
        if note and is_alive(note["pid"]):
            where = f"at {note['address']}" if note["address"] else "and is still starting"
            raise AlreadyRunningError(
                f"Pinhole already runs {where} (process {note['pid']}, data in {self.path}). "
                "Stop it first, or start another one with --data and --port."
            )
        if too_late:
            raise AlreadyRunningError(
                f"What is left of an earlier start still holds {self.path}. Look for its processes."
            )

    def secrets(self) -> Secrets:
        """Return the secrets, making those that are missing."""
        known = self.recall("secrets", {})
        names = [field.name for field in fields(Secrets)]
        complete = Secrets(**{name: known.get(name) or secrets.token_hex(16) for name in names})
        if asdict(complete) != known:
            self.keep("secrets", asdict(complete))
        return complete

    def recall(self, name: str, otherwise: Any) -> Any:  # noqa: ANN401 - as it was kept
        """Return what was kept under a name, `otherwise` when nothing readable was."""
        try:
            return json.loads((self.path / f"{name}.json").read_text())
        except (FileNotFoundError, ValueError):
            return otherwise

    def keep(self, name: str, value: Any) -> None:  # noqa: ANN401 - anything JSON can hold
        """Keep a value for later runs, for the owner's eyes only."""
        path = self.path / f"{name}.json"
        new = path.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(json.dumps(value, indent=2))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
