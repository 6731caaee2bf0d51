"""The sweep: periodic jobs on images, albums, exports, the search index and deleted accounts.

It handles lost events, abandoned uploads, and whatever is due to be deleted. It runs every 20
seconds on one machine and every five minutes on AWS. Each job takes a bounded number of rows and a
bounded time, does not stop the others when it fails, and can be repeated. docs/architecture.md
lists them.
"""

import logging
import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true, update
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.deletion import delete_person, people_to_delete, people_to_shut, shut
from app.accounts.sessions.store import delete_dead_sessions
from app.albums.purge import albums_due, purge_album
from app.clients.aws.bucket_inventory import BucketInventory
from app.clients.aws.bucket_versions import Place
from app.clients.aws.export_store import ExportStore
from app.clients.aws.image_store import PictureStore
from app.database import db, now, set_short_lock_timeout
from app.descriptions.model_rest import seconds_of_rest
from app.exports.create import delete_export, expired_exports, overdue_exports, take_up
from app.images.changes import forget_removals, owners_of_old_removals
from app.images.failure_messages import OURS
from app.images.models import DescriptionState, Image, ImageState
from app.images.turns import MaintenanceCharge
from app.integrity.in_time import in_time, shuffled
from app.integrity.one_step import try_step
from app.integrity.orphans import PAGES_A_SWEEP, look_for_orphans, remove_unless_known
from app.integrity.purges import finish_purge, marked_purges, purge, was_purged
from app.integrity.scan_state import record_sweep
from app.jobs.stacking import stack_what_waits
from app.lookalikes.compare import compare_some, owners_with_new
from app.media.results import DECODER_VERSION
from app.messages import DescribePicture, ExportLibrary, PictureStored
from app.places.naming import name_some, owners_to_name
from app.processing.fingerprints import is_any_missing
from app.processing.lease import record_backlog, seconds_until_next
from app.search.index import index_some, index_some_albums
from app.tags.purge import purge_tags, tags_due
from app.uploads.cancelled import CancelledUpload, note_cancelled, note_looked, take_due, take_look
from app.uploads.discarded import count_discarded

log = logging.getLogger(__name__)

MAX_ROWS = 500
# Nobody's rows may keep the sweep from looking at everybody else's.
MAX_ROWS_OF_ONE = 50
EVENT_EXPECTED_WITHIN = timedelta(seconds=30)
# What was taken up is given time to be done: the queue may be long.
TAKEN_UP_AGAIN_AFTER = timedelta(minutes=5)
DESCRIPTION_EXPECTED_WITHIN = timedelta(hours=1)
FEW_MESSAGES = 20
UPLOAD_FORGOTTEN_AFTER = timedelta(days=1)
REJECTION_FORGOTTEN_AFTER = timedelta(days=1)
DELETED_KEPT_FOR = timedelta(days=30)
SECONDS_FOR_PEOPLE = 15.0
_WITHOUT_BYTES = (ImageState.UPLOADING, ImageState.REJECTED)
# What the indexes by owner hold: ix_images_unfinished, ix_images_to_describe, ix_images_deleted.
_UNFINISHED = Image.state.in_(_WITHOUT_BYTES)
_TO_DESCRIBE = (Image.description_state == DescriptionState.WAITING) & Image.deleted_at.is_(None)
_DELETED = Image.deleted_at.is_not(None)

One = TypeVar("One")


