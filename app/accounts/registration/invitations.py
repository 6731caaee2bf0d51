"""Invitations: a link by which one person may register."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from app.accounts.errors import TooManyInvitesError
from app.accounts.models import Invite
from app.accounts.sessions.tokens import digest, new_token
from app.database import db, now

GOOD_FOR = timedelta(days=7)
MAX_OPEN = 200  # of an administrator; the list shows as many


def refuse_too_many_open(user_id: UUID) -> None:
    """Refuse one more where an administrator, who is held, has MAX_OPEN that can be used still.

    Raises:
        TooManyInvitesError: take one back first.
    """
    count = select(func.count()).select_from(Invite).where(Invite.created_by == user_id)
    if (db.session.scalar(count.where(Invite.is_open())) or 0) >= MAX_OPEN:
        raise TooManyInvitesError


def make_invite(
    *, email: str | None, note: str, created_by: UUID, site_origin: str
) -> tuple[Invite, str]:
    """Add an invitation; return its row and its link, which exists nowhere else."""
    token = new_token()
    invite = Invite(
        token_hash=digest(token),
        email=email,
        note=note,
        created_by=created_by,
        expires_at=now() + GOOD_FOR,
    )
    db.session.add(invite)
    db.session.flush()  # gives it the id that a mail names
    return invite, f"{site_origin}/invite#{token}"
