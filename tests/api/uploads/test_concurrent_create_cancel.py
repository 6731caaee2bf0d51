"""The same upload created, cancelled and changed at once: clear answers, nothing half done."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, text

from tests.support.images import jpeg
from tests.support.users import Person, in_turn

ROUNDS = 40


def test_creating_cancelling_and_changing_at_once(ada: Person, database: Engine) -> None:
    picture = jpeg(seed=600)
    statuses: Counter[int] = Counter()

    def create(_: int) -> None:
        body = {"images": [picture.announcement()]}
        statuses[in_turn(lambda: ada.http.post("/api/images", json=body)).status_code] += 1

    def cancel(_: int) -> None:
        (place,) = ada.promise(picture)
        path = f"/api/images/{place['image']['id']}"
        statuses[in_turn(lambda: ada.http.delete(path)).status_code] += 1

    def change(_: int) -> None:
        (place,) = ada.promise(picture)
        path = f"/api/images/{place['image']['id']}"
        words = {"name": "x.jpg", "description": {"alt_text": "x"}}
        statuses[in_turn(lambda: ada.http.patch(path, json=words)).status_code] += 1

    _at_once([create, cancel, change, create, cancel, change])
    assert set(statuses) <= {200, 204, 404}, statuses
    with database.connect() as connection:
        query = text("SELECT count(*) FROM images WHERE sha256 = decode(:digest, 'hex')")
        digest = picture.announcement()["sha256"]
        assert connection.execute(query, {"digest": digest}).scalar_one() <= 1


def test_batches_of_the_same_pictures_do_not_wait_for_each_other(ada: Person) -> None:
    pictures = [jpeg(seed=610 + number, size=(320, 32)) for number in range(12)]
    ids: set[tuple[str, ...]] = set()

    def forwards(_: int) -> None:
        ids.add(tuple(sorted(place["image"]["id"] for place in ada.promise(*pictures))))

    def backwards(_: int) -> None:
        ids.add(tuple(sorted(place["image"]["id"] for place in ada.promise(*pictures[::-1]))))

    _at_once([forwards, backwards, forwards, backwards])
    assert len(ids) == 1
    assert len(set(*ids)) == len(pictures)


def _at_once(steps: list[Callable[[int], None]]) -> None:
    with ThreadPoolExecutor(len(steps)) as threads:
        for done in [threads.submit(step, n) for n in range(ROUNDS) for step in steps]:
            done.result()
