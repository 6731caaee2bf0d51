"""Which descriptions of an export were checked by their person."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import and_, select

from app.database import db
from app.images.checked_models import CheckedDescription
from app.images.models import Image


def checked_of(owner_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Return which of a person's pictures show a version that was checked; ends the transaction."""
    found = set(
        db.session.scalars(
            select(CheckedDescription.image_id)
            .join(
                Image,
                and_(
                    Image.id == CheckedDescription.image_id,
                    Image.current_description_id == CheckedDescription.description_id,
                ),
            )
            .where(CheckedDescription.owner_id == owner_id, Image.owner_id == owner_id)
            .where(CheckedDescription.image_id.in_(ids))
        )
    )
    db.session.rollback()
    return found
