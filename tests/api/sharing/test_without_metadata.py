"""Links that give originals without what is written in them (THREATS 26, issue 14)."""

import io
from collections.abc import Callable
from uuid import uuid4

import httpx2
import pytest
from PIL import Image
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import BARE_ORIGINALS_OF_OWNER, ORIGINALS_OF_SHARE
from tests.api.albums.conftest import add_images
from tests.api.conftest import until
from tests.media.test_without_metadata import CANARY, FULL, pixels
from tests.support.images import Picture, jpeg
from tests.support.rate_limits import forget, leave, use_up
from tests.support.shares import Link, share, visit
from tests.support.users import Person, told

LONDON = (51.5, -0.12)


def upload(person: Person, *pictures: Picture) -> list[str]:
    ids = person.upload(*pictures)
    until(lambda: all(person.settled(each) for each in ids))
    return ids


def ask(visitor: httpx2.Client, header: dict[str, str], image: str) -> httpx2.Response:
    return visitor.get(f"/api/shared/images/{image}/original", headers=header)


def saved(visitor: httpx2.Client, header: dict[str, str], image: str) -> httpx2.Response:
    """Ask until it is there, as the page does."""

    def there() -> httpx2.Response | None:
        answer = ask(visitor, header, image)
        if answer.status_code == 409 and answer.json()["code"] == "being_prepared":
            return None
        return answer

    answer: httpx2.Response = until(there)
    return answer


def link_to(person: Person, *ids: str, **more: object) -> Link:
    images = {"ids": list(ids)}
    return share(person, images=images, allow_downloads=True, without_metadata=True, **more)


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "heic", "avif"])
def test_a_visitor_saves_the_same_pixels_and_nothing_else(
    ada: Person, visitor: httpx2.Client, name: str
) -> None:
    content_type, make = FULL[name]
    original = make() + f"{uuid4()}".encode() if name == "jpeg" else make()
    (image,) = upload(ada, Picture(name=CANARY, content_type=content_type, content=original))
    header = visit(visitor, link_to(ada, image))
    assert ask(visitor, header, image).json()["code"] == "being_prepared"
    answer = saved(visitor, header, image)
    assert answer.status_code == 200, answer.text
    file = httpx2.get(answer.json()["url"])
    assert file.headers["Content-Type"] == content_type
    assert CANARY not in str(file.headers)
    assert CANARY.encode() not in file.content
    assert pixels(file.content) == pixels(original)
    with Image.open(io.BytesIO(file.content)) as opened:
        assert not opened.getexif().get_ifd(0x8825)
    # It is there for the next one at once.
    assert ask(visitor, header, image).status_code == 200


def test_its_address_opens_no_original(ada: Person, visitor: httpx2.Client) -> None:
    (image,) = upload(ada, jpeg(seed=2301, place=LONDON))
    header = visit(visitor, link_to(ada, image))
    address = saved(visitor, header, image).json()["url"]
    assert httpx2.get(address).status_code == 200
    for part in ("original", "preview.webp", "preview.jpg"):
        changed = address.replace("/bare?", f"/{part}?")
        assert changed != address
        assert httpx2.get(changed).status_code == 403


def test_there_are_no_zips_of_originals_instead(ada: Person, visitor: httpx2.Client) -> None:
    (image,) = upload(ada, jpeg(seed=2302, place=LONDON))
    header = visit(visitor, link_to(ada, image))
    said = visitor.get("/api/shared", headers=header).json()
    assert (said["allow_downloads"], said["allow_zips"]) == (True, False)
    body = {"ids": [image]}
    listed = visitor.post("/api/shared/downloads/entries", json=body, headers=header)
    read = visitor.get("/api/shared/downloads/originals", params={"ids": image}, headers=header)
    assert (listed.status_code, read.status_code) == (404, 404)


def test_what_cannot_be_done_is_told_and_not_given(ada: Person, visitor: httpx2.Client) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (20, 60, 90)).save(buffer, format="TIFF", description=CANARY)
    tiff = Picture(name="scan.tif", content_type="image/tiff", content=buffer.getvalue())
    (image,) = upload(ada, tiff)
    header = visit(visitor, link_to(ada, image))
    answer = saved(visitor, header, image)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_without_metadata")


