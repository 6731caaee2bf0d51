"""Share one's library with somebody, change what they see of it, and end it. The caller commits.

See [Note: Inviting tells nothing] in app/members/invite.py: it is the same here.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import delete, func, select

from app.accounts.audit.log import Event, record, record_by_another
from app.accounts.models import User
from app.database import db
from app.errors import NotFoundError, TooManyPartnersError
from app.members.invite import forget_expired_of, require_may_invite
from app.members.models import LibraryShare

MAX_PARTNERS = 20  # with open invitations


def share_library(
    user: User, *, email: str, since: date | None, **shows: bool
) -> tuple[LibraryShare, bool]:
    """Invite an address to one's library; return its row, and whether it is new. Safe to repeat.

    Args:
        user: whose library it is.
        email: whom to invite.
        since: pictures taken from this day on; None: all.
        **shows: what they see beside the pictures, by the columns of LibraryShare.

    Raises:
        ProveAddressError: the inviter's own address is not proved to be theirs.
        ValidationFailedError: it is the inviter's own address.
        TooManyPartnersError: it is shared with MAX_PARTNERS.
    """
    require_may_invite(user, email)
    forget_expired_of(user, LibraryShare)
    of_user = LibraryShare.owner_id == user.id
    known = db.session.scalar(select(LibraryShare).where(of_user, LibraryShare.email == email))
    if known is not None:
        return known, False
    held = db.session.scalar(select(func.count()).select_from(LibraryShare).where(of_user))
    if (held or 0) >= MAX_PARTNERS:
        raise TooManyPartnersError
    share = LibraryShare(owner_id=user.id, email=email, since=since, **shows)
    db.session.add(share)
    db.session.flush()  # its id
    _record(Event.LIBRARY_SHARED, share)
    return share, True


def require_share(user: User, share_id: UUID) -> LibraryShare:
    """Return one that a person has given out, locked until the transaction ends.

    Raises:
        NotFoundError: there is none with this id, or it is of somebody else's library.
    """
    share = db.session.scalar(
        select(LibraryShare)
        .where(LibraryShare.owner_id == user.id, LibraryShare.id == share_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if share is None:
        raise NotFoundError
    return share


def change_share(share: LibraryShare, changes: dict[str, date | bool | None]) -> None:
    """Change from which day on, or what is seen beside the pictures, by the columns."""
    if any(getattr(share, name) != value for name, value in changes.items()):
        for name, value in changes.items():
            setattr(share, name, value)
        _record(Event.LIBRARY_SHARE_CHANGED, share)


def end_share(share: LibraryShare) -> None:
    """End it, or take the invitation back: its partner sees nothing more."""
    _record(Event.LIBRARY_SHARE_ENDED, share)
    if share.partner_id is not None:
        record_by_another(Event.LIBRARY_LEFT, user_id=share.partner_id)
    db.session.delete(share)


def end_all(user: User) -> int:
    """End all that a person has given out; return how many. Safe to repeat."""
    ended = db.session.execute(
        delete(LibraryShare)
        .where(LibraryShare.owner_id == user.id)
        .returning(LibraryShare.partner_id)
        .execution_options(synchronize_session=False)
    ).all()
    if ended:
        record(Event.LIBRARY_SHARES_ENDED, user_id=user.id, members=len(ended))
    return len(ended)


def _record(event: Event, share: LibraryShare) -> None:
    """Record it for the owner. The address is theirs to read: administrators are not told."""
    since = share.since.isoformat() if share.since else None
    record(event, user_id=share.owner_id, email=share.email, since=since)
