"""Exports: requested by a user, made by the worker, one zip file for each message.

A zip holds as much as the settings say, which fits well into the time limit of a Lambda function.
The row records the progress, so a worker that dies costs the work of one zip only.
"""

import logging
import math
import time
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from secrets import token_hex
from typing import Any, cast
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.emails.outbox import Kind, queue_mail
from app.accounts.models import User
from app.clients.aws.export_store import ExportStore, StoredOriginal, export_prefix
from app.clients.aws.image_store import NothingStoredError, UnreadableObjectError
from app.clients.outage import is_blameless
from app.database import db, now, set_short_lock_timeout
from app.exports.albums import albums_of
from app.exports.facts import facts_of
from app.exports.model_calls import model_calls_of, preferences_of
from app.exports.people import people_of
from app.exports.rows import LastAlbum, all_rows, cursor_of, read_cursor, write_cursor
from app.exports.zip_archive import Original, Zip
from app.images.counted_models import Storage
from app.images.export_models import EXPORT_KEPT_FOR, Export, ExportState
from app.images.listing import AnyRow, Shown
from app.messages import MAX_ATTEMPTS, ExportLibrary, RetryLaterError
from app.processing.lease import Lease
from app.processing.yielding import GiveWay
from app.search.saved_models import SavedSearch

log = logging.getLogger(__name__)

# A function of AWS has four minutes; the last picture and the upload's end need some of them.
ZIP_SECONDS = 90
SILENCE = timedelta(minutes=30)  # longer than a message stays hidden from other workers
MAX_OVERDUE = MAX_EXPIRED = 100  # of one sweep
_UNFINISHED = (ExportState.WAITING, ExportState.RUNNING)

LEASE = timedelta(seconds=30)

Send = Callable[[ExportLibrary], None]
# Calls what says "still at it" every few seconds, for as long as the block runs.
Holding = Callable[[Callable[[], None]], AbstractContextManager[None]]


def export_under_way(user: User) -> Export | None:
    """Return the copy that is being made for a person, if there is one."""
    return db.session.scalar(
        select(Export).where(
            Export.user_id == user.id,
            Export.state.in_(_UNFINISHED),
            Export.expires_at > now(),  # else it was removed, and the sweep is about to come
        )
    )


def ask_for_export(user: User) -> Export:
    """Return the copy that is being made, or begin one; the caller commits and sends the task.

    Args:
        user: whose, and held (`lock_current_user`).
    """
    if found := export_under_way(user):
        return found
    moment = now()
    # One copy is enough to pay for; older ones go with the next sweep.
    db.session.execute(update(Export).where(Export.user_id == user.id).values(expires_at=moment))
    # What is stored, of any state but rejected: as many as the copy is to hold.
    stored = select(Storage.pictures - Storage.arriving_pictures).where(Storage.user_id == user.id)
    pictures = db.session.scalar(stored)
    export = Export(
        user_id=user.id,
        created_at=moment,
        expires_at=moment + EXPORT_KEPT_FOR,
        pictures=pictures or 0,
    )
    db.session.add(export)
    return export


def living_exports(user: User) -> list[Export]:
    """Return a person's copies, newest first."""
    query = select(Export).where(Export.user_id == user.id, Export.expires_at > now())
    return list(db.session.scalars(query.order_by(Export.created_at.desc())))


def make_next_zip(
    task: ExportLibrary,
    attempt: int,
    *,
    store: ExportStore,
    send: Send,
    holding: Holding,
    give_way: GiveWay,
    zip_bytes: int,
) -> None:
    """Make the next zip of a copy, and ask for the one after it. Safe to repeat.

    Its size is at most `zip_bytes` and its lists, or one picture that is larger.

    Raises:
        RetryLaterError: somebody else is at it.
        Exception: it failed; after the last attempt the copy is given up, unless by an outage.
    """
    export = _begin(task.export_id)
    if export is None:
        seconds = _seconds_left(task.export_id)
        if seconds is not None and attempt < MAX_ATTEMPTS:
            raise RetryLaterError(seconds)  # they may crash
        return
    lease = Lease(export.leased_until)
    try:
        with holding(partial(_extend, task.export_id, lease)):
            part, is_last = _make_zip(
                export,
                store=store,
                give_way=give_way,
                zip_bytes=zip_bytes,
                reads_first=attempt > 1,
            )
    except _NotWantedError:
        log.info("a copy of everything was removed while it was made")
        return
    except Exception as error:
        # No outage is the copy's fault, however long it lasts, nor are rows that somebody has
        # locked. The message may be over by then; the sweep sends another.
        if attempt >= MAX_ATTEMPTS and not is_blameless(error):
            _give_up(task.export_id)
        else:
            _let_go(task.export_id, lease)
        raise
    if not _keep(task.export_id, part, is_last=is_last):
        store.discard(part["key"])  # somebody made the same one meanwhile
    elif not is_last:
        send(task)


