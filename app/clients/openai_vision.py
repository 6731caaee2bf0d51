"""Ask a model to describe an image, through OpenAI's Responses API or a compatible one.

Only this file and its neighbours openai_batches.py and vision_errors.py use openai. They import it
at the first use: that takes a second, which a process without descriptions should not spend.
"""

import base64
import json
import threading
import time
import unicodedata
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.clients.prompt_options import NO_OPTIONS, PromptOptions
from app.clients.vision_errors import Usage, VisionError, translated, translated_code
from app.description_limits import LONGEST_ALT_TEXT, LONGEST_TAG, LONGEST_TEXT, MAX_TAGS

if TYPE_CHECKING:
    import httpx2
    import openai
    from openai.types.responses import Response, ResponseInputTextParam
    from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming
    from openai.types.shared_params import ReasoningEffort

PROMPT_VERSION = "1"
_LONGEST_VERSION = 20  # that is kept
INSTRUCTIONS = NO_OPTIONS.instructions
_QUESTION = "Describe this picture."

_TIMEOUT_SECONDS = 60.0
_CONNECT_SECONDS = 10.0
# Until the last of an answer comes: some hosts send spaces for as long as a question waits, and the
# limit above is of silence. With it, this is shorter than a lease lasts (descriptions/lease.py).
_TOTAL_SECONDS = 100.0
# Of all that may be asked for; some models think within the same allowance.
_MAX_OUTPUT_TOKENS = 3000
_MAX_TOKENS_TOLD = 10**8
# Of what the host puts around our words; and a token stands for a byte at least.
_TOKENS_AROUND = 200
# A description and what is said about it are some kilobytes.
_MAX_ANSWER_BYTES = 2**20
_BEGAN = "pinhole_began"


@dataclass(frozen=True, kw_only=True)
class VisionSettings:
    """Where the model is; effort None is not sent, since some models know no such setting."""

    api_key: str
    base_url: str | None
    model: str
    effort: str | None


@dataclass(frozen=True, kw_only=True)
class GeneratedDescription:
    """What a model saw, cleaned and within the limits above, and what it cost."""

    alt_text: str
    text: str
    visible_text: str
    tags: tuple[str, ...]
    model: str
    prompt_version: str
    input_tokens: int
    output_tokens: int
    cache_write_tokens: int = 0

    @property
    def usage(self) -> Usage | None:
        """What the host counted; None: it did not say."""
        if not self.input_tokens and not self.output_tokens:
            return None
        return Usage(
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            cache_write_tokens=self.cache_write_tokens,
        )


class _Answer(BaseModel):
    """The description of one picture."""  # the model reads this; lengths are enforced afterwards

    model_config = ConfigDict(extra="forbid")

    alt_text: str = Field(
        description="One sentence, at most 200 characters, for people who cannot see the picture."
        " Begin with what matters most; do not begin with 'picture of'."
    )
    text: str = Field(
        description="Two to five sentences: what is seen, where, what is happening, light, mood."
    )
    visible_text: str = Field(
        description="Text that can be read in the picture, as it is written, line by line."
        " Empty when there is none."
    )
    tags: list[str] = Field(
        description="Five to fifteen lower-case words to search by: things, scene, colours, season."
    )


def most_tokens() -> tuple[int, int]:
    """Return how many tokens one question takes at most, without its picture, and its answer.

    Of one without options: see `PromptOptions.more_tokens` and `more_answer_tokens`.

    The tokens of these models stand for one byte of UTF-8 or more, so bytes are never too few.
    """
    words = (INSTRUCTIONS, _QUESTION, json.dumps(_Answer.model_json_schema()))
    return sum(len(each.encode()) for each in words) + _TOKENS_AROUND, _MAX_OUTPUT_TOKENS


