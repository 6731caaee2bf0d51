"""How much albums hold, and how much of it one request may change."""

import pytest
from sqlalchemy import Engine, text

from app.albums.entries import MAX_ALBUMS_OF_IMAGE, MAX_ENTRIES, MAX_IN_ALBUM
from app.library.batch import MAX_MOVED_ENTRIES
from tests.api.albums.conftest import add_images
from tests.support.albums import add_to, change_album, ids_in, make_album, read_album
from tests.support.images import jpeg
from tests.support.users import Json, Person

MANY_ALBUMS = text("""
    WITH made AS (
      INSERT INTO albums (id, owner_id, title, created_at, changed_at)
      SELECT gen_random_uuid(), :user, 'Album ' || n, now(), now()
      FROM generate_series(1, :count) AS n RETURNING id)
    SELECT id FROM made
""")
INTO_ALL = text("""
    INSERT INTO album_images (album_id, image_id, position, shown_at)
    SELECT albums.id, images.id, 0, images.timeline_at FROM albums, images
    WHERE albums.id = ANY (CAST(:albums AS uuid[])) AND images.id = ANY (CAST(:images AS uuid[]))
""")


def put_into_many(person: Person, database: Engine, ids: list[str]) -> list[str]:
    """Put images into as many albums as each may be in; return the albums."""
    with database.begin() as connection:
        many = {"user": person.user_id, "count": MAX_ALBUMS_OF_IMAGE}
        albums = [str(album) for album in connection.scalars(MANY_ALBUMS, many)]
        connection.execute(INTO_ALL, {"albums": albums, "images": ids})
    return albums


def count_as(database: Engine, album: str, entries: int) -> None:
    """Let an album count as many entries, as if they were there."""
    with database.begin() as connection:
        query = text("UPDATE albums SET entry_count = :entries WHERE id = :album")
        connection.execute(query, {"entries": entries, "album": album})


def refused(person: Person, album: str, ids: list[str]) -> tuple[int, str]:
    answer = change_album(person, "add_to_album", album, ids)
    return answer.status_code, answer.json()["code"]


def test_album_holds_so_many_images(ada: Person, images: list[str], database: Engine) -> None:
    album = make_album(ada)
    count_as(database, album, MAX_IN_ALBUM - 1)
    assert refused(ada, album, images[:2]) == (409, "album_full")
    assert ids_in(ada, album) == []
    add_to(ada, album, images[:1])
    assert refused(ada, album, images[:2]) == (409, "album_full")
    assert add_to(ada, album, images[:1])["changed"] == 0  # it is in it
    add_to(ada, make_album(ada), images[:2])


def test_all_albums_hold_so_much_together(
    ada: Person, bob: Person, images: list[str], database: Engine
) -> None:
    album, deleted = make_album(ada), make_album(ada)
    count_as(database, deleted, MAX_ENTRIES - 1)
    ada.http.delete(f"/api/albums/{deleted}").raise_for_status()
    assert refused(ada, album, images[:2]) == (409, "albums_full")
    assert ids_in(ada, album) == []
    add_to(ada, album, images[:1])
    assert refused(ada, album, images[1:2]) == (409, "albums_full")
    add_to(bob, make_album(bob), add_images(bob, database, 1))


def test_image_is_in_so_many_albums(ada: Person, images: list[str], database: Engine) -> None:
    albums = put_into_many(ada, database, images[:1])
    album = make_album(ada)
    ada.http.delete(f"/api/albums/{albums[0]}").raise_for_status()  # it counts: it can come back
    assert refused(ada, album, images[:2]) == (409, "in_too_many_albums")
    assert ids_in(ada, album) == []
    assert len(ada.detail(images[0])["albums"]) == MAX_ALBUMS_OF_IMAGE - 1
    change_album(ada, "remove_from_album", albums[1], images[:1]).raise_for_status()
    add_to(ada, album, images[:2])
    assert refused(ada, albums[1], images[:1]) == (409, "in_too_many_albums")


def test_upload_into_an_album_that_is_full_is_not_promised(ada: Person, database: Engine) -> None:
    album = make_album(ada)
    count_as(database, album, MAX_IN_ALBUM)
    body = {"images": [jpeg(seed=6300).announcement() | {"album_id": album}]}
    answer = ada.http.post("/api/images", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "album_full")
    assert read_album(ada, album)["count"] == 0


@pytest.mark.parametrize("action", ["delete", "restore"])
def test_images_in_very_many_albums_are_moved_by_parts(
    ada: Person, database: Engine, *, action: str
) -> None:
    """The albums of all that move are counted anew, in one commit."""
    most = MAX_MOVED_ENTRIES // MAX_ALBUMS_OF_IMAGE
    ids = add_images(ada, database, most + 1)
    album, *_ = put_into_many(ada, database, ids)
    view = {"delete": "timeline", "restore": "deleted"}[action]
    if action == "restore":
        for some in (ids[:most], ids[most:]):
            change(ada, "delete", {"ids": some})

    body = {"action": action, "images": {"ids": ids}}
    answer = ada.http.post("/api/images/batch", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_much_in_albums")
    assert read_album(ada, album)["count"] == (most + 1 if action == "delete" else 0)

    done = change(ada, action, {"match": {"view": view}})
    assert (done["changed"], done["has_more"]) == (most, True)
    assert read_album(ada, album)["count"] == (1 if action == "delete" else most)
    assert ada.http.post("/api/images/batch", json=done["undo"]).json()["changed"] == most
    done = change(ada, action, {"ids": ids[:most]})
    assert (done["changed"], done["has_more"]) == (most, False)


def test_images_in_very_many_albums_are_dated_by_parts(ada: Person, database: Engine) -> None:
    most = MAX_MOVED_ENTRIES // MAX_ALBUMS_OF_IMAGE
    ids = add_images(ada, database, most + 1)
    put_into_many(ada, database, ids)
    body = {"action": "shift_taken", "shift_seconds": 60, "images": {"ids": ids}}
    answer = ada.http.post("/api/images/batch", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_much_in_albums")
    done = ada.http.post("/api/images/batch", json=body | {"images": {"ids": ids[:most]}})
    assert done.raise_for_status().json()["changed"] == most


def change(person: Person, action: str, images: Json) -> Json:
    answer = person.http.post("/api/images/batch", json={"action": action, "images": images})
    answer.raise_for_status()
    found: Json = answer.json()
    return found