def test_nobody_has_one_made_that_they_may_not_save(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine
) -> None:
    (image,) = upload(ada, jpeg(seed=2303))
    (other,) = upload(ada, jpeg(seed=2304))
    (his,) = upload(bob, jpeg(seed=2305))
    header = visit(visitor, link_to(ada, image))
    answers = [ask(visitor, header, each) for each in (other, his, str(uuid4()))]
    assert {answer.status_code for answer in answers} == {404}
    assert len({told(answer) for answer in answers}) == 1
    closed = share(ada, images={"ids": [image]}, without_metadata=True)
    assert ask(visitor, visit(visitor, closed), image).status_code == 404
    with database.connect() as rows:
        count = text(
            "SELECT count(*) FROM bare_originals WHERE image_id = ANY (CAST(:ids AS uuid[]))"
        )
        assert rows.scalar(count, {"ids": [image, other, his]}) == 0


def test_a_message_that_was_lost_is_sent_again(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    (image,) = upload(ada, jpeg(seed=2306))
    header = visit(visitor, link_to(ada, image))
    with database.begin() as rows:
        rows.execute(
            text(
                "INSERT INTO bare_originals (image_id, owner_id, state, asked_at)"
                " VALUES (:image, :owner, 'wanted', now() - interval '3 minutes')"
            ),
            {"image": image, "owner": ada.user_id},
        )
    assert saved(visitor, header, image).status_code == 200


def asked_for(database: Engine, owner: Person) -> int:
    """How many messages there were: each is a row."""
    with database.connect() as rows:
        count = text("SELECT count(*) FROM bare_originals WHERE owner_id = :owner")
        found: int = rows.execute(count, {"owner": owner.user_id}).scalar_one()
        return found


def test_all_links_of_an_owner_have_a_few_made_at_once(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine
) -> None:
    pictures = add_images(ada, database, 8)
    headers = [visit(visitor, link_to(ada, *pictures)) for _ in range(2)]
    leave(database, BARE_ORIGINALS_OF_OWNER, of=ada.user_id, room=3)
    for picture in pictures:
        for header in headers:
            assert ask(visitor, header, picture).status_code == 409
    # The copies of everything of others wait behind these, in one queue. While the test runs, one
    # or two more may be allowed.
    assert 3 <= asked_for(database, ada) < len(pictures)
    (his,) = add_images(bob, database, 1)
    ask(visitor, visit(visitor, link_to(bob, his)), his)
    assert asked_for(database, bob) == 1


def test_waiting_for_one_uses_up_no_originals_of_a_link(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    (image,) = upload(ada, jpeg(seed=2308))
    link = link_to(ada, image)
    header = visit(visitor, link)
    use_up(database, BARE_ORIGINALS_OF_OWNER, of=ada.user_id)
    leave(database, ORIGINALS_OF_SHARE, of=link.id, room=1)
    assert {ask(visitor, header, image).status_code for _ in range(12)} == {409}
    forget(database, BARE_ORIGINALS_OF_OWNER)
    assert saved(visitor, header, image).status_code == 200
    use_up(database, ORIGINALS_OF_SHARE, of=link.id)
    assert ask(visitor, header, image).status_code == 429


def test_asking_again_for_what_was_lost_counts_as_well(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    (picture,) = add_images(ada, database, 1)
    values = {"image": picture, "owner": ada.user_id}
    with database.begin() as rows:
        rows.execute(
            text(
                "INSERT INTO bare_originals (image_id, owner_id, state, asked_at)"
                " VALUES (:image, :owner, 'wanted', now() - interval '3 minutes')"
            ),
            values,
        )
    use_up(database, BARE_ORIGINALS_OF_OWNER, of=ada.user_id)
    answer = ask(visitor, visit(visitor, link_to(ada, picture)), picture)
    assert answer.json()["code"] == "being_prepared"
    with database.connect() as rows:
        query = "SELECT asked_at < now() - interval '2 minutes' FROM bare_originals"
        assert rows.scalar(text(f"{query} WHERE image_id = :image"), values)


def test_the_owner_changes_it_and_the_next_one_gets_that(
    ada: Person, new_visitor: Callable[[], httpx2.Client]
) -> None:
    picture = jpeg(seed=2307, place=LONDON)
    (image,) = upload(ada, picture)
    link = link_to(ada, image)
    visitor = new_visitor()
    header = visit(visitor, link)
    first = httpx2.get(saved(visitor, header, image).json()["url"]).content
    assert first != picture.content
    changed = ada.http.patch(f"/api/shares/{link.id}", json={"without_metadata": False})
    assert changed.json()["without_metadata"] is False
    whole = httpx2.get(ask(visitor, header, image).json()["url"]).content
    assert whole == picture.content