class Vision:
    """A model that describes pictures. Safe to use from several threads."""

    def __init__(self, settings: VisionSettings) -> None:
        """Connect to nothing yet."""
        self._settings = settings
        self._lock = threading.Lock()
        self._made: openai.OpenAI | None = None

    def describe(
        self,
        preview: bytes,
        *,
        options: PromptOptions = NO_OPTIONS,
        content_type: str = "image/webp",
    ) -> GeneratedDescription:
        """Describe one picture, in one call. What it costs is paid again when repeated.

        Raises:
            VisionError: whatever the reason.
        """
        import openai  # noqa: PLC0415 - see above

        try:
            response = self._ask(data_url(preview, content_type), options)
        except openai.OpenAIError as error:
            raise translated(error) from error
        except ValueError as error:  # the body was no JSON
            raise VisionError("unusable_answer", retryable=True) from error
        return read_answer(
            response, model=self._settings.model, prompt_version=prompt_version_of(options)
        )

    def close(self) -> None:
        """Let go of connections; the next description makes new ones."""
        with self._lock:
            if self._made is not None:
                self._made.close()
                self._made = None

    def _ask(self, picture: str, options: PromptOptions) -> "Response":
        from openai.types.responses import Response  # noqa: PLC0415 - see above

        asked = question(picture, options, settings=self._settings)
        response: object = self._client().responses.create(**asked)
        if not isinstance(response, Response):  # a body that is not JSON is returned as it is
            raise VisionError("unusable_answer", retryable=True)
        return response

    def _client(self) -> "openai.OpenAI":
        with self._lock:
            if self._made is None:
                self._made = make_client(self._settings)
            return self._made


def question(
    picture: str, options: PromptOptions, *, settings: VisionSettings
) -> "ResponseCreateParamsNonStreaming":
    """Return the body of a request for one description, which has the picture as a data URL."""
    asked: ResponseCreateParamsNonStreaming = {
        "model": settings.model,
        "instructions": options.instructions,
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": _QUESTION},
                    *_names(options),
                    {"type": "input_image", "image_url": picture, "detail": "auto"},
                ],
            }
        ],
        "text": {
            "format": {
                "type": "json_schema",
                "name": "description",
                "strict": True,
                "schema": _Answer.model_json_schema(),
            }
        },
        "max_output_tokens": _MAX_OUTPUT_TOKENS + options.more_answer_tokens,
        "store": False,
    }
    if settings.effort:
        asked["reasoning"] = {"effort": cast("ReasoningEffort", settings.effort)}
    return asked


def prompt_version_of(options: PromptOptions) -> str:
    """Say how was asked: by which words of ours, and for which languages. "1", "1 de,ja"."""
    codes = ",".join(options.codes)
    return f"{PROMPT_VERSION} {codes}".strip()[:_LONGEST_VERSION]


def read_answer(
    response: "Response", *, model: str, prompt_version: str = PROMPT_VERSION
) -> GeneratedDescription:
    """Return what a model said of a picture, cleaned.

    Raises:
        VisionError: it is no description; with what it cost.
    """
    usage = _usage_of(response)
    try:
        answer = _parsed(_text_of(response))
    except VisionError as error:
        error.usage = usage
        raise
    return GeneratedDescription(
        alt_text=_clipped(" ".join(_cleaned(answer.alt_text).split()), LONGEST_ALT_TEXT),
        text=_clipped(_cleaned(answer.text), LONGEST_TEXT),
        visible_text=_clipped(_cleaned(answer.visible_text), LONGEST_TEXT),
        tags=_tidied(answer.tags),
        model=model,
        prompt_version=prompt_version,
        input_tokens=usage.input_tokens if usage else 0,
        output_tokens=usage.output_tokens if usage else 0,
        cache_write_tokens=usage.cache_write_tokens if usage else 0,
    )


def make_client(
    settings: VisionSettings, *, max_answer_bytes: int = _MAX_ANSWER_BYTES
) -> "openai.OpenAI":
    """Make a client whose answers are no longer than that, and do not take for ever."""
    import openai  # noqa: PLC0415 - see above

    return openai.OpenAI(
        api_key=settings.api_key,
        base_url=settings.base_url or "https://api.openai.com/v1",
        timeout=openai.Timeout(_TIMEOUT_SECONDS, connect=_CONNECT_SECONDS),
        max_retries=0,  # the queue tries again, and lets others go first
        http_client=openai.DefaultHttpxClient(
            # A host that people agreed to would send their pictures on to another.
            follow_redirects=False,
            # What is packed may be a thousand times as large.
            headers={"Accept-Encoding": "identity"},
            event_hooks={
                "request": [_note_begin],
                "response": [partial(_read_in_time, max_bytes=max_answer_bytes)],
            },
        ),
    )


