"""The timeline by months and days, and what images in view need."""

import base64
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.api.conftest import until
from tests.support.images import jpeg, png
from tests.support.users import Json, Person, told, told_headers

COLUMNS = {"ids", "ratios", "minutes"}
# Damaged and not processing: the worker would take those up.
ADD = text("""
    INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
        stored_at, timeline_at, width, height, has_preview, is_animated, attempts,
        description_state)
    SELECT gen_random_uuid(), :user, n || '.jpg', 1000, sha256((:start || n)::bytea), 'image/jpeg',
        CASE WHEN n % 10 = 3 THEN 'damaged' ELSE 'ready' END, now(), now(),
        CAST(:start AS timestamp) + (n / 3) * CAST(:apart AS interval), 400, 300, true, n % 50 = 7,
        0, 'none'
    FROM generate_series(0, :count - 1) AS n
""")


def add(
    person: Person, database: Engine, count: int, *, start: str, apart: str = "1 hour"
) -> list[str]:
    """Put rows straight into the timeline, three at each moment; return all ids, newest first."""
    values = {"user": person.user_id, "count": count, "start": start, "apart": apart}
    newest_first = "SELECT id FROM images WHERE owner_id = :user ORDER BY timeline_at DESC, id DESC"
    with database.begin() as connection:
        connection.execute(ADD, values)
        rows = connection.execute(text(newest_first), {"user": values["user"]})
        return [str(row.id) for row in rows]


def counts(person: Person) -> Json:
    answer = person.http.get("/api/timeline")
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def pages_of(person: Person, key: str) -> list[Json]:
    pages: list[Json] = []
    while not pages or pages[-1]["next_cursor"]:
        query = {"cursor": pages[-1]["next_cursor"]} if pages else {}
        answer = person.http.get(f"/api/timeline/{key}", params=query)
        answer.raise_for_status()
        pages.append(answer.json())
    return pages


def test_new_account_has_an_empty_timeline(ada: Person) -> None:
    assert counts(ada) == {"count": 0, "buckets": []}


def test_months_are_counted_and_crowded_ones_by_days(ada: Person, database: Engine) -> None:
    expected = add(ada, database, 30, start="2023-12-31 20:00")
    expected = add(ada, database, 2_001, start="2024-02-01", apart="1 minute")
    told_of = counts(ada)
    assert told_of["count"] == 2_031
    assert told_of["buckets"] == [
        {"key": "2024-02-01", "count": 2_001},
        {"key": "2024-01", "count": 18},
        {"key": "2023-12", "count": 12},
    ]
    read = [page for each in told_of["buckets"] for page in pages_of(ada, each["key"])]
    assert [image for page in read for image in page["ids"]] == expected
    assert [len(page["ids"]) for page in read] == [2_000, 1, 18, 12]
    assert [image for page in pages_of(ada, "2024-02") for image in page["ids"]] == expected[:2_001]


def test_month_of_two_thousand_is_one_bucket(ada: Person, database: Engine) -> None:
    add(ada, database, 2_000, start="2024-02-01", apart="1 minute")
    assert counts(ada)["buckets"] == [{"key": "2024-02", "count": 2_000}]
    (page,) = pages_of(ada, "2024-02")
    assert len(page["ids"]) == 2_000


def test_bucket_says_what_lists_say_in_columns(ada: Person, database: Engine) -> None:
    add(ada, database, 90, start="2024-05-03 13:05:30")
    listed = ada.http.get("/api/images", params={"limit": "100"}).json()["images"]
    (bucket,) = pages_of(ada, "2024-05")
    assert bucket["ids"] == [image["id"] for image in listed]
    assert {len(bucket[column]) for column in COLUMNS} == {90}
    assert set(bucket["ratios"]) == {1.333}
    assert bucket["states"] == {
        str(place): image["state"]
        for place, image in enumerate(listed)
        if image["state"] != "ready"
    }
    assert bucket["animated"] == [n for n, image in enumerate(listed) if image["is_animated"]]
    assert len(bucket["animated"]) == 2
    days = [day["date"] for day in bucket["days"] for _ in range(day["count"])]
    clocks = [f"{minute // 60:02}:{minute % 60:02}" for minute in bucket["minutes"]]
    shown = [f"{day}T{clock}" for day, clock in zip(days, clocks, strict=True)]
    assert shown == [image["timeline_at"][:16] for image in listed]
    assert [day["date"] for day in bucket["days"]] == ["2024-05-04", "2024-05-03"]


