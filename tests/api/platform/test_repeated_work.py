"""Asking again and again costs nobody anything: one message, one zip."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.accounts.rate_limits import policies
from app.accounts.rate_limits.limiter import Limit
from app.clients.aws.boto import AwsUnavailableError, AwsUnreachableError
from app.clients.aws.export_store import ExportStore, Upload
from app.descriptions.ask_for_all import ASKED_AT_A_TIME, ask_for_next
from app.exports import create
from app.exports.create import SILENCE, ZIP_SECONDS, make_next_zip, overdue_exports
from app.jobs.heartbeat import Heartbeat
from app.messages import (
    MAX_ATTEMPTS,
    DescribeAll,
    DescribePicture,
    ExportLibrary,
    RetryLaterError,
    parse,
)
from app.processing.yielding import never_give_way
from tests.api.conftest import until
from tests.api.platform.conftest import rendered, set_row, switch_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from app.jobs.worker_context import WorkerContext
    from app.processing.yielding import GiveWay
    from tests.api.platform.conftest import Sent
    from tests.support.users import Person

ZIP_BYTES = 1024**3

pytestmark = pytest.mark.usefixtures("nothing_waits")


def test_asking_for_a_copy_again_sends_nothing(api: FlaskClient, sent: Sent) -> None:
    answers = [api.post("/api/account/exports") for _ in range(25)]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert len(sent.messages) == 1


class Slow(ExportStore):
    """Begins a zip, and waits until it is told to go on."""

    def __init__(self, **where: Any) -> None:
        super().__init__(**where)
        self.begun = 0
        self.go_on = threading.Event()

    @contextmanager
    def writing(self, key: str) -> Iterator[Upload]:
        self.begun += 1
        self.go_on.wait()
        with super().writing(key) as upload:
            yield upload


def make_zip(task: ExportLibrary, attempt: int, *, store: ExportStore) -> None:
    """Make the next zip of a copy, with nobody else to give way to."""
    make_next_zip(
        task,
        attempt,
        store=store,
        send=lambda _: None,
        holding=lambda _: nullcontext(),
        give_way=never_give_way,
        zip_bytes=ZIP_BYTES,
    )


def test_one_worker_at_a_time_makes_a_zip(
    api: FlaskClient, worker_context: WorkerContext, bucket: Any, database: Engine
) -> None:
    task = ExportLibrary(export_id=UUID(api.post("/api/account/exports").get_json()["id"]))
    store = Slow(s3=bucket.meta.client, bucket_name=bucket.name)

    def make(attempt: int = 1) -> None:
        with worker_context.app.app_context():
            make_zip(task, attempt, store=store)

    with ThreadPoolExecutor(1) as other:
        first = other.submit(make)
        until(lambda: store.begun)
        with pytest.raises(RetryLaterError) as later:
            make()
        assert 0 < later.value.seconds <= 32
        store.go_on.set()
        first.result()
    make()  # a message that comes twice
    assert store.begun == 1
    with database.connect() as connection:
        query = text("SELECT state, leased_until FROM exports WHERE id = :id")
        row = connection.execute(query, {"id": task.export_id}).one()
    assert tuple(row) == ("ready", None)


class Failing:
    """A client of S3 that begins no zip, and says why."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def create_multipart_upload(self, **_: str) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (AwsUnreachableError(), "running"),
        (OperationalError("COMMIT", {}, Exception("no space left")), "running"),
        (AwsUnavailableError(), "failed"),
    ],
    ids=["S3 is away", "the database is away", "S3 refuses"],
)
def test_export_is_given_up_after_failures_of_its_own_only(
    api: FlaskClient,
    worker_context: WorkerContext,
    bucket: Any,
    database: Engine,
    error: Exception,
    state: str,
) -> None:
    task = ExportLibrary(export_id=UUID(api.post("/api/account/exports").get_json()["id"]))

    def make(store: ExportStore, attempt: int) -> None:
        with worker_context.app.app_context():
            make_zip(task, attempt, store=store)

    def row() -> tuple[Any, ...]:
        with database.connect() as connection:
            query = text("SELECT state, leased_until IS NULL FROM exports WHERE id = :id")
            return tuple(connection.execute(query, {"id": task.export_id}).one())

    with pytest.raises(type(error)):
        make(ExportStore(s3=Failing(error), bucket_name=""), MAX_ATTEMPTS)
    assert row()[0] == state
    if state == "failed":
        return
    assert row()[1]
    with database.begin() as connection:
        silent = "UPDATE exports SET touched_at = now() - :silence WHERE id = :id"
        past = SILENCE + timedelta(minutes=1)
        connection.execute(text(silent), {"silence": past, "id": task.export_id})
    with worker_context.app.app_context():
        assert task.export_id in overdue_exports()
    make(ExportStore(s3=bucket.meta.client, bucket_name=bucket.name), 1)
    assert row() == ("ready", True)


