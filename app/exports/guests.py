"""Which images of an export guests sent by share links, and what they called themselves."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.database import db
from app.images.collected_models import CollectedImage, CollectedState


def guests_of(user_id: UUID, image_ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return by whom each of a person's images was sent that a guest sent first.

    Ends the transaction.
    """
    rows = db.session.execute(
        select(CollectedImage.image_id, CollectedImage.added_by, CollectedImage.created_at).where(
            CollectedImage.owner_id == user_id,
            CollectedImage.id == CollectedImage.image_id,
            CollectedImage.image_id.in_(image_ids),
            CollectedImage.state != CollectedState.GONE,
        )
    ).all()
    db.session.rollback()
    return {
        row.image_id: {"name": row.added_by, "sent_at": row.created_at.isoformat()} for row in rows
    }
