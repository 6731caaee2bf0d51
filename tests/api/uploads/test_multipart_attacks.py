"""Whoever tries to get something else in by way of parts (THREATS 8, 10, 11, 12, 13, 15, 16)."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import Engine

from app.clients.aws.multipart_uploads import PartPromise, PartUploads
from app.clients.aws.presigned_urls import UserAccess
from app.jobs.worker_context import WorkerContext
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import running_api, until
from tests.api.uploads.test_presigned_put import access, settings, user_id  # noqa: F401 - fixtures
from tests.support.multipart import PART, big_file, complete, open_uploads, promise, put_part, send
from tests.support.users import Json, Person, told

QUOTA = 2 * PART


def numbers_stored(person: Person, place: Json) -> list[int]:
    """Which parts S3 has, as completing tells it."""
    answer = complete(person, place)
    assert answer.json()["code"] == "parts_missing"
    missing = answer.json()["missing"]
    return [part["number"] for part in place["upload"]["parts"] if part["number"] not in missing]


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param(lambda content: bytes(reversed(content)), id="other bytes"),
        pytest.param(lambda content: content + b"!", id="longer"),
        pytest.param(lambda content: content[:-1], id="shorter"),
        pytest.param(lambda _: b"", id="empty"),
    ],
)
def test_other_bytes_are_refused(ada: Person, altered: Callable[[bytes], bytes]) -> None:
    big = big_file(seed=930)
    place = promise(ada, big)
    last = place["upload"]["parts"][1]
    assert put_part(last, altered(big.parts[1])).status_code in {400, 403}
    assert numbers_stored(ada, place) == []
    assert put_part(last, big.parts[1]).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"x_amz_checksum_sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
        {"x_amz_acl": "public-read"},
        {"x_amz_copy_source": "/pinhole-pictures/users/x/y/original"},
        {"x_amz_meta_owner": "somebody"},
        {"x_amz_server_side_encryption": "aws:kms"},
    ],
)
def test_other_headers_are_refused(ada: Person, headers: dict[str, str]) -> None:
    big = big_file(seed=931)
    place = promise(ada, big)
    assert put_part(place["upload"]["parts"][1], big.parts[1], **headers).status_code in {400, 403}
    assert numbers_stored(ada, place) == []


def test_an_address_fits_one_part_of_one_picture(ada: Person, bob: Person) -> None:
    big, other = big_file(seed=932), big_file(seed=933)
    place, second, bobs = promise(ada, big), promise(ada, other), promise(bob, big)
    first, last = place["upload"]["parts"]
    path, query = urlsplit(last["url"]).path, urlsplit(last["url"]).query
    upload_id = parse_qs(query)["uploadId"][0]
    origin = last["url"].partition("/pinhole-pictures/")[0]
    altered = [f"{origin}{path}?{query.replace('partNumber=2', 'partNumber=1')}"]
    altered.append(f"{origin}{path}?{query.replace('partNumber=2', 'partNumber=3')}")
    for others in (second, bobs):
        theirs = urlsplit(others["upload"]["parts"][1]["url"])
        their_id = parse_qs(theirs.query)["uploadId"][0]
        altered.append(f"{origin}{theirs.path}?{query}")
        altered.append(f"{origin}{theirs.path}?{query.replace(upload_id, their_id)}")
        altered.append(f"{origin}{path}?{query.replace(upload_id, their_id)}")
    altered.append(f"{origin}{path.replace('/original', '/thumbnail.webp')}?{query}")
    altered.append(last["url"].replace(f"uploadId={upload_id}&", ""))
    for url in altered:
        assert url != last["url"]
        assert put_part(last, big.parts[1], url=url).status_code in {403, 404}, url
    # The address of one part takes no other.
    assert put_part(last, big.parts[0], url=first["url"]).status_code in {400, 403}
    assert put_part(first, big.parts[1]).status_code in {400, 403}
    for each, person in ((place, ada), (second, ada), (bobs, bob)):
        assert numbers_stored(person, each) == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_an_address_is_for_putting_only(ada: Person, method: str, bucket: Any) -> None:
    big = big_file(seed=934)
    place = promise(ada, big)
    part = place["upload"]["parts"][1]
    put_part(part, big.parts[1]).raise_for_status()
    answer = httpx2.request(method, part["url"], headers=part["headers"])
    assert answer.status_code in {400, 403}
    assert len(open_uploads(bucket, ada)) == 1
    assert numbers_stored(ada, place) == [2]


def test_an_address_expires(
    ada: Person,
    access: UserAccess,  # noqa: F811 - a fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    big = big_file(seed=935)
    place = promise(ada, big)
    upload_id = parse_qs(urlsplit(place["upload"]["parts"][1]["url"]).query)["uploadId"][0]
    access.credentials(user_id(ada))  # made now, so that only the address is old
    for minutes, status in ((4, 200), (6, 403)):
        earlier = datetime.now(UTC) - timedelta(minutes=minutes)
        monkeypatch.setattr(
            "app.clients.aws.multipart_uploads._now", lambda earlier=earlier: earlier
        )
        ((signed,), _) = PartUploads(access=access).places(
            user_id(ada),
            UUID(place["image"]["id"]),
            upload_id,
            [PartPromise(number=2, offset=PART, size=100_000, sha256=_digest(big.parts[1]))],
        )
        part = {"url": signed.url, "headers": signed.headers}
        assert put_part(part, big.parts[1]).status_code == status


def test_nobody_else_completes_or_cancels(ada: Person, bob: Person, bucket: Any) -> None:
    big = big_file(seed=936)
    place = promise(ada, big)
    send(place, big)
    random = bob.http.post("/api/images/00000000-0000-4000-8000-000000000000/complete")
    theirs = complete(bob, place)
    assert (theirs.status_code, told(theirs)) == (404, told(random))
    assert bob.http.delete(f"/api/images/{place['image']['id']}").status_code == 404
    assert len(open_uploads(bucket, ada)) == 1
    assert ada.detail(place["image"]["id"])["state"] == "uploading"
    assert complete(ada, place).status_code == 202


def test_what_is_complete_takes_no_part_and_is_not_replaced(
    ada: Person, store: Callable[[str], Json]
) -> None:
    big = big_file(seed=937)
    place = promise(ada, big)
    send(place, big)
    complete(ada, place).raise_for_status()
    path = urlsplit(place["upload"]["parts"][0]["url"]).path
    before = store(path)
    for part, content in zip(place["upload"]["parts"], big.parts, strict=True):
        assert put_part(part, content).status_code == 404
    until(lambda: ada.settled(place["image"]["id"]))
    assert put_part(place["upload"]["parts"][0], big.parts[0]).status_code == 404
    after = store(path)
    assert (after["ETag"], after["LastModified"]) == (before["ETag"], before["LastModified"])
    assert after["ContentType"] == "image/jpeg"


def test_parts_that_are_not_the_promised_whole_are_thrown_away(
    ada: Person, objects_of: Callable[[Person], list[str]]
) -> None:
    """S3 compares each part, and the worker the whole: what nobody could see before is gone."""
    big = big_file(seed=938)
    place = promise(ada, big, sha256=os.urandom(32).hex())
    send(place, big)
    assert complete(ada, place).status_code == 202
    settled = until(lambda: ada.settled(place["image"]["id"]))
    assert (settled["state"], settled["failure"]["code"]) == ("rejected", "not_as_promised")
    until(lambda: objects_of(ada) == [])
    assert ada.timeline() == []
    again = complete(ada, place)
    assert (again.status_code, again.json()["state"]) == (202, "rejected")
    assert objects_of(ada) == []


def test_nothing_open_is_nothing_to_complete(ada: Person) -> None:
    whole = promise(ada, big_file(seed=939), parts=None)
    answer = complete(ada, whole)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_in_parts")


def test_the_upload_is_named_in_addresses_only(ada: Person) -> None:
    big = big_file(seed=940)
    place = promise(ada, big)
    (upload_id,) = {
        parse_qs(urlsplit(part["url"]).query)["uploadId"][0] for part in place["upload"]["parts"]
    }
    for part in place["upload"]["parts"]:
        del part["url"]
    assert upload_id not in str(place)
    assert upload_id not in str(ada.detail(place["image"]["id"]))
    assert upload_id not in ada.http.get(f"/api/images?ids={place['image']['id']}").text


def test_completing_and_cancelling_at_once_leaves_no_half(
    ada: Person,
    bucket: Any,
    worker_context: WorkerContext,
    objects_of: Callable[[Person], list[str]],
) -> None:
    for seed in range(941, 945):
        big = big_file(seed=seed)
        place = promise(ada, big)
        image_id = place["image"]["id"]
        send(place, big)
        with ThreadPoolExecutor(2) as pool:
            done = pool.submit(complete, ada, place)
            gone = pool.submit(ada.http.delete, f"/api/images/{image_id}")
            assert done.result().status_code in {202, 404, 409}
            assert gone.result().status_code == 204
        until(partial(_is_over, ada, image_id, worker_context, objects_of))
        assert ada.timeline() == []
        assert open_uploads(bucket, ada) == []


@pytest.fixture(scope="module")
def small_site(stack: EmbeddedStack, database: Engine) -> Iterator[str]:  # noqa: ARG001 - migrated
    """An API where everybody may keep ten MiB."""
    with running_api(stack.environment("api") | {"STORAGE_QUOTA_BYTES": str(QUOTA)}) as address:
        yield address


@pytest.fixture
def cora(small_site: str, stack: EmbeddedStack, database: Engine) -> Iterator[Person]:
    headers = {"Origin": stack.site_origin}
    with httpx2.Client(base_url=small_site, headers=headers, timeout=30) as http:
        yield Person(http=http).join(database)


def test_the_room_is_that_of_the_promise(cora: Person, bucket: Any) -> None:
    first, second = big_file(seed=950), big_file(seed=951)
    place = promise(cora, first)
    refused = promise(cora, second)
    assert (refused["status"], refused["code"]) == ("refused", "quota_exceeded")
    assert len(open_uploads(bucket, cora)) == 1
    assert promise(cora, first)["status"] == "upload"  # asking again takes no more
    used = cora.http.get("/api/account").json()["storage"]["bytes"]
    assert used == len(first.content)
    cora.http.delete(f"/api/images/{place['image']['id']}").raise_for_status()
    assert promise(cora, second)["status"] == "upload"


def test_what_is_too_large_in_parts_is_too_large(ada: Person, bucket: Any) -> None:
    size = 200 * 1024 * 1024 + 1
    parts = {"size": 8 * 1024 * 1024, "sha256": [f"{number:064x}" for number in range(26)]}
    refused = promise(ada, big_file(seed=952), size=size, parts=parts)
    assert (refused["status"], refused["code"]) == ("refused", "too_large")
    assert open_uploads(bucket, ada) == []


def _is_over(
    person: Person,
    image_id: str,
    worker_context: WorkerContext,
    objects_of: Callable[[Person], list[str]],
) -> bool:
    """Whether a picture is in Recently deleted, processed, or gone with all its bytes."""
    worker_context.sweep()
    answer = person.http.get("/api/images", params={"ids": image_id}).json()["images"]
    if not answer:
        return not [key for key in objects_of(person) if UUID(image_id).hex in key]
    return answer[0]["deleted_at"] is not None and answer[0]["state"] == "ready"


def _digest(content: bytes) -> bytes:
    return sha256(content).digest()
