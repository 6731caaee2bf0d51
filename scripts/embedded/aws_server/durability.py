"""Keeping what was acknowledged: ministack's state goes to disk before the answer goes out.

Left alone, ministack writes an object's bytes and its sidecar before it answers, but without
fsync and without telling anyone when the disk is full; and it writes everything else (messages,
keys, policies, the bucket's settings) only when it is stopped cleanly. A `kill -9` would lose the
message that an upload put into the queue. See [Note: Settling].

[Note: Settling] A change is answered only once a save that began after it has ended. Changes that
arrive while a save runs share the next one, so a hundred parallel uploads cost a few saves. What
need not survive (a receipt handle, a deleted message, which would only come again) is left to the
save every few seconds.

[Note: Events are in the objects] The queues are saved whole, so saving them at each upload costs
the more the more messages wait: of 2,000 small files each took 60 ms of CPU for that alone. It is
not needed: an upload is answered once its object is on disk, and at the next start the events of
all objects that are younger than the last save are sent again. That save comes every few seconds,
and less often when it takes long.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import json
import logging
import os
import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# ministack is in an environment of its own, so its modules are untyped here.
persistence = importlib.import_module("ministack.core.persistence")
evaluator = importlib.import_module("ministack.core.iam_evaluator")
iam = importlib.import_module("ministack.services.iam")
s3 = importlib.import_module("ministack.services.s3")
secretsmanager = importlib.import_module("ministack.services.secretsmanager")
ses = importlib.import_module("ministack.services.ses")
sqs = importlib.import_module("ministack.services.sqs")
sts = importlib.import_module("ministack.services.sts")

log = logging.getLogger("durability")

SAVE_EVERY_SECONDS = 2.0
# A save stops everything else while it makes its text: it may have this part of the time.
_SHARE_OF_TIME = 0.05
_STORED = "s3:ObjectCreated:Put"


def _queues() -> dict[str, Any]:
    # What sqs.get_state() gives, without its deep copy: it is turned into text at once.
    return {"queues": sqs._queues, "queue_name_to_url": sqs._queue_name_to_url}  # noqa: SLF001


def _sessions() -> dict[str, Any]:
    # ministack itself forgets them: every address that was signed would be refused after a restart.
    return {"sessions": sts._sessions}  # noqa: SLF001


_STATES: dict[str, Callable[[], dict[str, Any]]] = {
    "iam": iam.get_state,
    "s3": s3.get_state,
    "secretsmanager": secretsmanager.get_state,
    "ses": ses.get_state,
    "sqs": _queues,
    "sts": _sessions,
}


class Ledger:
    """Saves the state of services, grouping the saves that wait for each other."""

    def __init__(self, *, folder: Path) -> None:
        """Keep one JSON file per service in `folder`, in ministack's own format."""
        self._folder = folder
        self._written: dict[str, str] = {}
        self._lock = asyncio.Lock()
        self._asked = dict.fromkeys(_STATES, 0)
        self._saved = dict.fromkeys(_STATES, 0)

    async def settle(self, service: str) -> None:
        """Return once everything that `service` has changed until now is on disk."""
        if service not in _STATES:
            return
        self._asked[service] += 1
        ticket = self._asked[service]
        while self._saved[service] < ticket:
            async with self._lock:
                if self._saved[service] >= ticket:
                    return
                reached = self._asked[service]
                await self._save(service)
                self._saved[service] = reached

    def saved_at(self, service: str) -> datetime:
        """Of which moment the state on disk is; of long ago, if there is none."""
        path = self._folder / f"{service}.json"
        return datetime.fromtimestamp(path.stat().st_mtime if path.exists() else 0, UTC)

    async def keep_saving(self) -> None:
        """Save what has changed every few seconds, until cancelled."""
        pause = SAVE_EVERY_SECONDS
        while True:
            await asyncio.sleep(pause)
            begun = time.monotonic()
            try:
                await self.save_all()
            except OSError:
                log.exception("The state could not be saved; trying again.")
            pause = max(SAVE_EVERY_SECONDS, (time.monotonic() - begun) / _SHARE_OF_TIME)

    async def save_all(self) -> None:
        """Save every service whose state has changed."""
        for service in _STATES:
            async with self._lock:
                await self._save(service)

    async def _save(self, service: str) -> None:
        # Made on the event loop, where ministack's handlers run too: nothing changes meanwhile.
        path, moment = self._folder / f"{service}.json", time.time()
        text = json.dumps(
            {
                "__ministack_format__": persistence._state_format_version(service),  # noqa: SLF001
                "payload": _STATES[service](),
            },
            default=persistence._json_default,  # noqa: SLF001
        )
        if text != self._written.get(service):
            await asyncio.to_thread(_replace, path, text, moment)
            self._written[service] = text
        else:
            os.utime(path, (moment, moment))


