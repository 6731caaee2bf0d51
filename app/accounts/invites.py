"""Invitations: the link that one person may join by."""

import hmac
from datetime import timedelta
from uuid import UUID, uuid4

from app.accounts.models import Invite
from app.accounts.secret_tokens import as_text, digest
from app.database import db, now
from app.settings import Settings

GOOD_FOR = timedelta(days=7)


def make_invite(
    *, email: str | None, note: str, created_by: UUID, settings: Settings
) -> tuple[Invite, str]:
    """Add an invitation; return its row and its link."""
    invite_id = uuid4()
    invite = Invite(
        id=invite_id,
        token_hash=digest(_token(invite_id, settings)),
        email=email,
        note=note,
        created_by=created_by,
        expires_at=now() + GOOD_FOR,
    )
    db.session.add(invite)
    return invite, invite_link(invite_id, settings)


def invite_link(invite_id: UUID, settings: Settings) -> str:
    """Return the link of an invitation: for whoever made it, and for the mail that brings it."""
    return f"{settings.site_origin}/invite#{_token(invite_id, settings)}"


def _token(invite_id: UUID, settings: Settings) -> str:
    """256 bits that only this site can make of the id, so that the mail's writer can too.

    The row holds the hash alone: a copy of the database invites nobody.
    """
    key = settings.secret_key.encode()
    return as_text(hmac.digest(key, b"invite:" + invite_id.bytes, "sha256"))
