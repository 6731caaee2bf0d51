"""Share links for their owner: made, changed, listed and ended (THREATS 1, 2, 3, 43)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import SHARE_CHANGES
from scripts.embedded.models import StandIn
from scripts.embedded.stack import EmbeddedStack
from tests.api.albums.conftest import add_images
from tests.api.conftest import api_settings, running_api
from tests.support.albums import add_to, change_album, make_album
from tests.support.rate_limits import use_up
from tests.support.shares import PASSWORD, in_view, open_link, share, shares_of, shown, visit
from tests.support.users import Json, Person, told, told_headers


def tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).isoformat()


def rows(database: Engine, person: Person) -> list[tuple[Any, ...]]:
    query = text("SELECT * FROM shares WHERE owner_id = :id ORDER BY id")
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(query, {"id": person.user_id})]


def test_an_album_is_shared_as_it_is_when_somebody_looks(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    images = add_images(ada, database, 4)
    album = make_album(ada)
    add_to(ada, album, images[:2])
    link = share(ada, album_id=album)
    header = visit(visitor, link)
    assert shown(visitor, header) == images[:2]
    add_to(ada, album, images[2:])
    assert shown(visitor, header) == images
    change_album(ada, "remove_from_album", album, images[:1]).raise_for_status()
    assert shown(visitor, header) == images[1:]
    ada.http.patch(f"/api/albums/{album}", json={"order": "oldest"}).raise_for_status()
    assert shown(visitor, header) == images[:0:-1]
    moved = {"ids": [images[1]], "place": "before", "image_id": images[3]}
    ada.http.post(f"/api/albums/{album}/order", json=moved).raise_for_status()
    assert shown(visitor, header) == [images[1], images[3], images[2]]


def test_a_selection_stays_as_it_was(ada: Person, visitor: httpx2.Client, database: Engine) -> None:
    images = add_images(ada, database, 4)
    album = make_album(ada)
    add_to(ada, album, images[:3])
    picked = share(ada, images={"ids": [images[2], images[0]]})
    match = {"view": "album", "album_id": album}
    matching = share(ada, images={"match": match})
    add_to(ada, album, images[3:])
    assert shown(visitor, visit(visitor, picked)) == [images[0], images[2]]
    assert shown(visitor, visit(visitor, matching)) == images[:3]


def test_what_is_said_of_a_link(ada: Person, visitor: httpx2.Client, database: Engine) -> None:
    images = add_images(ada, database, 3)
    album = make_album(ada, title="Iceland")
    add_to(ada, album, images)
    fields = {"name": "For Grandma", "title": "Our week", "note": "Look at the\nwhales!"}
    made = ada.http.post("/api/shares", json={"album_id": album, "expires_at": tomorrow()} | fields)
    assert made.status_code == 201
    token = made.json()["url"].partition("/s#")[2]
    assert len(token) == 43  # 256 bits
    open_link(visitor, token).raise_for_status()
    (told_of,) = shares_of(ada)
    assert "url" not in told_of
    assert told_of | fields == told_of
    assert (told_of["kind"], told_of["album_title"], told_of["state"]) == (
        "album",
        "Iceland",
        "open",
    )
    assert (told_of["count"], told_of["visits"], told_of["has_password"]) == (3, 1, False)
    assert told_of["last_visit_at"] > told_of["created_at"]
    kept = str(rows(database, ada))
    assert token not in kept


def test_several_links_to_one_album_are_counted_apart(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    album = make_album(ada)
    add_to(ada, album, add_images(ada, database, 1))
    first, second = (share(ada, album_id=album, name=name) for name in ("first", "second"))
    visit(visitor, first)
    visit(visitor, first)
    visit(visitor, second)
    visit(ada.http, second)  # their own do not count
    assert {each["name"]: each["visits"] for each in shares_of(ada)} == {"first": 2, "second": 1}


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"password": "short"}, 422, "weak_password"),
        ({"password": "password1"}, 422, "weak_password"),
        ({"password": ""}, 422, "weak_password"),
        ({"password": "x" * 2000}, 422, "validation_failed"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "validation_failed"),
        ({"expires_at": "2099-01-01T00:00:00"}, 422, "validation_failed"),
        ({"expires_at": "9999-12-31T23:59:59-12:00"}, 422, "validation_failed"),
        ({"images": {"ids": [str(uuid4())]}}, 422, "validation_failed"),
        ({"album_id": None}, 422, "validation_failed"),
        ({"album_id": str(uuid4())}, 404, "not_found"),
        ({"album_id": None, "images": {"ids": [str(uuid4())]}}, 404, "not_found"),
        ({"album_id": None, "images": {"match": {"view": "archive"}}}, 404, "not_found"),
        ({"owner_id": str(uuid4())}, 422, "validation_failed"),
        ({"token_hash": "x"}, 422, "validation_failed"),
        ({"visits": 7}, 422, "validation_failed"),
    ],
)
def test_what_is_refused_makes_no_link(
    ada: Person, database: Engine, fields: Json, status: int, code: str
) -> None:
    body = {"album_id": make_album(ada)} | fields
    answer = ada.http.post("/api/shares", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert rows(database, ada) == []


def test_what_is_not_in_the_library_is_not_shared(
    ada: Person, bob: Person, database: Engine
) -> None:
    hers, his = add_images(ada, database, 2), add_images(bob, database, 1)
    ada.http.delete(f"/api/images/{hers[0]}").raise_for_status()
    for ids in ([hers[1], his[0]], [hers[1], hers[0]], [hers[1], str(uuid4())]):
        answer = ada.http.post("/api/shares", json={"images": {"ids": ids}})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for album in (make_album(bob), str(uuid4())):
        answer = ada.http.post("/api/shares", json={"album_id": album})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert rows(database, ada) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/api/shares/{share_id}", {"title": "stolen"}),
        ("PATCH", "/api/shares/{share_id}", {"password": None}),
        ("PATCH", "/api/shares/{share_id}", {"allow_downloads": True}),
        ("POST", "/api/shares/{share_id}/address", None),
        ("DELETE", "/api/shares/{share_id}", None),
    ],
)
def test_a_strangers_link_answers_as_one_that_never_was(
    ada: Person, bob: Person, database: Engine, method: str, path: str, body: Json | None
) -> None:
    link = share(ada, album_id=make_album(ada), password=PASSWORD)
    before = rows(database, ada)
    theirs, random = (
        bob.http.request(method, path.format(share_id=share_id), json=body)
        for share_id in (link.id, str(uuid4()))
    )
    assert theirs.status_code == random.status_code == 404
    assert told(theirs) == told(random)
    assert told_headers(theirs) == told_headers(random)
    bob.http.delete("/api/shares").raise_for_status()
    assert shares_of(bob) == []
    assert rows(database, ada) == before


def test_changes_count_at_once(ada: Person, visitor: httpx2.Client, database: Engine) -> None:
    (image,) = add_images(ada, database, 1)
    link = share(ada, images={"ids": [image]})
    header = visit(visitor, link)
    assert visitor.get(f"/api/shared/images/{image}", headers=header).json()["name"] is None
    path = f"/api/shares/{link.id}"
    ada.http.patch(path, json={"show_names": True, "show_dates": True}).raise_for_status()
    seen = visitor.get(f"/api/shared/images/{image}", headers=header).json()
    assert (seen["name"], seen["date"]) == ("0.jpg", "2024-03-01")
    changed = ada.http.patch(path, json={"password": PASSWORD, "expires_at": tomorrow()})
    assert (changed.json()["has_password"], changed.json()["state"]) == (True, "open")
    assert visitor.get("/api/shared/images", headers=header).status_code == 404
    header = visit(visitor, link, PASSWORD)
    ada.http.patch(path, json={"password": "three herons at low tide"}).raise_for_status()
    assert visitor.get("/api/shared/images", headers=header).status_code == 404
    ada.http.patch(path, json={"password": None}).raise_for_status()
    assert shown(visitor, visit(visitor, link)) == [image]
    weak = ada.http.patch(path, json={"password": "short", "title": "other"})
    assert (weak.status_code, shares_of(ada)[0]["title"]) == (422, "")


def test_another_address_ends_the_former(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    link = share(ada, images={"ids": add_images(ada, database, 1)})
    header = visit(visitor, link)
    renewed = ada.http.post(f"/api/shares/{link.id}/address").json()["url"].partition("#")[2]
    assert open_link(visitor, link.token).status_code == 404
    assert visitor.get("/api/shared/images", headers=header).status_code == 404
    assert open_link(visitor, renewed).status_code == 200


def test_each_is_ended_and_all_at_once(ada: Person, bob: Person, visitor: httpx2.Client) -> None:
    album = make_album(ada)
    links = [share(ada, album_id=album) for _ in range(3)]
    his = share(bob, album_id=make_album(bob))
    assert ada.http.delete(f"/api/shares/{links[0].id}").status_code == 204
    assert ada.http.delete(f"/api/shares/{links[0].id}").status_code == 404
    opened = [open_link(visitor, link.token).status_code for link in links]
    assert opened == [404, 200, 200]
    assert ada.http.delete("/api/shares").json() == {"ended": 2}
    assert ada.http.delete("/api/shares").json() == {"ended": 0}
    assert {open_link(visitor, link.token).status_code for link in links} == {404}
    assert open_link(visitor, his.token).status_code == 200


def test_what_is_deleted_is_shown_no_more(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    images = add_images(ada, database, 3)
    album = make_album(ada)
    add_to(ada, album, images)
    links = [share(ada, album_id=album), share(ada, images={"ids": images})]
    headers = [visit(visitor, link) for link in links]
    ada.http.delete(f"/api/images/{images[0]}").raise_for_status()
    for header in headers:
        assert shown(visitor, header) == images[1:]
        assert in_view(visitor, header, *images)["thumbnails"].keys() == set(images[1:])
        gone = visitor.get(f"/api/shared/images/{images[0]}", headers=header)
        assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    ada.http.delete(f"/api/albums/{album}").raise_for_status()
    assert open_link(visitor, links[0].token).status_code == 404
    assert visitor.get("/api/shared/images", headers=headers[0]).status_code == 404
    assert {each["kind"]: each["state"] for each in shares_of(ada)} == {
        "album": "album_deleted",
        "selection": "open",
    }
    ada.http.post(f"/api/albums/{album}/restore").raise_for_status()
    assert shown(visitor, headers[0]) == images[1:]


def test_an_account_that_is_shut_shows_nothing(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    images = add_images(ada, database, 1)
    link = share(ada, images={"ids": images})
    header = visit(visitor, link)
    with database.begin() as connection:
        query = text("UPDATE users SET disabled_at = now() WHERE email = :email")
        connection.execute(query, {"email": ada.email})
    assert open_link(visitor, link.token).status_code == 404
    assert visitor.get("/api/shared/images", headers=header).status_code == 404


def test_a_site_may_forbid_links(
    ada: Person, stack: EmbeddedStack, model: StandIn, database: Engine
) -> None:
    link = share(ada, images={"ids": add_images(ada, database, 1)})
    header = visit(ada.http, link)
    settings = api_settings(stack, model) | {"SHARE_LINKS": "forbid"}
    with running_api(settings) as address:
        there = httpx2.Client(
            base_url=address, headers=ada.http.headers, cookies=ada.http.cookies, timeout=30
        )
        with there:
            refused = there.post("/api/shares", json={"album_id": make_album(ada)})
            assert (refused.status_code, refused.json()["code"]) == (403, "share_links_forbidden")
            renewed = there.post(f"/api/shares/{link.id}/address")
            assert (renewed.status_code, renewed.json()["code"]) == (403, "share_links_forbidden")
            assert open_link(there, link.token).status_code == 404
            assert there.get("/api/shared/images", headers=header).status_code == 404
            listed = there.get("/api/shares").json()
            assert (listed["allowed"], listed["shares"][0]["state"]) == (False, "forbidden")
            assert there.delete(f"/api/shares/{link.id}").status_code == 204


def test_the_record_tells_of_links_and_not_what_they_show(ada: Person) -> None:
    link = share(ada, album_id=make_album(ada, title="Secret"), title="Secret", password=PASSWORD)
    ada.http.patch(f"/api/shares/{link.id}", json={"allow_downloads": True}).raise_for_status()
    ada.http.delete(f"/api/shares/{link.id}").raise_for_status()
    share(ada, album_id=make_album(ada))
    ada.http.delete("/api/shares").raise_for_status()
    events = ada.http.get("/api/account/activity").json()["events"]
    assert [each["event"] for each in events[:5]] == [
        "shares_ended",
        "share_made",
        "share_ended",
        "share_changed",
        "share_made",
    ]
    assert events[0]["detail"] == {"shares": 1}
    assert events[3]["detail"] == {
        "share": link.id,
        "shows": "album",
        "with_password": True,
        "with_collecting": False,
        "with_downloads": True,
    }
    assert "Secret" not in str(events)


def test_links_of_one_person_end_somewhere(ada: Person, bob: Person, database: Engine) -> None:
    album = make_album(ada)
    add = text(
        "INSERT INTO shares (id, owner_id, token_hash, name, title, note, created_at)"
        " SELECT gen_random_uuid(), :id, sha256(convert_to(:id || n, 'UTF8')), '', '', '', now()"
        " FROM generate_series(1, 500) AS n"
    )
    with database.begin() as connection:
        connection.execute(add, {"id": ada.user_id})
    answer = ada.http.post("/api/shares", json={"album_id": album})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_shares")
    use_up(database, SHARE_CHANGES, of=bob.user_id)
    his = bob.http.post("/api/shares", json={"album_id": make_album(bob)})
    assert (his.status_code, his.json()["code"]) == (429, "too_many_requests")
    assert shares_of(bob) == []


def test_pictures_in_links_of_one_person_end_somewhere(ada: Person, database: Engine) -> None:
    images = add_images(ada, database, 10_001)
    answer = ada.http.post("/api/shares", json={"images": {"match": {"view": "timeline"}}})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_to_share")
    for _ in range(10):
        share(ada, images={"ids": images[:10_000]})
    answer = ada.http.post("/api/shares", json={"images": {"ids": images[:1]}})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_in_shares")
    assert len(shares_of(ada)) == 10
