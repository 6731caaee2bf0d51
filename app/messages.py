"""Queue messages: their types and parsing, shared by the worker's loop and the Lambda handlers.

A message only says that there is work; the database row says which. A message may therefore come
twice, late or never (the sweep finds lost work). One that cannot be parsed is logged and dropped.
"""

import json
import logging
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

log = logging.getLogger(__name__)

ORIGINAL_KEY = re.compile(r"users/([0-9a-f]{32})/([0-9a-f]{32})/original", re.ASCII)

# A message that failed this often goes to its dead-letter queue; the queues are made with the
# same number, and the last try records its failure on the row.
MAX_ATTEMPTS = 5
LONGEST_PAUSE_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class PictureStored:
    """S3 says: this original has arrived."""

    user_id: UUID
    image_id: UUID

    def message(self, *, bucket_name: str) -> dict[str, object]:
        """The event that S3 sends, or should have sent."""
        key = f"users/{self.user_id.hex}/{self.image_id.hex}/original"
        stored = {"bucket": {"name": bucket_name}, "object": {"key": key}}
        return {"Records": [{"eventName": "ObjectCreated:Again", "s3": stored}]}


@dataclass(frozen=True, kw_only=True)
class DescribePicture:
    """The API or the worker says: this picture, among others, waits for a description.

    Which is described is the one whose turn it is: see app/descriptions/lease.py.
    """

    image_id: UUID

    def message(self) -> dict[str, str]:
        """The message that means this task."""
        return {"task": "describe", "image_id": self.image_id.hex}


@dataclass(frozen=True, kw_only=True)
class DescribeAll:
    """The API or the worker says: pictures of a person's wait for descriptions; ask for each.

    Of those that began to wait at `asked_at`: what waited before has its message. Without it, as
    the former version sent them, all. `after` is the last one that was asked for.
    """

    user_id: UUID
    asked_at: datetime | None = None
    after: UUID | None = None

    def message(self) -> dict[str, str]:
        """The message that means this task."""
        asked_at = {"asked_at": self.asked_at.isoformat()} if self.asked_at else {}
        after = {"after": self.after.hex} if self.after else {}
        return {"task": "describe_all", "user_id": self.user_id.hex, **asked_at, **after}


@dataclass(frozen=True, kw_only=True)
class TendBatch:
    """The API or the sweep says: this batch of descriptions is to be sent, or looked after."""

    batch_id: UUID

    def message(self) -> dict[str, str]:
        """The message that means this task."""
        return {"task": "describe_batch", "batch_id": self.batch_id.hex}


@dataclass(frozen=True, kw_only=True)
class SendMail:
    """The API says: a mail is to be written and sent."""

    mail_id: UUID

    def message(self) -> dict[str, str]:
        """The message that means this task."""
        return {"task": "mail", "mail_id": self.mail_id.hex}


@dataclass(frozen=True, kw_only=True)
class ExportLibrary:
    """The API or the worker says: the next zip of this copy of everything is to be made."""

    export_id: UUID

    def message(self) -> dict[str, str]:
        """The message that means this task."""
        return {"task": "export", "export_id": self.export_id.hex}


@dataclass(frozen=True, kw_only=True)
class StripOriginal:
    """The API says: this original is wanted without its metadata."""

    image_id: UUID

    def message(self) -> dict[str, str]:
        """The message that means this task."""
        return {"task": "strip", "image_id": self.image_id.hex}


# Says that some picture waits to be processed, and not which: see [Note: Rows are the queue] in
# app/processing/lease.py. It wakes a function up.
PROCESS = {"task": "process"}

Task = (
    PictureStored
    | DescribePicture
    | DescribeAll
    | TendBatch
    | SendMail
    | ExportLibrary
    | StripOriginal
)
# Called with the task and the number of this attempt, from 1. Safe to repeat.
Handler = Callable[[Any, int], None]


def pause_after(attempt: int) -> int:
    """How many seconds a task that failed waits: longer each time, and not all at once."""
    # Jitter, so that what failed together does not come back together.
    longest = min(2 ** (attempt + 1), LONGEST_PAUSE_SECONDS)
    return round(random.uniform(longest / 2, longest))  # noqa: S311 - guards nothing


class RetryLaterError(Exception):
    """A task cannot be done now: bring its message back after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


def parse(body: str, *, bucket_name: str) -> list[Task]:
    """Return the tasks of a message; what was not sent by our bucket or our code is left out."""
    try:
        message = json.loads(body)
        if message == PROCESS:
            return []
        if make := _ASKED.get(message.get("task")):
            return [make(message)]
        records = message.get("Records", [])
        return [task for record in records if (task := _stored(record, bucket_name=bucket_name))]
    except (ValueError, KeyError, TypeError, AttributeError):
        log.warning("dropped a message that means nothing here (%d characters)", len(body))
        return []


_ASKED: Mapping[str, Callable[[Mapping[str, Any]], Task]] = {
    "describe": lambda said: DescribePicture(image_id=UUID(said["image_id"])),
    "describe_batch": lambda said: TendBatch(batch_id=UUID(said["batch_id"])),
    "describe_all": lambda said: DescribeAll(
        user_id=UUID(said["user_id"]),
        asked_at=datetime.fromisoformat(said["asked_at"]) if "asked_at" in said else None,
        after=UUID(said["after"]) if "after" in said else None,
    ),
    "mail": lambda said: SendMail(mail_id=UUID(said["mail_id"])),
    "strip": lambda said: StripOriginal(image_id=UUID(said["image_id"])),
    "export": lambda said: ExportLibrary(export_id=UUID(said["export_id"])),
}


def handle(body: str, *, attempt: int, bucket_name: str, handlers: Mapping[type, Handler]) -> None:
    """Do what a message asks for. Safe to repeat; raises when it should be tried again."""
    for task in parse(body, bucket_name=bucket_name):
        handlers[type(task)](task, attempt)


def _stored(record: Mapping[str, Any], *, bucket_name: str) -> PictureStored | None:
    if not str(record.get("eventName", "")).startswith("ObjectCreated:"):
        return None
    key = unquote_plus(record["s3"]["object"]["key"])
    match = ORIGINAL_KEY.fullmatch(key)
    if record["s3"]["bucket"]["name"] != bucket_name or not match:
        log.warning("dropped an event that names another bucket or key")
        return None
    return PictureStored(user_id=UUID(match[1]), image_id=UUID(match[2]))
