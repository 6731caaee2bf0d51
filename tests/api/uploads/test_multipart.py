"""Big files in parts: what was promised is taken, what is there is not sent again, and no more."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.jobs.worker_context import WorkerContext
from tests.api.conftest import until
from tests.support.multipart import (
    PART,
    BigFile,
    big_file,
    complete,
    open_uploads,
    promise,
    put_part,
    send,
)
from tests.support.users import Person, put


def test_a_file_comes_in_parts(ada: Person, bucket: Any) -> None:
    big = big_file(seed=900)
    place = promise(ada, big)
    assert place["status"] == "upload"
    first, second = place["upload"]["parts"]
    assert (first["number"], first["offset"], first["size"]) == (1, 0, PART)
    assert (second["number"], second["offset"], second["size"]) == (2, PART, 100_000)
    send(place, big)
    answer = complete(ada, place)
    assert answer.status_code == 202
    assert answer.json()["state"] in {"processing", "ready"}
    settled = until(lambda: ada.settled(place["image"]["id"]))
    assert settled["state"] == "ready"
    receipt = ada.detail(place["image"]["id"])["receipt"]
    assert (receipt["sha256"], receipt["by"]) == (big.announcement()["sha256"], "worker")
    address = ada.http.get(f"/api/images/{place['image']['id']}/original").json()["url"]
    original = httpx2.get(address)
    assert sha256(original.content).hexdigest() == big.announcement()["sha256"]
    assert original.headers["content-type"] == "image/jpeg"
    assert open_uploads(bucket, ada) == []


def test_asking_again_goes_on_where_it_broke_off(ada: Person, bucket: Any) -> None:
    big = big_file(seed=901)
    place = promise(ada, big)
    second = place["upload"]["parts"][1]
    put_part(second, big.parts[1]).raise_for_status()
    again = promise(ada, big)
    assert again["image"]["id"] == place["image"]["id"]
    missing, there = again["upload"]["parts"]
    assert (missing["is_stored"], there["is_stored"]) == (False, True)
    assert (there["url"], there["headers"]) == (None, None)
    assert len(open_uploads(bucket, ada)) == 1
    put_part(missing, big.parts[0]).raise_for_status()
    assert complete(ada, again).status_code == 202
    assert until(lambda: ada.settled(place["image"]["id"]))["state"] == "ready"


def test_what_is_missing_is_named(ada: Person) -> None:
    big = big_file(seed=902, more=PART + 1)
    place = promise(ada, big)
    answer = complete(ada, place)
    assert (answer.status_code, answer.json()["code"]) == (409, "parts_missing")
    assert answer.json()["missing"] == [1, 2, 3]
    put_part(place["upload"]["parts"][1], big.parts[1]).raise_for_status()
    assert complete(ada, place).json()["missing"] == [1, 3]
    assert ada.detail(place["image"]["id"])["state"] == "uploading"


def test_completing_again_says_the_same(ada: Person) -> None:
    big = big_file(seed=903)
    place = promise(ada, big)
    send(place, big)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: complete(ada, place), range(8)))
    assert {answer.status_code for answer in answers} == {202}
    until(lambda: ada.settled(place["image"]["id"]))
    later = complete(ada, place)
    assert (later.status_code, later.json()["state"]) == (202, "ready")
    assert ada.timeline() == [place["image"]["id"]]


def test_asking_at_once_opens_one_upload(ada: Person, bucket: Any) -> None:
    big = big_file(seed=904)
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda _: promise(ada, big), range(8)))
    assert len({place["image"]["id"] for place in places}) == 1
    (opened,) = open_uploads(bucket, ada)
    assert all(opened in part["url"] for place in places for part in place["upload"]["parts"])


def test_a_file_that_is_cut_otherwise_is_begun_anew(ada: Person, bucket: Any) -> None:
    big = big_file(seed=905)
    place = promise(ada, big)
    put_part(place["upload"]["parts"][0], big.parts[0]).raise_for_status()
    (before,) = open_uploads(bucket, ada)
    size = PART + 50_000
    parts = [big.content[:size], big.content[size:]]
    cut = {"size": size, "sha256": [sha256(part).hexdigest() for part in parts]}
    again = promise(ada, big, parts=cut)
    (after,) = open_uploads(bucket, ada)
    assert before != after
    assert [part["is_stored"] for part in again["upload"]["parts"]] == [False, False]
    assert put_part(place["upload"]["parts"][1], big.parts[1]).status_code == 404
    # Whole, in the end: nothing stays open for it.
    whole = promise(ada, big, parts=None)
    assert open_uploads(bucket, ada) == []
    put(whole["upload"], big.content).raise_for_status()
    assert until(lambda: ada.settled(place["image"]["id"]))["state"] == "ready"
    assert complete(ada, whole).status_code == 202  # it is there, whichever way it came


def test_an_upload_that_s3_has_forgotten_is_begun_anew(ada: Person, bucket: Any) -> None:
    big = big_file(seed=906)
    place = promise(ada, big)
    put_part(place["upload"]["parts"][0], big.parts[0]).raise_for_status()
    (forgotten,) = open_uploads(bucket, ada)
    key = place["upload"]["parts"][0]["url"].partition("?")[0].partition(f"/{bucket.name}/")[2]
    bucket.meta.client.abort_multipart_upload(Bucket=bucket.name, Key=key, UploadId=forgotten)
    answer = complete(ada, place)
    assert (answer.status_code, answer.json()["missing"]) == (409, [1, 2])
    again = promise(ada, big)
    assert [part["is_stored"] for part in again["upload"]["parts"]] == [False, False]
    send(again, big)
    assert complete(ada, again).status_code == 202


def test_an_original_that_is_there_already_stays(ada: Person, bucket: Any) -> None:
    """Asked for whole in one tab and in parts in another; the whole one is quicker."""
    big = big_file(seed=907)
    whole = promise(ada, big, parts=None)
    place = promise(ada, big)
    send(place, big)
    put(whole["upload"], big.content).raise_for_status()
    assert complete(ada, place).status_code == 202
    settled = until(lambda: ada.settled(place["image"]["id"]))
    assert settled["state"] == "ready"
    assert ada.detail(settled["id"])["receipt"]["by"] == "s3"
    assert open_uploads(bucket, ada) == []


def test_a_cancelled_upload_leaves_no_parts(
    ada: Person, bucket: Any, objects_of: Callable[[Person], list[str]]
) -> None:
    big = big_file(seed=908)
    place = promise(ada, big)
    put_part(place["upload"]["parts"][0], big.parts[0]).raise_for_status()
    assert ada.http.delete(f"/api/images/{place['image']['id']}").status_code == 204
    assert open_uploads(bucket, ada) == []
    assert put_part(place["upload"]["parts"][1], big.parts[1]).status_code == 404
    assert complete(ada, place).status_code == 404
    assert objects_of(ada) == []


def test_an_upload_never_finished_is_dropped_with_its_parts(
    ada: Person, bucket: Any, worker_context: WorkerContext, database: Engine
) -> None:
    big = big_file(seed=913)
    place = promise(ada, big)
    put_part(place["upload"]["parts"][0], big.parts[0]).raise_for_status()
    worker_context.sweep()
    assert len(open_uploads(bucket, ada)) == 1
    with database.begin() as connection:
        connection.execute(
            text("UPDATE images SET created_at = now() - interval '25 hours' WHERE id = :id"),
            {"id": place["image"]["id"]},
        )
    worker_context.sweep()  # unless the worker's own is at it
    until(lambda: open_uploads(bucket, ada) == [])
    until(lambda: ada.http.get(f"/api/images/{place['image']['id']}").status_code == 404)
    assert put_part(place["upload"]["parts"][1], big.parts[1]).status_code == 404


def test_the_event_of_what_came_in_parts_may_be_lost(
    ada: Person, worker_context: WorkerContext, database: Engine
) -> None:
    big = big_file(seed=914)
    place = promise(ada, big)
    send(place, big)
    complete(ada, place).raise_for_status()
    until(lambda: ada.settled(place["image"]["id"]))
    with database.begin() as connection:  # as completing left it, a minute ago
        connection.execute(
            text(
                "UPDATE images SET state = 'processing', attempts = 0, swept_at = NULL,"
                " stored_at = now() - interval '1 minute' WHERE id = :id"
            ),
            {"id": place["image"]["id"]},
        )
    worker_context.sweep()
    assert until(lambda: ada.settled(place["image"]["id"]))["state"] == "ready"


def test_an_upload_whose_completion_was_lost_is_settled(ada: Person, database: Engine) -> None:
    """The API died between S3's yes and its own note."""
    big = big_file(seed=912)
    place = promise(ada, big)
    send(place, big)
    with database.connect() as connection:
        before = (
            connection.execute(
                text("SELECT upload_id, part_size, part_checksums FROM images WHERE id = :id"),
                {"id": place["image"]["id"]},
            )
            .mappings()
            .one()
        )
    complete(ada, place).raise_for_status()
    until(lambda: ada.settled(place["image"]["id"]))
    for state in ("uploading", "ready"):
        with database.begin() as connection:
            connection.execute(
                text(
                    "UPDATE images SET state = :state, upload_id = :upload_id,"
                    " part_size = :part_size, part_checksums = :part_checksums WHERE id = :id"
                ),
                {"id": place["image"]["id"], "state": state, **before},
            )
        assert complete(ada, place).status_code == 202
        with database.connect() as connection:
            noted = connection.execute(
                text("SELECT upload_id, state FROM images WHERE id = :id"),
                {"id": place["image"]["id"]},
            ).one()
        assert noted.upload_id is None
        assert noted.state != "uploading"


