"""Have a model describe many images within a day, through OpenAI's Batch API.

https://developers.openai.com/api/docs/guides/batch: a file of questions is uploaded, a batch is
made of it, and a day later at the latest there are two files, of answers and of errors. Their lines
come in any order, and each names its question. A batch that expires or is cancelled has the answers
that were ready by then; only those cost money.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from app.clients.openai_vision import (
    PROMPT_VERSION,
    GeneratedDescription,
    VisionSettings,
    data_url,
    make_client,
    prompt_version_of,
    question,
    read_answer,
)
from app.clients.prompt_options import PromptOptions
from app.clients.vision_errors import VisionError, translated, translated_code

if TYPE_CHECKING:
    import openai
    from openai.types import Batch

# Files wait there no longer than a batch can last, if nobody comes to delete them.
FILES_LAST_SECONDS = 3 * 24 * 3600
_ENDPOINT: Final = "/v1/responses"
# Of all answers of one batch: an answer with what comes around it has some 10 KB.
_MAX_FILE_BYTES = 64 << 20
_MAX_LINE_BYTES = 1 << 20
_MAX_PAGES, _PAGE = 20, 100
_MARK = "pinhole_batch"
_VERSION = re.compile(r"[0-9]{1,3}( [A-Za-z,-]{2,16})?", re.ASCII)
_SERVER_ERROR = 500
# What is said of questions that the host never came to.
_NOT_ASKED = frozenset({"batch_expired", "batch_cancelled", "batch_canceled"})


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A batch, as the host tells of it.

    status: as in openai.types.Batch. error: why it failed, in the API's words.
    """

    id: str
    status: str
    answered: int
    file_ids: tuple[str, ...]  # of answers and of errors, those that there are
    error: str | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.status in {"failed", "completed", "expired", "cancelled"}


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What came of one question: a description, or why there is none.

    was_asked: the model never saw it where this is false.
    """

    name: str
    said: GeneratedDescription | VisionError
    was_asked: bool = True


def line_of(
    name: str, picture: bytes, options: PromptOptions, *, settings: VisionSettings
) -> bytes:
    """Return a line of a batch's file: a question about a WebP, named so."""
    body = question(data_url(picture), options, settings=settings)
    # How was asked is told with the answer, a day later, when the person may wish otherwise.
    custom_id = f"{name} {prompt_version_of(options)}"
    line = {"custom_id": custom_id, "method": "POST", "url": _ENDPOINT, "body": body}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


class Batches:
    """Batches of descriptions. Safe to use from several threads.

    Each method raises VisionError for whatever reason.
    """

    def __init__(self, settings: VisionSettings) -> None:
        """Connect to nothing yet."""
        self.settings = settings
        self._lock = threading.Lock()
        self._made: openai.OpenAI | None = None

    def line(self, name: str, picture: bytes, options: PromptOptions) -> bytes:
        """See `line_of`."""
        return line_of(name, picture, options, settings=self.settings)

    def upload(self, file: BinaryIO) -> str:
        """Send a file of questions; return the host's name for it."""
        with _translating():
            made = self._client().files.create(
                file=("questions.jsonl", file, "application/jsonl"),
                purpose="batch",
                expires_after={"anchor": "created_at", "seconds": FILES_LAST_SECONDS},
            )
            return _name(made.id)

    def create(self, file_id: str, *, mark: str) -> Remote:
        """Have the questions of a file answered within a day. `find` finds it by its mark."""
        with _translating():
            return _remote(
                self._client().batches.create(
                    input_file_id=file_id,
                    endpoint=_ENDPOINT,
                    completion_window="24h",
                    metadata={_MARK: mark},
                    output_expires_after={"anchor": "created_at", "seconds": FILES_LAST_SECONDS},
                )
            )

    def find(self, mark: str, *, since: float) -> Remote | None:
        """Look for a batch that was made after a moment (Unix seconds); None: there is none."""
        with _translating():
            page = self._client().batches.list(limit=_PAGE)
            for _ in range(_MAX_PAGES):
                for each in page.data:
                    if (each.metadata or {}).get(_MARK) == mark:
                        return _remote(each)
                # Newest first.
                if not page.data or page.data[-1].created_at < since or not page.has_next_page():
                    break
                page = page.get_next_page()
        return None

    def look(self, batch_id: str) -> Remote | None:
        """Ask how far it is; None: the host knows of none."""
        import openai  # noqa: PLC0415 - see openai_vision.py

        with _translating():
            try:
                return _remote(self._client().batches.retrieve(batch_id))
            except openai.NotFoundError:
                return None

    def cancel(self, batch_id: str) -> None:
        """Have no more questions answered; does nothing where it is over. Takes minutes there."""
        import openai  # noqa: PLC0415 - see openai_vision.py

        gone = (openai.NotFoundError, openai.ConflictError, openai.BadRequestError)
        with _translating(), suppress(*gone):
            self._client().batches.cancel(batch_id)

    def answers(self, file_id: str) -> Iterator[Answered]:
        """Return what a file of answers or errors has, line by line; what is no line is left out.

        A file that is there no more has none.
        """
        import openai  # noqa: PLC0415 - see openai_vision.py

        content = b""
        with _translating(), suppress(openai.NotFoundError):
            content = self._client().files.content(file_id).content
        for line in content.split(b"\n"):
            found = _answered(line, model=self.settings.model)
            if found is not None:
                yield found

    def forget(self, file_id: str) -> None:
        """Delete a file there; it goes by itself in three days, so failing is no matter."""
        with suppress(VisionError), _translating():
            self._client().files.delete(file_id)

    def close(self) -> None:
        """Let go of connections; the next call makes new ones."""
        with self._lock:
            if self._made is not None:
                self._made.close()
                self._made = None

    def _client(self) -> "openai.OpenAI":
        with self._lock:
            if self._made is None:
                self._made = make_client(self.settings, max_answer_bytes=_MAX_FILE_BYTES)
            return self._made