def _note_begin(request: "httpx2.Request") -> None:
    request.extensions.setdefault(_BEGAN, time.monotonic())


def _read_in_time(response: "httpx2.Response", *, max_bytes: int) -> None:
    """Read an answer, of which openai has only the head yet, within what is left of the time.

    Raises:
        httpx2.ReadTimeout: it took too long.
        VisionError: it is longer than any answer, or packed.
    """
    import httpx2  # noqa: PLC0415 - openai's own, and as slow

    ends = response.request.extensions[_BEGAN] + _TOTAL_SECONDS
    stream = cast("httpx2.SyncByteStream", response.stream)
    read, size = [], 0
    if response.headers.get("Content-Encoding", "identity") != "identity":
        stream.close()
        raise VisionError("unusable_answer", retryable=True)
    for chunk in stream:
        read.append(chunk)
        size += len(chunk)
        if size > max_bytes:
            stream.close()
            raise VisionError("unusable_answer", retryable=True)
        if time.monotonic() > ends:
            raise httpx2.ReadTimeout("the answer did not end", request=response.request)
    stream.close()
    response.stream = httpx2.ByteStream(b"".join(read))


def _names(options: PromptOptions) -> "list[ResponseInputTextParam]":
    """Return the names that the person uses as a part of the message: data, and no instruction."""
    return [] if options.data is None else [{"type": "input_text", "text": options.data}]


def data_url(picture: bytes, content_type: str = "image/webp") -> str:
    """Return a picture as an address that holds it."""
    return f"data:{content_type};base64,{base64.b64encode(picture).decode()}"


def _usage_of(response: "Response") -> Usage | None:
    usage = response.usage
    if usage is None:
        return None
    written = getattr(usage.input_tokens_details, "cache_write_tokens", None) or 0
    # Hosts of all kinds are asked: what they say is a number only if it is one.
    counts = [usage.input_tokens, usage.output_tokens, written]
    if not all(isinstance(each, int) and 0 <= each <= _MAX_TOKENS_TOLD for each in counts):
        return None
    return Usage(input_tokens=counts[0], output_tokens=counts[1], cache_write_tokens=counts[2])


def _text_of(response: "Response") -> str:
    """Return the JSON that the model wrote.

    Raises:
        VisionError: it refused, failed, or was cut off.
    """
    if response.error is not None:
        raise translated_code(response.error.code)
    reason = response.incomplete_details.reason if response.incomplete_details else None
    contents = [
        content
        for item in response.output or []
        if item.type == "message"
        for content in item.content or []
    ]
    if reason == "content_filter" or any(content.type == "refusal" for content in contents):
        raise VisionError("refused")
    if response.status == "incomplete":
        raise VisionError("unusable_answer")  # and would be as long again
    return "".join(content.text for content in contents if content.type == "output_text")


def _parsed(text: str) -> _Answer:
    try:
        answer = _Answer.model_validate_json(text)
    except ValidationError as error:
        raise VisionError("unusable_answer", retryable=True) from error
    if not _cleaned(answer.alt_text):
        raise VisionError("unusable_answer", retryable=True)
    return answer


_JOINERS = "\u200c\u200d"  # without them some scripts and emoji fall apart


def _cleaned(text: str) -> str:
    """Drop controls and marks that reorder text; keep line breaks."""
    kept = (
        character
        for character in text.replace("\r\n", "\n").replace("\t", " ")
        if character == "\n" or character in _JOINERS or unicodedata.category(character)[0] != "C"
    )
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _clipped(text: str, longest: int) -> str:
    """Shorten to so many characters, at a space where there is one near."""
    if len(text) <= longest:
        return text
    clipped = text[: longest - 1]
    space = clipped.rfind(" ", longest * 4 // 5)
    return (clipped[:space] if space > 0 else clipped).rstrip() + "…"


def _tidied(tags: list[str]) -> tuple[str, ...]:
    """Lower case, each once, in the model's order; what is too long is no tag."""
    tidy = (" ".join(_cleaned(tag).lower().strip("#.,;: ").split()) for tag in tags[: 5 * MAX_TAGS])
    return tuple(dict.fromkeys(t for t in tidy if 0 < len(t) <= LONGEST_TAG))[:MAX_TAGS]
