"""One person's requests, repeated without an end, do not fill the database (THREATS 16)."""

from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.database import db
from app.descriptions.versions import record
from app.jobs.worker_context import WorkerContext
from app.uploads.create import MAX_UNFINISHED
from tests.support.images import jpeg
from tests.support.models import SEEN
from tests.support.users import PASSWORD, Person

MAX_VERSIONS = 10
DESCRIBED = text("SELECT count(*) FROM descriptions WHERE image_id = :id AND source = :source")


def value(database: Engine, statement: str, **values: Any) -> Any:
    with database.begin() as connection:
        return connection.execute(text(statement), values).scalar()


def promised(person: Person, seed: int) -> str:
    (place,) = person.promise(jpeg(seed=seed))
    image_id: str = place["image"]["id"]
    return image_id


def describe(person: Person, image_id: str, alt_text: str) -> None:
    words = {"description": {"alt_text": alt_text}}
    person.http.patch(f"/api/images/{image_id}", json=words).raise_for_status()


def shown(person: Person, image_id: str) -> str:
    found: str = person.detail(image_id)["description"]["alt_text"]
    return found


def versions(database: Engine, image_id: str, source: str) -> int:
    with database.connect() as connection:
        return int(connection.scalar(DESCRIBED, {"id": image_id, "source": source}) or 0)


def test_descriptions_written_again_and_again_keep_the_last_ten(
    ada: Person, database: Engine, worker_context: WorkerContext
) -> None:
    image_id = promised(ada, 7100)
    with worker_context.app.app_context():
        record(UUID(image_id), SEEN, is_demo=False)
        db.session.commit()
    for number in range(MAX_VERSIONS + 5):
        describe(ada, image_id, f"version {number}")
        assert shown(ada, image_id) == f"version {number}"
    assert versions(database, image_id, "person") == MAX_VERSIONS
    left = "SELECT min(alt_text) FROM descriptions WHERE image_id = :id AND alt_text LIKE '%5'"
    assert value(database, left, id=image_id) == "version 5"
    describe(ada, image_id, "version 0")  # as undoing an edit does
    assert shown(ada, image_id) == "version 0"
    ada.http.patch(f"/api/images/{image_id}", json={"description": None}).raise_for_status()
    assert shown(ada, image_id) == "What the model saw"


def test_descriptions_asked_of_a_model_again_and_again_keep_the_last_ten(
    ada: Person, database: Engine, worker_context: WorkerContext
) -> None:
    image_id = promised(ada, 7101)
    describe(ada, image_id, "What Ada wrote")
    with worker_context.app.app_context():
        for _ in range(MAX_VERSIONS + 5):
            record(UUID(image_id), SEEN, is_demo=False)
            db.session.commit()
    assert versions(database, image_id, "model") == MAX_VERSIONS
    assert shown(ada, image_id) == "What Ada wrote"


def test_description_that_is_shown_stays_though_others_seem_newer(
    ada: Person, database: Engine
) -> None:
    """Clocks of two machines differ."""
    image_id = promised(ada, 7102)
    later = (
        "INSERT INTO descriptions (id, image_id, source, alt_text, text, visible_text, tags,"
        " is_demo, created_at) SELECT gen_random_uuid(), :id, 'person', 'later', '', '', '{}',"
        " false, now() + interval '1 hour' FROM generate_series(1, :most) RETURNING 1"
    )
    value(database, later, id=image_id, most=MAX_VERSIONS)
    describe(ada, image_id, "now")
    assert shown(ada, image_id) == "now"
    assert versions(database, image_id, "person") == MAX_VERSIONS + 1


def ask(person: Person, seed: int) -> httpx2.Response:
    return person.http.post("/api/images", json={"images": [jpeg(seed=seed).announcement()]})


CANCELLED = (
    "INSERT INTO cancelled_uploads (image_id, owner_id, cancelled_at, look_at)"
    " SELECT gen_random_uuid(), :owner, now(), now() + interval '1 day'"
    " FROM generate_series(2, :most) RETURNING 1"
)
REJECTED = (
    "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,"
    " timeline_at, has_preview, attempts, description_state)"
    " SELECT gen_random_uuid(), :owner, 'a.jpg', 1, sha256(gen_random_uuid()::text::bytea),"
    " 'image/jpeg', 'rejected', now(), now(), false, 0, 'none' FROM generate_series(2, :most)"
    " RETURNING 1"
)


@pytest.mark.parametrize("before", [CANCELLED, REJECTED], ids=["cancelled", "rejected"])
def test_uploads_that_are_begun_and_cancelled_again_and_again_are_refused(
    ada: Person, bob: Person, database: Engine, before: str
) -> None:
    value(database, before, owner=ada.user_id, most=MAX_UNFINISHED)
    last = promised(ada, 7103)
    ada.http.delete(f"/api/images/{last}").raise_for_status()
    refused = ask(ada, 7104)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_uploads")
    assert int(refused.headers["Retry-After"]) > 0
    assert ask(bob, 7104).status_code == 200
    # As the sweep does after a day.
    value(database, "DELETE FROM cancelled_uploads WHERE owner_id = :o RETURNING 1", o=ada.user_id)
    assert ask(ada, 7104).status_code == 200


def test_deletion_that_is_asked_for_and_called_off_again_and_again_is_refused(ada: Person) -> None:
    """Its notice is always sent, so asking is what is limited; calling off never is."""
    for _ in range(5):
        assert ada.http.post("/api/account/deletion").status_code == 200
        assert ada.http.post("/api/account/deletion").status_code == 200  # changes nothing
        assert ada.http.delete("/api/account/deletion").status_code == 204
    refused = ada.http.post("/api/account/deletion")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) > 0
    assert ada.http.get("/api/auth/session").json()["user"]["delete_after"] is None


def test_sessions_beyond_a_hundred_end_with_the_least_recently_used(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    many = (
        "INSERT INTO sessions (id, token_hash, user_id, created_at, last_used_at, expires_at,"
        " user_agent) SELECT gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), :id,"
        " now() - interval '1 day', now() - interval '1 day', now() + interval '9 days', ''"
        " FROM generate_series(1, 150) RETURNING 1"
    )
    user_id = ada.user_id
    value(database, many, id=user_id)
    body = {"email": ada.email, "password": PASSWORD}
    visitor.post("/api/auth/login", json=body).raise_for_status()
    assert value(database, "SELECT count(*) FROM sessions WHERE user_id = :id", id=user_id) == 100
    assert ada.user_id == user_id
