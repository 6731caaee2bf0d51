"""The API as programs meet it that were made from its document, or sync with it."""

import gzip
import http.client
import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import brotli  # type: ignore[import-untyped]
import httpx2
import pytest

from app.api.idempotency import REPETITIONS
from tests.api.conftest import until
from tests.support.api_operations import OPERATIONS
from tests.support.images import jpeg
from tests.support.users import PASSWORD, Json, Person

WORDS = {"alt_text": "a harbour", "text": "A harbour at dusk.", "tags": ["boat"]}


@pytest.fixture
def described(ada: Person) -> str:
    """A picture with a description in its person's own words."""
    (image_id,) = ada.upload(jpeg(seed=4711))
    until(lambda: ada.settled(image_id))
    answer = ada.http.patch(f"/api/images/{image_id}", json={"description": WORDS})
    answer.raise_for_status()
    return image_id


@pytest.fixture(scope="module")
def document() -> Json:
    from pathlib import Path  # noqa: PLC0415

    found: Json = json.loads((Path(__file__).parents[3] / "docs/openapi.json").read_text())
    return found


def bodies(document: Json) -> set[str]:
    """The names of all schemas that request bodies are made of."""
    found: set[str] = set()

    def collect(value: Any) -> None:
        for name in re.findall(r"#/components/schemas/(\w+)", json.dumps(value)):
            if name not in found:
                found.add(name)
                collect(document["components"]["schemas"][name])

    for operations in document["paths"].values():
        for operation in operations.values():
            collect(operation.get("requestBody", {}))
    return found


def test_request_bodies_in_the_document_have_no_defaults(document: Json) -> None:
    """A generated client sends a default: by `description: null`, people's words were forgotten."""
    for name in bodies(document):
        for field, schema in document["components"]["schemas"][name].get("properties", {}).items():
            assert "default" not in schema, f"{name}.{field}"


def test_patch_that_renames_keeps_the_description(ada: Person, described: str) -> None:
    answer = ada.http.patch(f"/api/images/{described}", json={"name": "harbour.jpg"})
    assert answer.json()["description"]["text"] == WORDS["text"]