def test_first_and_last_moments_belong_to_their_day(ada: Person, database: Engine) -> None:
    for start in ("2024-02-28 23:59:59.999999", "2024-02-29", "2024-02-29 23:59:59.999999"):
        add(ada, database, 1, start=start)
    sizes = {key: len(pages_of(ada, key)[0]["ids"]) for key in ("2024-02-29", "2024-02")}
    assert sizes == {"2024-02-29": 2, "2024-02": 3}
    assert pages_of(ada, "2024-03")[0]["ids"] == []


def test_bucket_without_images_has_empty_columns(ada: Person) -> None:
    for key in ("1066-10", "9999-12", "0001-01-01", "2024-02-29"):
        answer = ada.http.get(f"/api/timeline/{key}")
        assert answer.json() == {
            "key": key,
            "next_cursor": None,
            "days": [],
            "ids": [],
            "ratios": [],
            "minutes": [],
            "states": {},
            "animated": [],
            "favourites": [],
            "archived": [],
            "stacks": {},
        }


@pytest.mark.parametrize(
    "key",
    ["2024", "2024-13", "2024-00", "2023-02-29", "2024-02-00", "0000-01", "2024-2", "24-02",
     "2024-02-1", "\uff12\uff10\uff12\uff14-02", "2024-02%0A", "2024-02-29T00", "undefined",
     "10000-01", "-2024-02"],
)  # fmt: skip
def test_key_of_no_month_and_no_day_is_not_found(ada: Person, key: str) -> None:
    answer = ada.http.get(f"/api/timeline/{key}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "plain", ["", "bucket", "bucket|x|y", "timeline|2024-01-01T00:00:00|{id}", "bucket|2024-01-01|"]
)
def test_cursor_that_is_not_ours_is_refused(ada: Person, plain: str) -> None:
    cursor = base64.urlsafe_b64encode(plain.format(id=uuid4().hex).encode()).decode() or "é"
    answer = ada.http.get("/api/timeline/2024-01", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_cursor_of_another_bucket_leads_out_of_none(ada: Person, database: Engine) -> None:
    add(ada, database, 2_100, start="2024-02-01", apart="1 second")
    add(ada, database, 5, start="2024-01-01")
    cursor = pages_of(ada, "2024-02-01")[0]["next_cursor"]
    answer = ada.http.get("/api/timeline/2024-01", params={"cursor": cursor}).json()
    assert len(answer["ids"]) == 5
    assert answer["days"] == [{"date": "2024-01-01", "count": 5}]


def test_images_in_view_get_addresses_that_work(ada: Person) -> None:
    shown = ada.upload(jpeg(seed=7100), png(seed=7101))
    for image_id in shown:
        until(partial(ada.settled, image_id))
    words = {"alt_text": "A red kite", "text": "", "visible_text": "", "tags": []}
    ada.http.patch(f"/api/images/{shown[0]}", json={"description": words}).raise_for_status()
    (coming,) = ada.promise(jpeg(seed=7102))
    ids = [*shown, coming["image"]["id"], str(uuid4())]
    told_of = ada.http.get("/api/timeline/addresses", params={"ids": ",".join(ids)}).json()
    assert set(told_of["thumbnails"]) == set(told_of["previews"]) == set(ids[:3])
    assert told_of["thumbnails"][ids[2]] is None
    assert told_of["alt_texts"] == {shown[0]: "A red kite"}
    listed = {image["id"]: image for image in ada.http.get("/api/images").json()["images"]}
    base, query = told_of["addresses"]["base"], told_of["addresses"]["query"]
    for image_id in shown:
        assert told_of["thumbhashes"][image_id] == listed[image_id]["thumbhash"]
        for column, kind in (("thumbnails", "thumbnail_url"), ("previews", "preview_url")):
            address = f"{base}{told_of[column][image_id]}&{query}"
            assert httpx2.get(address).headers["content-type"].startswith("image/")
            assert address.partition("?")[0] == listed[image_id][kind].partition("?")[0]
    assert told_of["urls_expire_at"] == listed[shown[0]]["urls_expire_at"]


@pytest.mark.parametrize(
    "query",
    [{}, {"ids": ""}, {"ids": "x"}, {"ids": ",".join(str(UUID(int=n)) for n in range(201))},
     {"ids": str(UUID(int=1)), "owner_id": str(UUID(int=2))}],
)  # fmt: skip
def test_bad_questions_about_what_is_in_view_are_refused(ada: Person, query: Json) -> None:
    answer = ada.http.get("/api/timeline/addresses", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_two_hundred_are_in_view_at_most(ada: Person) -> None:
    ids = ",".join(str(uuid4()) for _ in range(200))
    answer = ada.http.get("/api/timeline/addresses", params={"ids": ids})
    assert (answer.status_code, answer.json()["thumbnails"]) == (200, {})


def test_unchanged_timeline_answers_304(ada: Person, database: Engine) -> None:
    first, *_ = add(ada, database, 6, start="2024-05-03")
    add(ada, database, 3, start="2024-07-03")
    paths = ("/api/timeline", "/api/timeline/2024-05", "/api/timeline/2024-07")
    tags = {path: ada.http.get(path).headers["ETag"] for path in paths}

    def statuses() -> list[int]:
        return [
            ada.http.get(path, headers={"If-None-Match": tag}).status_code
            for path, tag in tags.items()
        ]

    assert statuses() == [304, 304, 304]
    # What is not shown there leaves the answers as they are.
    ada.http.patch(f"/api/images/{first}", json={"name": "x.jpg"}).raise_for_status()
    assert statuses() == [304, 304, 304]
    ada.http.delete(f"/api/images/{first}").raise_for_status()
    assert statuses() == [200, 200, 304]
    ada.http.patch(f"/api/images/{first}", json={"deleted": False}).raise_for_status()
    assert statuses() == [304, 304, 304]
    unchanged = ada.http.get(paths[1], headers={"If-None-Match": tags[paths[1]]})
    assert unchanged.content == b""
    assert unchanged.headers["ETag"].partition(".")[0] == tags[paths[1]].partition(".")[0]
    again = ada.http.get(paths[1], headers={"If-None-Match": unchanged.headers["ETag"]})
    assert again.status_code == 304


def test_counts_follow_deleting_and_undoing(ada: Person, database: Engine) -> None:
    ids = add(ada, database, 40, start="2024-05-01", apart="1 day")
    before = counts(ada)
    body = {"action": "delete", "images": {"ids": ids[:15]}}
    done = ada.http.post("/api/images/batch", json=body).json()
    assert counts(ada)["count"] == 25
    ada.http.post("/api/images/batch", json=done["undo"]).raise_for_status()
    assert counts(ada) == before


def test_uploads_are_counted_from_their_arrival_on(ada: Person) -> None:
    picture = png(seed=7110)
    ada.promise(picture)
    assert counts(ada)["count"] == 0
    (image_id,) = ada.upload(picture)
    settled = until(lambda: ada.settled(image_id))
    assert counts(ada) == {
        "count": 1,
        "buckets": [{"key": settled["timeline_at"][:7], "count": 1}],
    }


def test_strangers_buckets_answer_as_empty_ones(ada: Person, bob: Person, database: Engine) -> None:
    add(ada, database, 2_100, start="2024-05-03", apart="1 second")
    cursor = pages_of(ada, "2024-05-03")[0]["next_cursor"]
    assert counts(bob) == {"count": 0, "buckets": []}
    for query in ({}, {"cursor": cursor}):
        hers = bob.http.get("/api/timeline/2024-05-03", params=query)
        nobodys = bob.http.get("/api/timeline/1066-05-03", params=query)
        assert hers.status_code == nobodys.status_code == 200
        assert told(hers).replace(b"2024", b"1066") == told(nobodys)
        assert set(told_headers(hers)) == set(told_headers(nobodys))
    # Her tag says nothing to him.
    tag = ada.http.get("/api/timeline").headers["ETag"]
    assert bob.http.get("/api/timeline", headers={"If-None-Match": tag}).status_code == 200


def test_strangers_images_in_view_answer_as_absent_ones(
    ada: Person, bob: Person, database: Engine
) -> None:
    first, second, *_ = add(ada, database, 6, start="2024-05-03")
    path = "/api/timeline/addresses"
    (his,) = bob.promise(jpeg(seed=7120))
    own = his["image"]["id"]
    hers = bob.http.get(path, params={"ids": f"{first},{own},{second}"})
    nobodys = bob.http.get(path, params={"ids": f"{uuid4()},{own},{uuid4()}"})
    assert hers.status_code == nobodys.status_code == 200
    assert told(hers) == told(nobodys)
    assert told_headers(hers) == told_headers(nobodys)
    assert set(hers.json()["thumbnails"]) == {own}


def test_days_of_all_months_have_their_place(ada: Person, database: Engine) -> None:
    add(ada, database, 3 * 366, start="2024-01-01", apart="1 day")
    first = date(2024, 1, 1)
    months = {f"{first + timedelta(days=n):%Y-%m}" for n in range(366)}
    buckets = counts(ada)["buckets"]
    assert [each["key"] for each in buckets] == sorted(months, reverse=True)
    for each in buckets:
        (page,) = pages_of(ada, each["key"])
        assert sum(day["count"] for day in page["days"]) == each["count"] == len(page["ids"])
        assert {day["count"] for day in page["days"]} == {3}
