"""What people say otherwise than their files: dates, stars and places."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.api.conftest import until
from tests.api.images.test_batch import add
from tests.support.images import jpeg, png
from tests.support.users import Json, Person

# As tests/support/images.py writes it into EXIF.
TAKEN = "2024-05-03T14:05:06"
SAID: Json = {"at": "1985-07-14T15:30:00", "offset_minutes": 120}


def added(person: Person, *, seed: int) -> str:
    """Upload a photo; return its id once it is ready."""
    (image_id,) = person.upload(jpeg(seed=seed))
    until(partial(person.settled, image_id))
    return image_id


def patch(person: Person, image_id: str, **changes: Any) -> Json:
    answer = person.http.patch(f"/api/images/{image_id}", json=changes)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def batch(person: Person, ids: list[str], **body: Any) -> httpx2.Response:
    return person.http.post("/api/images/batch", json={**body, "images": {"ids": ids}})


def dates(person: Person, ids: list[str]) -> list[tuple[str, str | None]]:
    found = [person.detail(image_id) for image_id in ids]
    return [(image["timeline_at"], image["taken_at"]) for image in found]


def months(person: Person) -> dict[str, int]:
    found = person.http.get("/api/timeline").raise_for_status().json()
    counts: Counter[str] = Counter()
    for bucket in found["buckets"]:  # of a month, or of a day where there are many
        counts[bucket["key"][:7]] += bucket["count"]
    return dict(counts)


def test_a_corrected_date_counts_everywhere_and_the_files_is_kept(ada: Person) -> None:
    image_id = added(ada, seed=9001)
    file_says = ada.detail(image_id)["file"]
    assert file_says["taken_at"].startswith(TAKEN)

    detail = patch(ada, image_id, taken=SAID)
    assert detail["taken_at"] == "1985-07-14T15:30:00+02:00"
    assert (detail["timeline_at"], detail["dated_by"]) == ("1985-07-14T15:30:00", "picture")
    assert (detail["corrected"], detail["file"]) == (["taken"], file_says)
    assert months(ada)["1985-07"] == 1
    (listed,) = ada.http.get("/api/images", params={"ids": image_id}).json()["images"]
    assert listed["taken_at"] == detail["taken_at"]


def test_null_lets_count_what_the_file_says(ada: Person, database: Engine) -> None:
    image_id = added(ada, seed=9002)
    before = ada.detail(image_id)
    patch(ada, image_id, taken=SAID, rating=4, location={"latitude": 1.5, "longitude": -2.5})
    corrected = ada.detail(image_id)
    assert corrected["corrected"] == ["taken", "rating", "location"]
    assert corrected["rating"] == 4
    assert corrected["location"] == {"latitude": 1.5, "longitude": -2.5, "altitude": None}
    assert patch(ada, image_id, taken=None)["corrected"] == ["rating", "location"]
    assert patch(ada, image_id, rating=None, location=None) == before | {
        name: patch(ada, image_id)[name]
        for name in ("thumbnail_url", "preview_url", "urls_expire_at")
    }
    with database.connect() as connection:
        left = text("SELECT count(*) FROM corrections WHERE image_id = :id")
        assert connection.scalar(left, {"id": image_id}) == 0


def test_stars_and_places_can_be_taken_away(ada: Person) -> None:
    image_id = added(ada, seed=9003)
    patch(ada, image_id, rating=5, location={"latitude": 1.5, "longitude": -2.5})
    nowhere = {"latitude": None, "longitude": None}
    detail = patch(ada, image_id, rating=0, location=nowhere)
    assert (detail["rating"], detail["location"]) == (None, None)
    assert detail["corrected"] == ["rating", "location"]
    assert patch(ada, image_id, rating=-1)["rating"] == -1


@pytest.mark.parametrize(
    "changes",
    [
        {"taken": {"at": "1985-07-14T15:30:00Z", "offset_minutes": None}},
        {"taken": {"at": "1700-01-01T00:00:00", "offset_minutes": None}},
        {"taken": {"at": "1985-07-14T15:30:00", "offset_minutes": 900}},
        {"taken": {"at": "1985-07-14T15:30:00"}},
        {"rating": 6},
        {"location": {"latitude": 91, "longitude": 0}},
        {"location": {"latitude": 1, "longitude": None}},
    ],
)
def test_what_cannot_be_is_refused(ada: Person, changes: Json) -> None:
    image_id = added(ada, seed=9004)
    answer = ada.http.patch(f"/api/images/{image_id}", json=changes)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert ada.detail(image_id)["corrected"] == []


def test_a_correction_survives_another_development(ada: Person, database: Engine) -> None:
    """What the file says is noted anew; what the person says goes on counting."""
    image_id = added(ada, seed=9005)
    file_says = ada.detail(image_id)["file"]
    patch(ada, image_id, taken=SAID, rating=3)
    with database.begin() as connection:
        damaged = text("""
            UPDATE images SET state = 'damaged', failure_code = 'processing_failed'
            WHERE id = :id""")
        connection.execute(damaged, {"id": image_id})
        forgotten = text("""
            UPDATE corrections SET file_taken_at = NULL, file_timeline_at = now()
            WHERE image_id = :id""")
        connection.execute(forgotten, {"id": image_id})
    ada.http.post(f"/api/images/{image_id}/retry").raise_for_status()
    assert until(lambda: ada.settled(image_id))["state"] == "ready"
    detail = ada.detail(image_id)
    assert (detail["timeline_at"], detail["rating"]) == (SAID["at"], 3)
    assert detail["file"] == file_says
    assert patch(ada, image_id, taken=None)["timeline_at"] == TAKEN


def test_a_worker_that_knows_of_no_corrections_hides_none(ada: Person, database: Engine) -> None:
    """As the version before does, which runs beside the new schema during an upgrade (0095)."""
    image_id = added(ada, seed=9006)
    patch(ada, image_id, taken=SAID, rating=3, location={"latitude": 1.5, "longitude": -2.5})
    took_up = "UPDATE images SET state = 'processing', leased_until = 'infinity' WHERE id = :id"
    settles = """
        UPDATE images SET state = 'ready', leased_until = NULL, taken_at = '2001-02-03 04:05:06',
          taken_offset_minutes = 60, timeline_at = '2001-02-03 04:05:06', rating = 5, latitude = 48,
          longitude = 2, altitude = 35
        WHERE id = :id AND state = 'processing'"""
    with database.begin() as worker:
        worker.execute(text(took_up), {"id": image_id})
        worker.execute(text(settles), {"id": image_id})
    detail = ada.detail(image_id)
    assert (detail["timeline_at"], detail["rating"]) == (SAID["at"], 3)
    assert detail["location"] == {"latitude": 1.5, "longitude": -2.5, "altitude": None}
    assert months(ada)["1985-07"] == 1
    assert patch(ada, image_id, taken=None)["taken_at"] == "2001-02-03T04:05:06+01:00"
    assert patch(ada, image_id, location=None)["location"]["altitude"] == 35
    # A worker that gives up says nothing of the file.
    gives_up = "UPDATE images SET state = 'damaged', failure_code = 'too_slow' WHERE id = :id"
    with database.begin() as worker:
        worker.execute(text(took_up), {"id": image_id})
        worker.execute(text(gives_up), {"id": image_id})
    assert patch(ada, image_id, rating=None)["rating"] == 5


def test_a_date_that_is_not_known_yet_is_not_shifted(ada: Person, database: Engine) -> None:
    """Until its file was read, a picture stands where it was uploaded: nobody meant that date."""
    new, known = add(ada, database, 2)
    with database.begin() as connection:
        unread = text("UPDATE images SET state = 'processing', leased_until = :far WHERE id = :id")
        far = datetime.now(UTC) + timedelta(hours=1)
        connection.execute(unread, {"id": new, "far": far})
    for body in (
        {"action": "shift_taken", "shift_seconds": 3600},
        {"action": "set_offset", "offset_minutes": 60},
    ):
        done = batch(ada, [new, known], **body).raise_for_status().json()
        assert done["undo"]["images"]["ids"] == [known]
    assert ada.detail(new)["corrected"] == []
    batch(ada, [new], action="set_taken", taken=SAID).raise_for_status()
    batch(ada, [new], action="shift_taken", shift_seconds=60).raise_for_status()
    assert ada.detail(new)["timeline_at"] == "1985-07-14T15:31:00"


def test_setting_many_is_undone_to_what_each_was(ada: Person) -> None:
    ids = [added(ada, seed=seed) for seed in (9010, 9011)]
    (undated,) = ada.upload(png(seed=9012))
    until(partial(ada.settled, undated))
    ids.append(undated)
    patch(ada, ids[1], taken={"at": "1990-01-01T00:00:00", "offset_minutes": None})
    before = dates(ada, ids)

    done = batch(ada, ids, action="set_taken", taken=SAID).raise_for_status().json()
    assert done["changed"] == 3
    assert dates(ada, ids) == [("1985-07-14T15:30:00", "1985-07-14T15:30:00+02:00")] * 3
    undone = ada.http.post("/api/images/batch", json=done["undo"]).raise_for_status().json()
    assert undone["changed"] == 3
    assert dates(ada, ids) == before
    assert ada.detail(ids[0])["corrected"] == []
    assert ada.detail(ids[1])["corrected"] == ["taken"]
    again = ada.http.post("/api/images/batch", json=undone["undo"]).raise_for_status().json()
    assert again["changed"] == 3
    assert dates(ada, ids)[2] == ("1985-07-14T15:30:00", "1985-07-14T15:30:00+02:00")


def test_a_shift_keeps_the_zone_and_the_distance(ada: Person) -> None:
    ids = [added(ada, seed=seed) for seed in (9013, 9014)]
    patch(ada, ids[1], taken=SAID)
    done = batch(ada, ids, action="shift_taken", shift_seconds=-3601).raise_for_status().json()
    assert done["changed"] == 2
    first, second = dates(ada, ids)
    assert first[0] == "2024-05-03T13:05:05"
    assert second == ("1985-07-14T14:29:59", "1985-07-14T14:29:59+02:00")


def test_a_zone_leaves_the_clock(ada: Person) -> None:
    ids = [added(ada, seed=9015)]
    batch(ada, ids, action="set_offset", offset_minutes=-210).raise_for_status()
    assert dates(ada, ids) == [(TAKEN, f"{TAKEN}-03:30")]
    batch(ada, ids, action="reset_taken").raise_for_status()
    assert ada.detail(ids[0])["corrected"] == []


def test_a_change_that_changes_nothing_has_no_undo(ada: Person) -> None:
    ids = [added(ada, seed=9016)]
    for body in (
        {"action": "reset_taken"},
        {"action": "shift_taken", "shift_seconds": 0},
    ):
        done = batch(ada, ids, **body).raise_for_status().json()
        assert (done["changed"], done["undo"]) == (0, None)


@pytest.mark.parametrize(
    "body",
    [
        {"action": "set_taken"},
        {"action": "shift_taken"},
        {"action": "set_offset"},
        {"action": "restore_taken"},
        {"action": "delete", "taken": SAID},
        {"action": "set_taken", "taken": SAID, "shift_seconds": 1},
        {"action": "restore_taken", "taken_before": {"at": [None, None], "offset_minutes": [None]}},
        {"action": "shift_taken", "shift_seconds": 190 * 366 * 86_400},
        {"action": "shift_taken", "shift_seconds": -200 * 366 * 86_400},
    ],
)
def test_fields_that_do_not_fit_are_refused(ada: Person, body: Json) -> None:
    ids = [added(ada, seed=9017)]
    answer = batch(ada, ids, **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert ada.detail(ids[0])["corrected"] == []


def test_dates_of_what_matches_are_refused(ada: Person) -> None:
    match = {"match": {"view": "timeline"}}
    body = {"action": "reset_taken", "images": match}
    answer = ada.http.post("/api/images/batch", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["images"]


def test_an_upload_that_has_not_arrived_has_nothing_to_correct(ada: Person) -> None:
    (place,) = ada.promise(jpeg(seed=9018))
    unfinished = place["image"]["id"]
    for changes in ({"taken": SAID}, {"rating": 3}, {"location": None}):
        answer = ada.http.patch(f"/api/images/{unfinished}", json=changes)
        assert answer.status_code == 404
    done = batch(ada, [unfinished], action="set_taken", taken=SAID).raise_for_status().json()
    assert done["changed"] == 0


def test_strangers_change_no_dates(ada: Person, bob: Person) -> None:
    theirs, own = added(ada, seed=9019), added(bob, seed=9020)
    before = ada.detail(theirs)
    answer = batch(bob, [own, theirs], action="set_taken", taken=SAID)
    assert answer.status_code == 404
    assert ada.detail(theirs)["timeline_at"] == before["timeline_at"]
    assert bob.detail(own)["corrected"] == []


def test_ten_thousand_are_set_and_undone_at_once(ada: Person, database: Engine) -> None:
    """The undo, which names each date, is a body that is taken."""
    ids = add(ada, database, 10_000)
    counted = months(ada)
    first = batch(ada, ids, action="set_offset", offset_minutes=-600).raise_for_status().json()
    assert first["changed"] == 10_000
    done = batch(ada, ids, action="set_taken", taken=SAID).raise_for_status().json()
    assert months(ada) == {"1985-07": 10_000}
    undone = ada.http.post("/api/images/batch", json=done["undo"]).raise_for_status().json()
    assert undone["changed"] == 10_000
    assert months(ada) == counted
