"""Nobody sees a library of another's unless it is shared with them (THREATS 1, 3, 4, 26, 43).

The matrix: who has no grant, in every way that there is, and every operation below a shared
library; and every picture that is not in it, by every way to a picture.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import ORIGINALS_OF_MEMBER
from app.clients.aws.session_policies import VISITOR_SECONDS
from tests.api.albums.conftest import add_images
from tests.api.conftest import until
from tests.support.api_operations import GUARDED
from tests.support.images import jpeg
from tests.support.libraries import (
    EVERYTHING,
    addresses,
    ask_to_share,
    bucket_in,
    libraries_of,
    months_in,
    reply,
    seen_in,
    share_with,
    shares_of,
)
from tests.support.members import whole
from tests.support.rate_limits import use_up
from tests.support.stacks import add_image, change
from tests.support.users import Person, told, told_headers

NewPerson = Callable[[], Person]
BELOW = "/api/shared-libraries/{library_id}"
# All that there is below a shared library, from the API's document.
OPERATIONS = [operation for operation in GUARDED if operation[1].startswith(BELOW)]
LEAVING = ("DELETE", BELOW)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A library of Ada's that shows all there is to show, with a picture; Carl looks into it."""

    ada: Person
    bob: Person
    carl: Person
    share: str
    image: str
    database: Engine


@pytest.fixture
def scene(ada: Person, bob: Person, new_person: NewPerson, database: Engine) -> Scene:
    (image,) = add_images(ada, database, 1)
    carl = new_person()
    share = share_with(ada, carl, **EVERYTHING)
    return Scene(ada=ada, bob=bob, carl=carl, share=share, image=image, database=database)


def ask(person: Person, operation: tuple[str, str], share: str, image: str) -> httpx2.Response:
    method, path = operation
    address = path.format(library_id=share, image_id=image, key="2024-03")
    if path.endswith("/addresses"):
        address += f"?ids={image}"
    body = {"ids": [image]} if path.endswith("/save") else None
    return person.http.request(method, address, json=body)


def as_a_stranger(scene: Scene) -> str:
    return scene.share


def as_invited(scene: Scene) -> str:
    invitation: str = ask_to_share(scene.ada, scene.bob.email).json()["id"]
    return invitation


def as_one_who_declined(scene: Scene) -> str:
    invitation = as_invited(scene)
    reply(scene.bob, invitation, "decline").raise_for_status()
    return invitation


def as_one_who_was_removed(scene: Scene) -> str:
    share = share_with(scene.ada, scene.bob)
    scene.ada.http.delete(f"/api/library-shares/{share}").raise_for_status()
    return share


def as_one_who_was_removed_with_all(scene: Scene) -> str:
    share = share_with(scene.ada, scene.bob)
    scene.ada.http.delete("/api/library-shares").raise_for_status()
    return share


def as_one_who_left(scene: Scene) -> str:
    share = share_with(scene.ada, scene.bob)
    scene.bob.http.delete(f"/api/shared-libraries/{share}").raise_for_status()
    return share


def as_one_who_blocked(scene: Scene) -> str:
    share = share_with(scene.ada, scene.bob)
    leave = scene.bob.http.delete(f"/api/shared-libraries/{share}", params={"block": "true"})
    leave.raise_for_status()
    return share


def as_one_who_shares_the_other_way(scene: Scene) -> str:
    """It is one way: whose library Ada sees sees nothing of hers."""
    return share_with(scene.bob, scene.ada, **EVERYTHING)


def with_the_owner_shut_out(scene: Scene) -> str:
    share = share_with(scene.ada, scene.bob)
    with scene.database.begin() as rows:
        rows.execute(
            text("UPDATE users SET disabled_at = now() WHERE email = :email"),
            {"email": scene.ada.email},
        )
    return share


OUTSIDERS = [
    as_a_stranger,
    as_invited,
    as_one_who_declined,
    as_one_who_was_removed,
    as_one_who_was_removed_with_all,
    as_one_who_left,
    as_one_who_blocked,
    as_one_who_shares_the_other_way,
    with_the_owner_shut_out,
]


@pytest.mark.parametrize("become", OUTSIDERS)
def test_whom_a_library_is_not_shared_with_gets_nothing_of_it(
    scene: Scene, become: Callable[[Scene], str]
) -> None:
    assert len(OPERATIONS) == 8
    for operation in OPERATIONS:  # so that the test would see it
        if operation[0] == "GET":
            assert ask(scene.carl, operation, scene.share, scene.image).status_code == 200
    share = become(scene)
    before = _rows(scene)
    for operation in OPERATIONS:
        # Whoever has a grant may give it back also where it is closed.
        if become is with_the_owner_shut_out and operation == LEAVING:
            continue
        theirs = ask(scene.bob, operation, share, scene.image)
        random = ask(scene.bob, operation, str(uuid4()), scene.image)
        assert theirs.status_code == random.status_code == 404, operation
        assert told(theirs) == told(random)
        assert told_headers(theirs) == told_headers(random)
    assert _rows(scene) == before
    assert libraries_of(scene.bob)["libraries"] == []


