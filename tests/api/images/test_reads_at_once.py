"""Long reads of one person, or by one link, leave connections to everybody else (decision 0113)."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.accounts.rate_limits.seats import FEW_ROWS, READ_SEATS, TAKE_READ_SEAT
from app.sharing.contents import LARGE_ALBUM
from app.tags.entries import MAX_TAGS_OF_IMAGE
from tests.api.albums.conftest import add_images
from tests.support.albums import add_to, make_album
from tests.support.libraries import share_with
from tests.support.shares import Link, share, shown, visit
from tests.support.tags import change_tag, tag_id, tag_images

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2
    from sqlalchemy import Engine

    from tests.support.users import Person

# As if there were so many: the kept numbers are what counts.
LARGE = (
    "UPDATE albums SET entry_count = :many WHERE owner_id = :owner",
    "UPDATE tags SET image_count = :many WHERE owner_id = :owner",
    "UPDATE storage SET pictures = :many WHERE user_id = :owner",
)


@contextmanager
def seats_taken(database: Engine, of: str, count: int = READ_SEATS) -> Iterator[None]:
    """Have as many long reads of somebody's, or by a link, under way."""
    with ExitStack() as held:
        for _ in range(count):
            reading = held.enter_context(database.begin())
            assert reading.scalar(TAKE_READ_SEAT, {"user": of})
        yield


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """An album and a tag with all of a person's images."""

    album: str
    tag: str

    @property
    def reads(self) -> dict[str, str]:
        """What may take long."""
        return {
            "album": f"/api/albums/{self.album}/timeline",
            "album by hand": f"/api/albums/{self.album}/images",
            "tag": f"/api/tags/{self.tag}/timeline",
            "bucket of the tag": f"/api/tags/{self.tag}/timeline/2024-03",
            "search": "/api/search?q=heron",
            "links": "/api/shares",
        }


@pytest.fixture
def shelf(ada: Person, database: Engine) -> Shelf:
    images = add_images(ada, database, 3)
    album = make_album(ada)
    add_to(ada, album, images)
    by_hand = ada.http.patch(f"/api/albums/{album}", json={"order": "manual"})
    by_hand.raise_for_status()
    tag_images(ada, "herons", images)
    share(ada, images={"ids": images})
    return Shelf(album=album, tag=tag_id(ada, "herons"))


def make_large(person: Person, database: Engine, many: int) -> None:
    with database.begin() as rows:
        for statement in LARGE:
            rows.execute(text(statement), {"many": many, "owner": person.user_id})


def test_long_read_beyond_the_seats_is_refused_for_a_second(
    ada: Person, bob: Person, database: Engine, shelf: Shelf
) -> None:
    link = share(ada, images={"ids": add_images(ada, database, FEW_ROWS, start=3)})
    make_large(ada, database, FEW_ROWS + 1)
    assert {ada.http.get(path).status_code for path in shelf.reads.values()} == {200}
    with seats_taken(database, ada.user_id):
        for name, path in shelf.reads.items():
            refused = ada.http.get(path)
            code = refused.json().get("code")
            assert (name, refused.status_code, code) == (name, 429, "too_many_at_once")
            assert refused.headers["Retry-After"] == "1"
        # Short reads, writes, and other people's long ones have no part in it.
        assert ada.http.get("/api/timeline").status_code == 200
        assert ada.http.get(f"/api/albums/{shelf.album}/timeline/2024-03").status_code == 200
        assert ada.http.patch(f"/api/shares/{link.id}", json={"note": "!"}).status_code == 200
        make_large(bob, database, FEW_ROWS + 1)
        assert bob.http.get("/api/search?q=heron").status_code == 200


def test_short_read_takes_no_seat(ada: Person, database: Engine, shelf: Shelf) -> None:
    make_large(ada, database, FEW_ROWS)
    with seats_taken(database, ada.user_id):
        statuses = {name: ada.http.get(path).status_code for name, path in shelf.reads.items()}
    assert statuses == dict.fromkeys(shelf.reads, 200)


