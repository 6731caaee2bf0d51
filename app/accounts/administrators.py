"""Administrators: a site always keeps at least one who can sign in."""

from uuid import UUID

from sqlalchemy import exists, select, text, update

from app.accounts.audit.log import Event
from app.accounts.errors import LastAdministratorError
from app.accounts.models import AuditEvent, User
from app.database import db

# One change at a time: two administrators who unmake each other would each see the other stay.
_ONE_CHANGE = text("SELECT pg_advisory_xact_lock(hashtext('who administers'))")


def change_administrators() -> None:
    """Wait until nobody else changes who administers, and hold others off until the commit."""
    db.session.execute(_ONE_CHANGE)


def appoint_one_if_none_is_left() -> None:
    """Make the oldest active account an administrator if the site has none left.

    Nobody could be made an administrator otherwise, since it takes one. The caller holds others
    off (`change_administrators`) and commits.
    """
    stays = User.disabled_at.is_(None) & User.delete_after.is_(None)
    if db.session.scalar(select(exists().where(User.is_administrator, stays))):
        return
    oldest = select(User.id).where(stays).order_by(User.created_at, User.id).limit(1)
    appointed = db.session.scalar(
        update(User)
        .where(User.id == oldest.scalar_subquery())
        .values(is_administrator=True)
        .returning(User.id)
        .execution_options(synchronize_session=False)
    )
    if appointed:
        # No request caused this, so there is no address and no browser.
        made = AuditEvent(
            event=Event.ADMINISTRATOR_MADE, user_id=appointed, ip="", user_agent="", detail={}
        )
        db.session.add(made)


def refuse_without(user_id: UUID) -> None:
    """Refuse a change that would leave the site without an administrator.

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
