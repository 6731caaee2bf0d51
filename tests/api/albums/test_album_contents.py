"""What is in an album: by months, by pages, and by hand."""

from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from app.albums.positions import GAP
from tests.api.albums.conftest import add_images
from tests.support.albums import add_to, change_album, ids_in, make_album, read_album
from tests.support.users import Json, Person

POSITIONS = "SELECT image_id::text, position FROM album_images WHERE album_id = :id"


def move(person: Person, album: str, ids: list[str], place: str, image: str) -> None:
    body = {"ids": ids, "place": place, "image_id": image}
    person.http.post(f"/api/albums/{album}/order", json=body).raise_for_status()


def positions(database: Engine, album: str) -> dict[str, int]:
    with database.connect() as connection:
        rows = connection.execute(text(POSITIONS), {"id": album}).all()
    return {row.image_id: row.position for row in rows}


@pytest.mark.parametrize("order", ["newest", "oldest", "manual"])
def test_album_is_read_by_months_in_its_order(ada: Person, images: list[str], order: str) -> None:
    album = make_album(ada, order=order)
    add_to(ada, album, images)
    told = ada.http.get(f"/api/albums/{album}/timeline").json()
    months = [{"key": "2024-04", "count": 9}, {"key": "2024-03", "count": 31}]
    assert told == {"count": 40, "buckets": months[::-1] if order == "oldest" else months}
    read: list[str] = []
    for bucket in told["buckets"]:
        page = ada.http.get(f"/api/albums/{album}/timeline/{bucket['key']}").json()
        assert (page["key"], page["next_cursor"]) == (bucket["key"], None)
        assert len(page["days"]) == len(page["ids"]) == bucket["count"]
        read += page["ids"]
    assert read == (images[::-1] if order == "oldest" else images)
    (day,) = ada.http.get(f"/api/albums/{album}/timeline/2024-03-01").json()["days"]
    assert day == {"date": "2024-03-01", "count": 1}


@pytest.mark.parametrize("order", ["newest", "oldest", "manual"])
def test_large_album_is_read_page_by_page(ada: Person, database: Engine, order: str) -> None:
    images = add_images(ada, database, 2_050)
    album = make_album(ada, order=order)
    add_to(ada, album, images)
    assert ids_in(ada, album) == (images if order == "newest" else images[::-1])


def test_crowded_bucket_is_read_page_by_page_and_counted_by_days(
    ada: Person, database: Engine
) -> None:
    images = add_images(ada, database, 2_010)
    with database.begin() as connection:
        connection.execute(
            text(
                "UPDATE images SET timeline_at = '2024-07-31'::timestamp"
                " + (timeline_at - '2024-03-01') / 3000 WHERE owner_id = :user"
            ),
            {"user": ada.user_id},
        )
    for order in ("newest", "oldest"):
        album = make_album(ada, order=order)
        add_to(ada, album, images)
        path = f"/api/albums/{album}/timeline"
        assert ada.http.get(path).json()["buckets"] == [{"key": "2024-07-31", "count": 2_010}]
        first = ada.http.get(f"{path}/2024-07").json()
        query = {"cursor": first["next_cursor"]}
        second = ada.http.get(f"{path}/2024-07", params=query).json()
        assert second["next_cursor"] is None
        expected = images if order == "newest" else images[::-1]
        assert first["ids"] + second["ids"] == expected


