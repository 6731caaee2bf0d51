"""Compare rows, objects and checksums, and repair differences.

Made for use after a restore, and safe at any other time. It runs beside the product, in slices, and
checks twice before it reports a difference. It changes only what was requested by name, and never
deletes the only copy of what a row promises. Images that the product deleted have a tombstone, and
are not restored from older versions of their objects.
"""

import logging
import mimetypes
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import User
from app.clients.aws.bucket_versions import Kept, ObjectVersions, Part, Place, Tombstone, Version
from app.clients.aws.image_store import BARE, SIDECAR, PictureStore
from app.database import db, now
from app.images.bare_models import BareOriginal
from app.images.collected_models import CollectedState, is_of_guest
from app.images.models import SHOWN, Image, ImageState
from app.images.sidecar_models import mark_lost
from app.integrity.image_rows import Row, has_row, read_rows, right_before
from app.integrity.orphans import lock_place
from app.integrity.purges import was_purged
from app.messages import PictureStored
from app.uploads.cancelled import was_cancelled

log = logging.getLogger(__name__)

_LOOKS_AT_ONCE = 8


class Inconsistency(StrEnum):
    """What can be wrong with a picture."""

    MISSING = "missing"  # a row promises an original that is not there
    WRONG = "wrong"  # an original whose bytes are not the row's
    UNSEEN = "unseen"  # the original is right, but its thumbnail or preview is not there
    NO_COPY = "no_copy"  # the copy without metadata is not there that visitors are given
    NO_SIDECAR = "no_sidecar"  # the sidecar is not there that was written, or should have been
    GIVEN_UP = "given_up"  # the original is right, but could not be processed
    ORPHAN = "orphan"  # objects that no row knows
    FOREIGN = "foreign"  # an object whose key is not of our making


class Outcome(StrEnum):
    """What became of it."""

    REPORTED = "reported"
    REPAIRED = "repaired"
    LOST = "lost"  # no version has the right bytes
    DELETED = "deleted"  # the product deleted it, as a tombstone says
    FORGOTTEN = "forgotten"  # the row of a lost or deleted picture was deleted
    ADOPTED = "adopted"  # an orphan has a row again
    REMOVED = "removed"  # an orphan is gone


