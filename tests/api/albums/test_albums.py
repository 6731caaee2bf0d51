"""Albums: making, listing, changing, deleting and restoring them."""

from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from app.albums.entries import MAX_ALBUMS
from tests.support.albums import add_to, change_album, ids_in, make_album, read_album
from tests.support.users import Json, Person

ADD_ALBUMS = text(
    "INSERT INTO albums (id, owner_id, title, created_at, changed_at)"
    " SELECT gen_random_uuid(), :user, 'Album ' || n, now(), now() - n * interval '1 hour'"
    " FROM generate_series(1, :count) AS n"
)


def titles(person: Person, **query: str) -> list[str]:
    """All titles, page by page."""
    found: list[str] = []
    while True:
        answer = person.http.get("/api/albums", params=query)
        answer.raise_for_status()
        page: Json = answer.json()
        found += [album["title"] for album in page["albums"]]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def test_new_album_is_empty(ada: Person) -> None:
    made = ada.http.post("/api/albums", json={"title": "  Iceland \n 2024 "})
    assert made.status_code == 201
    album = made.json()
    assert album["title"] == "Iceland 2024"
    assert (album["description"], album["order"], album["count"]) == ("", "newest", 0)
    assert (album["first_at"], album["last_at"], album["cover"], album["cover_id"]) == (None,) * 4
    assert read_album(ada, album["id"]) == album
    assert ids_in(ada, album["id"]) == []


@pytest.mark.parametrize("title", ["", " ", "\u200b", "x" * 201, None, 7])
def test_title_of_which_nothing_is_seen_or_too_long_is_refused(
    ada: Person, title: str | None
) -> None:
    answer = ada.http.post("/api/albums", json={"title": title})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "title")


def test_description_has_a_bound(ada: Person) -> None:
    album = make_album(ada, description="x" * 5_000)
    assert len(read_album(ada, album)["description"]) == 5_000
    answer = ada.http.patch(f"/api/albums/{album}", json={"description": "x" * 5_001})
    assert answer.status_code == 422


def test_count_and_span_are_of_what_is_shown(ada: Person, images: list[str]) -> None:
    album = make_album(ada)
    add_to(ada, album, images[3:6])
    shown = read_album(ada, album)
    assert shown["count"] == 3
    assert (shown["first_at"], shown["last_at"]) == ("2024-04-04T00:00:00", "2024-04-06T00:00:00")
    ada.http.delete(f"/api/images/{images[3]}").raise_for_status()
    shown = read_album(ada, album)
    assert (shown["count"], shown["last_at"]) == (2, "2024-04-05T00:00:00")
    assert ids_in(ada, album) == images[4:6]
    ada.http.patch(f"/api/images/{images[3]}", json={"deleted": False}).raise_for_status()
    assert read_album(ada, album)["count"] == 3
    assert ids_in(ada, album) == images[3:6]
    change_album(ada, "remove_from_album", album, images[3:6]).raise_for_status()
    shown = read_album(ada, album)
    assert (shown["count"], shown["first_at"], shown["last_at"]) == (0, None, None)


def test_archived_images_are_shown(ada: Person, images: list[str]) -> None:
    album = make_album(ada)
    add_to(ada, album, images[:2])
    ada.http.patch(f"/api/images/{images[0]}", json={"archived": True}).raise_for_status()
    assert read_album(ada, album)["count"] == 2
    page = ada.http.get(f"/api/albums/{album}/images").json()
    assert (page["ids"], page["archived"]) == (images[:2], [0])


def test_cover_is_the_first_by_the_order_until_one_is_chosen(
    ada: Person, images: list[str]
) -> None:
    album = make_album(ada)
    add_to(ada, album, images[:5])

    def cover(**changed: str | None) -> str:
        answer = ada.http.patch(f"/api/albums/{album}", json=changed)
        answer.raise_for_status()
        found: str = answer.json()["cover"]["image_id"]
        return found

    assert read_album(ada, album)["cover"]["image_id"] == images[0]
    assert read_album(ada, album)["cover"]["thumbnail_url"].startswith("http")
    assert cover(order="oldest") == images[4]
    assert cover(cover_id=images[2]) == images[2]
    assert cover(order="newest") == images[2]
    # What is chosen counts while it is shown, and again once it is back.
    ada.http.delete(f"/api/images/{images[2]}").raise_for_status()
    assert read_album(ada, album)["cover"]["image_id"] == images[0]
    ada.http.patch(f"/api/images/{images[2]}", json={"deleted": False}).raise_for_status()
    assert read_album(ada, album)["cover"]["image_id"] == images[2]
    undo = change_album(ada, "remove_from_album", album, [images[2]]).json()["undo"]
    assert read_album(ada, album)["cover"]["image_id"] == images[0]
    ada.http.post("/api/images/batch", json=undo).raise_for_status()
    assert cover(cover_id=None) == images[0]


def test_cover_that_is_not_in_the_album_is_refused(ada: Person, images: list[str]) -> None:
    album = make_album(ada)
    add_to(ada, album, images[:1])
    for image in (images[1], str(uuid4())):
        answer = ada.http.patch(f"/api/albums/{album}", json={"cover_id": image})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (404, "cover_id")
    assert read_album(ada, album)["cover_id"] is None