@pytest.mark.parametrize(
    "body", ['{"name": null}', '{"deleted": null}', '{"deleted": "false"}', "null"]
)
def test_patch_null_where_it_means_nothing_is_refused(
    ada: Person, described: str, body: str
) -> None:
    answer = ada.http.patch(
        f"/api/images/{described}", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert ada.detail(described)["description"]["text"] == WORDS["text"]


@pytest.mark.parametrize(
    "changed", [{"size": "10"}, {"size": 10.0}, {"size": True}, {"size": None}, {"name": 0}]
)
def test_body_of_another_type_is_refused(ada: Person, changed: Json) -> None:
    announced = jpeg(seed=4712).announcement() | changed
    answer = ada.http.post("/api/images", json={"images": [announced]})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == f"images.0.{next(iter(changed))}"


def test_content_type_is_compared_without_case(ada: Person) -> None:
    announced = jpeg(seed=4713).announcement() | {"content_type": "IMAGE/JPEG"}
    (place,) = ada.http.post("/api/images", json={"images": [announced]}).json()["places"]
    assert place["status"] == "upload"


def test_taken_hint_with_a_zone_is_refused_as_the_document_says(
    ada: Person, document: Json
) -> None:
    field = document["components"]["schemas"]["NewImage"]["properties"]["taken_hint"]
    assert {"type": "string", "format": "date-time-local"} in field["anyOf"]
    for hint, status in (("2024-05-01T10:00:00", 200), ("2024-05-01T10:00:00Z", 422)):
        announced = jpeg(seed=4714).announcement() | {"taken_hint": hint}
        assert ada.http.post("/api/images", json={"images": [announced]}).status_code == status


def test_cursor_of_one_list_is_refused_by_another(ada: Person) -> None:
    for image_id in ada.upload(jpeg(seed=4715), jpeg(seed=4716)):
        until(partial(ada.settled, image_id))
    cursor = ada.http.get("/api/images", params={"limit": "1"}).json()["next_cursor"]
    assert ada.http.get("/api/images", params={"cursor": cursor}).status_code == 200
    answer = ada.http.get("/api/images", params={"cursor": cursor, "deleted": "true"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_too_many_ids_are_told_how_many_may_be(ada: Person) -> None:
    ids = ",".join(["00000000-0000-4000-8000-000000000000"] * 101)
    answer = ada.http.get("/api/images", params={"ids": ids})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"] == "Ask for 100 pictures at most."


@pytest.mark.parametrize("word", ["1", "yes", "True", ""])
def test_flag_of_a_query_is_true_or_false(ada: Person, word: str) -> None:
    answer = ada.http.get("/api/images", params={"deleted": word})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"] == "Say true or false."


def test_problem_titles_are_those_of_rfc_9110(ada: Person) -> None:
    assert ada.http.post("/api/images", json={}).json()["title"] == "Unprocessable Content"
    body = b"[" + b" " * 2_000_000
    answer = ada.http.post(
        "/api/images", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.json()["title"] == "Content Too Large"
    assert answer.json()["code"] == "content_too_large"


def test_401_says_how_to_sign_in(visitor: httpx2.Client) -> None:
    answer = visitor.get("/api/images")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="Pinhole"'
    answer = visitor.get("/api/images", headers={"Authorization": "Bearer pinhole_nonsense"})
    assert answer.headers["www-authenticate"] == 'Bearer realm="Pinhole", error="invalid_token"'


def test_token_that_may_only_read_is_told_so(ada: Person, visitor: httpx2.Client) -> None:
    made = ada.http.post("/api/account/tokens", json={"name": "x", "scope": "read", "days": 1})
    bearer = {"Authorization": f"Bearer {made.json()['token']}"}
    answer = visitor.post("/api/images", json={"images": []}, headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_too_small")
    assert 'error="insufficient_scope", scope="write"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("path", ["/api/health", "/api/nothing", "/api/images"])
def test_each_answer_names_its_request(visitor: httpx2.Client, path: str) -> None:
    answers = [visitor.get(path, headers={"X-Request-Id": "mine"}) for _ in range(2)]
    names = [answer.headers["x-request-id"] for answer in answers]
    assert re.fullmatch("[0-9a-f]{16}", names[0])
    assert names[0] != names[1]
    if answers[0].status_code >= 400:
        assert answers[0].json()["request_id"] == names[0]


@pytest.mark.parametrize("path", ["/api/images", "/api/images/{id}", "/api/account"])
def test_unchanged_answer_is_304(ada: Person, described: str, path: str) -> None:
    path = path.format(id=described)

    def asked() -> tuple[httpx2.Response, httpx2.Response]:
        first = ada.http.get(path)
        again = ada.http.get(path, headers={"If-None-Match": first.headers["etag"]})
        return first, again

    # Addresses are signed anew every five minutes: once in a while between the two.
    first, again = until(lambda: (pair := asked())[1].status_code == 304 and pair)
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    ada.http.patch(f"/api/images/{described}", json={"name": "other.jpg"}).raise_for_status()
    if path != "/api/account":
        changed = ada.http.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert changed.status_code == 200


def test_patch_of_what_was_changed_meanwhile_is_refused(ada: Person, described: str) -> None:
    path = f"/api/images/{described}"
    seen = ada.http.get(path).headers["etag"]
    first = ada.http.patch(path, json={"name": "one.jpg"}, headers={"If-Match": seen})
    assert first.status_code == 200
    second = ada.http.patch(path, json={"name": "two.jpg"}, headers={"If-Match": seen})
    assert (second.status_code, second.json()["code"]) == (412, "precondition_failed")
    assert ada.detail(described)["name"] == "one.jpg"
    third = ada.http.patch(
        path, json={"name": "two.jpg"}, headers={"If-Match": first.headers["etag"]}
    )
    assert third.status_code == 200


def test_large_answers_are_compressed_for_who_takes_it(visitor: httpx2.Client) -> None:
    plain = visitor.get("/api/openapi.json", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with visitor.stream("GET", "/api/openapi.json", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["vary"]
        packed = b"".join(answer.iter_raw())
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content) / 5
    small = visitor.get("/api/health", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


def test_browsers_get_brotli(visitor: httpx2.Client) -> None:
    encodings = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    with visitor.stream("GET", "/api/openapi.json", headers=encodings) as answer:
        assert answer.headers["content-encoding"] == "br"
        packed = b"".join(answer.iter_raw())
    plain = visitor.get("/api/openapi.json", headers={"Accept-Encoding": "identity"})
    assert brotli.decompress(packed) == plain.content


def test_compressed_body_is_refused(ada: Person) -> None:
    answer = ada.http.post(
        "/api/images",
        content=gzip.compress(b'{"images": []}'),
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "compressed")


def test_chunked_body_over_the_limit_is_413(ada: Person) -> None:
    connection = http.client.HTTPConnection(ada.http.base_url.netloc.decode())
    try:
        connection.request(
            "POST",
            "/api/images",
            body=(b" " * 65_536 for _ in range(40)),
            headers={
                "Content-Type": "application/json",
                "Origin": ada.http.headers["origin"],
                "Cookie": f"session={ada.http.cookies['session']}",
            },
            encode_chunked=True,
        )
        answer = connection.getresponse()
        assert (answer.status, json.load(answer)["code"]) == (413, "content_too_large")
    finally:
        connection.close()


@pytest.mark.parametrize(
    "path", sorted(path for method, path in OPERATIONS if method == "GET" and "{" not in path)
)
def test_head_answers_as_get_does(ada: Person, path: str) -> None:
    def asked() -> tuple[httpx2.Response, httpx2.Response]:
        return ada.http.get(path), ada.http.head(path)

    get, head = asked()
    assert head.status_code == get.status_code
    assert head.content == b""
    assert head.headers.get("content-type") == get.headers.get("content-type")


def test_shared_addresses_are_the_whole_ones_in_two_pieces(
    ada: Person, described: str, new_visitor: Callable[[], httpx2.Client]
) -> None:
    def both() -> tuple[Json, Json]:
        whole = ada.http.get("/api/images").json()
        return whole, ada.http.get("/api/images", params={"addresses": "shared"}).json()

    # Signed anew every five minutes: once in a while between the two.
    whole, shared = until(
        lambda: (
            (pair := both())[0]["images"][0]["urls_expire_at"]
            == pair[1]["images"][0]["urls_expire_at"]
            and pair
        )
    )
    assert whole["addresses"] is None
    for name in ("thumbnail_url", "preview_url"):
        address, own = whole["images"][0][name], shared["images"][0][name]
        put_together = f"{shared['addresses']['base']}{own}&{shared['addresses']['query']}"
        assert parameters(put_together) == parameters(address)
        assert new_visitor().get(put_together).status_code == 200
    assert described == shared["images"][0]["id"]


def parameters(address: str) -> tuple[str, set[str]]:
    path, _, query = address.partition("?")
    return path, set(query.split("&"))


def test_document_says_what_integrators_need(document: Json) -> None:
    problem = document["components"]["schemas"]["Problem"]
    assert {"not_found", "content_too_large"} <= set(problem["properties"]["code"]["enum"])
    assert all(tag["description"] for tag in document["tags"])
    assert len({tag["name"] for tag in document["tags"]}) == len(document["tags"])
    assert document["servers"]
    assert document["info"]["contact"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            named = f"{method} {path}"
            assert operation["description"], named
            # To a visitor a link that is closed is one that never was: 404.
            if operation["security"] not in ([], [{"visit": []}]):
                assert "WWW-Authenticate" in operation["responses"]["401"]["headers"], named
            assert "Retry-After" in operation["responses"]["429"]["headers"], named
            if "requestBody" in operation:
                assert {"400", "413", "415", "422"} <= operation["responses"].keys(), named
            if path.startswith("/api/admin"):
                assert "404" in operation["responses"], named
            for parameter in operation["parameters"]:
                assert parameter["description"], named
                if parameter["name"].endswith("_id"):
                    assert parameter["schema"]["format"] == "uuid", named


def test_document_tells_what_a_repeated_request_does(document: Json) -> None:
    ids = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            words = operation["description"].rpartition("\n\n")[2]
            is_safe = operation["x-idempotent"]
            named = f"{method} {path}"
            assert words.startswith("Safe to repeat." if is_safe else "Not idempotent."), named
            assert is_safe or method not in {"get", "delete"}, named  # RFC 9110, 9.2.2
            ids |= set() if method == "get" else {operation["operationId"]}
    assert ids == REPETITIONS.keys()
    assert "`Deprecation`" in document["info"]["description"]
    assert "`Sunset`" in document["info"]["description"]


def test_removal_repeated_is_404(ada: Person, new_visitor: Callable[[], httpx2.Client]) -> None:
    made = ada.http.post("/api/account/tokens", json={"name": "x", "scope": "read", "days": 1})
    login = {"email": ada.email, "password": PASSWORD}
    new_visitor().post("/api/auth/login", json=login).raise_for_status()
    sessions = ada.http.get("/api/account/sessions").json()["sessions"]
    other = next(each["id"] for each in sessions if not each["current"])
    for path in (f"/api/account/tokens/{made.json()['id']}", f"/api/account/sessions/{other}"):
        assert [ada.http.delete(path).status_code for _ in range(2)] == [204, 404]


def test_describing_a_deleted_picture_is_refused(ada: Person, described: str) -> None:
    ada.switch_descriptions_on()
    ada.http.patch(f"/api/images/{described}", json={"description": None}).raise_for_status()
    ada.http.delete(f"/api/images/{described}").raise_for_status()
    answer = ada.http.post(f"/api/images/{described}/describe")
    assert (answer.status_code, answer.json()["code"]) == (409, "image_deleted")
