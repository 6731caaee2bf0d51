"""Account deletion: a grace period of a week, then everything of the user is deleted.

There are two steps with a pause between them. The account is closed first, so that its presigned
URLs have expired before its objects are deleted. Otherwise an upload could arrive after the last
check.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    TextClause,
    delete,
    exists,
    or_,
    select,
    text,
    update,
)

from app.accounts.administrators import (
    appoint_one_if_none_is_left,
    change_administrators,
    refuse_without,
)
from app.accounts.audit.log import Event
from app.accounts.emails.outbox import withdraw_mails_of_shut
from app.accounts.models import AccessToken, AuditEvent, Invite, Session, User
from app.clients.aws.export_store import ExportStore
from app.database import db, now, set_short_lock_timeout
from app.errors import NotSignedInError

log = logging.getLogger(__name__)

TIME_TO_CHANGE_ONES_MIND = timedelta(days=7)
# Longer than any address lives that was signed for the person (clients/aws/presigned_urls.py).
SIGNED_ADDRESSES_DIE_WITHIN = timedelta(minutes=25)
MAX_PEOPLE = 20
ROWS_AT_A_TIME = 1000
ENTRIES_AT_A_TIME = 10_000
# Of what is in albums: of few albums at a time, since each is counted anew.
_SOME_ENTRIES = text("""
    DELETE FROM album_images WHERE (album_id, image_id) IN (
      SELECT album_id, image_id FROM album_images WHERE album_id IN (
        SELECT id FROM albums WHERE owner_id = :owner AND entry_count > 0 ORDER BY id LIMIT 1000
      ) LIMIT :most)
""")
# The same of what has tags.
_SOME_TAGGED = text("""
    DELETE FROM image_tags WHERE (image_id, tag_id) IN (
      SELECT image_id, tag_id FROM image_tags WHERE tag_id IN (
        SELECT id FROM tags WHERE owner_id = :owner
      ) LIMIT :most)
""")
_SOME_MAILS, _SOME_MAILS_TO = [
    text(
        f"DELETE FROM letters WHERE id IN"  # noqa: S608 - constants
        f" (SELECT id FROM letters WHERE {whose} LIMIT :most)"
    )
    for whose in ("user_id = :owner", "email = :email")
]
_SOME_EVENTS = text("SELECT forget_person(:owner, :most)")
# What there may be a million of, in this order: an image that is deleted takes its entries along,
# and has each of its albums counted. The last one has a row for each image that went.
_SOME_COLLECTED, _SOME_ALBUMS, _SOME_TAGS, _SOME_IMAGES, _SOME_CHANGES = [
    text(
        f"DELETE FROM {table} WHERE {key} IN"  # noqa: S608 - constants
        f" (SELECT {key} FROM {table} WHERE owner_id = :owner LIMIT :most)"
    )
    for table, key in (
        ("collected_images", "id"),  # a row stays for each that was accepted
        ("albums", "id"),
        ("tags", "id"),
        ("images", "id"),
        ("image_changes", "image_id"),
    )
]
# Of whom all together spent something that is not settled: it stays in that sum, as spent.
_SOME_MODEL_CALLS = text("""
    WITH gone AS (
      DELETE FROM model_calls WHERE id IN (
        SELECT id FROM model_calls WHERE owner_id = :owner LIMIT :most
      ) RETURNING month, CASE WHEN settled_at IS NULL THEN reserved ELSE 0 END AS reserved
    ), sums AS (SELECT month, sum(reserved) AS reserved FROM gone GROUP BY month), kept AS (
      UPDATE model_spending SET reserved = model_spending.reserved - sums.reserved,
        spent = spent + sums.reserved
      FROM sums WHERE owner_id IS NULL AND model_spending.month = sums.month AND sums.reserved > 0
    )
    SELECT count(*) FROM gone
