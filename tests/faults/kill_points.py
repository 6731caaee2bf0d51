"""Where it hurts: the moments at which `kill -9` meets a part while a picture is on its way."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import psutil  # type: ignore[import-untyped]
from sqlalchemy import text

from tests.faults.client import Browser, big_photo, photo
from tests.faults.expectations import Told
from tests.faults.running_app import Kind, Launched

LARGE = (4000, 3000)
_PATIENCE = 30.0


@dataclass
class Moment:
    """One try at one point: the product, somebody who acts, and chance."""

    product: Launched
    actor: Browser
    owner: str
    chance: random.Random
    at: float = 0.0  # when it was killed, or started again

    def kill(self, kind: Kind, *, found: list[psutil.Process] | None = None) -> None:
        """Kill a part now."""
        self.product.kill(kind, found=found)
        self.at = time.monotonic()

    def kill_soon(self, kind: Kind, *, within: float) -> threading.Timer:
        """Kill a part from another thread."""
        # Found before: by then what is to be met would be over.
        found = {"found": self.product.running(kind)}
        timer = threading.Timer(self.chance.uniform(0, within), self.kill, [kind], found)
        timer.start()
        return timer

    def kill_completing(self, kind: Kind) -> None:
        """Upload a file in parts, and kill a part while they are put together."""
        timers: list[threading.Timer] = []

        def once() -> None:
            if not timers:
                timers.append(self.kill_soon(kind, within=0.06))

        self.actor.upload(big_photo(), completing=once)
        timers[0].join()

    def begun(self, *, in_parts: bool = False) -> Told:
        """Upload a large picture, and return when a worker has begun with it."""
        told = self.actor.upload(big_photo(LARGE) if in_parts else photo(LARGE))
        self.wait_for(told, {"processing"})
        return told

    def wait_for(self, told: Told, states: set[str]) -> None:
        """Wait until a picture is in a state, or beyond."""
        fresh = self.product.database.execution_options(isolation_level="AUTOCOMMIT")
        with fresh.connect() as connection:
            # What came in parts is called processing before anybody has begun with it.
            is_begun = "attempts > 0 OR state <> 'processing'"
            query = text(f"SELECT state FROM images WHERE id = :id AND ({is_begun})")  # noqa: S608
            deadline = time.monotonic() + _PATIENCE
            while time.monotonic() < deadline:
                state = connection.execute(query, {"id": told.image_id}).scalar_one_or_none()
                if state in states | {"ready"}:
                    return
                time.sleep(0.001)

    def pause(self, shortest: float, longest: float) -> None:
        """Wait for a time of chance's choosing."""
        time.sleep(self.chance.uniform(shortest, longest))


def api_promising(moment: Moment) -> None:
    """The API, while it promises a place."""
    timer = moment.kill_soon("api", within=0.03)
    moment.actor.upload(photo())
    timer.join()


def api_promised(moment: Moment) -> None:
    """The API, once it has promised a place and nothing was sent."""
    picture = photo()
    moment.actor.promise(picture)
    moment.kill("api")
    moment.actor.upload(picture)


def launcher_sending(moment: Moment) -> None:
    """The launcher with everything, while the browser sends."""

    def once() -> None:
        if not moment.at:
            moment.kill("launcher")

    moment.actor.upload(photo(), between=once)


def worker_rung(moment: Moment) -> None:
    """The worker, as the event comes."""
    moment.actor.upload(photo(LARGE))
    moment.kill("worker")


def worker_begun(moment: Moment) -> None:
    """The worker, as it begins."""
    moment.begun()
    moment.kill("worker")


def worker_fetching(moment: Moment) -> None:
    """The worker, while it fetches the original."""
    moment.begun()
    moment.pause(0.003, 0.03)
    moment.kill("worker")


def child_decoding(moment: Moment) -> None:
    """A decoding child, with a picture or beside one."""
    moment.begun()
    moment.pause(0.02, 0.1)
    moment.kill("child")


def worker_decoding(moment: Moment) -> None:
    """The worker, while its child decodes."""
    moment.begun()
    moment.pause(0.05, 0.2)
    moment.kill("worker")


def worker_storing(moment: Moment) -> None:
    """The worker, once the first derived picture is stored."""
    told = moment.begun()
    original = moment.product.path_of(moment.owner, told.image_id, "original")
    names = ("preview.jpg", "preview.webp", "thumbnail.webp")
    paths = [original.with_name(name) for name in names]
    deadline = time.monotonic() + _PATIENCE
    while not any(path.exists() for path in paths) and time.monotonic() < deadline:
        time.sleep(0.001)
    moment.kill("worker")


def worker_settled(moment: Moment) -> None:
    """The worker, once the row is settled and its message is not deleted."""
    told = moment.begun()
    moment.wait_for(told, {"ready"})
    moment.kill("worker")


def worker_deleted(moment: Moment) -> None:
    """The worker, at a picture that is deleted meanwhile."""
    told = moment.begun()
    moment.actor.delete(told)
    moment.pause(0, 0.1)
    moment.kill("worker")


def api_deleting(moment: Moment) -> None:
    """The API, while a picture is deleted."""
    told = moment.begun()
    timer = moment.kill_soon("api", within=0.02)
    moment.actor.delete(told)
    timer.join()


def api_cancelling(moment: Moment) -> None:
    """The API, while an upload is cancelled whose bytes arrive all the same."""
    picture = photo()
    place = moment.actor.promise(picture)
    told = Told(image_id=place["image"]["id"], sha256="")
    timer = moment.kill_soon("api", within=0.02)
    moment.actor.delete(told)
    moment.actor.put(place["upload"], picture.content)
    timer.join()


def api_completing(moment: Moment) -> None:
    """The API, while it puts the parts of a file together."""
    moment.kill_completing("api")


def aws_completing(moment: Moment) -> None:
    """The embedded AWS, while it puts the parts of a file together."""
    moment.kill_completing("aws")


def worker_comparing(moment: Moment) -> None:
    """The worker, while it fetches and compares a file that came in parts."""
    moment.begun(in_parts=True)
    moment.pause(0.003, 0.08)
    moment.kill("worker")


def launcher_processing(moment: Moment) -> None:
    """The launcher with everything, while a picture is processed."""
    moment.begun()
    moment.pause(0, 0.2)
    moment.kill("launcher")


def aws_processing(moment: Moment) -> None:
    """The embedded AWS, while a picture is processed."""
    moment.begun()
    moment.pause(0, 0.2)
    moment.kill("aws")


def postgres_processing(moment: Moment) -> None:
    """The embedded PostgreSQL, while a picture is processed."""
    moment.begun()
    moment.pause(0, 0.2)
    moment.kill("postgres")


POINTS: tuple[Callable[[Moment], None], ...] = (
    worker_rung,
    api_promising,
    worker_begun,
    api_promised,
    worker_fetching,
    child_decoding,
    worker_decoding,
    launcher_sending,
    worker_storing,
    api_deleting,
    worker_settled,
    launcher_processing,
    worker_deleted,
    api_cancelling,
    aws_processing,
    postgres_processing,
    api_completing,
    worker_comparing,
    aws_completing,
)


def owner_of(actor: Browser) -> str:
    """Whose pictures these are, as keys have it."""
    return UUID(actor.person.user_id).hex