def deliver_events_at_once() -> None:
    """Queue an upload's message while the upload is handled, not from a thread later."""

    def deliver(*arguments: Any, **named: Any) -> None:  # noqa: ANN401 - passed on as they are
        if arguments[0] in s3._bucket_notifications:  # noqa: SLF001
            sequencer = s3._next_event_sequencer(arguments[2])  # noqa: SLF001
            s3._fire_s3_event(*arguments, sequencer=sequencer, **named)  # noqa: SLF001

    vars(s3)["_fire_s3_event_async"] = deliver


def hash_quickly() -> None:
    """Make an object's ETag of another hash than MD5, which takes the longest of all that is done.

    S3 itself promises only that it changes with the bytes; what they must be is told by SHA-256.
    """

    def digest(body: bytes) -> str:
        return hashlib.sha1(body, usedforsecurity=False).hexdigest()[:32]

    vars(s3)["md5_hash"] = digest


def read_settings_once() -> None:
    """Parse each text of a policy, and of where a bucket's events go, once and not at each request.

    Neither is changed by who reads it: a policy that changes is another text.
    """
    parse, notifications = evaluator.parse_policy_document, s3._parse_notification_config_raw  # noqa: SLF001
    parse_text, read_text = lru_cache(parse), lru_cache(notifications)

    def parse_policy(policy: str | dict[str, Any]) -> Any:  # noqa: ANN401 - ministack's own
        return parse_text(policy) if isinstance(policy, str) else parse(policy)

    vars(evaluator)["parse_policy_document"] = parse_policy
    vars(s3)["_parse_notification_config_raw"] = read_text


def remember_sessions() -> None:
    """Take up the sessions of the last run, with which people's addresses were signed."""

    def load(state: dict[str, Any]) -> None:
        sts._sessions.update(state["sessions"])  # noqa: SLF001

    vars(sts)["load_persisted_state"] = load


def show_hidden_messages() -> None:
    """Make every received message visible again: whoever received it ended with the last run."""
    for queue in sqs._queues._data.values():  # noqa: SLF001
        for message in queue["messages"]:
            if message["receive_count"]:
                message["visible_at"] = 0


def send_events_again(*, since: datetime) -> None:
    """Send the events of what was stored since a moment, unless a message tells of it.

    `kill -9` may come between an object and its message, or after a message was received that was
    never saved. S3 itself loses no event; one that comes twice does no harm.
    """
    moment = since.strftime("%Y-%m-%dT%H:%M:%S")  # as ministack notes them, to the second
    told = "".join(
        message["body"]
        for queue in sqs._queues._data.values()  # noqa: SLF001
        for message in queue["messages"]
    )
    for (account, bucket), kept in list(s3._buckets._data.items()):  # noqa: SLF001
        with s3._in_account(account):  # noqa: SLF001
            for key, found in kept["objects"].items():
                if found["last_modified"] < moment or key in told:
                    continue
                s3._fire_s3_event(  # noqa: SLF001
                    bucket,
                    key,
                    _STORED,
                    size=found["size"],
                    etag=found["etag"],
                    version_id=found.get("version_id"),
                    sequencer=s3._next_event_sequencer(_STORED),  # noqa: SLF001
                )


def size_of(bucket: str, key: str) -> int | None:
    """The size of an object whose parts were put together; None: it is not there any more."""
    found = s3._buckets[bucket]["objects"].get(key)  # noqa: SLF001
    return int(found["size"]) if found else None


async def settle_object(*, bucket: str, key: str, size: int) -> bool:
    """Flush a written object to the disk; False, and the object forgotten, when it is not there."""
    path = Path(s3._object_disk_path(bucket, key))  # noqa: SLF001
    if await asyncio.to_thread(_flush_object, path, size):
        return True
    s3._buckets[bucket]["objects"].pop(key, None)  # noqa: SLF001
    s3._delete_persisted_object(bucket, key)  # noqa: SLF001
    return False


def _flush_object(path: Path, size: int) -> bool:
    try:
        if path.stat().st_size != size:
            return False
        for part in (path, path.with_name(f"{path.name}.meta.json"), path.parent):
            _flush(part)
    except OSError:
        log.exception("An object could not be written.")
        return False
    return True


def _replace(path: Path, text: str, moment: float) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.tmp")
    with new.open("w") as file:
        file.write(text)
        file.flush()
        os.utime(file.fileno(), (moment, moment))  # not later, however slow the disk is
        os.fsync(file.fileno())
    new.replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
