"""Asking again and again costs nobody anything: one message, one zip, one call of the model."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.accounts import limit_table
from app.clients.export_store import ExportStore, Upload
from app.clients.vision import Sighting
from app.factory import create_app
from app.heartbeat import Heartbeat
from app.images import exports
from app.images.describe import ASKED_AT_A_TIME, Describes, ask_for_next, describe_next
from app.images.description_turns import LEASE
from app.images.exports import ZIP_SECONDS, make_next_zip
from app.images.giving_way import never_give_way
from app.parts import build_parts
from app.settings import Settings
from app.tasks import DescribeAll, DescribePicture, ExportLibrary, RetryLaterError, parse
from tests.api.conftest import keys_of, until
from tests.pictures import jpeg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from app.assembly import Assembly
    from app.images.giving_way import GiveWay
    from scripts.embedded.models import StandIn
    from scripts.embedded.stack import EmbeddedStack
    from tests.people import Person

SEEN = Sighting(
    alt_text="What the model saw",
    text="",
    visible_text="",
    tags=(),
    model="a-model",
    prompt_version="1",
    input_tokens=1,
    output_tokens=1,
)


@dataclass
class Sent:
    """A queue that keeps what is sent to it, so that no worker takes it."""

    messages: list[Mapping[str, object]] = field(default_factory=list)

    def send(self, body: Mapping[str, object]) -> None:
        self.messages.append(body)


@pytest.fixture(autouse=True)
def nothing_waits(database: Engine) -> None:
    """Whose turn it is depends on everybody's pictures, those of earlier tests too."""
    with database.begin() as connection:
        connection.execute(text("UPDATE images SET description_state = 'none'"))


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
def api(stack: EmbeddedStack, model: StandIn, ada: Person, sent: Sent) -> Iterator[FlaskClient]:
    """The API in this process, as Ada's browser, whose messages go nowhere."""
    environment = stack.environment("api") | model.settings()
    settings = Settings.from_environment(environment)
    queue: Any = sent
    with keys_of(environment):
        parts = replace(build_parts(settings), description_queue=queue, export_queue=queue)
        client = create_app(parts).test_client()
        client.environ_base["HTTP_ORIGIN"] = stack.site_origin
        client.set_cookie("session", ada.http.cookies["session"], domain="localhost")
        yield client


def developed(person: Person, seed: int) -> str:
    (image_id,) = person.upload(jpeg(seed=seed))
    until(lambda: person.settled(image_id))
    return image_id


def switch_on(person: Person) -> None:
    person.http.patch("/api/account", json={"descriptions_enabled": True}).raise_for_status()


def set_row(database: Engine, image_id: str, changes: str) -> None:
    with database.begin() as connection:
        statement = text(f"UPDATE images SET {changes} WHERE id = :id")  # noqa: S608
        connection.execute(statement, {"id": image_id})


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


def test_one_worker_at_a_time_makes_a_zip(
    api: FlaskClient, assembly: Assembly, bucket: Any, database: Engine
) -> None:
    task = ExportLibrary(export_id=UUID(api.post("/api/account/exports").get_json()["id"]))
    store = Slow(s3=bucket.meta.client, bucket_name=bucket.name)

    def make(attempt: int = 1) -> None:
        with assembly.app.app_context():
            make_next_zip(
                task,
                attempt,
                store=store,
                send=lambda _: None,
                holding=lambda _: nullcontext(),
                give_way=never_give_way,
            )

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


