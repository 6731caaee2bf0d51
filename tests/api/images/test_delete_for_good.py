"""What is deleted for good from the trash: by its owner, after a proof, and nothing else."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.limiter import _key
from app.accounts.rate_limits.policies import DELETED_FOR_GOOD_MEGABYTES
from app.integrity.purges import marked_purges
from app.jobs.worker_context import WorkerContext
from tests.api.conftest import until
from tests.support.albums import add_to, make_album, read_album
from tests.support.images import jpeg
from tests.support.users import Json, Person, put, told

SEEDS = (9800, 9801, 9802)
EVERYTHING = {"match": {"view": "deleted"}}


def delete_for_good(person: Person, images: Json) -> httpx2.Response:
    body = {"action": "delete_for_good", "images": images}
    return person.http.post("/api/images/batch", json=body)


def delete(person: Person, *ids: str) -> None:
    body = {"action": "delete", "images": {"ids": list(ids)}}
    person.http.post("/api/images/batch", json=body).raise_for_status()


def counts(person: Person) -> tuple[int, int]:
    """Pictures and bytes that are kept."""
    account = person.http.get("/api/account").json()
    return account["pictures"], account["storage"]["bytes"]


def events(person: Person) -> list[Json]:
    found = person.http.get("/api/account/activity").json()["events"]
    return [each for each in found if each["event"] == "images_deleted_for_good"]


@pytest.fixture
def pictures(ada: Person) -> list[str]:
    """Three pictures of Ada's, processed."""
    for image_id in ada.upload(*(jpeg(seed=seed) for seed in SEEDS)):
        until(partial(ada.settled, image_id))
    return ada.timeline()


def test_what_is_deleted_for_good_is_gone_everywhere(
    ada: Person,
    pictures: list[str],
    worker_context: WorkerContext,
    objects_of: Callable[[Person], list[str]],
) -> None:
    album = make_album(ada)
    add_to(ada, album, pictures)
    kept = ada.detail(pictures[2])
    delete(ada, *pictures[:2])
    since = ada.http.get("/api/images/changes").json()["changed_until"]
    size = sum(ada.detail(image_id)["size"] for image_id in pictures[:2])
    before = counts(ada)

    done = delete_for_good(ada, {"ids": pictures[:2]}).raise_for_status().json()
    assert done == {"changed": 2, "cancelled": 0, "has_more": False, "undo": None}
    assert counts(ada) == (before[0] - 2, before[1] - size)
    assert ada.timeline(deleted="true") == []
    assert ada.timeline() == pictures[2:]
    assert read_album(ada, album)["count"] == 1
    changes = ada.http.get("/api/images/changes", params={"changed_since": since}).json()
    assert (set(changes["removed"]), changes["images"]) == (set(pictures[:2]), [])
    assert [each["detail"] for each in events(ada)] == [{"count": 2, "bytes": size}]
    # The same bytes are news.
    places = ada.promise(*(jpeg(seed=seed) for seed in SEEDS))
    assert sorted(place["status"] for place in places) == ["exists", "upload", "upload"]

    worker_context.sweep()
    left = {key.split("/")[2] for key in objects_of(ada)}
    assert left == {UUID(pictures[2]).hex}
    assert ada.detail(pictures[2])["size"] == kept["size"]

    again = delete_for_good(ada, {"ids": pictures[:2]}).raise_for_status().json()
    assert again["changed"] == 0
    assert len(events(ada)) == 1


def test_what_is_not_in_the_trash_or_was_restored_is_left_alone(
    ada: Person, pictures: list[str]
) -> None:
    delete(ada, *pictures[:2])
    ada.http.patch(f"/api/images/{pictures[0]}", json={"deleted": False}).raise_for_status()
    done = delete_for_good(ada, {"ids": pictures}).raise_for_status().json()
    assert done["changed"] == 1
    assert ada.timeline() == [pictures[0], pictures[2]]
    wrong = delete_for_good(ada, {"match": {"view": "timeline"}})
    assert wrong.status_code == 422
    assert [each["field"] for each in wrong.json()["errors"]] == ["images.match.view"]
    assert ada.timeline() == [pictures[0], pictures[2]]


def test_strangers_pictures_stay_in_their_trash(
    ada: Person, bob: Person, pictures: list[str]
) -> None:
    delete(ada, *pictures)
    theirs = delete_for_good(bob, {"ids": pictures})
    random = delete_for_good(bob, {"ids": [str(uuid4()) for _ in pictures]})
    assert (theirs.status_code, told(theirs)) == (random.status_code, told(random))
    assert delete_for_good(bob, EVERYTHING).json()["changed"] == 0
    assert set(ada.timeline(deleted="true")) == set(pictures)
    assert events(bob) == []


