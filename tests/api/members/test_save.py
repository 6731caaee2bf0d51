"""Pictures of a shared album are copied into one's own library, and stay there (issue 14)."""

from hashlib import sha256
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import PICTURES_SAVED
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import running_api, until
from tests.support.albums import add_to, make_album
from tests.support.images import jpeg, png
from tests.support.members import add, bring_in, let, seen_in
from tests.support.rate_limits import use_up
from tests.support.users import Json, Person

LONDON = (51.5, -0.12)


def save(person: Person, album: str, *ids: str) -> list[Json]:
    answer = ask_to_save(person, album, *ids)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["images"]
    return found


def ask_to_save(person: Person, album: str, *ids: str) -> httpx2.Response:
    return person.http.post(f"/api/shared-albums/{album}/images/save", json={"ids": list(ids)})


def share(ada: Person, bob: Person, *pictures: Any, role: str = "viewer", **shows: bool) -> Any:
    """An album of Ada's that Bob is in; return it and the ids of its pictures."""
    ids = ada.upload(*pictures)
    until(lambda: all(ada.settled(each) for each in ids))
    album = make_album(ada)
    add_to(ada, album, ids)
    bring_in(ada, album, bob, role)
    let(ada, album, **shows)
    return album, ids


def content_of(person: Person, image: str) -> bytes:
    address = person.http.get(f"/api/images/{image}/original").json()["url"]
    return httpx2.get(address).content


def test_an_original_is_copied_with_its_name_and_stays_when_its_person_leaves(
    ada: Person, bob: Person
) -> None:
    picture = jpeg(seed=2201, name="reef.jpg", place=LONDON)
    album, (own,) = share(ada, bob, picture, allow_originals=True, show_names=True)
    (said,) = save(bob, album, own)
    assert (said["id"], said["outcome"]) == (own, "saved")
    mine = said["image_id"]
    assert mine != own
    until(lambda: bob.settled(mine))
    kept = bob.http.get(f"/api/images/{mine}").json()
    assert (kept["name"], kept["state"]) == ("reef.jpg", "ready")
    # What is written in the file came with it, as it does with the original that may be saved.
    assert kept["location"]["latitude"] == pytest.approx(LONDON[0], abs=1e-4)
    bob.http.delete(f"/api/shared-albums/{album}").raise_for_status()
    ada.http.delete(f"/api/images/{own}").raise_for_status()
    assert content_of(bob, mine) == picture.content
    assert bob.timeline() == [mine]


def test_what_is_seen_is_copied_where_originals_are_not_to_be_had(ada: Person, bob: Person) -> None:
    """Neither place, nor time of day, nor name, nor camera: only what the album shows."""
    picture = jpeg(seed=2202, name="secret-CANARY.jpg", place=LONDON, size=(3000, 2000))
    album, (own,) = share(ada, bob, picture, show_dates=True)
    (said,) = save(bob, album, own)
    mine = said["image_id"]
    until(lambda: bob.settled(mine))
    kept = bob.http.get(f"/api/images/{mine}").json()
    assert (kept["width"], kept["state"]) == (2048, "ready")
    assert kept["name"].startswith(f"picture-{own[:8]}.")
    assert kept["location"] is None
    assert "Pinhole" not in str(kept)
    assert "14:05" not in str(kept)
    assert "2024-05-03T12:00:00" in str(kept)  # members see the day
    content = content_of(bob, mine)
    for canary in (b"CANARY", b"Pinhole Works", b"Exif", b"2024:05:03"):
        assert canary not in content


def test_what_is_there_already_is_told_and_restored(ada: Person, bob: Person) -> None:
    picture = jpeg(seed=2203)
    album, (own,) = share(ada, bob, picture, allow_originals=True)
    (his,) = bob.upload(picture)
    until(lambda: bob.settled(his))
    (said,) = save(bob, album, own)
    assert (said["outcome"], said["image_id"]) == ("exists", his)
    bob.http.delete(f"/api/images/{his}").raise_for_status()
    (said,) = save(bob, album, own)
    assert (said["outcome"], said["image_id"]) == ("restored", his)
    (said,) = save(bob, album, own)
    assert said["outcome"] == "exists"


def test_what_others_added_is_saved_beside_what_the_owner_has(
    ada: Person, bob: Person, new_person: Any
) -> None:
    album, (own,) = share(ada, bob, jpeg(seed=2204), role="contributor", allow_originals=True)
    (his,) = bob.upload(png(seed=2205))
    until(lambda: bob.settled(his))
    add(bob, album, [his]).raise_for_status()
    carl = new_person()
    bring_in(ada, album, carl)
    said = save(carl, album, own, his)
    assert [each["outcome"] for each in said] == ["saved", "saved"]
    assert [each["id"] for each in said] == [own, his]
    # The owner keeps what a member added before that member leaves.
    (kept,) = save(ada, album, his)
    assert kept["outcome"] == "saved"
    bob.http.delete(f"/api/shared-albums/{album}").raise_for_status()
    assert seen_in(ada, album) == [own]
    until(lambda: ada.settled(kept["image_id"]))
    assert content_of(ada, kept["image_id"]) == content_of(bob, his)


def test_pictures_outside_the_album_are_not_saved(ada: Person, bob: Person) -> None:
    album, (own,) = share(ada, bob, jpeg(seed=2206), allow_originals=True)
    (other,) = ada.upload(jpeg(seed=2207))
    until(lambda: ada.settled(other))
    said = save(bob, album, other, own)
    assert [each["outcome"] for each in said] == ["gone", "saved"]
    assert said[0]["image_id"] is None
    assert ask_to_save(bob, album, *[own] * 11).status_code == 422


def test_the_quota_counts_before_anything_is_copied(
    ada: Person, bob: Person, stack: EmbeddedStack
) -> None:
    album, (own,) = share(ada, bob, png(seed=2208), allow_originals=True)
    environment = stack.environment("api") | {"STORAGE_QUOTA_BYTES": "100"}
    with (
        running_api(environment) as address,
        httpx2.Client(
            base_url=address,
            headers={"Origin": stack.site_origin},
            cookies=bob.http.cookies,
            timeout=30,
        ) as http,
    ):
        (said,) = save(Person(http=http), album, own)
    assert (said["outcome"], said["code"]) == ("refused", "quota_exceeded")
    assert bob.timeline() == []


def test_copies_that_broke_off_are_gone_on_with(ada: Person, bob: Person, database: Engine) -> None:
    """A row that was reserved and has no bytes is what a killed request leaves."""
    picture = jpeg(seed=2209)
    album, (own,) = share(ada, bob, picture, allow_originals=True)
    left = bob.http.post("/api/images", json={"images": [picture.announcement()]})
    reserved = left.json()["places"][0]["image"]["id"]
    (said,) = save(bob, album, own)
    assert (said["outcome"], said["image_id"]) == ("saved", reserved)
    until(lambda: bob.settled(reserved))
    with database.connect() as rows:
        digest = rows.scalar(
            text("SELECT sha256 FROM images WHERE id = :id AND state = 'ready'"), {"id": reserved}
        )
    assert bytes(digest) == sha256(picture.content).digest()


def test_many_copies_wait(ada: Person, bob: Person, database: Engine) -> None:
    album, (own,) = share(ada, bob, jpeg(seed=2210), allow_originals=True)
    use_up(database, PICTURES_SAVED, of=bob.user_id)
    waits = ask_to_save(bob, album, own)
    assert (waits.status_code, "Retry-After" in waits.headers) == (429, True)
    assert bob.timeline() == []
