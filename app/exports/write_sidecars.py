"""Write sidecars of images that changed. See [Note: Sidecars by the list of changes].

[Note: One sweep at a person's sidecars] Two that write the same sidecar at once might leave the
older one on top. So a sweep leases a person's progress, for two minutes. It writes a hundred images
for one lease, and begins none after twenty seconds: a sweep has other jobs, too.
"""

import hashlib
import logging
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import User
from app.clients.aws.boto import AwsUnavailableError, AwsUnreachableError
from app.clients.aws.image_store import PictureStore
from app.clients.outage import is_blameless, is_outage
from app.database import db, now, set_short_lock_timeout
from app.exports.sidecar import sidecars_of
from app.images.album_models import AlbumImage
from app.images.counted_models import ImageChange, Storage
from app.images.listing import AnyRow
from app.images.models import Image
from app.images.sidecar_models import (
    FIRST,
    LAST,
    MarkKind,
    Sidecar,
    SidecarMark,
    SidecarProgress,
    change_number,
    mark_lost,
)
from app.images.tag_models import ImageTag

log = logging.getLogger(__name__)

# What is changed again meanwhile is written once, in the end.
QUIET = timedelta(minutes=2)
IMAGES_AT_A_TIME = 100
MAX_OWNERS = 200  # of one sweep
_AT_ONCE = 8
# Shut, and not by an administrator alone: app/accounts/deletion.py.
_IS_LEAVING = User.disabled_at.is_not(None) & User.delete_after.is_not(None)
_LEASE = timedelta(minutes=2)
_SECONDS = 20.0
_TRIED_AGAIN_AFTER = timedelta(minutes=5)
_MEMBERS: dict[str, tuple[Any, Any]] = {
    MarkKind.ALBUM: (AlbumImage.album_id, AlbumImage.image_id),
    MarkKind.TAG: (ImageTag.tag_id, ImageTag.image_id),
}


def owners_with_due(*, quiet: timedelta = QUIET) -> list[UUID]:
    """Return of whom sidecars are to be written, in no order; some, where there are many.

    Ends the transaction.
    """
    read = tuple_(
        func.coalesce(SidecarProgress.number, 0), func.coalesce(SidecarProgress.image_id, FIRST)
    )
    behind = (
        select(Storage.user_id)
        .outerjoin(SidecarProgress, SidecarProgress.user_id == Storage.user_id)
        .where(
            tuple_(Storage.last_change, literal(LAST)) > read,
            exists().where(
                ImageChange.owner_id == Storage.user_id,
                tuple_(ImageChange.number, ImageChange.image_id) > read,
                ImageChange.number <= change_number(quiet),
            ),
        )
    )
    marked = select(SidecarMark.owner_id).where(_is_due(quiet))
    owners = union(behind, marked).subquery()
    stay = select(owners).where(owners.c.user_id.not_in(select(User.id).where(_IS_LEAVING)))
    found = db.session.scalars(stay.order_by(func.random()).limit(MAX_OWNERS)).all()
    db.session.rollback()
    return list(found)


def write_some(owner_id: UUID, *, store: PictureStore, quiet: timedelta = QUIET) -> int:
    """Write the sidecars of the next of a person's images; see the note above. Commits.

    Returns how many changes and marks were settled; 0: there are no more.

    Raises:
        AwsUnavailableError: S3 is out of reach; all are tried again.
    """
    lease = None if _is_leaving(owner_id) else _take_lease(owner_id)
    if lease is None:  # another sweep is at it
        return 0
    writer = _Writer(owner_id, store=store, ends=time.monotonic() + _SECONDS)
    try:
        count = _write_changed(owner_id, lease, writer=writer, quiet=quiet)
        if not count:
            count = _write_marked(owner_id, writer=writer, quiet=quiet)
    finally:
        db.session.rollback()
        _end_lease(owner_id, lease)
    return count


@dataclass
class _Lease:
    """How far a person's list was read, until when nobody else reads on."""

    number: int
    image_id: UUID
    until: datetime


