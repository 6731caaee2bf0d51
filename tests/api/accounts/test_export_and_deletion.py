"""A copy of everything, and an account that goes for good."""

import io
import json
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from stream_unzip import stream_unzip

from app.accounts.deletion import people_to_shut, shut
from app.clients.aws.boto import AwsUnavailableError
from app.exports.create import _begin, _extend, _let_go
from app.jobs.worker_context import WorkerContext
from app.messages import ExportLibrary
from app.processing.lease import Lease
from tests.api.conftest import until
from tests.support.albums import add_to, make_album
from tests.support.exiftool import read_by_exiftool
from tests.support.images import jpeg
from tests.support.members import bring_in, invite, members_of, shared_with
from tests.support.multipart import big_file, open_uploads, open_uploads_of, promise, put_part
from tests.support.tags import tag_images
from tests.support.users import PASSWORD, Json, Person, put, told

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
    "member_blocks": "user_id",
    "member_preferences": "user_id",
    "unsent_images": "owner_id",
    "unsent_albums": "owner_id",
    "checked_descriptions": "owner_id",
    "description_preferences": "user_id",
}


def ready(person: Person) -> Json | None:
    (export,) = person.http.get("/api/account/exports").json()["exports"]
    return export if export["state"] == "ready" else None


def unzip(export: Json) -> list[zipfile.ZipFile]:
    return [
        zipfile.ZipFile(io.BytesIO(httpx2.get(part["url"]).content)) for part in export["parts"]
    ]


def test_everything_can_be_downloaded(ada: Person) -> None:
    pictures = [jpeg(seed=900 + number, name="same name.jpg") for number in range(3)]
    ids = ada.upload(*pictures)
    until(lambda: all(ada.settled(image_id) for image_id in ids))
    words = {"alt_text": "A boat", "text": "", "visible_text": "", "tags": []}
    ada.http.patch(f"/api/images/{ids[0]}", json={"description": words}).raise_for_status()
    ada.http.delete(f"/api/images/{ids[2]}").raise_for_status()
    album = make_album(ada, title="By the sea/1", order="manual")
    for image_id in (ids[1], ids[2], ids[0]):
        add_to(ada, album, [image_id])
    ada.http.delete(f"/api/albums/{make_album(ada, title='gone')}").raise_for_status()
    saved = {"name": "Boats", "q": "boat last summer"}
    ada.http.post("/api/search/saved", json=saved).raise_for_status()
    wished = {"languages": ["de"], "names": [{"name": "Oma", "note": "with white hair"}]}
    ada.http.patch("/api/descriptions/preferences", json=wished).raise_for_status()

    invite(ada, album, "bob@example.org")
    asked = ada.http.post("/api/account/exports")
    assert asked.status_code == 202
    assert ada.http.post("/api/account/exports").json()["id"] == asked.json()["id"]
    export = until(lambda: ready(ada))
    (archive,) = unzip(export)

    manifest = json.loads(archive.read(archive.namelist()[-2]))
    assert manifest["account"]["email"] == ada.email
    assert manifest["saved_searches"] == [saved]
    assert manifest["description_preferences"] == wished
    (person,) = manifest["people_of_albums"]
    assert (person["album"], person["email"]) == ("By the sea/1", "bob@example.org")
    assert (manifest["albums_of_others"], manifest["blocked"]) == ([], [])
    by_id = {picture["id"]: picture for picture in manifest["pictures"]}
    assert set(by_id) == set(ids)
    for image_id, picture in zip(ids, pictures, strict=True):
        assert archive.read(by_id[image_id]["file"]) == picture.content
        beside = json.loads(archive.read(by_id[image_id]["file"] + ".json"))
        assert beside["sha256"] == by_id[image_id]["sha256"]
        assert not [key for key in beside if "url" in key]
        # What somebody wrote themselves is checked.
        assert beside["description_is_checked"] is (image_id == ids[0])
    assert json.loads(archive.read(by_id[ids[0]]["file"] + ".json"))["description"] is not None
    assert "Recently deleted" in by_id[ids[2]]["file"]
    assert (export["pictures"], export["done"]) == (3, 3)
    (listed,) = (name for name in archive.namelist() if "/Albums/" in name)
    facts = json.loads(archive.read(listed))
    assert (facts["title"], facts["order"], facts["cover"]) == ("By the sea/1", "manual", ids[1])
    assert [each["id"] for each in facts["pictures"]] == [ids[1], ids[2], ids[0]]
    assert {each["name"] for each in facts["pictures"]} == {"same name.jpg"}


