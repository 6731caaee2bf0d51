"""Developing a picture once its original has arrived: check it, derive from it, know its data.

No transaction is held while the darkroom works, or S3 unless it deletes, and each step can be done
twice: the row's state, changed by one UPDATE with its precondition, decides who is right.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal, Protocol
from uuid import UUID

from sqlalchemy import case, func, select, tuple_, update
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.models import User
from app.clients.archive import Place
from app.clients.storage import PREVIEWS, NothingStoredError, PictureStore
from app.database import db, now
from app.images.cancelled import was_cancelled
from app.images.discarded import count_discarded
from app.images.examined import has_row
from app.images.giving_way import GiveWay
from app.images.lease import Begun, BulkLimit, begin_next, let_go, note_stored
from app.images.models import DescriptionState, Image, ImageState
from app.images.outcome import DECODER_VERSION, Developed, Rejected
from app.images.strays import remove_unless_known
from app.outages import is_outage
from app.tasks import MOST_ATTEMPTS, DescribePicture, PictureStored, pause_after
from app.telling import Counted, count, count_undecodable, step, timed

log = logging.getLogger(__name__)

MOST_BEGINNINGS = 2 * MOST_ATTEMPTS
_TOLD: Mapping[ImageState, Counted] = {
    ImageState.READY: "PicturesReady",
    ImageState.DAMAGED: "PicturesDamaged",
    ImageState.REJECTED: "PicturesRejected",
}


class Develops(Protocol):
    """What is needed of a darkroom."""

    def develop(
        self, original: Path, *, owner: UUID | None = None, background: bool = False
    ) -> Developed | Rejected:
        """Open a picture of this person; never raises for bad bytes."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What developing needs: the store, a darkroom, and a way to ask for a description."""

    store: PictureStore
    darkroom: Develops
    ask: Callable[[DescribePicture], None]
    # Says that we are still at a picture, for as long as the block runs.
    holding: Callable[[UUID], AbstractContextManager[None]]
    describes: bool
    bulk_limit: BulkLimit
    give_way: GiveWay


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """When S3 took the original in, and who compared all of its bytes with the promise."""

    at: datetime
    by: Literal["s3", "worker"]
    crc32: int | None


def take_in(tasks: Sequence[PictureStored], *, store: PictureStore) -> None:
    """Note which originals have arrived; remove those of cancelled and of rejected uploads.

    Safe to repeat.

    Raises:
        AwsUnavailableError: try again.
    """
    others = note_stored(tasks)
    if not others:
        return
    states = _states(others)
    for task in others:
        state = states.get(task.image_id)
        if state is None:
            _clear_if_cancelled(task, store=store)
        elif state == ImageState.REJECTED:
            _clear_if_rejected(task, store=store)


def develop_next(*, bench: Bench) -> bool:
    """Take the picture whose turn it is through the darkroom; False when there is none.

    Raises:
        AwsUnavailableError, DarkroomError: its row says when it is tried again; after the last
            attempt it says that it was given up, and nothing is raised.
        AwsUnreachableError, SQLAlchemyError: an outage; it is tried again, and again.
    """
    begun = begin_next(bench.bulk_limit)
    if begun is None:
        return False
    if not begun.is_bulk:
        develop_begun(begun, bench=bench)
        return True
    started = time.monotonic()
    try:
        develop_begun(begun, bench=bench)
        if begun.beside_others:
            # Before the next one may be begun.
            bench.give_way(begun.task.user_id, time.monotonic() - started)
    finally:
        bench.bulk_limit.give_back()
    return True


def develop_begun(begun: Begun, *, bench: Bench) -> None:
    """Take a picture that is ours through the darkroom; raises as develop_next."""
    task = begun.task
    if begun.attempts > MOST_BEGINNINGS:
        # Not even an exception came of it so often: the machine went down with it each time.
        log.error("gave up on picture %s", task.image_id)
        _settle(task, state=ImageState.DAMAGED, failure_code="processing_failed")
        return
    try:
        with timed("PictureSeconds"), bench.holding(task.image_id):
            outcome, receipt = _develop(task, begun, bench=bench)
    except NothingStoredError:
        _settle_without_original(task)
        return
    except NotAsPromisedError:
        _reject(task, failure_code="not_as_promised", store=bench.store)
        return
    except Exception as error:
        if is_outage(error):
            # Not the picture's fault, however long it lasts.
            _give_back(task, counts=False)
            raise
        if begun.attempts < MOST_ATTEMPTS:
            rest = timedelta(seconds=pause_after(begun.attempts))
            _give_back(task, counts=True, rest=rest)
            raise
        log.exception("gave up on picture %s", task.image_id)
        _settle(task, state=ImageState.DAMAGED, failure_code="processing_failed")
        return
    with step("settle"):
        _finish(task, outcome, receipt, bench=bench)


