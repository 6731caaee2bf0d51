"""Which versions of descriptions were checked by their person."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import and_, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import db, now
from app.images.checked_models import CheckedDescription
from app.images.models import Image

MAX_CHECKED_AT_ONCE = 500
MAX_COUNTED = 5000


def count_checked(owner: User | Owner) -> int:
    """Count the pictures whose shown version was checked; `MAX_COUNTED` at most."""
    some = (
        select(CheckedDescription.image_id)
        .join(
            Image,
            and_(
                Image.id == CheckedDescription.image_id,
                Image.current_description_id == CheckedDescription.description_id,
            ),
        )
        .where(CheckedDescription.owner_id == owner.id, Image.owned_by(owner))
        .limit(MAX_COUNTED)
    )
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def note_checked(user: User, versions: Mapping[UUID, UUID]) -> list[UUID]:
    """Note that these versions, by their pictures, were checked; return of which pictures.

    Passed over is what is not there, not theirs, or does not show that version any more. The caller
    commits. Safe to repeat.
    """
    shown = select(
        Image.id, Image.owner_id, Image.current_description_id.label("description_id")
    ).where(
        Image.owned_by(user),
        tuple_(Image.id, Image.current_description_id).in_(list(versions.items())),
    )
    found = shown.subquery()
    checked = insert(CheckedDescription).from_select(
        ["image_id", "owner_id", "description_id", "checked_at"],
        select(found.c.id, found.c.owner_id, found.c.description_id, func.now()),
    )
    noted = checked.on_conflict_do_update(
        index_elements=["image_id"],
        set_={"description_id": checked.excluded.description_id, "checked_at": now()},
    ).returning(CheckedDescription.image_id)
    return list(db.session.scalars(noted))


def take_check_back(user: User, ids: Collection[UUID]) -> list[UUID]:
    """Let descriptions of these pictures be unchecked again; return of which. The caller commits.

    What its person wrote stays checked.
    """
    gone = (
        delete(CheckedDescription)
        .where(CheckedDescription.owner_id == user.id, CheckedDescription.image_id.in_(ids))
        .returning(CheckedDescription.image_id)
        .execution_options(synchronize_session=False)
    )
    return list(db.session.scalars(gone))