def test_export_that_gives_way_keeps_its_lease_and_ends(
    api: FlaskClient,
    ada: Person,
    assembly: Assembly,
    bucket: Any,
    database: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However long it rests after each picture: its zip is made by nobody else, and whole."""
    for seed in (985, 986, 987):
        developed(ada, seed)
    task = ExportLibrary(export_id=UUID(api.post("/api/account/exports").get_json()["id"]))
    store = ExportStore(s3=bucket.meta.client, bucket_name=bucket.name)
    heartbeat = Heartbeat(every_seconds=0.01)
    clock = count(step=0.01)
    rests: list[float] = []
    monkeypatch.setattr(
        exports, "time", SimpleNamespace(monotonic=lambda: next(clock) + sum(rests))
    )

    def lease(changed: str = "leased_until") -> float:
        query = (
            f"UPDATE exports SET leased_until = {changed} WHERE id = :id"  # noqa: S608
            " RETURNING extract(epoch FROM leased_until - now())"
        )
        with database.begin() as connection:
            return float(connection.scalar(text(query), {"id": task.export_id}) or 0)

    def extended(beat: Callable[[], None]) -> AbstractContextManager[None]:
        def within_the_application() -> None:
            with assembly.app.app_context():
                beat()

        return heartbeat.during(within_the_application)

    def make(give_way: GiveWay) -> None:
        make_next_zip(
            task, 1, store=store, send=lambda _: None, holding=extended, give_way=give_way
        )

    def rest(owner_id: UUID, worked: float) -> float:
        assert owner_id == UUID(ada.user_id)
        assert worked > 0
        lease("now() + interval '1 second'")  # as if it had rested for most of it
        until(lambda: lease() > 10)
        with ThreadPoolExecutor(1) as another, pytest.raises(RetryLaterError):
            another.submit(in_application, lambda: make(never_give_way)).result()
        rests.append(ZIP_SECONDS)
        return rests[-1]

    def in_application(do: Callable[[], None]) -> None:
        with assembly.app.app_context():
            do()

    in_application(lambda: make(rest))
    (export,) = ada.http.get("/api/account/exports").json()["exports"]
    assert (export["state"], export["done"], len(export["parts"])) == ("ready", 3, 1)
    assert len(rests) == 3


def test_a_zip_whose_worker_died_is_made_by_the_next(
    api: FlaskClient, ada: Person, assembly: Assembly, bucket: Any, database: Engine
) -> None:
    task = ExportLibrary(export_id=UUID(api.post("/api/account/exports").get_json()["id"]))
    with database.begin() as connection:
        died = "UPDATE exports SET state = 'running', leased_until = now() - interval '1 second'"
        connection.execute(text(f"{died} WHERE id = :id"), {"id": task.export_id})
    store = ExportStore(s3=bucket.meta.client, bucket_name=bucket.name)
    with assembly.app.app_context():
        make_next_zip(
            task,
            1,
            store=store,
            send=lambda _: None,
            holding=lambda _: nullcontext(),
            give_way=never_give_way,
        )
    (export,) = ada.http.get("/api/account/exports").json()["exports"]
    assert export["state"] == "ready"


def test_a_picture_that_waits_is_not_asked_for_again(
    api: FlaskClient, sent: Sent, ada: Person, database: Engine
) -> None:
    image_id = developed(ada, 970)
    switch_on(ada)
    answers = [api.post(f"/api/images/{image_id}/describe") for _ in range(84)]
    assert {answer.status_code for answer in answers} == {202}
    assert len(sent.messages) == 1
    # Nor is one picture described again and again.
    burst = limit_table.DESCRIPTIONS_OF_IMAGE.burst
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
    few = replace(limit_table.DESCRIPTIONS_OF_PERSON, burst=2)
    monkeypatch.setattr("app.images.descriptions.DESCRIPTIONS_OF_PERSON", few)
    ids = [developed(ada, seed) for seed in (971, 972, 973)]
    switch_on(ada)
    statuses = [api.post(f"/api/images/{image_id}/describe").status_code for image_id in ids]
    assert statuses == [202, 202, 429]
    assert len(sent.messages) == 2


def test_asking_for_all_that_are_missing_is_one_message(
    api: FlaskClient, sent: Sent, ada: Person
) -> None:
    for seed in (974, 975, 976):
        developed(ada, seed)
    switch_on(ada)
    assert api.post("/api/images/describe").get_json() == {"queued": 3}
    assert api.post("/api/images/describe").get_json() == {"queued": 0}
    assert sent.messages == [DescribeAll(user_id=UUID(ada.user_id)).message()]
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
    ada: Person, assembly: Assembly, database: Engine
) -> None:
    count = ASKED_AT_A_TIME + 1
    waiting_for_descriptions(database, ada, count)
    asked: list[Sequence[DescribePicture]] = []
    go_on: list[Mapping[str, str]] = []
    with assembly.app.app_context():
        task = DescribeAll(user_id=UUID(ada.user_id))
        ask_for_next(task, ask=asked.append, go_on=go_on.append)
        (message,) = go_on
        (task_after,) = parse(json.dumps(message), bucket_name="")
        assert isinstance(task_after, DescribeAll)
        ask_for_next(task_after, ask=asked.append, go_on=go_on.append)
    assert [len(tasks) for tasks in asked] == [ASKED_AT_A_TIME, 1]
    assert len({task.image_id for tasks in asked for task in tasks}) == count
    assert len(go_on) == 1


def test_messages_go_out_by_tens(assembly: Assembly) -> None:
    """Pictures that nobody has: the worker that runs here finds nothing to do."""
    assembly.ask_for_each([DescribePicture(image_id=uuid4()) for _ in range(23)])


class Asked:
    """A model that is asked about one picture by two workers at once."""

    def __init__(self) -> None:
        self.calls = 0
        self.go_on = threading.Event()

    def describe(self, preview: bytes) -> Sighting:
        assert preview
        self.calls += 1
        self.go_on.wait()
        return SEEN


class Sketching:
    """A darkroom that shows a model what it is given."""

    def sketch(self, preview: bytes, *, owner: UUID | None = None) -> bytes:
        assert owner is not None
        return preview


def show_to_model(assembly: Assembly, vision: Describes, *, attempt: int = 1) -> None:
    """Carry out a message that asks for a description, as a worker does."""
    with assembly.app.app_context():
        describe_next(
            attempt,
            store=assembly.store,
            darkroom=Sketching(),
            vision=vision,
            is_demo=False,
            give_way=never_give_way,
            ask=lambda *_: None,
        )


def test_two_messages_of_a_picture_are_one_call_of_the_model(
    api: FlaskClient, ada: Person, assembly: Assembly
) -> None:
    image_id = developed(ada, 977)
    switch_on(ada)
    api.post(f"/api/images/{image_id}/describe")
    vision = Asked()

    with ThreadPoolExecutor(1) as other:
        first = other.submit(show_to_model, assembly, vision)
        until(lambda: vision.calls)
        show_to_model(assembly, vision)
        # Whoever had it before may have died of it: the message waits for the end of its lease.
        with pytest.raises(RetryLaterError) as later:
            show_to_model(assembly, vision, attempt=2)
        vision.go_on.set()
        first.result()
    assert 0 < later.value.seconds <= LEASE.total_seconds() + 1
    show_to_model(assembly, vision)
    assert vision.calls == 1
    assert ada.detail(image_id)["description"]["alt_text"] == "What the model saw"


def test_pictures_shown_to_the_model_beyond_the_limit_go_on_waiting(
    api: FlaskClient, ada: Person, assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(limit_table.PICTURES_SHOWN_OF_PERSON, burst=1)
    monkeypatch.setattr("app.images.describe.PICTURES_SHOWN_OF_PERSON", few)
    ids = [developed(ada, seed) for seed in (978, 979)]
    switch_on(ada)
    vision = Asked()
    vision.go_on.set()
    for image_id in ids:
        api.post(f"/api/images/{image_id}/describe")
        show_to_model(assembly, vision)
    assert vision.calls == 1
    assert [ada.detail(image_id)["description_state"] for image_id in ids] == ["done", "waiting"]


def test_retries_beyond_the_limit_are_refused(
    api: FlaskClient, ada: Person, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(limit_table.RETRIES, burst=2)
    monkeypatch.setattr("app.images.retry.RETRIES", few)
    image_id = developed(ada, 980)
    statuses = []
    for _ in range(3):
        set_row(database, image_id, "state = 'damaged'")
        statuses.append(api.post(f"/api/images/{image_id}/retry").status_code)
    assert statuses == [202, 202, 429]


@dataclass
class Seeing:
    """A model that describes at once, and keeps what it was shown."""

    shown: list[bytes] = field(default_factory=list)

    def describe(self, preview: bytes) -> Sighting:
        self.shown.append(preview)
        return SEEN


def described(*people: Person) -> list[int]:
    """How many of each one's pictures have a description."""
    answers = [person.http.get("/api/account").json()["descriptions"] for person in people]
    return [answer["done"] for answer in answers]


def test_one_description_does_not_wait_for_all_that_another_person_asked_for(
    api: FlaskClient, ada: Person, bob: Person, assembly: Assembly, database: Engine
) -> None:
    for seed in range(980, 986):
        developed(ada, seed)
    bobs = developed(bob, 986)
    switch_on(ada)
    switch_on(bob)
    assert api.post("/api/images/describe").get_json() == {"queued": 6}
    vision = Seeing()
    show_to_model(assembly, vision)
    set_row(database, bobs, "description_state = 'waiting', description_asked_at = now()")
    # Her messages came before his, and the first of them is enough for his picture.
    show_to_model(assembly, vision)
    assert described(ada, bob) == [1, 1]
    show_to_model(assembly, vision)
    assert described(ada, bob) == [2, 1]


def test_who_was_shown_enough_keeps_nobody_else_waiting(
    api: FlaskClient,
    ada: Person,
    bob: Person,
    assembly: Assembly,
    database: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = replace(limit_table.PICTURES_SHOWN_OF_PERSON, burst=1)
    monkeypatch.setattr("app.images.describe.PICTURES_SHOWN_OF_PERSON", few)
    for seed in (987, 988, 989):
        developed(ada, seed)
    bobs = developed(bob, 990)
    switch_on(ada)
    switch_on(bob)
    api.post("/api/images/describe")
    vision = Seeing()
    show_to_model(assembly, vision)
    set_row(database, bobs, "description_state = 'waiting', description_asked_at = now()")
    with database.begin() as connection:  # as if he had had as many, and she none
        connection.execute(text("DELETE FROM rate_limits WHERE key LIKE 'description-turn:%'"))
        turn = "INSERT INTO rate_limits VALUES ('description-turn:' || :bob, now() + '1 minute')"
        connection.execute(text(turn), {"bob": bob.user_id})
    show_to_model(assembly, vision)
    assert described(ada, bob) == [1, 1]
    show_to_model(assembly, vision)
    assert described(ada, bob) == [1, 1]