def _settle_without_original(task: PictureStored) -> None:
    """Settle an event without a picture.

    It is forged or long overtaken, and the place is still promised; or it is of a picture that was
    here before, which somebody hid or took away: the doctor may bring it back.
    """
    if db.session.scalar(select(Image.receipt_at).where(Image.id == task.image_id)):
        _settle(task, state=ImageState.DAMAGED, failure_code="processing_failed")
    else:
        _settle(task, state=ImageState.UPLOADING)


def _give_back(task: PictureStored, *, counts: bool, rest: timedelta = timedelta()) -> None:
    """Let others try; if even that fails, the lease runs out by itself."""
    try:
        db.session.rollback()  # whatever failed half-way
        let_go(task.image_id, counts=counts, rest=rest)
    except SQLAlchemyError as error:
        log.warning("a lease runs out by itself: %s", type(error).__name__)


def _clear_if_cancelled(task: PictureStored, *, store: PictureStore) -> None:
    """Remove what arrived of a cancelled upload. See [Note: What was cancelled is remembered].

    Whatever else has no row is left to the sweep, which knows what a restored database may have
    lost, and to the doctor.
    """
    cancelled = was_cancelled(task.user_id, task.image_id)
    db.session.rollback()
    if cancelled:
        log.info("removing what arrived of a cancelled upload")
        remove_unless_known(_place_of(task), store=store, was_cancelled=True)


def _states(tasks: Sequence[PictureStored]) -> dict[UUID, ImageState]:
    """Return the state of each that has a row of its owner's."""
    places = [(task.image_id, task.user_id) for task in tasks]
    rows = db.session.execute(
        select(Image.id, Image.state).where(tuple_(Image.id, Image.owner_id).in_(places))
    )
    states = {row.id: row.state for row in rows}
    db.session.rollback()
    return states


def _clear_if_rejected(task: PictureStored, *, store: PictureStore) -> None:
    """Remove what was sent again to the place of a rejected file, where it takes nobody's room.

    The address that was signed for it lives on for some minutes. The row stays locked meanwhile, as
    in _reject.
    """
    rejected = (Image.id == task.image_id, Image.state == ImageState.REJECTED)
    if db.session.scalar(select(Image.id).where(*rejected).with_for_update()) is not None:
        log.info("removing what arrived in the place of a rejected file")
        count_discarded(task.user_id, store.delete_image(task.user_id, task.image_id))
    db.session.commit()


def _place_of(task: PictureStored) -> Place:
    return Place(user_id=task.user_id, image_id=task.image_id)


class NotAsPromisedError(Exception):
    """The bytes are not those whose checksum was announced."""


def _develop(
    task: PictureStored, promised: Begun, *, bench: Bench
) -> tuple[Developed | Rejected, Receipt]:
    """Take the original through the darkroom, and store what was derived from it.

    Raises:
        NotAsPromisedError: see there. S3 has compared checksums at the upload, so this is either
            a fault of ours or somebody who found a way around it.
        NothingStoredError: no original has arrived.
    """
    with NamedTemporaryFile(prefix="pinhole-") as file:
        original = Path(file.name)
        with step("fetch"):
            stored = bench.store.fetch_original(task.user_id, task.image_id, into=original)
        if stored.size != promised.size:
            # Another size was announced after the address was signed: room was kept for that one.
            raise NotAsPromisedError
        if (stored.sha256 or _digest(original)) != promised.sha256:
            raise NotAsPromisedError
        with step("decode"):
            outcome = bench.darkroom.develop(
                original, owner=task.user_id, background=promised.is_bulk
            )
    if isinstance(outcome, Developed) and outcome.thumbnail and outcome.preview:
        put = bench.store.put_derived
        preview = PREVIEWS[_format_of(outcome.preview)]
        with step("store"):
            put(task.user_id, task.image_id, preview, content=outcome.preview)
            put(task.user_id, task.image_id, "thumbnail.webp", content=outcome.thumbnail)
    by: Literal["s3", "worker"] = "s3" if stored.sha256 else "worker"
    return outcome, Receipt(at=stored.modified, by=by, crc32=stored.crc32)