@contextmanager
def _translating() -> Iterator[None]:
    """Raise VisionError instead of openai's."""
    import openai  # noqa: PLC0415 - see openai_vision.py

    try:
        yield
    except openai.OpenAIError as error:
        raise translated(error) from error
    except (ValueError, AttributeError, TypeError) as error:  # no JSON, or other JSON
        raise VisionError("unusable_answer", retryable=True) from error


_LONGEST_NAME = 200


def _name(found: object) -> str:
    """Return the host's name of a thing, which is kept in a column and put into addresses.

    Raises:
        ValueError: it is no name.
    """
    if not isinstance(found, str) or not 0 < len(found) <= _LONGEST_NAME:
        raise ValueError
    return found


def _remote(batch: "Batch") -> Remote:
    counts = batch.request_counts
    answered = (counts.completed + counts.failed) if counts is not None else 0
    errors = batch.errors.data if batch.errors is not None and batch.errors.data else []
    return Remote(
        id=_name(batch.id),
        status=str(batch.status),
        answered=max(0, min(int(answered), 10**6)),
        file_ids=tuple(
            _name(each) for each in (batch.output_file_id, batch.error_file_id) if each is not None
        ),
        error=errors[0].code if errors else None,
    )


def _answered(line: bytes, *, model: str) -> Answered | None:
    if not line.strip() or len(line) > _MAX_LINE_BYTES:
        return None
    try:
        said: Any = json.loads(line)
        name, response, error = said["custom_id"], said.get("response"), said.get("error")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not isinstance(name, str):
        return None
    name, _, version = name.partition(" ")
    if not _VERSION.fullmatch(version):
        version = PROMPT_VERSION
    if isinstance(response, dict):
        return Answered(name=name, said=_said(response, model=model, prompt_version=version))
    code = str(error.get("code")) if isinstance(error, dict) else ""
    if code in _NOT_ASKED:
        unasked = VisionError("unreachable", retryable=True, is_unbilled=True)
        return Answered(name=name, said=unasked, was_asked=False)
    failed = translated_code(code)
    failed.is_unbilled = True  # the host says that there is no answer
    return Answered(name=name, said=failed)


def _said(
    response: dict[str, Any], *, model: str, prompt_version: str
) -> GeneratedDescription | VisionError:
    from openai.types.responses import Response  # noqa: PLC0415 - see openai_vision.py

    status, body = response.get("status_code"), response.get("body")
    if not isinstance(body, dict) or not isinstance(status, int):
        return VisionError("unusable_answer", retryable=True)
    if status >= 400:  # noqa: PLR2004 - HTTP
        return _refused(status, body)
    try:
        answer = Response.construct(**body)
        return read_answer(answer, model=model, prompt_version=prompt_version)
    except VisionError as error:
        return error
    except (ValueError, AttributeError, TypeError, KeyError):  # not of the shape that it says
        return VisionError("unusable_answer", retryable=True)


def _refused(status: int, body: dict[str, Any]) -> VisionError:
    error = body.get("error")
    code = str(error.get("code") or error.get("type") or "") if isinstance(error, dict) else ""
    told = translated_code(code)
    if status == 429 or status >= _SERVER_ERROR:  # noqa: PLR2004 - HTTP
        away = told.code == "quota_exceeded"
        told = told if away else VisionError("unreachable", retryable=True)
    told.is_unbilled = True  # only answers cost money in a batch
    return told
