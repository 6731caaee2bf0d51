"""Cancel description requests of restored images if consent ended while they were deleted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from app.accounts.models import User
from app.database import db
from app.images.models import DescriptionState, Image


def stop_waiting_of_before(owner_id: UUID, ids: Sequence[UUID]) -> None:
    """Let those of a person's images wait no more that were asked for before today's consent.

    Where there is none, all of them. Turning descriptions off stops what waits, but for what is in
    Recently deleted: agreeing anew, perhaps to another host, was not about that. The caller
    commits. Safe to repeat.
    """
    agreed_at = select(User.descriptions_enabled_at).where(User.id == owner_id).scalar_subquery()
    db.session.execute(
        update(Image)
        .where(
            Image.owner_id == owner_id,
            Image.id == any_(literal(list(ids), ARRAY(Uuid()))),
            Image.description_state == DescriptionState.WAITING,
            func.coalesce(Image.description_asked_at, "-infinity")
            < func.coalesce(agreed_at, "infinity"),
        )
        .values(description_state=DescriptionState.NONE)
        .execution_options(synchronize_session=False)
    )
