"""Find objects and exports without a row, and rows without an original, in the whole bucket.

Cancelled uploads are recorded for a day (cancelled.py); this finds all other orphans. Each sweep
scans a few pages, and a day's sweeps the whole bucket. The database keeps the position.
"""

import logging
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import exists, select, text, tuple_

from app.clients.aws.bucket_inventory import BucketInventory, FoundExport, Page, place_of
from app.clients.aws.bucket_versions import Place
from app.clients.aws.export_store import ExportStore
from app.clients.aws.image_store import PictureStore
from app.database import db, now
from app.images.collected_models import CollectedState, is_of_guest
from app.images.export_models import EXPORT_KEPT_FOR, Export
from app.images.listing import AnyRow
from app.images.models import STORED, Image
from app.integrity.image_rows import places_between
from app.integrity.in_time import in_time, shuffled
from app.integrity.old_verdicts import decode_again_what_was_called_broken
from app.integrity.one_step import try_step
from app.integrity.scan_state import round_under_way, was_watched
from app.integrity.sidecars import mark_those_that_differ
from app.uploads.discarded import count_discarded

log = logging.getLogger(__name__)

# Of 1,000 keys: 576,000 keys a day, with a sweep every five minutes. A library with more of them
# asks for more (SWEEP_PAGES); docs/scale.md has the arithmetic.
PAGES_A_SWEEP = 2
# An upload may be under way for as long as its parts are kept.
LEFT_ALONE_FOR = timedelta(days=1)
# No row of whatever restored database keeps an export for longer than this after its last zip.
EXPORTS_LEFT_ALONE_FOR = EXPORT_KEPT_FOR + LEFT_ALONE_FOR
_MAX_ROWS = 5000
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:image, 5))")


def look_for_orphans(
    *,
    inventory: BucketInventory,
    store: PictureStore,
    exports: ExportStore,
    pages: int = PAGES_A_SWEEP,
) -> None:
    """Go on with the round through the bucket, for so many pages, while there is time.

    Safe to repeat, and to be cut off anywhere.
    """
    for _ in in_time(range(pages)):
        under_way = round_under_way()
        if under_way is None:
            db.session.rollback()
            return
        after = under_way.after
        db.session.commit()
        page = inventory.page(after=after)
        if not (_settle_exports(page.exports, exports) and _settle(page, after=after, store=store)):
            return
        under_way.after = page.last or after
        under_way.ended_at = None if page.last else now()
        db.session.commit()


def lock_place(image_id: UUID) -> None:
    """Lock an orphan until the commit: nobody else creates its row or deletes its objects."""
    db.session.execute(_ONE_AT_A_TIME, {"image": str(image_id)})


def remove_unless_known(place: Place, *, store: PictureStore, was_cancelled: bool) -> bool:
    """Delete a orphan's objects, unless it has got a row: the doctor makes some. Commits.

    Those of a cancelled upload count against its owner; others may be there for a fault of ours.
    Returns whether it is done; False where time was up, and to repeat it goes on.

    The place stays locked while S3 deletes, so that no row is made for what is going.
    """
    lock_place(place.image_id)
    is_done = True
    if not was_cancelled:
        is_done = remove_if_unknown(place, store=store)
    elif not _is_known(place):
        # Nobody's picture, as what the worker refuses: it leaves no tombstone.
        removed = store.discard_upload(place.user_id, place.image_id)
        count_discarded(place.user_id, removed.size, image_id=place.image_id)
        is_done = removed.is_all
    db.session.commit()
    return is_done


def remove_if_unknown(place: Place, *, store: PictureStore) -> bool:
    """Delete the objects of a place that is locked, unless it has got a row; False: not all yet."""
    return _is_known(place) or store.delete_image(place.user_id, place.image_id).is_all


def _is_known(place: Place) -> bool:
    """Whether there is a row, or will be one of what a guest has sent."""
    has_row = bool(db.session.scalar(select(exists().where(Image.id == place.image_id))))
    return has_row or is_of_guest(place.image_id, CollectedState.ARRIVING)


def _settle(page: Page, *, after: str, store: PictureStore) -> bool:
    """Settle what is found on a page; False when time is up, and the same page comes again."""
    places = {(found.place.user_id, found.place.image_id) for found in page.found}
    owner_and_id = tuple_(Image.owner_id, Image.id)
    known = set(
        db.session.execute(select(Image.owner_id, Image.id).where(owner_and_id.in_(places)))
    )
    orphans = [
        found
        for found in page.found
        if (found.place.user_id, found.place.image_id) not in known
        and _may_go(found.oldest, found.newest)
    ]
    _tell_of_missing(page, after=after)
    db.session.rollback()
    mark_those_that_differ(page.found)
    decode_again_what_was_called_broken(found.place for found in page.found if found.has_original)
    done = 0
    for found in in_time(shuffled(orphans)):
        log.info("removing what no row knows")
        try_step(partial(remove_unless_known, found.place, store=store, was_cancelled=False))
        done += 1  # one that failed too: the next round tries it again
    return done == len(orphans)


def _settle_exports(found: list[FoundExport], exports: ExportStore) -> bool:
    """Delete zips whose row went before them; False when time is up.

    Such rows went with a database that was restored, or with an account while a zip was made.
    """
    if not found:
        return True
    ids = [each.export_id for each in found]
    known = set(db.session.scalars(select(Export.id).where(Export.id.in_(ids))))
    orphans = [each for each in found if each.export_id not in known and _may_export_go(each)]
    db.session.rollback()
    done = 0
    for each in in_time(shuffled(orphans)):
        log.info("removing zips of an export that no row knows")
        try_step(partial(exports.delete, each.user_id, each.export_id))
        done += 1
    return done == len(orphans)


def _may_export_go(found: FoundExport) -> bool:
    if found.newest < now() - EXPORTS_LEFT_ALONE_FOR:
        return True
    return _may_go(found.oldest, found.newest)


def _may_go(oldest: datetime, newest: datetime) -> bool:
    if newest > now() - LEFT_ALONE_FOR:
        return False
    # See [Note: Only what was watched].
    return was_watched(newest) and was_watched(oldest)


def _tell_of_missing(page: Page, *, after: str) -> None:
    """Tell the operator of pictures in this part of the bucket that have no original."""
    query = select(Image.owner_id, Image.id).where(
        Image.state.in_(STORED), Image.stored_at < now() - LEFT_ALONE_FOR
    )
    rows: list[AnyRow] = []
    for part in places_between(place_of(after), place_of(page.last or "")):
        of_part = query.where(part).order_by(Image.owner_id, Image.id)
        rows += db.session.execute(of_part.limit(_MAX_ROWS - len(rows))).all()
    there = {
        (found.place.user_id, found.place.image_id) for found in page.found if found.has_original
    }
    missing = [image_id for owner_id, image_id in rows if (owner_id, image_id) not in there]
    if missing:
        log.error(
            "missing originals: %d pictures, the first is %s; run the doctor",
            len(missing),
            missing[0],
        )