def sweep(
    *,
    store: PictureStore,
    census: BucketInventory,
    exports: ExportStore,
    notify: Callable[[PictureStored], None],
    wake: Callable[[], None],
    ask: Callable[[DescribePicture], None],
    asked: Callable[[], int],
    go_on: Callable[[ExportLibrary], None],
    pages: int = PAGES_A_SWEEP,
) -> None:
    """Settle what is overdue.

    Args:
        store: the bucket, with the worker's rights.
        census: lists the same bucket.
        exports: the same bucket, for copies and for those who leave.
        notify: sends the event of a picture whose own was lost.
        wake: sends a message that has whatever waits processed.
        ask: sends the message for a description that waits too long.
        asked: how many such messages there are.
        go_on: sends the message for a copy of everything whose worker fell silent.
        pages: how many pages of the bucket's keys to look through.
    """
    moment = now()
    upkeep = MaintenanceCharge()
    # First: objects stored while the sweep did not run are never taken for orphans.
    try_step(_note_watch)
    for picture in in_time(
        _found(lambda: _few_of_each(_overdue_uploads(moment), among=_UNFINISHED))
    ):
        with upkeep.of(picture.user_id):
            try_step(partial(_notify_if_stored, picture, moment, store=store, notify=notify))
    decode_again_what_older_decoders_could_not()
    try_step(record_backlog)
    try_step(partial(_wake, wake))
    for picture in in_time(_found(partial(_late_descriptions, moment, asked=asked))):
        try_step(partial(_ask_again, picture.image_id, moment, ask=ask))
    for place in in_time(_found(marked_purges)):
        try_step(partial(finish_purge, place, store=store))
    for picture in in_time(_found(partial(_rested_long_enough, moment))):
        try_step(partial(_purge, picture, _deleted_long_ago(moment), store=store))
    for condition in (_never_made(moment), _rejected_long_ago(moment)):
        for picture in in_time(_found(partial(_few_of_each, condition, among=_UNFINISHED))):
            with upkeep.of(picture.user_id):
                try_step(partial(_purge, picture, condition, store=store))
    _purge_albums_and_tags()
    try_step(partial(_clear_cancelled, store=store, upkeep=upkeep))
    try_step(upkeep.charge)
    try_step(partial(look_for_orphans, census=census, store=store, exports=exports, pages=pages))
    _settle_leaving(exports, go_on=go_on)
    _name_places()
    for index in (index_some, index_some_albums):
        try_step(partial(_index, index))
    _compare_new()
    stack_what_waits()
    for owner_id in in_time(_found(owners_of_old_removals)):
        try_step(partial(forget_removals, owner_id))
    try_step(_delete_dead_sessions)
    # Last, since of a large library it may take as long as there is.
    _delete_people(exports)


def _purge_albums_and_tags() -> None:
    for album in in_time(_found(albums_due)):
        try_step(partial(purge_album, album))
    for due in in_time(_found(tags_due)):
        try_step(partial(purge_tags, due))


def _compare_new() -> None:
    """Compare new pictures, some of each person's in turn."""
    waiting = deque(_found(owners_with_new))
    for _ in in_time(count()):
        if not waiting:
            return
        try_step(partial(_compare_some, waiting.popleft(), waiting))


def _compare_some(owner_id: UUID, waiting: deque[UUID]) -> None:
    if compare_some(owner_id):
        waiting.append(owner_id)


def _index(index: Callable[[], bool]) -> None:
    for _ in in_time(count()):
        if not index():
            return


def _name_places() -> None:
    """Name where images were taken, some of each person's in turn."""
    waiting = deque(_found(owners_to_name))

    def name_some_of(owner_id: UUID) -> None:
        if name_some(owner_id):
            waiting.append(owner_id)

    for _ in in_time(count()):
        if not waiting:
            return
        try_step(partial(name_some_of, waiting.popleft()))


def _delete_dead_sessions() -> None:
    delete_dead_sessions()
    db.session.commit()


def _delete_people(exports: ExportStore) -> None:
    is_over = partial(_is_past, time.monotonic() + SECONDS_FOR_PEOPLE)
    people = [*_found(people_to_delete)]
    # Else one that takes long would be first in each sweep, and nobody behind it be deleted.
    random.shuffle(people)
    for user_id in people:
        try_step(partial(delete_person, user_id, store=exports, is_over=is_over))
        if is_over():  # each that is begun takes some time more
            return


def _is_past(moment: float) -> bool:
    return time.monotonic() > moment


def _settle_leaving(exports: ExportStore, *, go_on: Callable[[ExportLibrary], None]) -> None:
    for export_id in in_time(_found(overdue_exports)):
        try_step(partial(_go_on, export_id, go_on=go_on))
    for user_id, export_id in in_time(shuffled(_found(expired_exports))):
        try_step(partial(delete_export, user_id, export_id, store=exports))
    for user_id in in_time(_found(people_to_shut)):
        try_step(partial(shut, user_id))


def _go_on(export_id: UUID, *, go_on: Callable[[ExportLibrary], None]) -> None:
    """Have an export continued whose worker fell silent; not again for as long as that takes."""
    take_up(export_id)
    go_on(ExportLibrary(export_id=export_id))


def _found(find: Callable[[], Sequence[One]]) -> Sequence[One]:
    """Return what a list of the sweep has; nothing, where it cannot be read: others are."""
    try:
        return find()
    except Exception:
        log.exception("a list of the sweep could not be read; the next sweep tries it again")
        db.session.rollback()
        return []


def _note_watch() -> None:
    record_sweep()
    db.session.commit()


def _notify_if_stored(
    picture: PictureStored,
    moment: datetime,
    *,
    store: PictureStore,
    notify: Callable[[PictureStored], None],
) -> None:
    with _taken_up(picture, moment):
        if store.look(picture.user_id, picture.image_id) is not None:
            log.info("taking up a picture whose event did not come")
            notify(picture)


def _wake(wake: Callable[[], None]) -> None:
    """Wake a worker if an image waits: its worker died, or its message was lost.

    Or if fingerprints are to be made, of which no message tells.
    """
    if seconds_until_next() == 0 or is_any_missing():
        wake()


