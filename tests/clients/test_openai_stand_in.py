"""The stand-in for a model, as programs other than ours meet it."""

import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai.types.responses import Response

from scripts.embedded.openai_stand_in import StandIn, respond
from scripts.embedded.pixel_descriptions import PixelDescription


@pytest.fixture
def port() -> Iterator[int]:
    with StandIn(0) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def call(
    port: int, method: str, path: str, body: object = None, *, key: str | None = "sk-x"
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    connection.request(method, path, content, headers)
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def test_it_lists_its_model(port: int) -> None:
    status, answer = call(port, "GET", "/v1/models")
    assert status == 200
    assert [model["id"] for model in answer["data"]] == ["pinhole-demo"]


def test_it_fails_as_often_as_it_is_told(port: int) -> None:
    assert call(port, "PUT", "/control", {"fault": "rate_limited", "times": 2})[0] == 200
    statuses = [call(port, "POST", "/v1/responses", {"input": []})[0] for _ in range(3)]
    assert statuses == [429, 429, 400]  # the last for want of a picture
    assert call(port, "GET", "/control")[1]["asked"] == 3


@pytest.mark.parametrize("body", [{"fault": "unheard of"}, {"times": "many"}, {}])
def test_it_knows_its_faults(port: int, body: object) -> None:
    assert call(port, "PUT", "/control", body)[0] == 400


@pytest.mark.parametrize("body", [b"{", b"[]", b"", b"\xff"])
def test_it_survives_nonsense(port: int, body: bytes) -> None:
    assert call(port, "POST", "/v1/responses", body)[0] == 400
    assert call(port, "GET", "/v1/models")[0] == 200


@pytest.mark.parametrize(
    "url",
    ["", "https://example.org/x.png", "data:image/png;base64,!!!", "data:image/png;base64,AA"],
)
def test_it_takes_only_pictures(port: int, url: str) -> None:
    content = [{"type": "input_image", "image_url": url}]
    asked = {"model": "m", "input": [{"role": "user", "content": content}]}
    assert call(port, "POST", "/v1/responses", asked)[0] == 400


def test_it_wants_a_key(port: int) -> None:
    assert call(port, "POST", "/v1/responses", {"input": []}, key=None)[0] == 401
    assert call(port, "GET", "/nothing")[0] == 404
    assert call(port, "POST", "/v1/nothing", {})[0] == 404
    assert call(port, "PUT", "/nothing", {})[0] == 404


LOOK = PixelDescription(
    sentence="Demo description: a boat.", paragraph="A boat.", tags=("demo", "boat")
)


@pytest.mark.parametrize("fault", ["", "refusal", "truncated", "bad_json", "failed", "hostile"])
def test_its_answers_are_what_the_sdk_says_answers_are(fault: str) -> None:
    body = respond({"model": "m"}, LOOK, fault)
    # Strictly: no number as a word, and nothing that the SDK does not know.
    answer = Response.model_validate_json(json.dumps(body), strict=True)
    assert not answer.model_extra
    for item in answer.output:
        assert not item.model_extra
    assert answer.usage is not None
    assert not answer.usage.model_extra
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    assert (answer.error is not None) == (fault == "failed")
    assert answer.status in {"completed", "incomplete", "failed"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate_limited", openai.RateLimitError),
        ("insufficient_quota", openai.RateLimitError),
        ("server_error", openai.InternalServerError),
        ("bad_key", openai.AuthenticationError),
        ("blocked", openai.PermissionDeniedError),
        ("unknown_model", openai.NotFoundError),
        ("bad_picture", openai.BadRequestError),
    ],
)
def test_its_errors_are_those_of_the_sdk(
    port: int, fault: str, error: type[openai.APIStatusError]
) -> None:
    address = f"http://127.0.0.1:{port}/v1"
    with openai.OpenAI(api_key="x", base_url=address, max_retries=0) as client:
        with pytest.raises(error) as raised:
            client.responses.create(model=f"m+{fault}", input="x")
        assert raised.value.code
        assert raised.value.type
