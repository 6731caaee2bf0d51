"""Pictures of one shot find each other, whichever comes first, and nothing else does."""

import threading
from collections.abc import Iterator
from functools import partial
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.api.app import create_worker_app
from app.database import db
from app.settings import Settings
from app.stacks.automatic import _TAKE_TURN, MAX_OF_ONE, images_to_stack, look_for_partners
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import until
from tests.media.raw_samples import RAW
from tests.support.images import Picture, jpeg
from tests.support.stacks import add_image, change, stack_of, tiles, undo
from tests.support.users import Person

CR3 = "image/x-canon-cr3"
NEF = "image/x-nikon-nef"


@pytest.fixture
def worker(stack: EmbeddedStack) -> Iterator[Flask]:
    """A worker of the test's own, which does what it is told."""
    settings = Settings.from_environment(stack.environment("worker"))
    app = create_worker_app(settings, pool_size=4)
    yield app
    with app.app_context():
        db.engine.dispose()


def look(app: Flask, person: str, *ids: str) -> None:
    with app.app_context():
        look_for_partners(UUID(person), [UUID(each) for each in ids])


def waiting(database: Engine, *ids: str) -> int:
    with database.connect() as connection:
        query = text("SELECT count(*) FROM images_to_stack WHERE image_id = ANY(:ids)")
        return connection.scalar(query, {"ids": [UUID(each) for each in ids]}) or 0


def raw_of(name: str) -> Picture:
    return Picture(name=name, content_type=CR3, content=RAW[CR3])


@pytest.mark.parametrize("raw_first", [False, True])
def test_raw_and_jpeg_that_are_uploaded_are_one_tile(
    ada: Person, database: Engine, *, raw_first: bool
) -> None:
    shot = [jpeg(seed=8101, name="IMG_0001.JPG"), raw_of("IMG_0001.CR3")]
    other = jpeg(seed=8102, name="IMG_0002.JPG")
    ids = {}
    for picture in [*(reversed(shot) if raw_first else shot), other]:
        (image_id,) = ada.upload(picture)
        until(partial(ada.settled, image_id))
        ids[picture.name] = image_id
    until(lambda: waiting(database, *ids.values()) == 0)
    assert tiles(ada) == {ids["IMG_0001.JPG"]: 2, ids["IMG_0002.JPG"]: 1}
    answer = ada.http.get(f"/api/images/{ids['IMG_0001.CR3']}/stack").json()
    assert answer["reason"] == "shot"
    assert [image["name"] for image in answer["images"]] == ["IMG_0001.JPG", "IMG_0001.CR3"]


def test_burst_that_is_uploaded_at_once_is_one_tile(ada: Person, database: Engine) -> None:
    names = [f"IMG_20240503_140506_BURST{n:03}.jpg" for n in range(1, 6)]
    names[2] = names[2].replace(".jpg", "_COVER.jpg")
    ids = ada.upload(*(jpeg(seed=8200 + n, name=name) for n, name in enumerate(names)))
    for image_id in ids:
        until(partial(ada.settled, image_id))
    until(lambda: waiting(database, *ids) == 0)
    assert tiles(ada) == {ids[2]: 5}
    assert stack_of(ada, ids[0]) == [ids[2], ids[0], ids[1], ids[3], ids[4]]


def test_pictures_of_one_second_with_other_names_stay_apart(ada: Person, database: Engine) -> None:
    ids = ada.upload(*(jpeg(seed=8300 + n, name=f"IMG_{n:04}.JPG") for n in range(3)))
    for image_id in ids:
        until(partial(ada.settled, image_id))
    until(lambda: waiting(database, *ids) == 0)
    assert tiles(ada) == dict.fromkeys(ids, 1)


def test_older_pictures_are_stacked_by_the_sweep_in_turns(
    ada: Person, bob: Person, database: Engine, worker: Flask
) -> None:
    # The product's own worker sweeps, too: it leaves people alone whose turn is taken.
    with database.begin() as turn, worker.app_context():
        for person in (ada, bob):
            turn.execute(_TAKE_TURN, {"owner": person.user_id})
        for n in range(MAX_OF_ONE + 5):
            add_image(ada, database, f"IMG_{n}.JPG", waits=True)
        pair = [
            add_image(bob, database, "DSC_1.JPG", waits=True),
            add_image(bob, database, "DSC_1.NEF", content_type=NEF, waits=True),
        ]
        turns = dict(images_to_stack())
        assert len(turns[UUID(ada.user_id)]) == MAX_OF_ONE
        assert sorted(map(str, turns[UUID(bob.user_id)])) == sorted(pair)
    look(worker, bob.user_id, *pair)
    assert tiles(bob) == {pair[0]: 2}
    assert waiting(database, *pair) == 0


