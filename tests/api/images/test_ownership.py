"""Nobody reaches anybody else's pictures, by any operation (THREATS 1, 2, 3, 5)."""

from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.api.app import create_app
from app.http.dependencies import build_parts
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.api.albums.conftest import add_images
from tests.support.albums import add_to, make_album
from tests.support.api_operations import (
    GUARDED,
    PUBLIC,
    STRANGERS_TRY,
    WITHOUT_SECURITY,
    with_some_id,
)
from tests.support.images import Picture, jpeg
from tests.support.search import describe, ids_of, search
from tests.support.tags import change_tag, tag_id, tag_images, tags_of
from tests.support.users import Json, Person, told, told_headers

# Each operation that takes an id, with a body that would change something.
BY_ID: list[tuple[str, str, Json | None]] = [
    ("GET", "/api/images/{image_id}", None),
    ("GET", "/api/images/{image_id}/original", None),
    ("GET", "/api/images/{image_id}/stack", None),
    ("PATCH", "/api/images/{image_id}", {"name": "stolen.jpg"}),
    ("PATCH", "/api/images/{image_id}", {"deleted": False}),
    ("PATCH", "/api/images/{image_id}", {"favourite": True}),
    ("PATCH", "/api/images/{image_id}", {"archived": True}),
    ("PATCH", "/api/images/{image_id}", {"taken": None}),
    ("PATCH", "/api/images/{image_id}", {"rating": 1}),
    ("PATCH", "/api/images/{image_id}", {"location": None}),
    ("PATCH", "/api/images/{image_id}", {"description": {"alt_text": "stolen"}}),
    ("PATCH", "/api/images/{image_id}", {"description": None}),
    ("DELETE", "/api/images/{image_id}", None),
    ("POST", "/api/images/{image_id}/describe", None),
    ("POST", "/api/images/{image_id}/retry", None),
    ("GET", "/api/images/{image_id}/descriptions", None),
    ("POST", "/api/images/{image_id}/complete", None),
]
# The same of albums; {image_id} is a picture that is in it.
ALBUMS_BY_ID: list[tuple[str, str, Json | None]] = [
    ("GET", "/api/albums/{album_id}", None),
    ("GET", "/api/albums/{album_id}/images", None),
    ("GET", "/api/albums/{album_id}/timeline", None),
    ("GET", "/api/albums/{album_id}/timeline/{key}", None),
    ("PATCH", "/api/albums/{album_id}", {"title": "stolen"}),
    ("PATCH", "/api/albums/{album_id}", {"order": "manual"}),
    ("PATCH", "/api/albums/{album_id}", {"cover_id": None}),
    ("DELETE", "/api/albums/{album_id}", None),
    ("POST", "/api/albums/{album_id}/restore", None),
    (
        "POST",
        "/api/albums/{album_id}/order",
        {"ids": ["{image_id}"], "place": "after", "image_id": "{other_id}"},
    ),
]
# And of tags.
TAGS_BY_ID: list[tuple[str, str, Json | None]] = [
    ("GET", "/api/tags/{tag_id}", None),
    ("GET", "/api/tags/{tag_id}/timeline", None),
    ("GET", "/api/tags/{tag_id}/timeline/{key}", None),
    ("PATCH", "/api/tags/{tag_id}", {"path": "stolen"}),
    ("PATCH", "/api/tags/{tag_id}", {"path": "his", "merge": True}),
    ("DELETE", "/api/tags/{tag_id}", None),
    ("POST", "/api/tags/{tag_id}/restore", None),
]
# Operations that name an album in their body.
NAMING_ALBUMS: list[tuple[str, Json]] = [
    (
        "/api/images/batch",
        {"action": action, "album_id": "{album_id}", "images": {"ids": ["{own_id}"]}},
    )
    for action in ("add_to_album", "remove_from_album")
]


