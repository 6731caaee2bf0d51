"""Statistics: what is counted is what the search finds, of one's own library, in a bounded time."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from app.accounts.sessions.lookup import Owner
from app.database import Prepared, db
from app.search.index import index_images
from app.statistics import count
from tests.api.albums.conftest import add_images
from tests.support.search import search
from tests.support.users import Json, Person

_TAKEN = text("""
    UPDATE images SET camera_make = :make, camera_model = :model, lens = :lens,
        content_type = :type, timeline_at = :at, country_code = :country, byte_size = :size,
        latitude = 1, longitude = 1, place_latitude = 1, place_longitude = 1
    WHERE id = :id
""")
# Two cameras of which one's name begins as the other's, and a country that is called as a region.
pytestmark = pytest.mark.usefixtures("app")
TAKEN = [
    ("Apple", "iPhone 13", "35mm", "image/jpeg", "2023-05-01", "GE", 1_000),
    ("Apple", "iPhone 13 Pro", "35mm F2", "image/heic", "2023-06-01", "US", 2_000),
    ("Apple", "iPhone 13", "35mm", "image/heif", "2024-06-01", "GE", 3_000),
    ("Box Co", "Box One", None, "image/x-canon-cr3", "1899-06-01", None, 4_000),
]


@pytest.fixture
def images(ada: Person, database: Engine) -> list[str]:
    """Six images of Ada's: four with each thing that is counted, two with none."""
    images = add_images(ada, database, 6)
    names = ("make", "model", "lens", "type", "at", "country", "size")
    with database.begin() as connection:
        for image_id, values in zip(images, TAKEN, strict=False):
            connection.execute(_TAKEN, {"id": image_id, **dict(zip(names, values, strict=True))})
        connection.execute(
            text("UPDATE images SET region = 'Georgia' WHERE id = :id"), {"id": images[1]}
        )
    index_images([UUID(each) for each in images])
    db.session.commit()
    return images


def statistics(person: Person) -> Json:
    answer = person.http.get("/api/statistics")
    answer.raise_for_status()
    told: Json = answer.json()
    return told


def bars_of(told: Json) -> dict[str, dict[str | None, tuple[int, int]]]:
    return {
        chart["by"]: {bar["label"]: (bar["images"], bar["bytes"]) for bar in chart["bars"]}
        for chart in told["charts"]
    }


@pytest.mark.usefixtures("images")
def test_library_is_counted_by_each_thing(ada: Person) -> None:
    told = statistics(ada)
    assert (told["images"], told["bytes"], told["is_current"]) == (6, 12_000, True)
    assert bars_of(told) == {
        "year": {"1899": (1, 4_000), "2023": (2, 3_000), "2024": (3, 5_000)},
        "camera": {
            "Apple iPhone 13": (2, 4_000),
            "Apple iPhone 13 Pro": (1, 2_000),
            "Box One": (1, 4_000),
            None: (2, 2_000),
        },
        "lens": {"35mm": (2, 4_000), "35mm F2": (1, 2_000), None: (3, 6_000)},
        "country": {"Georgia": (2, 4_000), "United States": (1, 2_000), None: (3, 6_000)},
        "type": {"HEIC": (2, 5_000), "RAW": (1, 4_000), "JPEG": (3, 3_000)},
    }


@pytest.mark.usefixtures("images")
def test_each_bar_leads_to_just_its_images(ada: Person) -> None:
    for chart in statistics(ada)["charts"]:
        for bar in chart["bars"]:
            if bar["label"] is None:
                assert bar["q"] is None
            else:
                assert search(ada, bar["q"])["total"] == bar["images"], bar
    # Words alone find more.
    assert search(ada, 'camera:"iPhone 13"')["total"] == 3
    assert search(ada, "place:georgia")["total"] == 3


