"""Halves of Live Photos, as tests upload them."""

from sqlalchemy import Engine, text

from tests.media.live_samples import movie, still
from tests.support.images import Picture
from tests.support.users import Person


def a_still(content: bytes | None = None, *, name: str = "IMG_1234.HEIC") -> Picture:
    return Picture(name=name, content_type="image/jpeg", content=content or still())


def a_video(content: bytes | None = None, *, name: str = "IMG_1234.MOV") -> Picture:
    return Picture(name=name, content_type="video/quicktime", content=content or movie())


def all_are_looked_at(database: Engine, person: Person) -> bool:
    """Whether somebody has looked for the other halves of all of a person's images."""
    waits = "SELECT count(*) FROM images_to_stack WHERE owner_id = :owner"
    with database.connect() as rows:
        return not rows.scalar(text(waits), {"owner": person.user_id})
