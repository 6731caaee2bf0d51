"""Nobody sees an album of another's unless they are in it, and then nothing else (THREATS 1, 3, 4).

The matrix: who is not in it, in every way that there is, and every operation below a shared album.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import ORIGINALS_OF_MEMBER
from app.api.app import create_app
from app.clients.aws.boto import make_client
from app.clients.aws.session_policies import VISITOR_SECONDS
from app.http.dependencies import build_parts
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.api.albums.conftest import add_images
from tests.api.conftest import keys_of, until
from tests.media.motion_samples import VIDEO, of_samsung
from tests.support.albums import add_to, make_album
from tests.support.api_operations import GUARDED
from tests.support.images import Picture, jpeg
from tests.support.members import (
    addresses,
    bring_in,
    invite,
    let,
    look,
    members_of,
    reply,
    seen_in,
    shared_with,
)
from tests.support.members import (
    whole as whole_address,
)
from tests.support.rate_limits import use_up
from tests.support.users import Json, Person, told, told_headers

NewPerson = Callable[[], Person]
EVERYTHING = {
    "show_dates": True,
    "show_descriptions": True,
    "show_names": True,
    "show_places": True,
    "allow_originals": True,
}
BELOW = "/api/shared-albums/{album_id}"
# All that there is below a shared album, from the API's document, with a body that would do it.
OPERATIONS = [operation for operation in GUARDED if operation[1].startswith(BELOW)]
BODIES: dict[tuple[str, str], Json] = {
    ("POST", f"{BELOW}/images"): {"ids": None},
    ("POST", f"{BELOW}/images/remove"): {"ids": None},
    ("POST", f"{BELOW}/images/save"): {"ids": None},
}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """An album of Ada's that shows all there is to show, with a picture; Carl is in it."""

    ada: Person
    bob: Person
    carl: Person
    album: str
    image: str
    database: Engine


@pytest.fixture
def scene(ada: Person, bob: Person, new_person: NewPerson, database: Engine) -> Scene:
    (image,) = add_images(ada, database, 1)
    album = make_album(ada)
    add_to(ada, album, [image])
    carl = new_person()
    bring_in(ada, album, carl)
    let(ada, album, **EVERYTHING)
    return Scene(ada=ada, bob=bob, carl=carl, album=album, image=image, database=database)


def ask(person: Person, operation: tuple[str, str], album: str, image: str) -> httpx2.Response:
    method, path = operation
    address = path.format(album_id=album, image_id=image)
    if path.endswith("/addresses"):
        address += f"?ids={image}"
    body = BODIES.get(operation)
    filled = None if body is None else {name: [image] for name in body}
    return person.http.request(method, address, json=filled)


def as_a_stranger(_: Scene) -> None:
    """Nobody ever invited him."""


def as_invited(scene: Scene) -> None:
    invite(scene.ada, scene.album, scene.bob.email)


def as_one_who_declined(scene: Scene) -> None:
    invitation = invite(scene.ada, scene.album, scene.bob.email)["id"]
    reply(scene.bob, invitation, "decline").raise_for_status()


def as_one_who_was_removed(scene: Scene) -> None:
    member = bring_in(scene.ada, scene.album, scene.bob, "contributor")
    scene.ada.http.delete(f"/api/albums/{scene.album}/members/{member}").raise_for_status()


def as_one_who_was_removed_with_all(scene: Scene) -> None:
    bring_in(scene.ada, scene.album, scene.bob)
    scene.ada.http.delete(f"/api/albums/{scene.album}/members").raise_for_status()


def as_one_who_left(scene: Scene) -> None:
    bring_in(scene.ada, scene.album, scene.bob, "contributor")
    scene.bob.http.delete(f"/api/shared-albums/{scene.album}").raise_for_status()


def as_one_who_blocked(scene: Scene) -> None:
    bring_in(scene.ada, scene.album, scene.bob, "contributor")
    leave = scene.bob.http.delete(f"/api/shared-albums/{scene.album}", params={"block": "true"})
    leave.raise_for_status()


def as_member_of_another_album(scene: Scene) -> None:
    bring_in(scene.ada, make_album(scene.ada), scene.bob, "contributor")


def with_the_album_deleted(scene: Scene) -> None:
    bring_in(scene.ada, scene.album, scene.bob, "contributor")
    scene.ada.http.delete(f"/api/albums/{scene.album}").raise_for_status()


def with_the_owner_shut_out(scene: Scene) -> None:
    bring_in(scene.ada, scene.album, scene.bob, "contributor")
    with scene.database.begin() as rows:
        rows.execute(
            text("UPDATE users SET disabled_at = now() WHERE email = :email"),
            {"email": scene.ada.email},
        )


