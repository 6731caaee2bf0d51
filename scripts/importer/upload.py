"""Uploads: places are asked for in batches, and several files are sent at a time.

What was sent is noted once S3 has said yes. Whatever was not noted is asked for again, and the
site answers with the same place or that it is there: so nothing is lost and nothing comes twice,
wherever the program is ended.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from .archives import Entry, UnreadableError, read_chunks
from .client import OK, Api, Json, UnreachableError
from .journal import Journal, entry_of

_BATCH = 50  # places at a time; an address is good for five minutes
_BATCH_BYTES = 256 * 1024 * 1024
_STORED_BEFORE = 412  # "If-None-Match: *": the bytes are there
_DEAD_ADDRESS = 403
_MAX_TRIES = 5
_EARLIEST_HINT = 1981  # the site takes clocks before this for ones that were never set


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture that is to be uploaded."""

    sha256: str
    name: str
    size: int
    type: str
    hint: str | None
    entry: Entry


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What became of a file that was sent, or not."""

    picture: Picture
    image_id: str
    is_stored: bool
    problem: str | None = None


@dataclass(kw_only=True)
class Result:
    """What uploading came to."""

    uploaded: int = 0
    found: int = 0
    failed: int = 0
    stopped_by: str | None = None


class Uploader:
    """Sends what the plan says and is not done yet."""

    def __init__(
        self,
        api: Api,
        journal: Journal,
        *,
        parallel: int,
        tell: Callable[[int, int], None],
        stop: threading.Event,
    ) -> None:
        """Be ready.

        Args:
            api: the site.
            journal: the plan, and where it is noted what was done.
            parallel: how many files are sent at a time.
            tell: called with the files and bytes that were sent since the last time.
            stop: ends it, after what is being sent.
        """
        self._api = api
        self._journal = journal
        self._parallel = parallel
        self._tell = tell
        self._stop = stop
        self._results: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        self._tries: dict[str, int] = {}
        self._again: deque[tuple[float, Picture]] = deque()
        self.result = Result()

    def run(self) -> Result:
        """Send everything.

        Raises:
            UnreachableError: the site was away for too long.
            ApiError: it refuses everything.
        """
        waiting = self._waiting()
        under_way = 0
        with ThreadPoolExecutor(self._parallel) as senders:
            try:
                while not self._stop.is_set() and self.result.stopped_by is None:
                    # One batch is being sent while the next one's places are asked for.
                    while under_way < max(2 * self._parallel, _BATCH // 2):
                        batch = self._next_batch(waiting)
                        if not batch:
                            break
                        under_way += self._begin(batch, senders)
                    if under_way:
                        under_way -= self._settle()
                    elif self._again:
                        self._stop.wait(max(0.0, self._again[0][0] - monotonic()))
                    else:
                        break
            finally:
                while under_way:
                    under_way -= self._settle()
        return self.result

    def _waiting(self) -> deque[Picture]:
        rows = self._journal.db.execute(
            "SELECT p.sha256, p.name AS shown, p.size AS bytes, p.type AS kind,"
            " json_extract(p.facts, '$.taken') AS taken, e.*"
            " FROM pictures p JOIN entries e ON e.id = p.entry"
            " LEFT JOIN done d ON d.sha256 = p.sha256"
            " WHERE p.outcome = 'upload' AND d.sha256 IS NULL"
            " ORDER BY e.container, e.offset, e.path"
        )
        return deque(
            Picture(
                sha256=row["sha256"],
                name=row["shown"],
                size=row["bytes"],
                type=row["kind"],
                hint=_hint(row["taken"]),
                entry=entry_of(row),
            )
            for row in rows
        )

    def _next_batch(self, waiting: deque[Picture]) -> list[Picture]:
        batch: list[Picture] = []
        size = 0
        while self._again and self._again[0][0] <= monotonic() and len(batch) < _BATCH:
            batch.append(self._again.popleft()[1])
        while waiting and len(batch) < _BATCH and size < _BATCH_BYTES:
            batch.append(waiting.popleft())
            size += batch[-1].size
        return batch

    def _begin(self, batch: list[Picture], senders: ThreadPoolExecutor) -> int:
        """Ask for places, and begin to send; return how many are under way."""
        body = {"images": [_announcement(picture) for picture in batch]}
        answer = self._api.ask("POST", "/api/images", body)
        begun = 0
        for picture, place in zip(batch, answer["places"], strict=True):
            if place["status"] == "upload":
                senders.submit(self._send, picture, place)
                begun += 1
            else:
                self._note_place(picture, place)
        return begun

    def _note_place(self, picture: Picture, place: Json) -> None:
        if place["status"] == "exists":
            self.result.found += 1
            self._note_done(picture, place["image"]["id"], is_new=False)
            self._tell(1, picture.size)
        elif place["status"] == "wait":
            self._again.append((monotonic() + place["retry_after"], picture))
        else:
            self._note_failed(picture, place["detail"])
            if place["code"] == "quota_exceeded":
                self.result.stopped_by = place["detail"]

    def _send(self, picture: Picture, place: Json) -> None:
        """Send one file, in a thread of its own."""
        image_id = place["image"]["id"]
        try:
            answer = self._api.until_answered(
                lambda: self._api.connections.send(
                    place["upload"]["method"],
                    urlsplit(place["upload"]["url"]),
                    headers={**place["upload"]["headers"], "Content-Length": str(picture.size)},
                    body=read_chunks(picture.entry),
                )
            )
        except UnreadableError as error:
            sent = Sent(picture=picture, image_id=image_id, is_stored=False, problem=str(error))
        except UnreachableError:
            sent = Sent(picture=picture, image_id=image_id, is_stored=False)
        except BaseException as error:
            problem = f"it could not be sent: {error!r}"
            self._results.put(
                Sent(picture=picture, image_id=image_id, is_stored=False, problem=problem)
            )
            raise
        else:
            sent = _judge(picture, image_id, answer.status)
        self._results.put(sent)

    def _settle(self) -> int:
        """Note what has been sent: wait for one, and take along what else there is."""
        sent = [self._results.get()]
        while not self._results.empty():
            sent.append(self._results.get())
        self._journal.db.execute("BEGIN")
        for each in sent:
            self._note_sent(each)
        self._journal.db.execute("COMMIT")
        return len(sent)

    def _note_sent(self, sent: Sent) -> None:
        picture = sent.picture
        if sent.is_stored:
            self.result.uploaded += 1
            self._note_done(picture, sent.image_id, is_new=True)
            self._tell(1, picture.size)
            return
        tries = self._tries[picture.sha256] = self._tries.get(picture.sha256, 0) + 1
        if sent.problem is None and tries < _MAX_TRIES:
            self._again.append((monotonic(), picture))
        else:
            self._note_failed(picture, sent.problem or "it was refused again and again")

    def _note_done(self, picture: Picture, image_id: str, *, is_new: bool) -> None:
        self._journal.db.execute(
            "INSERT OR REPLACE INTO done (sha256, image_id, is_new) VALUES (?, ?, ?)",
            (picture.sha256, image_id, int(is_new)),
        )

    def _note_failed(self, picture: Picture, reason: str) -> None:
        """Not taken: said in the report, and tried again when the import is run again."""
        self.result.failed += 1
        self._journal.db.execute(
            "UPDATE pictures SET outcome = 'failed' WHERE sha256 = ?", (picture.sha256,)
        )
        self._journal.db.execute(
            "UPDATE entries SET outcome = 'failed', reason = ?"
            " WHERE sha256 = ? AND outcome = 'upload'",
            (reason, picture.sha256),
        )


def _judge(picture: Picture, image_id: str, status: int) -> Sent:
    if status in {OK, _STORED_BEFORE}:
        return Sent(picture=picture, image_id=image_id, is_stored=True)
    if status == _DEAD_ADDRESS:
        return Sent(picture=picture, image_id=image_id, is_stored=False)
    problem = f"the storage refuses it ({status}): has the file changed since it was read?"
    return Sent(picture=picture, image_id=image_id, is_stored=False, problem=problem)


def _announcement(picture: Picture) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": picture.name,
        "size": picture.size,
        "content_type": picture.type,
        "sha256": picture.sha256,
    }
    if picture.hint:
        said["taken_hint"] = picture.hint
    return said


def _hint(taken: str | None) -> str | None:
    """What the site may date a picture by that does not say when it was taken."""
    if taken is None:
        return None
    clock = datetime.fromisoformat(taken)
    tomorrow = datetime.now() + timedelta(days=1)  # noqa: DTZ005 - wall clocks
    return taken if clock.year >= _EARLIEST_HINT and clock < tomorrow else None