def test_cursor_of_another_order_is_refused(ada: Person, database: Engine) -> None:
    album = make_album(ada)
    add_to(ada, album, add_images(ada, database, 2_001))
    cursor = ada.http.get(f"/api/albums/{album}/images").json()["next_cursor"]
    for order in ("oldest", "manual"):
        ada.http.patch(f"/api/albums/{album}", json={"order": order}).raise_for_status()
        answer = ada.http.get(f"/api/albums/{album}/images", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_contents_are_answered_304_until_something_changes(ada: Person, images: list[str]) -> None:
    album = make_album(ada)
    add_to(ada, album, images[:2])
    for path in ("images", "timeline", "timeline/2024-04"):
        address = f"/api/albums/{album}/{path}"
        held = {"If-None-Match": ada.http.get(address).headers["ETag"]}
        assert ada.http.get(address, headers=held).status_code == 304
        change_album(ada, "add_to_album", album, images[2:3]).raise_for_status()
        assert ada.http.get(address, headers=held).status_code == 200
        change_album(ada, "remove_from_album", album, images[2:3]).raise_for_status()
        assert ada.http.get(address, headers=held).status_code == 304


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_first_order_by_hand_is_the_one_of_before(
    ada: Person, images: list[str], order: str
) -> None:
    album = make_album(ada, order=order)
    add_to(ada, album, images[5:10])
    add_to(ada, album, images[:5])
    before = ids_in(ada, album)
    ada.http.patch(f"/api/albums/{album}", json={"order": "manual"}).raise_for_status()
    assert ids_in(ada, album) == before
    move(ada, album, before[:1], "after", before[4])
    moved = [*before[1:5], before[0], *before[5:]]
    assert ids_in(ada, album) == moved
    # It is kept while the album is ordered by date.
    for changed in ("oldest", "manual"):
        ada.http.patch(f"/api/albums/{album}", json={"order": changed}).raise_for_status()
    assert ids_in(ada, album) == moved
    assert read_album(ada, album)["cover"]["image_id"] == moved[0]


def test_one_move_writes_one_row(ada: Person, images: list[str], database: Engine) -> None:
    album = make_album(ada, order="manual")
    add_to(ada, album, images)
    before = positions(database, album)
    order = ids_in(ada, album)
    move(ada, album, [order[-1]], "before", order[3])
    after = positions(database, album)
    assert {image for image in after if after[image] != before[image]} == {order[-1]}
    assert ids_in(ada, album) == [*order[:3], order[-1], *order[3:-1]]


def test_moves_are_as_a_list_has_them(ada: Person, images: list[str]) -> None:
    """Many moves to any place: the album is what a list is after the same."""
    album = make_album(ada, order="manual")
    add_to(ada, album, images[:20])
    expected = ids_in(ada, album)
    choices = Random(12)  # noqa: S311 - the same each time
    for _ in range(40):
        ids = choices.sample(expected, choices.randint(1, 6))
        anchor = choices.choice([image for image in expected if image not in ids])
        place = choices.choice(["before", "after"])
        move(ada, album, ids, place, anchor)
        expected = [image for image in expected if image not in ids]
        at = expected.index(anchor) + (place == "after")
        expected[at:at] = ids
        assert ids_in(ada, album) == expected


def test_moves_to_one_place_find_room_again_and_again(ada: Person, database: Engine) -> None:
    """GAP is halved by each move, and nothing is left after 20; then what is near is spread."""
    images = add_images(ada, database, 400)
    album = make_album(ada, order="manual")
    add_to(ada, album, images)
    expected = ids_in(ada, album)
    assert GAP < 2**30
    for n in range(30):
        moved = expected[350 + n % 3]
        move(ada, album, [moved], "after", expected[200])
        expected.remove(moved)
        expected.insert(201, moved)
    assert ids_in(ada, album) == expected
    # What is far from there has kept its positions.
    kept = positions(database, album)
    assert [kept[image] for image in expected[:100]] == [GAP * (n + 1) for n in range(100)]


def test_move_of_what_is_not_in_the_album_moves_nothing(ada: Person, images: list[str]) -> None:
    album = make_album(ada, order="manual")
    add_to(ada, album, images[:3])
    before = ids_in(ada, album)
    cases: list[tuple[Json, int]] = [
        ({"ids": [images[5]], "place": "after", "image_id": images[0]}, 404),
        ({"ids": [images[0]], "place": "after", "image_id": str(uuid4())}, 404),
        ({"ids": images[:2], "place": "before", "image_id": images[0]}, 422),
        ({"ids": [], "place": "before", "image_id": images[0]}, 422),
    ]
    for body, status in cases:
        assert ada.http.post(f"/api/albums/{album}/order", json=body).status_code == status
    assert ids_in(ada, album) == before