def test_an_event_that_comes_too_late_costs_no_part(ada: Person, database: Engine) -> None:
    """It tells of an earlier upload to this place, which is gone; the worker is looking for it."""
    big = big_file(seed=915)
    place = promise(ada, big)
    send(place, big)
    with database.begin() as connection:
        connection.execute(
            text("UPDATE images SET state = 'processing' WHERE id = :id"),
            {"id": place["image"]["id"]},
        )
    assert complete(ada, place).status_code == 202
    assert until(lambda: ada.settled(place["image"]["id"]))["state"] == "ready"


def test_what_is_stored_has_no_parts(ada: Person, database: Engine) -> None:
    big = big_file(seed=909)
    place = promise(ada, big)
    send(place, big)
    complete(ada, place).raise_for_status()
    until(lambda: ada.settled(place["image"]["id"]))
    with database.connect() as connection:
        row = connection.execute(
            text("SELECT upload_id, part_size, part_checksums FROM images WHERE id = :id"),
            {"id": place["image"]["id"]},
        ).one()
    assert tuple(row) == (None, None, None)


@pytest.mark.parametrize(
    "parts",
    [
        {"size": PART - 1, "sha256": ["a" * 64] * 2},
        {"size": 65 * 1024 * 1024, "sha256": ["a" * 64]},
        {"size": PART, "sha256": []},
        {"size": PART, "sha256": ["a" * 64]},
        {"size": PART, "sha256": ["a" * 64] * 3},
        {"size": PART, "sha256": ["a" * 63, "a" * 64]},
        {"size": PART, "sha256": [None, "a" * 64]},
        {"size": PART, "sha256": ["a" * 64] * 2, "upload_id": "mine"},
        {"size": float(PART) + 0.5, "sha256": ["a" * 64] * 2},
        {"size": PART},
        [],
        "many",
    ],
)
def test_parts_that_make_no_whole_are_refused(ada: Person, parts: object) -> None:
    announced = BigFile(content=bytes(PART + 1)).announcement(parts=parts)
    answer = ada.http.post("/api/images", json={"images": [announced]})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"][0]["field"].startswith("images.0")


def test_a_hundred_parts_and_no_more(ada: Person) -> None:
    def ask(count: int) -> httpx2.Response:
        parts = {"size": PART, "sha256": [f"{number:064x}" for number in range(count)]}
        size = PART * count
        announced = big_file(seed=910).announcement(size=size, parts=parts)
        return ada.http.post("/api/images", json={"images": [announced]})

    assert ask(101).status_code == 422
    assert ask(40).json()["places"][0]["status"] == "upload"


def test_few_at_a_time_are_in_parts(ada: Person, bucket: Any) -> None:
    many = [big_file(seed=911).announcement(sha256=f"{number:064x}") for number in range(21)]
    assert ada.http.post("/api/images", json={"images": many}).status_code == 422
    assert open_uploads(bucket, ada) == []
    answer = ada.http.post("/api/images", json={"images": many[:3]})
    assert [place["status"] for place in answer.json()["places"]] == ["upload"] * 3
    assert len(open_uploads(bucket, ada)) == 3
