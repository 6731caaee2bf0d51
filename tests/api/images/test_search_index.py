"""The index of words: bounded reading, indexing after the fact, and whose entries are read."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from app.accounts.sessions.lookup import Owner
from app.database import db
from app.search.asked import Bounds
from app.search.find import find_images
from app.search.index import index_some, index_some_albums
from app.search.query import parse_query
from tests.api.albums.conftest import add_images
from tests.support.albums import add_to, make_album
from tests.support.plans import plans_of
from tests.support.search import change, describe, ids_of
from tests.support.users import Person


@pytest.fixture
def images(ada: Person, database: Engine) -> list[str]:
    """Six images of Ada's, of 6 March 2024 to 1 March, newest first."""
    return add_images(ada, database, 6)


EVERY_WAY = {
    "lighthouse": [0, 1, 2, 3, 4, 5],
    "iceland": [1, 5],
    "lighthouse -iceland": [0, 2, 3, 4],
    "is:favourite lighthouse": [3],
    "lighthouse until:2024-03-03": [3, 4, 5],
    "lighthouse march 2024": [0, 1, 2, 3, 4, 5],
    "lighthouse from:2024-03-02 until:2024-03-05": [1, 2, 3, 4],
    "iceland from:2024-03-02 until:2024-03-06": [1],
    "lighthouse february 2024": [],
    "lighthouse iceland nothing": [],
}
BOUNDS = (
    Bounds(),
    Bounds(few=0),
    Bounds(estimated=-1, few=0),
    Bounds(hits=0, few=0),
    Bounds(entries=0),
    Bounds(hits=0, walk=2, few=0),
    Bounds(hits=0, walk=1, walks=2, few=0),
)


@pytest.mark.usefixtures("app")
def test_both_ways_to_a_page_find_the_same(ada: Person, images: list[str]) -> None:
    for image_id in images:
        describe(ada, image_id, text="A lighthouse")
    add_to(ada, make_album(ada), [images[1], images[5]])
    change(ada, images[4], archived=True)
    change(ada, images[3], favourite=True)
    owner = Owner(UUID(ada.user_id))
    for bounds in BOUNDS:
        found = {q: [images.index(each) for each in _all_of(owner, q, bounds)] for q in EVERY_WAY}
        assert (bounds, found) == (bounds, EVERY_WAY)
    # Of some weeks with few images all are told at once, however many a page has.
    query = parse_query("lighthouse march 2024", today=date(2024, 7, 1))
    assert find_images(owner, query, limit=2, cursor=None).total == 6


def _all_of(owner: Owner, q: str, bounds: Bounds) -> list[str]:
    query = parse_query(q, today=date(2024, 7, 1))
    found: list[str] = []
    cursor: str | None = None
    for _ in range(8):
        page = find_images(owner, query, limit=2, cursor=cursor, bounds=bounds)
        found += [str(each) for each in page.ids]
        cursor = page.next_cursor
        if cursor is None:
            break
    db.session.rollback()
    assert cursor is None
    return found


@pytest.mark.usefixtures("app")
def test_what_others_write_is_indexed_by_the_sweep(
    ada: Person, images: list[str], database: Engine
) -> None:
    """As the former release writes during an upgrade: it knows no index."""
    album = make_album(ada)
    add_to(ada, album, images[:1])
    index_all()
    with database.begin() as connection:
        connection.execute(
            text("UPDATE images SET name = 'ferry.jpg' WHERE id = :id"), {"id": images[1]}
        )
        connection.execute(text("UPDATE albums SET title = 'Norway' WHERE id = :id"), {"id": album})
    assert ids_of(ada, "ferry") == ids_of(ada, "norway") == ids_of(ada, "iceland") == []
    index_all()
    assert (ids_of(ada, "ferry"), ids_of(ada, "norway")) == ([images[1]], [images[0]])


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("is_indexed", [False, True])
def test_image_that_somebody_changes_holds_up_no_other_and_is_indexed_later(
    ada: Person, images: list[str], database: Engine, *, is_indexed: bool
) -> None:
    index_all()
    first, *others = sorted(images[:3])
    rename = text("UPDATE images SET name = :name WHERE id = ANY(CAST(:ids AS uuid[]))")
    with database.begin() as connection:  # as the former release, which leaves notes
        connection.execute(rename, {"name": "ferry.jpg", "ids": [first, *others]})
    with database.begin() as changing:
        # The note is there already, so no other is written.
        changing.execute(rename, {"name": "harbour.jpg", "ids": [first]})
        if is_indexed:
            mine = text("UPDATE image_search SET words = words WHERE image_id = :id")
            changing.execute(mine, {"id": first})
        index_all()
        assert sorted(ids_of(ada, "ferry")) == others
    index_all()
    assert ids_of(ada, "harbour") == [first]


@pytest.mark.usefixtures("app")
def test_two_people_whose_terms_begin_alike_see_their_own(
    ada: Person, images: list[str], database: Engine
) -> None:
    """The terms of both are the same in the index (THREATS 1)."""
    describe(ada, images[0], text="A lighthouse")
    add_to(ada, make_album(ada), images[1:2])
    alike = UUID(ada.user_id[:8] + str(uuid4())[8:])
    with database.begin() as connection:
        values = {"id": alike, "email": f"{alike}@example.org"}
        connection.execute(
            text("INSERT INTO users (id, email, created_at) VALUES (:id, :email, now())"), values
        )
    for bounds in (Bounds(), Bounds(hits=0)):
        for q in ("lighthouse", "iceland", "is:described", "-iceland"):
            query = parse_query(q, today=date(2024, 7, 1))
            hers = find_images(Owner(UUID(ada.user_id)), query, limit=2, cursor=None, bounds=bounds)
            his = find_images(Owner(alike), query, limit=2, cursor=None, bounds=bounds)
            assert hers.ids
            assert (his.ids, his.albums, his.total or 0, his.next_cursor) == ([], [], 0, None)
    db.session.rollback()


def index_all() -> None:
    for index in (index_some, index_some_albums):
        while index():
            pass


@pytest.mark.usefixtures("app")
def test_large_album_with_one_of_the_words_is_not_read_whole(
    ada: Person, images: list[str]
) -> None:
    """All of its texts would tell which have the other words: the library is walked instead."""
    add_to(ada, make_album(ada), images)
    describe(ada, images[2], text="A lighthouse")
    query = parse_query("iceland lighthouse", today=date(2024, 7, 1))
    for most, is_read_whole in ((len(images), True), (len(images) - 1, False)):
        bounds = Bounds(entries=most)
        with plans_of(db.engine, table="search_hits") as plans:
            found = find_images(
                Owner(UUID(ada.user_id)), query, limit=10, cursor=None, bounds=bounds
            )
        db.session.rollback()
        assert [str(each) for each in found.ids] == [images[2]]
        assert bool(plans) == is_read_whole
