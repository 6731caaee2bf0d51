"""Batches of descriptions at the stand-in, which speaks as the SDK's own types say."""

from __future__ import annotations

import io
import json
import threading
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai.types import Batch, FileDeleted, FileObject
from PIL import Image

from app.clients.openai_batches import Answered, Batches, line_of
from app.clients.openai_vision import PROMPT_VERSION, GeneratedDescription, Vision, VisionSettings
from app.clients.prompt_options import NO_OPTIONS, PromptOptions
from app.clients.vision_errors import VisionError
from scripts.embedded.openai_stand_in import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator


def _webp() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "WEBP")
    return file.getvalue()


PICTURE = _webp()


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn(0) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def batches(server: StandIn) -> Iterator[Batches]:
    made = Batches(
        VisionSettings(api_key="x", base_url=server.base_url, model="pinhole-demo", effort="none")
    )
    yield made
    made.close()


def file_of(batches: Batches, *names: str) -> io.BytesIO:
    return io.BytesIO(b"".join(batches.line(name, PICTURE, NO_OPTIONS) for name in names))


def finished(batches: Batches, *names: str) -> dict[str, Answered]:
    remote = batches.create(batches.upload(file_of(batches, *names)), mark="m")
    found = None
    for _ in range(5):
        found = batches.look(remote.id)
        assert found is not None
        if found.is_over:
            break
    assert found is not None
    assert found.is_over
    return {each.name: each for file_id in found.file_ids for each in batches.answers(file_id)}


def test_what_the_stand_in_says_is_what_the_sdk_says(server: StandIn, batches: Batches) -> None:
    server.batches.go(answered=1)
    said: dict[str, Any] = {}
    desk = server.batches
    _, said["file"] = desk.upload(
        'multipart/form-data; boundary="b"',
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="q.jsonl"\r\n\r\n'
        + batches.line("a", PICTURE, NO_OPTIONS)
        + b"\r\n--b--\r\n",
    )
    asked = {"completion_window": "24h", "endpoint": "/v1/responses", "metadata": {"a": "b"}}
    _, begun = desk.create({**asked, "input_file_id": said["file"]["id"]})
    looked = [desk.look(begun["id"])[1] for _ in range(3)]
    for each in (begun, *looked):
        found = Batch.model_validate_json(json.dumps(each), strict=True)
        assert not found.model_extra
        assert found.request_counts is not None
        assert not found.request_counts.model_extra
    assert [each["status"] for each in looked] == ["in_progress", "completed", "completed"]
    desk.go(end="failed", error="token_limit_exceeded")
    _, begun = desk.create({**asked, "input_file_id": said["file"]["id"]})
    failed = Batch.model_validate_json(json.dumps(desk.look(begun["id"])[1]), strict=True)
    assert failed.errors is not None
    assert failed.errors.data is not None
    assert [error.code for error in failed.errors.data] == ["token_limit_exceeded"]
    file = FileObject.model_validate_json(json.dumps(said["file"]), strict=True)
    assert not file.model_extra
    gone = FileDeleted.model_validate_json(json.dumps(desk.delete(file.id)[1]), strict=True)
    assert gone.deleted


def test_a_batch_is_answered_by_name(server: StandIn, batches: Batches) -> None:
    found = finished(batches, "one", "two", "three")
    assert set(found) == {"one", "two", "three"}
    for each in found.values():
        assert isinstance(each.said, GeneratedDescription)
        assert each.said.alt_text
        assert each.said.input_tokens == 900
    assert len(server.batches.questions) == 3


def test_questions_of_a_batch_are_those_of_single_pictures(
    server: StandIn, batches: Batches
) -> None:
    """No word more leaves the house: no name, no time, no place, no person."""
    options = PromptOptions(languages=("German",), names=(("Oma", "grandmother"),))
    line = json.loads(line_of("n", PICTURE, options, settings=batches.settings))
    assert set(line) == {"custom_id", "method", "url", "body"}
    vision = Vision(batches.settings)
    vision.describe(PICTURE, options=options)
    vision.close()
    assert line["body"] == server.requests[-1]


def test_how_was_asked_comes_back_with_the_answer(server: StandIn, batches: Batches) -> None:
    options = PromptOptions(languages=("German", "Japanese"))
    file = io.BytesIO(batches.line("a", PICTURE, options) + batches.line("b", PICTURE, NO_OPTIONS))
    server.batches.go(looks=0)
    remote = batches.create(batches.upload(file), mark="m")
    found = batches.look(remote.id)
    assert found is not None
    said = {each.name: each.said for file_id in found.file_ids for each in batches.answers(file_id)}
    versions = {
        name: each.prompt_version
        for name, each in said.items()
        if isinstance(each, GeneratedDescription)
    }
    assert versions == {"a": f"{PROMPT_VERSION} de,ja", "b": PROMPT_VERSION}


