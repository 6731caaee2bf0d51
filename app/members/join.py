"""Invitations for whom they are for: accept, decline, block; and leave an album again.

The caller commits. See [Note: Inviting tells nothing] in invite.py.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, false, func, select, text

from app.accounts.audit.log import Event, record, record_by_another
from app.accounts.models import User
from app.database import db, now
from app.errors import NotFoundError, TooManyBlockedError, TooManyJoinedError
from app.images.album_models import Album
from app.members.invite import INVITATION_LASTS, Invitable
from app.members.models import AlbumMember, LibraryShare, MemberBlock, MemberPreferences

MAX_JOINED = 500  # albums of others that one account is in
MAX_BLOCKED = 500
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:user AS text), 121))")


def invitations_for(user: User) -> ColumnElement[bool]:
    """The condition that an invitation to an album is for a person, and that they are to see it.

    Needs Album and its owner's User joined.
    """
    return is_invited(user, AlbumMember) & Album.deleted_at.is_(None)


def is_invited(user: User, of: Invitable) -> ColumnElement[bool]:
    """The condition that an invitation is for a person and open. Needs its owner's User joined.

    It is for an address, so the address has to be proved: else whoever registers with a stranger's
    would have theirs.
    """
    blocked = exists().where(MemberBlock.user_id == user.id, MemberBlock.blocked_id == of.owner_id)
    if not user.email_verified:
        return false()
    return (
        (of.email == user.email)
        & of.accepted_at.is_(None)
        & of.declined_at.is_(None)
        & (of.created_at > now() - INVITATION_LASTS)
        & (of.owner_id != user.id)
        & User.disabled_at.is_(None)
        & ~blocked
    )


def accept(user: User, invitation_id: UUID) -> AlbumMember:
    """Accept an invitation: from the commit on the album is open to this account.

    Raises:
        NotFoundError: it is not for this person, or not open any more.
        TooManyJoinedError: they are in MAX_JOINED albums.
    """
    take_turn(user)
    invitation = _require_invitation(user, invitation_id)
    known = db.session.scalar(
        select(AlbumMember).where(
            AlbumMember.album_id == invitation.album_id, AlbumMember.member_id == user.id
        )
    )
    if known is not None:  # by an address that they had before
        # Were its row gone, its owner would learn that both addresses are one person's.
        invitation.declined_at = now()
        return known
    joined = select(func.count()).select_from(AlbumMember).where(AlbumMember.member_id == user.id)
    if (db.session.scalar(joined) or 0) >= MAX_JOINED:
        raise TooManyJoinedError
    invitation.member_id = user.id
    invitation.accepted_at = now()
    record(Event.ALBUM_JOINED, user_id=user.id, album=str(invitation.album_id))
    record_by_another(
        Event.MEMBER_JOINED,
        user_id=invitation.owner_id,
        album=str(invitation.album_id),
        email=invitation.email,
    )
    return invitation


def decline(user: User, invitation_id: UUID) -> UUID:
    """Decline an invitation, which its inviter is not told; return who that is.

    Raises:
        NotFoundError: it is not for this person, or not open any more.
    """
    take_turn(user)
    invitation = _require_invitation(user, invitation_id)
    invitation.declined_at = now()
    return invitation.owner_id


def leave(user: User, album_id: UUID) -> None:
    """Leave an album; what one added to it goes with it, and stays in one's library.

    Raises:
        NotFoundError: this person is not in it.
    """
    left = db.session.scalar(
        delete(AlbumMember)
        .where(AlbumMember.album_id == album_id, AlbumMember.member_id == user.id)
        .returning(AlbumMember.id)
    )
    if left is None:
        raise NotFoundError
    record(Event.ALBUM_LEFT, user_id=user.id, album=str(album_id))


def block(user: User, other_id: UUID) -> None:
    """Want no more invitations of somebody, and leave their albums and library. Safe to repeat.

    Raises:
        TooManyBlockedError: MAX_BLOCKED are.
    """
    take_turn(user)
    if db.session.get(MemberBlock, (user.id, other_id)) is None:
        held = select(func.count()).select_from(MemberBlock).where(MemberBlock.user_id == user.id)
        if (db.session.scalar(held) or 0) >= MAX_BLOCKED:
            raise TooManyBlockedError
        email = db.session.scalar(select(User.email).where(User.id == other_id))
        if email is None:
            return
        db.session.add(MemberBlock(user_id=user.id, blocked_id=other_id, email=email))
        record(Event.PERSON_BLOCKED, user_id=user.id, email=email)
    db.session.execute(
        delete(AlbumMember)
        .where(AlbumMember.owner_id == other_id, AlbumMember.member_id == user.id)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        delete(LibraryShare)
        .where(LibraryShare.owner_id == other_id, LibraryShare.partner_id == user.id)
        .execution_options(synchronize_session=False)
    )


def unblock(user: User, other_id: UUID) -> None:
    """Let somebody invite again.

    Raises:
        NotFoundError: they are not blocked.
    """
    known = db.session.get(MemberBlock, (user.id, other_id))
    if known is None:
        raise NotFoundError
    record(Event.PERSON_UNBLOCKED, user_id=user.id, email=known.email)
    db.session.delete(known)


def set_wants_mail(user: User, *, wants_mail: bool) -> None:
    """Say whether invitations are mailed."""
    take_turn(user)
    known = db.session.get(MemberPreferences, user.id)
    if known is None:
        db.session.add(MemberPreferences(user_id=user.id, wants_mail=wants_mail))
    else:
        known.wants_mail = wants_mail


def require_owner(user: User, album_id: UUID) -> UUID:
    """Return whose album somebody is in.

    Raises:
        NotFoundError: they are not.
    """
    owner_id = db.session.scalar(
        select(AlbumMember.owner_id).where(
            AlbumMember.album_id == album_id, AlbumMember.member_id == user.id
        )
    )
    if owner_id is None:
        raise NotFoundError
    return owner_id


def _require_invitation(user: User, invitation_id: UUID) -> AlbumMember:
    query: Any = (
        select(AlbumMember)
        .join(Album, (Album.id == AlbumMember.album_id) & (Album.owner_id == AlbumMember.owner_id))
        .join(User, User.id == AlbumMember.owner_id)
        .where(AlbumMember.id == invitation_id, invitations_for(user))
        .with_for_update(of=AlbumMember)
        .execution_options(populate_existing=True)
    )
    found: AlbumMember | None = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    return found


def take_turn(user: User) -> None:
    """Let no two requests of a person answer invitations at once."""
    db.session.execute(_TAKE_TURN, {"user": user.id})
