"""Process an uploaded image: verify it, derive a preview and a thumbnail, store its metadata.

No transaction is open during decoding or calls to S3, except deletions. Each step can be repeated:
one UPDATE with a precondition changes the row's state, so that only one of two workers succeeds.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import file_digest
from io import BufferedReader
from typing import Any, Literal, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.clients.aws.bucket_versions import Place
from app.clients.aws.image_store import (
    MOTION,
    PREVIEWS,
    NothingStoredError,
    OtherSizeError,
    PictureStore,
)
from app.clients.outage import OUTAGE_REST, is_blameless
from app.database import db, is_contention, now
from app.images.failure_messages import OURS
from app.images.models import DescriptionState, Image, ImageState
from app.images.turns import ProcessingCharge
from app.integrity.image_rows import has_row
from app.media.results import DECODER_VERSION, Rejected, Rendered
from app.media.sandbox.decoder_time import DecoderTime
from app.media.sandbox.nameless_file import nameless_file
from app.messages import MAX_ATTEMPTS, DescribePicture, PictureStored, pause_after
from app.observability.metrics import Counted, count, count_undecodable, step, timed
from app.places.naming import name_places, names_of
from app.processing.fingerprints import keep_fingerprint
from app.processing.guest_videos import without_videos_of_guests
from app.processing.in_hand import InHand
from app.processing.lease import Begun, begin_next, extend, is_ours, let_go, note_stored
from app.processing.part_of_file import PartOfFile
from app.processing.scratch_space import RoomTakenError, ScratchSpace
from app.processing.yielding import GiveWay
from app.search.index import index_images
from app.stacks.automatic import STACKABLE, stack_arrived
from app.uploads.cancelled import note_cancelled, note_late
from app.uploads.discarded import count_discarded

log = logging.getLogger(__name__)

MAX_BEGINNINGS = 2 * MAX_ATTEMPTS
ROOM_REST = timedelta(seconds=10)
_TOLD: Mapping[ImageState, Counted] = {
    ImageState.READY: "PicturesReady",
    ImageState.DAMAGED: "PicturesDamaged",
    ImageState.REJECTED: "PicturesRejected",
}


TakeIn = Callable[[UUID, Sequence[PictureStored]], Sequence[PictureStored]]


class Renders(Protocol):
    """What is needed of a decoder pool."""

    def render(
        self,
        original: BufferedReader,
        *,
        owner: UUID | None = None,
        background: bool = False,
        decoder_time: DecoderTime | None = None,
    ) -> Rendered | Rejected:
        """Open a picture of this person; never raises for bad bytes."""


# [Note: Kept before] Whoever sees a picture as ready or damaged is told that its original is kept.
# One that was given up was perhaps never read, so it has no receipt. But it has the version of the
# decoders, which is noted of what is kept alone; a place that is promised again has neither.
_KEPT = frozenset({ImageState.READY, ImageState.DAMAGED})
_WAS_KEPT = Image.receipt_at.is_not(None) | (Image.decoder_version > 0)


@dataclass(frozen=True, kw_only=True)
class ProcessingContext:
    """What processing needs: the store, a decoder pool, and a way to ask for a description."""

    store: PictureStore
    decoders: Renders
    ask: Callable[[DescribePicture], None]
    # Calls something every few seconds for as long as the block runs.
    holding: Callable[[Callable[[], None]], AbstractContextManager[None]]
    describes: bool
    in_hand: InHand
    give_way: GiveWay
    # Of one person, in the hands of all workers together; None: any.
    max_leases: int | None = None
    scratch: ScratchSpace = field(default_factory=ScratchSpace)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """When S3 took the original in, and who compared all of its bytes with the promise."""

    at: datetime
    by: Literal["s3", "worker"]
    crc32: int | None


def note_arrivals(
    tasks: Sequence[PictureStored], *, take_in: TakeIn | None = None
) -> list[PictureStored]:
    """Note which originals have arrived; those of cancelled and rejected uploads, for the sweep.

    See [Note: The sweep removes] in cancelled.py. Whatever else has no row is left to the sweep
    too, which knows what a restored database may have lost, and to the doctor. Safe to repeat.

    Args:
        tasks: which have.
        take_in: takes in what guests sent of those that have no row; returns the others.

    Returns:
        Those that could not be noted now, for a reason that is their owners' alone, such as rows
        that a large change has locked: their events are to come again.

    Raises:
        SQLAlchemyError: none could be noted, so the reason is everybody's.
    """
    by_owner: dict[UUID, list[PictureStored]] = {}
    for task in tasks:
        by_owner.setdefault(task.user_id, []).append(task)
    missed: dict[UUID, list[PictureStored]] = {}
    for owner_id, of_one in by_owner.items():
        try:
            others: Sequence[PictureStored] = note_stored(owner_id, of_one)
            if others and take_in is not None:
                others = take_in(owner_id, others)
            if others:
                note_late(owner_id, [task.image_id for task in others])
        except SQLAlchemyError as error:
            db.session.rollback()
            missed[owner_id] = of_one
            if len(missed) == len(by_owner) and not is_contention(error):
                raise
            log.warning("somebody's arrivals are noted later: %s", type(error).__name__)
    return [task for of_one in missed.values() for task in of_one]


def process_next(*, context: ProcessingContext) -> bool:
    """Process the image whose turn it is; False when there is none.

    Raises:
        AwsUnavailableError: its row says when it is tried again; after the last attempt it says
            that it was given up, and nothing is raised.
        OutageError, SQLAlchemyError: an outage, or somebody has locked its rows: it is tried again,
            and again.
    """
    begun = begin_next(context.in_hand, max_leases=context.max_leases)
    if begun is None:
        return False
    owner_id, decoder_time, started = begun.task.user_id, DecoderTime(), time.monotonic()
    try:
        process_begun(begun, context=context, decoder_time=decoder_time)
        if begun.is_bulk and begun.beside_others:
            # Before the next one may be begun. Time spent waiting is not counted.
            context.give_way(owner_id, time.monotonic() - started - decoder_time.waited)
    finally:
        context.in_hand.give_back(owner_id, is_bulk=begun.is_bulk)
    return True


def process_begun(begun: Begun, *, context: ProcessingContext, decoder_time: DecoderTime) -> None:
    """Take a picture that is ours through a decoder, and charge its owner for what that takes.

    Raises as process_next.
    """
    task = begun.task
    if begun.attempts > MAX_BEGINNINGS:
        # No exception was recorded: the process of the worker died each time.
        log.error("gave up on picture %s", task.image_id)
        _settle_ours(begun, state=ImageState.DAMAGED, failure_code="processing_failed")
        return
    try:
        _process_and_settle(begun, context=context, decoder_time=decoder_time)
    except RoomTakenError:
        log.info("a picture waits until others leave it room on the disk: %s", task.image_id)
        _give_back(begun, counts=False, rest=ROOM_REST)
    except Exception as error:
        if is_blameless(error):
            # Not the picture's fault, however long it lasts.
            _give_back(begun, counts=False, rest=OUTAGE_REST)
            raise
        if begun.attempts < MAX_ATTEMPTS:
            rest = timedelta(seconds=pause_after(begun.attempts))
            _give_back(begun, counts=True, rest=rest)
            raise
        log.exception("gave up on picture %s", task.image_id)
        _settle_ours(begun, state=ImageState.DAMAGED, failure_code="processing_failed")


def _process_and_settle(
    begun: Begun, *, context: ProcessingContext, decoder_time: DecoderTime
) -> None:
    """Take a picture through the decoder pool, and say in its row what came of it."""
    bill = ProcessingCharge(begun.task.user_id, byte_size=begun.size, decoder_time=decoder_time)

    def still_at_it() -> None:
        extend(begun)
        bill.charge()

    try:
        try:
            with timed("PictureSeconds"), context.holding(still_at_it):
                outcome, receipt = _render(
                    begun.task, begun, context=context, decoder_time=decoder_time
                )
        finally:
            bill.close()
    except NothingStoredError:
        _settle_without_original(begun)
        return
    except OtherSizeError as error:
        # The estimate was by the size that was announced.
        bill.charge_size(error.size)
        _reject(begun, failure_code="not_as_promised", store=context.store)
        return
    except NotAsPromisedError:
        _reject(begun, failure_code="not_as_promised", store=context.store)
        return
    with step("settle"):
        _finish(begun, outcome, receipt, context=context)


def _settle_without_original(begun: Begun) -> None:
    """Settle an event without a picture.

    It is forged or long overtaken, and the place is still promised; or it is of a picture that was
    here before, which somebody hid or took away: the doctor may bring it back.
    """
    was_here = db.session.scalar(select(_WAS_KEPT).where(Image.id == begun.task.image_id))
    # Gives the connection back: the heartbeat, which is waited for next, may need one.
    db.session.rollback()
    if was_here:
        _settle_ours(begun, state=ImageState.DAMAGED, failure_code="processing_failed")
    else:
        _settle_ours(begun, state=ImageState.UPLOADING)


def _give_back(begun: Begun, *, counts: bool, rest: timedelta) -> None:
    """Let others try; if even that fails, the lease runs out by itself."""
    try:
        db.session.rollback()  # whatever failed half-way
        let_go(begun, counts=counts, rest=rest)
    except SQLAlchemyError as error:
        log.warning("a lease runs out by itself: %s", type(error).__name__)


def _place_of(task: PictureStored) -> Place:
    return Place(user_id=task.user_id, image_id=task.image_id)


class NotAsPromisedError(Exception):
    """The bytes are not those whose checksum was announced, or would not be served as such."""


def _render(
    task: PictureStored, promised: Begun, *, context: ProcessingContext, decoder_time: DecoderTime
) -> tuple[Rendered | Rejected, Receipt]:
    """Take the original through the decoder pool, and store what was derived from it.

    Raises:
        NotAsPromisedError: see there. S3 has compared checksums at the upload, so this is either
            a fault of ours or somebody who found a way around it.
        OtherSizeError: another size was announced after the address was signed, and room was kept
            for that one. Nothing was fetched.
        NothingStoredError: no original has arrived.
    """
    with nameless_file() as (file, original), context.scratch.holding(promised.size, of=file):
        with step("fetch"):
            stored = context.store.fetch_original(
                task.user_id, task.image_id, size=promised.size, into=file
            )
        if stored.content_encoding:
            # No signature covers the header, and S3 repeats it: browsers would unpack the original,
            # or refuse it, and save other bytes than were compared.
            raise NotAsPromisedError
        if (stored.sha256 or _digest(original)) != promised.sha256:
            raise NotAsPromisedError
        with step("decode"):
            outcome = context.decoders.render(
                original,
                owner=task.user_id,
                background=promised.is_bulk,
                decoder_time=decoder_time,
            )
        outcome = without_videos_of_guests(task, _within_file(outcome, size=stored.size))
        if motion := _motion_of(outcome, original):
            with step("store"):  # while the file is open
                context.store.put_derived(task.user_id, task.image_id, MOTION, content=motion)
    put = context.store.put_derived
    if isinstance(outcome, Rendered) and outcome.thumbnail and outcome.preview:
        preview = PREVIEWS[_format_of(outcome.preview)]
        with step("store"):
            put(task.user_id, task.image_id, preview, content=outcome.preview)
            put(task.user_id, task.image_id, "thumbnail.webp", content=outcome.thumbnail)
    by: Literal["s3", "worker"] = "s3" if stored.sha256 else "worker"
    return outcome, Receipt(at=stored.modified, by=by, crc32=stored.crc32)


def _within_file(outcome: Rendered | Rejected, *, size: int) -> Rendered | Rejected:
    """Forget a moving part outside of the file: the decoder that said so has read hostile bytes."""
    if not isinstance(outcome, Rendered) or outcome.motion is None:
        return outcome
    if outcome.motion.start + outcome.motion.length <= size:
        return outcome
    log.warning("a decoder found a moving part outside of its file")
    return replace(outcome, motion=None)


def _motion_of(outcome: Rendered | Rejected, original: BufferedReader) -> PartOfFile | None:
    """Return the moving part: the decoder says where in its file it is."""
    where = outcome.motion if isinstance(outcome, Rendered) else None
    return PartOfFile(original, start=where.start, length=where.length) if where else None


def _format_of(preview: bytes | None) -> str:
    """Say what a preview is, by its own first bytes."""
    return "jpg" if preview and preview.startswith(b"\xff\xd8\xff") else "webp"


def _digest(original: BufferedReader) -> bytes:
    return file_digest(original, "sha256").digest()


def _cause_of_failure(outcome: Rendered | Rejected) -> str | None:
    """Return what a decoder raised, or why there was no decoding; None when nothing failed here."""
    return outcome.error or (outcome.reason if outcome.reason in OURS else None)


def _finish(
    begun: Begun, outcome: Rendered | Rejected, receipt: Receipt, *, context: ProcessingContext
) -> None:
    task = begun.task
    if cause := _cause_of_failure(outcome):
        count_undecodable(cause)
    if isinstance(outcome, Rejected):
        _reject(begun, failure_code=outcome.reason, store=context.store)
        return
    describe = (
        context.describes and outcome.preview is not None and _wants_descriptions(task.user_id)
    )
    metadata = outcome.metadata
    values: dict[str, Any] = {
        "failure_code": outcome.reason,
        "receipt_at": receipt.at,
        "receipt_by": receipt.by,
        "crc32": receipt.crc32,
        "content_type": outcome.content_type,
        "width": outcome.width or None,  # 0: the file does not say
        "height": outcome.height or None,
        "is_animated": outcome.is_animated,
        "motion_bytes": outcome.motion.length if outcome.motion else None,
        "motion_milliseconds": _milliseconds_of(outcome),
        "content_identifier": metadata.content_identifier,
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
        **names_of(metadata.latitude, metadata.longitude),
        "rating": metadata.rating,
        "file_title": _title_of(metadata.title),
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
    if not _settle(task, state=state, fingerprint=outcome.fingerprint, **values):
        # The row was deleted meanwhile: delete the derivatives that we stored. Not the original:
        # whoever deletes a row deletes it, and after a restore of the database no row is there.
        if not has_row(_place_of(task)):
            context.store.delete_derived(task.user_id, task.image_id)
    elif describe:
        context.ask(DescribePicture(image_id=task.image_id))


def _milliseconds_of(outcome: Rendered) -> ColumnElement[int | None] | int | None:
    """How long it plays; what a video beside it said of a still stays."""
    if outcome.motion is None and outcome.milliseconds is None:
        is_joined = Image.moving_part_id.is_not(None)
        return case((is_joined, Image.motion_milliseconds), else_=None)
    return outcome.motion.milliseconds if outcome.motion else outcome.milliseconds


def _title_of(title: str | None) -> ColumnElement[str | None] | None:
    """Return what a file is called inside, unless programs filled in its name there."""
    if title is None:
        return None
    is_name = func.starts_with(func.lower(Image.name) + ".", func.lower(title) + ".")
    return case((is_name, None), else_=title)


def _reject(begun: Begun, *, failure_code: str, store: PictureStore) -> None:
    """Keep the reason for a day, and none of the bytes.

    An original that was kept before stays kept, whatever the decoders say of it now: it is decoded
    again after an upgrade, or because its owner asked. See [Note: Kept before].

    The row stays locked meanwhile: who is promised the place again at this moment must not lose
    what they send there. Nor who was promised it before, while this worker stood still: see
    [Note: Whose lease it is] in lease.py.
    """
    user_id, image_id = begun.task.user_id, begun.task.image_id
    with begun.lease.held:
        ours = select(_WAS_KEPT).where(*is_ours(begun)).with_for_update()
        was_kept = db.session.scalar(ours)
        if was_kept is None:
            db.session.rollback()
            return
        if was_kept:
            _settle(begun.task, state=ImageState.DAMAGED, failure_code="undecodable")
            return
        removed = store.discard_upload(user_id, image_id)
        count_discarded(user_id, removed.size, image_id=image_id)
        if not removed.is_all:
            note_cancelled(user_id, image_id)  # the sweep drops the other uploads of it
        _settle(begun.task, state=ImageState.REJECTED, failure_code=failure_code)


def _settle_ours(begun: Begun, *, state: ImageState, failure_code: str | None = None) -> None:
    """End the processing of a picture where it is still ours: it may have been sent anew."""
    with begun.lease.held:
        values: dict[str, Any] = {} if failure_code is None else {"failure_code": failure_code}
        _settle(begun.task, *is_ours(begun), state=state, **values)


def _settle(
    task: PictureStored,
    *only: ColumnElement[bool],
    state: ImageState,
    fingerprint: bytes | None = None,
    **values: object,
) -> bool:
    """End the processing of a picture; False when somebody else had ended it before.

    What was processed counts whoever is at it: the same row has the same bytes. Where a person
    corrected what the file says, a trigger notes the file's and lets theirs count (0037).
    """
    version = DECODER_VERSION if state in _KEPT else 0
    settled = db.session.execute(
        update(Image)
        .where(Image.id == task.image_id, Image.state == ImageState.PROCESSING, *only)
        .values(state=state, leased_until=None, decoder_version=version, **values)
        .returning(Image.owner_id, Image.place_is_named().label("is_named"))
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if settled is not None and settled.is_named:
        index_images([task.image_id])
    elif settled is not None:  # its person has said where it was taken
        name_places(Owner(settled.owner_id), [task.image_id])
    if settled is not None and state is ImageState.READY:
        keep_fingerprint(task.user_id, task.image_id, fingerprint)
    db.session.commit()
    if settled is not None and state in _TOLD:
        count(_TOLD[state])
    if settled is not None and state in STACKABLE:
        stack_arrived(task.user_id, task.image_id)
    return settled is not None


def _wants_descriptions(user_id: UUID) -> bool:
    wanted = db.session.scalar(
        select(User.descriptions_enabled_at.is_not(None)).where(User.id == user_id)
    )
    return bool(wanted)
