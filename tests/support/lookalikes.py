"""Pictures with fingerprints, put into the database as the worker leaves them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pyvips  # type: ignore[import-untyped]
from sqlalchemy import Engine, text

from app.media.render.fingerprint import fingerprint

if TYPE_CHECKING:
    from PIL import Image

    from app.media.fingerprints import Fingerprint

_IMAGE = text("""
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
  stored_at, timeline_at, width, height, has_preview, attempts, description_state)
VALUES (:id, :owner, 'photo.jpg', 1000, sha256(CAST(:id AS text)::bytea), 'image/jpeg', 'ready',
  now(), now(), now(), 640, 480, true, 1, 'none')
""")
_FINGERPRINT = text("""
UPDATE fingerprints SET state = :state, grey = :grey, middle = :middle, windows = :windows,
  group_id = :group
WHERE image_id = :id
""")

# As whoever compares does.
_FINDABLE = text("""
INSERT INTO middle_hashes (image_id, owner_id, middle)
SELECT image_id, owner_id, middle FROM fingerprints WHERE image_id = :id AND state = 'compared'
""")


def fingerprint_of(photo: Image.Image) -> Fingerprint | None:
    """Make it as a decoder makes it of a thumbnail."""
    pixels = pyvips.Image.new_from_memory(photo.tobytes(), photo.width, photo.height, 3, "uchar")
    return fingerprint(pixels.copy(interpretation="srgb"))


def add_photos(
    database: Engine, owner_id: UUID | str, *photos: Image.Image, group: UUID | None = None
) -> list[UUID]:
    """Give somebody pictures, to be compared or in a group; return their ids, in order."""
    ids = sorted(uuid4() for _ in photos)
    with database.begin() as connection:
        for image_id, photo in zip(ids, photos, strict=True):
            made = fingerprint_of(photo)
            connection.execute(_IMAGE, {"id": image_id, "owner": owner_id})
            values: dict[str, object] = {
                "state": "none",
                "grey": None,
                "middle": None,
                "windows": None,
            }
            if made:
                values = {
                    "state": "compared" if group else "new",
                    "grey": made.grey,
                    "middle": made.hashes[0],
                    "windows": None if group else list(made.hashes),
                }
            connection.execute(_FINGERPRINT, {"id": image_id, "group": group, **values})
            connection.execute(_FINDABLE, {"id": image_id})
    return ids


def groups_of(database: Engine, owner_id: UUID | str) -> set[frozenset[UUID]]:
    """Return which pictures of somebody's are in a group with others."""
    query = text(
        "SELECT array_agg(image_id) FROM fingerprints"
        " WHERE owner_id = :owner AND group_id IS NOT NULL GROUP BY group_id"
    )
    with database.connect() as connection:
        return {frozenset(ids) for ids in connection.execute(query, {"owner": owner_id}).scalars()}