def test_what_a_person_set_is_in_the_copy_as_other_programs_read_it(
    ada: Person, tmp_path: Path
) -> None:
    pictures = [jpeg(seed=915 + number, name=f"{number}.jpg") for number in range(2)]
    ids = ada.upload(*pictures)
    until(lambda: all(ada.settled(image_id) for image_id in ids))
    words = {
        "alt_text": "A boat <1>",
        "text": "At sea & home",
        "visible_text": "",
        "tags": ["ship"],
    }
    changes: Json = {
        "taken": {"at": "1985-07-14T09:30:00", "offset_minutes": 120},
        "rating": -1,
        "location": {"latitude": 64.1464, "longitude": -21.9422},
        "description": words,
    }
    ada.http.patch(f"/api/images/{ids[0]}", json=changes).raise_for_status()
    tag_images(ada, "family/Oma", ids[:1])
    ada.http.post("/api/account/exports").raise_for_status()
    (archive,) = unzip(until(lambda: ready(ada)))
    archive.extractall(tmp_path)
    (sidecar,) = tmp_path.rglob("*.xmp")
    assert sidecar.with_suffix("").read_bytes() == pictures[0].content
    found = read_by_exiftool(sidecar)
    assert found["XMP-exif:DateTimeOriginal"] == "1985:07:14 09:30:00+02:00"
    assert found["XMP-xmp:Rating"] == -1
    assert found["XMP-exif:GPSLatitude"] == pytest.approx(64.1464, abs=1e-6)
    assert found["XMP-exif:GPSLongitude"] == pytest.approx(-21.9422, abs=1e-6)
    assert found["XMP-dc:Description"] == "At sea & home"
    assert found["XMP-iptcCore:AltTextAccessibility"] == "A boat <1>"
    assert found["XMP-dc:Subject"] == ["Oma", "ship"]
    assert found["XMP-lr:HierarchicalSubject"] == ["family|Oma", "ship"]
    beside = json.loads(sidecar.with_suffix(".json").read_bytes())
    assert [tag["path"] for tag in beside["tags"]] == ["family/Oma"]


def test_a_copy_can_be_read_from_a_stream_with_originals_old_and_new(
    ada: Person, database: Engine
) -> None:
    pictures = [jpeg(seed=905 + number, name=f"{number}.jpg") for number in range(2)]
    old, new = ada.upload(*pictures)
    until(lambda: ada.settled(old) and ada.settled(new))
    with database.begin() as connection:
        kept = {row.id: row.crc32 for row in connection.execute(_CRC32, {"user": ada.user_id})}
        assert kept[UUID(new)] == zlib.crc32(pictures[1].content)
        # As those are that were processed before it was kept.
        connection.execute(text("UPDATE images SET crc32 = NULL WHERE id = :id"), {"id": old})
    ada.http.post("/api/account/exports").raise_for_status()
    (part,) = until(lambda: ready(ada))["parts"]
    found = {
        name.decode().rpartition("/")[2]: b"".join(chunks)
        for name, _, chunks in stream_unzip([httpx2.get(part["url"]).content])
    }
    assert [found["0.jpg"], found["1.jpg"]] == [picture.content for picture in pictures]


_CRC32 = text("SELECT id, crc32 FROM images WHERE owner_id = :user")


def test_a_download_goes_on_where_it_broke_off(ada: Person) -> None:
    (image_id,) = ada.upload(jpeg(seed=910))
    until(lambda: ada.settled(image_id))
    ada.http.post("/api/account/exports").raise_for_status()
    (part,) = until(lambda: ready(ada))["parts"]
    whole = httpx2.get(part["url"]).content
    assert len(whole) == part["bytes"]
    rest = httpx2.get(part["url"], headers={"Range": "bytes=1000-"})
    assert rest.status_code == 206
    assert rest.content == whole[1000:]