def test_pictures_of_other_days_and_other_people_stay_apart(
    ada: Person, bob: Person, database: Engine, worker: Flask
) -> None:
    first = add_image(ada, database, "IMG_0001.JPG")
    later = "2024-05-04 12:00:00"
    raw = add_image(ada, database, "IMG_0001.NEF", content_type=NEF, taken_at=later)
    theirs = add_image(bob, database, "IMG_0001.NEF", content_type=NEF)
    look(worker, ada.user_id, first, raw)
    look(worker, bob.user_id, theirs)
    # As a forged task would name it.
    look(worker, bob.user_id, first)
    assert tiles(ada) == {first: 1, raw: 1}
    assert tiles(bob) == {theirs: 1}


def test_what_would_lock_very_many_stacks_is_left_alone(
    ada: Person, database: Engine, worker: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one person could keep the sweep from everybody by stacks that they made."""
    monkeypatch.setattr("app.stacks.automatic._MAX_STACKS", 0)
    pair = [
        add_image(ada, database, "IMG_0001.JPG"),
        add_image(ada, database, "IMG_0001.NEF", content_type=NEF),
    ]
    look(worker, ada.user_id, *pair)
    assert tiles(ada) == {pair[0]: 2}
    edited = add_image(ada, database, "IMG_E0001.JPG", waits=True)
    look(worker, ada.user_id, edited)
    assert tiles(ada) == {pair[0]: 2, edited: 1}
    assert waiting(database, edited) == 0
    monkeypatch.undo()
    look(worker, ada.user_id, edited)
    assert len(tiles(ada)) == 1


def test_two_workers_at_once_make_one_stack(ada: Person, database: Engine, worker: Flask) -> None:
    user = ada.user_id
    log = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    with database.connect() as connection:
        before = connection.scalar(log)
    for shot in range(10):
        pair = [
            add_image(ada, database, f"IMG_{shot:04}.JPG"),
            add_image(ada, database, f"IMG_{shot:04}.NEF", content_type=NEF),
        ]
        threads = [threading.Thread(target=look, args=(worker, user, each)) for each in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert stack_of(ada, pair[1]) == pair
    assert set(tiles(ada).values()) == {2}
    with database.connect() as connection:
        assert connection.scalar(log) == before


def test_what_was_unstacked_by_hand_stays_apart(
    ada: Person, database: Engine, worker: Flask
) -> None:
    pair = [
        add_image(ada, database, "IMG_0001.JPG"),
        add_image(ada, database, "IMG_0001.NEF", content_type=NEF),
    ]
    look(worker, ada.user_id, *pair)
    done = change(ada, "unstack", *pair)
    look(worker, ada.user_id, *pair)
    assert tiles(ada) == dict.fromkeys(pair, 1)
    undo(ada, done)
    assert tiles(ada) == {pair[0]: 2}
    edited = add_image(ada, database, "IMG_0001-edited.JPG")
    look(worker, ada.user_id, edited)
    assert tiles(ada) == {edited: 3}


def test_cover_that_a_person_chose_stays_the_cover(
    ada: Person, database: Engine, worker: Flask
) -> None:
    first = add_image(ada, database, "IMG_0001.JPG")
    raw = add_image(ada, database, "IMG_0001.NEF", content_type=NEF)
    look(worker, ada.user_id, first)
    look(worker, ada.user_id, raw)
    change(ada, "make_cover", raw)
    edited = add_image(ada, database, "IMG_0001-edited.JPG")
    look(worker, ada.user_id, edited)
    assert stack_of(ada, raw) == [raw, edited, first]


def test_partner_of_what_is_in_the_trash_joins_it(
    ada: Person, database: Engine, worker: Flask
) -> None:
    first = add_image(ada, database, "IMG_0001.JPG")
    look(worker, ada.user_id, first)
    ada.http.delete(f"/api/images/{first}").raise_for_status()
    raw = add_image(ada, database, "IMG_0001.NEF", content_type=NEF)
    look(worker, ada.user_id, raw)
    assert tiles(ada) == {raw: 1}
    ada.http.patch(f"/api/images/{first}", json={"deleted": False}).raise_for_status()
    assert tiles(ada) == {first: 2}


def test_whoever_does_not_want_it_has_no_stacks(
    ada: Person, database: Engine, worker: Flask
) -> None:
    ada.http.patch("/api/account", json={"stacks_images": False}).raise_for_status()
    assert ada.http.get("/api/auth/session").json()["user"]["stacks_images"] is False
    pair = [
        add_image(ada, database, "IMG_0001.JPG", waits=True),
        add_image(ada, database, "IMG_0001.NEF", content_type=NEF, waits=True),
    ]
    look(worker, ada.user_id, *pair)
    assert tiles(ada) == dict.fromkeys(pair, 1)
    assert waiting(database, *pair) == 0