class _Writer:
    """Sends what is new of one person's sidecars."""

    def __init__(self, owner_id: UUID, *, store: PictureStore, ends: float) -> None:
        self._owner_id = owner_id
        self._store = store
        self._ends = ends

    def write(self, image_ids: Sequence[UUID]) -> None:
        """Send the sidecars of these images that are not there as they are now; commits.

        Those that cannot be read, and those that S3 does not take, are marked and tried again
        later: a fault of one keeps no other from being written.

        Raises:
            AwsUnavailableError: S3 is out of reach, and took none.
        """
        contents, failed = self._read(list(image_ids))
        digests = {each: hashlib.sha256(content).digest() for each, content in contents.items()}
        query = select(Sidecar.image_id, Sidecar.digest).where(Sidecar.image_id.in_(contents))
        known = {image_id: bytes(digest) for image_id, digest in db.session.execute(query)}
        db.session.rollback()
        news = [each for each, digest in digests.items() if known.get(each) != digest]
        with ThreadPoolExecutor(_AT_ONCE) as senders:
            problems = senders.map(lambda each: self._send(each, contents[each]), news)
            refused = {
                each: problem for each, problem in zip(news, problems, strict=True) if problem
            }
        outage = next(filter(is_outage, refused.values()), None)
        if outage and len(refused) == len(news):
            raise outage
        written = {each: digests[each] for each in news if each not in refused}
        if _is_leaving(self._owner_id):
            self._take_back(written)
        else:
            self._note(written)
        for image_id, problem in (failed | refused).items():
            if isinstance(problem, AwsUnavailableError):
                log.warning("the sidecar of picture %s is written later: %s", image_id, problem)
            else:
                log.error("the sidecar of picture %s failed", image_id, exc_info=problem)
            _mark_again(self._owner_id, image_id)
        db.session.commit()

    def _read(self, image_ids: list[UUID]) -> tuple[dict[UUID, bytes], dict[UUID, Exception]]:
        """Return the sidecars, and why others failed: then each was read by itself."""
        try:
            return sidecars_of(self._owner_id, image_ids), {}
        except Exception as error:
            db.session.rollback()
            if is_blameless(error):
                raise
            if len(image_ids) == 1:
                return {}, {image_ids[0]: error}
        contents: dict[UUID, bytes] = {}
        failed: dict[UUID, Exception] = {}
        for each in image_ids:
            content, failure = self._read([each])
            contents |= content
            failed |= failure
        return contents, failed

    def _send(self, image_id: UUID, content: bytes) -> Exception | None:
        if time.monotonic() > self._ends:
            return AwsUnreachableError("its time is over")
        try:
            self._store.put_sidecar(self._owner_id, image_id, content=content)
        except Exception as error:  # noqa: BLE001 - see `write`
            return error
        return None

    def _note(self, digests: dict[UUID, bytes]) -> None:
        """Note what was written; what was deleted for good meanwhile goes again."""
        if not digests:
            return
        # Locked, so that a purge which begins now deletes what was sent.
        alive = set(
            db.session.scalars(
                select(Image.id)
                .where(Image.id.in_(digests))
                .order_by(Image.id)
                .with_for_update(read=True, key_share=True)
            )
        )
        if alive:
            moment = now()
            written = insert(Sidecar).values(
                [
                    {"image_id": each, "digest": digests[each], "written_at": moment}
                    for each in sorted(alive)
                ]
            )
            known = {"digest": written.excluded.digest, "written_at": moment}
            db.session.execute(
                written.on_conflict_do_update(index_elements=["image_id"], set_=known)
            )
        db.session.commit()
        for image_id in digests.keys() - alive:
            self._store.delete_sidecar(self._owner_id, image_id)

    def _take_back(self, image_ids: Collection[UUID]) -> None:
        """Delete what was written while the account was shut: its objects go soon, all of them.

        Where an administrator opens it again, they are written again.
        """
        for image_id in image_ids:
            self._store.delete_sidecar(self._owner_id, image_id)
        mark_lost(image_ids)
        db.session.commit()


def _write_changed(owner_id: UUID, lease: _Lease, *, writer: _Writer, quiet: timedelta) -> int:
    """Write what the list of changes has next; note how far it was read. Return how many."""
    # Before the page: what is noted up to the older of both, the page cannot miss.
    ends = select(Storage.last_change, change_number(quiet)).where(Storage.user_id == owner_id)
    last, until = db.session.execute(ends).one_or_none() or (0, 0)
    page = db.session.execute(
        select(ImageChange.number, ImageChange.image_id, ImageChange.removed_at)
        .where(
            ImageChange.owner_id == owner_id,
            tuple_(ImageChange.number, ImageChange.image_id)
            > tuple_(literal(lease.number), literal(lease.image_id)),
            ImageChange.number <= until,
        )
        .order_by(ImageChange.number, ImageChange.image_id)
        .limit(IMAGES_AT_A_TIME)
    ).all()
    db.session.rollback()
    writer.write([row.image_id for row in page if row.removed_at is None])
    if len(page) == IMAGES_AT_A_TIME:
        lease.number, lease.image_id = page[-1].number, page[-1].image_id
    else:
        # Nothing else is there up to it, and nothing will be.
        read = max(min(last, until), page[-1].number if page else 0, lease.number)
        lease.number, lease.image_id = read, LAST
    return len(page)


