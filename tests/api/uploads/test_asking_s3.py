"""What S3 is asked for one person holds up nobody else, and one doubtful picture no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from app.accounts.rate_limits.policies import ASKED_OF_S3
from app.uploads.asking_s3 import MAX_ASKED_AT_ONCE
from app.uploads.schemas import MAX_IN_PARTS
from tests.support.images import jpeg
from tests.support.multipart import PART, big_file, open_uploads, promise
from tests.support.rate_limits import forget, leave, use_up
from tests.support.users import put

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2
    from sqlalchemy import Engine

    from tests.support.images import Picture
    from tests.support.users import Json, Person

# As an event does that is late or forged; the lease keeps the worker from looking.
TOLD = """
UPDATE images SET state = 'processing', leased_until = now() + interval '1 hour' WHERE id = :id
"""
LEFT = "UPDATE images SET leased_until = NULL WHERE owner_id = :owner AND state = 'processing'"


@pytest.fixture(autouse=True)
def _leave_the_worker_alone(ada: Person, database: Engine) -> Iterator[None]:
    yield
    forget(database, ASKED_OF_S3)
    with database.begin() as connection:
        connection.execute(text(LEFT), {"owner": ada.user_id})


def announce(person: Person, number: int, *, seed: int, part: int | None) -> httpx2.Response:
    """Ask for places of so many files, cut into parts of a size, or whole."""
    parts = part and {"size": part, "sha256": ["a" * 64] * 2}
    images = [
        {
            "name": "big.jpg",
            "size": PART + 1000,
            "content_type": "image/jpeg",
            "sha256": f"{seed + each:064x}",
            "parts": parts,
        }
        for each in range(number)
    ]
    return person.http.post("/api/images", json={"images": images})


def tell(database: Engine, *places: Json) -> None:
    with database.begin() as connection:
        for place in places:
            connection.execute(text(TOLD), {"id": place["image"]["id"]})


def ask(person: Person, *pictures: Picture) -> httpx2.Response:
    body = {"images": [picture.announcement() for picture in pictures]}
    return person.http.post("/api/images", json=body)


def test_doubtful_picture_holds_up_no_other_of_its_batch(ada: Person, database: Engine) -> None:
    doubtful, new = jpeg(seed=1701), jpeg(seed=1702)
    tell(database, *ada.promise(doubtful))
    answer = ask(ada, doubtful, new)
    assert answer.status_code == 200
    first, second = answer.json()["places"]
    assert first == {"status": "wait", "retry_after": 5}
    assert second["status"] == "upload"
    put(second["upload"], new.content).raise_for_status()


def test_only_so_many_doubtful_pictures_are_looked_for_at_once(
    ada: Person, database: Engine
) -> None:
    pictures = [
        jpeg(seed=1710 + number, size=(160, 120)) for number in range(MAX_ASKED_AT_ONCE + 2)
    ]
    places = ada.promise(*pictures)
    tell(database, *places)
    for place, picture in zip(places, pictures, strict=True):
        put(place["upload"], picture.content).raise_for_status()
    told = [place["status"] for place in ask(ada, *pictures).json()["places"]]
    assert sorted(told) == ["exists"] * MAX_ASKED_AT_ONCE + ["wait"] * 2


def test_who_had_s3_asked_too_often_waits_and_nothing_is_changed(
    ada: Person, database: Engine
) -> None:
    begun, doubtful, new = big_file(seed=1741), jpeg(seed=1742), big_file(seed=1743)
    place = promise(ada, begun)
    tell(database, *ada.promise(doubtful))
    before = ada.http.get("/api/account").json()["storage"]
    use_up(database, ASKED_OF_S3, of=ada.user_id)
    refused = [
        ada.http.post("/api/images", json={"images": [new.announcement()]}),
        ask(ada, jpeg(seed=1744), doubtful),
        ada.http.post(f"/api/images/{place['image']['id']}/complete"),
    ]
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_at_once")
        assert int(answer.headers["Retry-After"]) > 60
    assert ada.http.get("/api/account").json()["storage"] == before


def test_who_has_nothing_asked_of_s3_does_not_wait(
    ada: Person, bob: Person, database: Engine
) -> None:
    begun = promise(ada, big_file(seed=1751))
    use_up(database, ASKED_OF_S3, of=ada.user_id)
    assert ask(ada, jpeg(seed=1752)).json()["places"][0]["status"] == "upload"
    assert ada.http.delete(f"/api/images/{begun['image']['id']}").status_code == 204
    assert promise(bob, big_file(seed=1753))["status"] == "upload"


def test_nothing_is_opened_in_place_of_what_cannot_be_dropped(
    ada: Person, bucket: Any, database: Engine
) -> None:
    """Else who cuts the same files otherwise, again and again, opens uploads without bound."""
    announce(ada, MAX_IN_PARTS, seed=1761, part=PART).raise_for_status()
    before = set(open_uploads(bucket, ada))
    assert len(before) == MAX_IN_PARTS
    leave(database, ASKED_OF_S3, of=ada.user_id, room=MAX_IN_PARTS + 1)
    refused = announce(ada, MAX_IN_PARTS, seed=1761, part=PART + 1)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
    assert set(open_uploads(bucket, ada)) == before
    forget(database, ASKED_OF_S3)
    announce(ada, MAX_IN_PARTS, seed=1761, part=PART + 1).raise_for_status()
    after = set(open_uploads(bucket, ada))
    assert len(after) == MAX_IN_PARTS
    assert not after & before


def test_however_many_are_asked_for_whole_none_stays_open_in_parts(
    ada: Person, bucket: Any
) -> None:
    for seed in (1801, 1801 + MAX_IN_PARTS):
        announce(ada, MAX_IN_PARTS, seed=seed, part=PART).raise_for_status()
    assert len(open_uploads(bucket, ada)) == 2 * MAX_IN_PARTS
    announce(ada, 2 * MAX_IN_PARTS, seed=1801, part=None).raise_for_status()
    assert open_uploads(bucket, ada) == []
