"""One person's many writes at once leave connections to everybody else (docs/decisions/0074)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import DESCRIPTIONS_OF_IMAGE
from app.accounts.rate_limits.seats import SEATS, TAKE_SEAT
from tests.api.conftest import until
from tests.support.images import jpeg
from tests.support.users import Json, Person

AT_ONCE = 20
LOCK = text("SELECT id FROM images WHERE id = :id FOR UPDATE")


@contextmanager
def seats_taken(database: Engine, person: Person, count: int = SEATS) -> Iterator[None]:
    """Have as many writes of somebody's under way."""
    user_id = person.user_id
    with ExitStack() as held:
        for _ in range(count):
            writing = held.enter_context(database.begin())
            assert writing.scalar(TAKE_SEAT, {"user": user_id})
        yield


def favour(person: Person, image_id: str) -> httpx2.Response:
    body = {"action": "favourite", "images": {"ids": [image_id]}}
    return person.http.post("/api/images/batch", json=body)


@pytest.fixture
def image_id(ada: Person) -> str:
    """One of Ada's pictures, processed."""
    (found,) = ada.upload(jpeg(seed=5400))
    until(partial(ada.settled, found))
    return found


WRITES: dict[str, Callable[[Person, str], httpx2.Response]] = {
    "batch": favour,
    "patch": lambda ada, image: ada.http.patch(f"/api/images/{image}", json={"favourite": True}),
    "delete": lambda ada, image: ada.http.delete(f"/api/images/{image}"),
    "create": lambda ada, _: ada.http.post(
        "/api/images", json={"images": [jpeg(seed=5401).announcement()]}
    ),
    "retry": lambda ada, image: ada.http.post(f"/api/images/{image}/retry"),
    "settings": lambda ada, _: ada.http.patch("/api/account", json={"descriptions_enabled": False}),
}


@pytest.mark.parametrize("write", WRITES)
def test_write_beyond_the_seats_is_refused_for_a_second_and_changes_nothing(
    ada: Person, bob: Person, database: Engine, image_id: str, write: str
) -> None:
    before = ada.detail(image_id)["favourite"], ada.timeline()
    with seats_taken(database, ada):
        refused = WRITES[write](ada, image_id)
        other = WRITES["create"](bob, "")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
    assert refused.headers["Retry-After"] == "1"
    assert (ada.detail(image_id)["favourite"], ada.timeline()) == before
    assert other.status_code == 200
    assert WRITES[write](ada, image_id).status_code != 429


def test_last_seat_is_given(ada: Person, database: Engine, image_id: str) -> None:
    with seats_taken(database, ada, SEATS - 1):
        assert favour(ada, image_id).status_code == 200


def test_many_writes_that_wait_for_one_row_leave_connections_to_others(
    ada: Person, bob: Person, database: Engine, image_id: str
) -> None:
    with ThreadPoolExecutor(AT_ONCE) as at_once:
        with database.begin() as held:
            held.execute(LOCK, {"id": image_id})
            writes = [at_once.submit(favour, ada, image_id) for _ in range(AT_ONCE)]
            until(lambda: sum(write.done() for write in writes) == AT_ONCE - SEATS)
            assert bob.http.get("/api/timeline").status_code == 200
            assert sum(write.done() for write in writes) == AT_ONCE - SEATS
        statuses = sorted(write.result().status_code for write in writes)
    assert statuses == [200] * SEATS + [429] * (AT_ONCE - SEATS)


def test_description_that_is_refused_a_seat_is_not_counted(
    ada: Person, database: Engine, image_id: str
) -> None:
    ada.switch_descriptions_on()

    def describe() -> Json:
        answer = ada.http.post(f"/api/images/{image_id}/describe")
        found: Json = answer.json()
        return found

    with seats_taken(database, ada):
        codes = {describe()["code"] for _ in range(DESCRIPTIONS_OF_IMAGE.burst + 1)}
    assert codes == {"too_many_at_once"}
    assert describe()["id"] == image_id
