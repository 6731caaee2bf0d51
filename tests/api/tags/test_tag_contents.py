"""What has a tag: by months, of few images and of many."""

import pytest
from sqlalchemy import Engine, text

from app.timeline import tag_buckets
from tests.api.albums.conftest import add_images
from tests.support.tags import change_tag, ids_with, tag_id, tag_images
from tests.support.users import Person


def test_tag_is_read_by_months_with_what_is_below_it(
    ada: Person, bob: Person, images: list[str], database: Engine
) -> None:
    tag_images(ada, "a", images[:20])
    tag_images(ada, "a/b", images[10:])
    tag_images(bob, "a", add_images(bob, database, 3))
    archived = {"action": "archive", "images": {"ids": images[:2]}}
    ada.http.post("/api/images/batch", json=archived).raise_for_status()
    ada.http.delete(f"/api/images/{images[3]}").raise_for_status()
    address = f"/api/tags/{tag_id(ada, 'a')}/timeline"
    told = ada.http.get(address).json()
    months = [{"key": "2024-04", "count": 8}, {"key": "2024-03", "count": 31}]
    assert told == {"count": 39, "buckets": months}
    assert ids_with(ada, "a/b") == images[10:]
    (day,) = ada.http.get(f"{address}/2024-03-01").json()["days"]
    assert day == {"date": "2024-03-01", "count": 1}


def test_many_are_read_as_few_are(ada: Person, database: Engine) -> None:
    images = add_images(ada, database, tag_buckets.MAX_LOOKED_UP + 1)
    few, many = images[::2], images
    for start in range(0, len(images), 10_000):
        tag_images(ada, "many", many[start : start + 10_000])
    tag_images(ada, "few", few)
    assert ids_with(ada, "many") == many
    assert ids_with(ada, "few") == few


@pytest.mark.parametrize("count", [2_010, tag_buckets.MAX_LOOKED_UP + 10])
def test_crowded_bucket_is_read_page_by_page_and_counted_by_days(
    ada: Person, database: Engine, count: int
) -> None:
    images = add_images(ada, database, count)
    with database.begin() as connection:
        connection.execute(
            text(
                "UPDATE images SET timeline_at = '2024-07-31'::timestamp"
                " + (timeline_at - '2024-03-01') / 6000 WHERE owner_id = :user"
            ),
            {"user": ada.user_id},
        )
    tag_images(ada, "a/b", images)
    tag_images(ada, "a/c", images[:100])
    address = f"/api/tags/{tag_id(ada, 'a')}/timeline"
    assert ada.http.get(address).json()["buckets"] == [{"key": "2024-07-31", "count": count}]
    assert ids_with(ada, "a") == images
    answer = ada.http.get(f"{address}/2024-07", params={"cursor": "nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")
    assert ada.http.get(f"{address}/2024-13").status_code == 404


def test_contents_are_answered_304_until_something_changes(ada: Person, images: list[str]) -> None:
    tag_images(ada, "a", images[:2])
    for path in ("timeline", "timeline/2024-04"):
        address = f"/api/tags/{tag_id(ada, 'a')}/{path}"
        held = {"If-None-Match": ada.http.get(address).headers["ETag"]}
        assert ada.http.get(address, headers=held).status_code == 304
        tag_images(ada, "a", images[2:3])
        assert ada.http.get(address, headers=held).status_code == 200
        change_tag(ada, "remove_tag", images[2:3], tag="a").raise_for_status()
        assert ada.http.get(address, headers=held).status_code == 304
