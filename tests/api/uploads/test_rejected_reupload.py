"""What becomes of bytes that are not taken in, and of those that come at that moment."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from io import BufferedReader
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.clients.aws.image_store import Removed
from app.jobs.worker_context import WorkerContext
from app.media.results import Rejected
from app.media.sandbox.decoder_time import DecoderTime
from app.messages import PictureStored
from app.processing.in_hand import InHand
from app.processing.lease import Begun, Lease
from app.processing.process_image import ProcessingContext, process_begun
from app.processing.yielding import never_give_way
from tests.api.conftest import until
from tests.support.images import jpeg, not_a_picture
from tests.support.users import Person, put


class Refusing:
    """A decoder pool that takes nothing in."""

    def render(
        self,
        original: BufferedReader,
        *,
        owner: UUID | None = None,
        background: bool = False,
        decoder_time: DecoderTime | None = None,
    ) -> Rejected:
        assert original.readable()
        assert owner is not None
        assert not background
        assert decoder_time is not None
        return Rejected(reason="unreadable")


def test_what_is_sent_again_while_a_rejected_file_goes_is_kept(
    ada: Person, worker_context: WorkerContext, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is refused, and at once promised the place again, must not lose what they send there."""
    picture = jpeg(seed=900, size=(160, 120))
    (image_id,) = ada.upload(picture)
    until(lambda: ada.settled(image_id))
    with database.begin() as connection:
        # As if it had never been opened, and held, so that the worker here leaves it to this test.
        again = text(
            "UPDATE images SET state = 'processing', receipt_at = NULL, receipt_by = NULL,"
            " decoder_version = 0, leased_until = now() + interval '1 hour' WHERE id = :id"
            " RETURNING leased_until"
        )
        leased_until = connection.execute(again, {"id": image_id}).scalar_one()
    discard, threads = worker_context.store.discard_upload, ThreadPoolExecutor(1)
    sent: list[Future[list[str]]] = []

    def discard_late(user_id: UUID, image_id: UUID) -> Removed:
        sent.append(threads.submit(ada.upload, picture))
        wait(sent, timeout=1)  # for what must not happen yet
        return discard(user_id, image_id)

    monkeypatch.setattr(worker_context.store, "discard_upload", discard_late)
    context = ProcessingContext(
        store=worker_context.store,
        decoders=Refusing(),
        ask=lambda _: None,
        holding=lambda _: nullcontext(),
        describes=False,
        in_hand=InHand(most=1),
        give_way=never_give_way,
    )
    begun = Begun(
        task=PictureStored(user_id=UUID(ada.user_id), image_id=UUID(image_id)),
        lease=Lease(leased_until),
        sha256=sha256(picture.content).digest(),
        size=len(picture.content),
        attempts=1,
        is_bulk=False,
        beside_others=False,
    )
    with threads, worker_context.app.app_context():
        process_begun(begun, context=context, decoder_time=DecoderTime())
        assert sent[0].result() == [image_id]
    assert until(lambda: ada.settled(image_id))["state"] == "ready"
    original = ada.http.get(f"/api/images/{image_id}/original").json()["url"]
    assert httpx2.get(original).content == picture.content


def test_a_receipt_goes_with_the_bytes_that_it_was_for(ada: Person, database: Engine) -> None:
    """Else an original that comes in parts could be fetched before all of it was compared."""
    picture = jpeg(seed=961, size=(160, 120))
    (image_id,) = ada.upload(picture)
    until(lambda: ada.settled(image_id))
    assert ada.detail(image_id)["receipt"] is not None
    with database.begin() as connection:
        rejected = text("UPDATE images SET state = 'rejected' WHERE id = :id")
        connection.execute(rejected, {"id": image_id})
    ada.promise(picture)
    assert ada.detail(image_id)["receipt"] is None


def test_a_place_is_not_called_taken_because_an_event_said_so(
    ada: Person, database: Engine
) -> None:
    """A late or forged event begins a picture that is not there; the browser must not let go."""
    picture = jpeg(seed=962, size=(160, 120))
    (place,) = ada.promise(picture)
    ask = {"images": [picture.announcement()]}

    def asked(**change: object) -> httpx2.Response:
        with database.begin() as connection:
            row = "UPDATE images SET state = :state, leased_until = :until WHERE id = :id"
            connection.execute(text(row), {"id": place["image"]["id"], **change})
        return ada.http.post("/api/images", json=ask)

    soon = datetime.now(UTC) + timedelta(hours=1)
    (doubtful,) = asked(state="processing", until=soon).json()["places"]
    assert doubtful == {"status": "wait", "retry_after": 5}
    (again,) = asked(state="uploading", until=None).json()["places"]
    put(again["upload"], picture.content).raise_for_status()
    (now_there,) = asked(state="processing", until=soon).json()["places"]
    assert now_there["status"] == "exists"


def test_bytes_sent_again_to_the_place_of_a_rejected_file_are_removed(
    ada: Person, worker_context: WorkerContext
) -> None:
    """Its address lives for some minutes, and what is rejected takes no room of anybody."""
    page = not_a_picture()
    (place,) = ada.promise(page)
    image_id = place["image"]["id"]
    put(place["upload"], page.content).raise_for_status()
    assert until(lambda: ada.settled(image_id))["state"] == "rejected"
    put(place["upload"], page.content).raise_for_status()

    def is_gone() -> bool:
        worker_context.sweep()
        return worker_context.store.look(UUID(ada.user_id), UUID(image_id)) is None

    until(is_gone)
    assert ada.settled(image_id) is not None  # why it was rejected is still told


def test_what_is_sent_again_and_rejected_again_is_not_kept(
    ada: Person, worker_context: WorkerContext, database: Engine
) -> None:
    """That it was decoded before says nothing of bytes that are gone."""
    bad = not_a_picture()
    for _ in range(2):
        (image_id,) = ada.upload(bad)
        assert until(partial(ada.settled, image_id))["state"] == "rejected"
    assert worker_context.store.look(UUID(ada.user_id), UUID(image_id)) is None
    with database.begin() as rows:  # as the former release left it
        rows.execute(text("UPDATE images SET decoder_version = 2 WHERE id = :id"), {"id": image_id})
    (image_id,) = ada.upload(bad)
    assert until(lambda: ada.settled(image_id))["state"] == "rejected"
