"""Where a picture stands in the timeline when it does not say when it was taken."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from tests.api.conftest import until
from tests.support.images import Picture, jpeg, png
from tests.support.users import Json, Person, put


def dated(person: Person, picture: Picture, hint: str | None) -> Json:
    announced = picture.announcement() | {"taken_hint": hint}
    answer: httpx2.Response = person.http.post("/api/images", json={"images": [announced]})
    (place,) = answer.json()["places"]
    assert put(place["upload"], picture.content).status_code == 200
    until(lambda: person.settled(place["image"]["id"]))
    return person.detail(place["image"]["id"])


def test_a_picture_that_says_nothing_is_dated_by_its_file(ada: Person) -> None:
    detail = dated(ada, png(seed=701), "2019-07-04T09:30:00")
    assert (detail["dated_by"], detail["timeline_at"]) == ("file", "2019-07-04T09:30:00")
    assert detail["taken_at"] is None


def test_what_the_camera_says_counts_more(ada: Person) -> None:
    detail = dated(ada, jpeg(seed=702), "2019-07-04T09:30:00")
    assert (detail["dated_by"], detail["timeline_at"]) == ("picture", "2024-05-03T14:05:06")


@pytest.mark.parametrize(
    ("seed", "hint"),
    [
        (703, None),
        (704, "1970-01-01T00:00:00"),
        (705, "1980-01-01T00:00:00"),
        (706, "9999-12-31T23:59:59"),
        (707, "in three days"),
    ],
)
def test_a_date_that_cannot_be_is_ignored(ada: Person, seed: int, hint: str | None) -> None:
    if hint == "in three days":
        hint = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%S")
    detail = dated(ada, png(seed=seed), hint)
    assert detail["dated_by"] == "upload"
    assert detail["timeline_at"][:4] == detail["created_at"][:4]


@pytest.mark.parametrize("hint", ["yesterday", "2019-07-04T09:30:00Z", "2019-99-99T00:00:00", [1]])
def test_what_is_no_wall_clock_is_refused(ada: Person, hint: object) -> None:
    announced = png(seed=708).announcement() | {"taken_hint": hint}
    answer = ada.http.post("/api/images", json={"images": [announced]})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