def with_a_grant_that_was_not_accepted(scene: Scene) -> None:
    """Were the row there by some fault, its owner would be another: nothing is opened by it."""
    bring_in(scene.ada, scene.album, scene.bob, "contributor")
    with scene.database.begin() as rows:
        rows.execute(
            text("UPDATE album_members SET owner_id = member_id WHERE email = :email"),
            {"email": scene.bob.email},
        )


OUTSIDERS = [
    as_a_stranger,
    as_invited,
    as_one_who_declined,
    as_one_who_was_removed,
    as_one_who_was_removed_with_all,
    as_one_who_left,
    as_one_who_blocked,
    as_member_of_another_album,
    with_the_album_deleted,
    with_the_owner_shut_out,
    with_a_grant_that_was_not_accepted,
]


@pytest.mark.parametrize("become", OUTSIDERS)
def test_who_is_not_in_an_album_gets_nothing_of_it(
    scene: Scene, become: Callable[[Scene], None]
) -> None:
    assert len(OPERATIONS) >= 6
    # Whoever is in it may leave also what is closed: what that answers tells them nothing new.
    stays_in = become.__name__.startswith("with_")
    leaving = ("DELETE", BELOW)
    for operation in OPERATIONS:  # so that the test would see it
        if operation[0] == "GET":
            assert ask(scene.carl, operation, scene.album, scene.image).status_code == 200
    become(scene)
    before = _rows(scene)
    for operation in OPERATIONS:
        if stays_in and operation == leaving:
            continue
        theirs = ask(scene.bob, operation, scene.album, scene.image)
        random = ask(scene.bob, operation, str(uuid4()), scene.image)
        assert theirs.status_code == random.status_code == 404, operation
        assert told(theirs) == told(random)
        assert told_headers(theirs) == told_headers(random)
    assert _rows(scene) == before
    assert scene.album not in str(shared_with(scene.bob))


def test_members_reach_an_album_by_no_other_way(scene: Scene) -> None:
    """To all the rest of the API they are strangers, as everybody is."""
    carl, album, image = scene.carl, scene.album, scene.image
    paths = [
        f"/api/albums/{album}",
        f"/api/albums/{album}/images",
        f"/api/albums/{album}/timeline",
        f"/api/albums/{album}/members",
        f"/api/images/{image}",
        f"/api/images/{image}/original",
        f"/api/images/{image}/stack",
    ]
    assert {carl.http.get(path).status_code for path in paths} == {404}
    assert carl.timeline(ids=image) == []
    assert carl.http.get("/api/albums").json()["albums"] == []
    assert carl.http.get("/api/search", params={"q": "Iceland"}).json()["images"] == []
    for body in (
        {"action": "delete", "images": {"ids": [image]}},
        {"action": "favourite", "images": {"ids": [image]}},
        {"action": "add_to_album", "album_id": album, "images": {"ids": [image]}},
        {"action": "remove_from_album", "album_id": album, "images": {"ids": [image]}},
        {"action": "add_tag", "tag": "mine", "images": {"ids": [image]}},
    ):
        assert carl.http.post("/api/images/batch", json=body).status_code == 404
    for method, path, changed in (
        ("PATCH", f"/api/albums/{album}", {"title": "stolen"}),
        ("DELETE", f"/api/albums/{album}", None),
        ("PATCH", f"/api/albums/{album}/members", {"allow_originals": True}),
        ("DELETE", f"/api/albums/{album}/members", None),
        ("POST", f"/api/albums/{album}/members", {"email": "x@example.org"}),
        ("POST", "/api/shares", {"album_id": album}),
        ("POST", "/api/shares", {"images": {"ids": [image]}}),
        ("PATCH", f"/api/images/{image}", {"name": "stolen.jpg"}),
        ("DELETE", f"/api/images/{image}", None),
    ):
        assert carl.http.request(method, path, json=changed).status_code == 404, path


