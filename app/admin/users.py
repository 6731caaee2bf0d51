"""Users as administrators see them, and the changes that administrators may make."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    Row,
    Select,
    delete,
    func,
    literal_column,
    select,
    tuple_,
    update,
)

from app.accounts.administrators import change_administrators, refuse_without
from app.accounts.audit.log import Event, record
from app.accounts.audit.schemas import PageIn
from app.accounts.deletion import is_going
from app.accounts.emails.outbox import withdraw_mails_of_shut
from app.accounts.errors import NotOneselfError
from app.accounts.models import AccessToken, Invite, KnownDevice, Session, User
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.guards import check_again
from app.accounts.sessions.one_time_tokens import Purpose
from app.accounts.sessions.store import alive, end_sessions
from app.admin.schemas import PersonPatch, PersonRow
from app.database import db, now
from app.errors import ConflictError, InvalidCursorError, NotFoundError
from app.images.counted_models import Storage

_Columns = tuple[User, Any, int, int, int, int]
# Of links, of which a person has 500 at most. Their table is a package's beside this one.
_OPEN_LINKS = literal_column(
    "(SELECT count(*) FROM shares WHERE shares.owner_id = users.id"
    " AND (shares.expires_at IS NULL OR shares.expires_at > now()))",
    Integer,
)
_Query = Select[*_Columns]


def people_page(page: PageIn) -> tuple[list[PersonRow], str | None]:
    """Return a page of people, those who joined last first, and the cursor of the next.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    query = _people()
    if page.cursor is not None:
        last = select(User.created_at, User.id).where(User.id == _parse(page.cursor))
        query = query.where(tuple_(User.created_at, User.id) < last.scalar_subquery())
    query = query.order_by(User.created_at.desc(), User.id.desc()).limit(page.limit + 1)
    rows = db.session.execute(query).all()
    people = _shown(rows[: page.limit])
    return people, people[-1].id.hex if len(rows) > page.limit else None


def person(person_id: UUID) -> PersonRow:
    """Return one person.

    Raises:
        NotFoundError: there is none with this id.
    """
    found = _shown(db.session.execute(_people().where(User.id == person_id)).all())
    if not found:
        raise NotFoundError
    return found[0]


def change_person(person_id: UUID, change: PersonPatch, *, by: User) -> None:
    """Shut or open an account, make or unmake an administrator; the caller commits.

    Raises:
        NotFoundError: there is none with this id.
        NotOneselfError: nobody shuts their own account.
        LastAdministratorError: nobody would be left who looks after the site.
        ConflictError: the account is being deleted.
    """
    user = _hold(person_id)
    if change.disabled and user.id == by.id:
        raise NotOneselfError
    if user.is_administrator and (change.disabled or change.is_administrator is False):
        refuse_without(user.id)
    if change.is_administrator not in {None, user.is_administrator}:
        user.is_administrator = not user.is_administrator
        made = user.is_administrator
        event = Event.ADMINISTRATOR_MADE if made else Event.ADMINISTRATOR_UNMADE
        record(event, user_id=user.id, actor_id=by.id)
        if not made:
            _end_invitations(user)
    if change.disabled not in {None, user.disabled_at is not None}:
        _shut(user, by=by) if change.disabled else _open(user, by=by)


def end_sessions_of(person_id: UUID, *, by: User) -> int:
    """Sign a person out everywhere, and end what they had begun; return how many browsers.

    The caller commits.

    Raises:
        NotFoundError: there is none with this id.
        ConflictError: the account is being deleted.
    """
    user = _hold(person_id)
    ended = end_sessions(user.id)
    one_time_tokens.forget(
        user.id, Purpose.SECOND_FACTOR, Purpose.OPENID, Purpose.LINK, Purpose.PASSKEY
    )
    record(Event.OTHER_SESSIONS_ENDED, user_id=user.id, actor_id=by.id, ended=ended)
    return ended