def test_large_libraries_come_in_several_zips(
    ada: Person, worker_context: WorkerContext, monkeypatch: pytest.MonkeyPatch, database: Engine
) -> None:
    pictures = [jpeg(seed=920 + number) for number in range(3)]
    # Each has room for one picture, and is not full when it holds one.
    most = max(len(picture.content) for picture in pictures) + 5000
    monkeypatch.setattr(
        worker_context, "settings", replace(worker_context.settings, export_zip_bytes=most)
    )
    ids = ada.upload(*pictures)
    until(lambda: all(ada.settled(image_id) for image_id in ids))
    # Begun behind the running worker's back, which would make one zip of it.
    with database.begin() as connection:
        export_id = connection.scalar(
            text(
                "INSERT INTO exports (id, user_id, state, created_at, touched_at, expires_at,"
                " pictures, done, parts) VALUES (gen_random_uuid(), :user, 'waiting', now(), now(),"
                " now() + interval '1 day', 3, 0, '[]') RETURNING id"
            ),
            {"user": ada.user_id},
        )
    asked: list[ExportLibrary] = []
    monkeypatch.setattr(worker_context, "go_on", asked.append)
    task = ExportLibrary(export_id=export_id)
    for _ in range(2):  # a message that comes twice
        worker_context.do(json.dumps(task.message()), attempt=1, decoders=None)  # type: ignore[arg-type]
    while asked:
        asked.pop()
        worker_context.do(json.dumps(task.message()), attempt=1, decoders=None)  # type: ignore[arg-type]

    export = ready(ada)
    assert export is not None
    held = [
        picture["id"]
        for archive in unzip(export)
        for picture in json.loads(archive.read(archive.namelist()[-2]))["pictures"]
    ]
    assert sorted(held) == sorted(ids)
    assert [part["pictures"] for part in export["parts"]] == [1, 1, 1]


def test_albums_of_large_libraries_come_in_several_zips(
    ada: Person, worker_context: WorkerContext, monkeypatch: pytest.MonkeyPatch, database: Engine
) -> None:
    monkeypatch.setattr(
        worker_context, "settings", replace(worker_context.settings, export_zip_bytes=1)
    )
    (image_id,) = ada.upload(jpeg(seed=928))
    until(lambda: ada.settled(image_id))
    albums = {make_album(ada, title=title) for title in ("A", "A", "B")}
    asked: list[ExportLibrary] = []
    monkeypatch.setattr(worker_context, "go_on", asked.append)
    asked.append(ExportLibrary(export_id=UUID(begun(database, ada))))
    while asked:
        message = json.dumps(asked.pop().message())
        worker_context.do(message, attempt=1, decoders=None)  # type: ignore[arg-type]
    export = ready(ada)
    assert export is not None
    listed = [
        [json.loads(archive.read(name))["id"] for name in archive.namelist() if "/Albums/" in name]
        for archive in unzip(export)
    ]
    assert [len(each) for each in listed] == [0, 1, 1, 1]
    assert {album for each in listed for album in each} == albums


@pytest.mark.parametrize(
    "removal", ["UPDATE exports SET expires_at = now()", "DELETE FROM exports"]
)
def test_copy_that_is_removed_while_it_is_made_is_made_no_further(
    removal: str,
    ada: Person,
    worker_context: WorkerContext,
    monkeypatch: pytest.MonkeyPatch,
    database: Engine,
    bucket: Any,
    objects_of: Callable[[Person], list[str]],
) -> None:
    ids = ada.upload(*(jpeg(seed=950 + number) for number in range(3)))
    until(lambda: all(ada.settled(image_id) for image_id in ids))
    user_id, before = ada.user_id, objects_of(ada)
    added: list[object] = []

    def add_and_remove(archive: object, row: Any, **_: object) -> None:
        del archive
        added.append(row.id)
        with database.begin() as rows:
            rows.execute(text(f"{removal} WHERE user_id = :id"), {"id": user_id})

    monkeypatch.setattr("app.exports.create._add", add_and_remove)
    begun(database, ada, touched="1 second")
    with database.connect() as rows:
        query = text("SELECT id FROM exports WHERE user_id = :id")
        export_id = rows.execute(query, {"id": user_id}).scalar_one()
    task = ExportLibrary(export_id=export_id)
    worker_context.do(json.dumps(task.message()), attempt=1, decoders=None)  # type: ignore[arg-type]
    assert len(added) == 1
    assert objects_of(ada) == before
    assert open_uploads_of(bucket, user_id) == []


def test_a_copy_is_nobody_elses(ada: Person, bob: Person) -> None:
    ada.http.post("/api/account/exports").raise_for_status()
    export = until(lambda: ready(ada))
    assert bob.http.get("/api/account/exports").json() == {"exports": []}
    theirs = bob.http.delete(f"/api/account/exports/{export['id']}")
    random = bob.http.delete("/api/account/exports/00000000-0000-4000-8000-000000000000")
    assert theirs.status_code == random.status_code == 404
    assert told(theirs) == told(random)
    assert ready(ada)


