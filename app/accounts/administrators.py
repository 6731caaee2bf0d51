"""Those who look after the site: there is always one who can."""

from uuid import UUID

from sqlalchemy import exists, select, text

from app.accounts.models import User
from app.database import db
from app.errors import LastAdministratorError

# One change at a time: two administrators who unmake each other would each see the other stay.
_ONE_CHANGE = text("SELECT pg_advisory_xact_lock(hashtext('who administers'))")


def change_administrators() -> None:
    """Wait until nobody else changes who administers, and hold others off until the commit."""
    db.session.execute(_ONE_CHANGE)


def refuse_without(user_id: UUID) -> None:
    """Refuse to let somebody go without whom nobody would look after the site.

    Raises:
        LastAdministratorError: no other administrator is here to stay.
    """
    another = select(
        exists().where(
            User.id != user_id,
            User.is_administrator,
            User.disabled_at.is_(None),
            User.delete_after.is_(None),
        )
    )
    if not db.session.scalar(another):
        raise LastAdministratorError
