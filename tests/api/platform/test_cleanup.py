"""What fell through is found: lost events, uploads never made, deletions that are due."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from app.api.app import create_worker_app
from app.clients.aws.boto import make_client
from app.clients.aws.bucket_inventory import BucketInventory
from app.clients.aws.export_store import ExportStore
from app.clients.aws.image_store import PictureStore
from app.database import db, now
from app.jobs.cleanup import FEW_MESSAGES
from app.jobs.periodic import run_periodic_jobs
from app.jobs.sweep import Sweep
from app.messages import DescribePicture, PictureStored
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import keys_of, stored_event, until
from tests.support.images import jpeg
from tests.support.users import PASSWORD, Json, Person, put


class RunSweep(Protocol):
    def __call__(self, later: timedelta = ..., messages: int = ...) -> list[object]: ...


@pytest.fixture
def run_sweep(stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunSweep]:
    """Run one sweep, now or as if it were so much later; it returns the tasks that it asked for.

    The worker of the stack sweeps too, every 20 seconds. Where a test looks at the returned tasks,
    it moves the clock of its own sweep and leaves the rows young: else the worker may be first.
    """
    environment = stack.environment("worker")
    settings = Settings.from_environment(environment)
    app = create_worker_app(settings, pool_size=1)
    with keys_of(environment):
        s3 = make_client("s3", settings)
    store = PictureStore(s3=s3, bucket_name=settings.picture_bucket)

    inventory = BucketInventory(s3=s3, bucket_name=settings.picture_bucket)
    exports = ExportStore(s3=s3, bucket_name=settings.picture_bucket)

    def run(later: timedelta = timedelta(), messages: int = 0) -> list[object]:
        monkeypatch.setattr("app.jobs.cleanup.now", lambda: now() + later)
        asked: list[object] = []
        note = asked.append
        sweep = Sweep(
            store=store,
            inventory=inventory,
            exports=exports,
            notify=note,
            wake=lambda: None,
            ask=note,
            tend=note,
            asked=lambda: messages,
            go_on=note,
            post=lambda _: None,
        )
        with app.app_context():
            run_periodic_jobs(sweep)
        return asked

    yield run
    with app.app_context():
        db.engine.dispose()


def age(database: Engine, image_id: str, **columns: str) -> None:
    """Set moments of a row to so long ago."""
    for column, ago in columns.items():
        with database.begin() as connection:
            connection.execute(
                text(f"UPDATE images SET {column} = now() - interval '{ago}' WHERE id = :id"),  # noqa: S608
                {"id": image_id},
            )


def set_state(database: Engine, image_id: str, **columns: str | None) -> None:
    for column, value in columns.items():
        with database.begin() as connection:
            connection.execute(
                text(f"UPDATE images SET {column} = :value WHERE id = :id"),  # noqa: S608
                {"id": image_id, "value": value},
            )


def task_of(person: Person, image_id: str) -> PictureStored:
    user = person.http.get("/api/account").json()["user"]["id"]
    return PictureStored(user_id=UUID(user), image_id=UUID(image_id))


def test_an_upload_whose_event_was_lost_is_taken_up(
    ada: Person, run_sweep: RunSweep, database: Engine
) -> None:
    (image_id,) = ada.upload(jpeg(seed=300))
    until(lambda: ada.settled(image_id))
    age(database, image_id, created_at="0 minutes")
    set_state(database, image_id, state="uploading")  # as if no event had come
    assert task_of(ada, image_id) not in run_sweep()  # it may still come
    assert task_of(ada, image_id) in run_sweep(later=timedelta(minutes=1))


def test_a_promise_that_nobody_used_is_left_alone_for_a_day(
    ada: Person, run_sweep: RunSweep, database: Engine
) -> None:
    (place,) = ada.promise(jpeg(seed=301))
    image_id = place["image"]["id"]
    age(database, image_id, created_at="23 hours")
    assert task_of(ada, image_id) not in run_sweep()
    assert ada.detail(image_id)["state"] == "uploading"
    run_sweep(later=timedelta(hours=2))
    assert ada.http.get(f"/api/images/{image_id}").status_code == 404


def test_an_upload_that_arrived_is_kept_however_long_nobody_looked(
    ada: Person,
    run_sweep: RunSweep,
    database: Engine,
    objects_of: Callable[[Person], list[str]],
) -> None:
    """The machine was switched off right after the upload, and on again days later."""
    (image_id,) = ada.upload(jpeg(seed=309))
    until(lambda: ada.settled(image_id))
    age(database, image_id, created_at="0 minutes")
    set_state(database, image_id, state="uploading")  # as if no event had come
    assert task_of(ada, image_id) in run_sweep(later=timedelta(days=3))
    assert ada.detail(image_id)["state"] == "uploading"
    assert [key for key in objects_of(ada) if key.endswith("/original")]


def test_deletion_is_final_after_thirty_days(
    ada: Person,
    run_sweep: RunSweep,
    database: Engine,
    objects_of: Callable[[Person], list[str]],
) -> None:
    kept, gone = ada.upload(jpeg(seed=303), jpeg(seed=304))
    for image_id in (kept, gone):
        until(partial(ada.settled, image_id))
        ada.http.delete(f"/api/images/{image_id}")
    assert len(objects_of(ada)) == 6
    age(database, kept, deleted_at="28 days")
    age(database, gone, deleted_at="29 days 12 hours")
    run_sweep(later=timedelta(days=1))
    assert ada.timeline(deleted="true") == [kept]
    assert ada.http.get(f"/api/images/{gone}").status_code == 404
    assert all(UUID(kept).hex in key for key in objects_of(ada))
    assert len(objects_of(ada)) == 3


def test_a_rejection_is_forgotten_after_a_day(
    ada: Person, run_sweep: RunSweep, database: Engine
) -> None:
    (place,) = ada.promise(jpeg(seed=305))
    image_id = place["image"]["id"]
    set_state(database, image_id, state="rejected", failure_code="not_a_picture")
    run_sweep()
    assert ada.detail(image_id)["failure"]["code"] == "not_a_picture"
    run_sweep(later=timedelta(hours=25))
    assert ada.http.get(f"/api/images/{image_id}").status_code == 404


def test_a_description_whose_message_was_lost_is_asked_for_again(
    ada: Person, run_sweep: RunSweep, database: Engine
) -> None:
    (image_id,) = ada.upload(jpeg(seed=306))
    until(lambda: ada.settled(image_id))
    set_state(database, image_id, description_state="waiting")
    age(database, image_id, description_asked_at="0 minutes")
    task = DescribePicture(image_id=UUID(image_id))
    rest = "INSERT INTO rate_limits VALUES ('model-rest', now() + interval '1 hour')"
    awake = text("DELETE FROM rate_limits WHERE key = 'model-rest'")
    with database.begin() as connection:
        connection.execute(awake)
    assert task not in run_sweep(later=timedelta(minutes=59))
    with database.begin() as connection:
        connection.execute(text(rest))
    # While the model rests, messages come again by themselves.
    assert task not in run_sweep(later=timedelta(minutes=61))
    with database.begin() as connection:
        connection.execute(awake)
    # While there are many, each message serves whose turn it is.
    assert task not in run_sweep(later=timedelta(minutes=61), messages=FEW_MESSAGES + 1)
    assert task in run_sweep(later=timedelta(minutes=61), messages=FEW_MESSAGES)
    assert task not in run_sweep(later=timedelta(minutes=61))  # once an hour


def test_clients_that_die_between_two_steps_leave_nothing(
    ada: Person,
    run_sweep: RunSweep,
    database: Engine,
    objects_of: Callable[[Person], list[str]],
) -> None:
    arrived = set()
    for number in range(60):
        picture = jpeg(seed=3000 + number, size=(320, 200))
        (place,) = ada.promise(picture)
        image_id = place["image"]["id"]
        step = number % 6
        if step == 1:
            break_off(place["upload"], picture.content[:1000])
        if step in {2, 5}:
            put(place["upload"], picture.content).raise_for_status()
        if step in {3, 4, 5}:
            ada.http.delete(f"/api/images/{image_id}").raise_for_status()
        if step == 4:  # cancelled, and yet the bytes arrive
            put(place["upload"], picture.content).raise_for_status()
        if step == 2:
            arrived.add(image_id)
    # Those of step 5 were deleted before the event came or after: cancelled, or in the bin.
    left = set(ada.timeline(deleted="true")) | arrived
    for image_id in left:
        until(partial(ada.settled, image_id))
    parts = {"original", "preview", "thumbnail"}
    expected = {(UUID(image_id).hex, part) for image_id in left for part in parts}
    rows = text("SELECT id FROM images WHERE owner_id = :id")

    def agree() -> bool:
        # More than once: what arrived for nobody goes with the sweep that follows its event, and
        # a sweep leaves to the next one what it has no time for.
        run_sweep(later=timedelta(hours=25))
        found = (key.partition(".")[0].split("/")[2:] for key in objects_of(ada))
        with database.connect() as connection:
            ids = {str(one) for one in connection.execute(rows, {"id": ada.user_id}).scalars()}
        return {(image_id, part) for image_id, part in found} == expected and ids == left

    until(agree)
    assert len(arrived) == 10


def break_off(upload: Json, some: bytes) -> None:
    """Begin to send, as a browser does that is closed."""
    at = urlsplit(upload["url"])
    headers = "".join(f"{name}: {value}\r\n" for name, value in upload["headers"].items())
    with socket.create_connection((at.hostname, at.port)) as connection:
        line = f"PUT {at.path}?{at.query} HTTP/1.1\r\nHost: {at.netloc}\r\n"
        connection.sendall(f"{line}{headers}Content-Length: 99999\r\n\r\n".encode() + some)


def test_an_event_that_comes_three_times_makes_one_picture(
    ada: Person,
    send: Callable[[str], None],
    objects_of: Callable[[Person], list[str]],
) -> None:
    picture = jpeg(seed=307)
    (place,) = ada.promise(picture)
    task = task_of(ada, place["image"]["id"])
    key = f"users/{task.user_id.hex}/{task.image_id.hex}/original"
    event = stored_event(key)
    send(event)  # too early: nothing has arrived
    put(place["upload"], picture.content).raise_for_status()
    for _ in range(3):
        send(event)
    settled = until(lambda: ada.settled(place["image"]["id"]))
    assert settled["state"] == "ready"
    assert ada.timeline() == [place["image"]["id"]]
    assert len(objects_of(ada)) == 3


@pytest.mark.parametrize(
    ("table", "column", "ago"),
    [
        ("sessions", "expires_at", "1 second"),
        ("sessions", "last_used_at", "30 days"),
        ("known_devices", "last_used_at", "400 days"),
    ],
)
def test_sessions_and_browsers_that_are_dead_are_forgotten(
    ada: Person,
    bob: Person,
    run_sweep: RunSweep,
    database: Engine,
    table: str,
    column: str,
    ago: str,
) -> None:
    ids = {}
    for person in (ada, bob):
        credentials = {"email": person.email, "password": PASSWORD}
        person.http.post("/api/auth/login", json=credentials).raise_for_status()
        ids[person.email] = person.user_id
    query = f"UPDATE {table} SET {column} = now() - interval '{ago}' WHERE user_id = :id"  # noqa: S608
    left = f"SELECT count(*) FROM {table} WHERE user_id = :id"  # noqa: S608
    with database.begin() as connection:
        connection.execute(text(query), {"id": ids[ada.email]})
    run_sweep()

    def counts() -> list[int]:
        with database.connect() as connection:
            return [
                connection.execute(text(left), {"id": each}).scalar_one() for each in ids.values()
            ]

    assert until(lambda: counts() == [0, 1])
