"""The albums of an export: each lists its images by their file names."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.database import db
from app.images.album_models import Album, AlbumImage, AlbumOrder
from app.images.models import SHOWN, Image

_ORDERS: dict[str, tuple[Any, ...]] = {
    AlbumOrder.NEWEST: (Image.timeline_at.desc(), Image.id.desc()),
    AlbumOrder.OLDEST: (Image.timeline_at, Image.id),
    AlbumOrder.MANUAL: (AlbumImage.position, AlbumImage.image_id),
}


def albums_of(
    user_id: UUID, *, before: datetime, after: UUID | None
) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Give a person's albums by id, each with its images by its order; ends the transaction.

    Args:
        user_id: whose.
        before: images that were uploaded later are not in the copy.
        after: the album to go on after.
    """
    rows = db.session.execute(
        select(
            Album.id,
            Album.title,
            Album.description,
            Album.sort,
            Album.shown_cover_id,
            Album.created_at,
        )
        .where(
            Album.owner_id == user_id,
            Album.deleted_at.is_(None),
            *([] if after is None else [Album.id > after]),
        )
        .order_by(Album.id)
    ).all()
    db.session.rollback()
    for row in rows:
        images = db.session.execute(
            select(Image.id, Image.name, Image.sha256)
            .join(AlbumImage, AlbumImage.image_id == Image.id)
            .where(
                AlbumImage.album_id == row.id,
                Image.owner_id == user_id,
                Image.state.in_(SHOWN),
                Image.created_at <= before,
            )
            .order_by(*_ORDERS[row.sort])
        ).all()
        db.session.rollback()
        yield (
            row.id,
            {
                "id": str(row.id),
                "title": row.title,
                "description": row.description,
                "order": row.sort,
                "cover": row.shown_cover_id and str(row.shown_cover_id),
                "created_at": row.created_at.isoformat(),
                "pictures": [
                    {"id": str(image.id), "name": image.name, "sha256": image.sha256.hex()}
                    for image in images
                ],
            },
        )
