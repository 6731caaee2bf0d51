"""Clients that keep a copy: they hear of every change, however transactions overlap."""

import base64
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg2
import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a type
from sqlalchemy import Engine, text

from app.images.changes import forget_removals, owners_of_old_removals
from app.images.listing import DETAILED
from app.images.models import Image
from app.jobs.worker_context import WorkerContext
from app.messages import PictureStored
from app.processing.process_image import note_arrivals
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import until
from tests.support.albums import add_to, change_album, ids_in, make_album
from tests.support.images import jpeg
from tests.support.tags import change_tag, listed, tag_images
from tests.support.tags import rename as rename_tag
from tests.support.users import Json, Person

# Changed many times a minute, and told to nobody.
BOOKKEEPING = {
    "id", "owner_id", "upload_id", "part_size", "part_checksums", "stored_at", "crc32", "attempts",
    "decoder_version", "leased_until", "swept_at", "description_asked_at",
    "description_leased_until", "description_attempts", "is_corrected", "place_latitude",
    "place_longitude", "content_identifier",
}  # fmt: skip


class Copy:
    """What a client has of a person's pictures: name and deletion by id."""

    def __init__(self, person: Person, *, limit: int = 100) -> None:
        self._person = person
        self._query = {"limit": str(limit)}
        self.pictures: dict[str, Json] = {}

    def ask(self) -> Json:
        """Ask once; an answer that is refused changes nothing."""
        answer = self._person.http.get("/api/images/changes", params=self._query)
        answer.raise_for_status()
        said: Json = answer.json()
        self.pictures |= {image["id"]: image for image in said["images"]}
        for gone in said["removed"]:
            self.pictures.pop(gone, None)
        self._query["changed_since"] = said["changed_until"]
        return said

    def catch_up(self) -> list[str]:
        """Ask until there is no more; the ids that changed, as often as they were told."""
        told: list[str] = []
        while True:
            said = self.ask()
            told += [image["id"] for image in said["images"]] + said["removed"]
            if not said["has_more"]:
                return told


@contextmanager
def transaction(stack: EmbeddedStack) -> Iterator[Cursor]:
    """One as the worker has them; committed by `COMMIT`, or undone."""
    connection = psycopg2.connect(stack.runtime_database_url)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


@pytest.fixture
def pictures(ada: Person, database: Engine) -> list[str]:
    """Twelve pictures of Ada's, put straight into the database."""
    with database.begin() as connection:
        return [str(found) for found in connection.scalars(ADD, {"email": ada.email, "most": 12})]


ADD = text(
    "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,"
    " timeline_at, has_preview, is_animated, attempts, description_state)"
    " SELECT gen_random_uuid(), users.id, n || '.jpg', 1, sha256(n::text::bytea), 'image/jpeg',"
    " 'ready', now(), now(), false, false, 0, 'none'"
    " FROM users, generate_series(1, :most) AS n WHERE email = :email RETURNING images.id"
)


def rename(cursor: Cursor, image_id: str, name: str) -> None:
    cursor.execute("UPDATE images SET name = %s WHERE id = %s", (name, image_id))


@pytest.mark.parametrize("limit", [1, 5, 12, 100])
def test_changes_without_a_mark_are_all_pictures_once(
    ada: Person, bob: Person, pictures: list[str], limit: int
) -> None:
    assert sorted(Copy(ada, limit=limit).catch_up()) == sorted(pictures)
    assert Copy(bob).catch_up() == []


def test_changes_tell_what_was_added_changed_deleted_and_brought_back(
    ada: Person, pictures: list[str]
) -> None:
    copy = Copy(ada)
    copy.catch_up()
    assert copy.catch_up() == []
    ada.http.patch(f"/api/images/{pictures[0]}", json={"name": "dunes.jpg"}).raise_for_status()
    ada.http.delete(f"/api/images/{pictures[1]}").raise_for_status()
    assert copy.catch_up() == [pictures[0], pictures[1]]
    assert copy.pictures[pictures[0]]["name"] == "dunes.jpg"
    assert copy.pictures[pictures[1]]["deleted_at"] is not None
    ada.http.patch(f"/api/images/{pictures[1]}", json={"deleted": False}).raise_for_status()
    assert copy.catch_up() == [pictures[1]]
    assert copy.pictures[pictures[1]]["deleted_at"] is None


