"""Adding many images to an album and removing them, at once and in either order of sessions."""

from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from app.library.batch_schemas import MAX_BATCH
from tests.api.albums.conftest import add_images
from tests.support.albums import add_to, change_album, ids_in, make_album, read_album
from tests.support.images import jpeg
from tests.support.users import Json, Person


def undo(person: Person, done: Json) -> Json:
    answer = person.http.post("/api/images/batch", json=done["undo"])
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def test_images_are_added_once_and_undo_takes_out_just_those(
    ada: Person, images: list[str]
) -> None:
    album = make_album(ada)
    add_to(ada, album, images[:2])
    done = add_to(ada, album, images[:5])
    assert (done["changed"], done["has_more"]) == (3, False)
    assert done["undo"]["action"] == "remove_from_album"
    assert set(done["undo"]["images"]["ids"]) == set(images[2:5])
    assert add_to(ada, album, images[:5])["undo"] is None
    assert undo(ada, done)["changed"] == 3
    assert ids_in(ada, album) == images[:2]
    assert ada.timeline() == images


def test_image_may_be_in_many_albums(ada: Person, images: list[str]) -> None:
    albums = [make_album(ada) for _ in range(3)]
    for album in albums:
        add_to(ada, album, images[:1])
    change_album(ada, "remove_from_album", albums[0], images[:1]).raise_for_status()
    assert [read_album(ada, album)["count"] for album in albums] == [0, 1, 1]


def test_undo_of_removing_puts_each_where_it_stood(ada: Person, images: list[str]) -> None:
    album = make_album(ada, order="manual")
    mixed = [images[n] for n in (3, 0, 4, 1, 2)]
    for image in mixed:
        add_to(ada, album, [image])
    done = change_album(ada, "remove_from_album", album, [mixed[1], mixed[3]]).json()
    assert ids_in(ada, album) == [mixed[0], mixed[2], mixed[4]]
    assert undo(ada, done)["changed"] == 2
    assert ids_in(ada, album) == mixed


def test_one_that_is_not_there_leaves_the_album_as_it_is(ada: Person, images: list[str]) -> None:
    album = make_album(ada)
    add_to(ada, album, images[:1])
    for action in ("add_to_album", "remove_from_album"):
        answer = change_album(ada, action, album, [*images[:3], str(uuid4())])
        assert answer.status_code == 404
    assert ids_in(ada, album) == images[:1]


def test_deleted_image_is_added_and_shown_once_it_is_back(ada: Person, images: list[str]) -> None:
    album = make_album(ada)
    ada.http.delete(f"/api/images/{images[0]}").raise_for_status()
    add_to(ada, album, images[:2])
    assert (ids_in(ada, album), read_album(ada, album)["count"]) == (images[1:2], 1)
    ada.http.patch(f"/api/images/{images[0]}", json={"deleted": False}).raise_for_status()
    assert ids_in(ada, album) == images[:2]


