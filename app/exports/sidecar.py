"""What stands in the sidecar of an image in the bucket; docs/exports.md says it to people."""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select

from app.database import db
from app.exports.facts import beside_of, facts_of
from app.exports.xmp_sidecar import sidecar_of
from app.images.album_models import BY_TITLE, Album, AlbumImage, AlbumOrder
from app.images.listing import Shown, detailed
from app.images.models import Image
from app.images.sidecar_models import WITH_SIDECAR

VERSION = 1  # counted up where a reader of the former one would go wrong


def sidecars_of(owner_id: UUID, image_ids: list[UUID]) -> dict[UUID, bytes]:
    """Return the sidecars of those of a person's images that are stored; ends the transaction."""
    query = detailed(Image.stack_rank).where(
        Image.owner_id == owner_id, Image.id.in_(image_ids), Image.state.in_(WITH_SIDECAR)
    )
    rows = db.session.execute(query).all()
    db.session.rollback()
    ids = [row.id for row in rows]
    beside, albums = beside_of(owner_id, ids), _albums_of(owner_id, ids)
    return {
        row.id: sidecar(
            facts_of(row, beside=beside[row.id])
            | {"stack_rank": row.stack_rank, "albums": albums.get(row.id, [])}
        )
        for row in rows
    }


def sidecar(facts: Shown) -> bytes:
    """Write what is known of an image: in the words of the API, and as XMP within it.

    XMP cannot say most of it, and no program finds XMP beside an object that is called `original`:
    whoever gives the original its name back takes the packet out in the same step.
    docs/decisions/0142-sidecars-in-the-bucket.md.

    Args:
        facts: the API's ImageDetail without addresses, with `stack_rank` and albums.
    """
    packet = sidecar_of(facts)
    said = {"pinhole": VERSION, **facts, "xmp": None if packet is None else packet.decode()}
    return orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)


def _albums_of(owner_id: UUID, image_ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return which albums each image is in, and its place there where one was given by hand."""
    rows = db.session.execute(
        select(
            AlbumImage.image_id,
            AlbumImage.position,
            Album.id,
            Album.title,
            Album.description,
            Album.sort,
            Album.cover_id,
            Album.created_at,
        )
        .join(Album, Album.id == AlbumImage.album_id)
        .where(
            Album.owner_id == owner_id,
            Album.deleted_at.is_(None),
            AlbumImage.image_id.in_(image_ids),
        )
        .order_by(*BY_TITLE)
    ).all()
    db.session.rollback()
    albums: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        albums.setdefault(row.image_id, []).append(
            {
                "id": str(row.id),
                "title": row.title,
                "description": row.description,
                "order": row.sort,
                "position": row.position if row.sort == AlbumOrder.MANUAL else None,
                "is_cover": row.cover_id == row.image_id,
                "created_at": row.created_at,
            }
        )
    return albums
