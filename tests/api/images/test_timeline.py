"""Listing pictures: order, pages, days, and what is known of each."""

import base64
from collections.abc import Callable
from datetime import datetime
from functools import partial

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.api.conftest import until
from tests.support.images import Picture, heic, jpeg, png
from tests.support.users import Json, Person


def test_a_processed_picture_says_what_is_known_of_it(ada: Person) -> None:
    picture = jpeg(seed=100, size=(1200, 800), name="beach.jpg")
    (image_id,) = ada.upload(picture)
    until(lambda: ada.settled(image_id))
    detail = ada.detail(image_id)
    assert (detail["state"], detail["failure"]) == ("ready", None)
    assert (detail["width"], detail["height"]) == (1200, 800)
    assert detail["size"] == len(picture.content)
    assert detail["sha256"] == picture.announcement()["sha256"]
    assert detail["taken_at"] == "2024-05-03T14:05:06+02:00"
    assert detail["timeline_at"] == "2024-05-03T14:05:06"
    assert detail["camera"]["make"] == "Pinhole Works"
    assert detail["camera"]["model"] == "Box One"
    assert detail["camera"]["exposure_time"] == "1/125"
    assert detail["camera"]["iso"] == 200
    assert 5 <= len(base64.b64decode(detail["thumbhash"])) <= 40
    assert detail["description"] is None


@pytest.mark.parametrize(
    ("make", "preview"), [(jpeg, "image/jpeg"), (png, "image/webp"), (heic, "image/jpeg")]
)
def test_thumbnail_and_preview_say_what_they_are_and_are_kept_by_browsers(
    ada: Person, make: Callable[..., Picture], preview: str
) -> None:
    (image_id,) = ada.upload(make(seed=101))
    settled = until(lambda: ada.settled(image_id))
    begins = {"image/webp": b"RIFF", "image/jpeg": b"\xff\xd8\xff"}
    for url, kind in ((settled["thumbnail_url"], "image/webp"), (settled["preview_url"], preview)):
        answer = httpx2.get(url)
        assert answer.headers["content-type"] == kind
        assert answer.content.startswith(begins[kind])
        assert "immutable" in answer.headers["cache-control"]
    again = ada.settled(image_id)
    assert again is not None
    assert again["thumbnail_url"] == settled["thumbnail_url"]


def test_without_a_date_the_upload_counts(ada: Person) -> None:
    (image_id,) = ada.upload(png(seed=102))
    settled = until(lambda: ada.settled(image_id))
    assert settled["taken_at"] is None
    created = datetime.fromisoformat(settled["created_at"]).replace(tzinfo=None)
    assert datetime.fromisoformat(settled["timeline_at"]) == created
    assert ada.detail(image_id)["camera"] is None


def test_newest_come_first_and_pages_meet_without_gap_or_overlap(
    ada: Person, database: Engine
) -> None:
    expected = _insert(ada, database, count=25)
    seen: list[str] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor:
        query: dict[str, str] = {"limit": "10"} | ({"cursor": cursor} if cursor else {})
        page = ada.http.get("/api/images", params=query).json()
        seen += [image["id"] for image in page["images"]]
        cursor = page["next_cursor"]
        pages += 1
    assert seen == expected
    assert pages == 3


def test_a_page_that_fits_exactly_is_the_last(ada: Person, database: Engine) -> None:
    _insert(ada, database, count=10)
    page = ada.http.get("/api/images", params={"limit": "10"}).json()
    assert len(page["images"]) == 10
    assert page["next_cursor"] is None


def test_recently_deleted_has_pages_of_its_own(ada: Person, database: Engine) -> None:
    ids = _insert(ada, database, count=12)
    for image_id in ids:
        assert ada.http.delete(f"/api/images/{image_id}").status_code == 204
    assert ada.timeline() == []
    first = ada.http.get("/api/images", params={"deleted": "true", "limit": "8"}).json()
    query = {"deleted": "true", "limit": "8", "cursor": first["next_cursor"]}
    second = ada.http.get("/api/images", params=query).json()
    seen = [image["id"] for image in first["images"] + second["images"]]
    assert seen == ids[::-1]  # last deleted first
    assert second["next_cursor"] is None
    assert first["images"][0]["deleted_at"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "many"},
        {"limit": "9" * 50},
        {"deleted": "perhaps"},
        {"ids": "not-an-id"},
        {"ids": ",".join(["00000000-0000-4000-8000-000000000000"] * 101)},
        {"cursor": "x" * 201},
        {"owner_id": "somebody"},
        {"offset": "10"},
    ],
)
def test_bad_queries_are_refused(ada: Person, query: Json) -> None:
    answer = ada.http.get("/api/images", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"][0]["location"] == "query"


@pytest.mark.parametrize(
    "plain",
    ["", "|", "x|y", "2024-01-01|", "2024-01-01T00:00:00|zz", "9" * 60, "\0|\0", "2024-13-01|x"],
)
def test_cursors_that_are_not_ours_are_refused(ada: Person, plain: str) -> None:
    cursor = base64.urlsafe_b64encode(plain.encode()).decode() or "é"
    for deleted in ("false", "true"):
        answer = ada.http.get("/api/images", params={"cursor": cursor, "deleted": deleted})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_the_account_counts_what_is_kept(ada: Person) -> None:
    pictures = [jpeg(seed=110), png(seed=111)]
    for image_id in ada.upload(*pictures):
        until(partial(ada.settled, image_id))
    account = ada.http.get("/api/account").json()
    assert account["pictures"] == 2
    assert account["bytes"] == sum(len(picture.content) for picture in pictures)
    assert account["descriptions"] == {"waiting": 0, "done": 0, "failed": 0, "missing": 2}


def test_the_account_tells_what_is_stored_from_what_is_on_its_way(ada: Person) -> None:
    def told() -> tuple[int, int, int]:
        account = ada.http.get("/api/account").json()
        return account["pictures"], account["bytes"], account["storage"]["bytes"]

    assert told() == (0, 0, 0)
    coming, stored = jpeg(seed=112), png(seed=113)
    ada.promise(coming)
    assert told() == (0, 0, len(coming.content))
    (image_id,) = ada.upload(stored)
    until(partial(ada.settled, image_id))
    both = len(coming.content) + len(stored.content)
    assert told() == (1, len(stored.content), both)
    ada.http.delete(f"/api/images/{image_id}").raise_for_status()
    assert told() == (1, len(stored.content), both)


def _insert(person: Person, database: Engine, *, count: int) -> list[str]:
    """Put rows straight into the timeline, some at the same moment; ids, newest first."""
    user = person.http.get("/api/account").json()["user"]["id"]
    statement = text("""
        INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
            stored_at, timeline_at, has_preview, attempts, description_state)
        SELECT gen_random_uuid(), :user, n || '.jpg', 1000, sha256(n::text::bytea), 'image/jpeg',
            'ready', now(), now(), timestamp '2024-01-01' + (n / 3) * interval '1 hour', true,
            0, 'none'
        FROM generate_series(1, :count) AS n
    """)
    with database.begin() as connection:
        connection.execute(statement, {"user": user, "count": count})
        rows = connection.execute(
            text("SELECT id FROM images WHERE owner_id = :user ORDER BY timeline_at DESC, id DESC"),
            {"user": user},
        )
        return [str(row.id) for row in rows]