def test_whoever_has_the_answer_takes_no_seat(ada: Person, database: Engine, shelf: Shelf) -> None:
    make_large(ada, database, FEW_ROWS + 1)
    tagged = [path for name, path in shelf.reads.items() if name not in {"search", "links"}]
    tags = {path: ada.http.get(path).headers["ETag"] for path in tagged}
    with seats_taken(database, ada.user_id):
        for path, tag in tags.items():
            assert ada.http.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_last_seat_is_given_and_free_again_after_the_read(
    ada: Person, database: Engine, shelf: Shelf
) -> None:
    make_large(ada, database, FEW_ROWS + 1)
    with seats_taken(database, ada.user_id, READ_SEATS - 1):
        for path in shelf.reads.values():
            for _ in range(2):
                assert ada.http.get(path).status_code == 200


@pytest.fixture
def link(ada: Person, shelf: Shelf) -> Link:
    return share(ada, album_id=shelf.album)


def test_visitors_of_a_large_album_have_the_seats_of_its_link(
    ada: Person, visitor: httpx2.Client, database: Engine, shelf: Shelf, link: Link
) -> None:
    header = visit(visitor, link)
    other = visit(visitor, share(ada, album_id=shelf.album))
    make_large(ada, database, LARGE_ALBUM + 1)
    with seats_taken(database, link.id):
        refused = visitor.get("/api/shared/images", headers=header)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
        assert len(shown(visitor, other)) == 3
        make_large(ada, database, LARGE_ALBUM)
        assert len(shown(visitor, header)) == 3


def test_partner_who_reads_large_months_has_few_seats(
    ada: Person, bob: Person, database: Engine
) -> None:
    add_images(ada, database, 3)  # of 1 to 3 March
    path = f"/api/shared-libraries/{share_with(ada, bob)}/timeline"
    month, day = f"{path}/2024-03", f"{path}/2024-03-02"

    def refused(many: int) -> list[str]:
        with database.begin() as rows:
            count = "UPDATE timeline_months SET count = :many WHERE owner_id = :owner"
            rows.execute(text(count), {"many": many, "owner": ada.user_id})
        answers = {each: bob.http.get(each) for each in (path, month, day)}
        assert {each.status_code for each in answers.values()} <= {200, 429}
        return [each for each, answer in answers.items() if answer.status_code == 429]

    with seats_taken(database, bob.user_id):
        assert refused(LARGE_ALBUM + 1) == [month]
        assert refused(LARGE_ALBUM) == []
    with seats_taken(database, ada.user_id):
        assert refused(LARGE_ALBUM + 1) == []


def test_images_of_a_large_album_are_not_counted_for_each_visitor(
    ada: Person, visitor: httpx2.Client, database: Engine, link: Link
) -> None:
    header = visit(visitor, link)

    def counted(kept: int) -> int:
        with database.begin() as rows:
            of_ada = {"kept": kept, "owner": ada.user_id}
            rows.execute(
                text("UPDATE albums SET image_count = :kept WHERE owner_id = :owner"), of_ada
            )
        count: int = visitor.get("/api/shared", headers=header).json()["count"]
        return count

    assert counted(FEW_ROWS) == 3
    assert counted(FEW_ROWS + 1) == FEW_ROWS + 1


def test_look_alikes_and_tags_of_many_images_take_a_seat(
    ada: Person, database: Engine, shelf: Shelf
) -> None:
    assert shelf.tag
    few = ada.timeline()
    many = [*few, *(str(uuid4()) for _ in range(FEW_ROWS // MAX_TAGS_OF_IMAGE))]

    def ask(ids: list[str]) -> int:
        return ada.http.post("/api/tags/of-images", json={"ids": ids}).status_code

    assert (ask(many), ada.http.get("/api/lookalikes").status_code) == (200, 200)
    with seats_taken(database, ada.user_id):
        assert (ask(few), ask(many), ada.http.get("/api/lookalikes").status_code) == (200, 429, 429)


def test_what_is_read_counts_and_not_what_is_shown(ada: Person, database: Engine) -> None:
    """Few images may be in many albums, and deleted ones have tags still."""
    images = add_images(ada, database, FEW_ROWS // 10 + 1)
    for number in range(10):
        add_to(ada, make_album(ada, title=f"Iceland {number}"), images)
        tag_images(ada, f"trip/{number}", images)
    change_tag(ada, "delete", images).raise_for_status()
    months = f"/api/tags/{tag_id(ada, 'trip')}/timeline"
    found = "/api/search?q=iceland"
    assert (ada.http.get(months).status_code, ada.http.get(found).status_code) == (200, 200)
    with seats_taken(database, ada.user_id):
        assert (ada.http.get(months).status_code, ada.http.get(found).status_code) == (429, 429)