def test_what_is_deleted_counts_as_stored_only(
    ada: Person, images: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = statistics(ada)
    body = {"action": "delete", "images": {"ids": images[:1]}}
    ada.http.post("/api/images/batch", json=body).raise_for_status()
    # It was counted just now: it is counted again a little later, and says so until then.
    stale = statistics(ada)
    assert (stale["is_current"], stale["images"]) == (False, 6)
    assert stale["counted_at"] == before["counted_at"]
    monkeypatch.setattr(count, "_MIN_REST", timedelta())
    monkeypatch.setattr(count, "_REST", 0)
    counted = count.count_library(Owner(UUID(ada.user_id)))
    assert counted.is_current
    assert sum(row["images"] for row in counted.groups["year"]) == 5
    assert counted.stored == before["stored_bytes"]
    after = statistics(ada)
    assert (after["images"], after["is_current"]) == (5, True)
    # Unchanged, it is not counted again.
    assert statistics(ada)["counted_at"] == after["counted_at"]


@pytest.mark.usefixtures("images")
def test_nobody_is_told_of_what_others_have(ada: Person, bob: Person, database: Engine) -> None:
    assert statistics(ada)["images"] == 6
    told = statistics(bob)
    assert (told["images"], told["stored_bytes"]) == (0, 0)
    assert all(chart["bars"] == [] for chart in told["charts"])
    add_images(bob, database, 1, start=300)
    assert search(bob, 'camera:"=iPhone 13"')["images"] == []


@pytest.mark.usefixtures("images")
def test_groups_beyond_the_most_are_counted_together(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count, "MAX_GROUPS", 2)
    groups = count.count_library(Owner(UUID(ada.user_id))).groups
    assert [(row["value"], row["images"]) for row in groups["camera"]] == [
        (None, 2),
        ("iPhone 13", 2),
        ("…", 2),
    ]
    told = statistics(ada)
    (chart,) = (chart for chart in told["charts"] if chart["by"] == "camera")
    assert [(bar["images"], bar["is_rest"], bar["q"] is None) for bar in chart["bars"]] == [
        (2, False, False),
        (2, False, True),
        (2, True, True),
    ]


@pytest.mark.usefixtures("images")
def test_counting_ends_in_time_and_answers_what_it_has(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = Owner(UUID(ada.user_id))
    slow = Prepared(text("SELECT pg_sleep(5), CAST(:owner AS text), CAST(:most AS integer)"))
    fast = count._COUNT  # noqa: SLF001 - it is put back
    monkeypatch.setattr(count, "MAX_SECONDS", 0.05)
    monkeypatch.setattr(count, "_COUNT", slow)
    never = count.count_library(owner)
    assert (never.is_current, never.was_ended) == (False, True)
    told = statistics(ada)
    assert (told["images"], told["is_current"], told["was_ended"]) == (0, False, True)
    # It rests as after a count: nothing is counted, however often somebody asks.
    monkeypatch.setattr(count, "_COUNT", fast)
    monkeypatch.setattr(count, "MAX_SECONDS", 8)
    assert count.count_library(owner) == never
    make_older(ada, timedelta(seconds=150))
    assert count.count_library(owner).was_ended
    make_older(ada, timedelta(seconds=11))
    kept = count.count_library(owner)
    assert (kept.is_current, kept.was_ended) == (True, False)
    # The same where it was counted before; what was counted stays.
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE library_statistics SET change = 0 WHERE owner_id = :owner"),
            {"owner": ada.user_id},
        )
    make_older(ada, timedelta(hours=1))
    monkeypatch.setattr(count, "_COUNT", slow)
    monkeypatch.setattr(count, "MAX_SECONDS", 0.05)
    old = count.count_library(owner)
    assert (old.is_current, old.was_ended, old.groups) == (False, True, kept.groups)
    monkeypatch.setattr(count, "_COUNT", fast)
    assert count.count_library(owner) == old
    assert statistics(ada)["images"] == 6
    db.session.rollback()


def make_older(person: Person, by: timedelta) -> None:
    """Have the last count of a person's library be of an earlier time."""
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE library_statistics SET counted_at = counted_at - CAST(:by AS interval)"
                 " WHERE owner_id = :owner"),
            {"owner": person.user_id, "by": by},
        )  # fmt: skip


@pytest.mark.parametrize("q", ["-camera:=x", "place:=atlantis", '-place:"=Norway"'])
def test_equality_that_is_not_understood_is_refused(ada: Person, q: str) -> None:
    assert ada.http.get("/api/search", params={"q": q}).status_code == 422
