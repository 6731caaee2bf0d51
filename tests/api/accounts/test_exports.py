"""A copy of everything that a person has, as zip files."""

import io
import json
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from stream_unzip import stream_unzip

from app.clients.aws.boto import AwsUnavailableError
from app.exports.create import _begin, _extend, _let_go
from app.jobs.worker_context import WorkerContext
from app.messages import ExportLibrary
from app.processing.lease import Lease
from tests.api.conftest import until
from tests.support.albums import add_to, make_album
from tests.support.exiftool import read_by_exiftool
from tests.support.exporting import begun, ready
from tests.support.images import jpeg
from tests.support.libraries import ask_to_share
from tests.support.members import invite
from tests.support.multipart import open_uploads_of
from tests.support.tags import tag_images
from tests.support.users import Json, Person, told

_CRC32 = text("SELECT id, crc32 FROM images WHERE owner_id = :user")


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
    ask_to_share(ada, "carl@example.org", since="2024-01-01").raise_for_status()
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
    (partner,) = manifest["library_shared_with"]
    assert (partner["email"], partner["since"]) == ("carl@example.org", "2024-01-01")
    assert manifest["libraries_of_others"] == []
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
