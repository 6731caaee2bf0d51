"""Whose picture a model is shown next: each picture once, and nobody's uploads before another's."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.accounts.rate_limits import policies
from app.clients.openai_vision import GeneratedDescription
from app.clients.vision_errors import VisionError
from app.descriptions.generate import Describes, describe_next
from app.descriptions.lease import LEASE
from app.media.sandbox.decoder_time import DecoderTime
from app.messages import DescribePicture, RetryLaterError
from app.processing.yielding import never_give_way
from tests.api.conftest import until
from tests.api.platform.conftest import rendered, set_row, switch_on

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from app.jobs.worker_context import WorkerContext
from tests.support.budgets import TARIFF
from tests.support.models import SEEN
from tests.support.users import Person

pytestmark = pytest.mark.usefixtures("nothing_waits")


class Asked:
    """A model that is asked about one picture by two workers at once."""

    def __init__(self) -> None:
        self.calls = 0
        self.go_on = threading.Event()

    def describe(self, preview: bytes, **_: object) -> GeneratedDescription:
        assert preview
        self.calls += 1
        self.go_on.wait()
        return SEEN


class Rendering:
    """A decoder pool that shows a model what it is given."""

    def render_vision_input(
        self,
        preview: bytes,
        *,
        owner: UUID | None = None,
        decoder_time: DecoderTime | None = None,
    ) -> bytes:
        assert owner is not None
        assert decoder_time is not None
        return preview


def show_to_model(
    worker_context: WorkerContext,
    vision: Describes,
    *,
    image_id: str | None = None,
    attempt: int = 1,
) -> list[DescribePicture]:
    """Carry out a message that asks for a description, as a worker does.

    Returns:
        What was asked for anew.
    """
    asked: list[DescribePicture] = []
    with worker_context.app.app_context():
        describe_next(
            DescribePicture(image_id=UUID(image_id) if image_id else uuid4()),
            attempt,
            store=worker_context.store,
            decoders=Rendering(),
            vision=vision,
            tariff=TARIFF,
            is_demo=False,
            give_way=never_give_way,
            ask=lambda task, _: asked.append(task),
        )
    return asked


def test_two_messages_of_a_picture_are_one_call_of_the_model(
    api: FlaskClient, ada: Person, worker_context: WorkerContext
) -> None:
    image_id = rendered(ada, 977)
    switch_on(ada)
    api.post(f"/api/images/{image_id}/describe")
    vision = Asked()

    with ThreadPoolExecutor(1) as other:
        first = other.submit(show_to_model, worker_context, vision)
        until(lambda: vision.calls)
        show_to_model(worker_context, vision)
        # Whoever had it before may have died of it: the message waits for the end of its lease.
        with pytest.raises(RetryLaterError) as later:
            show_to_model(worker_context, vision, attempt=2)
        vision.go_on.set()
        first.result()
    assert 0 < later.value.seconds <= LEASE.total_seconds() + 1
    show_to_model(worker_context, vision)
    assert vision.calls == 1
    assert ada.detail(image_id)["description"]["alt_text"] == "What the model saw"


def test_pictures_shown_to_the_model_beyond_the_limit_go_on_waiting(
    api: FlaskClient, ada: Person, worker_context: WorkerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(policies.PICTURES_SHOWN_OF_PERSON, burst=1)
    monkeypatch.setattr("app.descriptions.generate.PICTURES_SHOWN_OF_PERSON", few)
    ids = [rendered(ada, seed) for seed in (978, 979)]
    switch_on(ada)
    vision = Asked()
    vision.go_on.set()
    for image_id in ids:
        api.post(f"/api/images/{image_id}/describe")
        show_to_model(worker_context, vision)
    assert vision.calls == 1
    assert [ada.detail(image_id)["description_state"] for image_id in ids] == ["done", "waiting"]


@dataclass
class Seeing:
    """A model that describes at once, and keeps what it was shown."""

    shown: list[bytes] = field(default_factory=list)

    def describe(self, preview: bytes, **_: object) -> GeneratedDescription:
        self.shown.append(preview)
        return SEEN


def described(*people: Person) -> list[int]:
    """How many of each one's pictures have a description."""
    answers = [person.http.get("/api/account").json()["descriptions"] for person in people]
    return [answer["done"] for answer in answers]


def test_one_description_does_not_wait_for_all_that_another_person_asked_for(
    api: FlaskClient, ada: Person, bob: Person, worker_context: WorkerContext, database: Engine
) -> None:
    for seed in range(980, 986):
        rendered(ada, seed)
    bobs = rendered(bob, 986)
    switch_on(ada)
    switch_on(bob)
    assert api.post("/api/images/describe").get_json() == {"queued": 6}
    vision = Seeing()
    show_to_model(worker_context, vision)
    set_row(database, bobs, "description_state = 'waiting', description_asked_at = now()")
    # Her messages came before his, and the first of them is enough for his picture.
    show_to_model(worker_context, vision)
    assert described(ada, bob) == [1, 1]
    show_to_model(worker_context, vision)
    assert described(ada, bob) == [2, 1]