def test_all_that_match_come_into_an_album_and_out_again(ada: Person, images: list[str]) -> None:
    album, other = make_album(ada), make_album(ada)
    march = {"view": "timeline", "first_day": "2024-03-01", "last_day": "2024-03-31"}
    body = {"action": "add_to_album", "album_id": album, "images": {"match": march}}
    assert ada.http.post("/api/images/batch", json=body).json()["changed"] == 31
    assert ada.http.post("/api/images/batch", json=body).json()["changed"] == 0
    ada.http.delete(f"/api/images/{images[-1]}").raise_for_status()
    whole = {"match": {"view": "album", "album_id": album}}
    body = {"action": "add_to_album", "album_id": other, "images": whole}
    assert ada.http.post("/api/images/batch", json=body).json()["changed"] == 30
    body = {"action": "remove_from_album", "album_id": album, "images": whole}
    assert ada.http.post("/api/images/batch", json=body).json()["changed"] == 30
    assert (ids_in(ada, album), len(ids_in(ada, other))) == ([], 30)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"action": "add_to_album"}, "album_id"),
        ({"action": "remove_from_album"}, "album_id"),
        ({"action": "favourite", "album_id": "{album}"}, "album_id"),
        ({"action": "add_to_album", "album_id": "{album}", "positions": [1, 2]}, "positions"),
        (
            {"action": "favourite", "images": {"match": {"view": "album"}}},
            "images.match.album_id",
        ),
        (
            {
                "action": "favourite",
                "images": {"match": {"view": "timeline", "album_id": "{album}"}},
            },
            "images.match.album_id",
        ),
    ],
)
def test_album_is_named_where_one_is_meant_and_nowhere_else(
    ada: Person, images: list[str], changed: Json, field: str
) -> None:
    album = make_album(ada)

    def filled(value: Json) -> Json:
        return {
            key: filled(each) if isinstance(each, dict) else album if each == "{album}" else each
            for key, each in value.items()
        }

    body = {"images": {"ids": images[:1]}} | filled(changed)
    answer = ada.http.post("/api/images/batch", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert ids_in(ada, album) == []


@pytest.mark.parametrize("is_analyzed", [False, True])
def test_ten_thousand_are_added_and_taken_back_at_once(
    ada: Person, database: Engine, *, is_analyzed: bool
) -> None:
    ids = add_images(ada, database, MAX_BATCH)
    # Each connection of the API has a plan by now, of a table that was empty.
    for _ in range(8):
        add_to(ada, make_album(ada), ids[:1])
    if is_analyzed:
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE images, album_images, albums, image_changes"))
    album = make_album(ada)
    done = add_to(ada, album, ids)
    assert (done["changed"], read_album(ada, album)["count"]) == (MAX_BATCH, MAX_BATCH)
    assert undo(ada, done)["changed"] == MAX_BATCH
    assert read_album(ada, album)["count"] == 0


def test_upload_comes_into_its_album_when_it_has_arrived(ada: Person, database: Engine) -> None:
    album = make_album(ada)
    picture = jpeg(seed=6200)
    body = {"images": [picture.announcement() | {"album_id": album}]}
    (place,) = ada.http.post("/api/images", json=body).json()["places"]
    image_id = place["image"]["id"]
    assert ids_in(ada, album) == []
    with database.begin() as connection:
        connection.execute(
            text("UPDATE images SET state = 'ready' WHERE id = :id"), {"id": image_id}
        )
    assert (ids_in(ada, album), read_album(ada, album)["count"]) == ([image_id], 1)
    # The same bytes again, for another album: the picture that is here is put into it.
    other = make_album(ada)
    body = {"images": [picture.announcement() | {"album_id": other}]}
    (place,) = ada.http.post("/api/images", json=body).json()["places"]
    assert (place["status"], place["image"]["id"]) == ("exists", image_id)
    assert ids_in(ada, other) == [image_id]


def test_file_that_was_deleted_comes_back_into_the_album(ada: Person, database: Engine) -> None:
    album = make_album(ada)
    picture = jpeg(seed=6201)
    (place,) = ada.promise(picture)
    image_id = place["image"]["id"]
    with database.begin() as connection:
        connection.execute(
            text("UPDATE images SET state = 'ready', deleted_at = now() WHERE id = :id"),
            {"id": image_id},
        )
    body = {"images": [picture.announcement() | {"album_id": album}]}
    (place,) = ada.http.post("/api/images", json=body).json()["places"]
    assert (place["status"], place["restored"]) == ("exists", True)
    assert ids_in(ada, album) == [image_id]


def test_cancelled_upload_leaves_its_album(ada: Person, database: Engine) -> None:
    album = make_album(ada)
    body = {"images": [jpeg(seed=6202).announcement() | {"album_id": album}]}
    (place,) = ada.http.post("/api/images", json=body).json()["places"]
    ada.http.delete(f"/api/images/{place['image']['id']}").raise_for_status()
    with database.connect() as connection:
        query = text("SELECT entry_count FROM albums WHERE id = :id")
        assert connection.scalar(query, {"id": album}) == 0