@contextmanager
def _taken_up(picture: PictureStored, moment: datetime) -> Iterator[None]:
    """Take it up, not again for some minutes; but with the next sweep, should this one fail."""
    _note(picture.image_id, swept_at=moment)
    try:
        yield
    except Exception:
        _note(picture.image_id, swept_at=None)
        raise


def _overdue_uploads(moment: datetime) -> ColumnElement[bool]:
    return (
        (Image.state == ImageState.UPLOADING)
        & (Image.created_at < moment - EVENT_EXPECTED_WITHIN)
        & (Image.swept_at.is_(None) | (Image.swept_at < moment - TAKEN_UP_AGAIN_AFTER))
    )


def _decoded_by_older_decoders() -> ColumnElement[bool]:
    """What could not be shown, for no fault of its own, before this version was put in place."""
    return (
        (Image.state == ImageState.DAMAGED)
        & Image.failure_code.in_(sorted(OURS))
        & (Image.decoder_version < DECODER_VERSION)
        & Image.deleted_at.is_(None)
    )


def decode_again_what_older_decoders_could_not() -> None:
    """Put in the queue what failed for no fault of its own; each once for each version."""
    for picture in in_time(_found(lambda: _ranked(_decoded_by_older_decoders()))):
        try_step(partial(_decode_again, picture))


def _decode_again(picture: PictureStored) -> None:
    again = (
        update(Image)
        .where(Image.id == picture.image_id, _decoded_by_older_decoders())
        .values(state=ImageState.PROCESSING, stored_at=now(), attempts=0, failure_code=None)
        .returning(Image.id)
        .execution_options(synchronize_session=False)
    )
    set_short_lock_timeout()
    if db.session.scalar(again) is not None:
        log.info("decoding a picture again that older decoders could not show")
    db.session.commit()


def _late_descriptions(moment: datetime, *, asked: Callable[[], int]) -> list[PictureStored]:
    """Return pictures that wait for longer than their messages do.

    Each message serves the picture whose turn it is. So those whose own was lost miss it only once
    few are left, and while there are many, one more of each every hour would only add up.
    """
    if seconds_of_rest() > 0 or asked() > FEW_MESSAGES:  # while it rests, they are sent anew
        return []
    late = Image.description_asked_at < moment - DESCRIPTION_EXPECTED_WITHIN
    return _few_of_each(
        _TO_DESCRIBE & late, among=_TO_DESCRIBE, oldest_by=Image.description_asked_at
    )


def _ask_again(image_id: UUID, moment: datetime, *, ask: Callable[[DescribePicture], None]) -> None:
    """Ask for a description that has waited for an hour: once an hour."""
    _note(image_id, description_asked_at=moment)
    ask(DescribePicture(image_id=image_id))


