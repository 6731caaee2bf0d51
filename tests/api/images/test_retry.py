"""What was given up can be tried again; and the receipt that an original is stored whole."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import httpx2
from sqlalchemy import Engine, text

from app.processing.process_image import MAX_BEGINNINGS
from tests.api.conftest import stored_event, until
from tests.support.images import Picture, jpeg
from tests.support.users import Json, Person, put


def given_up(ada: Person, database: Engine, *, seed: int) -> str:
    """A picture with which the machine went down each time it was begun."""
    picture = jpeg(seed=seed)
    (place,) = ada.promise(picture)
    image_id: str = place["image"]["id"]
    with database.begin() as connection:
        connection.execute(
            text("UPDATE images SET attempts = :attempts WHERE id = :id"),
            {"attempts": MAX_BEGINNINGS, "id": image_id},
        )
    put(place["upload"], picture.content).raise_for_status()
    return image_id


def damaged(ada: Person, image_id: str) -> Json | None:
    found = ada.settled(image_id)
    return found if found and found["state"] == "damaged" else None


def test_a_picture_that_was_given_up_is_processed_when_it_is_asked_for(
    ada: Person, database: Engine
) -> None:
    image_id = given_up(ada, database, seed=800)
    found = until(lambda: damaged(ada, image_id))
    assert found["failure"]["code"] == "processing_failed"

    again = ada.http.post(f"/api/images/{image_id}/retry")
    assert (again.status_code, again.json()["state"]) == (202, "processing")
    assert until(lambda: ada.settled(image_id))["state"] == "ready"
    refused = ada.http.post(f"/api/images/{image_id}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_damaged")


def test_original_that_was_kept_stays_kept_when_decoders_refuse_it_later(
    ada: Person, database: Engine
) -> None:
    """A newer decoder may say of a file that it is none, where the older one crashed."""
    picture = Picture(name="odd.jpg", content_type="image/jpeg", content=b"no picture, but kept")
    (place,) = ada.promise(picture)
    image_id: str = place["image"]["id"]
    with database.begin() as connection:
        kept = text("UPDATE images SET receipt_at = now(), receipt_by = 's3' WHERE id = :id")
        connection.execute(kept, {"id": image_id})
    put(place["upload"], picture.content).raise_for_status()
    found = until(lambda: ada.settled(image_id))
    assert (found["state"], found["failure"]["code"]) == ("damaged", "undecodable")
    original = ada.http.get(f"/api/images/{image_id}/original").raise_for_status().json()
    assert httpx2.get(original["url"]).content == picture.content


def test_a_message_that_comes_again_while_it_is_tried_changes_nothing(
    ada: Person, send: Callable[[str], None]
) -> None:
    (image_id,) = ada.upload(jpeg(seed=801))
    until(lambda: ada.settled(image_id))
    user, image = ada.user_id.replace("-", ""), image_id.replace("-", "")
    for _ in range(3):
        send(stored_event(f"users/{user}/{image}/original"))
    (other,) = ada.upload(jpeg(seed=802))
    until(lambda: ada.settled(other))  # whatever was in the queue has been looked at
    assert ada.detail(image_id)["state"] == "ready"


def test_the_receipt_says_what_s3_verified_and_when(ada: Person) -> None:
    picture = jpeg(seed=803)
    (place,) = ada.promise(picture)
    assert ada.detail(place["image"]["id"])["receipt"] is None
    (image_id,) = ada.upload(picture)
    until(lambda: ada.settled(image_id))
    receipt = ada.detail(image_id)["receipt"]
    assert receipt["sha256"] == sha256(picture.content).hexdigest()
    assert receipt["by"] == "s3"
    at = datetime.fromisoformat(receipt["at"])
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=5)
    assert json.dumps(receipt)
