"""Members copy pictures of a shared album into their own library: "save to my library".

[Note: What is saved] The original, where members may save originals; else the preview, which is
what they see. The copy is a picture of whoever saves it, with rows of its own: it is in their
prefix, counts for their quota and stays when they leave. Beside what is written in the file it gets
the file's name and the day, where the album shows these, and nothing else: the owner's words,
places, corrections and albums stay the owner's.

[Note: A copy is an upload] A row is reserved with the checksum first, as for an upload; then S3
copies, and tells the worker, which compares and opens the bytes as those of any upload. So whatever
dies in between leaves what an upload leaves that was broken off: saving again goes on with the same
row, and else the sweep forgets it after a day. docs/decisions/0132-save-to-my-library.md.

[Note: One save of a person at a time] Whoever saves waits for S3 in a thread, with no seat, since
that would take a connection. So a row of `rate_limits` says that a save of theirs is under way, a
process has MAX_SAVES of all people under way, and pictures of which S3 is asked are counted, as for
uploads: [Note: Asking S3].
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Literal
from uuid import UUID

from sqlalchemy.exc import OperationalError

from app.accounts.models import User
from app.accounts.rate_limits.limiter import (
    count_within,
    give_back,
    give_several_back,
    take_several,
)
from app.accounts.rate_limits.policies import PICTURES_SAVED, SAVES_UNDER_WAY
from app.accounts.rate_limits.seats import take_seat
from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.copies import MAX_COPIED, Copier, Copy, read_preview
from app.clients.aws.image_store import PREVIEWS, Part
from app.clients.aws.multipart_uploads import PartUploads
from app.clients.aws.presigned_urls import UserAccess
from app.database import db, is_lock_timeout
from app.errors import NotFoundError, TooManyAtOnceError
from app.images.hidden_name import hidden_name
from app.images.listing import Shown
from app.images.turns import TURN_EACH_BATCH, move_turn
from app.members.contents import SeenImage, session_of
from app.messages import PictureStored
from app.processing.lease import note_stored
from app.text import split_extension
from app.uploads.asking_s3 import count_asked
from app.uploads.create import (
    Existing,
    QuotaReservation,
    Refused,
    Reserved,
    refusal,
    require_few_unfinished,
    reserve,
)
from app.uploads.discarded import require_few_discarded
from app.uploads.multipart import drop_parts
from app.uploads.schemas import NewImage

log = logging.getLogger(__name__)

# Whoever asks waits: API Gateway for 30 s. S3 is asked nothing more after 12, and is not waited
# for after 24.
SECONDS_TO_BEGIN = 12.0
SECONDS_IN_ALL = 24.0
# For one picture: one that hangs leaves time for others, else the same ten would fail each time.
SECONDS_FOR_ONE = 5.0
# Of all people together, in a process: of its 8 threads some answer others.
MAX_SAVES = 3
_SAVES = BoundedSemaphore(MAX_SAVES)

# Looks one picture up among those that whoever saves may see; raises NotFoundError for others.
See = Callable[[UUID], SeenImage]
Outcome = Literal["saved", "exists", "restored", "refused", "gone", "later"]


@dataclass(frozen=True, kw_only=True)
class _Source:
    """Which object is copied, and as what; `day` is when it was taken, as the album says."""

    image_id: UUID
    owner_id: UUID
    part: Part
    etag: str
    new: NewImage
    day: datetime | None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an upload may be, as the settings say."""

    max_bytes: int
    quota_bytes: int | None


class _Time:
    """How long S3 may be asked and waited for, from now on."""

    def __init__(self, *, one_seconds: float = SECONDS_FOR_ONE) -> None:
        self._began = time.monotonic()
        self._one_seconds = one_seconds

    def is_up(self) -> bool:
        return time.monotonic() > self._began + SECONDS_TO_BEGIN

    def for_one(self) -> float:
        left = self._began + SECONDS_IN_ALL - time.monotonic()
        return max(min(left, self._one_seconds), 0)


def save(
    user: User,
    see: See,
    ids: Sequence[UUID],
    *,
    access: UserAccess,
    uploads: PartUploads,
    limits: Limits,
) -> list[Shown]:
    """Copy pictures that a person sees into their library; commits. Safe to repeat.

    Returns what came of each as the API's SavedImageOut, in the order of `ids`.

    Raises:
        TooManyUploadsError, TooMuchDiscardedError: as for uploads.
        TooManyAtOnceError: a save of this person is under way, or S3 was asked of many pictures.
        TooManyRequestsError: many were saved.
    """
    require_few_discarded(user)
    with _one_at_a_time(user.id):
        answers = _save(user, see, ids, access=access, uploads=uploads, limits=limits)
    return [answers[each] for each in ids]