def _note(image_id: UUID, **moments: datetime | None) -> None:
    set_short_lock_timeout()
    db.session.execute(
        update(Image)
        .where(Image.id == image_id)
        .values(**moments)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def _rested_long_enough(moment: datetime) -> list[PictureStored]:
    return _few_of_each(_deleted_long_ago(moment), among=_DELETED, oldest_by=Image.deleted_at)


def _deleted_long_ago(moment: datetime) -> ColumnElement[bool]:
    return Image.deleted_at < moment - DELETED_KEPT_FOR


def _never_made(moment: datetime) -> ColumnElement[bool]:
    return (Image.state == ImageState.UPLOADING) & (
        Image.created_at < moment - UPLOAD_FORGOTTEN_AFTER
    )


def _rejected_long_ago(moment: datetime) -> ColumnElement[bool]:
    return (Image.state == ImageState.REJECTED) & (
        Image.created_at < moment - REJECTION_FORGOTTEN_AFTER
    )


def _purge(picture: PictureStored, due: ColumnElement[bool], *, store: PictureStore) -> None:
    """Delete a picture's row, then its objects. See [Note: Decided, then deleted].

    What seems never made is looked for with the row locked, against the rule that no transaction
    waits for the outside: who is promised the place again at this moment must find the row.
    """
    set_short_lock_timeout()
    row = db.session.scalar(
        select(Image).where(Image.id == picture.image_id, due).with_for_update(skip_locked=True)
    )
    if row is None:
        db.session.rollback()
        return
    if _has_arrived(row, store=store):
        row.state = ImageState.UPLOADING  # its event was lost, and is sent by the next sweep
        db.session.commit()
        return
    if row.state in _WITHOUT_BYTES:
        note_cancelled(row.owner_id, row.id)  # whoever has begun to send may be slow
    purge(row)
    db.session.commit()
    finish_purge(Place(user_id=picture.user_id, image_id=picture.image_id), store=store)


def _clear_cancelled(*, store: PictureStore, upkeep: MaintenanceCharge) -> None:
    for upload in in_time(_found(take_due)):
        with upkeep.of(upload.owner_id):
            try_step(partial(_clear, upload, store=store))


def _clear(upload: CancelledUpload, *, store: PictureStore) -> None:
    if not take_look(upload):
        return
    if was_purged(upload.image_id):  # first what deletes that, and leaves a tombstone
        db.session.rollback()
        return
    place = Place(user_id=upload.owner_id, image_id=upload.image_id)
    is_done = remove_unless_known(place, store=store, was_cancelled=True)
    if _clear_rejected(place, store=store) and is_done:
        note_looked(upload)


def _clear_rejected(place: Place, *, store: PictureStore) -> bool:
    """Remove what was sent again to the place of a rejected file, where it takes nobody's room.

    Returns False where time was up before all uploads in parts were dropped.

    The address that was signed for it lives on for some minutes. The row stays locked meanwhile, as
    where it is rejected (process_image.py).
    """
    rejected = (
        Image.id == place.image_id,
        Image.owner_id == place.user_id,
        Image.state == ImageState.REJECTED,
    )
    set_short_lock_timeout()
    is_done = True
    if db.session.scalar(select(Image.id).where(*rejected).with_for_update()) is not None:
        removed = store.discard_upload(place.user_id, place.image_id)
        count_discarded(place.user_id, removed.size)
        is_done = removed.is_all
    db.session.commit()
    return is_done


def _has_arrived(row: Image, *, store: PictureStore) -> bool:
    """Whether an upload only seems never made, or a rejected file not sent again.

    Nobody was there to process it for a day or more, or the database was restored since.
    """
    return row.state in _WITHOUT_BYTES and store.look(row.owner_id, row.id) is not None


def _few_of_each(
    condition: ColumnElement[bool],
    *,
    among: ColumnElement[bool],
    oldest_by: InstrumentedAttribute[datetime | None] | None = None,
) -> list[PictureStored]:
    """Return matching pictures, a few of each person. Ends the transaction.

    However many there are of one person, few of them are read
    (https://wiki.postgresql.org/wiki/Loose_indexscan).

    Args:
        condition: which are wanted.
        among: what an index by owner holds, these among them.
        oldest_by: what that index is ordered by within one person's, and the list too: longest ago
            first. Else each person's newest come first, of any few.
    """
    of_any = select(Image.owner_id).where(among).order_by(Image.owner_id).limit(1)
    owners = select(of_any.scalar_subquery().label("owner_id")).cte("owners", recursive=True)
    following = of_any.where(Image.owner_id > owners.c.owner_id).correlate(owners)
    owners = owners.union_all(
        select(following.scalar_subquery()).where(owners.c.owner_id.is_not(None))
    )
    moment: InstrumentedAttribute[Any] = Image.created_at if oldest_by is None else oldest_by
    few = (
        select(Image.id, moment.label("moment"))
        .where(condition, Image.owner_id == owners.c.owner_id)
        .order_by(*([] if oldest_by is None else [oldest_by]))
        .limit(MAX_ROWS_OF_ONE)
        .correlate(owners)
        .subquery()
    )
    turn = few.c.moment.desc() if oldest_by is None else few.c.moment
    place = func.row_number().over(order_by=turn).label("place")
    due = select(few.c.id, few.c.moment, place).lateral("due")
    query = (
        select(owners.c.owner_id, due.c.id)
        .join(due, true())
        .order_by(due.c.place, due.c.moment)
        .limit(MAX_ROWS)
    )
    return _stored(query)


def _ranked(condition: ColumnElement[bool]) -> list[PictureStored]:
    """Return matching pictures, each person's newest first. Ends the transaction.

    For what is rare: all that match are read.
    """
    rank = func.row_number().over(partition_by=Image.owner_id, order_by=Image.created_at.desc())
    ranked = (
        select(Image.owner_id, Image.id, Image.created_at, rank.label("rank"))
        .where(condition)
        .subquery()
    )
    query = (
        select(ranked.c.owner_id, ranked.c.id)
        .where(ranked.c.rank <= MAX_ROWS_OF_ONE)
        .order_by(ranked.c.rank, ranked.c.created_at)
        .limit(MAX_ROWS)
    )
    return _stored(query)


def _stored(query: Select[*tuple[Any, ...]]) -> list[PictureStored]:
    """Return what a query finds; ends the transaction, since what follows waits for the outside."""
    found = [
        PictureStored(user_id=owner_id, image_id=image_id)
        for owner_id, image_id in db.session.execute(query)
    ]
    db.session.rollback()
    return found
