"""What a page needs to make a zip by itself: names as a set, and addresses of originals alone."""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import ORIGINALS_OF_SHARE
from app.api.app import create_app
from app.clients.aws.boto import PolicyTooLargeError, make_client
from app.clients.aws.session_policies import MAX_VISITOR_ORIGINALS, VISITOR_SECONDS
from app.http.dependencies import build_parts
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.api.albums.conftest import add_images
from tests.api.conftest import keys_of, until
from tests.support.albums import add_to, make_album
from tests.support.images import jpeg
from tests.support.rate_limits import use_up
from tests.support.shares import share, visit
from tests.support.users import Json, Person, told


def entries(person: Person, images: Json, **more: object) -> Json:
    answer = person.http.post("/api/downloads/entries", json={"images": images, **more})
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def originals(person: Person, *ids: str, **more: str) -> Json:
    answer = person.http.get("/api/downloads/originals", params={"ids": ",".join(ids), **more})
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def whole(found: Json, image: str) -> str:
    shared = found["addresses"]
    return f"{shared['base']}{found['originals'][image]}&{shared['query']}"


def rename(database: Engine, image: str, name: str) -> None:
    with database.begin() as connection:
        change = text("UPDATE images SET name = :name WHERE id = :id")
        connection.execute(change, {"name": name, "id": image})


def test_an_original_is_read_whole_and_from_where_it_broke_off(ada: Person) -> None:
    picture = jpeg(seed=1401, name="IMG_1.JPG")
    (image,) = ada.upload(picture)
    until(lambda: ada.settled(image))
    told_of = entries(ada, {"ids": [image]}, title="Iceland / 2024")
    assert told_of["folder"] == "Iceland _ 2024"
    assert (told_of["ids"], told_of["names"]) == ([image], ["IMG_1.JPG"])
    assert told_of["sizes"] == [len(picture.content)]
    assert told_of["crc32s"] == [zlib.crc32(picture.content)]
    assert told_of["next_cursor"] is None
    url = whole(originals(ada, image), image)
    read = httpx2.get(url)
    assert read.content == picture.content
    assert read.headers["Content-Disposition"] == "attachment"
    assert read.headers["Content-Type"] == "application/octet-stream"
    rest = httpx2.get(url, headers={"Range": "bytes=1000-"})
    assert (rest.status_code, rest.content) == (206, picture.content[1000:])


def test_names_are_safe_as_a_set(ada: Person, database: Engine) -> None:
    ids = add_images(ada, database, 6)
    names = ["a.jpg", "A.JPG", "a.jpg.xmp", "con.jpg", "é.jpg", "e\u0301.jpg"]
    for image, name in zip(ids, names, strict=True):
        rename(database, image, name)
    found = entries(ada, {"ids": ids})
    taken = dict(zip(found["ids"], found["names"], strict=True))
    assert "_con.jpg" in taken.values()
    sidecars = {name.casefold() for name in taken.values()} | {
        f"{name}.xmp".casefold() for name in taken.values()
    }
    assert len(sidecars) == 2 * len(ids)
    assert found["folder"] == "Pictures"


