"""Invitations: the link that one person may join by."""

from datetime import timedelta
from uuid import UUID

from app.accounts.models import Invite
from app.accounts.secret_tokens import digest, new_token
from app.database import db, now

GOOD_FOR = timedelta(days=7)


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
    db.session.flush()  # gives it the id that a letter names
    return invite, f"{site_origin}/invite#{token}"
