"""The map: clusters in a box, the images of a box, and whose they are."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.seats import FEW_ROWS, READ_SEATS, TAKE_READ_SEAT
from app.accounts.sessions.lookup import Owner
from app.clients.aws.image_store import Part
from app.clients.aws.readers import PictureUrls
from app.database import db
from app.images.listing import NO_URLS
from app.map.cells import Box
from app.map.clusters import MAX_CELLS, show_clusters
from app.map.listing import Bounds, list_in_box
from tests.api.conftest import until
from tests.support.images import jpeg
from tests.support.plans import plans_of, rows_read
from tests.support.users import Json, Person

LISBON, SINTRA, PORTO = (38.7223, -9.1393), (38.8029, -9.3817), (41.1579, -8.6291)
SUVA, TAVEUNI = (-18.1248, 178.4501), (-16.8, -179.95)
WORLD = {"west": -180, "south": -90, "east": 180, "north": 90}
PORTUGAL = {"west": -10, "south": 36, "east": -6, "north": 42.5}

_ADD = text("""
    INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
        stored_at, timeline_at, width, height, has_preview, preview_format, thumbhash, is_animated,
        attempts, description_state, latitude, longitude)
    SELECT gen_random_uuid(), :user, n || '.jpg', 1000,
        sha256(gen_random_uuid()::text::bytea), 'image/jpeg', 'ready', now(), now(),
        timestamp '2024-03-01' + n * interval '1 day', 400, 300, true, 'webp',
        decode('010203', 'hex'), false, 0, 'none',
        (CAST(:norths AS float8[]))[n], (CAST(:easts AS float8[]))[n]
    FROM generate_series(1, cardinality(CAST(:norths AS float8[]))) AS n
    RETURNING id, timeline_at
