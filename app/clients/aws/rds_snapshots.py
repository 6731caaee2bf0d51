"""Snapshots of the database, made by RDS."""

import re
import time
from collections.abc import Callable
from typing import Any

from app.clients.aws.boto import translated

_LOOK_AGAIN_SECONDS = 10
_LONGEST_SECONDS = 720
# What a snapshot goes through while it is made (RDS, "Viewing DB snapshot status").
_UNDER_WAY = {"creating", "pending"}


class SnapshotNotMadeError(Exception):
    """The database could not be copied, or not in time."""


class Snapshots:
    """Copies one database."""

    def __init__(
        self, *, rds: Any, instance: str, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._rds = rds
        self._instance = instance
        self._pause = pause

    def take(self, *, before: str) -> str:
        """Copy the database, wait until the copy is whole, and return its name.

        Args:
            before: what comes next, and may have to be undone.

        Raises:
            AwsUnavailableError: RDS refused.
            SnapshotNotMadeError: RDS began, but there is no copy.
        """
        plain = re.sub(r"[^a-z0-9]+", "-", before.lower()).strip("-")
        name = f"pinhole-before-{plain}-{int(time.time())}"
        with translated():
            self._rds.create_db_snapshot(
                DBSnapshotIdentifier=name, DBInstanceIdentifier=self._instance
            )
        for _ in range(_LONGEST_SECONDS // _LOOK_AGAIN_SECONDS):
            status = self._status(name)
            if status == "available":
                return name
            if status not in _UNDER_WAY:
                raise SnapshotNotMadeError(f"{name} is {status}")
            self._pause(_LOOK_AGAIN_SECONDS)
        raise SnapshotNotMadeError(f"{name} takes longer than {_LONGEST_SECONDS} s")

    def _status(self, name: str) -> str:
        with translated():
            # By both: the right to it is asked of the instance, too (tests/emulated).
            found = self._rds.describe_db_snapshots(
                DBInstanceIdentifier=self._instance, DBSnapshotIdentifier=name
            )["DBSnapshots"]
        return str(found[0]["Status"]) if found else "not there"
