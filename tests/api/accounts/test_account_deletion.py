"""An account that goes for good, with all that names its person."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import Connection, Engine, text

from app.accounts.deletion import people_to_shut, shut
from app.jobs.worker_context import WorkerContext
from app.messages import ExportLibrary
from tests.api.conftest import until
from tests.support.albums import add_to, make_album
from tests.support.exporting import begun, ready
from tests.support.images import jpeg
from tests.support.libraries import libraries_of, share_with, shares_of
from tests.support.members import bring_in, members_of, shared_with
from tests.support.multipart import big_file, open_uploads, open_uploads_of, promise, put_part
from tests.support.tags import tag_images
from tests.support.users import PASSWORD, Person, put

# Whatever names a person in the database, by the column that does.
OWNED = {
    "users": "id",
    "sessions": "user_id",
    "known_devices": "user_id",
    "access_tokens": "user_id",
    "identities": "user_id",
    "passkeys": "user_id",
    "totps": "user_id",
    "recovery_codes": "user_id",
    "former_factors": "user_id",
    "one_time_tokens": "user_id",
    "letters": "user_id",
    "audit_events": "user_id",
    "images": "owner_id",
    "cancelled_uploads": "owner_id",
    "purges": "owner_id",
    "exports": "user_id",
    "image_changes": "owner_id",
    "storage": "user_id",
    "sidecar_progress": "user_id",
    "sidecar_marks": "owner_id",
    "timeline_months": "owner_id",
    "map_cells": "owner_id",
    "albums": "owner_id",
    "saved_searches": "owner_id",
    "library_statistics": "owner_id",
    "image_search": "owner_id",
    "image_meanings": "owner_id",
    "images_to_embed": "owner_id",
    "fingerprints": "owner_id",
    "middle_hashes": "owner_id",
    "image_shots": "owner_id",
    "images_to_stack": "owner_id",
    "shares": "owner_id",
    "share_collections": "owner_id",
    "collected_images": "owner_id",
    "bare_originals": "owner_id",
    "tags": "owner_id",
    "model_spending": "owner_id",
    "model_calls": "owner_id",
    "description_batches": "owner_id",
    "shared_albums": "owner_id",
    "album_members": "owner_id",
    "library_shares": "owner_id",
    "member_blocks": "user_id",
    "member_preferences": "user_id",
    "unsent_images": "owner_id",
    "unsent_albums": "owner_id",
    "checked_descriptions": "owner_id",
    "description_preferences": "user_id",
}


def test_unfinished_uploads_of_who_leaves_are_dropped_while_there_is_time(
    ada: Person, worker_context: WorkerContext, bucket: Any
) -> None:
    for seed in (936, 937, 938):
        promise(ada, big_file(seed=seed))
    user_id = UUID(ada.user_id)
    assert len(open_uploads_of(bucket, ada.user_id)) == 3
    for left in (2, 1, 0):
        is_done = worker_context.exports.delete_person(user_id, is_over=lambda: True)
        assert len(open_uploads_of(bucket, ada.user_id)) == left
    assert is_done


def test_export_of_who_leaves_ends_with_the_account(
    ada: Person, worker_context: WorkerContext, database: Engine, bucket: Any
) -> None:
    """Else its next zip might be stored after the last look at what they had."""
    user_id = ada.user_id
    ada.http.post("/api/account/deletion").raise_for_status()
    export_id = begun(database, ada)
    with database.begin() as connection:
        let_time_pass(connection, user_id)
    with worker_context.app.app_context():
        for each in people_to_shut():
            shut(each)
    with database.connect() as rows:
        living = text("SELECT count(*) FROM exports WHERE user_id = :id AND expires_at > now()")
        assert rows.scalar(living, {"id": user_id}) == 0
    task = ExportLibrary(export_id=UUID(export_id))
    worker_context.do(json.dumps(task.message()), attempt=1, decoders=None)  # type: ignore[arg-type]
    assert versions(bucket, user_id) == []


def test_leaving_takes_seven_days_and_can_be_called_off(ada: Person) -> None:
    assert ada.http.get("/api/auth/session").json()["user"]["delete_after"] is None
    asked = ada.http.post("/api/account/deletion").json()
    again = ada.http.post("/api/account/deletion").json()
    assert asked == again  # asking again gives no other day
    assert ada.http.get("/api/auth/session").json()["user"]["delete_after"] == asked["delete_after"]
    assert ada.http.delete("/api/account/deletion").status_code == 204
    assert ada.http.get("/api/auth/session").json()["user"]["delete_after"] is None


def test_nothing_is_left_of_who_leaves_and_everything_of_who_stays(
    ada: Person,
    bob: Person,
    visitor: httpx2.Client,
    worker_context: WorkerContext,
    database: Engine,
    bucket: Any,
    objects_of: Callable[[Person], list[str]],
) -> None:
    for person, seed in ((ada, 930), (bob, 931)):
        ids = person.upload(jpeg(seed=seed), jpeg(seed=seed + 10))
        for image_id in ids:
            until(partial(person.settled, image_id))
        add_to(person, make_album(person), ids)
        person.http.post("/api/search/saved", json={"name": "A", "q": "a"}).raise_for_status()
        person.http.get("/api/statistics").raise_for_status()
        tag_images(person, "family/oma", ids)
        person.http.post("/api/account/exports").raise_for_status()
        until(partial(ready, person))
    user_id, bobs_objects = ada.user_id, objects_of(bob)
    for owner, member in ((ada, bob), (bob, ada)):
        album = owner.http.get("/api/albums").json()["albums"][0]["id"]
        bring_in(owner, album, member)
        share_with(owner, member)
    ada.http.patch("/api/shared-albums", json={"wants_mail": False}).raise_for_status()
    unfinished, cancelled = ada.promise(jpeg(seed=932), jpeg(seed=935))
    ada.http.delete(f"/api/images/{cancelled['image']['id']}").raise_for_status()
    for person, seed in ((ada, 933), (bob, 934)):
        big = big_file(seed=seed)
        place = promise(person, big)
        put_part(place["upload"]["parts"][1], big.parts[1]).raise_for_status()
    assert open_uploads_of(bucket, user_id)
    before = rows_of(database, user_id, ada.email)
    assert (before["cancelled_uploads"], before["albums"], before["album_images"]) == (1, 1, 2)
    assert (before["tags"], before["image_tags"]) == (2, 2)
    assert (before["shared_albums"], before["album_members"], before["memberships"]) == (1, 1, 1)
    assert (before["library_shares"], before["libraries of others"]) == (1, 1)
    ada.http.post("/api/account/deletion").raise_for_status()

    with database.begin() as connection:
        let_time_pass(connection, user_id)
    worker_context.sweep()  # the week is over: shut, and nothing deleted yet
    until(lambda: ada.http.get("/api/images").status_code == 401)
    refused = visitor.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    assert refused.status_code == 403
    # An upload that was signed before may still come in; the pause is there for it.
    put(unfinished["upload"], jpeg(seed=932).content).raise_for_status()

    with database.begin() as connection:
        let_time_pass(connection, user_id)
    worker_context.sweep()

    def nothing_left() -> bool:
        left = (versions(bucket, user_id), open_uploads_of(bucket, user_id))
        return not rows_of(database, user_id, ada.email) and left == ([], [])

    assert until(nothing_left)
    assert objects_of(bob) == bobs_objects
    assert len(bob.timeline()) == 2
    assert shared_with(bob)["albums"] == []
    assert libraries_of(bob)["libraries"] == shares_of(bob) == []
    assert members_of(bob, bob.http.get("/api/albums").json()["albums"][0]["id"]) == []
    assert len(open_uploads(bucket, bob)) == 1
    assert ready(bob)


def test_the_only_administrator_cannot_leave_the_others_alone(
    new_person: Callable[[], Person], database: Engine
) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE users SET is_administrator = false"))
    admin, _ = new_person(), new_person()
    with database.begin() as connection:
        connection.execute(
            text("UPDATE users SET is_administrator = true WHERE id = :id"), {"id": admin.user_id}
        )
    refused = admin.http.post("/api/account/deletion")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_administrator")


def test_every_table_that_names_people_is_counted(database: Engine) -> None:
    """A table that comes later is counted too, or this fails."""
    with database.connect() as connection:
        found = connection.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND column_name IN ('user_id', 'owner_id')"
            )
        )
        assert {(table, column) for table, column in found} == set(OWNED.items()) - {
            ("users", "id")
        }


def let_time_pass(connection: Connection, user_id: str) -> None:
    query = "UPDATE users SET delete_after = now(), disabled_at = disabled_at - interval '1 hour'"
    connection.execute(text(f"{query} WHERE id = :id"), {"id": user_id})


def rows_of(database: Engine, user_id: str, email: str) -> dict[str, int]:
    with database.connect() as connection:
        counts = {
            table: connection.scalar(
                text(f"SELECT count(*) FROM {table} WHERE {column} = :id"),  # noqa: S608
                {"id": user_id},
            )
            for table, column in OWNED.items()
        }
        counts["album_images"] = connection.scalar(
            text(
                "SELECT count(*) FROM album_images JOIN albums ON albums.id = album_id"
                " WHERE owner_id = :id"
            ),
            {"id": user_id},
        )
        counts["memberships"] = connection.scalar(
            text("SELECT count(*) FROM album_members WHERE member_id = :id"), {"id": user_id}
        )
        counts["libraries of others"] = connection.scalar(
            text("SELECT count(*) FROM library_shares WHERE partner_id = :id"), {"id": user_id}
        )
        counts["blocked by"] = connection.scalar(
            text("SELECT count(*) FROM member_blocks WHERE blocked_id = :id"), {"id": user_id}
        )
        counts["image_tags"] = connection.scalar(
            text("SELECT count(*) FROM image_tags JOIN tags ON id = tag_id WHERE owner_id = :id"),
            {"id": user_id},
        )
        counts["mails to them"] = connection.scalar(
            text("SELECT count(*) FROM letters WHERE email = :email"), {"email": email}
        )
    return {table: count for table, count in counts.items() if count}


def versions(bucket: Any, user_id: str) -> list[str]:
    prefix = f"users/{user_id.replace('-', '')}/"
    versions = bucket.object_versions.filter(Prefix=prefix)
    return [version.object_key for version in versions]