def test_partners_reach_a_library_by_no_other_way(scene: Scene) -> None:
    """To all the rest of the API they are strangers, as everybody is."""
    carl, image = scene.carl, scene.image
    for path in (f"/api/images/{image}", f"/api/images/{image}/original"):
        assert carl.http.get(path).status_code == 404
    assert carl.timeline() == []
    assert carl.http.get("/api/timeline").json()["count"] == 0
    assert carl.http.get("/api/search", params={"q": "2024"}).json()["images"] == []
    assert carl.http.get(f"/api/timeline/addresses?ids={image}").json()["thumbnails"] == {}
    batch = {"action": "delete", "images": {"ids": [image]}}
    for method, changed, body in (
        ("POST", "/api/images/batch", batch),
        ("POST", "/api/shares", {"images": {"ids": [image]}}),
        ("PATCH", f"/api/images/{image}", {"name": "stolen.jpg"}),
        ("DELETE", f"/api/images/{image}", None),
        ("PATCH", f"/api/library-shares/{scene.share}", {"since": None}),
        ("DELETE", f"/api/library-shares/{scene.share}", None),
    ):
        assert carl.http.request(method, changed, json=body).status_code == 404, changed
    assert carl.http.delete("/api/library-shares").json() == {"ended": 0}
    assert seen_in(carl, scene.share) == [image]


