"""Guests without an account add pictures to an album by a link (issue 14, section 2)."""

import io
import json
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.limiter import _key
from app.accounts.rate_limits.policies import DISCARDED_MEGABYTES
from tests.api.conftest import until
from tests.support.albums import add_to, ids_in, make_album
from tests.support.guests import (
    announced,
    ask,
    collect,
    decide,
    in_a_week,
    outcomes,
    places,
    put,
    send,
    sent,
)
from tests.support.images import Picture, jpeg
from tests.support.rate_limits import leave
from tests.support.shares import PASSWORD, Link, share, shares_of, shown, visit
from tests.support.users import Person, in_turn, told

NewVisitor = Callable[[], httpx2.Client]


@pytest.fixture
def album(ada: Person) -> str:
    return make_album(ada)


def in_trash(person: Person) -> list[str]:
    found = person.http.get("/api/images", params={"deleted": "true"}).json()["images"]
    return [each["id"] for each in found]


def received(guest: httpx2.Client, header: dict[str, str], *ids: str) -> bool:
    return outcomes(guest, header, *ids) == ["received"] * len(ids)


def test_a_guest_sends_a_picture_and_the_owner_finds_it_in_the_album(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    header = visit(visitor, collect(ada, album, review=False))
    (known_as,) = send(visitor, header, jpeg(seed=7101, name="cake.jpg"), added_by="Anna")
    until(lambda: received(visitor, header, known_as))
    until(lambda: ids_in(ada, album))
    (image,) = ids_in(ada, album)
    until(lambda: ada.settled(image))
    (said,) = sent(ada, "accepted")
    assert (said["added_by"], said["image"]["id"], said["image"]["name"]) == (
        "Anna",
        image,
        "cake.jpg",
    )
    assert ada.timeline() == [image]
    until(lambda: shown(visitor, header) == [image])


def test_what_is_reviewed_is_in_no_list_of_the_library_before(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    link = collect(ada, album)
    header = visit(visitor, link)
    send(visitor, header, jpeg(seed=7102), jpeg(seed=7103), added_by="Anna")
    until(lambda: len(sent(ada)) == 2)
    first, second = sent(ada)
    until(lambda: ada.settled(first["image"]["id"]))
    assert ada.timeline() == []
    assert ids_in(ada, album) == []
    assert shown(visitor, header) == []
    assert in_trash(ada) == []
    assert ada.timeline(view="archive") == []
    (listed,) = shares_of(ada)
    assert (listed["collect"]["waiting"], listed["collect"]["taken_pictures"]) == (2, 2)
    # Emptying Recently deleted does not take them along.
    batch = {"action": "delete_for_good", "images": {"match": {"view": "deleted"}}}
    ada.http.post("/api/images/batch", json=batch).raise_for_status()
    assert len(sent(ada)) == 2

    decide(ada, "accept", first["id"])
    assert ids_in(ada, album) == [first["image"]["id"]]
    assert ada.timeline() == [first["image"]["id"]]
    decide(ada, "decline", second["id"])
    assert sent(ada) == []
    assert in_trash(ada) == [second["image"]["id"]]


def test_every_decision_is_undone_and_nothing_is_lost(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    header = visit(visitor, collect(ada, album))
    send(visitor, header, jpeg(seed=7104), jpeg(seed=7105), jpeg(seed=7106))
    until(lambda: len(sent(ada)) == 3)
    done = decide(ada, "accept", all_waiting=True)
    assert (len(done["changed"]), done["has_more"]) == (3, False)
    assert len(ids_in(ada, album)) == 3
    decide(ada, "wait", *done["changed"])
    assert (len(sent(ada)), ids_in(ada, album), ada.timeline()) == (3, [], [])
    decide(ada, "decline", all_waiting=True)
    assert (sent(ada), len(sent(ada, "declined"))) == ([], 3)
    decide(ada, "wait", *done["changed"])
    assert len(sent(ada)) == 3
    decide(ada, "accept", *done["changed"])
    assert decide(ada, "accept", *done["changed"])["changed"] == []  # safe to repeat
    assert len(ids_in(ada, album)) == 3


def test_the_owner_is_asked_by_link_which_pictures_of_whom(
    ada: Person, bob: Person, album: str, visitor: httpx2.Client
) -> None:
    """Strangers see and decide nothing of it (THREATS 1, 3)."""
    header = visit(visitor, collect(ada, album))
    send(visitor, header, jpeg(seed=7107))
    (waiting,) = until(lambda: sent(ada))
    assert sent(bob) == []
    body = {"decision": "accept", "ids": [waiting["id"]]}
    foreign = bob.http.post("/api/collected/decide", json=body)
    body["ids"] = [str(uuid4())]
    absent = bob.http.post("/api/collected/decide", json=body)
    assert foreign.status_code == absent.status_code == 404
    assert told(foreign) == told(absent)
    everything = bob.http.post(
        "/api/collected/decide", json={"decision": "decline", "all_waiting": True}
    )
    assert everything.json() == {"changed": [], "has_more": False}
    assert len(sent(ada)) == 1


def test_guests_do_not_learn_what_the_owner_has(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    """The same bytes are sent once more, to a key of their own, and are one picture in the end."""
    picture, new = jpeg(seed=7108), jpeg(seed=7109)
    (own,) = ada.upload(picture)
    until(lambda: ada.settled(own))
    header = visit(visitor, collect(ada, album, review=False))
    known, unknown = places(visitor, header, announced(picture), announced(new))
    assert known["status"] == unknown["status"] == "upload"
    assert known.keys() == unknown.keys()
    assert own.replace("-", "") not in known["upload"]["url"]
    put(known, picture.content).raise_for_status()
    put(unknown, new.content).raise_for_status()
    until(lambda: received(visitor, header, known["id"], unknown["id"]))
    until(lambda: len(ids_in(ada, album)) == 2)
    assert own in ids_in(ada, album)
    assert len(ada.timeline()) == 2


def test_what_the_owner_had_before_is_theirs_whatever_is_decided(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    picture, deleted = jpeg(seed=7110), jpeg(seed=7111)
    own, gone = ada.upload(picture, deleted)
    until(lambda: ada.settled(own) and ada.settled(gone))
    add_to(ada, album, [own])
    ada.http.delete(f"/api/images/{gone}").raise_for_status()
    header = visit(visitor, collect(ada, album, review=False))
    send(visitor, header, picture, deleted)
    # What is in Recently deleted comes back by its owner's word alone.
    (waiting,) = until(lambda: sent(ada))
    assert waiting["image"]["id"] == gone
    (accepted,) = until(lambda: sent(ada, "accepted"))
    decide(ada, "decline", accepted["id"], waiting["id"])
    assert (ada.timeline(), ids_in(ada, album)) == ([own], [own])
    assert in_trash(ada) == [gone]


# -- bounds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("bound", ["max_pictures", "max_bytes"])
def test_fifty_at_once_fill_no_more_than_the_bound(
    bound: str, ada: Person, album: str, new_visitor: NewVisitor
) -> None:
    size = 300 * 1024
    most: Any = 7 if bound == "max_pictures" else 7 * size + size // 2
    link = collect(ada, album, **{bound: most})
    guests = [(guest := new_visitor(), visit(guest, link)) for _ in range(5)]

    def one(number: int) -> int:
        guest, header = guests[number % len(guests)]
        body = announced(jpeg()) | {"size": size, "sha256": f"{number:064x}"}
        (said,) = in_turn(lambda: ask(guest, header, body)).json()["places"]
        if said["status"] == "refused":
            assert said["code"] == "collection_full"
            assert "takes no more pictures" in said["detail"]
        return int(said["status"] == "upload")

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(one, range(50))) == 7
    (listed,) = shares_of(ada)
    assert listed["collect"]["taken_pictures"] == 7
    assert listed["collect"]["taken_bytes"] == 7 * size


def test_a_file_may_be_as_large_as_those_of_the_owner(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    header = visit(visitor, collect(ada, album))
    (said,) = places(visitor, header, announced(jpeg()) | {"size": 2**40})
    assert (said["status"], said["code"]) == ("refused", "too_large")


def test_videos_are_refused_with_words(ada: Person, album: str, visitor: httpx2.Client) -> None:
    header = visit(visitor, collect(ada, album))
    (said,) = places(visitor, header, announced(jpeg()) | {"content_type": "video/mp4"})
    assert (said["status"], said["code"]) == ("refused", "unsupported_type")
    assert "no videos" in said["detail"]
    told_of = visitor.get("/api/shared", headers=header).json()["collects"]["content_types"]
    assert "image/heic" in told_of
    assert [each for each in told_of if each.startswith("video/")] == []


def test_links_have_bounds_and_an_end(ada: Person, album: str) -> None:
    far = "2999-01-01T00:00:00Z"
    for wrong in (
        {"expires_at": None},
        {"expires_at": far},
        {"collect": {"max_pictures": 2_001}},
        {"collect": {"max_pictures": 0}},
        {"collect": {"max_bytes": 2**50}},
    ):
        body = {"album_id": album, "collect": {}, "expires_at": in_a_week()} | wrong
        assert ada.http.post("/api/shares", json=body).status_code == 422
    assert shares_of(ada) == []
    link = collect(ada, album)
    for wrong in ({"expires_at": None}, {"expires_at": far}):
        assert ada.http.patch(f"/api/shares/{link.id}", json=wrong).status_code == 422


def test_a_selection_collects_nothing(ada: Person) -> None:
    (image,) = ada.upload(jpeg(seed=7114))
    until(lambda: ada.settled(image))
    body: dict[str, Any] = {"images": {"ids": [image]}, "collect": {}}
    assert ada.http.post("/api/shares", json=body).status_code == 422
    link = share(ada, images={"ids": [image]})
    patch = {"collect": {}, "expires_at": "2027-01-01T00:00:00Z"}
    assert ada.http.patch(f"/api/shares/{link.id}", json=patch).status_code == 422


def test_rubbish_of_guests_keeps_the_owner_from_nothing(
    ada: Person, album: str, visitor: httpx2.Client, database: Engine
) -> None:
    header = visit(visitor, collect(ada, album))
    rubbish = Picture(name="cake.jpg", content_type="image/jpeg", content=b"no picture" * 50)
    (known_as,) = send(visitor, header, rubbish)
    until(lambda: outcomes(visitor, header, known_as) == ["refused"])
    assert sent(ada) == []
    owner, guests = ada.user_id, f"guests of {ada.user_id}"
    with database.connect() as rows:
        counted = {
            of: rows.scalar(
                text("SELECT count(*) FROM rate_limits WHERE key = :key"),
                {"key": _key(DISCARDED_MEGABYTES, of)},
            )
            for of in (owner, guests)
        }
    assert counted == {owner: 0, guests: 1}
    leave(database, DISCARDED_MEGABYTES, of=guests, room=-2)
    (said,) = places(visitor, header, announced(jpeg(seed=7115)))
    assert (said["status"], said["code"]) == ("refused", "collection_full")
    assert ada.promise(jpeg(seed=7116))[0]["status"] == "upload"


# -- ends ------------------------------------------------------------------------------------------


def _end(ada: Person, link: Link, _: Engine) -> None:
    ada.http.delete(f"/api/shares/{link.id}").raise_for_status()


def _end_all(ada: Person, _: Link, __: Engine) -> None:
    ada.http.delete("/api/shares").raise_for_status()


def _renew(ada: Person, link: Link, _: Engine) -> None:
    ada.http.post(f"/api/shares/{link.id}/address").raise_for_status()


def _expire(_: Person, link: Link, database: Engine) -> None:
    with database.begin() as rows:
        rows.execute(text("UPDATE shares SET expires_at = now() WHERE id = :id"), {"id": link.id})


def _stop(ada: Person, link: Link, _: Engine) -> None:
    ada.http.patch(f"/api/shares/{link.id}", json={"collect": None}).raise_for_status()


def _new_password(ada: Person, link: Link, _: Engine) -> None:
    ada.http.patch(f"/api/shares/{link.id}", json={"password": PASSWORD}).raise_for_status()


def _delete_album(ada: Person, _: Link, __: Engine) -> None:
    (listed,) = shares_of(ada)
    ada.http.delete(f"/api/albums/{listed['album_id']}").raise_for_status()


@pytest.mark.parametrize(
    "end", [_end, _end_all, _renew, _expire, _stop, _new_password, _delete_album]
)
def test_what_arrives_after_the_end_is_not_taken_in(
    end: Callable[[Person, Link, Engine], None],
    ada: Person,
    album: str,
    visitor: httpx2.Client,
    database: Engine,
    objects_of: Callable[[Person], list[str]],
) -> None:
    """An address that was given before works for a minute at S3, and opens nothing (THREATS 43)."""
    link = collect(ada, album, review=False)
    header = visit(visitor, link)
    picture = jpeg(seed=7117)
    (place,) = places(visitor, header, announced(picture))
    end(ada, link, database)
    put(place, picture.content)  # S3 knows of no link
    states = text("SELECT state FROM collected_images WHERE id = :id")

    def is_gone() -> bool:
        with database.connect() as rows:
            return bool(rows.scalar(states, {"id": place["id"]}) == "gone")

    until(is_gone)
    assert ada.timeline() == []
    assert sent(ada) == sent(ada, "accepted") == []
    again = ask(visitor, header, announced(picture))
    assert again.status_code == 404
    with database.begin() as rows:
        rows.execute(
            text(
                "UPDATE cancelled_uploads SET look_at = now() - interval '1 hour'"
                " WHERE image_id = :id"
            ),
            {"id": place["id"]},
        )
    until(lambda: objects_of(ada) == [])  # the sweep deletes it


def test_an_address_lives_for_a_minute_and_writes_one_file_once(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    header = visit(visitor, collect(ada, album))
    picture, other = jpeg(seed=7118), jpeg(seed=7119)
    (place,) = places(visitor, header, announced(picture))
    assert "X-Amz-Expires=60" in place["upload"]["url"]
    assert put(place, other.content).status_code in {400, 403}
    elsewhere = place["upload"]["url"].replace(place["id"].replace("-", ""), uuid4().hex)
    headers = place["upload"]["headers"]
    assert httpx2.put(elsewhere, content=picture.content, headers=headers).status_code == 403
    assert httpx2.get(place["upload"]["url"]).status_code == 403
    assert httpx2.delete(place["upload"]["url"]).status_code == 403
    put(place, picture.content).raise_for_status()
    assert put(place, picture.content).status_code == 412
    # Another address of the same place does not overwrite it either.
    until(lambda: received(visitor, header, place["id"]))
    (again,) = places(visitor, header, announced(picture, id=place["id"]))
    assert again == {"status": "received", "id": place["id"]}


def test_a_guest_asks_of_nothing_but_this_links_pictures(
    ada: Person, bob: Person, album: str, new_visitor: NewVisitor
) -> None:
    anna, otto = new_visitor(), new_visitor()
    hers = visit(anna, collect(ada, album))
    his = visit(otto, collect(bob, make_album(bob)))
    picture = jpeg(seed=7120)
    (place,) = places(anna, hers, announced(picture))
    assert outcomes(otto, his, place["id"]) == []
    foreign = ask(otto, his, announced(picture, id=place["id"]))
    absent = ask(otto, his, announced(picture, id=str(uuid4())))
    assert foreign.status_code == absent.status_code == 404
    assert told(foreign) == told(absent)
    other = ask(anna, hers, announced(jpeg(seed=7121), id=place["id"]))
    assert other.status_code == 404


def test_a_link_that_only_shows_takes_nothing(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    header = visit(visitor, share(ada, album_id=album))
    answer = ask(visitor, header, announced(jpeg(seed=7122)))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_guests_who_are_not_shown_the_album_see_nothing_of_it(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    (image,) = ada.upload(jpeg(seed=7123))
    until(lambda: ada.settled(image))
    add_to(ada, album, [image])
    link = collect(ada, album, show_pictures=False, review=False)
    header = visit(visitor, link)
    assert shown(visitor, header) == []
    said = visitor.get("/api/shared", headers=header).json()
    assert (said["count"], said["collects"]["shows_others"]) == (0, False)
    answer = visitor.get(f"/api/shared/images/{image}", headers=header)
    assert answer.status_code == 404
    seen = visitor.get("/api/shared/addresses", params={"ids": image}, headers=header).json()
    assert (seen["thumbnails"], seen["previews"]) == ({}, {})
    (listed,) = shares_of(ada)
    assert (listed["kind"], listed["album_id"], listed["collect"]["show_pictures"]) == (
        "album",
        album,
        False,
    )
    send(visitor, header, jpeg(seed=7124))
    until(lambda: len(ids_in(ada, album)) == 2)
    assert shown(visitor, header) == []
    patch = {"collect": {"show_pictures": True}}
    ada.http.patch(f"/api/shares/{link.id}", json=patch).raise_for_status()
    until(lambda: len(shown(visitor, header)) == 2)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  Anna\n\tB.  ", "Anna B."),
        ("\u202eAnna\x00", "Anna"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("\u3164", ""),
    ],
)
def test_a_name_is_plain_text_of_one_line(
    said: str, kept: str, ada: Person, album: str, visitor: httpx2.Client
) -> None:
    header = visit(visitor, collect(ada, album))
    send(visitor, header, jpeg(seed=7125), added_by=said)
    (waiting,) = until(lambda: sent(ada))
    assert waiting["added_by"] == kept
    too_long = ask(visitor, header, announced(jpeg(seed=7126), added_by="a" * 61))
    assert too_long.status_code == 422


def test_the_record_says_what_guests_did_and_what_was_decided(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    header = visit(visitor, collect(ada, album))
    send(visitor, header, jpeg(seed=7127), added_by="Anna")
    (waiting,) = until(lambda: sent(ada))
    decide(ada, "accept", waiting["id"])
    decide(ada, "decline", waiting["id"])

    def events() -> list[str]:
        found = ada.http.get("/api/account/activity").json()["events"]
        return [each["event"] for each in found]

    until(lambda: "guest_pictures_added" in events())
    assert {"share_made", "guest_pictures_accepted", "guest_pictures_declined"} <= set(events())


def test_what_waits_is_counted_for_an_album_and_listed_by_pages(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    other = make_album(ada)
    header = visit(visitor, collect(ada, album))
    send(visitor, header, jpeg(seed=7130), jpeg(seed=7131))
    send(visitor, visit(visitor, collect(ada, other)), jpeg(seed=7132))
    until(lambda: len(sent(ada)) == 3)
    query = {"stage": "waiting", "album_id": album, "limit": "1"}
    page = ada.http.get("/api/collected", params=query).json()
    assert (page["waiting"], len(page["images"])) == (2, 1)
    rest = ada.http.get("/api/collected", params=query | {"cursor": page["next_cursor"]}).json()
    assert (len(rest["images"]), rest["next_cursor"]) == (1, None)
    assert rest["images"][0]["id"] != page["images"][0]["id"]
    wrong = ada.http.get("/api/collected", params={"cursor": "x"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_cursor")


def test_a_copy_of_everything_says_who_sent_what_and_has_what_waits(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    header = visit(visitor, collect(ada, album))
    first, second = jpeg(seed=7133, name="first.jpg"), jpeg(seed=7134, name="second.jpg")
    send(visitor, header, first, second, added_by="Anna")
    waiting = until(lambda: (found := sent(ada)) and len(found) == 2 and found)
    until(lambda: all(ada.settled(each["image"]["id"]) for each in waiting))
    (accepted,) = [each for each in waiting if each["image"]["name"] == "first.jpg"]
    decide(ada, "accept", accepted["id"])
    ada.http.post("/api/account/exports").raise_for_status()

    def parts() -> Any:
        (export,) = ada.http.get("/api/account/exports").json()["exports"]
        return export["state"] == "ready" and export["parts"]

    (part,) = until(parts)
    archive = zipfile.ZipFile(io.BytesIO(httpx2.get(part["url"]).content))
    names = archive.namelist()
    (unreviewed,) = [each for each in names if each.endswith("/second.jpg")]
    assert "/Sent by guests, not reviewed/" in unreviewed
    (place,) = [each for each in names if each.endswith("/first.jpg")]
    assert "guests" not in place
    facts = json.loads(archive.read(f"{place}.json"))
    assert facts["sent_by_guest"]["name"] == "Anna"