def test_albums_are_listed_by_their_latest_change(ada: Person, images: list[str]) -> None:
    first, second, third = (make_album(ada, title=title) for title in ("a", "B", "c"))
    assert titles(ada) == ["c", "B", "a"]
    add_to(ada, first, images[:1])
    assert titles(ada) == ["a", "c", "B"]
    ada.http.patch(f"/api/albums/{second}", json={"title": "b"}).raise_for_status()
    assert titles(ada, limit="1") == ["b", "a", "c"]
    add_to(ada, first, images[:1])  # it is in it already
    assert titles(ada)[0] == "b"
    change_album(ada, "remove_from_album", first, images[:1]).raise_for_status()
    assert titles(ada)[0] == "a"
    assert read_album(ada, third)["title"] == "c"


@pytest.mark.parametrize("limit", ["1", "2", "100"])
def test_albums_are_listed_by_title(ada: Person, limit: str) -> None:
    for title in ("b", "a", "C", "a", "ä|"):
        make_album(ada, title=title)
    found = titles(ada, sort="title", limit=limit)
    assert sorted(found) == sorted(["a", "a", "b", "C", "ä|"])
    assert [title for title in found if title != "ä|"] == ["a", "a", "b", "C"]


def test_cursor_of_another_list_is_refused(ada: Person) -> None:
    for _ in range(2):
        make_album(ada)
    cursor = ada.http.get("/api/albums", params={"limit": 1}).json()["next_cursor"]
    for query in ({"cursor": cursor, "sort": "title"}, {"cursor": "x"}, {"cursor": "AAAA"}):
        answer = ada.http.get("/api/albums", params=query)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_addresses_of_covers_can_be_shared(ada: Person, images: list[str]) -> None:
    add_to(ada, make_album(ada), images[:1])
    (whole,) = ada.http.get("/api/albums").json()["albums"]
    page = ada.http.get("/api/albums", params={"addresses": "shared"}).json()
    (own,) = (album["cover"]["thumbnail_url"] for album in page["albums"])
    assert page["addresses"]["base"] + own + "&" + page["addresses"]["query"]
    assert not own.startswith("http")
    assert whole["cover"]["thumbnail_url"].startswith(page["addresses"]["base"])


def test_album_is_changed_by_who_has_seen_it_as_it_is(ada: Person, images: list[str]) -> None:
    album = make_album(ada)
    tag = ada.http.get(f"/api/albums/{album}").headers["ETag"]
    add_to(ada, album, images[:1])
    path, other = f"/api/albums/{album}", {"title": "Norway"}
    assert ada.http.patch(path, json=other, headers={"If-Match": tag}).status_code == 412
    assert read_album(ada, album)["title"] == "Iceland"
    tag = ada.http.get(path).headers["ETag"]
    changed = ada.http.patch(path, json=other, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["title"]) == (200, "Norway")
    again = ada.http.patch(path, json=other, headers={"If-Match": changed.headers["ETag"]})
    assert again.status_code == 200


def test_deleted_album_takes_no_image_with_it_and_comes_back(
    ada: Person, images: list[str]
) -> None:
    album = make_album(ada)
    add_to(ada, album, images[:3])
    gone = ada.http.delete(f"/api/albums/{album}")
    assert (gone.status_code, gone.json()["id"]) == (200, album)
    assert titles(ada) == []
    assert ada.timeline() == images
    assert ada.detail(images[0])["albums"] == []
    for path in ("", "/images", "/timeline", "/timeline/2024-04"):
        assert ada.http.get(f"/api/albums/{album}{path}").status_code == 404
    assert change_album(ada, "add_to_album", album, images[:1]).status_code == 404
    assert ada.http.delete(f"/api/albums/{album}").status_code == 404
    ada.http.delete(f"/api/images/{images[0]}").raise_for_status()
    for _ in range(2):
        back = ada.http.post(f"/api/albums/{album}/restore")
        assert (back.status_code, back.json()["count"]) == (200, 2)
    assert ids_in(ada, album) == images[1:3]


def test_album_is_not_restored_after_30_days(ada: Person, database: Engine) -> None:
    album = make_album(ada)
    ada.http.delete(f"/api/albums/{album}").raise_for_status()
    with database.begin() as connection:
        connection.execute(
            text("UPDATE albums SET deleted_at = now() - interval '31 days' WHERE id = :id"),
            {"id": album},
        )
    assert ada.http.post(f"/api/albums/{album}/restore").status_code == 404


def test_one_person_has_so_many_albums(ada: Person, bob: Person, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(ADD_ALBUMS, {"user": ada.user_id, "count": MAX_ALBUMS - 1})
    last = make_album(ada)
    for _ in range(2):
        refused = ada.http.post("/api/albums", json={"title": "x"})
        assert (refused.status_code, refused.json()["code"]) == (409, "too_many_albums")
        # Deleted ones count: who makes and deletes without an end fills the table all the same.
        ada.http.delete(f"/api/albums/{last}")
    make_album(bob)


def test_image_says_which_albums_it_is_in(ada: Person, images: list[str]) -> None:
    second, first = make_album(ada, title="b"), make_album(ada, title="A")
    for album in (first, second):
        add_to(ada, album, images[:1])
    assert ada.detail(images[0])["albums"] == [
        {"id": first, "title": "A"},
        {"id": second, "title": "b"},
    ]
    assert ada.detail(images[1])["albums"] == []