@contextmanager
def _one_at_a_time(user_id: UUID) -> Iterator[None]:
    """See [Note: One save of a person at a time]; commits."""
    if not _SAVES.acquire(blocking=False):
        raise TooManyAtOnceError
    try:
        with _counted(user_id):
            yield
    finally:
        _SAVES.release()


@contextmanager
def _counted(user_id: UUID) -> Iterator[None]:
    if count_within(SAVES_UNDER_WAY, of=str(user_id)) is None:
        db.session.rollback()
        raise TooManyAtOnceError
    db.session.commit()
    try:
        yield
    finally:
        db.session.rollback()
        give_back(SAVES_UNDER_WAY, of=str(user_id))
        db.session.commit()


def _save(
    user: User,
    see: See,
    ids: Sequence[UUID],
    *,
    access: UserAccess,
    uploads: PartUploads,
    limits: Limits,
) -> dict[UUID, Shown]:
    """Copy pictures that a person sees; return what came of each."""
    user_id, clock = user.id, _Time()
    answers: dict[UUID, Shown] = {}
    wanted: dict[UUID, _Wanted] = {}
    for image_id in dict.fromkeys(ids):
        try:
            found = _want(see, image_id)
        except NotFoundError:
            answers[image_id] = _answer(image_id, "gone")
            continue
        if found.owner_id == user_id:
            answers[image_id] = _answer(image_id, "exists", to_id=image_id)
        else:
            wanted[image_id] = found
    count_asked(user_id, sum(each.original is None for each in wanted.values()))
    db.session.commit()  # what follows waits for the outside
    sources = _look(wanted, access=access, clock=clock)
    answers |= {each: _answer(each, "later") for each in wanted if each not in sources}
    take_seat(user_id)
    reserved = _reserve(user, sources, answers, uploads=uploads, limits=limits)
    copied = _copy(user_id, sources, reserved, access=access, uploads=uploads, clock=clock)
    if len(copied) < len(reserved):
        give_several_back(PICTURES_SAVED, of=str(user_id), amount=len(reserved) - len(copied))
        db.session.commit()
    # S3 tells the worker, too; but whoever takes this back at once is to find them there.
    try:
        note_stored(
            user_id, [PictureStored(user_id=user_id, image_id=reserved[each]) for each in copied]
        )
    except OperationalError as error:
        if not is_lock_timeout(error):
            raise
        db.session.rollback()  # S3's own word will do
    for image_id, to_id in reserved.items():
        outcome: Outcome = "saved" if image_id in copied else "later"
        answers[image_id] = _answer(image_id, outcome, to_id=to_id)
    return answers


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """A picture that somebody sees, and what may be had of it."""

    owner_id: UUID
    name: str
    day: datetime | None
    original: tuple[str, int, bytes] | None  # type, bytes, SHA-256; None: the preview it is
    preview_format: str


def _want(see: See, image_id: UUID) -> _Wanted:
    seen = see(image_id)
    is_original = seen.allow_originals
    preview_type = "image/jpeg" if seen.preview_format == "jpg" else "image/webp"
    name = hidden_name(image_id, seen.content_type if is_original else preview_type)
    if seen.show_names:
        stem = split_extension(seen.name)[0]
        name = seen.name if is_original else f"{stem}.{seen.preview_format}"
    # Members see a day: noon of it, since a date without a time would be the day's first.
    noon = seen.timeline_at.replace(hour=12, minute=0, second=0, microsecond=0)
    return _Wanted(
        owner_id=seen.owner_id,
        name=name,
        day=noon if seen.show_dates else None,
        original=(seen.content_type, seen.byte_size, bytes(seen.sha256)) if is_original else None,
        preview_format=seen.preview_format,
    )