def test_all_of_an_album_comes(ada: Person, database: Engine) -> None:
    ids = add_images(ada, database, 5)
    album = make_album(ada)
    add_to(ada, album, ids)
    match = {"match": {"view": "album", "album_id": album}}
    found = entries(ada, match)
    assert sorted(found["ids"]) == sorted(ids)
    assert found["next_cursor"] is None
    for wrong in ("x", "bGlzdHwxfDI"):
        body = {"images": match, "cursor": wrong}
        answer = ada.http.post("/api/downloads/entries", json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_a_sidecar_comes_where_its_person_set_something(ada: Person, database: Engine) -> None:
    plain, rated = add_images(ada, database, 2)
    ada.http.patch(f"/api/images/{rated}", json={"rating": 4}).raise_for_status()
    assert originals(ada, plain, rated)["sidecars"] == {}
    found = originals(ada, plain, rated, sidecars="true")["sidecars"]
    assert found.keys() == {rated}
    assert "<xmp:Rating>4</xmp:Rating>" in found[rated]


def test_a_strangers_pictures_are_as_such_that_never_were(
    ada: Person, bob: Person, database: Engine
) -> None:
    (his,) = add_images(bob, database, 1)
    album = make_album(bob)
    add_to(bob, album, [his])
    nothing = entries(ada, {"ids": [str(uuid4())]})
    assert nothing["ids"] == []
    assert entries(ada, {"ids": [his]}) == nothing
    assert entries(ada, {"ids": [his], "whole_stacks": True}) == nothing
    assert entries(ada, {"match": {"view": "album", "album_id": album}}) == nothing
    assert originals(ada, his, sidecars="true")["originals"] == {}


def test_what_has_not_arrived_is_left_out(ada: Person, database: Engine) -> None:
    (image,) = add_images(ada, database, 1)
    with database.begin() as connection:
        change = text("UPDATE images SET state = 'uploading' WHERE id = :id")
        connection.execute(change, {"id": image})
    assert entries(ada, {"ids": [image]})["ids"] == []
    assert originals(ada, image)["originals"] == {}


def test_lists_end_somewhere(ada: Person) -> None:
    many = ",".join(str(uuid4()) for _ in range(51))
    assert ada.http.get("/api/downloads/originals", params={"ids": many}).status_code == 422
    body: Json = {"images": {"ids": [str(uuid4()) for _ in range(10_001)]}}
    assert ada.http.post("/api/downloads/entries", json=body).status_code == 422
    body = {"images": {"ids": [str(uuid4())]}, "title": "x" * 201}
    assert ada.http.post("/api/downloads/entries", json=body).status_code == 422


def test_a_visitor_saves_what_the_link_shows_and_nothing_else(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    picture = jpeg(seed=1402, name="Grandma's house.jpg")
    (image,) = ada.upload(picture)
    until(lambda: ada.settled(image))
    (other,) = add_images(ada, database, 1)
    link = share(ada, images={"ids": [image]}, title="Us")
    header = visit(visitor, link)
    asked = {"ids": [image, other, str(uuid4())]}
    query = {"ids": ",".join(asked["ids"])}

    def both() -> list[httpx2.Response]:
        return [
            visitor.post("/api/shared/downloads/entries", json=asked, headers=header),
            visitor.get("/api/shared/downloads/originals", params=query, headers=header),
        ]

    assert [each.status_code for each in both()] == [404, 404]
    ada.http.patch(f"/api/shares/{link.id}", json={"allow_downloads": True}).raise_for_status()
    listed, addresses = both()
    assert listed.json()["ids"] == [image]
    assert listed.json()["names"] == [f"picture-{image[:8]}.jpg"]
    assert listed.json()["dates"] == [None]
    assert "Grandma" not in listed.text + addresses.text
    found = addresses.json()
    assert found["originals"].keys() == {image}
    assert found["sidecars"] == {}
    left = datetime.fromisoformat(found["urls_expire_at"]) - datetime.now(UTC)
    assert left <= timedelta(seconds=VISITOR_SECONDS)
    assert httpx2.get(whole(found, image)).content == picture.content
    shows = {"show_names": True, "show_dates": True}
    ada.http.patch(f"/api/shares/{link.id}", json=shows).raise_for_status()
    listed, _ = both()
    assert listed.json()["names"] == ["Grandma's house.jpg"]
    assert listed.json()["dates"] != [None]


def test_the_session_of_a_visitor_reads_these_originals_alone(
    ada: Person, visitor: httpx2.Client
) -> None:
    first, second = ada.upload(jpeg(seed=1403, name="1.jpg"), jpeg(seed=1404, name="2.jpg"))
    until(lambda: ada.settled(first) and ada.settled(second))
    link = share(ada, images={"ids": [first, second]}, allow_downloads=True)
    header = visit(visitor, link)
    path = "/api/shared/downloads/originals"
    found = visitor.get(path, params={"ids": first}, headers=header).json()
    url = whole(found, first)
    assert httpx2.get(url).status_code == 200
    # The signature is of the first one's key; the session's policy would refuse the other, too.
    altered = url.replace(UUID(first).hex, UUID(second).hex)
    assert altered != url
    assert httpx2.get(altered).status_code == 403


class OneKeySts:
    """The stack's STS, but one that takes no policy of two originals."""

    def __init__(self, sts: Any) -> None:
        self._sts = sts

    def assume_role(self, *, Policy: str, **more: Any) -> Any:  # noqa: N803 - boto3's
        if len(json.loads(Policy)["Statement"][0]["Resource"]) > 1:
            raise PolicyTooLargeError("PackedPolicyTooLarge")
        return self._sts.assume_role(Policy=Policy, **more)


@pytest.fixture
def one_key_api(stack: EmbeddedStack, site: str) -> Iterator[FlaskClient]:  # noqa: ARG001 - migrated
    """An API whose STS takes policies of one original only."""
    environment = stack.environment("api")
    with keys_of(environment):
        settings = Settings.from_environment(environment)
        parts = build_parts(settings, sts=OneKeySts(make_client("sts", settings)))
        yield create_app(parts).test_client()


def test_the_first_one_asked_for_has_an_address_however_few_sts_takes(
    ada: Person, visitor: httpx2.Client, database: Engine, one_key_api: FlaskClient
) -> None:
    images = add_images(ada, database, 3)
    header = visit(visitor, share(ada, images={"ids": images}, allow_downloads=True))
    for asked in (images, images[::-1]):
        answer = one_key_api.get(
            "/api/shared/downloads/originals", query_string={"ids": ",".join(asked)}, headers=header
        )
        assert answer.status_code == 200, answer.text
        assert answer.get_json()["originals"].keys() == {asked[0]}


def test_none_that_a_link_does_not_show_answer_alike(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine
) -> None:
    (image, hidden), (his,) = add_images(ada, database, 2), add_images(bob, database, 1)
    header = visit(visitor, share(ada, images={"ids": [image]}, allow_downloads=True))
    answers = [
        visitor.get("/api/shared/downloads/originals", params={"ids": each}, headers=header)
        for each in (hidden, his, str(uuid4()))
    ]
    assert {each.status_code for each in answers} == {404}
    assert len({told(each) for each in answers}) == 1


def test_a_visitors_lists_end_somewhere(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    images = add_images(ada, database, 1)
    header = visit(visitor, share(ada, images={"ids": images}, allow_downloads=True))
    many = [str(uuid4()) for _ in range(10_001)]
    answer = visitor.post("/api/shared/downloads/entries", json={"ids": many}, headers=header)
    assert answer.status_code == 422
    few = ",".join(many[: MAX_VISITOR_ORIGINALS + 1])
    answer = visitor.get("/api/shared/downloads/originals", params={"ids": few}, headers=header)
    assert answer.status_code == 422


def test_many_sessions_for_originals_of_a_link_wait(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    (image,) = add_images(ada, database, 1)
    link, other = (share(ada, images={"ids": [image]}, allow_downloads=True) for _ in range(2))
    use_up(database, ORIGINALS_OF_SHARE, of=link.id)
    for each, status in ((link, 429), (other, 200)):
        header = visit(visitor, each)
        for path in (
            f"/api/shared/downloads/originals?ids={image}",
            f"/api/shared/images/{image}/original",
        ):
            answer = visitor.get(path, headers=header)
            assert answer.status_code == status
            assert ("Retry-After" in answer.headers) is (status == 429)