def test_what_is_not_in_a_library_is_reached_by_none_of_its_addresses(
    scene: Scene, database: Engine
) -> None:
    """Archived, deleted, from before the day, behind another of its stack, somebody else's."""
    ada, carl, share = scene.ada, scene.carl, scene.share
    early, archived, deleted, folded = reversed(add_images(ada, database, 4, start=9))
    (his,) = add_images(scene.bob, database, 1, start=20)
    since = ada.http.patch(f"/api/library-shares/{share}", json={"since": "2024-03-11"})
    since.raise_for_status()
    ada.http.patch(f"/api/images/{archived}", json={"archived": True}).raise_for_status()
    ada.http.delete(f"/api/images/{deleted}").raise_for_status()
    (shown,) = add_images(ada, database, 1, start=30)
    change(ada, "stack", shown, folded)
    unmade = add_image(ada, database, "raw.jpg", taken_at="2024-03-31 10:00:00")
    with database.begin() as rows:
        unmake = text("UPDATE images SET has_preview = false, state = 'damaged' WHERE id = :id")
        rows.execute(unmake, {"id": unmade})
    assert bucket_in(carl, share, "2024-03") == [shown]
    # Of those that are not listed, only what cannot be shown counts.
    assert months_in(carl, share) == {"2024-03": 2}
    for hidden in (scene.image, early, archived, deleted, folded, unmade, his, str(uuid4())):
        assert addresses(carl, share, hidden) == addresses(carl, share, str(uuid4()))
        answers = [
            carl.http.get(f"/api/shared-libraries/{share}/images/{each}{end}")
            for each in (hidden, str(uuid4()))
            for end in ("", "/original")
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({told(answer) for answer in answers}) == 1
        saved = carl.http.post(f"/api/shared-libraries/{share}/images/save", json={"ids": [hidden]})
        assert [each["outcome"] for each in saved.json()["images"]] == ["gone"]
    assert carl.http.get(f"/api/shared-libraries/{share}/images/{shown}").status_code == 200


def test_nothing_is_told_beside_a_picture_but_its_day_unless_its_owner_says_so(
    scene: Scene,
) -> None:
    words = {"alt_text": "Whales", "text": "Two whales.", "visible_text": "X", "tags": ["sea"]}
    changed = scene.ada.http.patch(f"/api/images/{scene.image}", json={"description": words})
    changed.raise_for_status()
    place = {"location": {"latitude": 64.1464, "longitude": -21.9422}, "title": "Breaching"}
    beside = {"favourite": True, "rating": 4}
    path = f"/api/images/{scene.image}"
    scene.ada.http.patch(path, json=place | beside).raise_for_status()
    image = f"/api/shared-libraries/{scene.share}/images/{scene.image}"
    seen = scene.carl.http.get(image).json()
    assert (seen["place"], seen["date"]) == ("Reykjavík, Iceland", "2024-03-01")
    assert (seen["alt_text"], seen["name"], seen["title"]) == ("Whales", "0.jpg", "Breaching")
    assert (seen["added_by"], seen["is_mine"]) == (scene.ada.email, False)
    nothing = dict.fromkeys(EVERYTHING, False)
    share = f"/api/library-shares/{scene.share}"
    scene.ada.http.patch(share, json=nothing).raise_for_status()
    everything = " ".join(
        ask(scene.carl, operation, scene.share, scene.image).text
        for operation in OPERATIONS
        if operation[0] == "GET"
    )
    for word in ("Whales", "whales", "Breaching", "sea", '.jpg"', "Reykjav", "64.1", "favourite"):
        assert word not in everything
    assert everything.count("not_found") == 1  # the original


def test_addresses_live_for_a_minute_and_open_nothing_else(ada: Person, bob: Person) -> None:
    """IAM is the last guard: what signs for a partner reads no original, and nobody else's."""
    pictures = [jpeg(seed=2801), jpeg(seed=2802)]
    own, other = ada.upload(*pictures)
    (his,) = bob.upload(jpeg(seed=2803))
    until(lambda: ada.settled(own) and ada.settled(other) and bob.settled(his))
    share = share_with(ada, bob)
    found = addresses(bob, share, own, other)
    for kind in ("thumbnails", "previews"):
        address = whole(found, kind, own)
        assert httpx2.get(address).status_code == 200
        assert f"X-Amz-Expires={VISITOR_SECONDS}" in address
    address = whole(found, "thumbnails", own)
    person, stranger, first, third = (
        each.replace("-", "") for each in (ada.user_id, bob.user_id, own, his)
    )
    for changed in (
        address.replace("thumbnail.webp", "original"),
        address.replace(first, third).replace(person, stranger),
    ):
        assert changed != address
        assert httpx2.get(changed).status_code == 403
    for method in ("PUT", "DELETE", "HEAD"):
        assert httpx2.request(method, address).status_code == 403
    path = f"/api/shared-libraries/{share}/images/{own}/original"
    assert bob.http.get(path).status_code == 404
    allowed = {"allow_originals": True}
    ada.http.patch(f"/api/library-shares/{share}", json=allowed).raise_for_status()
    original = bob.http.get(path).json()["url"]
    assert httpx2.get(original).content == pictures[0].content
    assert f"X-Amz-Expires={VISITOR_SECONDS}" in original


def test_a_strangers_shares_answer_as_ones_that_never_were(scene: Scene) -> None:
    before = _rows(scene)
    for method, body in (("PATCH", {"allow_originals": True}), ("DELETE", None)):
        answers = [
            scene.bob.http.request(method, f"/api/library-shares/{each}", json=body)
            for each in (scene.share, str(uuid4()))
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({told(answer) for answer in answers}) == 1
    assert shares_of(scene.bob) == []
    assert _rows(scene) == before


def test_an_invitation_is_for_its_address_alone_and_only_once_that_is_proved(
    scene: Scene,
) -> None:
    invitation = as_invited(scene)
    answers = [
        reply(scene.carl, each, kind)
        for each in (invitation, str(uuid4()))
        for kind in ("accept", "decline", "block")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({told(answer) for answer in answers}) == 1
    prove = "UPDATE users SET email_verified_at = {} WHERE email = :email"
    with scene.database.begin() as rows:
        rows.execute(text(prove.format("NULL")), {"email": scene.bob.email})
    assert libraries_of(scene.bob)["invitations"] == []
    assert told(reply(scene.bob, invitation)) == told(answers[0])
    with scene.database.begin() as rows:
        rows.execute(text(prove.format("now()")), {"email": scene.bob.email})
    (shown,) = libraries_of(scene.bob)["invitations"]
    assert (shown["id"], shown["owner"], shown["since"]) == (invitation, scene.ada.email, None)
    assert reply(scene.bob, invitation).json() == {"library_id": invitation}


def test_many_sessions_for_originals_of_a_partner_wait(scene: Scene) -> None:
    path = f"/api/shared-libraries/{scene.share}/images/{scene.image}/original"
    assert scene.carl.http.get(path).status_code == 200
    use_up(scene.database, ORIGINALS_OF_MEMBER, of=scene.carl.user_id)
    waits = scene.carl.http.get(path)
    assert (waits.status_code, "Retry-After" in waits.headers) == (429, True)


def _rows(scene: Scene) -> list[tuple[object, ...]]:
    query = text(
        "SELECT shares.* FROM library_shares AS shares"
        " JOIN users AS owners ON owners.id = shares.owner_id"
        " WHERE owners.email = :owner ORDER BY shares.id"
    )
    with scene.database.connect() as rows:
        return [tuple(row) for row in rows.execute(query, {"owner": scene.ada.email})]
