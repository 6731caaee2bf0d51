"""How many tags there may be, and how much one request may change."""

from sqlalchemy import Engine, text

from app.tags.entries import MAX_TAGS_OF_IMAGE, MAX_TAGS_OF_PERSON
from tests.api.albums.conftest import add_images
from tests.support.tags import change_tag, rename, tag_id, tag_images, tags_of
from tests.support.users import Person

MANY_TAGS = text("""
    WITH made AS (SELECT n, gen_random_uuid() AS id FROM generate_series(1, :count) AS n)
    INSERT INTO tags (id, owner_id, path, key, lineage, words, created_at, changed_at, deleted_at)
    SELECT id, :user, 't' || n, 't' || n, ARRAY[id], '', now(), now(),
      CASE WHEN n <= :deleted THEN now() END FROM made RETURNING id
""")
TAG_WITH_ALL = text("""
    INSERT INTO image_tags (image_id, tag_id) SELECT images.id, tags.id FROM tags, images
    WHERE tags.owner_id = :user AND images.id = ANY (CAST(:images AS uuid[]))
""")


def add_tags(person: Person, database: Engine, count: int, *, deleted: int = 0) -> None:
    with database.begin() as connection:
        values = {"user": person.user_id, "count": count, "deleted": deleted}
        connection.execute(MANY_TAGS, values)


def refused(person: Person, path: str, ids: list[str]) -> tuple[int, str]:
    answer = change_tag(person, "add_tag", ids, tag=path)
    return answer.status_code, answer.json()["code"]


def test_person_has_so_many_tags(
    ada: Person, bob: Person, images: list[str], database: Engine
) -> None:
    add_tags(ada, database, MAX_TAGS_OF_PERSON - 1, deleted=3)
    before = tags_of(ada)
    assert refused(ada, "a/b", images[:1]) == (409, "too_many_tags")
    assert tags_of(ada) == before
    tag_images(ada, "a", images[:1])
    assert refused(ada, "b", images[:1]) == (409, "too_many_tags")
    answer = rename(ada, "t4", "b/t4")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_tags")
    tag_images(ada, "a", images[1:2])
    tag_images(bob, "a/b", add_images(bob, database, 1))


def test_image_has_so_many_tags(ada: Person, images: list[str], database: Engine) -> None:
    add_tags(ada, database, MAX_TAGS_OF_IMAGE, deleted=1)  # it counts: it can come back
    with database.begin() as connection:
        connection.execute(TAG_WITH_ALL, {"user": ada.user_id, "images": images[:1]})
    assert len(ada.detail(images[0])["tags"]) == MAX_TAGS_OF_IMAGE - 1
    assert refused(ada, "one/more", images[:2]) == (409, "too_many_tags_of_image")
    assert "one" not in tags_of(ada)
    assert tag_images(ada, "t2", images[:2])["changed"] == 1
    change_tag(ada, "remove_tag", images[:1], tag="t3").raise_for_status()
    assert tag_images(ada, "one/more", images[:2])["changed"] == 2


def test_so_many_are_merged_at_once(ada: Person, database: Engine) -> None:
    """Each image that is given the other tag is a row, and a change of the image."""
    images = add_images(ada, database, 10_001)
    add_tags(ada, database, 5)
    with database.begin() as connection:
        connection.execute(TAG_WITH_ALL, {"user": ada.user_id, "images": images})
    for n in range(2, 6):
        rename(ada, f"t{n}", f"t1/t{n}").raise_for_status()
    answer = rename(ada, "t1", "x", merge=True)
    assert answer.status_code == 200
    for n in range(1, 6):
        path = "x" if n == 1 else f"x/t{n}"
        tag_images(ada, path.replace("x", "y", 1), images[:1])
    before = tags_of(ada)
    answer = rename(ada, "x", "y", merge=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_much_to_merge")
    assert tags_of(ada) == before
    change_tag(ada, "remove_tag", images[:10], tag="x").raise_for_status()
    assert rename(ada, "x", "y", merge=True).status_code == 200
    assert tags_of(ada)["y"] == len(images)


def test_list_is_bounded(ada: Person, database: Engine) -> None:
    add_tags(ada, database, 20)
    assert len(ada.http.get("/api/tags", params={"limit": 7}).json()["tags"]) == 7
    over = {"limit": MAX_TAGS_OF_PERSON + 1}
    assert ada.http.get("/api/tags", params=over).status_code == 422
    assert tag_id(ada, "t20")
