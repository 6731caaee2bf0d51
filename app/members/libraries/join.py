"""Invitations to libraries, for whom they are for: accept, decline; and leave one again.

The caller commits. See [Note: Inviting tells nothing] in app/members/invite.py.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from app.accounts.audit.log import Event, record, record_by_another
from app.accounts.models import User
from app.database import db, now
from app.errors import NotFoundError, TooManyLibrariesError
from app.members.join import is_invited, take_turn
from app.members.models import LibraryShare

MAX_LIBRARIES = 50  # of others that one account looks into


def accept(user: User, invitation_id: UUID) -> UUID:
    """Accept an invitation; return which grant is open now.

    Raises:
        NotFoundError: it is not for this person, or not open any more.
        TooManyLibrariesError: they look into MAX_LIBRARIES.
    """
    take_turn(user)
    invitation = _require_invitation(user, invitation_id)
    of_user = LibraryShare.partner_id == user.id
    known = db.session.scalar(
        select(LibraryShare.id).where(of_user, LibraryShare.owner_id == invitation.owner_id)
    )
    if known is not None:  # by an address that they had before
        # Were its row gone, its owner would learn that both addresses are one person's.
        invitation.declined_at = now()
        return known
    joined = db.session.scalar(select(func.count()).select_from(LibraryShare).where(of_user))
    if (joined or 0) >= MAX_LIBRARIES:
        raise TooManyLibrariesError
    invitation.partner_id = user.id
    invitation.accepted_at = now()
    record(Event.LIBRARY_JOINED, user_id=user.id)
    record_by_another(
        Event.LIBRARY_SHARE_ACCEPTED, user_id=invitation.owner_id, email=invitation.email
    )
    return invitation.id


def decline(user: User, invitation_id: UUID) -> UUID:
    """Decline an invitation, which its inviter is not told; return who that is.

    Raises:
        NotFoundError: it is not for this person, or not open any more.
    """
    take_turn(user)
    invitation = _require_invitation(user, invitation_id)
    invitation.declined_at = now()
    return invitation.owner_id


def leave(user: User, share_id: UUID) -> UUID:
    """Look into a library no more; return whose it is.

    Raises:
        NotFoundError: it is not shared with this person.
    """
    owner_id: UUID | None = db.session.scalar(
        delete(LibraryShare)
        .where(LibraryShare.id == share_id, LibraryShare.partner_id == user.id)
        .returning(LibraryShare.owner_id)
    )
    if owner_id is None:
        raise NotFoundError
    record(Event.LIBRARY_LEFT, user_id=user.id)
    return owner_id


def _require_invitation(user: User, invitation_id: UUID) -> LibraryShare:
    query: Any = (
        select(LibraryShare)
        .join(User, User.id == LibraryShare.owner_id)
        .where(LibraryShare.id == invitation_id, is_invited(user, LibraryShare))
        .with_for_update(of=LibraryShare)
        .execution_options(populate_existing=True)
    )
    found: LibraryShare | None = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found
