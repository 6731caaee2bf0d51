"""Stand in for OpenAI's Files and Batch API: answer files of questions, and end as told.

A batch moves on by one step each time that somebody looks at it, as often as `looks` says. `PUT
/control {"batches": {"looks": 3, "end": "expired", "answered": 2}}` says how the next ones go:
they end as completed, expired or failed, with so many questions answered (null: all) and with
`error` as the code of a failure.
"""

import email.policy
import json
import math
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scripts.embedded.openai_stand_in import Answer

Json = dict[str, Any]

# https://developers.openai.com/api/docs/guides/batch
MAX_LINES = 50_000
MAX_FILE_BYTES = 200_000_000
_MAX_METADATA = 16
_HOUR, _MONTH = 3600, 30 * 24 * 3600
_OK = 200


@dataclass(frozen=True, kw_only=True)
class Course:
    """How a batch goes."""

    looks: int = 1
    end: str = "completed"
    answered: int | None = None
    error: str = "invalid_json_line"


@dataclass(kw_only=True)
class _Batch:
    said: Json
    course: Course
    looks: int = 0
    lines: list[Json] = field(default_factory=list)


class BatchDesk:
    """Files and batches. Safe to use from several threads."""

    def __init__(self, answer: Callable[[Json], "Answer"]) -> None:
        """`answer` answers one question."""
        self._answer = answer
        self._lock = threading.Lock()
        self.files: dict[str, tuple[Json, bytes]] = {}
        self.batches: dict[str, _Batch] = {}
        self.course = Course()
        self.refusals: list[int] = []  # statuses of the next requests that make a batch
        self.closed: int | None = None  # status of whatever asks after batches, from now on
        self.questions: list[Json] = []  # of all files that came, for tests to read

    def go(self, **changed: Any) -> None:  # noqa: ANN401 - fields of Course
        """Say how the next batches go."""
        self.course = replace(Course(), **changed)

    def upload(self, content_type: str, body: bytes) -> tuple[int, Json]:
        """Take a file in."""
        head = f"Content-Type: {content_type}\r\n\r\n".encode()
        form = BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
        parts: dict[str, bytes] = {}
        name = ""
        for part in form.iter_parts() if form.is_multipart() else ():
            field_name = str(part.get_param("name", header="content-disposition"))
            content = part.get_payload(decode=True)
            parts[field_name] = content if isinstance(content, bytes) else b""
            name = part.get_filename() or name
        if parts.get("purpose") != b"batch" or "file" not in parts:
            return _refuse("purpose must be batch, with a file")
        seconds = int(parts.get("expires_after[seconds]", b"0"))
        if seconds and not _HOUR <= seconds <= _MONTH:
            return _refuse("expires_after is out of range")
        if not name.endswith(".jsonl"):
            return _refuse("Invalid file format for Batch API. Must be .jsonl")
        if len(parts["file"]) > MAX_FILE_BYTES:
            return _refuse("File is too large.")
        said = self._keep(parts["file"], name=name, purpose="batch", seconds=seconds or _MONTH)
        lines = _lines(parts["file"]) or []
        with self._lock:
            self.questions += [line.get("body", {}) for line in lines]
        return _OK, said

    def _keep(self, content: bytes, *, name: str, purpose: str, seconds: int) -> Json:
        said: Json = {
            "id": f"file-{uuid.uuid4().hex}",
            "object": "file",
            "bytes": len(content),
            "created_at": int(time.time()),
            "expires_at": int(time.time()) + seconds,
            "filename": name,
            "purpose": purpose,
            "status": "processed",
            "status_details": None,
        }
        with self._lock:
            self.files[said["id"]] = (said, content)
        return said

    def content(self, file_id: str) -> bytes | None:
        """Return what a file holds; None: there is none."""
        with self._lock:
            found = self.files.get(file_id)
        return None if found is None else found[1]

    def delete(self, file_id: str) -> tuple[int, Json]:
        """Delete a file."""
        with self._lock:
            found = self.files.pop(file_id, None)
        if found is None:
            return _missing()
        return _OK, {"id": file_id, "object": "file", "deleted": True}

    def create(self, asked: Json) -> tuple[int, Json]:
        """Make a batch of a file."""
        with self._lock:
            if self.refusals:
                status = self.refusals.pop(0)
                return _close(status)
            file = self.files.get(str(asked.get("input_file_id")))
        metadata = asked.get("metadata") or {}
        if asked.get("completion_window") != "24h" or asked.get("endpoint") != "/v1/responses":
            return _refuse("completion_window or endpoint is none that there is")
        if len(metadata) > _MAX_METADATA or not all(isinstance(v, str) for v in metadata.values()):
            return _refuse("metadata must be strings, 16 at most")
        if file is None:
            return _refuse("No such File object")
        moment = int(time.time())
        said: Json = {
            "id": f"batch_{uuid.uuid4().hex}",
            "object": "batch",
            "endpoint": asked["endpoint"],
            "input_file_id": asked["input_file_id"],
            "completion_window": "24h",
            "status": "validating",
            "errors": None,
            "output_file_id": None,
            "error_file_id": None,
            "created_at": moment,
            "expires_at": moment + 24 * _HOUR,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            "metadata": metadata or None,
        }
        batch = _Batch(said=said, course=self.course)
        with self._lock:
            self.batches[said["id"]] = batch
        self._validate(batch, file[1])
        return _OK, dict(said)

    def _validate(self, batch: _Batch, content: bytes) -> None:
        lines = _lines(content)
        names = [line.get("custom_id") for line in lines or []]
        bad = (
            "invalid_json_line"
            if lines is None
            else "empty_file"
            if not lines
            else "too_many_requests"
            if len(lines) > MAX_LINES
            else "duplicate_custom_id"
            if len(set(names)) != len(names)
            else "mismatched_model"
            if len({line["body"].get("model") for line in lines}) > 1
            else "invalid_request"
            if not all(_is_question(line) for line in lines)
            else None
        )
        batch.lines = lines or []
        batch.said["request_counts"]["total"] = len(batch.lines)
        if batch.course.end == "failed":
            bad = batch.course.error
        if bad is not None:
            batch.course = replace(batch.course, end="failed", error=bad)

    def list(self, after: str | None, limit: int) -> tuple[int, Json]:
        """List batches, newest first."""
        if self.closed is not None:
            return _close(self.closed)
        with self._lock:
            newest = [batch.said for batch in reversed(self.batches.values())]
        ids = [each["id"] for each in newest]
        begins = ids.index(after) + 1 if after in ids else 0
        page = newest[begins : begins + limit]
        return _OK, {
            "object": "list",
            "data": page,
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
            "has_more": begins + limit < len(newest),
        }

    def look(self, batch_id: str) -> tuple[int, Json]:
        """Say how far a batch is, after one more step."""
        if self.closed is not None:
            return _close(self.closed)
        with self._lock:
            batch = self.batches.get(batch_id)
        if batch is None:
            return _missing()
        if batch.said["status"] in {"validating", "in_progress", "cancelling"}:
            self._step(batch)
        return _OK, dict(batch.said)

    def cancel(self, batch_id: str) -> tuple[int, Json]:
        """Stop a batch; what was answered by then can be had."""
        with self._lock:
            batch = self.batches.get(batch_id)
        if batch is None:
            return _missing()
        if batch.said["status"] not in {"validating", "in_progress"}:
            return 409, {"error": {"message": "It is over.", "type": "conflict", "code": None}}
        batch.said.update(status="cancelling", cancelling_at=int(time.time()))
        return _OK, dict(batch.said)

    def _step(self, batch: _Batch) -> None:
        said, moment = batch.said, int(time.time())
        if said["status"] == "cancelling":
            self._end(batch, "cancelled")
        elif batch.course.end == "failed":
            error = {"code": batch.course.error, "line": None, "message": "No.", "param": None}
            said.update(status="failed", failed_at=moment)
            said["errors"] = {"object": "list", "data": [error]}
        elif batch.looks >= batch.course.looks:
            self._end(batch, batch.course.end)
        else:
            batch.looks += 1
            said.update(status="in_progress", in_progress_at=moment)
            done = len(batch.lines) * batch.looks // (batch.course.looks + 1)
            said["request_counts"]["completed"] = done

    def _end(self, batch: _Batch, how: str) -> None:
        answered = batch.course.answered
        if how == "cancelled" and answered is None:
            answered = batch.said["request_counts"]["completed"]
        count = len(batch.lines) if answered is None else answered
        good: list[Json] = []
        bad: list[Json] = []
        for place, line in enumerate(batch.lines):
            found = self._line(line, is_answered=place < count, how=how)
            (good if found["response"] and _is_good(found) else bad).append(found)
        for name, lines in (("output", good), ("error", bad)):
            if lines:
                # In any order, and not in that of the questions.
                content = b"".join(json.dumps(each).encode() + b"\n" for each in reversed(lines))
                file = self._keep(
                    content, name=f"{name}.jsonl", purpose="batch_output", seconds=_MONTH
                )
                batch.said[f"{name}_file_id"] = file["id"]
        batch.said["request_counts"].update(completed=len(good), failed=len(bad))
        batch.said.update({"status": how, f"{how}_at": int(time.time())})

    def _line(self, line: Json, *, is_answered: bool, how: str) -> Json:
        said = {"id": f"batch_req_{uuid.uuid4().hex}", "custom_id": line["custom_id"]}
        if not is_answered:
            error = {"code": f"batch_{how}", "message": "This request was not executed."}
            return {**said, "response": None, "error": error}
        answer = self._answer(line["body"])
        if not isinstance(answer.body, dict):
            return {**said, "response": None, "error": {"code": "server_error", "message": "No."}}
        response = {
            "status_code": answer.status,
            "request_id": uuid.uuid4().hex,
            "body": answer.body,
        }
        return {**said, "response": response, "error": None}


def _is_good(line: Json) -> bool:
    return bool(line["response"]["status_code"] == _OK)


def _is_question(line: Json) -> bool:
    return line.get("method") == "POST" and line.get("url") == "/v1/responses"


def _lines(content: bytes) -> list[Json] | None:
    try:
        found = [json.loads(line) for line in content.splitlines() if line.strip()]
    except ValueError:
        return None
    return found if all(isinstance(each, dict) for each in found) else None


def _refuse(message: str) -> tuple[int, Json]:
    kind = "invalid_request_error"
    return 400, {"error": {"message": message, "type": kind, "code": None, "param": None}}


def _close(status: int) -> tuple[int, Json]:
    return status, {"error": {"message": "No.", "type": "server_error", "code": None}}


def _missing() -> tuple[int, Json]:
    kind = "invalid_request_error"
    return 404, {"error": {"message": "There is none.", "type": kind, "code": "not_found"}}


def number(words: str | None, *, most: int) -> int:
    """Read a number from an address, within bounds."""
    return min(most, int(words)) if words and words.isdecimal() else min(most, math.floor(most / 5))