""")
_HAS_ALBUMS = text("SELECT EXISTS (SELECT FROM albums WHERE owner_id = :owner)")
_END_EXPORTS = text(
    "UPDATE exports SET expires_at = :moment WHERE user_id = :user AND expires_at > :moment"
)
_HAS_TAGS = text("SELECT EXISTS (SELECT FROM tags WHERE owner_id = :owner)")
_TAKE_CHANGE = text("SELECT take_change(:owner)")


def schedule_deletion(user: User) -> None:
    """Let an account go in a week; the caller commits. Asking again changes nothing.

    Raises:
        LastAdministratorError: others would be left without an administrator.
    """
    if user.is_administrator:
        change_administrators()
        if db.session.scalar(select(exists().where(User.id != user.id))):
            refuse_without(user.id)
    if user.delete_after is None:
        user.delete_after = now() + TIME_TO_CHANGE_ONES_MIND


def people_to_shut() -> list[UUID]:
    """Return the accounts whose week is over; ends the transaction."""
    due = select(User.id).where(_is_to_be_shut()).order_by(User.delete_after).limit(MAX_PEOPLE)
    ids = list(db.session.scalars(due))
    db.session.rollback()
    return ids


def shut(user_id: UUID) -> None:
    """Close an account whose week is over: no sign-in, presigned URL or export any more.

    Commits. Whoever calls it off at this moment stays.
    """
    set_short_lock_timeout()
    change_administrators()
    moment = now()
    closed = (
        update(User)
        # PostgreSQL checks the condition again after it waited for the row, so that a deletion
        # cancelled at this moment stays cancelled.
        .where(User.id == user_id, _is_to_be_shut())
        # The deletion waits until all presigned URLs have expired.
        .values(disabled_at=moment, delete_after=moment + SIGNED_ADDRESSES_DIE_WITHIN)
        .returning(User.is_administrator)
        .execution_options(synchronize_session=False)
    )
    was_administrator = db.session.scalar(closed)
    if was_administrator is None:
        db.session.rollback()
        return
    if was_administrator:
        # Somebody may have joined since the only administrator asked to leave. Where nobody ever
        # administered the site, it waits for its setup code.
        appoint_one_if_none_is_left()
    for table in (Session, AccessToken):
        db.session.execute(delete(table).where(table.user_id == user_id))
    withdraw_mails_of_shut(user_id)
    # Else a zip might be stored after the last look at their objects, with the row gone by then.
    db.session.execute(_END_EXPORTS, {"user": user_id, "moment": moment})
    db.session.commit()


def cancel_deletion(user: User) -> bool:
    """Let an account stay after all; the caller commits. False: there was nothing to call off.

    Raises:
        NotSignedInError: it was too late by a moment; the account is shut.
    """
    # As in lock_current_user: rows that name the person may be added meanwhile.
    db.session.refresh(user, with_for_update={"key_share": True})
    if user.disabled_at is not None:
        raise NotSignedInError
    was_going = user.delete_after is not None
    user.delete_after = None
    return was_going


def people_to_delete() -> list[UUID]:
    """Return some accounts that were shut long enough ago, those first that have waited longest.

    Ends the transaction.
    """
    longest_ago = select(User.id).where(_is_to_go()).order_by(User.delete_after, User.id)
    ids = list(db.session.scalars(longest_ago.limit(MAX_PEOPLE)))
    db.session.rollback()
    return ids


def is_going(user: User) -> bool:
    """Whether an account that is shut may have lost pictures already, and stays shut."""
    return user.delete_after is not None and user.delete_after <= now()


def delete_person(
    user_id: UUID, *, store: ExportStore, is_over: Callable[[], bool] = lambda: False
) -> None:
    """Delete a person's objects, then every row. Safe to repeat, and to be cut off anywhere.

    What is in albums or has tags goes by the ten thousand, then pictures by the thousand, with a
    commit each: together with the account they might take longer than a statement may, and then it
    would stay for ever. The account's row stays locked meanwhile, as where a picture goes for good
    (cleanup.py): one that an administrator opens at this moment must not lose its objects. Between
    two commits nobody opens it: see `is_going`.

    Args:
        user_id: whose account was shut long enough ago; others stay.
        store: where their objects are.
        is_over: whether time is up; the next sweep goes on.
    """
    user = _hold(user_id)
    if user is None:
        return
    if not store.delete_person(user_id, is_over=is_over):
        db.session.rollback()
        log.info("an account is large: the next sweep goes on deleting it")
        return
    while _delete_some_rows(user):
        db.session.commit()
        user = None if is_over() else _hold(user_id)
        if user is None:
            return
    db.session.execute(
        delete(Invite).where(or_(Invite.used_by == user_id, Invite.email == user.email))
    )
    db.session.delete(user)
    # That somebody left is kept, and not who.
    db.session.add(AuditEvent(event=Event.ACCOUNT_DELETED, ip="", user_agent="", detail={}))
    db.session.commit()
    log.info("an account was deleted, as its person asked")


def _hold(user_id: UUID) -> User | None:
    """Lock the row of an account that is to go; None, and nothing is locked, when it is not."""
    held = select(User).where(User.id == user_id, _is_to_go()).with_for_update(skip_locked=True)
    user = db.session.scalar(held)
    if user is None:
        db.session.rollback()
    return user


def _delete_some_rows(user: User) -> bool:
    """Delete some of what a person has rows of, of which there may be many; False: none is left."""
    user_id = user.id

    def some_of(statement: TextClause, most: int = ROWS_AT_A_TIME) -> bool:
        values = {"owner": user_id, "email": user.email, "most": most}
        found = db.session.execute(statement, values)
        return bool(cast("CursorResult[Any]", found).rowcount)

    if some_of(_SOME_COLLECTED, ENTRIES_AT_A_TIME):
        return True
    if db.session.scalar(_HAS_ALBUMS, {"owner": user_id}):
        # Before the entries, as everywhere; images, which are locked before it, go by themselves.
        db.session.execute(_TAKE_CHANGE, {"owner": user_id})
        return some_of(_SOME_ENTRIES, ENTRIES_AT_A_TIME) or some_of(_SOME_ALBUMS)
    if db.session.scalar(_HAS_TAGS, {"owner": user_id}):
        db.session.execute(_TAKE_CHANGE, {"owner": user_id})
        return some_of(_SOME_TAGGED, ENTRIES_AT_A_TIME) or some_of(_SOME_TAGS)
    return (
        some_of(_SOME_IMAGES)
        or some_of(_SOME_CHANGES)
        or bool(db.session.scalar(_SOME_MODEL_CALLS, {"owner": user_id, "most": ENTRIES_AT_A_TIME}))
        or some_of(_SOME_MAILS, ENTRIES_AT_A_TIME)
        or some_of(_SOME_MAILS_TO, ENTRIES_AT_A_TIME)
        # The record goes with its person. This role may not delete it: the function may (0055).
        or bool(db.session.scalar(_SOME_EVENTS, {"owner": user_id, "most": ENTRIES_AT_A_TIME}))
    )


def _is_to_be_shut() -> ColumnElement[bool]:
    return (User.delete_after <= now()) & User.disabled_at.is_(None)


def _is_to_go() -> ColumnElement[bool]:
    """Whoever shut the account, and when: what was signed before has died."""
    moment = now()
    return (User.delete_after <= moment) & (
        User.disabled_at <= moment - SIGNED_ADDRESSES_DIE_WITHIN
    )
