"""Look-alikes over the API: groups, which one to keep, what goes over to it, and undo."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.lookalikes.compare import MAX_IN_GROUP, new_group_id
from tests.support.albums import add_to, ids_in, make_album, read_album
from tests.support.edited_photos import edited, scene
from tests.support.lookalikes import add_photos, groups_of
from tests.support.tags import ids_with, tag_images, tags_of
from tests.support.users import Json, Person

ALL_THAT_IS_KEPT = """
SELECT id, deleted_at IS NULL, favourite, archived_at, title, current_description_id,
  description_state FROM images WHERE owner_id = :id ORDER BY id;
SELECT album_images.* FROM album_images JOIN albums ON albums.id = album_id
  WHERE owner_id = :id ORDER BY album_id, image_id;
SELECT id, cover_id, shown_cover_id, image_count, entry_count
  FROM albums WHERE owner_id = :id ORDER BY id;
SELECT image_tags.* FROM image_tags JOIN tags ON tags.id = tag_id
  WHERE owner_id = :id ORDER BY tag_id, image_id;
SELECT path, image_count FROM tags WHERE owner_id = :id ORDER BY path;
SELECT descriptions.* FROM descriptions JOIN images ON images.id = image_id
  WHERE owner_id = :id ORDER BY descriptions.id;
SELECT image_id, group_id FROM fingerprints WHERE owner_id = :id ORDER BY image_id;
SELECT image_id FROM unsent_images WHERE owner_id = :id ORDER BY 1;
SELECT unalike_pairs.* FROM unalike_pairs JOIN images ON images.id = image_id
  WHERE owner_id = :id ORDER BY 1, 2
"""
WORDS = {"alt_text": "A beach", "text": "A beach, at noon.", "tags": ["beach"]}


@pytest.fixture
def group(ada: Person, database: Engine) -> tuple[str, list[str]]:
    """Three pictures of Ada's that look alike, in order of their ids; and their group."""
    return add_group(ada, database)


def add_group(person: Person, database: Engine, seed: int = 60) -> tuple[str, list[str]]:
    photo = scene(seed)
    group_id = new_group_id()
    copies = [edited(photo, kind, seed=1) for kind in ("as WebP", "half as large")]
    ids = add_photos(database, person.user_id, photo, *copies, group=group_id)
    return str(group_id), [str(each) for each in ids]


def listed(person: Person, **query: Any) -> Json:
    answer = person.http.get("/api/lookalikes", params=query)
    found: Json = answer.raise_for_status().json()
    return found


def decide(person: Person, group_id: str, action: str, **body: Any) -> httpx2.Response:
    return person.http.post(f"/api/lookalikes/{group_id}/{action}", json=body)


def keep(person: Person, group_id: str, kept: str, *others: str) -> Json:
    answer = decide(person, group_id, "keep", keep=kept, delete=list(others))
    found: Json = answer.raise_for_status().json()
    return found


def undo(person: Person, done: Json) -> httpx2.Response:
    return person.http.post("/api/lookalikes/undo", json={"undo": done["undo"]})


def change(database: Engine, image_id: str, columns: str, **values: Any) -> None:
    with database.begin() as connection:
        query = text(f"UPDATE images SET {columns} WHERE id = :id")  # noqa: S608 - the test's own
        connection.execute(query, {"id": image_id, **values})


def snapshot(database: Engine, person: Person) -> list[Any]:
    """All that there is of somebody's pictures, albums and tags, but for when it was changed."""
    queries = ALL_THAT_IS_KEPT.split(";")
    with database.connect() as connection:
        owner = {"id": person.user_id}
        return [connection.execute(text(query), owner).all() for query in queries]


