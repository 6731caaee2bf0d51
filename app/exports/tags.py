"""The tags of the images of an export."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.database import db
from app.images.tag_models import ImageTag, Tag


def tags_of(user_id: UUID, image_ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the tags of each of a person's images that has any, as the API's ImageDetail has them.

    Ends the transaction.
    """
    rows = db.session.execute(
        select(ImageTag.image_id, Tag.id, Tag.path)
        .join(Tag, Tag.id == ImageTag.tag_id)
        .where(Tag.owner_id == user_id, Tag.deleted_at.is_(None), ImageTag.image_id.in_(image_ids))
        .order_by(Tag.key)
    ).all()
    db.session.rollback()
    tags: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        tags.setdefault(row.image_id, []).append({"id": str(row.id), "path": row.path})
    return tags