@dataclass(frozen=True, kw_only=True)
class RepairOptions:
    """What may be done. By itself, nothing is.

    Args:
        read: read every original and hash it, instead of believing the checksum that S3 keeps.
        repair: bring earlier versions back to the top, make thumbnails again, and forget copies
            without metadata that are lost.
        forget_lost: delete rows whose original is in no version any more, or was deleted.
        distrust_tombstones_since: tombstones that were written since then count as not there.
        adopt_since: make rows for orphans that were stored since then.
        remove_orphans: delete all other orphans.
    """

    read: bool = False
    repair: bool = False
    forget_lost: bool = False
    distrust_tombstones_since: datetime | None = None
    adopt_since: datetime | None = None
    remove_orphans: bool = False


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, and what became of it; `tombstone` says why it is DELETED."""

    trouble: Inconsistency
    outcome: Outcome
    key: str
    tombstone: Tombstone | None = None


@dataclass(frozen=True, kw_only=True)
class Slice:
    """The result of one slice; `last` is where to continue, None at the end."""

    findings: list[Finding]
    rows: int
    objects: int
    last: Place | None


@dataclass(frozen=True, kw_only=True)
class IntegrityChecker:
    """Examines pictures and treats them."""

    archive: ObjectVersions
    store: PictureStore
    notify: Callable[[PictureStored], None]
    treatment: RepairOptions

    def examine(self, *, after: Place | None, max_rows: int) -> Slice:
        """Check the images that follow one, and repair them where requested."""
        rows = {row.place: row for row in read_rows(after=after, most=max_rows)}
        last = max(rows) if len(rows) == max_rows else None
        parts: dict[Place, list[Part]] = {}
        foreign: list[Finding] = []
        objects = 0
        for part in self.archive.parts(after=after, until=last):
            objects += 1
            if part.place is None:
                foreign.append(_finding(Inconsistency.FOREIGN, Outcome.REPORTED, part.key))
            else:
                parts.setdefault(part.place, []).append(part)
        with ThreadPoolExecutor(_LOOKS_AT_ONCE) as looking:
            troubles = looking.map(
                lambda row: self._trouble(row, parts.get(row.place, [])), rows.values()
            )
            ill = [row for row, trouble in zip(rows.values(), troubles, strict=True) if trouble]
        treated = [self._treat(row.place) for row in ill]
        orphans = [self._settle_orphan(place, parts[place]) for place in parts.keys() - rows.keys()]
        found = [finding for finding in [*treated, *orphans] if finding]
        return Slice(
            findings=sorted([*found, *foreign], key=lambda finding: finding.key),
            rows=len(rows),
            objects=objects,
            last=last,
        )

    def _trouble(self, row: Row, parts: list[Part]) -> Inconsistency | None:
        if not row.promises:
            return None
        kept = self.archive.look(row.place)
        if kept is None:
            return Inconsistency.MISSING
        if not self._is_right(row, kept, version=None):
            return Inconsistency.WRONG
        return _lacking(row, parts)

    def _is_right(self, row: Row, kept: Kept, *, version: str | None) -> bool:
        if kept.size != row.size:
            return False
        believed = None if self.treatment.read else kept.sha256
        return (believed or self.archive.read(row.place, version=version)) == row.sha256

    def _treat(self, place: Place) -> Finding | None:
        """Check again with the row locked, so that it is not purged meanwhile; then repair."""
        row = next(read_rows(only=place), None)
        parts = list(self.archive.parts(after=right_before(place), until=place))
        trouble = self._trouble(row, parts) if row else None
        if row is None or trouble is None:
            db.session.rollback()
            return None
        outcome, tombstone = self._repair(row, trouble, parts)
        db.session.commit()
        lacks_derived = not row.has_derived(parts)
        if outcome is Outcome.REPAIRED and (lacks_derived or trouble is Inconsistency.GIVEN_UP):
            self._process_again(row)
        return _finding(trouble, outcome, place.key, tombstone)

    def _repair(
        self, row: Row, trouble: Inconsistency, parts: list[Part]
    ) -> tuple[Outcome, Tombstone | None]:
        if trouble not in {Inconsistency.MISSING, Inconsistency.WRONG}:
            if not self.treatment.repair:
                return Outcome.REPORTED, None
            if trouble is Inconsistency.NO_COPY:  # the next visitor who asks has it made
                db.session.execute(
                    delete(BareOriginal).where(BareOriginal.image_id == row.place.image_id)
                )
            if trouble is Inconsistency.NO_SIDECAR:  # the next sweep writes it
                mark_lost([row.place.image_id])
            return Outcome.REPAIRED, None
        tombstone = self.archive.tombstone(
            row.place, before=self.treatment.distrust_tombstones_since
        )
        right = self._right_version(row, after=tombstone.at if tombstone else None)
        if right is None:
            # Other bytes than the row's may still be of use to somebody: they stay, and their row.
            if trouble is Inconsistency.WRONG or not self.treatment.forget_lost:
                return Outcome.DELETED if tombstone else Outcome.LOST, tombstone
            self._forget(row, parts)
            return Outcome.FORGOTTEN, None
        if not self.treatment.repair:
            return Outcome.REPORTED, None
        log.info("bringing version %s of %s back", right.id, row.place.key)
        self.archive.bring_back(row.place, right, sha256=row.sha256)
        return Outcome.REPAIRED, None

    def _right_version(self, row: Row, *, after: datetime | None) -> Version | None:
        for version in self.archive.versions(row.place):
            if version.is_marker or (after and version.modified <= after):
                continue
            kept = self.archive.look(row.place, version=version.id)
            if kept and self._is_right(row, kept, version=version.id):
                return version
        return None

    def _forget(self, row: Row, parts: list[Part]) -> None:
        if parts:  # a thumbnail of it, perhaps
            self._remove(row.place)
        db.session.execute(delete(Image).where(Image.id == row.place.image_id))

    def _process_again(self, row: Row) -> None:
        image = db.session.get(Image, row.place.image_id, with_for_update=True)
        if image is None or image.state not in SHOWN:
            db.session.rollback()
            return
        image.state = ImageState.PROCESSING
        image.stored_at = now()
        image.attempts = 0
        image.failure_code = None
        db.session.commit()
        self._notify(row.place)

    def _settle_orphan(self, place: Place, parts: list[Part]) -> Finding | None:
        if has_row(place):  # it was promised after we had looked at the rows
            return None
        if is_of_guest(place.image_id, CollectedState.ARRIVING):  # it is about to be taken in
            return None
        original = next((part for part in parts if part.name == "original"), None)
        since = self.treatment.adopt_since
        outcome = Outcome.REPORTED
        if since and original and original.modified >= since:
            outcome = Outcome.ADOPTED if self._adopt(place) else Outcome.REPORTED
        elif self.treatment.remove_orphans:
            self._remove(place)
            outcome = Outcome.REMOVED
        return _finding(Inconsistency.ORPHAN, outcome, place.key)

    def _remove(self, place: Place) -> None:
        while not self.store.delete_image(place.user_id, place.image_id).is_all:
            log.info("uploads of picture %s are still open; dropping more", place.image_id)

    def _adopt(self, place: Place) -> bool:
        """Make the row of a stored original anew and have it processed.

        False: its person is gone, has cancelled or deleted it, or has the same bytes already.
        """
        lock_place(place.image_id)  # the sweep must not remove them meanwhile
        kept = self.archive.look(place)
        if kept is None:
            db.session.rollback()
            return False
        sha256 = None if self.treatment.read else kept.sha256
        sha256 = sha256 or self.archive.read(place)
        stored = kept.modified.astimezone(UTC)
        row = insert(Image).values(
            id=place.image_id,
            owner_id=place.user_id,
            name=f"{stored:%Y-%m-%d %H.%M.%S}{mimetypes.guess_extension(kept.content_type) or ''}",
            byte_size=kept.size,
            sha256=sha256,
            content_type=kept.content_type,
            created_at=now(),  # the sweep forgets uploads by it
            timeline_at=stored.replace(tzinfo=None),
        )
        is_wanted = (
            db.session.scalar(select(exists().where(User.id == place.user_id)))
            and not was_cancelled(place.user_id, place.image_id)
            and not was_purged(place.image_id)
            # Its link had ended: app/sharing/arrivals.py.
            and not is_of_guest(place.image_id, CollectedState.GONE)
        )
        added = is_wanted and db.session.scalar(row.on_conflict_do_nothing().returning(Image.id))
        db.session.commit()
        if added:
            self._notify(place)
        return bool(added)

    def _notify(self, place: Place) -> None:
        self.notify(PictureStored(user_id=place.user_id, image_id=place.image_id))


def _lacking(row: Row, parts: list[Part]) -> Inconsistency | None:
    """Return what a picture lacks whose original is right."""
    names = {part.name for part in parts}
    if row.state != ImageState.PROCESSING and not row.has_derived(parts):
        return Inconsistency.UNSEEN
    if row.has_bare and BARE not in names:
        return Inconsistency.NO_COPY
    if row.owes_sidecar and SIDECAR not in names:
        return Inconsistency.NO_SIDECAR
    return Inconsistency.GIVEN_UP if row.deserves_another_try else None


def _finding(
    trouble: Inconsistency, outcome: Outcome, key: str, tombstone: Tombstone | None = None
) -> Finding:
    return Finding(trouble=trouble, outcome=outcome, key=key, tombstone=tombstone)