def _begin(export_id: UUID) -> AnyRow | None:
    """Lease an export whose next zip is due; None if it is complete or leased.

    Return what its row says, and not the row: it may be deleted meanwhile.
    """
    begun = (
        update(Export)
        .where(
            Export.id == export_id,
            Export.state.in_(_UNFINISHED),
            Export.expires_at > now(),
            or_(Export.leased_until.is_(None), Export.leased_until < func.now()),
        )
        .values(state=ExportState.RUNNING, touched_at=now(), leased_until=func.now() + LEASE)
        .returning(Export.id, Export.user_id, Export.created_at, Export.parts, Export.leased_until)
        .execution_options(synchronize_session=False)
    )
    export = db.session.execute(begun).one_or_none()
    db.session.commit()
    return export


def _seconds_left(export_id: UUID) -> int | None:
    """How long somebody else's lease lasts; None when there is nothing to do."""
    left = func.extract("epoch", Export.leased_until - func.now())
    query = select(func.greatest(func.coalesce(left, 0), 0)).where(
        Export.id == export_id, Export.state.in_(_UNFINISHED), Export.expires_at > now()
    )
    seconds = db.session.scalar(query)
    db.session.rollback()
    return None if seconds is None else math.ceil(seconds) + 1


def _extend(export_id: UUID, lease: Lease) -> None:
    if lease.held.acquire(blocking=False):  # else it comes to its end
        try:
            set_short_lock_timeout()  # other heartbeats come after this one
            _set(export_id, lease, leased_until=func.now() + LEASE)
        finally:
            lease.held.release()


def _let_go(export_id: UUID, lease: Lease) -> None:
    try:
        db.session.rollback()  # whatever failed half-way
        with lease.held:
            _set(export_id, lease, leased_until=None)
    except SQLAlchemyError as error:
        log.warning("a lease runs out by itself: %s", type(error).__name__)