def test_whoever_only_has_a_copy_of_a_cookie_or_a_token_empties_no_trash(
    ada: Person, pictures: list[str], database: Engine
) -> None:
    delete(ada, *pictures)
    made = ada.http.post("/api/account/tokens", json={"name": "x", "scope": "write", "days": 1})
    with database.begin() as connection:
        stale = "UPDATE sessions SET fresh_at = now() - interval '11 minutes' WHERE user_id = :id"
        connection.execute(text(stale), {"id": ada.user_id})
    for images in ({"ids": pictures}, EVERYTHING):
        refused = delete_for_good(ada, images)
        assert (refused.status_code, refused.json()["code"]) == (401, "confirm_first")
        by_script = ada.http.post(
            "/api/images/batch",
            json={"action": "delete_for_good", "images": images},
            headers={"Authorization": f"Bearer {made.json()['token']}"},
        )
        assert (by_script.status_code, by_script.json()["code"]) == (403, "not_by_token")
    assert set(ada.timeline(deleted="true")) == set(pictures)


def test_uploading_and_deleting_for_good_again_and_again_is_refused(
    ada: Person, pictures: list[str], database: Engine
) -> None:
    """The bucket keeps it for two weeks, where no quota counts it (THREATS 16)."""
    limit = DELETED_FOR_GOOD_MEGABYTES

    def use_up(megabytes: float) -> None:
        statement = (
            "INSERT INTO rate_limits AS held VALUES (:key, now() + :by) ON CONFLICT (key)"
            " DO UPDATE SET empty_at = held.empty_at + :by"
        )
        values: dict[str, Any] = {"key": _key(limit, ada.user_id), "by": limit.every * megabytes}
        with database.begin() as connection:
            connection.execute(text(statement), values)

    delete(ada, *pictures)
    use_up(limit.burst - 0.01)
    assert delete_for_good(ada, {"ids": pictures[:1]}).json()["changed"] == 1
    use_up(1)
    refused = delete_for_good(ada, EVERYTHING)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_much_deleted_for_good")
    assert set(ada.timeline(deleted="true")) == set(pictures[1:])
    with database.begin() as connection:  # what a quota has counted for as long as before
        old = "UPDATE images SET stored_at = now() - interval '31 days' WHERE owner_id = :id"
        connection.execute(text(old), {"id": ada.user_id})
    assert delete_for_good(ada, EVERYTHING).json()["changed"] == 2


def test_large_trash_holds_up_nobody_elses(
    ada: Person, bob: Person, database: Engine, worker_context: WorkerContext
) -> None:
    mark = text(
        "INSERT INTO purges (image_id, owner_id, decided_at) SELECT gen_random_uuid(), :id,"
        " now() - CAST(:age AS interval) FROM generate_series(1, :count)"
    )
    whose = {"a": ada.user_id, "b": bob.user_id}
    with database.begin() as connection:
        connection.execute(mark, {"id": ada.user_id, "age": "2 hours", "count": 600})
        connection.execute(mark, {"id": bob.user_id, "age": "1 hour", "count": 1})
    with worker_context.app.app_context():
        found = {place.user_id for place in marked_purges()}
    with database.begin() as connection:
        connection.execute(text("DELETE FROM purges WHERE owner_id IN (:a, :b)"), whose)
    assert UUID(bob.user_id) in found


def test_what_is_sent_again_by_an_address_that_was_signed_before_is_removed(
    ada: Person, worker_context: WorkerContext, database: Engine
) -> None:
    """The address works for five minutes, and nothing is there any more that would refuse it."""
    picture = jpeg(seed=9850)
    (place,) = ada.promise(picture)
    put(place["upload"], picture.content).raise_for_status()
    image_id = place["image"]["id"]
    until(partial(ada.settled, image_id))
    delete(ada, image_id)
    assert delete_for_good(ada, {"ids": [image_id]}).json()["changed"] == 1
    store, at = worker_context.store, (UUID(ada.user_id), UUID(image_id))
    worker_context.sweep()
    until(lambda: store.look(*at) is None)
    put(place["upload"], picture.content).raise_for_status()
    with database.begin() as rows:
        due = "UPDATE cancelled_uploads SET look_at = now() WHERE image_id = :id RETURNING 1"
        assert rows.scalar(text(due), {"id": image_id}) == 1
    worker_context.sweep()
    until(lambda: store.look(*at) is None)


def test_pictures_that_came_long_ago_are_not_remembered(
    ada: Person, pictures: list[str], database: Engine
) -> None:
    with database.begin() as rows:
        old = "UPDATE images SET created_at = now() - interval '11 minutes' WHERE owner_id = :id"
        rows.execute(text(old), {"id": ada.user_id})
    delete(ada, *pictures)
    assert delete_for_good(ada, EVERYTHING).json()["changed"] == len(pictures)
    with database.begin() as rows:
        held = "SELECT count(*) FROM cancelled_uploads WHERE owner_id = :id"
        assert rows.scalar(text(held), {"id": ada.user_id}) == 0