def test_changes_follow_an_upload_and_its_description(ada: Person) -> None:
    copy = Copy(ada)
    assert copy.catch_up() == []
    (image_id,) = ada.upload(jpeg(seed=5200))
    until(lambda: ada.settled(image_id))
    copy.catch_up()
    detail = ada.detail(image_id)
    assert copy.pictures[image_id]["state"] == "ready"
    assert copy.pictures[image_id]["sha256"] == detail["sha256"]
    words = {"description": {"alt_text": "a kite"}}
    ada.http.patch(f"/api/images/{image_id}", json=words).raise_for_status()
    copy.catch_up()
    assert copy.pictures[image_id]["alt_text"] == "a kite"


def test_changes_tell_of_what_albums_an_image_is_in(ada: Person, pictures: list[str]) -> None:
    copy = Copy(ada)
    copy.catch_up()
    album = make_album(ada)
    assert copy.catch_up() == []
    add_to(ada, album, pictures[:2])
    assert sorted(copy.catch_up()) == sorted(pictures[:2])
    add_to(ada, album, pictures[:2])
    ada.http.patch(f"/api/albums/{album}", json={"description": "x"}).raise_for_status()
    assert copy.catch_up() == []
    change_album(ada, "remove_from_album", album, pictures[:1]).raise_for_status()
    assert copy.catch_up() == pictures[:1]


def test_changes_tell_of_what_tags_an_image_has(ada: Person, pictures: list[str]) -> None:
    copy = Copy(ada)
    copy.catch_up()
    tag_images(ada, "family/oma", pictures[:2])
    assert sorted(copy.catch_up()) == sorted(pictures[:2])
    tag_images(ada, "family/Oma", pictures[:2])
    assert copy.catch_up() == []
    change_tag(ada, "remove_tag", pictures[:1], tag="family/oma").raise_for_status()
    assert copy.catch_up() == pictures[:1]
    # A new name is told by the list of tags; a merge gives images another tag.
    before = listed(ada)["family/oma"]
    rename_tag(ada, "family/oma", "family/grandma").raise_for_status()
    assert copy.catch_up() == []
    assert listed(ada)["family/grandma"]["changed_at"] > before["changed_at"]
    tag_images(ada, "opa", pictures[2:3])
    copy.catch_up()
    rename_tag(ada, "opa", "family/grandma", merge=True).raise_for_status()
    assert copy.catch_up() == pictures[2:3]