def test_group_is_listed_with_what_differs(
    ada: Person, bob: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    group_id, ids = group
    change(database, ids[1], "width = 320, height = 240, content_type = 'image/webp'")
    change(database, ids[2], "latitude = 1, longitude = 2, taken_at = '2024-05-03 10:00'")
    told = listed(ada)
    assert (told["next_cursor"], told["waiting"]) == (None, 0)
    (shown,) = told["groups"]
    assert shown["id"] == group_id
    assert shown["differs"] == ["pixels", "taken_at", "location", "content_type"]
    # As many pixels as the first, but it is known when it was taken.
    assert shown["keep"] == ids[2]
    assert [image["id"] for image in shown["images"]] == [ids[2], ids[0], ids[1]]
    first = shown["images"][0]
    assert first["location"] == {"latitude": 1, "longitude": 2, "altitude": None}
    assert (first["albums"], first["tags"], first["has_description"]) == (0, 0, False)
    assert first["thumbnail_url"]
    assert listed(bob)["groups"] == []


def test_largest_is_proposed_then_the_oldest_then_that_of_which_most_is_known(
    ada: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    _, ids = group

    def proposed() -> str:
        kept: str = listed(ada)["groups"][0]["keep"]
        return kept

    change(database, ids[0], "camera_make = 'Works', camera_model = 'Box'")
    assert proposed() == ids[0]
    change(database, ids[1], "taken_at = '2024-05-03 10:00'")
    assert proposed() == ids[1]
    change(database, ids[0], "taken_at = '2024-05-02 10:00'")
    assert proposed() == ids[0]
    change(database, ids[2], "width = 641")
    assert proposed() == ids[2]


def test_groups_come_page_by_page(ada: Person, database: Engine) -> None:
    groups = [add_group(ada, database, seed)[0] for seed in (61, 62, 63)]
    first = listed(ada, limit=2)
    assert [each["id"] for each in first["groups"]] == groups[:0:-1]
    second = listed(ada, limit=2, cursor=first["next_cursor"])
    assert ([each["id"] for each in second["groups"]], second["next_cursor"]) == (groups[:1], None)
    refused = ada.http.get("/api/lookalikes", params={"cursor": "nonsense"})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")


def test_what_was_not_compared_is_counted(ada: Person, database: Engine) -> None:
    ids = add_photos(database, ada.user_id, scene(64), scene(65))
    with database.begin() as connection:  # so that no sweep takes them
        connection.execute(
            text(
                "UPDATE fingerprints SET state = 'missing', tried_at = now(), grey = NULL,"
                " middle = NULL, windows = NULL WHERE image_id = ANY(:ids)"
            ),
            {"ids": ids},
        )
    assert listed(ada)["waiting"] == 2


def test_deleted_picture_leaves_its_group_and_comes_back_with_its_restoration(
    ada: Person, group: tuple[str, list[str]]
) -> None:
    _, ids = group
    ada.http.delete(f"/api/images/{ids[0]}").raise_for_status()
    assert len(listed(ada)["groups"][0]["images"]) == 2
    ada.http.delete(f"/api/images/{ids[1]}").raise_for_status()
    assert listed(ada)["groups"] == []
    ada.http.patch(f"/api/images/{ids[0]}", json={"deleted": False}).raise_for_status()
    assert len(listed(ada)["groups"][0]["images"]) == 2


def test_stack_is_one_picture(ada: Person, group: tuple[str, list[str]]) -> None:
    _, ids = group
    body = {"action": "stack", "images": {"ids": ids[:2]}}
    ada.http.post("/api/images/batch", json=body).raise_for_status()
    (shown,) = listed(ada)["groups"]
    assert len(shown["images"]) == 2
    ada.http.delete(f"/api/images/{ids[2]}").raise_for_status()
    assert listed(ada)["groups"] == []


def test_kept_one_gets_what_the_others_had_and_undo_takes_just_that_back(
    ada: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    group_id, (kept, second, third) = group
    hers, theirs, both = (make_album(ada, title=title) for title in "abc")
    add_to(ada, hers, [kept])
    add_to(ada, theirs, [second])
    add_to(ada, both, [kept, third])
    cover = {"cover_id": second}
    ada.http.patch(f"/api/albums/{theirs}", json=cover).raise_for_status()
    tag_images(ada, "family/oma", [second, third])
    tag_images(ada, "sea", [kept, third])
    favoured = {"favourite": True}
    ada.http.patch(f"/api/images/{third}", json=favoured).raise_for_status()
    ada.http.patch(f"/api/images/{kept}", json={"archived": True}).raise_for_status()
    ada.http.patch(f"/api/images/{second}", json={"description": WORDS}).raise_for_status()
    ada.http.patch(f"/api/images/{third}", json={"title": "High summer"}).raise_for_status()
    before = snapshot(database, ada)

    done = keep(ada, group_id, kept, second, third)
    assert done["changed"] == 2
    assert listed(ada)["groups"] == []
    assert ada.timeline() == [kept]
    assert set(ada.timeline(deleted="true")) == {second, third}
    assert ids_in(ada, theirs) == ids_in(ada, both) == ids_in(ada, hers) == [kept]
    assert read_album(ada, theirs)["cover"]["image_id"] == kept
    assert ids_with(ada, "family/oma") == ids_with(ada, "sea") == [kept]
    detail = ada.detail(kept)
    assert (detail["favourite"], detail["archived_at"]) == (True, None)
    assert detail["description"]["text"] == WORDS["text"]
    assert detail["description"]["source"] == "person"
    assert (detail["title"], detail["corrected"]) == ("High summer", ["title"])
    found = ada.http.get("/api/search", params={"q": "noon"}).json()
    assert [image["id"] for image in found["images"]] == [kept]

    assert undo(ada, done).raise_for_status().json() == {"changed": 2}
    assert snapshot(database, ada) == before
    assert len(listed(ada)["groups"][0]["images"]) == 3
    # Safe to repeat.
    assert undo(ada, done).raise_for_status().json() == {"changed": 0}
    assert snapshot(database, ada) == before


def test_kept_one_is_never_sent_if_one_of_the_others_never_was(
    ada: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    group_id, (kept, second, third) = group
    never = {"ids": [third], "never": True}
    ada.http.post("/api/descriptions/never-send", json=never).raise_for_status()
    change(database, kept, "description_state = 'waiting', description_asked_at = now()")
    before = snapshot(database, ada)
    done = keep(ada, group_id, kept, second, third)
    assert ada.http.get(f"/api/images/{kept}/descriptions").json()["is_never_sent"] is True
    assert ada.detail(kept)["description_state"] == "none"
    undo(ada, done).raise_for_status()
    change(database, kept, "description_state = 'waiting'")
    assert snapshot(database, ada) == before
    # What is its own stays so.
    never = {"ids": [kept], "never": True}
    ada.http.post("/api/descriptions/never-send", json=never).raise_for_status()
    before = snapshot(database, ada)
    undo(ada, keep(ada, group_id, kept, second, third)).raise_for_status()
    assert snapshot(database, ada) == before


def join(database: Engine, still: str, video: str, identifier: str | None = None) -> None:
    change(database, video, "content_type = 'video/quicktime', state = 'joined'")
    change(database, video, "content_identifier = :told", told=identifier)
    change(database, still, "moving_part_id = :part, motion_milliseconds = 1500", part=video)


def part_of(database: Engine, image_id: str) -> Any:
    query = text("SELECT moving_part_id::text, motion_milliseconds FROM images WHERE id = :id")
    with database.connect() as connection:
        return tuple(connection.execute(query, {"id": image_id}).one())


def is_deleted(database: Engine, image_id: str) -> bool:
    query = text("SELECT deleted_at IS NOT NULL FROM images WHERE id = :id")
    with database.connect() as connection:
        return bool(connection.scalar(query, {"id": image_id}))


def test_kept_one_gets_the_video_of_a_live_photo_and_undo_gives_it_back(
    ada: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    group_id, (kept, second, third) = group
    (video,) = map(str, add_photos(database, ada.user_id, scene(61)))
    join(database, second, video, "one")
    for each in (kept, second):
        change(database, each, "content_identifier = 'one'")
    before = snapshot(database, ada)
    done = keep(ada, group_id, kept, second, third)
    assert part_of(database, kept) == (video, 1500)
    assert part_of(database, second) == (None, None)
    assert is_deleted(database, second)
    assert not is_deleted(database, video)
    undo(ada, done).raise_for_status()
    assert part_of(database, kept) == (None, None)
    assert part_of(database, second) == (video, 1500)
    assert snapshot(database, ada) == before
    # What is sent twice, or made up, moves nothing.
    undo(ada, done).raise_for_status()
    assert part_of(database, second) == (video, 1500)


def test_kept_one_gets_no_video_of_another_moment_and_keeps_its_own(
    ada: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    group_id, (kept, second, third) = group
    video, other = map(str, add_photos(database, ada.user_id, scene(61), scene(62)))
    join(database, second, video, "one")
    change(database, kept, "content_identifier = 'two'")
    undo(ada, keep(ada, group_id, kept, second)).raise_for_status()
    assert part_of(database, second) == (video, 1500)
    join(database, kept, other, "two")
    keep(ada, group_id, kept, second)
    assert part_of(database, kept) == (other, 1500)
    assert is_deleted(database, video)  # with its still
    assert not is_deleted(database, other)
    assert not is_deleted(database, third)


def test_what_the_kept_one_has_stays_its_own(
    ada: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    group_id, (kept, second, third) = group
    album = make_album(ada)
    add_to(ada, album, [kept, second])
    tag_images(ada, "sea", [kept, second])
    for image_id, words in ((kept, "mine"), (second, "theirs")):
        said = {"description": WORDS | {"text": words}, "title": words}
        body = said | {"favourite": True}
        ada.http.patch(f"/api/images/{image_id}", json=body).raise_for_status()
    before = snapshot(database, ada)
    done = keep(ada, group_id, kept, second)
    assert ada.detail(kept)["description"]["text"] == ada.detail(kept)["title"] == "mine"
    assert (done["undo"]["albums"], done["undo"]["tags"]) == ([], [])
    assert (done["undo"]["favourite"], done["undo"]["description"]) == (False, None)
    # The third was not named, and stays.
    assert set(ada.timeline()) == {kept, third}
    undo(ada, done).raise_for_status()
    assert snapshot(database, ada) == before
    assert tags_of(ada) == {"sea": 2}


def test_archived_copies_do_not_take_the_kept_one_out_of_the_timeline(
    ada: Person, group: tuple[str, list[str]]
) -> None:
    group_id, (kept, second, _) = group
    ada.http.patch(f"/api/images/{second}", json={"archived": True}).raise_for_status()
    keep(ada, group_id, kept, second)
    assert ada.detail(kept)["archived_at"] is None


def test_a_persons_words_go_over_before_a_models(
    ada: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    group_id, (kept, second, third) = group
    for image_id in (second, third):
        body = {"description": WORDS | {"text": image_id}}
        ada.http.patch(f"/api/images/{image_id}", json=body).raise_for_status()
    with database.begin() as connection:
        query = text("UPDATE descriptions SET source = 'model' WHERE image_id = :id")
        connection.execute(query, {"id": second})
    keep(ada, group_id, kept, second, third)
    assert ada.detail(kept)["description"]["text"] == third


def test_nothing_is_changed_when_the_kept_one_may_not_have_more(
    ada: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    group_id, (kept, second, _) = group
    for number in range(60):
        tag_images(ada, f"kept{number}", [kept])
        tag_images(ada, f"second{number}", [second])
    before = snapshot(database, ada)
    refused = decide(ada, group_id, "keep", keep=kept, delete=[second])
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_tags_of_image")
    assert snapshot(database, ada) == before


def test_kept_one_comes_into_a_bounded_number_of_albums(
    ada: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    group_id, (kept, second, _) = group
    with database.begin() as connection:
        connection.execute(
            text(
                "WITH made AS (INSERT INTO albums (id, owner_id, title, created_at, changed_at)"
                " SELECT gen_random_uuid(), :owner, n::text, now(), now()"
                " FROM generate_series(1, 101) AS n RETURNING id)"
                " INSERT INTO album_images (album_id, image_id, position, shown_at)"
                " SELECT id, :image, 1, now() FROM made"
            ),
            {"owner": ada.user_id, "image": second},
        )
    refused = decide(ada, group_id, "keep", keep=kept, delete=[second])
    assert (refused.status_code, refused.json()["code"]) == (409, "too_much_in_albums")
    assert ada.timeline(deleted="true") == []


def test_dismissed_pictures_are_not_shown_together_until_that_is_undone(
    ada: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    group_id, ids = group
    before = snapshot(database, ada)
    done = decide(ada, group_id, "dismiss", images=ids).raise_for_status().json()
    assert done["changed"] == 3
    assert listed(ada)["groups"] == []
    assert groups_of(database, ada.user_id) == set()
    assert undo(ada, done).raise_for_status().json() == {"changed": 3}
    assert snapshot(database, ada) == before
    assert undo(ada, done).raise_for_status().json() == {"changed": 0}


def test_only_what_was_seen_is_dismissed(ada: Person, group: tuple[str, list[str]]) -> None:
    group_id, ids = group
    decide(ada, group_id, "dismiss", images=ids[:1] * 2 + ids[1:2]).raise_for_status()
    assert listed(ada)["groups"] == []
    assert ada.timeline()


@pytest.mark.parametrize("action", ["keep", "dismiss"])
def test_what_is_not_in_the_group_is_refused(
    ada: Person, bob: Person, database: Engine, group: tuple[str, list[str]], action: str
) -> None:
    group_id, ids = group
    other = str(add_photos(database, ada.user_id, scene(66))[0])
    bobs_group, bobs = add_group(bob, database, 67)

    def body(*images: str) -> Json:
        if action == "keep":
            return {"keep": images[0], "delete": list(images[1:])}
        return {"images": list(images)}

    before = snapshot(database, ada), snapshot(database, bob)
    for person, of_group, images in (
        (ada, group_id, [ids[0], other]),
        (ada, group_id, [other, ids[0]]),
        (ada, group_id, [ids[0], bobs[0]]),
        (ada, group_id, [ids[0], str(uuid4())]),
        (ada, str(uuid4()), ids[:2]),
        (ada, bobs_group, bobs[:2]),
        (bob, group_id, ids[:2]),
    ):
        refused = decide(person, of_group, action, **body(*images))
        assert refused.status_code == 404
    assert (snapshot(database, ada), snapshot(database, bob)) == before


def test_stranger_takes_nothing_back(
    ada: Person, bob: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    group_id, ids = group
    kept = keep(ada, group_id, *ids[:2])
    other_group, others = add_group(ada, database, 68)
    dismissed = decide(ada, other_group, "dismiss", images=others).raise_for_status().json()
    before = snapshot(database, ada)
    for done in (kept, dismissed):
        assert undo(bob, done).status_code == 404
    assert snapshot(database, ada) == before


def test_undo_that_was_made_up_makes_no_group_larger_than_groups_are(
    ada: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    """A page reads whole groups."""
    group_id, ids = group
    others = [str(each) for each in add_photos(database, ada.user_id, *[scene(5)] * MAX_IN_GROUP)]

    def put(images: list[str]) -> Json:
        made_up = {"action": "dismiss", "group_id": group_id, "images": images}
        answer = undo(ada, {"undo": made_up})
        told: Json = answer.raise_for_status().json()
        return told

    before = snapshot(database, ada)
    room = MAX_IN_GROUP - len(ids)
    for images in (others, others[: room + 1], others[:room]):  # of which nobody dismissed any
        assert put(images) == {"changed": 0}
    assert snapshot(database, ada) == before


def test_albums_and_tags_of_a_stranger_are_left_alone_by_an_undo_that_was_made_up(
    ada: Person, bob: Person, database: Engine, group: tuple[str, list[str]]
) -> None:
    group_id, ids = group
    bobs = [str(each) for each in add_photos(database, bob.user_id, scene(69))]
    album = make_album(bob)
    add_to(bob, album, bobs)
    bob.http.patch(f"/api/albums/{album}", json={"cover_id": bobs[0]}).raise_for_status()
    tag_images(bob, "sea", bobs)
    (tag,) = bob.http.get("/api/tags").json()["tags"]
    done = keep(ada, group_id, *ids[:2])
    done["undo"] |= {
        "albums": [album],
        "tags": [tag["id"]],
        "covers": [{"album_id": album, "image_id": ids[0]}],
        "description": str(uuid4()),
    }
    before = snapshot(database, bob)
    undo(ada, done).raise_for_status()
    assert snapshot(database, bob) == before


def test_deleted_ones_are_not_deleted_again(ada: Person, group: tuple[str, list[str]]) -> None:
    group_id, (kept, second, third) = group
    done = keep(ada, group_id, kept, second)
    again = keep(ada, group_id, kept, second)
    assert again == {"changed": 0, "undo": None}
    refused = decide(ada, group_id, "keep", keep=second, delete=[third])
    assert refused.status_code == 404
    undo(ada, done).raise_for_status()
    assert len(ada.timeline()) == 3


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("keep", {"keep": str(UUID(int=1)), "delete": []}),
        ("keep", {"keep": str(UUID(int=1)), "delete": [str(UUID(int=2))] * 20}),
        ("dismiss", {"images": [str(UUID(int=1))]}),
        ("dismiss", {"images": [str(UUID(int=1))] * 21}),
    ],
)
def test_decision_is_bounded(ada: Person, path: str, body: Json) -> None:
    assert decide(ada, str(uuid4()), path, **body).status_code == 422