def test_export_that_gives_way_keeps_its_lease_and_ends(
    api: FlaskClient,
    ada: Person,
    worker_context: WorkerContext,
    bucket: Any,
    database: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However long it rests after each picture: its zip is made by nobody else, and whole."""
    for seed in (985, 986, 987):
        rendered(ada, seed)
    task = ExportLibrary(export_id=UUID(api.post("/api/account/exports").get_json()["id"]))
    store = ExportStore(s3=bucket.meta.client, bucket_name=bucket.name)
    heartbeat = Heartbeat(every_seconds=0.01)
    clock = count(step=0.01)
    rests: list[float] = []
    monkeypatch.setattr(create, "time", SimpleNamespace(monotonic=lambda: next(clock) + sum(rests)))

    def leased_until() -> float:
        query = "SELECT extract(epoch FROM leased_until) FROM exports WHERE id = :id"
        with database.connect() as connection:
            return float(connection.scalar(text(query), {"id": task.export_id}) or 0)

    def extended(beat: Callable[[], None]) -> AbstractContextManager[None]:
        def within_the_application() -> None:
            with worker_context.app.app_context():
                beat()

        return heartbeat.during(within_the_application)

    def make(give_way: GiveWay) -> None:
        make_next_zip(
            task,
            1,
            store=store,
            send=lambda _: None,
            holding=extended,
            give_way=give_way,
            zip_bytes=ZIP_BYTES,
        )

    def rest(owner_id: UUID, worked: float) -> float:
        assert owner_id == UUID(ada.user_id)
        assert worked > 0
        before = leased_until()
        until(lambda: leased_until() > before)
        with ThreadPoolExecutor(1) as another, pytest.raises(RetryLaterError):
            another.submit(in_application, lambda: make(never_give_way)).result()
        rests.append(ZIP_SECONDS)
        return rests[-1]

    def in_application(do: Callable[[], None]) -> None:
        with worker_context.app.app_context():
            do()

    in_application(lambda: make(rest))
    (export,) = ada.http.get("/api/account/exports").json()["exports"]
    assert (export["state"], export["done"], len(export["parts"])) == ("ready", 3, 1)
    assert len(rests) == 3


def test_a_zip_whose_worker_died_is_made_by_the_next(
    api: FlaskClient, ada: Person, worker_context: WorkerContext, bucket: Any, database: Engine
) -> None:
    task = ExportLibrary(export_id=UUID(api.post("/api/account/exports").get_json()["id"]))
    with database.begin() as connection:
        died = "UPDATE exports SET state = 'running', leased_until = now() - interval '1 second'"
        connection.execute(text(f"{died} WHERE id = :id"), {"id": task.export_id})
    store = ExportStore(s3=bucket.meta.client, bucket_name=bucket.name)
    with worker_context.app.app_context():
        make_next_zip(
            task,
            1,
            store=store,
            send=lambda _: None,
            holding=lambda _: nullcontext(),
            give_way=never_give_way,
            zip_bytes=ZIP_BYTES,
        )
    (export,) = ada.http.get("/api/account/exports").json()["exports"]
    assert export["state"] == "ready"


def test_a_picture_that_waits_is_not_asked_for_again(
    api: FlaskClient, sent: Sent, ada: Person, database: Engine
) -> None:
    image_id = rendered(ada, 970)
    switch_on(ada)
    answers = [api.post(f"/api/images/{image_id}/describe") for _ in range(84)]
    assert {answer.status_code for answer in answers} == {202}
    assert len(sent.messages) == 1
    # Nor is one picture described again and again.
    burst = policies.DESCRIPTIONS_OF_IMAGE.burst
    for number in range(1, burst + 1):
        set_row(database, image_id, "description_state = 'done'")
        answer = api.post(f"/api/images/{image_id}/describe")
        assert answer.status_code == (202 if number < burst else 429)
    assert answer.get_json()["code"] == "too_many_requests"
    assert 0 < int(answer.headers["Retry-After"]) <= timedelta(hours=1).total_seconds()
    assert len(sent.messages) == burst
    # A refusal changes nothing.
    assert ada.detail(image_id)["description_state"] == "done"


def test_nobody_asks_for_more_descriptions_than_a_person_may(
    api: FlaskClient, sent: Sent, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(policies.DESCRIPTIONS_OF_PERSON, burst=2)
    monkeypatch.setattr("app.descriptions.asking.DESCRIPTIONS_OF_PERSON", few)
    ids = [rendered(ada, seed) for seed in (971, 972, 973)]
    switch_on(ada)
    statuses = [api.post(f"/api/images/{image_id}/describe").status_code for image_id in ids]
    assert statuses == [202, 202, 429]
    assert len(sent.messages) == 2


def test_asking_for_all_that_are_missing_is_one_message(
    api: FlaskClient, sent: Sent, ada: Person
) -> None:
    for seed in (974, 975, 976):
        rendered(ada, seed)
    switch_on(ada)
    assert api.post("/api/images/describe").get_json() == {"queued": 3}
    assert api.post("/api/images/describe").get_json() == {"queued": 0}
    (message,) = sent.messages
    (task,) = parse(json.dumps(message), bucket_name="")
    assert isinstance(task, DescribeAll)
    assert task.message() == message
    assert task.user_id == UUID(ada.user_id)
    statuses = [api.post("/api/images/describe").status_code for _ in range(5)]
    assert statuses[-1] == 429


def waiting_for_descriptions(database: Engine, person: Person, count: int) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state,"
                " created_at, stored_at, has_preview, attempts, timeline_at, description_state,"
                " description_asked_at) SELECT gen_random_uuid(), :owner, 'a.jpg', 1,"
                " sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'image/jpeg', 'ready',"
                " now(), now(), false, 0, now(), 'waiting', now() FROM generate_series(1, :count)"
            ),
            {"owner": person.user_id, "count": count},
        )


def test_all_that_wait_are_asked_for_a_few_at_a_time(
    ada: Person, worker_context: WorkerContext, database: Engine
) -> None:
    count = ASKED_AT_A_TIME + 1
    waiting_for_descriptions(database, ada, count + 1)
    delete = "UPDATE images SET deleted_at = now() WHERE id = (SELECT id FROM images {} LIMIT 1)"
    with database.begin() as connection:
        connection.execute(text(delete.format("WHERE owner_id = :id")), {"id": ada.user_id})
    asked: list[Sequence[DescribePicture]] = []
    go_on: list[Mapping[str, str]] = []
    with worker_context.app.app_context():
        task = DescribeAll(user_id=UUID(ada.user_id))
        ask_for_next(task, ask=asked.append, go_on=go_on.append)
        (message,) = go_on
        (task_after,) = parse(json.dumps(message), bucket_name="")
        assert isinstance(task_after, DescribeAll)
        ask_for_next(task_after, ask=asked.append, go_on=go_on.append)
    assert [len(tasks) for tasks in asked] == [ASKED_AT_A_TIME, 1]
    assert len({task.image_id for tasks in asked for task in tasks}) == count
    assert len(go_on) == 1


def test_what_waits_already_is_not_asked_for_again_with_what_is_missing(
    api: FlaskClient, sent: Sent, ada: Person, worker_context: WorkerContext, database: Engine
) -> None:
    """A message for each of a whole library, each time that somebody adds a picture and asks."""
    rendered(ada, 977)
    waiting_for_descriptions(database, ada, 3)
    switch_on(ada)
    assert api.post("/api/images/describe").get_json() == {"queued": 1}
    (message,) = sent.messages
    (task,) = parse(json.dumps(message), bucket_name="")
    assert isinstance(task, DescribeAll)
    asked: list[Sequence[DescribePicture]] = []
    with worker_context.app.app_context():
        ask_for_next(task, ask=asked.append, go_on=lambda _: None)
    assert [len(tasks) for tasks in asked] == [1]


def test_asking_for_many_that_are_missing_is_counted_by_picture(
    api: FlaskClient, ada: Person, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turning descriptions off and on makes a whole library missing again."""
    few = Limit(name="few", burst=2, every=timedelta(minutes=1))
    monkeypatch.setattr("app.descriptions.asking.DESCRIPTIONS_OF_MISSING", few)
    for seed in (978, 979, 980):
        rendered(ada, seed)
    switch_on(ada)
    assert api.post("/api/images/describe").get_json() == {"queued": 3}
    with database.begin() as connection:
        connection.execute(text("UPDATE images SET description_state = 'none'"))
    refused = api.post("/api/images/describe")
    assert (refused.status_code, refused.get_json()["code"]) == (429, "too_many_requests")


def test_messages_go_out_by_tens(worker_context: WorkerContext) -> None:
    """Pictures that nobody has: the worker that runs here finds nothing to do."""
    worker_context.ask_for_each([DescribePicture(image_id=uuid4()) for _ in range(23)])


def test_retries_beyond_the_limit_are_refused(
    api: FlaskClient, ada: Person, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(policies.RETRIES, burst=2)
    monkeypatch.setattr("app.processing.retry.RETRIES", few)
    image_id = rendered(ada, 980)
    statuses = []
    for _ in range(3):
        set_row(database, image_id, "state = 'damaged'")
        statuses.append(api.post(f"/api/images/{image_id}/retry").status_code)
    assert statuses == [202, 202, 429]
