"""Room is reserved when places are given out, and nobody gets more than there is (THREATS 16)."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Connection, Engine, text

from app.uploads.create import MAX_UNFINISHED
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import running_api, until
from tests.support.images import Picture, jpeg
from tests.support.users import Json, Person, in_turn, put

QUOTA = 1_000_000


@pytest.fixture(scope="module")
def small_site(stack: EmbeddedStack, database: Engine) -> Iterator[str]:  # noqa: ARG001 - migrated
    """An API where everybody may keep a million bytes."""
    environment = stack.environment("api") | {"STORAGE_QUOTA_BYTES": str(QUOTA)}
    with running_api(environment) as address:
        yield address


@pytest.fixture
def cora(small_site: str, stack: EmbeddedStack, database: Engine) -> Iterator[Person]:
    with httpx2.Client(
        base_url=small_site, headers={"Origin": stack.site_origin}, timeout=30
    ) as http:
        yield Person(http=http).join(database)


def of_size(size: int) -> Json:
    return {
        "name": "x.jpg",
        "size": size,
        "content_type": "image/jpeg",
        "sha256": os.urandom(32).hex(),
    }


def promise(person: Person, *pictures: Json) -> list[Json]:
    body = {"images": list(pictures)}
    answer = in_turn(lambda: person.http.post("/api/images", json=body))
    answer.raise_for_status()
    places: list[Json] = answer.json()["places"]
    return places


def used(person: Person) -> int:
    storage = person.http.get("/api/account").json()["storage"]
    assert storage["quota"] == QUOTA
    found: int = storage["bytes"]
    return found


def test_what_does_not_fit_is_refused_with_a_reason(cora: Person) -> None:
    (first,) = promise(cora, of_size(QUOTA - 10))
    (second,) = promise(cora, of_size(11))
    assert (first["status"], second["status"]) == ("upload", "refused")
    assert second["code"] == "quota_exceeded"
    assert "976.6 KB" in second["detail"]
    (third,) = promise(cora, of_size(10))
    assert third["status"] == "upload"
    assert used(cora) == QUOTA


def unfinished_uploads(connection: Connection, person: Person, count: int) -> None:
    connection.execute(
        text(
            "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state,"
            " created_at, timeline_at, has_preview, attempts, description_state)"
            " SELECT gen_random_uuid(), :owner, 'a.jpg', 1,"
            " sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'image/jpeg', 'uploading',"
            " now(), now(), false, 0, 'none' FROM generate_series(1, :count)"
        ),
        {"owner": person.user_id, "count": count},
    )


def test_places_for_unfinished_uploads_beyond_the_limit_are_refused(
    ada: Person, database: Engine
) -> None:
    pictures = [of_size(1), of_size(1)]
    first, _ = promise(ada, *pictures)
    with database.begin() as connection:
        unfinished_uploads(connection, ada, MAX_UNFINISHED - 2)
    refused = ada.http.post("/api/images", json={"images": [of_size(1)]})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_uploads")
    assert [place["status"] for place in promise(ada, *pictures)] == ["upload", "upload"]
    with database.begin() as connection:
        arrived = text("UPDATE images SET state = 'ready' WHERE id = :id")
        connection.execute(arrived, {"id": first["image"]["id"]})
    assert [place["status"] for place in promise(ada, of_size(1))] == ["upload"]


def test_many_announcements_at_once_are_promised_no_more_places_than_there_are(
    ada: Person, database: Engine
) -> None:
    with database.begin() as connection:
        unfinished_uploads(connection, ada, MAX_UNFINISHED - 1)

    def status_of(_: int) -> int:
        return ada.http.post("/api/images", json={"images": [of_size(1)]}).status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(status_of, range(32)))
    assert sorted(statuses) == [200, *[429] * 31]


def test_asking_again_for_the_same_reserves_nothing_more(cora: Person) -> None:
    picture = of_size(QUOTA)
    for _ in range(3):
        (place,) = promise(cora, picture)
        assert place["status"] == "upload"
    assert used(cora) == QUOTA
    # Announcing more of the same bytes is announcing more.
    (place,) = promise(cora, picture | {"size": QUOTA + 1})
    assert place["code"] == "quota_exceeded"


def test_a_cancelled_upload_gives_its_room_back(cora: Person) -> None:
    (place,) = promise(cora, of_size(QUOTA))
    cora.http.delete(f"/api/images/{place['image']['id']}").raise_for_status()
    assert used(cora) == 0
    (place,) = promise(cora, of_size(QUOTA))
    assert place["status"] == "upload"


def test_room_for_a_byte_is_not_room_for_more(cora: Person) -> None:
    """The address was signed while the whole size was announced, and a smaller one since."""
    picture = jpeg(seed=960)
    (place,) = cora.promise(picture)
    said = {
        "name": "x.jpg",
        "size": 1,
        "content_type": "image/jpeg",
        "sha256": sha256(picture.content).hexdigest(),
    }
    (smaller,) = promise(cora, said)
    assert smaller["image"]["id"] == place["image"]["id"]
    put(place["upload"], picture.content).raise_for_status()
    settled = until(lambda: cora.settled(place["image"]["id"]))
    assert (settled["state"], settled["failure"]["code"]) == ("rejected", "not_as_promised")


def test_fifty_at_once_get_the_room_of_one(cora: Person) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers_of_all = list(pool.map(lambda _: promise(cora, of_size(QUOTA // 2 + 1)), range(50)))
    statuses = [place["status"] for (place,) in answers_of_all]
    assert statuses.count("upload") == 1
    assert statuses.count("refused") == 49
    assert used(cora) <= QUOTA


def test_parallel_batches_that_share_pictures_do_not_stop_each_other(cora: Person) -> None:
    pictures = [of_size(1000) for _ in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda turn: promise(cora, *pictures[:: 1 if turn % 2 else -1]), range(16)))
    assert used(cora) == 20_000


def test_a_rejected_file_takes_no_room(ada: Person, database: Engine) -> None:
    (image_id,) = ada.upload(
        replace(jpeg(seed=700), content=b"this is not a picture" + uuid4().bytes)
    )
    until(lambda: ada.settled(image_id))
    assert ada.http.get("/api/account").json()["storage"] == {"bytes": 0, "quota": None}
    assert _counted(database, ada) == (0, 0)


def test_the_count_is_that_of_the_rows_whatever_happens(ada: Person, database: Engine) -> None:
    pictures: list[Picture] = [jpeg(seed=710 + number) for number in range(4)]
    ids = ada.upload(*pictures)
    until(lambda: all(ada.settled(image_id) for image_id in ids))
    ada.http.delete(f"/api/images/{ids[0]}").raise_for_status()
    assert _counted(database, ada) == (sum(len(each.content) for each in pictures), 4)
    with database.begin() as connection:
        connection.execute(text("DELETE FROM images WHERE id = :id"), {"id": ids[1]})
    left = [each for number, each in enumerate(pictures) if number != 1]
    assert _counted(database, ada) == (sum(len(each.content) for each in left), 3)
    with database.begin() as connection:
        connection.execute(text("DELETE FROM users WHERE id = :id"), {"id": ada.user_id})


def _counted(database: Engine, person: Person) -> tuple[int, int]:
    with database.connect() as connection:
        row = connection.execute(
            text("SELECT bytes, pictures FROM storage WHERE user_id = :id"),
            {"id": person.user_id},
        ).one()
        return row.bytes, row.pictures
