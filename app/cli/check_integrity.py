"""The integrity check as a program: `python -m app.cli.check_integrity REQUEST`.

What it looks for is in app.integrity.check. `./scripts/doctor` runs this on one machine, and on AWS
the function that app.lambda_handlers.check_integrity is; what both take and say is the same and is
made here.
"""

import json
import os
import sys
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.clients.aws.boto import make_client
from app.clients.aws.bucket_versions import ObjectVersions, Place
from app.integrity.check import Finding, IntegrityChecker, RepairOptions, Slice
from app.jobs.worker_context import WorkerContext
from app.media.sandbox.seccomp import can_confine
from app.observability.logging import set_up_logging
from app.settings import Settings


class Asked(BaseModel):
    """What to look at and what may be done; see Treatment."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(default=None, pattern=r"^[0-9a-f]{32}/[0-9a-f]{32}$")
    max_rows: int = Field(default=500, gt=0, le=1000)
    read: bool = False
    repair: bool = False
    forget_lost: bool = False
    distrust_tombstones_since: AwareDatetime | None = None
    adopt_since: datetime | None = None
    remove_orphans: bool = False


def examine(asked: Asked, *, worker_context: WorkerContext) -> dict[str, Any]:
    """Look at one slice; the answer's `after` is for the next request, null at the end."""
    settings = worker_context.settings
    doctor = IntegrityChecker(
        archive=ObjectVersions(s3=make_client("s3", settings), bucket_name=settings.picture_bucket),
        store=worker_context.store,
        notify=worker_context.notify,
        treatment=RepairOptions(
            read=asked.read,
            repair=asked.repair,
            forget_lost=asked.forget_lost,
            distrust_tombstones_since=asked.distrust_tombstones_since,
            adopt_since=asked.adopt_since,
            remove_orphans=asked.remove_orphans,
        ),
    )
    with worker_context.app.app_context():
        told = _told(doctor.examine(after=_place(asked.after), max_rows=asked.max_rows))
    if asked.after is None:
        told["decoders_are_confined"] = can_confine()
    return told


def _told(seen: Slice) -> dict[str, Any]:
    last = seen.last
    return {
        "rows": seen.rows,
        "objects": seen.objects,
        "findings": [_finding(found) for found in seen.findings],
        "after": f"{last.user_id.hex}/{last.image_id.hex}" if last else None,
    }


def _finding(found: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {
        "trouble": found.trouble,
        "outcome": found.outcome,
        "key": found.key,
        "tombstone": None,
    }
    if found.tombstone:
        at = found.tombstone.at.isoformat()
        told["tombstone"] = {"whose": found.tombstone.whose, "at": at}
    return told


def _place(after: str | None) -> Place | None:
    if after is None:
        return None
    user_id, _, image_id = after.partition("/")
    return Place(user_id=UUID(user_id), image_id=UUID(image_id))


def main() -> None:
    """Go through everything, slice by slice."""
    settings = Settings.from_environment(os.environ)
    set_up_logging(settings.log_level)
    worker_context = WorkerContext(settings, pool_size=1)
    asked = Asked.model_validate_json(sys.argv[1])
    while True:
        told = examine(asked, worker_context=worker_context)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        if told["after"] is None:
            return
        asked = asked.model_copy(update={"after": told["after"]})


if __name__ == "__main__":
    main()
