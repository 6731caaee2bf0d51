"""Invite people to an album, change what they may, and take it back. The caller commits.

[Note: Inviting tells nothing] An invitation is a row with an address. Nobody looks here whether
there is such an account, so the answer, and how long it takes, are the same. Nor does a list say
whether it was declined, or whether its inviter is blocked. docs/decisions/0122.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text

from app.accounts.audit.log import Event, record, record_by_another
from app.accounts.errors import ProveAddressError
from app.accounts.models import User
from app.albums.entries import require_album
from app.database import db, now
from app.errors import (
    NotFoundError,
    TooManyInAlbumError,
    TooManyInvitedError,
)
from app.images.album_models import Album
from app.library.selection import wrong_field
from app.members.models import AlbumMember, LibraryShare, SharedAlbum

MAX_MEMBERS = 50  # of an album, with open invitations
MAX_GIVEN = 1_000  # of all albums of an owner
INVITATION_LASTS = timedelta(days=30)
MAX_FORGOTTEN = 5_000  # in one sweep
# One request at a time of a person's invites, so that no two go past the limits together. The
# number is this lock's own.
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:owner AS text), 120))")
# What an invitation is a row of.
Invitable = type[AlbumMember] | type[LibraryShare]


def invite(user: User, album_id: UUID, *, email: str, role: str) -> tuple[AlbumMember, bool]:
    """Invite an address to an album; return its row, and whether it is new. Safe to repeat.

    Raises:
        ProveAddressError: the inviter's own address is not proved to be theirs.
        NotFoundError: there is no such album, it is deleted, or it is somebody else's.
        ValidationFailedError: it is the inviter's own address.
        TooManyInAlbumError: there are MAX_MEMBERS.
        TooManyInvitedError: in all albums of this owner there are MAX_GIVEN.
    """
    require_may_invite(user, email)
    album = require_album(user, album_id)
    forget_expired_of(user, AlbumMember)
    known = db.session.scalar(
        select(AlbumMember).where(AlbumMember.album_id == album_id, AlbumMember.email == email)
    )
    if known is not None:
        return known, False
    if _count(AlbumMember.album_id == album_id) >= MAX_MEMBERS:
        raise TooManyInAlbumError
    if _count(AlbumMember.owner_id == user.id) >= MAX_GIVEN:
        raise TooManyInvitedError
    if db.session.get(SharedAlbum, album_id) is None:
        db.session.add(SharedAlbum(album_id=album_id, owner_id=user.id))
    member = AlbumMember(album_id=album.id, owner_id=user.id, email=email, role=role)
    db.session.add(member)
    db.session.flush()  # its id
    _record(Event.MEMBER_INVITED, member)
    return member, True


def require_may_invite(user: User, email: str) -> None:
    """Check that a person may invite an address, and let no other request of theirs do so now.

    Raises:
        ProveAddressError: the inviter's own address is not proved to be theirs.
        ValidationFailedError: it is the inviter's own address.
    """
    if not user.email_verified:
        raise ProveAddressError
    if email == user.email:
        raise wrong_field("email", "This is your own address.")
    db.session.execute(_TAKE_TURN, {"owner": user.id})


def require_member(user: User, album_id: UUID, member_id: UUID) -> AlbumMember:
    """Return somebody who was invited to an album, locked until the transaction ends.

    Raises:
        NotFoundError: there is none with this id, or it is of somebody else's album.
    """
    member = db.session.scalar(
        select(AlbumMember)
        .where(
            AlbumMember.owner_id == user.id,
            AlbumMember.album_id == album_id,
            AlbumMember.id == member_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if member is None:
        raise NotFoundError
    return member


def change_role(member: AlbumMember, role: str) -> None:
    """Let a member add pictures, or not any more; what they added stays."""
    if member.role != role:
        member.role = role
        _record(Event.MEMBER_CHANGED, member)


def remove_member(member: AlbumMember) -> None:
    """End a membership or an invitation; what the member added goes with it."""
    _record(Event.MEMBER_REMOVED, member)
    if member.member_id is not None:
        record_by_another(Event.ALBUM_LEFT, user_id=member.member_id, album=str(member.album_id))
    db.session.delete(member)


def require_own(user: User, album_id: UUID) -> None:
    """Check that an album is a person's own, deleted or not.

    Raises:
        NotFoundError: there is no such album, or it is somebody else's.
    """
    own = select(Album.id).where(Album.id == album_id, Album.owner_id == user.id)
    if db.session.scalar(own) is None:
        raise NotFoundError


def remove_all(user: User, album_id: UUID | None = None) -> int:
    """End all memberships and invitations of an owner, or of one album of theirs; return how many.

    Safe to repeat.
    """
    condition = AlbumMember.owner_id == user.id
    if album_id is not None:
        condition &= AlbumMember.album_id == album_id
    ended = db.session.scalars(
        delete(AlbumMember)
        .where(condition)
        .returning(AlbumMember.id)
        .execution_options(synchronize_session=False)
    ).all()
    if ended:
        record(Event.MEMBERS_REMOVED, user_id=user.id, members=len(ended))
    return len(ended)


def require_settings(user: User, album_id: UUID) -> SharedAlbum:
    """Return what members of an album see, made now if nobody was invited yet.

    Raises:
        NotFoundError: there is no such album, it is deleted, or it is somebody else's.
    """
    db.session.execute(_TAKE_TURN, {"owner": user.id})
    require_album(user, album_id)
    settings = db.session.scalar(
        select(SharedAlbum)
        .where(SharedAlbum.owner_id == user.id, SharedAlbum.album_id == album_id)
        .execution_options(populate_existing=True)
    )
    if settings is None:
        settings = SharedAlbum(album_id=album_id, owner_id=user.id)
        db.session.add(settings)
        db.session.flush()
    return settings


def forget_expired_invitations() -> None:
    """Delete invitations that nobody answered in time, whoever sent them; the sweep does it."""
    kinds: tuple[Invitable, ...] = (AlbumMember, LibraryShare)
    for of in kinds:
        some = select(of.id).where(_is_expired(of)).limit(MAX_FORGOTTEN)
        db.session.execute(
            delete(of)
            # Whoever accepts at this moment holds the row, and would have a membership deleted.
            .where(of.id.in_(some.with_for_update(skip_locked=True)), _is_expired(of))
            .execution_options(synchronize_session=False)
        )


def forget_expired_of(user: User, of: Invitable) -> None:
    """Delete those of one owner, whom they would keep from inviting others."""
    db.session.execute(
        delete(of)
        .where(of.owner_id == user.id, _is_expired(of))
        .execution_options(synchronize_session=False)
    )


def _is_expired(of: Invitable) -> ColumnElement[bool]:
    return of.accepted_at.is_(None) & (of.created_at < now() - INVITATION_LASTS)


def _count(condition: object) -> int:
    found = select(func.count()).select_from(AlbumMember).where(condition)  # type: ignore[arg-type]
    return db.session.scalar(found) or 0


def _record(event: Event, member: AlbumMember) -> None:
    """Record it for the owner. The address is theirs to read: administrators are not told."""
    record(
        event,
        user_id=member.owner_id,
        album=str(member.album_id),
        email=member.email,
        role=member.role,
    )
