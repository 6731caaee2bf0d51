"""Counts of tags where one statement changes more images than are counted by their ids."""

from importlib import import_module

import pytest
from sqlalchemy import Connection, Engine, text

from tests.support.tags import tag_id, tag_images, tags_of
from tests.support.users import Person

_FUNCTION: str = import_module("app.migrations.versions.0067_counting_new_tags").FUNCTION
_MAX_ENTRIES = "20000"
_COUNTS = text("SELECT path, image_count FROM tags WHERE owner_id = :owner ORDER BY path")
_TAG = text("INSERT INTO image_tags (image_id, tag_id) SELECT unnest(:ids ::uuid[]), :tag")
_UNTAG = text("DELETE FROM image_tags WHERE tag_id = :tag AND image_id = ANY (:ids ::uuid[])")


def counts(connection: Connection, person: Person) -> dict[str, int]:
    found = connection.execute(_COUNTS, {"owner": person.user_id})
    return {row.path: row.image_count for row in found}


@pytest.mark.parametrize("most", ["4", _MAX_ENTRIES])
def test_counts_are_the_same_however_many_change_at_once(
    ada: Person, database: Engine, images: list[str], most: str
) -> None:
    assert _FUNCTION.count(f"> {_MAX_ENTRIES}") == 1
    tag_images(ada, "sea", images[:2])
    tag_images(ada, "sea/Skagen", images[1:4])
    tag_images(ada, "sea/Bornholm", images[:1])
    one = tag_id(ada, "sea/Bornholm")
    with database.connect() as connection:
        connection.execute(text(_FUNCTION.replace(f"> {_MAX_ENTRIES}", f"> {most}")))
        before = counts(connection, ada)
        assert before == {"sea": 4, "sea/Bornholm": 1, "sea/Skagen": 3}
        connection.execute(_TAG, {"ids": images[1:9], "tag": one})
        assert counts(connection, ada) == {"sea": 9, "sea/Bornholm": 9, "sea/Skagen": 3}
        connection.execute(_UNTAG, {"ids": images[1:9], "tag": one})
        assert counts(connection, ada) == before
        connection.rollback()
    assert tags_of(ada) == before