def _write_marked(owner_id: UUID, *, writer: _Writer, quiet: timedelta) -> int:
    """Write some of what is marked: images first, then those of one album or tag."""
    query = select(SidecarMark.subject_id, SidecarMark.kind, SidecarMark.after, SidecarMark.due_at)
    query = query.where(SidecarMark.owner_id == owner_id, _is_due(quiet))
    query = query.order_by(SidecarMark.kind != MarkKind.IMAGE, SidecarMark.due_at)
    marks = db.session.execute(query.limit(IMAGES_AT_A_TIME)).all()
    db.session.rollback()
    images = [mark for mark in marks if mark.kind == MarkKind.IMAGE]
    if images:
        writer.write([mark.subject_id for mark in images])
    for mark in images or marks[:1]:
        last = None if images else _write_members(mark, writer=writer)
        # One that is marked again meanwhile, or that S3 did not take, is due at another moment.
        this = SidecarMark.subject_id == mark.subject_id, SidecarMark.due_at == mark.due_at
        if last is None:
            db.session.execute(delete(SidecarMark).where(*this))
        else:
            db.session.execute(update(SidecarMark).where(*this).values(after=last))
    db.session.commit()
    return len(images or marks[:1])


def _write_members(mark: AnyRow, *, writer: _Writer) -> UUID | None:
    """Write some of an album's or tag's images; return the last, None where no more follow."""
    of, image_id = _MEMBERS[mark.kind]
    members = select(image_id).where(of == mark.subject_id, image_id > mark.after)
    ids = list(db.session.scalars(members.order_by(image_id).limit(IMAGES_AT_A_TIME)))
    db.session.rollback()
    writer.write(ids)
    return ids[-1] if len(ids) == IMAGES_AT_A_TIME else None


def _mark_again(owner_id: UUID, image_id: UUID) -> None:
    """Have a sidecar written some minutes later; the caller commits."""
    later = now() + _TRIED_AGAIN_AFTER
    mark = insert(SidecarMark).values(
        subject_id=image_id, owner_id=owner_id, kind=MarkKind.IMAGE, due_at=later
    )
    db.session.execute(
        mark.on_conflict_do_update(index_elements=["subject_id"], set_={"due_at": later})
    )


def _is_leaving(owner_id: UUID) -> bool:
    """Whether the objects of an account are about to be deleted; ends the transaction."""
    found = db.session.scalar(select(exists().where(User.id == owner_id, _IS_LEAVING)))
    db.session.rollback()
    return bool(found)


def _take_lease(owner_id: UUID) -> _Lease | None:
    """Return how far a person's list was read, unless another sweep is at it. Commits."""
    set_short_lock_timeout()
    until = now() + _LEASE
    mine = insert(SidecarProgress).values(user_id=owner_id, leased_until=until)
    free = or_(SidecarProgress.leased_until.is_(None), SidecarProgress.leased_until < now())
    row = db.session.execute(
        mine.on_conflict_do_update(
            index_elements=["user_id"], set_={"leased_until": until}, where=free
        ).returning(SidecarProgress.number, SidecarProgress.image_id)
    ).one_or_none()
    db.session.commit()
    return _Lease(number=row.number, image_id=row.image_id, until=until) if row else None


def _end_lease(owner_id: UUID, lease: _Lease) -> None:
    """Note how far the list was read, where the lease is ours still. Commits."""
    db.session.execute(
        update(SidecarProgress)
        .where(SidecarProgress.user_id == owner_id, SidecarProgress.leased_until == lease.until)
        .values(number=lease.number, image_id=lease.image_id, leased_until=None)
    )
    db.session.commit()


def _is_due(quiet: timedelta) -> ColumnElement[bool]:
    return SidecarMark.due_at <= func.clock_timestamp() - literal(quiet)