""")


def add(person: Person, database: Engine, *places: tuple[float, float]) -> list[str]:
    """Put ready images straight into the library, one of each day; oldest first."""
    values = {
        "user": person.user_id,
        "norths": [north for north, _ in places],
        "easts": [east for _, east in places],
    }
    with database.begin() as connection:
        rows = connection.execute(_ADD, values).all()
    return [str(row.id) for row in sorted(rows, key=lambda row: row.timeline_at)]


def no_urls(_: str, __: Part) -> PictureUrls:
    return NO_URLS


def look(person: Person, box: Json, *, zoom: int) -> Json:
    answer = person.http.get("/api/map", params={**box, "zoom": zoom})
    answer.raise_for_status()
    found: Json = answer.json()
    assert found["count"] == sum(cluster["count"] for cluster in found["clusters"])
    return found


def counts(found: Json) -> list[int]:
    return [cluster["count"] for cluster in found["clusters"]]


def all_in(person: Person, box: Json, *, limit: int = 100) -> list[str]:
    """Follow the pages of a box."""
    ids: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = person.http.get("/api/map/images", params={**box, "limit": limit, **cursor})
        answer.raise_for_status()
        page = answer.json()
        assert len(page["images"]) <= limit
        ids += [image["id"] for image in page["images"]]
        if page["next_cursor"] is None:
            return ids
        cursor = {"cursor": page["next_cursor"]}


def test_images_that_are_near_are_one_cluster_until_one_looks_closer(
    ada: Person, database: Engine
) -> None:
    ids = add(ada, database, LISBON, LISBON, SINTRA, PORTO)
    world = look(ada, WORLD, zoom=1)
    (cluster,) = world["clusters"]
    assert cluster["count"] == world["placed"] == 4
    assert 38 < cluster["latitude"] < 42
    inside = cluster["box"]
    assert inside["south"] < LISBON[0] < PORTO[0] < inside["north"]
    assert inside["west"] < SINTRA[1] < PORTO[1] < inside["east"]

    assert counts(look(ada, PORTUGAL, zoom=7)) == [3, 1]
    lisbon = {"west": -9.5, "south": 38.6, "east": -9, "north": 38.9}
    near = look(ada, lisbon, zoom=11)["clusters"]
    assert [cluster["count"] for cluster in near] == [2, 1]
    # Both at one place: the newer one stands for both, exactly there.
    assert near[0]["image_id"] == ids[1]
    assert (near[0]["latitude"], near[0]["longitude"]) == LISBON
    assert near[0]["box"]["east"] - near[0]["box"]["west"] < 0.001


def test_a_box_shows_what_is_in_it(ada: Person, database: Engine) -> None:
    ids = add(ada, database, LISBON, PORTO)
    south = {**PORTUGAL, "north": 39.5}
    assert counts(look(ada, south, zoom=8)) == [1]
    assert all_in(ada, south) == [ids[0]]
    assert all_in(ada, PORTUGAL) == [ids[1], ids[0]]
    assert all_in(ada, PORTUGAL, limit=1) == [ids[1], ids[0]]
    point = {"west": LISBON[1], "east": LISBON[1], "south": LISBON[0], "north": LISBON[0]}
    assert all_in(ada, point) == [ids[0]]


def test_a_box_goes_across_the_antimeridian(ada: Person, database: Engine) -> None:
    ids = add(ada, database, SUVA, TAVEUNI, LISBON)
    fiji = {"west": 176, "south": -20, "east": -178, "north": -15}
    found = look(ada, fiji, zoom=7)
    assert counts(found) == [1, 1]
    assert {cluster["image_id"] for cluster in found["clusters"]} == set(ids[:2])
    assert all_in(ada, fiji) == [ids[1], ids[0]]
    other_side = {"west": -165, "south": -20, "east": 165, "north": -15}
    assert counts(look(ada, other_side, zoom=3)) == []
    assert all_in(ada, other_side) == []


@pytest.mark.parametrize("place", [(90.0, 0.0), (-90.0, 0.0), (89.9, -180.0), (0.0, 180.0)])
def test_poles_and_edges_are_on_the_map(
    ada: Person, database: Engine, place: tuple[float, float]
) -> None:
    (image,) = add(ada, database, place)
    for zoom in (0, 1, 3):
        (cluster,) = look(ada, WORLD, zoom=zoom)["clusters"]
        assert cluster["image_id"] == image
        assert (cluster["latitude"], cluster["longitude"]) == place
    assert all_in(ada, WORLD) == [image]


def test_a_thousand_at_one_place_are_one_cluster_and_pages(ada: Person, database: Engine) -> None:
    ids = add(ada, database, *[LISBON] * 1000)
    (cluster,) = look(ada, PORTUGAL, zoom=8)["clusters"]
    assert (cluster["count"], cluster["image_id"]) == (1000, ids[-1])
    assert all_in(ada, cluster["box"]) == ids[::-1]


def test_a_corrected_place_counts_and_the_files_comes_back(ada: Person) -> None:
    (image,) = ada.upload(jpeg(seed=5701, place=LISBON))
    until(partial(ada.settled, image))
    south = {**PORTUGAL, "north": 39.5}
    (cluster,) = look(ada, south, zoom=8)["clusters"]
    assert cluster["place"]["town"] == "Lisbon"
    move = {"location": {"latitude": PORTO[0], "longitude": PORTO[1]}}
    ada.http.patch(f"/api/images/{image}", json=move).raise_for_status()
    assert counts(look(ada, south, zoom=8)) == []
    (cluster,) = look(ada, PORTUGAL, zoom=8)["clusters"]
    assert cluster["place"]["town"] == "Porto"
    ada.http.patch(f"/api/images/{image}", json={"location": None}).raise_for_status()
    assert counts(look(ada, south, zoom=8)) == [1]
    nowhere = {"location": {"latitude": None, "longitude": None}}
    ada.http.patch(f"/api/images/{image}", json=nowhere).raise_for_status()
    found = look(ada, WORLD, zoom=1)
    assert (found["placed"], found["not_placed"]) == (0, 1)


def test_what_the_timeline_does_not_show_is_not_on_the_map(ada: Person, database: Engine) -> None:
    ids = add(ada, database, LISBON, LISBON, LISBON)
    for action, back in (("archive", "unarchive"), ("delete", "restore")):
        for said, left in ((action, 2), (back, 3)):
            batch = {"action": said, "images": {"ids": ids[:1]}}
            ada.http.post("/api/images/batch", json=batch).raise_for_status()
            assert counts(look(ada, PORTUGAL, zoom=8)) == [left]
            assert len(all_in(ada, PORTUGAL)) == left
    stack = {"action": "stack", "images": {"ids": ids[:2]}}
    ada.http.post("/api/images/batch", json=stack).raise_for_status()
    assert counts(look(ada, PORTUGAL, zoom=8)) == [2]
    assert len(all_in(ada, PORTUGAL)) == 2


def test_nobody_sees_where_others_were(ada: Person, bob: Person, database: Engine) -> None:
    mine = add(bob, database, LISBON)
    before = [look(bob, WORLD, zoom=zoom) for zoom in (1, 8)]
    add(ada, database, *[LISBON, PORTO, SUVA] * 3)
    assert [look(bob, WORLD, zoom=zoom) for zoom in (1, 8)] == before
    assert all_in(bob, WORLD) == mine
    # A cursor of Ada's leads on in Bob's own list only.
    page = ada.http.get("/api/map/images", params={**WORLD, "limit": 1}).json()
    hers = bob.http.get("/api/map/images", params={**WORLD, "cursor": page["next_cursor"]})
    assert [image["id"] for image in hers.json()["images"]] == mine


def test_the_same_is_answered_by_304(ada: Person, database: Engine) -> None:
    add(ada, database, LISBON)
    first = ada.http.get("/api/map", params={**WORLD, "zoom": 1})
    held = {"If-None-Match": first.headers["ETag"]}
    again = ada.http.get("/api/map", params={**WORLD, "zoom": 1}, headers=held)
    assert again.status_code == 304
    add(ada, database, PORTO)
    assert ada.http.get("/api/map", params={**WORLD, "zoom": 1}, headers=held).json()["count"] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"west": "nan"},
        {"west": "inf"},
        {"north": "-inf"},
        {"east": 180.001},
        {"west": -180.001},
        {"north": 90.001},
        {"south": 50, "north": 40},
        {"zoom": -1},
        {"zoom": 23},
        {"zoom": 1.5},
        {"zoom": ""},
        {"west": ""},
        {"west": "1e999"},
        {"owner_id": "x"},
    ],
)
def test_boxes_that_are_none_are_refused(ada: Person, wrong: Json) -> None:
    answer = ada.http.get("/api/map", params={**WORLD, "zoom": 1, **wrong})
    assert answer.status_code == 422
    if "zoom" not in wrong:
        assert ada.http.get("/api/map/images", params={**WORLD, **wrong}).status_code == 422


def test_a_cursor_of_another_list_is_refused(ada: Person, database: Engine) -> None:
    add(ada, database, LISBON, LISBON)
    page = ada.http.get("/api/images", params={"limit": 1}).json()
    for cursor in (page["next_cursor"], "x", str(uuid4())):
        answer = ada.http.get("/api/map/images", params={**WORLD, "cursor": cursor})
        assert answer.status_code == 400


def _spread(count: int) -> Sequence[tuple[float, float]]:
    """Places all over the world, each in a cell of its own."""
    return [(-80 + 160 * (n * 37 % count) / count, -180 + 360 * n / count) for n in range(count)]


def test_clusters_are_bounded_however_large_the_box_and_the_zoom(
    ada: Person, database: Engine
) -> None:
    add(ada, database, *_spread(3000))
    for zoom in (0, 3, 10, 22):
        found = look(ada, WORLD, zoom=zoom)
        assert found["count"] == 3000
        assert len(found["clusters"]) <= MAX_CELLS
    assert len(look(ada, WORLD, zoom=22)["clusters"]) > 100


def _pretend_many(database: Engine, person: Person) -> None:
    """As if there were so many: the kept numbers are what counts."""
    many = text("UPDATE map_cells SET count = count + :many WHERE owner_id = :owner")
    with database.begin() as connection:
        connection.execute(many, {"many": FEW_ROWS, "owner": person.user_id})


def test_many_are_walked_by_date_to_the_same_list(ada: Person, database: Engine) -> None:
    ids = add(ada, database, *[LISBON, PORTO, PORTO, PORTO, SINTRA] * 60)
    south = {**PORTUGAL, "north": 39.5}
    wanted = [each for n, each in enumerate(ids) if n % 5 in {0, 4}][::-1]
    assert all_in(ada, south, limit=7) == wanted
    _pretend_many(database, ada)
    assert all_in(ada, south, limit=7) == wanted
    assert all_in(ada, {**PORTUGAL, "south": 42}) == []


def test_a_walk_takes_a_seat_and_few_images_none(
    ada: Person, bob: Person, database: Engine
) -> None:
    for person in (ada, bob):
        add(person, database, LISBON)
    _pretend_many(database, ada)
    with ExitStack() as held:
        for person in (ada, bob):
            for _ in range(READ_SEATS):
                reading = held.enter_context(database.begin())
                assert reading.scalar(TAKE_READ_SEAT, {"user": person.user_id})
        refused = ada.http.get("/api/map/images", params=WORLD)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
        assert len(all_in(bob, WORLD)) == 1


@pytest.mark.usefixtures("app")
def test_a_walk_ends_after_so_many_and_goes_on_from_there(ada: Person, database: Engine) -> None:
    ids = add(ada, database, LISBON, *[PORTO] * 40, LISBON, *[PORTO] * 9)
    _pretend_many(database, ada)
    owner = Owner(id=UUID(ada.user_id))
    south = Box(west=-10, south=36, east=-6, north=39.5)
    found: list[str] = []
    pages = 0
    cursor = None
    while pages == 0 or cursor:
        page = list_in_box(
            owner, south, reader=no_urls, limit=10, cursor=cursor, bounds=Bounds(walk=5, walks=2)
        )
        found += [image["id"] for image in page["images"]]
        cursor = page["next_cursor"]
        pages += 1
    db.session.rollback()
    assert found == [ids[41], ids[0]]
    assert pages >= len(ids) // 10


@pytest.mark.usefixtures("app")
def test_little_is_read_however_many_are_at_one_place(ada: Person, database: Engine) -> None:
    add(ada, database, *[LISBON] * 3000, PORTO, SUVA)
    with database.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(
            text("ANALYZE images, map_cells")
        )
    owner = Owner(id=UUID(ada.user_id))
    with plans_of(db.engine, table="images") as plans:
        for zoom in (0, 5, 12):
            found = show_clusters(owner, Box(west=-180, south=-90, east=180, north=90), zoom=zoom)
            assert found["count"] == 3002
    db.session.rollback()
    assert len(plans) == 3
    assert max(map(rows_read, plans)) < 50
