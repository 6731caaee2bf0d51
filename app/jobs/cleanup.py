"""What the periodic jobs do to images, albums, exports, the search index and deleted accounts.

app/jobs/periodic.py lists them in their order. Each takes a bounded number of rows and a bounded
time, and can be repeated.
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
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from app.accounts.deletion import delete_person, people_to_delete, people_to_shut, shut
from app.accounts.emails.sender import overdue_mails, post_again
from app.albums.purge import albums_due, purge_album
from app.clients.aws.bucket_versions import Place
from app.clients.aws.image_store import PictureStore
from app.database import db, now, set_short_lock_timeout
from app.descriptions.batches import rows as batches
from app.descriptions.circuit_breaker import seconds_of_rest
from app.descriptions.consent import note_hosts
from app.exports.create import delete_export, expired_exports, overdue_exports, take_up
from app.exports.write_sidecars import owners_with_due, write_some
from app.images.changes import forget_removals, owners_of_old_removals
from app.images.failure_messages import OURS
from app.images.models import DescriptionState, Image, ImageState
from app.integrity.in_time import in_time, shuffled
from app.integrity.one_step import try_step
from app.integrity.orphans import look_for_orphans, remove_unless_known
from app.integrity.purges import finish_purge, marked_purges, purge, was_purged
from app.jobs.due_images import few_of_each, newest_of_each
from app.jobs.sweep import Sweep, found
from app.lookalikes.compare import compare_some, owners_with_new
from app.media.results import DECODER_VERSION
from app.messages import DescribePicture, ExportLibrary, PictureStored, TendBatch
from app.places.naming import name_some, owners_to_name
from app.processing.fingerprints import is_any_missing
from app.processing.lease import seconds_until_next
from app.search.index import index_some, index_some_albums
from app.search.meaning.make import embed_some, note_former_models, owners_to_embed
from app.sharing.arrivals import look_for_arrivals
from app.tags.purge import purge_tags, tags_due
from app.uploads.cancelled import CancelledUpload, note_cancelled, note_looked, take_due, take_look
from app.uploads.discarded import count_discarded

log = logging.getLogger(__name__)

EVENT_EXPECTED_WITHIN = timedelta(seconds=30)
# What was taken up is given time to be done: the queue may be long.
TAKEN_UP_AGAIN_AFTER = timedelta(minutes=5)
DESCRIPTION_EXPECTED_WITHIN = timedelta(hours=1)
FEW_MESSAGES = 20
UPLOAD_FORGOTTEN_AFTER = timedelta(days=1)
REJECTION_FORGOTTEN_AFTER = timedelta(days=1)
DELETED_KEPT_FOR = timedelta(days=30)
SECONDS_FOR_PEOPLE = 15.0
# Of one sweep: with one every five minutes 288,000 a day. While images wait to be processed, there
# are fewer: on one machine a sweep comes every 20 seconds and shares two processors with them.
MAX_SIDECARS = 1_000
MAX_SIDECARS_BESIDE = 200
_WITHOUT_BYTES = (ImageState.UPLOADING, ImageState.REJECTED)
# What the indexes by owner hold: ix_images_unfinished, ix_images_to_describe, ix_images_deleted.
_UNFINISHED = Image.state.in_(_WITHOUT_BYTES)
_TO_DESCRIBE = (Image.description_state == DescriptionState.WAITING) & Image.deleted_at.is_(None)
_DELETED = Image.deleted_at.is_not(None)


def post_overdue_mails(sweep: Sweep) -> None:
    """Send the messages of e-mails anew that were lost."""
    for mail_id in in_time(found(overdue_mails)):
        try_step(partial(post_again, mail_id, post=sweep.post))


def take_up_overdue_uploads(sweep: Sweep) -> None:
    """Send the events of uploads anew that were lost."""
    moment = now()
    due = found(lambda: few_of_each(_overdue_uploads(moment), among=_UNFINISHED))
    for picture in in_time(due):
        with sweep.maintenance.of(picture.user_id):
            try_step(partial(_notify_if_stored, picture, moment, sweep=sweep))


def look_for_pictures_of_guests(sweep: Sweep) -> None:
    """Take in what guests sent and no event told of."""
    look_for_arrivals(sweep.store, links_are_allowed=sweep.links_are_allowed)


def wake_if_images_wait(sweep: Sweep) -> None:
    """Wake a worker if an image waits: its worker died, or its message was lost.

    Or if fingerprints are to be made, of which no message tells.
    """
    if seconds_until_next() == 0 or is_any_missing():
        sweep.wake()


def ask_for_late_descriptions(sweep: Sweep) -> None:
    """Send the messages of descriptions anew that have waited for an hour."""
    moment = now()
    for picture in in_time(found(partial(_late_descriptions, moment, asked=sweep.asked))):
        try_step(partial(_ask_again, picture.image_id, moment, ask=sweep.ask))


def tend_batches(sweep: Sweep) -> None:
    """Send a message for each batch of descriptions that is to be looked at."""
    for batch_id in batches.wake_due():
        try_step(partial(sweep.tend, TendBatch(batch_id=batch_id)))


def finish_purges(sweep: Sweep) -> None:
    """Delete the objects of what people deleted for good."""
    for place in in_time(found(marked_purges)):
        try_step(partial(finish_purge, place, store=sweep.store))


def purge_what_is_due(sweep: Sweep) -> None:
    """Delete for good what was deleted 30 days ago, never uploaded, or rejected."""
    moment = now()
    for picture in in_time(found(partial(_rested_long_enough, moment))):
        try_step(partial(_purge, picture, _deleted_long_ago(moment), store=sweep.store))
    for condition in (_never_made(moment), _rejected_long_ago(moment)):
        for picture in in_time(found(partial(few_of_each, condition, among=_UNFINISHED))):
            with sweep.maintenance.of(picture.user_id):
                try_step(partial(_purge, picture, condition, store=sweep.store))


def note_hosts_of_consents(sweep: Sweep) -> None:
    """See `note_hosts`."""
    note_hosts(sweep.model_host)


def purge_albums() -> None:
    """Delete albums for good that were deleted 30 days ago."""
    for album in in_time(found(albums_due)):
        try_step(partial(purge_album, album))


def purge_deleted_tags() -> None:
    """Delete tags for good that were deleted 30 days ago."""
    for due in in_time(found(tags_due)):
        try_step(partial(purge_tags, due))


def clear_cancelled_uploads(sweep: Sweep) -> None:
    """Delete the bytes of cancelled uploads."""
    for upload in in_time(found(take_due)):
        with sweep.maintenance.of(upload.owner_id):
            try_step(partial(_clear, upload, store=sweep.store))


def charge_maintenance(sweep: Sweep) -> None:
    """Charge owners for the time that their abandoned uploads took."""
    sweep.maintenance.charge()


def look_for_orphaned_objects(sweep: Sweep) -> None:
    """Go on with the round through the bucket."""
    look_for_orphans(
        inventory=sweep.inventory, store=sweep.store, exports=sweep.exports, pages=sweep.pages
    )


def continue_exports(sweep: Sweep) -> None:
    """Have exports continued whose worker stopped."""
    for export_id in in_time(found(overdue_exports)):
        try_step(partial(_go_on, export_id, go_on=sweep.go_on))


def delete_expired_exports(sweep: Sweep) -> None:
    """Delete exports that have expired."""
    for user_id, export_id in in_time(shuffled(found(expired_exports))):
        try_step(partial(delete_export, user_id, export_id, store=sweep.exports))


def close_accounts() -> None:
    """Close accounts whose deletion is due."""
    for user_id in in_time(found(people_to_shut)):
        try_step(partial(shut, user_id))


def name_places() -> None:
    """Name where images were taken."""
    _in_turns(owners_to_name, name_some)


def index_texts() -> None:
    """Index the texts of images and albums that are not indexed yet."""
    for index in (index_some, index_some_albums):
        try_step(partial(_index, index))


def embed_texts(sweep: Sweep) -> None:
    """Make vectors of texts that changed, where this site searches by meaning."""
    if sweep.encoder is not None:
        try_step(note_former_models)
        _in_turns(owners_to_embed, partial(embed_some, encoder=sweep.encoder))


def compare_new_images() -> None:
    """Compare new images with those of the same owner that look alike."""
    _in_turns(owners_with_new, compare_some)


def write_sidecars(sweep: Sweep) -> None:
    """Write sidecars of images that changed, in turns of their people."""
    left = MAX_SIDECARS_BESIDE if seconds_until_next() == 0 else MAX_SIDECARS

    def write(owner_id: UUID) -> bool:
        nonlocal left
        settled = write_some(owner_id, store=sweep.store) if left > 0 else 0
        left -= settled
        return settled > 0

    _in_turns(owners_with_due, write)


def forget_old_changes() -> None:
    """Delete old entries of the list of changes."""
    for owner_id in in_time(found(owners_of_old_removals)):
        try_step(partial(forget_removals, owner_id))


def delete_accounts(sweep: Sweep) -> None:
    """Delete accounts that are closed, with all they have. A large library takes all the time."""
    is_over = partial(_is_past, time.monotonic() + SECONDS_FOR_PEOPLE)
    people = [*found(people_to_delete)]
    # Else one that takes long would be first in each sweep, and nobody behind it be deleted.
    random.shuffle(people)
    for user_id in people:
        try_step(partial(delete_person, user_id, store=sweep.exports, is_over=is_over))
        if is_over():  # each that is begun takes some time more
            return


def _in_turns(owners: Callable[[], Sequence[UUID]], do_some: Callable[[UUID], bool]) -> None:
    """Do some of each owner's in turn, until all is done or time is up.

    Args:
        owners: returns those of whom something waits.
        do_some: does some of one owner's; returns whether more is left.
    """
    waiting = deque(found(owners))

    def do_some_of(owner_id: UUID) -> None:
        if do_some(owner_id):
            waiting.append(owner_id)

    for _ in in_time(count()):
        if not waiting:
            return
        try_step(partial(do_some_of, waiting.popleft()))


def _index(index: Callable[[], bool]) -> None:
    for _ in in_time(count()):
        if not index():
            return


def _is_past(moment: float) -> bool:
    return time.monotonic() > moment


def _go_on(export_id: UUID, *, go_on: Callable[[ExportLibrary], None]) -> None:
    """Have an export continued whose worker fell silent; not again for as long as that takes."""
    take_up(export_id)
    go_on(ExportLibrary(export_id=export_id))


def _notify_if_stored(picture: PictureStored, moment: datetime, *, sweep: Sweep) -> None:
    with _taken_up(picture, moment):
        if sweep.store.look(picture.user_id, picture.image_id) is not None:
            log.info("taking up a picture whose event did not come")
            sweep.notify(picture)


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
    for picture in in_time(found(lambda: newest_of_each(_decoded_by_older_decoders()))):
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
    return few_of_each(
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
    return few_of_each(_deleted_long_ago(moment), among=_DELETED, oldest_by=Image.deleted_at)


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
        count_discarded(place.user_id, removed.size, image_id=place.image_id)
        is_done = removed.is_all
    db.session.commit()
    return is_done


def _has_arrived(row: Image, *, store: PictureStore) -> bool:
    """Whether an upload only seems never made, or a rejected file not sent again.

    Nobody was there to process it for a day or more, or the database was restored since.
    """
    return row.state in _WITHOUT_BYTES and store.look(row.owner_id, row.id) is not None