def _hold(person_id: UUID) -> User:
    """Hold a person, and let nobody else change who administers; or raise.

    Raises:
        NotFoundError: there is none with this id.
        ConflictError: the account is being deleted. The sweep holds it for as long as S3 takes:
            whoever waited for it would keep all other administrators waiting.
    """
    _refuse_going(db.session.get(User, person_id))
    change_administrators()
    # A sign-in under way is waited for, so that its session is ended with the others.
    held = select(User).where(User.id == person_id).with_for_update(key_share=True)
    user = db.session.scalar(held.execution_options(populate_existing=True))
    # After both waits: the one who asks may have been shut, unmade or signed out meanwhile.
    check_again()
    return _refuse_going(user)


def _refuse_going(user: User | None) -> User:
    if user is None:
        raise NotFoundError
    if user.disabled_at is not None and is_going(user):
        raise ConflictError("This account is being deleted, as its person asked.")
    return user


def _shut(user: User, *, by: User) -> None:
    """From the commit on every process refuses the person, their scripts and their links."""
    user.disabled_at = now()
    _call_deletion_off(user, by=by)
    ended = end_sessions(user.id)
    _end_tokens(user)
    _end_invitations(user)
    # Mails first: the sender locks a row while it writes the mail, and its link exists after that.
    withdraw_mails_of_shut(user.id)
    one_time_tokens.forget(user.id, *Purpose)
    record(Event.ACCOUNT_DISABLED, user_id=user.id, actor_id=by.id, sessions=ended)


def _end_invitations(user: User) -> None:
    """End what somebody invited: else it would come alive with their office, a week later."""
    moment = now()
    left = Invite.used_at.is_(None) & (Invite.expires_at > moment)
    ended = update(Invite).where(Invite.created_by == user.id, left).values(expires_at=moment)
    db.session.execute(ended.execution_options(synchronize_session=False))


def _open(user: User, *, by: User) -> None:
    user.disabled_at = None
    _call_deletion_off(user, by=by)
    # What was made while the account was being shut would come alive now.
    end_sessions(user.id)
    _end_tokens(user)
    one_time_tokens.forget(user.id, *Purpose)
    record(Event.ACCOUNT_ENABLED, user_id=user.id, actor_id=by.id)


def _call_deletion_off(user: User, *, by: User) -> None:
    """Let an account stay that is shut or opened: nothing of it is deleted yet.

    Whoever was in the account may have asked for the deletion, and its person cannot call it off
    while the account is shut. One that is opened would be shut again by the next sweep.
    """
    if user.delete_after is not None:
        user.delete_after = None
        record(Event.DELETION_CALLED_OFF, user_id=user.id, actor_id=by.id)


def _end_tokens(user: User) -> None:
    db.session.execute(delete(AccessToken).where(AccessToken.user_id == user.id))


def _people() -> _Query:
    living = select(func.count()).where(Session.user_id == User.id, alive())
    last_session = select(func.max(Session.last_used_at)).where(Session.user_id == User.id)
    last_device = select(func.max(KnownDevice.last_used_at)).where(KnownDevice.user_id == User.id)
    last_seen = func.greatest(last_session.scalar_subquery(), last_device.scalar_subquery())
    # All that is told of pictures is how many there are, and how large; of links, how many.
    kept = (func.coalesce(Storage.pictures, 0), func.coalesce(Storage.bytes, 0))
    columns = (User, last_seen, living.scalar_subquery(), *kept, _OPEN_LINKS)
    return select(*columns).outerjoin(Storage, Storage.user_id == User.id)


def _shown(rows: Sequence[Row[*_Columns]]) -> list[PersonRow]:
    return [
        PersonRow(
            id=user.id,
            email=user.email,
            created_at=user.created_at,
            last_seen_at=last_seen_at,
            pictures=pictures,
            bytes=used,
            is_administrator=user.is_administrator,
            disabled_at=user.disabled_at,
            delete_after=user.delete_after,
            sessions=sessions,
            open_links=open_links,
        )
        for user, last_seen_at, sessions, pictures, used, open_links in rows
    ]


def _parse(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as error:
        raise InvalidCursorError from error
