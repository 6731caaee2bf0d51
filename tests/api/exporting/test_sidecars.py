"""The bucket alone tells all that is known: sidecars follow every change, and lose nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.image_store import SIDECAR, key_of
from app.database import db
from app.exports.write_sidecars import IMAGES_AT_A_TIME, write_some
from scripts.embedded.policies import BUCKET
from tests.api.conftest import until
from tests.support.albums import add_to, make_album
from tests.support.images import jpeg
from tests.support.sidecars import AT_ONCE, Writer, as_owner_of_bucket
from tests.support.tags import rename, tag_id, tag_images

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from app.jobs.worker_context import WorkerContext
    from scripts.embedded.stack import EmbeddedStack
    from tests.support.users import Json, Person


@pytest.fixture
def writer(worker_context: WorkerContext) -> Writer:
    return Writer(worker_context)


@pytest.fixture
def owner_of_bucket(stack: EmbeddedStack) -> Any:
    """S3 for whoever has the bucket, and nothing else of the site."""
    return as_owner_of_bucket(stack)


@pytest.fixture
def read(owner_of_bucket: Any) -> Callable[[Person, str], Json]:
    """Read a sidecar as whoever has the bucket; {} where there is none."""

    def sidecar(person: Person, image_id: str) -> Json:
        key = key_of(UUID(person.user_id), UUID(image_id), SIDECAR)
        try:
            answer = owner_of_bucket.get_object(Bucket=BUCKET, Key=key)
        except owner_of_bucket.exceptions.NoSuchKey:
            return {}
        said: Json = json.loads(answer["Body"].read())
        return said

    return sidecar


def upload(person: Person, *seeds: int) -> list[str]:
    ids = person.upload(*(jpeg(seed=seed) for seed in seeds))
    until(lambda: all(person.settled(image_id) for image_id in ids))
    return ids


def test_a_sidecar_says_all_that_is_known(
    ada: Person, writer: Writer, read: Callable[[Person, str], Json]
) -> None:
    image_id, other_id = upload(ada, 7101, 7102)
    words = {"alt_text": "A boat", "text": "Two\nlines", "visible_text": "N 12", "tags": ["sea"]}
    said = {"description": words, "favourite": True, "rating": 4, "name": "Boat, at sea.jpg"}
    taken = {"at": "2024-07-03T14:05:06", "offset_minutes": None}
    said |= {"taken": taken, "location": {"latitude": 48.8584, "longitude": 2.2945}}
    ada.http.patch(f"/api/images/{image_id}", json=said).raise_for_status()
    tag_images(ada, "family/Oma", [image_id])
    album_id = make_album(ada, title="By hand", order="manual", description="Of 2019")
    add_to(ada, album_id, [other_id, image_id])
    assert writer.write(ada) == 2
    found = read(ada, image_id)
    shown = ada.detail(image_id)
    others = {name for name in shown if name.endswith("_url")} | {"urls_expire_at", "albums"}
    # A guess, and nothing that is known.
    assert shown["time_zone_guess"] == "Europe/Paris"
    assert "time_zone_guess" not in found
    others.add("time_zone_guess")
    assert {name: found[name] for name in shown.keys() - others} == {
        name: value for name, value in shown.items() if name not in others
    }
    (album,) = found["albums"]
    (of_other,) = read(ada, other_id)["albums"]
    of_each = {image_id: album["position"], other_id: of_other["position"]}
    in_order = ada.http.get(f"/api/albums/{album_id}/images").json()["ids"]
    assert sorted(of_each, key=lambda each: of_each[each]) == in_order
    named = ("id", "title", "description", "order", "is_cover")
    assert [album[name] for name in named] == [album_id, "By hand", "Of 2019", "manual", False]
    assert found["pinhole"] == 1
    assert "<digiKam:TagsList>" in found["xmp"]
    assert read(ada, other_id)["xmp"] is None


def test_nothing_is_sent_that_is_there_already(ada: Person, writer: Writer) -> None:
    (image_id,) = upload(ada, 7103)
    until(lambda: writer.write(ada) == 0)
    sent = len(writer.store.sent)
    for favourite in (True, False):
        body = {"favourite": favourite}
        ada.http.patch(f"/api/images/{image_id}", json=body).raise_for_status()
    assert writer.write(ada) == 0
    assert len(writer.store.sent) == sent


def test_what_changes_often_is_written_once_it_rests(ada: Person, writer: Writer) -> None:
    upload(ada, 7104)
    assert writer.write(ada, quiet=timedelta(hours=1)) == 0
    assert writer.write(ada) == 1


def _rename_album(person: Person, album_id: str, _: list[str]) -> None:
    body = {"title": "Norway"}
    person.http.patch(f"/api/albums/{album_id}", json=body).raise_for_status()


def _delete_album(person: Person, album_id: str, _: list[str]) -> None:
    person.http.delete(f"/api/albums/{album_id}").raise_for_status()


def _choose_cover(person: Person, album_id: str, ids: list[str]) -> None:
    body = {"cover_id": ids[1]}
    person.http.patch(f"/api/albums/{album_id}", json=body).raise_for_status()


def _move(person: Person, album_id: str, ids: list[str]) -> None:
    body = {"ids": [ids[0]], "image_id": ids[1], "place": "after"}
    person.http.post(f"/api/albums/{album_id}/order", json=body).raise_for_status()


def _rename_tag(person: Person, _: str, __: list[str]) -> None:
    rename(person, "sea", "the sea/deep").raise_for_status()


def _delete_tag(person: Person, _: str, __: list[str]) -> None:
    person.http.delete(f"/api/tags/{tag_id(person, 'sea')}").raise_for_status()


def _untag(person: Person, _: str, ids: list[str]) -> None:
    body = {"action": "remove_tag", "tag_id": tag_id(person, "sea"), "images": {"ids": ids}}
    person.http.post("/api/images/batch", json=body).raise_for_status()


def _leave_album(person: Person, album_id: str, ids: list[str]) -> None:
    body = {"action": "remove_from_album", "album_id": album_id, "images": {"ids": ids}}
    person.http.post("/api/images/batch", json=body).raise_for_status()


def _delete(person: Person, _: str, ids: list[str]) -> None:
    person.http.delete(f"/api/images/{ids[0]}").raise_for_status()


@pytest.mark.parametrize(
    ("change", "sees"),
    [
        (_rename_album, lambda said: said["albums"][0]["title"] == "Norway"),
        (_delete_album, lambda said: said["albums"] == []),
        (_leave_album, lambda said: said["albums"] == []),
        (_rename_tag, lambda said: [tag["path"] for tag in said["tags"]] == ["the sea/deep"]),
        (_delete_tag, lambda said: said["tags"] == []),
        (_untag, lambda said: said["tags"] == []),
    ],
)
def test_every_change_reaches_the_sidecars(
    ada: Person,
    writer: Writer,
    read: Callable[[Person, str], Json],
    change: Callable[[Person, str, list[str]], None],
    sees: Callable[[Json], bool],
) -> None:
    ids, album_id = in_an_album(ada, writer)
    change(ada, album_id, ids)
    assert writer.write(ada) == len(ids)
    assert all(sees(read(ada, image_id)) for image_id in ids)


@pytest.mark.parametrize(
    ("change", "changed", "says"),
    [
        (_choose_cover, 1, lambda said: said["albums"][0]["is_cover"]),
        (_delete, 0, lambda said: said["deleted_at"] is not None),
    ],
)
def test_a_change_of_one_image_sends_one_sidecar(
    ada: Person,
    writer: Writer,
    read: Callable[[Person, str], Json],
    change: Callable[[Person, str, list[str]], None],
    changed: int,
    says: Callable[[Json], bool],
) -> None:
    ids, album_id = in_an_album(ada, writer)
    change(ada, album_id, ids)
    assert writer.write(ada) == 1
    assert [says(read(ada, image_id)) for image_id in ids] == [
        place == changed for place in range(len(ids))
    ]


def test_an_order_by_hand_is_in_the_sidecars(
    ada: Person, writer: Writer, read: Callable[[Person, str], Json]
) -> None:
    ids, album_id = in_an_album(ada, writer)
    _move(ada, album_id, ids)
    writer.write(ada)
    body = {"ids": [ids[1]], "image_id": ids[0], "place": "after"}
    ada.http.post(f"/api/albums/{album_id}/order", json=body).raise_for_status()
    writer.write(ada)
    by_place = sorted(ids, key=lambda image_id: read(ada, image_id)["albums"][0]["position"])
    assert by_place == ada.http.get(f"/api/albums/{album_id}/images").json()["ids"]


def test_descriptions_that_are_to_be_checked_again_are_said(
    ada: Person, database: Engine, writer: Writer, read: Callable[[Person, str], Json]
) -> None:
    ids, _ = in_an_album(ada, writer)
    assert all(read(ada, image_id)["description_is_checked"] for image_id in ids)
    with database.begin() as connection:
        connection.execute(
            text("DELETE FROM checked_descriptions WHERE owner_id = :owner"),
            {"owner": ada.user_id},
        )
    assert writer.write(ada) == len(ids)
    assert not any(read(ada, image_id)["description_is_checked"] for image_id in ids)


def in_an_album(person: Person, writer: Writer) -> tuple[list[str], str]:
    """Three images with a tag and a description, in an album; their sidecars are written."""
    ids = upload(person, 7110, 7111, 7112)
    album_id = make_album(person, title="Iceland", order="manual")
    add_to(person, album_id, ids)
    tag_images(person, "sea", ids)
    words = {"alt_text": "A boat", "text": "", "visible_text": "", "tags": []}
    for image_id in ids:
        body = {"description": words}
        person.http.patch(f"/api/images/{image_id}", json=body).raise_for_status()
    until(lambda: writer.write(person) == 0)
    return ids, album_id


def test_a_change_of_many_images_at_once_reaches_all(
    ada: Person, database: Engine, writer: Writer, read: Callable[[Person, str], Json]
) -> None:
    count = 2 * IMAGES_AT_A_TIME + 7
    with database.begin() as connection:
        ids = connection.scalars(
            text(
                "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state,"
                " created_at, timeline_at, description_state, has_preview, attempts)"
                " SELECT gen_random_uuid(), :owner, 'x.jpg', 1, sha256(number::text::bytea),"
                " 'image/jpeg', 'ready', now(), now(), 'none', false, 0"
                " FROM generate_series(1, :count) AS number RETURNING id::text"
            ),
            {"owner": ada.user_id, "count": count},
        ).all()
        # Undo what tests/api/conftest.py does to spare the worker.
        connection.execute(
            text("DELETE FROM sidecar_progress WHERE user_id = :owner"), {"owner": ada.user_id}
        )
    assert writer.write(ada) == count
    tag_images(ada, "all", list(ids))
    assert writer.write(ada) == count
    assert all(read(ada, image_id)["tags"] for image_id in (ids[0], ids[-1]))
    rename(ada, "all", "every").raise_for_status()
    assert writer.write(ada) == count
    assert writer.write(ada) == 0


def test_what_s3_does_not_take_is_written_later(
    ada: Person,
    database: Engine,
    writer: Writer,
    read: Callable[[Person, str], Json],
) -> None:
    ids = upload(ada, 7120, 7121, 7122)
    writer.store.refuses = lambda image_id: str(image_id) == ids[1]
    assert writer.write(ada) == 2
    assert [bool(read(ada, image_id)) for image_id in ids] == [True, False, True]
    assert tried_again(ada, database, writer, ids[1]) == 1
    assert read(ada, ids[1])["id"] == ids[1]


def tried_again(person: Person, database: Engine, writer: Writer, image_id: str) -> int:
    """Let S3 take everything, and some minutes pass; return how many sidecars were sent."""
    writer.store.refuses = lambda _: False
    assert writer.write(person) == 0  # not at once
    with database.begin() as connection:
        connection.execute(
            text("UPDATE sidecar_marks SET due_at = now() WHERE subject_id = :id"), {"id": image_id}
        )
    return writer.write(person)


def test_nothing_is_passed_over_while_s3_is_away(
    ada: Person, writer: Writer, read: Callable[[Person, str], Json]
) -> None:
    ids = upload(ada, 7123, 7124)
    writer.store.refuses = lambda _: True
    with pytest.raises(AwsUnavailableError):
        writer.write(ada)
    writer.store.refuses = lambda _: False
    assert writer.write(ada) == 2
    assert all(read(ada, image_id) for image_id in ids)


@pytest.mark.parametrize("problem", [AwsUnavailableError("its key is odd"), ValueError("odd")])
def test_one_that_cannot_be_sent_keeps_no_later_one(
    ada: Person,
    database: Engine,
    writer: Writer,
    read: Callable[[Person, str], Json],
    problem: Exception,
) -> None:
    (first,) = upload(ada, 7131)
    writer.store.problem = problem
    writer.store.refuses = lambda image_id: str(image_id) == first
    assert writer.write(ada) == 0
    (second,) = upload(ada, 7132)
    assert writer.write(ada) == 1
    assert read(ada, second)["id"] == second
    assert tried_again(ada, database, writer, first) == 1
    assert read(ada, first)["id"] == first


def test_one_that_cannot_be_read_keeps_no_other(
    ada: Person, database: Engine, writer: Writer, read: Callable[[Person, str], Json]
) -> None:
    ids = upload(ada, 7133, 7134, 7135)
    odd = ids[1]
    # Python knows no such year.
    with database.begin() as connection:
        was = connection.scalar(text("SELECT taken_at FROM images WHERE id = :id"), {"id": odd})
        connection.execute(
            text("UPDATE images SET taken_at = '20000-01-01' WHERE id = :id"), {"id": odd}
        )
    assert writer.write(ada) == 2
    assert [bool(read(ada, image_id)) for image_id in ids] == [True, False, True]
    with database.begin() as connection:
        connection.execute(
            text("UPDATE images SET taken_at = :was WHERE id = :id"), {"was": was, "id": odd}
        )
    assert writer.write(ada) == 1
    assert read(ada, odd)["id"] == odd


def test_nothing_is_passed_over_that_comes_to_rest_right_after_it_was_looked_for(
    ada: Person,
    database: Engine,
    writer: Writer,
    worker_context: WorkerContext,
    read: Callable[[Person, str], Json],
) -> None:
    (image_id,) = upload(ada, 7129)

    def change_at(moment: str) -> None:
        number = f"(extract(epoch FROM {moment}) * 1000000)::bigint"
        with database.begin() as connection:
            for change in (
                f"image_changes SET number = {number} WHERE owner_id = :owner",
                f"storage SET last_change = {number} WHERE user_id = :owner",
            ):
                connection.execute(text(f"UPDATE {change}"), {"owner": ada.user_id})

    looked: list[str] = []

    def rest(_: object, __: object, statement: str, *___: object) -> None:
        if "image_changes.removed_at" in statement and not looked:
            looked.append(statement)
            change_at("clock_timestamp()")

    with worker_context.app.app_context():
        engine = db.engine
    change_at("clock_timestamp() + interval '1 hour'")
    event.listen(engine, "after_cursor_execute", rest)
    try:
        with worker_context.app.app_context():
            assert write_some(UUID(ada.user_id), store=writer.store, quiet=AT_ONCE) == 0
    finally:
        event.remove(engine, "after_cursor_execute", rest)
    assert looked
    assert writer.write(ada) == 1
    assert read(ada, image_id)["id"] == image_id


def test_a_picture_deleted_for_good_meanwhile_leaves_no_sidecar(
    ada: Person, database: Engine, writer: Writer, read: Callable[[Person, str], Json]
) -> None:
    (image_id,) = upload(ada, 7125)

    def delete() -> None:
        with database.begin() as connection:
            connection.execute(text("DELETE FROM images WHERE id = :id"), {"id": image_id})

    writer.store.meanwhile = delete
    assert writer.write(ada) == 1
    assert read(ada, image_id) == {}


def test_whoever_leaves_gets_no_sidecar_after_their_account_was_shut(
    ada: Person, database: Engine, writer: Writer, read: Callable[[Person, str], Json]
) -> None:
    (image_id,) = upload(ada, 7136)
    owner_id = UUID(ada.user_id)
    change = text("UPDATE users SET disabled_at = :shut, delete_after = :later WHERE id = :id")

    def say(*, is_shut: bool) -> None:
        moment = datetime.now(UTC) if is_shut else None
        values = {"shut": moment, "later": moment and moment + timedelta(hours=1), "id": owner_id}
        with database.begin() as connection:
            connection.execute(change, values)

    say(is_shut=True)
    assert writer.write_of(owner_id) == 0
    say(is_shut=False)
    writer.store.meanwhile = lambda: say(is_shut=True)
    assert writer.write_of(owner_id) == 1
    say(is_shut=False)
    assert read(ada, image_id) == {}
    # Of an account that an administrator opens again, they are written again.
    writer.store.meanwhile = lambda: None
    assert writer.write_of(owner_id) == 1
    assert read(ada, image_id)["id"] == image_id


def test_a_sidecar_goes_with_its_picture(
    ada: Person,
    database: Engine,
    writer: Writer,
    worker_context: WorkerContext,
    owner_of_bucket: Any,
) -> None:
    (image_id,) = upload(ada, 7126)
    assert writer.write(ada) == 1
    folder = key_of(UUID(ada.user_id), UUID(image_id), SIDECAR).removesuffix(SIDECAR)
    parts = owner_of_bucket.list_objects_v2(Bucket=BUCKET, Prefix=folder)["Contents"]
    assert folder + SIDECAR in [part["Key"] for part in parts]
    ada.http.delete(f"/api/images/{image_id}").raise_for_status()
    with database.begin() as connection:
        connection.execute(
            text("UPDATE images SET deleted_at = now() - interval '31 days' WHERE id = :id"),
            {"id": image_id},
        )
    worker_context.sweep()
    assert "Contents" not in owner_of_bucket.list_objects_v2(Bucket=BUCKET, Prefix=folder)


def test_sidecars_count_for_no_quota(ada: Person, writer: Writer) -> None:
    upload(ada, 7127)
    before = ada.http.get("/api/account").json()
    assert writer.write(ada) == 1
    assert ada.http.get("/api/account").json() == before


def test_two_sweeps_do_not_write_one_persons_sidecars_at_once(
    ada: Person, writer: Writer, worker_context: WorkerContext
) -> None:
    upload(ada, 7128)
    other = Writer(worker_context)
    seen: list[int] = []
    writer.store.meanwhile = lambda: seen.append(other.write(ada))
    assert writer.write(ada) == 1
    assert seen == [0]