class Thinking(Seeing):
    """A model that takes a minute for each picture, by its own clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def describe(self, preview: bytes, **_: object) -> GeneratedDescription:
        self.now += 60
        return super().describe(preview)


def test_minutes_that_a_model_thinks_about_ones_pictures_are_their_owners_turn(
    ada: Person,
    bob: Person,
    worker_context: WorkerContext,
    database: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hers = [rendered(ada, seed) for seed in range(993, 996)]
    his = [rendered(bob, seed) for seed in range(996, 999)]
    switch_on(ada)
    switch_on(bob)
    waits = "description_state = 'waiting', description_asked_at = now()"
    for image_id in hers:
        set_row(database, image_id, waits)
    vision = Thinking()
    with monkeypatch.context() as patch:
        patch.setattr("app.descriptions.generate.time", vision)
        show_to_model(worker_context, vision)
    for image_id in his:
        set_row(database, image_id, waits)
    for _ in his:
        show_to_model(worker_context, Seeing())
    assert described(ada, bob) == [1, 3]


def test_message_that_went_to_another_picture_is_sent_again_for_its_own(
    api: FlaskClient, ada: Person, worker_context: WorkerContext, database: Engine
) -> None:
    first, second = (rendered(ada, seed) for seed in (991, 992))
    switch_on(ada)
    api.post(f"/api/images/{second}/describe")
    # As if its message had been lost.
    set_row(database, first, "description_state = 'waiting', description_asked_at = '2026-01-01'")
    vision = Seeing()

    (again,) = show_to_model(worker_context, vision, image_id=second)
    states = [ada.detail(image_id)["description_state"] for image_id in (first, second)]
    assert states == ["done", "waiting"]
    assert again.image_id == UUID(second)

    assert show_to_model(worker_context, vision, image_id=str(again.image_id)) == []
    assert ada.detail(second)["description_state"] == "done"


class Away:
    """A model that answers nobody."""

    def describe(self, preview: bytes, **_: object) -> GeneratedDescription:
        assert preview
        raise VisionError("bad_key")


def test_messages_do_not_become_more_while_the_model_is_away(
    api: FlaskClient, ada: Person, worker_context: WorkerContext, database: Engine
) -> None:
    first, second = (rendered(ada, seed) for seed in (996, 997))
    switch_on(ada)
    api.post(f"/api/images/{second}/describe")
    set_row(database, first, "description_state = 'waiting', description_asked_at = '2026-01-01'")
    of_second = DescribePicture(image_id=UUID(second))
    # It went to the first picture, whose own message is in the queue still.
    assert show_to_model(worker_context, Away(), image_id=second) == [of_second]
    # While the model rests, a message comes again for as long as its picture waits.
    assert show_to_model(worker_context, Away(), image_id=second) == [of_second]
    set_row(database, second, "description_state = 'none'")
    assert show_to_model(worker_context, Away(), image_id=second) == []


def test_message_that_comes_before_its_picture_has_rested_is_sent_again(
    api: FlaskClient, ada: Person, worker_context: WorkerContext, database: Engine
) -> None:
    resting = rendered(ada, 995)
    switch_on(ada)
    api.post(f"/api/images/{resting}/describe")
    set_row(database, resting, "description_leased_until = now() + interval '3 seconds'")
    (again,) = show_to_model(worker_context, Seeing(), image_id=resting)
    assert again.image_id == UUID(resting)
    # A lease of somebody who has it now is no rest.
    set_row(database, resting, "description_leased_until = now() + interval '3 minutes'")
    assert show_to_model(worker_context, Seeing(), image_id=resting) == []


def test_picture_without_its_preview_keeps_no_other_waiting(
    api: FlaskClient, ada: Person, bob: Person, worker_context: WorkerContext, database: Engine
) -> None:
    broken, whole = rendered(bob, 993), rendered(ada, 994)
    switch_on(ada)
    switch_on(bob)
    api.post(f"/api/images/{whole}/describe")
    waits = "description_state = 'waiting', description_asked_at = now()"
    set_row(database, broken, f"{waits}, preview_format = 'webp'")  # stored as JPEG
    with database.begin() as connection:  # as if his turn came first
        turn = "INSERT INTO rate_limits VALUES ('description-turn:' || :ada, now() + '1 minute')"
        connection.execute(text(turn), {"ada": ada.user_id})
    vision = Seeing()

    asked = show_to_model(worker_context, vision, image_id=whole)
    assert [str(task.image_id) for task in asked] == [broken, whole]

    show_to_model(worker_context, vision, image_id=whole)
    assert ada.detail(whole)["description_state"] == "done"


def test_who_was_shown_enough_keeps_nobody_else_waiting(
    api: FlaskClient,
    ada: Person,
    bob: Person,
    worker_context: WorkerContext,
    database: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = replace(policies.PICTURES_SHOWN_OF_PERSON, burst=1)
    monkeypatch.setattr("app.descriptions.generate.PICTURES_SHOWN_OF_PERSON", few)
    for seed in (987, 988, 989):
        rendered(ada, seed)
    bobs = rendered(bob, 990)
    switch_on(ada)
    switch_on(bob)
    api.post("/api/images/describe")
    vision = Seeing()
    show_to_model(worker_context, vision)
    set_row(database, bobs, "description_state = 'waiting', description_asked_at = now()")
    with database.begin() as connection:  # as if he had had as many, and she none
        connection.execute(text("DELETE FROM rate_limits WHERE key LIKE 'description-turn:%'"))
        turn = "INSERT INTO rate_limits VALUES ('description-turn:' || :bob, now() + '1 minute')"
        connection.execute(text(turn), {"bob": bob.user_id})
    show_to_model(worker_context, vision)
    assert described(ada, bob) == [1, 1]
    show_to_model(worker_context, vision)
    assert described(ada, bob) == [1, 1]