def _look(
    wanted: Mapping[UUID, _Wanted], *, access: UserAccess, clock: _Time
) -> dict[UUID, _Source]:
    """Return what is to be copied; of previews no row knows size and checksum, so they are read."""
    sources = {}
    for image_id, each in wanted.items():
        part: Part = "original"
        etag = ""
        if each.original is not None:
            content_type, size, digest = each.original
        else:
            part = preview = PREVIEWS[each.preview_format]
            content_type = "image/jpeg" if each.preview_format == "jpg" else "image/webp"
            session = session_of(each.owner_id)
            if clock.is_up():
                continue
            try:
                content, etag = read_preview(
                    access,
                    session,
                    each.owner_id,
                    image_id,
                    preview=preview,
                    patience=clock.for_one(),
                )
            except AwsUnavailableError as error:
                log.warning("a preview is saved later: %s", error)
                continue
            size, digest = len(content), sha256(content).digest()
        new = NewImage(
            name=each.name,
            size=size,
            content_type=content_type,
            sha256=digest.hex(),
        )
        sources[image_id] = _Source(
            image_id=image_id,
            owner_id=each.owner_id,
            part=part,
            etag=etag,
            new=new,
            day=each.day,
        )
    return sources


def _reserve(
    user: User,
    sources: Mapping[UUID, _Source],
    answers: dict[UUID, Shown],
    *,
    uploads: PartUploads,
    limits: Limits,
) -> dict[UUID, UUID]:
    """Reserve a row for each that is not there yet; return which is whose, and commit."""
    room = QuotaReservation(user, quota_bytes=limits.quota_bytes)
    reserved: dict[UUID, UUID] = {}
    abandoned = []
    # In the order of the checksums, so that two batches at once cannot wait for each other.
    for image_id, source in sorted(sources.items(), key=lambda item: item[1].new.sha256):
        found = refusal(source.new, max_bytes=limits.max_bytes) or reserve(
            user, source.new, room=room
        )
        match found:
            case Refused(code=code, detail=detail):
                answers[image_id] = _answer(image_id, "refused", code=code, detail=detail)
            case Existing(image_id=there, restored=restored):
                outcome: Outcome = "restored" if restored else "exists"
                answers[image_id] = _answer(image_id, outcome, to_id=there)
            case Reserved(image=image, abandoned=upload_id):
                reserved[image_id] = image.id
                # Not in `new`: people date scans by years that no clock of a file may say.
                image.taken_hint = source.day
                if upload_id is not None:
                    abandoned.append((image.id, upload_id))
    if reserved:
        require_few_unfinished(user)
        # Previews were counted when they were read.
        count_asked(user.id, sum(sources[each].part == "original" for each in reserved))
        take_several(PICTURES_SAVED, of=str(user.id), amount=len(reserved))
    db.session.commit()
    if reserved:
        # By itself, since the worker moves the same row.
        move_turn(user.id, by=TURN_EACH_BATCH)
        db.session.commit()
    if abandoned:
        drop_parts(user, abandoned, uploads=uploads)
    return reserved


def _copy(
    user_id: UUID,
    sources: Mapping[UUID, _Source],
    reserved: Mapping[UUID, UUID],
    *,
    access: UserAccess,
    uploads: PartUploads,
    clock: _Time,
) -> set[UUID]:
    """Copy until time is up; return what is there. No transaction is open."""
    copied: set[UUID] = set()
    for owner_id, copies in _by_session(sources, reserved):
        if clock.is_up():
            break
        try:
            copier = Copier(access, owner_id, user_id, copies)
        except AwsUnavailableError as error:
            log.warning("pictures are saved later: %s", error)
            continue
        for each in copies:
            if clock.is_up():
                return copied
            try:
                is_there = copier.copy(each, patience=clock.for_one()) or uploads.has_original(
                    user_id, each.to_image_id, patience=clock.for_one()
                )
            except AwsUnavailableError as error:
                log.warning("a picture is saved later: %s", error)
                continue
            if is_there:
                copied.add(each.image_id)
    return copied


def _by_session(
    sources: Mapping[UUID, _Source], reserved: Mapping[UUID, UUID]
) -> list[tuple[UUID, list[Copy]]]:
    """Put together what one session may copy: of one owner, and as much as its policy holds."""
    of: dict[UUID, list[Copy]] = {}
    for image_id, to_id in reserved.items():
        source = sources[image_id]
        of.setdefault(source.owner_id, []).append(
            Copy(
                image_id=image_id,
                part=source.part,
                etag=source.etag,
                to_image_id=to_id,
                content_type=source.new.content_type,
            )
        )
    return [
        (owner_id, copies[start : start + MAX_COPIED])
        for owner_id, copies in of.items()
        for start in range(0, len(copies), MAX_COPIED)
    ]


def _answer(
    image_id: UUID,
    outcome: Outcome,
    *,
    to_id: UUID | None = None,
    code: str | None = None,
    detail: str | None = None,
) -> Shown:
    return {
        "id": str(image_id),
        "outcome": outcome,
        "image_id": str(to_id) if to_id else None,
        "code": code,
        "detail": detail,
    }