def test_a_copy_that_is_removed_leaves_nothing_behind(
    ada: Person, worker_context: WorkerContext, objects_of: Callable[[Person], list[str]]
) -> None:
    ada.http.post("/api/account/exports").raise_for_status()
    export = until(lambda: ready(ada))
    assert objects_of(ada)
    ada.http.delete(f"/api/account/exports/{export['id']}").raise_for_status()
    assert ada.http.get("/api/account/exports").json() == {"exports": []}
    worker_context.sweep()  # unless the worker's own is at it
    until(lambda: objects_of(ada) == [])


def test_an_export_that_fell_silent_is_taken_up_again(
    ada: Person, worker_context: WorkerContext, database: Engine
) -> None:
    begun(database, ada, touched="31 minutes")
    worker_context.sweep()
    assert until(lambda: ready(ada))


def test_worker_whose_lease_ran_out_ends_nobody_elses(
    ada: Person, worker_context: WorkerContext, database: Engine
) -> None:
    export_id = UUID(begun(database, ada, touched="1 second"))
    mine = "exports WHERE user_id = :id"
    whose = {"id": ada.user_id}
    leases = []
    with worker_context.app.app_context():
        for _ in range(2):
            export = _begin(export_id)
            assert export is not None
            leases.append(Lease(export.leased_until))
            if len(leases) == 1:
                with database.begin() as rows:
                    ends = "UPDATE exports SET leased_until = now() - interval '1 s'"
                    rows.execute(text(f"{ends} WHERE user_id = :id"), whose)
        _extend(export_id, leases[0])
        _let_go(export_id, leases[0])
        with database.connect() as rows:
            left = rows.scalar(text(f"SELECT leased_until FROM {mine}"), whose)  # noqa: S608
        assert left == leases[1].until
        _extend(export_id, leases[1])
        assert leases[1].until > left
        _let_go(export_id, leases[1])
    with database.connect() as rows:
        assert rows.scalar(text(f"SELECT leased_until FROM {mine}"), whose) is None  # noqa: S608


def test_heartbeat_of_an_export_that_somebody_has_locked_gives_up_soon(
    ada: Person, worker_context: WorkerContext, database: Engine
) -> None:
    """Those of all other exports and images come after it."""
    export_id = UUID(begun(database, ada, touched="1 second"))
    with worker_context.app.app_context():
        export = _begin(export_id)
        assert export is not None
        with database.begin() as rows:
            rows.execute(text("SELECT 1 FROM exports WHERE id = :id FOR UPDATE"), {"id": export_id})
            started = time.monotonic()
            with pytest.raises(OperationalError):
                _extend(export_id, Lease(export.leased_until))
    assert time.monotonic() - started < 5  # all else waits for ten


def test_export_that_cannot_be_deleted_keeps_no_other(
    ada: Person,
    bob: Person,
    worker_context: WorkerContext,
    database: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hers, his = (begun(database, person) for person in (ada, bob))
    with database.begin() as rows:
        for ago, export_id in ((2, hers), (1, his)):
            query = "UPDATE exports SET expires_at = now() - :ago * interval '1 hour'"
            rows.execute(text(f"{query} WHERE id = :id"), {"ago": ago, "id": export_id})
    delete = worker_context.exports.delete

    def delete_but_hers(user_id: UUID, export_id: UUID) -> None:
        if str(export_id) == hers:
            raise AwsUnavailableError
        delete(user_id, export_id)

    monkeypatch.setattr(worker_context.exports, "delete", delete_but_hers)
    worker_context.sweep()
    with database.connect() as rows:
        left = text("SELECT count(*) FROM exports WHERE id = :id")
        assert rows.scalar(left, {"id": his}) == 0


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


def begun(database: Engine, person: Person, *, touched: str = "0 minutes") -> str:
    """A copy that is being made, and that no worker knows of; its id."""
    query = (
        "INSERT INTO exports (id, user_id, state, created_at, touched_at, expires_at,"
        " pictures, done, parts) VALUES (gen_random_uuid(), :user, 'running', now(),"
        " now() - CAST(:touched AS interval), now() + interval '1 day', 0, 0, '[]') RETURNING id"
    )
    with database.begin() as connection:
        return str(connection.scalar(text(query), {"user": person.user_id, "touched": touched}))


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