class AlbumsCopy:
    """What a client has of a person's albums: title and images by id, as docs/api.md says."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._read: dict[str, str] = {}
        self.albums: dict[str, tuple[str, list[str]]] = {}

    def catch_up(self) -> list[str]:
        """Read the list, and what changed of it; the ids of albums that were read or dropped."""
        listed: dict[str, Json] = {}
        query: dict[str, str] = {"limit": "1"}
        while "cursor" not in query or query["cursor"]:
            answer = self._person.http.get("/api/albums", params=query)
            answer.raise_for_status()
            listed |= {album["id"]: album for album in answer.json()["albums"]}
            query["cursor"] = answer.json()["next_cursor"]
        gone = self._read.keys() - listed.keys()
        for album_id in gone:
            del self._read[album_id], self.albums[album_id]
        changed = [
            album_id
            for album_id, album in listed.items()
            if self._read.get(album_id) != album["changed_at"]
        ]
        for album_id in changed:
            self._read[album_id] = listed[album_id]["changed_at"]
            self.albums[album_id] = (listed[album_id]["title"], ids_in(self._person, album_id))
        return [*changed, *gone]


def test_album_tells_itself_that_it_changed_and_no_image_of_it_does(
    ada: Person, pictures: list[str]
) -> None:
    """It may hold 100,000: a rename, a deletion or a restoration must not write each of them."""
    images, copy = Copy(ada), AlbumsCopy(ada)
    album, other = make_album(ada), make_album(ada)
    add_to(ada, album, pictures[:2])
    images.catch_up()
    assert sorted(copy.catch_up()) == sorted([album, other])
    assert copy.catch_up() == []
    path = f"/api/albums/{album}"
    ada.http.patch(path, json={"title": "Norway"}).raise_for_status()
    assert copy.catch_up() == [album]
    assert copy.albums[album][0] == "Norway"
    order = {"ids": pictures[:1], "place": "after", "image_id": pictures[1]}
    ada.http.post(f"{path}/order", json=order).raise_for_status()
    assert copy.catch_up() == [album]
    assert copy.albums[album][1] == [pictures[1], pictures[0]]
    kept = copy.albums[album]
    ada.http.delete(path).raise_for_status()
    assert (copy.catch_up(), copy.albums) == ([album], {other: ("Iceland", [])})
    ada.http.post(f"{path}/restore").raise_for_status()
    assert (copy.catch_up(), copy.albums[album]) == ([album], kept)
    # Between two looks: what was deleted, restored and read before is read anew all the same.
    ada.http.delete(path).raise_for_status()
    ada.http.post(f"{path}/restore").raise_for_status()
    assert copy.catch_up() == [album]
    assert images.catch_up() == []
    # What is not shown when the album is read is told of when it is back, with its albums.
    ada.http.delete(f"/api/images/{pictures[0]}").raise_for_status()
    ada.http.patch(path, json={"title": "Norway"}).raise_for_status()
    assert (images.catch_up(), copy.catch_up()) == (pictures[:1], [album])
    assert copy.albums[album][1] == pictures[1:2]
    ada.http.patch(f"/api/images/{pictures[0]}", json={"deleted": False}).raise_for_status()
    assert (images.catch_up(), copy.catch_up()) == (pictures[:1], [])
    assert ada.detail(pictures[0])["albums"] == [{"id": album, "title": "Norway"}]
    change_album(ada, "remove_from_album", album, pictures[:1]).raise_for_status()
    assert (images.catch_up(), copy.catch_up()) == (pictures[:1], [album])
    assert copy.albums[album] == ("Norway", pictures[1:2])


def test_changes_name_what_is_gone_for_good(
    ada: Person, pictures: list[str], database: Engine
) -> None:
    copy = Copy(ada)
    copy.catch_up()
    with database.begin() as connection:  # as the sweep does after 30 days
        connection.execute(text("DELETE FROM images WHERE id = :id"), {"id": pictures[3]})
    assert copy.catch_up() == [pictures[3]]
    assert set(copy.pictures) == set(pictures) - {pictures[3]}


def test_upload_that_was_cancelled_before_it_arrived_is_told_to_nobody(
    ada: Person, pictures: list[str], database: Engine
) -> None:
    copy = Copy(ada)
    copy.catch_up()
    (place,) = ada.promise(jpeg(seed=5201))
    unfinished = place["image"]["id"]
    ada.http.patch(f"/api/images/{unfinished}", json={"name": "a.jpg"}).raise_for_status()
    assert copy.catch_up() == []
    ada.http.delete(f"/api/images/{unfinished}").raise_for_status()
    assert copy.catch_up() == []
    query = text("SELECT count(*) FROM image_changes WHERE owner_id = :id")
    with database.connect() as connection:
        assert connection.scalar(query, {"id": ada.user_id}) == len(pictures)


def test_upload_that_arrived_and_is_awaited_again_is_named_when_it_goes(
    ada: Person, pictures: list[str], stack: EmbeddedStack
) -> None:
    """As where an event told of bytes that are not there: it was told of, and must go."""
    copy = Copy(ada)
    copy.catch_up()
    with transaction(stack) as cursor:
        cursor.execute("UPDATE images SET state = 'uploading' WHERE id = %s", (pictures[0],))
        cursor.execute("COMMIT")
    assert copy.catch_up() == [pictures[0]]
    assert copy.pictures[pictures[0]]["state"] == "uploading"
    ada.http.delete(f"/api/images/{pictures[0]}").raise_for_status()
    assert copy.catch_up() == [pictures[0]]
    assert set(copy.pictures) == set(pictures[1:])


def test_change_of_a_transaction_that_commits_late_is_not_missed(
    ada: Person, pictures: list[str], stack: EmbeddedStack
) -> None:
    """By a time of the change, or a number taken at its statement, the first would be lost."""
    copy = Copy(ada)
    copy.catch_up()
    with transaction(stack) as slow, transaction(stack) as quick:
        rename(slow, pictures[0], "slow.jpg")
        rename(quick, pictures[1], "quick.jpg")
        quick.execute("COMMIT")
        assert copy.catch_up() == [pictures[1]]
        slow.execute("COMMIT")
    assert copy.catch_up() == [pictures[0]]
    assert copy.pictures[pictures[0]]["name"] == "slow.jpg"


def test_change_that_is_undone_is_told_to_nobody(
    ada: Person, pictures: list[str], stack: EmbeddedStack
) -> None:
    copy = Copy(ada)
    copy.catch_up()
    with transaction(stack) as undone:
        rename(undone, pictures[0], "undone.jpg")
        undone.execute("ROLLBACK")
    assert copy.catch_up() == []


def test_copy_is_exact_while_many_write_at_once(
    ada: Person, pictures: list[str], stack: EmbeddedStack, database: Engine
) -> None:
    """Transactions of several statements, some undone, against a client that asks all the time."""
    failures: list[BaseException] = []
    left = threading.Semaphore(0)

    def write(seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311 - only to mix
        try:
            with transaction(stack) as cursor:
                for step in range(60):
                    # In one order, so that they do not wait in a circle.
                    for image_id in sorted(dice.sample(pictures, dice.choice((1, 2, 4)))):
                        rename(cursor, image_id, f"{seed}-{step}.jpg")
                    if dice.random() < 0.3:
                        cursor.execute("SELECT pg_sleep(0.003)")
                    cursor.execute("COMMIT" if dice.random() < 0.9 else "ROLLBACK")
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)
        finally:
            left.release()

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    for writer in writers:
        writer.start()
    copy = Copy(ada, limit=3)
    while not all(not writer.is_alive() for writer in writers):
        copy.ask()
    for writer in writers:
        writer.join()
    assert failures == []
    copy.catch_up()
    with database.connect() as connection:
        rows = connection.execute(
            text("SELECT id::text AS id, name FROM images WHERE id::text = ANY(:ids)"),
            {"ids": pictures},
        )
        truth = {row.id: row.name for row in rows}
    assert {image_id: image["name"] for image_id, image in copy.pictures.items()} == truth


def test_bookkeeping_is_no_change(ada: Person, pictures: list[str], stack: EmbeddedStack) -> None:
    copy = Copy(ada)
    copy.catch_up()
    with transaction(stack) as cursor:
        cursor.execute(
            "UPDATE images SET leased_until = now(), attempts = 3, swept_at = now()"
            " WHERE id = ANY(%s::uuid[])",
            (pictures,),
        )
        cursor.execute("COMMIT")
    assert copy.catch_up() == []
    columns = {column.name for column in Image.__table__.columns}
    shown = {column.name for column in DETAILED if getattr(column, "table", None) is not None}
    with transaction(stack) as cursor:
        cursor.execute(
            "SELECT attname FROM pg_trigger JOIN pg_attribute ON attrelid = tgrelid"
            " AND attnum = ANY(tgattr::int2[]) WHERE tgname = 'note_change_of_what_is_shown'"
        )
        noted = {name for (name,) in cursor.fetchall()}
    # A new column is named in the trigger or among the bookkeeping.
    assert noted == columns - BOOKKEEPING
    assert (shown & columns) - {"id"} <= noted


@pytest.fixture
def removed_long_ago(
    ada: Person, database: Engine, worker_context: WorkerContext
) -> Callable[[str], None]:
    """Remove a picture 91 days ago, and sweep."""

    def remove(image_id: str) -> None:
        with database.begin() as connection:
            connection.execute(text("DELETE FROM images WHERE id = :id"), {"id": image_id})
        with database.begin() as connection:
            connection.execute(
                text(
                    "UPDATE image_changes SET removed_at = now() - interval '91 days'"
                    " WHERE image_id = :id"
                ),
                {"id": image_id},
            )
        with worker_context.app.app_context():
            forget_removals(UUID(ada.user_id))

    return remove


def test_mark_from_before_a_forgotten_removal_is_410(
    ada: Person, pictures: list[str], removed_long_ago: Callable[[str], None]
) -> None:
    old, half_way = Copy(ada), Copy(ada, limit=3)
    old.catch_up()
    half_way.ask()
    removed_long_ago(pictures[0])
    for copy in (old, half_way):
        answer = ada.http.get("/api/images/changes", params=copy._query)  # noqa: SLF001
        assert (answer.status_code, answer.json()["code"]) == (410, "changes_forgotten")
    anew = Copy(ada, limit=3)  # a first round of several pages is not refused for it
    assert sorted(anew.catch_up()) == sorted(pictures[1:])
    assert anew.catch_up() == []


def test_removal_is_remembered_for_90_days(
    ada: Person, pictures: list[str], database: Engine, worker_context: WorkerContext
) -> None:
    copy = Copy(ada)
    copy.catch_up()
    with database.begin() as connection:
        connection.execute(text("DELETE FROM images WHERE id = :id"), {"id": pictures[0]})
    with database.begin() as connection:
        connection.execute(
            text(
                "UPDATE image_changes SET removed_at = now() - interval '89 days'"
                " WHERE image_id = :id"
            ),
            {"id": pictures[0]},
        )
    with worker_context.app.app_context():
        assert UUID(ada.user_id) not in owners_of_old_removals()
        forget_removals(UUID(ada.user_id))
    assert copy.catch_up() == [pictures[0]]


def test_mark_of_a_database_that_was_set_back_is_410(ada: Person, pictures: list[str]) -> None:
    del pictures
    later = base64.urlsafe_b64encode(f"changes|{2**62}|{uuid4().hex}|0".encode()).decode()
    answer = ada.http.get("/api/images/changes", params={"changed_since": later})
    assert (answer.status_code, answer.json()["code"]) == (410, "changes_forgotten")


@pytest.mark.parametrize(
    "plain",
    ["", "changes", "changes|x|y|z", "changes|1|zz|0", "changes|-1|{id}|0", "changes|1|{id}",
     f"changes|{2**63}|{{id}}|0", "timeline|1|{id}|0", "changes|1|{id}|-1", "changes|1e3|{id}|0"],
)  # fmt: skip
def test_mark_that_is_not_ours_is_refused(ada: Person, plain: str) -> None:
    mark = base64.urlsafe_b64encode(plain.format(id=uuid4().hex).encode()).decode() or "é"
    answer = ada.http.get("/api/images/changes", params={"changed_since": mark})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_events_of_many_people_are_noted_one_person_at_a_time(
    ada: Person, bob: Person, stack: EmbeddedStack, worker_context: WorkerContext
) -> None:
    """One transaction for all would hold several people's rows: two could wait in a circle.

    What somebody has locked keeps nobody else's from being noted, and is not lost.
    """
    copy = Copy(ada)
    (hers,) = ada.promise(jpeg(seed=5202))
    (his,) = bob.promise(jpeg(seed=5203))
    copy.catch_up()
    hers_stored, his_stored = [
        PictureStored(user_id=UUID(person.user_id), image_id=UUID(place["image"]["id"]))
        for person, place in ((ada, hers), (bob, his))
    ]
    with transaction(stack) as other, worker_context.app.app_context():
        other.execute("SELECT FROM storage WHERE user_id = %s FOR UPDATE", (bob.user_id,))
        assert note_arrivals([his_stored, hers_stored]) == [his_stored]
        assert hers["image"]["id"] in copy.catch_up()
        assert note_arrivals([his_stored]) == [his_stored]
        other.execute("ROLLBACK")
        assert note_arrivals([his_stored]) == []
    assert bob.detail(his["image"]["id"])["state"] != "uploading"