def test_errors_of_single_questions_are_told(server: StandIn, batches: Batches) -> None:
    for fault in ("refusal", "bad_picture", "server_error", "bad_json", "hang_up", "blocked"):
        server.fail_next(fault)
    found = finished(batches, "a", "b", "c", "d", "e", "f", "g")
    said = {name: each.said for name, each in found.items()}
    assert isinstance(said.pop("g"), GeneratedDescription)
    assert {
        name: (error.code, error.is_unbilled, error.usage is not None)
        for name, error in said.items()
        if isinstance(error, VisionError)
    } == {
        "a": ("refused", False, True),
        "b": ("picture_not_accepted", True, False),
        "c": ("unreachable", True, False),
        "d": ("unusable_answer", False, True),
        "e": ("unreachable", True, False),
        "f": ("refused", True, False),
    }


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_a_batch_that_ends_early_has_what_was_ready(
    server: StandIn, batches: Batches, end: str
) -> None:
    server.batches.go(end=end, answered=2, looks=0)
    remote = batches.create(batches.upload(file_of(batches, "a", "b", "c")), mark="m")
    if end == "cancelled":
        batches.cancel(remote.id)
    found = batches.look(remote.id)
    assert found is not None
    assert (found.status, found.is_over) == (end, True)
    answers = [each for file_id in found.file_ids for each in batches.answers(file_id)]
    assert sorted(each.name for each in answers if each.was_asked) == ["a", "b"]
    assert [each.name for each in answers if not each.was_asked] == ["c"]
    batches.cancel(remote.id)  # over, which is no error


def test_a_batch_is_found_by_its_mark(server: StandIn, batches: Batches) -> None:
    file_id = batches.upload(file_of(batches, "a"))
    made = batches.create(file_id, mark="wanted")
    for _ in range(120):  # more than a page
        server.batches.create(
            {"completion_window": "24h", "endpoint": "/v1/responses", "input_file_id": file_id}
        )
    found = batches.find("wanted", since=0)
    assert found is not None
    assert found.id == made.id
    assert batches.find("other", since=0) is None


def test_what_is_not_there_is_said(batches: Batches) -> None:
    assert batches.look("batch_none") is None
    assert list(batches.answers("file-none")) == []
    batches.forget("file-none")
    batches.cancel("batch_none")
    with pytest.raises(VisionError) as raised:
        batches.create("file-none", mark="m")
    assert raised.value.is_unbilled


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"null",
        b'{"custom_id": 1, "response": {}}',
        b'{"response": {"status_code": 200, "body": {}}}',
        b"\xff\xfe",
    ],
)
def test_lines_that_are_none_are_left_out(server: StandIn, batches: Batches, line: bytes) -> None:
    file = server.batches._keep(line, name="o", purpose="batch_output", seconds=1)  # noqa: SLF001
    assert list(batches.answers(file["id"])) == []


@pytest.mark.parametrize(
    "response",
    [
        {"status_code": 200, "body": {}},
        {"status_code": 200, "body": {"output": 5, "usage": "x", "error": None}},
        {"status_code": 200, "body": {"output": [{"type": "message", "content": [{}]}]}},
        {"status_code": 200, "body": []},
        {"status_code": "200", "body": {}},
        {},
    ],
)
def test_answers_of_other_shapes_are_no_descriptions(
    server: StandIn, batches: Batches, response: object
) -> None:
    line = json.dumps({"custom_id": "a", "response": response}).encode()
    file = server.batches._keep(line, name="o", purpose="batch_output", seconds=1)  # noqa: SLF001
    (found,) = batches.answers(file["id"])
    assert isinstance(found.said, VisionError)


def test_the_stand_in_refuses_what_the_host_would(server: StandIn, batches: Batches) -> None:
    with openai.OpenAI(api_key="x", base_url=server.base_url, max_retries=0) as client:
        with pytest.raises(openai.BadRequestError):
            client.files.create(file=("q.txt", b"x"), purpose="batch")
        same = file_of(batches, "a", "a")
        remote = batches.create(batches.upload(same), mark="m")
        found = batches.look(remote.id)
        assert found is not None
        assert (found.status, found.error) == ("failed", "duplicate_custom_id")