def _set(export_id: UUID, lease: Lease, *, leased_until: object) -> None:
    """Change a lease where it is ours still: see [Note: Whose lease it is] in lease.py."""
    until = db.session.scalar(
        update(Export)
        .where(Export.id == export_id, Export.leased_until == lease.until)
        .values(leased_until=leased_until)
        .returning(Export.leased_until)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    lease.until = until or lease.until


def overdue_exports() -> list[UUID]:
    """Return the copies whose worker fell silent, longest first; ends the transaction."""
    overdue = (
        select(Export.id)
        .where(
            Export.state.in_(_UNFINISHED),
            Export.touched_at < now() - SILENCE,
            Export.expires_at > now(),
        )
        .order_by(Export.touched_at)
        .limit(MAX_OVERDUE)
    )
    ids = list(db.session.scalars(overdue))
    db.session.rollback()
    return ids


def take_up(export_id: UUID) -> None:
    """Note that a copy is taken up now; commits."""
    set_short_lock_timeout()
    db.session.execute(update(Export).where(Export.id == export_id).values(touched_at=now()))
    db.session.commit()


def expired_exports() -> list[tuple[UUID, UUID]]:
    """Return owners and ids of what has expired, longest first; ends the transaction."""
    expired = select(Export.user_id, Export.id).where(Export.expires_at <= now())
    found = db.session.execute(expired.order_by(Export.expires_at).limit(MAX_EXPIRED))
    ids = [(user_id, export_id) for user_id, export_id in found]
    db.session.rollback()
    return ids


def delete_export(user_id: UUID, export_id: UUID, *, store: ExportStore) -> None:
    """Delete the zips of a copy, then its row: a crash in between is found again. Commits."""
    store.delete(user_id, export_id)
    set_short_lock_timeout()
    db.session.execute(delete(Export).where(Export.id == export_id))
    db.session.commit()


def _make_zip(
    export: AnyRow, *, store: ExportStore, give_way: GiveWay, zip_bytes: int, reads_first: bool
) -> tuple[dict[str, Any], bool]:
    number = len(export.parts) + 1
    after = read_cursor(export.parts[-1]["last"]) if export.parts else None
    key = f"{export_prefix(export.user_id, export.id)}{number}-{token_hex(4)}.zip"
    user_id, before = export.user_id, export.created_at
    about = _about(export) | {"part": number}
    folder = f"Pinhole {before:%Y-%m-%d} part {number}"
    deadline, added, listed, is_last = time.monotonic() + ZIP_SECONDS, 0, 0, False
    with store.writing(key) as file:
        archive = Zip(cast("Any", file), folder=folder)

        def is_full(more: int = 0) -> bool:
            # One thing at least: else nothing would be had of a picture that is larger.
            is_too_much = file.written + more > zip_bytes or time.monotonic() > deadline
            return added + listed > 0 and is_too_much

        if not isinstance(after, LastAlbum):
            for row, beside in all_rows(user_id, before=before, after=after):
                if is_full(row.byte_size):
                    break
                begun = time.monotonic()
                _refuse_unwanted(export.id)
                _add(
                    archive,
                    row,
                    beside=beside,
                    user_id=user_id,
                    store=store,
                    reads_first=reads_first,
                )
                after, added = cursor_of(row, like=after), added + 1
                # Rests make a zip later, not smaller.
                deadline += give_way(user_id, time.monotonic() - begun)
            else:
                after = LastAlbum(None)
        if isinstance(after, LastAlbum):
            for album_id, album in albums_of(user_id, before=before, after=after.id):
                if is_full():
                    break
                _refuse_unwanted(export.id)
                archive.add_album(album)
                after, listed = LastAlbum(album_id), listed + 1
            else:
                is_last = True
                archive.add_model_calls(model_calls_of(user_id))
        archive.close(about)
    last = write_cursor(after)
    return {"key": key, "bytes": file.written, "pictures": added, "last": last}, is_last


class _NotWantedError(Exception):
    """The copy was removed while it was made."""


def _refuse_unwanted(export_id: UUID) -> None:
    """Go on for a copy that is wanted only: else who removes and asks again has several made.

    Raises:
        _NotWantedError: it is not.
    """
    wanted = select(Export.id).where(Export.id == export_id, Export.expires_at > now())
    found = db.session.scalar(wanted)
    db.session.rollback()
    if found is None:
        raise _NotWantedError


# [Note: Originals that cannot be read] A picture is left out, and the list says so, if its original
# is missing or cannot be read. That one breaks off is found when its header is written already, and
# nothing can be taken out of a zip that is on its way. The zip is made again then. From its second
# try on, each original is read to its end before its header is written. A connection that breaks
# off once is therefore held against no picture.


def _add(
    archive: Zip,
    row: AnyRow,
    *,
    beside: Shown,
    user_id: UUID,
    store: ExportStore,
    reads_first: bool,
) -> None:
    """Add a picture, or what is wrong with it: see [Note: Originals that cannot be read].

    Raises:
        UnreadableObjectError: its original broke off.
    """
    facts = facts_of(row, beside=beside)
    try:
        original = _original(row, user_id=user_id, store=store, reads_first=reads_first)
    except NothingStoredError:
        log.warning("the original of picture %s is missing in a copy of everything", row.id)
        archive.miss(facts, problem="its original is not stored")
        return
    except UnreadableObjectError as error:
        log.warning("a copy of everything misses picture %s: %s", row.id, error)
        archive.miss(facts, problem="its original cannot be read")
        return
    try:
        archive.add(facts, original)
    except UnreadableObjectError:
        log.warning("picture %s broke off; the zip with it is made again", row.id)
        raise


def _original(row: AnyRow, *, user_id: UUID, store: ExportStore, reads_first: bool) -> Original:
    crc32 = row.crc32
    # One that was processed before its CRC-32 was kept is read twice, too.
    if reads_first or crc32 is None:
        try:
            crc32 = _read_whole(store.original(user_id, row.id))
        except UnreadableObjectError:
            crc32 = _read_whole(store.original(user_id, row.id))
    stored = store.original(user_id, row.id)
    return Original(size=stored.size, crc32=crc32, chunks=stored.chunks)


def _read_whole(stored: StoredOriginal) -> int:
    """Read an original to its end and return its CRC-32; nothing is kept of it."""
    crc32 = 0
    for chunk in stored.chunks:
        crc32 = zlib.crc32(chunk, crc32)
    return crc32


def _keep(export_id: UUID, part: dict[str, Any], *, is_last: bool) -> bool:
    """Add a zip to its copy; False when it was made before, or the copy is wanted no more."""
    export = db.session.scalar(select(Export).where(Export.id == export_id).with_for_update())
    last = part["key"].rpartition("/")[2]
    if (
        export is None
        or export.state != ExportState.RUNNING
        or export.expires_at <= now()  # removed meanwhile: it does not come back
        or last.partition("-")[0] != str(len(export.parts) + 1)
    ):
        db.session.rollback()
        return False
    export.parts = [*export.parts, part]
    export.done += part["pictures"]
    export.touched_at = now()
    export.leased_until = None
    if is_last:
        export.state = ExportState.READY
        export.expires_at = now() + EXPORT_KEPT_FOR
        user = db.session.get_one(User, export.user_id)
        queue_mail(Kind.EXPORT_READY, email=user.email, user_id=user.id)  # sent by the sweep
    db.session.commit()
    return True


def _give_up(export_id: UUID) -> None:
    db.session.rollback()
    db.session.execute(
        update(Export)
        .where(Export.id == export_id, Export.state.in_(_UNFINISHED))
        .values(state=ExportState.FAILED)
    )
    db.session.commit()


def _about(export: AnyRow) -> dict[str, Any]:
    user = db.session.get(User, export.user_id)
    if user is None:
        raise _NotWantedError
    account = {"id": str(user.id), "email": user.email, "created_at": user.created_at.isoformat()}
    saved = db.session.execute(
        select(SavedSearch.name, SavedSearch.q)
        .where(SavedSearch.owned_by(user))
        .order_by(SavedSearch.created_at, SavedSearch.id)
    )
    return {
        "account": account,
        "made_at": export.created_at.isoformat(),
        "saved_searches": [{"name": name, "q": q} for name, q in saved],
        "description_preferences": preferences_of(user.id),
        **people_of(user.id),
    }
