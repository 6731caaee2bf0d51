"""Pictures of a shared album are copied into one's own library, and stay there (issue 14)."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import ASKED_OF_S3, PICTURES_SAVED
from app.clients.aws.image_store import delete_versions, key_of
from scripts.embedded.policies import BUCKET
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import running_api, until
from tests.embedded.raw_http import client
from tests.support.albums import add_to, make_album
from tests.support.images import jpeg, png
from tests.support.library import root_environment
from tests.support.members import add, bring_in, let, seen_in
from tests.support.rate_limits import leave, use_up
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


def lose_original(stack: EmbeddedStack, person: Person, image: str) -> None:
    """Let S3 have the original of a picture no more."""
    place = key_of(UUID(person.user_id), UUID(image), "original")
    delete_versions(
        client(stack, "s3", keys=root_environment(stack)), bucket_name=BUCKET, prefix=place
    )


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


def test_one_that_is_lost_keeps_no_other_from_being_saved(
    ada: Person, bob: Person, stack: EmbeddedStack
) -> None:
    pictures = [png(seed=seed) for seed in range(2223, 2227)]
    album, ids = share(ada, bob, *pictures, allow_originals=True)
    # They are copied in this order, and by one session.
    first = min(range(4), key=lambda at: sha256(pictures[at].content).digest())
    lose_original(stack, ada, ids[first])
    said = [each["outcome"] for each in save(bob, album, *ids)]
    assert said == ["later" if at == first else "saved" for at in range(4)]


def test_many_copies_wait(ada: Person, bob: Person, database: Engine) -> None:
    album, (own,) = share(ada, bob, jpeg(seed=2210), allow_originals=True)
    use_up(database, PICTURES_SAVED, of=bob.user_id)
    waits = ask_to_save(bob, album, own)
    assert (waits.status_code, "Retry-After" in waits.headers) == (429, True)
    assert bob.timeline() == []


def test_ones_own_pictures_are_there_already(ada: Person, bob: Person) -> None:
    """Where originals are not to be had, no small copies of them are made."""
    album, (own,) = share(ada, bob, jpeg(seed=2211), role="contributor")
    (his,) = bob.upload(png(seed=2212))
    until(lambda: bob.settled(his))
    add(bob, album, [his]).raise_for_status()
    for person, theirs in ((ada, own), (bob, his)):
        (said,) = save(person, album, theirs)
        assert (said["outcome"], said["image_id"]) == ("exists", theirs)
        assert person.timeline() == [theirs]


def test_a_day_before_any_clock_of_a_file_is_taken_along(ada: Person, bob: Person) -> None:
    album, (scan,) = share(ada, bob, png(seed=2213), show_dates=True, allow_originals=True)
    taken = {"taken": {"at": "1965-08-02T10:30:00", "offset_minutes": None}}
    ada.http.patch(f"/api/images/{scan}", json=taken).raise_for_status()
    (said,) = save(bob, album, scan)
    until(lambda: bob.settled(said["image_id"]))
    kept = bob.http.get(f"/api/images/{said['image_id']}").json()
    assert kept["timeline_at"] == "1965-08-02T12:00:00"


def test_what_is_there_already_uses_up_nothing(ada: Person, bob: Person, database: Engine) -> None:
    album, (one, two, three) = share(
        ada, bob, png(seed=2214), png(seed=2215), png(seed=2216), allow_originals=True
    )
    leave(database, PICTURES_SAVED, of=bob.user_id, room=2)
    assert [each["outcome"] for each in save(bob, album, one)] == ["saved"]
    assert [each["outcome"] for each in save(bob, album, one, one, one)] == ["exists"] * 3
    assert [each["outcome"] for each in save(bob, album, one, two)] == ["exists", "saved"]
    assert ask_to_save(bob, album, three).status_code == 429
    assert ask_to_save(bob, album, one, two).status_code == 200


def test_what_could_not_be_copied_uses_up_nothing(
    ada: Person, bob: Person, database: Engine, stack: EmbeddedStack
) -> None:
    album, (lost, there) = share(ada, bob, png(seed=2217), png(seed=2218), allow_originals=True)
    lose_original(stack, ada, lost)
    leave(database, PICTURES_SAVED, of=bob.user_id, room=1)
    assert [each["outcome"] for each in save(bob, album, lost)] == ["later"]
    assert [each["outcome"] for each in save(bob, album, there)] == ["saved"]


@pytest.mark.parametrize("originals", [True, False])
def test_who_asked_s3_for_many_waits(
    ada: Person, bob: Person, database: Engine, *, originals: bool
) -> None:
    album, (own,) = share(ada, bob, png(seed=2219), allow_originals=originals)
    use_up(database, ASKED_OF_S3, of=bob.user_id)
    waits = ask_to_save(bob, album, own)
    assert (waits.status_code, waits.json()["code"]) == (429, "too_many_at_once")
    assert bob.timeline() == []


def test_one_save_of_a_person_at_a_time(ada: Person, bob: Person, database: Engine) -> None:
    """Others of the same person are told to wait, and no thread waits for them."""
    album, (one, two) = share(ada, bob, png(seed=2220), png(seed=2221), allow_originals=True)
    batch = text("SELECT pg_advisory_xact_lock(hashtextextended(:user, 4))")
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with ThreadPoolExecutor(1) as beside:
        with database.begin() as held, database.connect() as looking:
            held.execute(batch, {"user": bob.user_id})
            first = beside.submit(save, bob, album, one)
            until(lambda: looking.scalar(waiting))
            second = ask_to_save(bob, album, two)
        assert (second.status_code, second.json()["code"]) == (429, "too_many_at_once")
        assert [each["outcome"] for each in first.result()] == ["saved"]
    assert [each["outcome"] for each in save(bob, album, two)] == ["saved"]
    # What ends with an error lets the next one in, too.
    use_up(database, PICTURES_SAVED, of=bob.user_id)
    (three,) = ada.upload(png(seed=2222))
    until(lambda: ada.settled(three))
    add_to(ada, album, [three])
    for _ in range(2):
        assert ask_to_save(bob, album, three).json()["code"] == "too_many_requests"


def test_copies_are_told_of_although_somebody_holds_their_rows(
    ada: Person, bob: Person, database: Engine
) -> None:
    picture = png(seed=2230)
    album, (own,) = share(ada, bob, picture, allow_originals=True)
    left = bob.http.post("/api/images", json={"images": [picture.announcement()]})
    reserved = left.json()["places"][0]["image"]["id"]
    leave(database, ASKED_OF_S3, of=bob.user_id, room=100)
    counts = text("SELECT 1 FROM rate_limits WHERE key LIKE :key FOR UPDATE")
    row = text("SELECT 1 FROM images WHERE id = :id FOR UPDATE")
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with ThreadPoolExecutor(2) as beside, database.connect() as held, database.connect() as looking:
        counting = database.connect()
        counting.execute(counts, {"key": f"{ASKED_OF_S3.name}:%"})
        saving = beside.submit(save, bob, album, own)
        until(lambda: looking.scalar(waiting) == 1)
        # It waits for the row that is reserved, and has it once that is committed.
        holding = beside.submit(held.execute, row, {"id": reserved})
        until(lambda: looking.scalar(waiting) == 2)
        counting.close()
        holding.result()
        assert [each["outcome"] for each in saving.result()] == ["saved"]
        held.rollback()
    until(lambda: bob.settled(reserved))