def _format_of(preview: bytes | None) -> str:
    """Say what a preview is, by its own first bytes."""
    return "jpg" if preview and preview.startswith(b"\xff\xd8\xff") else "webp"


def _digest(original: Path) -> bytes:
    with original.open("rb") as file:
        return file_digest(file, "sha256").digest()


def _finish(
    task: PictureStored, outcome: Developed | Rejected, receipt: Receipt, *, bench: Bench
) -> None:
    if outcome.error is not None:
        count_undecodable(outcome.error)
    if isinstance(outcome, Rejected):
        _reject(task, failure_code=outcome.reason, store=bench.store)
        return
    describe = bench.describes and outcome.preview is not None and _wants_descriptions(task.user_id)
    metadata = outcome.metadata
    values: dict[str, object] = {
        "failure_code": outcome.reason,
        "receipt_at": receipt.at,
        "receipt_by": receipt.by,
        "crc32": receipt.crc32,
        "content_type": outcome.content_type,
        "width": outcome.width or None,  # 0: the file does not say
        "height": outcome.height or None,
        "is_animated": outcome.is_animated,
        "thumbhash": outcome.thumbhash,
        "has_preview": outcome.preview is not None and outcome.thumbnail is not None,
        "preview_format": _format_of(outcome.preview),
        "taken_at": metadata.taken_at,
        "taken_offset_minutes": metadata.taken_offset_minutes,
        "camera_make": metadata.make,
        "camera_model": metadata.model,
        "lens": metadata.lens,
        "exposure_time": metadata.exposure_time,
        "f_number": metadata.f_number,
        "iso": metadata.iso,
        "focal_length": metadata.focal_length,
        "latitude": metadata.latitude,
        "longitude": metadata.longitude,
        "altitude": metadata.altitude,
        "rating": metadata.rating,
        "caption": metadata.caption,
    }
    values["timeline_at"] = func.coalesce(
        metadata.taken_at, Image.taken_hint, Image.timeline_at, type_=Image.timeline_at.type
    )
    if describe:
        # Only where nobody, the person above all, has written anything yet.
        nothing_said = Image.current_description_id.is_(None)
        values["description_state"] = case(
            (nothing_said, DescriptionState.WAITING), else_=Image.description_state
        )
        values["description_asked_at"] = now()
        values["description_attempts"] = 0
    state = ImageState.READY if outcome.outcome == "ready" else ImageState.DAMAGED
    if not _settle(task, state=state, **values):
        # If the row went while we worked, deletion wins, and what we put there goes too. Not the
        # original: whoever deletes a row does that first, and a restored database has none either.
        if not has_row(_place_of(task)):
            bench.store.delete_derived(task.user_id, task.image_id)
    elif describe:
        bench.ask(DescribePicture(image_id=task.image_id))


def _reject(task: PictureStored, *, failure_code: str, store: PictureStore) -> None:
    """Keep the reason for a day, and none of the bytes.

    The row stays locked meanwhile, as the sweep's do when it purges: who is promised the place
    again at this moment must not lose what they send there.
    """
    processing = (Image.id == task.image_id, Image.state == ImageState.PROCESSING)
    if db.session.scalar(select(Image.id).where(*processing).with_for_update()) is None:
        db.session.rollback()
        return
    count_discarded(task.user_id, store.delete_image(task.user_id, task.image_id))
    _settle(task, state=ImageState.REJECTED, failure_code=failure_code)


def _settle(task: PictureStored, *, state: ImageState, **values: object) -> bool:
    """End the processing of a picture; False when somebody else had ended it before."""
    settled = db.session.scalar(
        update(Image)
        .where(Image.id == task.image_id, Image.state == ImageState.PROCESSING)
        .values(state=state, leased_until=None, decoder_version=DECODER_VERSION, **values)
        .returning(Image.id)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    if settled is not None and state in _TOLD:
        count(_TOLD[state])
    return settled is not None


def _wants_descriptions(user_id: UUID) -> bool:
    wanted = db.session.scalar(
        select(User.descriptions_enabled_at.is_not(None)).where(User.id == user_id)
    )
    return bool(wanted)
