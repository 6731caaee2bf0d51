"""The migrations on AWS Lambda: run at each deployment, before new code serves.

A migration that changes data says `CHANGES_DATA = True`; before it, the database is copied (a
snapshot of RDS), to go back to. Those that only add, which is how migrations are written here
(docs/operations.md, "Upgrades"), need none.
"""

import re
import time
from collections.abc import Mapping
from typing import Any

from app.clients.aws import make_client_in, translated
from app.handlers.observing import observe
from app.handlers.surroundings import surroundings
from app.migrate import migrate, pending

_LOOK_AGAIN_SECONDS = 10
_LONGEST_SECONDS = 720

_known = surroundings()
logger = observe("migrate", level=_known.settings.log_level)


class SnapshotNotMadeError(Exception):
    """The database could not be copied in time; nothing was migrated."""


def handler(event: Mapping[str, object], context: object) -> dict[str, Any]:
    """Bring the database to the newest schema. Safe to repeat."""
    del event, context
    url = _known.settings.database_url
    waiting = pending(url)
    logger.info("migrations to run: %s", ", ".join(each.revision for each in waiting) or "none")
    snapshot = None
    if any(each.changes_data for each in waiting):
        snapshot = _take_snapshot(waiting[0].revision)
    migrate(url)
    return {"ran": [each.revision for each in waiting], "snapshot": snapshot}


def _take_snapshot(revision: str) -> str:
    """Copy the database and wait until the copy is whole; return its name."""
    rds = make_client_in(_known.settings.aws_region, "rds")
    plain = re.sub(r"[^a-z0-9]+", "-", revision.lower()).strip("-")
    name = f"pinhole-before-{plain}-{int(time.time())}"
    with translated():
        rds.create_db_snapshot(
            DBSnapshotIdentifier=name,
            DBInstanceIdentifier=_known.environment["DATABASE_INSTANCE"],
        )
        deadline = time.monotonic() + _LONGEST_SECONDS
        while time.monotonic() < deadline:
            found = rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"]
            if found and found[0]["Status"] == "available":
                return name
            time.sleep(_LOOK_AGAIN_SECONDS)
    raise SnapshotNotMadeError(name)