@pytest.fixture(scope="module")
def app(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    site_dir = {"SITE_DIR": str(tmp_path_factory.mktemp("site"))}
    return create_app(build_parts(Settings.from_environment(stack.environment("api") | site_dir)))


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    silent = [name for name, view in app.view_functions.items() if not hasattr(view, "access")]
    assert silent == []


def test_only_what_must_be_is_open_to_everyone() -> None:
    assert set(WITHOUT_SECURITY) == PUBLIC


def test_every_operation_on_somebodys_things_is_tried_by_strangers() -> None:
    with_ids = {operation for operation in GUARDED if "{" in operation[1]}
    tried = {(method, path) for method, path, _ in BY_ID + ALBUMS_BY_ID + TAGS_BY_ID}
    assert with_ids == tried | set(STRANGERS_TRY)
    for place in STRANGERS_TRY.values():
        assert (Path(__file__).parents[3] / place).exists()


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_nothing_without_signing_in(visitor: httpx2.Client, method: str, path: str) -> None:
    answer = visitor.request(method, with_some_id(path), json=None if method == "GET" else {})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(("method", "path", "body"), BY_ID)
def test_a_strangers_picture_answers_as_one_that_never_was(
    ada: Person, bob: Person, database: Engine, method: str, path: str, body: Json | None
) -> None:
    (place,) = ada.promise(jpeg(seed=2))
    before = _row(database, place["image"]["id"])

    theirs = bob.http.request(method, path.replace("{image_id}", place["image"]["id"]), json=body)
    random = bob.http.request(method, path.replace("{image_id}", str(uuid4())), json=body)

    assert theirs.status_code == random.status_code == 404
    assert told(theirs) == told(random)
    assert told_headers(theirs) == told_headers(random)
    assert _row(database, place["image"]["id"]) == before


@pytest.mark.parametrize(("method", "path", "body"), ALBUMS_BY_ID)
@pytest.mark.parametrize("deleted", [False, True])
def test_a_strangers_album_answers_as_one_that_never_was(
    ada: Person,
    bob: Person,
    database: Engine,
    method: str,
    path: str,
    body: Json | None,
    *,
    deleted: bool,
) -> None:
    album, images = _album_of(ada)
    if deleted:
        ada.http.delete(f"/api/albums/{album}").raise_for_status()
    before = _album_rows(database, album)

    def ask(album_id: str) -> httpx2.Response:
        names = {"album_id": album_id, "image_id": images[0], "other_id": images[1]}
        address = _filled(path, names | {"key": "2024-07"})
        return bob.http.request(method, address, json=_filled(body, names))

    theirs, random = ask(album), ask(str(uuid4()))
    assert theirs.status_code == random.status_code == 404
    assert told(theirs) == told(random)
    assert told_headers(theirs) == told_headers(random)
    assert _album_rows(database, album) == before


@pytest.mark.parametrize(("path", "body"), NAMING_ALBUMS)
def test_a_strangers_album_is_not_reached_by_its_id_in_a_body(
    ada: Person, bob: Person, database: Engine, path: str, body: Json
) -> None:
    album, _ = _album_of(ada)
    (own,) = bob.promise(jpeg(seed=9))
    before = _album_rows(database, album)

    def ask(album_id: str) -> httpx2.Response:
        names = {"album_id": album_id, "own_id": own["image"]["id"]}
        return bob.http.post(path, json=_filled(body, names))

    theirs, random = ask(album), ask(str(uuid4()))
    assert theirs.status_code == random.status_code == 404
    assert told(theirs) == told(random)
    assert _album_rows(database, album) == before


def test_nothing_is_uploaded_into_a_strangers_album(
    ada: Person, bob: Person, database: Engine
) -> None:
    album, _ = _album_of(ada)
    before = _album_rows(database, album)
    picture = jpeg(seed=10).announcement()
    answers = [
        bob.http.post("/api/images", json={"images": [picture | {"album_id": album_id}]})
        for album_id in (album, str(uuid4()))
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({told(answer) for answer in answers}) == 1
    assert _album_rows(database, album) == before
    (place,) = bob.promise(jpeg(seed=10))
    assert place["status"] == "upload"


def test_a_strangers_pictures_come_into_no_album(ada: Person, bob: Person) -> None:
    album, images = _album_of(ada)
    (theirs,) = bob.promise(jpeg(seed=11))
    his = theirs["image"]["id"]
    his_album = bob.http.post("/api/albums", json={"title": "x"}).json()["id"]
    asked = {"action": "add_to_album", "album_id": album, "images": {"ids": [images[0], his]}}
    assert ada.http.post("/api/images/batch", json=asked).status_code == 404
    assert ada.http.patch(f"/api/albums/{album}", json={"cover_id": his}).status_code == 404
    match = {"match": {"view": "album", "album_id": album}}
    for action in ("delete", "favourite", "add_to_album"):
        of_album = {"album_id": his_album} if action == "add_to_album" else {}
        asked = {"action": action, "images": match} | of_album
        assert bob.http.post("/api/images/batch", json=asked).json()["changed"] == 0
    assert bob.http.get("/api/albums").json()["albums"][0]["count"] == 0
    assert [each["id"] for each in ada.http.get("/api/albums").json()["albums"]] == [album]


@pytest.mark.parametrize(("method", "path", "body"), TAGS_BY_ID)
@pytest.mark.parametrize("deleted", [False, True])
def test_a_strangers_tag_answers_as_one_that_never_was(
    ada: Person,
    bob: Person,
    database: Engine,
    method: str,
    path: str,
    body: Json | None,
    *,
    deleted: bool,
) -> None:
    tag, _ = _tag_of(ada)
    tag_images(bob, "his", [place["image"]["id"] for place in bob.promise(jpeg(seed=12))])
    if deleted:
        ada.http.delete(f"/api/tags/{tag}").raise_for_status()
    before = _tag_rows(database, ada)

    def ask(tag_id: str) -> httpx2.Response:
        address = _filled(path, {"tag_id": tag_id, "key": "2024-07"})
        return bob.http.request(method, address, json=body)

    theirs, random = ask(tag), ask(str(uuid4()))
    assert theirs.status_code == random.status_code == 404
    assert told(theirs) == told(random)
    assert told_headers(theirs) == told_headers(random)
    assert _tag_rows(database, ada) == before


def test_a_strangers_tag_is_not_reached_by_its_id_or_path_in_a_body(
    ada: Person, bob: Person, database: Engine
) -> None:
    tag, images = _tag_of(ada)
    his = [place["image"]["id"] for place in bob.promise(jpeg(seed=13))]
    before = _tag_rows(database, ada)
    for action in ("add_tag", "remove_tag"):
        answers = [change_tag(bob, action, his, tag_id=each) for each in (tag, str(uuid4()))]
        assert {answer.status_code for answer in answers} == {404}
        assert len({told(answer) for answer in answers}) == 1
    assert change_tag(bob, "remove_tag", his, tag="family/Oma").status_code == 404
    match = {"match": {"view": "tag", "tag_id": tag}}
    for action, more in (("delete", {}), ("favourite", {}), ("add_tag", {"tag": "his"})):
        body = {"action": action, "images": match} | more
        assert bob.http.post("/api/images/batch", json=body).json()["changed"] == 0
    # Her picture gets no tag of his, and his own tag of the same name is another.
    assert change_tag(bob, "add_tag", [*his, images[0]], tag="his").status_code == 404
    assert tags_of(bob) == {}
    tag_images(bob, "family/Oma", his)
    assert tags_of(bob) == {"family": 0, "family/Oma": 0}  # it has not arrived
    assert bob.http.get("/api/tags", params={"prefix": "fam"}).json()["tags"][0]["id"] != tag
    assert _tag_rows(database, ada) == before


def test_lists_hold_ones_own_only(ada: Person, bob: Person) -> None:
    (place,) = ada.promise(jpeg(seed=3))
    image_id = place["image"]["id"]
    assert ada.timeline(ids=image_id) == [image_id]
    assert bob.timeline(ids=image_id) == []
    assert bob.timeline(ids=f"{image_id},{uuid4()}") == []
    in_view = "/api/timeline/addresses"
    assert set(ada.http.get(in_view, params={"ids": image_id}).json()["thumbnails"]) == {image_id}
    assert bob.http.get(in_view, params={"ids": image_id}).json()["thumbnails"] == {}
    assert bob.http.get("/api/account").json()["pictures"] == 0


def test_a_search_tells_nothing_of_others(ada: Person, bob: Person, database: Engine) -> None:
    hers, his = add_images(ada, database, 2), add_images(bob, database, 1)
    describe(ada, hers[0], text="A lighthouse", visible_text="FERRY", tags=["coast"])
    add_to(ada, make_album(ada, title="Iceland"), hers)
    describe(bob, his[0], text="A meadow")
    words = ("lighthouse", "ferry", "coast", "iceland", "1.jpg")
    asked = (*words, "2024-03-02", "is:described -meadow")
    for q in asked:
        assert ids_of(ada, q)
        assert set(ids_of(bob, q)) <= set(his)
        nobodys = search(bob, "xylophone") | {"chips": []}
        assert search(bob, f"{q} -meadow") | {"chips": []} in (nobodys, nobodys | {"total": None})
    assert set(search(ada, "lighthouse")["images"][0]) == LISTED | {"why"}
    assert ids_of(bob, "meadow") == his


def test_the_same_bytes_of_another_person_are_not_found(ada: Person, bob: Person) -> None:
    (hers,) = ada.promise(jpeg(seed=4))
    (his,) = bob.promise(jpeg(seed=4))
    assert his["status"] == "upload"
    assert his["image"]["id"] != hers["image"]["id"]


@pytest.mark.parametrize(
    "field", ["owner_id", "id", "state", "size", "sha256", "created_at", "role", "s3_key"]
)
def test_fields_that_are_not_ones_own_to_set_are_refused(
    ada: Person, bob: Person, field: str
) -> None:
    bobs_id = bob.http.get("/api/account").json()["user"]["id"]
    picture = jpeg(seed=5)
    answers = [
        ada.http.post("/api/images", json={"images": [picture.announcement()], field: bobs_id}),
        ada.http.patch("/api/account", json={"descriptions_enabled": False, field: bobs_id}),
    ]
    (place,) = ada.promise(picture)
    answers.append(
        ada.http.patch(f"/api/images/{place['image']['id']}", json={"name": "x", field: bobs_id})
    )
    if field not in picture.announcement():
        extra = picture.announcement() | {field: bobs_id}
        answers.append(ada.http.post("/api/images", json={"images": [extra]}))
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_answers_hold_no_field_that_is_not_listed(ada: Person) -> None:
    (place,) = ada.promise(jpeg(seed=6))
    assert set(place["image"]) == LISTED
    assert set(ada.detail(place["image"]["id"])) == LISTED | {
        "corrected",
        "file",
        "sha256",
        "receipt",
        "camera",
        "location",
        "place",
        "time_zone_guess",
        "rating",
        "caption",
        "stack_reason",
        "albums",
        "tags",
        "animation_url",
        "motion_url",
        "moving_part_id",
        "video_url",
        "description",
        "description_failure",
    }
    assert set(ada.http.get("/api/account").json()["user"]) == {
        "id",
        "email",
        "email_verified",
        "created_at",
        "has_password",
        "is_administrator",
        "descriptions_enabled",
        "stacks_images",
        "delete_after",
    }


def test_ids_follow_no_sequence(ada: Person) -> None:
    places = [place for n in range(3) for place in ada.promise(*_batch(n))]
    ids = [UUID(place["image"]["id"]) for place in places]
    assert len(set(ids)) == 300
    assert all(found.version == 4 for found in ids)
    # The first 32 bits of 300 random ids are hardly ever close to each other.
    starts = sorted(found.int >> 96 for found in ids)
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert min(gaps) > 10
    assert ids != sorted(ids)


def test_absent_and_foreign_look_the_same_two_hundred_times(ada: Person, bob: Person) -> None:
    # How long each takes is measured by tests/bench/existence.py.
    foreign = [place["image"]["id"] for n in range(2) for place in ada.promise(*_batch(n))]
    answers = {told(bob.http.get(f"/api/images/{image_id}")) for image_id in foreign}
    answers |= {told(bob.http.get(f"/api/images/{uuid4()}")) for _ in foreign}
    assert len(foreign) == 200
    assert len(answers) == 1


LISTED = {
    "id",
    "title",
    "name",
    "size",
    "content_type",
    "state",
    "failure",
    "width",
    "height",
    "is_animated",
    "has_motion",
    "motion_milliseconds",
    "thumbhash",
    "timeline_at",
    "taken_at",
    "dated_by",
    "created_at",
    "deleted_at",
    "favourite",
    "archived_at",
    "stack_id",
    "stack_size",
    "is_folded",
    "alt_text",
    "description_state",
    "description_demo",
    "thumbnail_url",
    "preview_url",
    "urls_expire_at",
}


def _batch(number: int) -> list[Picture]:
    return [
        Picture(
            name=f"{n}.jpg", content_type="image/jpeg", content=sha256(bytes([number, n])).digest()
        )
        for n in range(100)
    ]


def _row(database: Engine, image_id: str) -> tuple[object, ...]:
    with database.connect() as connection:
        return tuple(
            connection.execute(text("SELECT * FROM images WHERE id = :id"), {"id": image_id}).one()
        )


def _album_of(person: Person) -> tuple[str, list[str]]:
    """Return an album, and two pictures in it."""
    places = person.promise(jpeg(seed=7), jpeg(seed=8))
    ids = [place["image"]["id"] for place in places]
    album = make_album(person)
    add_to(person, album, ids)
    return album, ids


def _tag_of(person: Person) -> tuple[str, list[str]]:
    """Return a tag, and two pictures that have it."""
    places = person.promise(jpeg(seed=7), jpeg(seed=8))
    ids = [place["image"]["id"] for place in places]
    tag_images(person, "family/Oma", ids)
    return tag_id(person, "family/Oma"), ids


def _filled(value: Any, names: dict[str, str]) -> Any:
    """Fill names in braces into all texts of a value."""
    if isinstance(value, dict):
        return {key: _filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    return value.format(**names) if isinstance(value, str) else value


def _album_rows(database: Engine, album_id: str) -> list[tuple[object, ...]]:
    words = (
        "SELECT albums.*, image_id, position, shown_at FROM albums LEFT JOIN album_images"
        " ON album_id = id WHERE id = :id ORDER BY image_id"
    )
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(words), {"id": album_id})]


def _tag_rows(database: Engine, person: Person) -> list[tuple[object, ...]]:
    words = (
        "SELECT tags.*, image_id FROM tags LEFT JOIN image_tags ON tag_id = id"
        " WHERE owner_id = :id ORDER BY key, image_id"
    )
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(words), {"id": person.user_id})]