def test_a_strangers_members_answer_as_ones_that_never_were(scene: Scene) -> None:
    (member,) = members_of(scene.ada, scene.album)
    his = make_album(scene.bob)
    before = _rows(scene)
    changes: list[tuple[str, str, Json | None]] = [
        ("PATCH", "", {"role": "contributor"}),
        ("DELETE", "", None),
        ("POST", "/transfer", None),
    ]
    for method, end, body in changes:
        answers = [
            scene.bob.http.request(method, f"/api/albums/{album}/members/{each}{end}", json=body)
            for album, each in (
                (scene.album, member["id"]),
                (his, member["id"]),
                (his, str(uuid4())),
                (str(uuid4()), str(uuid4())),
            )
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({told(answer) for answer in answers}) == 1
    whole: list[tuple[str, Json | None]] = [
        ("GET", None),
        ("POST", {"email": "dora@example.org"}),
        ("PATCH", {"allow_originals": True}),
        ("DELETE", None),
    ]
    for method, body in whole:
        answers = [
            scene.bob.http.request(method, f"/api/albums/{album}/members", json=body)
            for album in (scene.album, str(uuid4()))
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({told(answer) for answer in answers}) == 1
    assert _rows(scene) == before


def test_an_invitation_is_for_its_address_alone_and_only_once_that_is_proved(
    scene: Scene,
) -> None:
    invitation = invite(scene.ada, scene.album, scene.bob.email)["id"]
    answers = [
        reply(scene.carl, each, kind)
        for each in (invitation, str(uuid4()))
        for kind in ("accept", "decline", "block")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({told(answer) for answer in answers}) == 1
    with scene.database.begin() as rows:
        prove = "UPDATE users SET email_verified_at = {} WHERE email = :email"
        rows.execute(text(prove.format("NULL")), {"email": scene.bob.email})
    seen = shared_with(scene.bob)
    assert (seen["invitations"], seen["address_proved"]) == ([], False)
    assert told(reply(scene.bob, invitation)) == told(answers[0])
    with scene.database.begin() as rows:
        rows.execute(text(prove.format("now()")), {"email": scene.bob.email})
    (shown,) = shared_with(scene.bob)["invitations"]
    assert (shown["id"], shown["owner"], shown["title"]) == (invitation, scene.ada.email, "Iceland")
    assert reply(scene.bob, invitation).json() == {"album_id": scene.album}
    assert seen_in(scene.bob, scene.album) == [scene.image]
    assert reply(scene.bob, invitation).status_code == 404


def test_members_see_other_pictures_of_the_owner_never(scene: Scene, database: Engine) -> None:
    others = add_images(scene.ada, database, 2, start=50)
    his = add_images(scene.bob, database, 1)
    asked = (scene.image, *others, *his, str(uuid4()))
    found = addresses(scene.carl, scene.album, *asked)
    assert [list(part["thumbnails"]) for part in found["parts"]] == [[scene.image]]
    assert set(found["thumbhashes"]) == {scene.image}
    answers = [
        scene.carl.http.get(f"/api/shared-albums/{scene.album}/images/{each}{end}")
        for each in asked[1:]
        for end in ("", "/original")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({told(answer) for answer in answers}) == 1
    # Were a row of a stranger's picture there, by some fault, it would not be seen either.
    with database.begin() as rows:
        rows.execute(
            text(
                "INSERT INTO album_images (album_id, image_id, position, shown_at)"
                " VALUES (:album, :image, 9, now())"
            ),
            {"album": scene.album, "image": his[0]},
        )
    assert seen_in(scene.carl, scene.album) == [scene.image]
    assert addresses(scene.carl, scene.album, *his)["parts"] == []
    answer = scene.carl.http.get(f"/api/shared-albums/{scene.album}/images/{his[0]}")
    assert answer.status_code == 404


def test_what_is_deleted_is_seen_no_more_and_again_once_it_is_restored(scene: Scene) -> None:
    path = f"/api/images/{scene.image}"
    scene.ada.http.delete(path).raise_for_status()
    assert seen_in(scene.carl, scene.album) == []
    assert addresses(scene.carl, scene.album, scene.image)["parts"] == []
    scene.ada.http.patch(path, json={"deleted": False}).raise_for_status()
    assert seen_in(scene.carl, scene.album) == [scene.image]
    scene.ada.http.delete(f"/api/albums/{scene.album}").raise_for_status()
    assert shared_with(scene.carl)["albums"] == []
    scene.ada.http.post(f"/api/albums/{scene.album}/restore").raise_for_status()
    assert seen_in(scene.carl, scene.album) == [scene.image]


def test_nothing_is_told_beside_a_picture_unless_the_album_says_so(scene: Scene) -> None:
    words = {"alt_text": "Whales", "text": "Two whales.", "visible_text": "X", "tags": ["sea"]}
    changed = scene.ada.http.patch(f"/api/images/{scene.image}", json={"description": words})
    changed.raise_for_status()
    place = {"location": {"latitude": 64.1464, "longitude": -21.9422}, "title": "Breaching"}
    scene.ada.http.patch(f"/api/images/{scene.image}", json=place).raise_for_status()
    told_all = look(scene.carl, scene.album, scene.image)
    assert told_all["place"] == "Reykjavík, Iceland"
    assert (told_all["alt_text"], told_all["name"]) == ("Whales", "0.jpg")
    assert told_all["title"] == "Breaching"
    let(scene.ada, scene.album, **dict.fromkeys(EVERYTHING, False))
    seen = " ".join(
        ask(scene.carl, operation, scene.album, scene.image).text
        for operation in OPERATIONS
        if operation[0] == "GET"
    )
    for word in ("Whales", "whales", "Breaching", "sea", '.jpg"', "2024", "Reykjav", "64.1"):
        assert word not in seen
    assert seen.count("not_found") == 1  # the original


def test_addresses_live_for_a_minute_and_open_nothing_else(ada: Person, bob: Person) -> None:
    """IAM is the last guard: what signs for a member reads no original, and nobody else's."""
    pictures = [jpeg(seed=1801), jpeg(seed=1802)]
    own, other = ada.upload(*pictures)
    (his,) = bob.upload(jpeg(seed=1803))
    until(lambda: ada.settled(own) and ada.settled(other) and bob.settled(his))
    album = make_album(ada)
    add_to(ada, album, [own])
    bring_in(ada, album, bob)
    found = addresses(bob, album, own, other)
    for kind in ("thumbnails", "previews"):
        address = whole_address(found, kind, own)
        assert httpx2.get(address).status_code == 200
        assert f"X-Amz-Expires={VISITOR_SECONDS}" in address
    person, stranger, first, second, third = (
        each.replace("-", "") for each in (ada.user_id, bob.user_id, own, other, his)
    )
    address = whole_address(found, "thumbnails", own)
    for changed in (
        address.replace("thumbnail.webp", "original"),
        address.replace(first, second),
        address.replace(first, third).replace(person, stranger),
    ):
        assert changed != address
        assert httpx2.get(changed).status_code == 403
    for method in ("PUT", "DELETE", "HEAD"):
        assert httpx2.request(method, address).status_code == 403
    path = f"/api/shared-albums/{album}/images/{own}/original"
    assert bob.http.get(path).status_code == 404
    let(ada, album, allow_originals=True)
    original = bob.http.get(path).json()["url"]
    saved = httpx2.get(original)
    assert saved.content == pictures[0].content
    assert f'filename="picture-{own[:8]}.jpg"' in saved.headers["Content-Disposition"]
    assert httpx2.get(original.replace(first, second)).status_code == 403


class CountingSts:
    """The stack's STS, and how many sessions it was asked for."""

    def __init__(self, sts: Any) -> None:
        self._sts = sts
        self.asked: list[str] = []

    def assume_role(self, *, RoleSessionName: str, **more: Any) -> Any:  # noqa: N803 - boto3's
        self.asked.append(RoleSessionName)
        return self._sts.assume_role(RoleSessionName=RoleSessionName, **more)


def test_all_members_have_one_session_for_one_owners_pictures(
    ada: Person, bob: Person, new_person: NewPerson, database: Engine, stack: EmbeddedStack
) -> None:
    images = add_images(ada, database, 1)
    environment = stack.environment("api")
    with keys_of(environment):
        settings = Settings.from_environment(environment)
        sts = CountingSts(make_client("sts", settings))
        client = create_app(build_parts(settings, sts=sts)).test_client()
        for person in (bob, new_person()):
            for _ in range(2):
                album = make_album(ada)
                add_to(ada, album, images)
                bring_in(ada, album, person)
                client.set_cookie("session", person.http.cookies["session"], domain="localhost")
                path = f"/api/shared-albums/{album}/addresses"
                found = client.get(path, query_string={"ids": images[0]}).get_json()
                assert httpx2.get(whole_address(found, "thumbnails", images[0])).status_code != 403
    # Else one account's albums would push the sessions of everybody else out of a process.
    assert len(sts.asked) == 1


def test_members_play_moving_parts_where_they_may_save_originals(ada: Person, bob: Person) -> None:
    moving = Picture(name="x.jpg", content_type="image/jpeg", content=of_samsung())
    (image,) = ada.upload(moving)
    until(lambda: ada.settled(image))
    album = make_album(ada)
    add_to(ada, album, [image])
    bring_in(ada, album, bob)
    path = f"/api/shared-albums/{album}/images/{image}"
    assert bob.http.get(path).json()["motion_url"] is None
    let(ada, album, allow_originals=True)
    url = bob.http.get(path).json()["motion_url"]
    assert httpx2.get(url).content == VIDEO
    assert httpx2.get(url.replace("motion.mp4", "original")).status_code == 403


def test_many_sessions_for_originals_of_a_member_wait(scene: Scene) -> None:
    path = f"/api/shared-albums/{scene.album}/images/{scene.image}/original"
    assert scene.carl.http.get(path).status_code == 200
    use_up(scene.database, ORIGINALS_OF_MEMBER, of=scene.carl.user_id)
    waits = scene.carl.http.get(path)
    assert (waits.status_code, "Retry-After" in waits.headers) == (429, True)
    assert scene.ada.http.get(path).status_code == 200


def _rows(scene: Scene) -> list[tuple[object, ...]]:
    tables = ("album_members", "album_contributions", "shared_albums", "album_images")
    query = "SELECT * FROM {} WHERE album_id = :album ORDER BY 1, 2"
    with scene.database.connect() as rows:
        return [
            tuple(row)
            for table in tables
            for row in rows.execute(text(query.format(table)), {"album": scene.album})
        ]
