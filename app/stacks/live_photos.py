"""Join the video of a Live Photo with its still: [Note: Live Photos] in app/images/models.py.

Apple gives both files one content identifier. Where one of the two has none, since a program took
it out, their names and times say it. They may come in any order, on any day: whoever of the two
arrives last finds the other, and until then a video is one of its own. Whoever joins has the lock
of [Note: One after the other] in automatic.py.

What guests sent is half of nothing: a guest can write any identifier, name and time into a file,
and whoever sees that still could then play a video of the owner's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Uuid,
    any_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import aliased

from app.database import db
from app.images.collected_models import CollectedImage
from app.images.models import DescriptionState, Image, ImageState
from app.stacks.members import among, lock_with_members
from app.stacks.models import ImageShot, ImageToStack
from app.stacks.names import stem_of

# A video begins a moment before its still, and some programs write the time of its end.
SAME_MOMENT_WITHIN = timedelta(seconds=5)
# Apple's play for three seconds, others for less than ten: what is longer, or does not say how long
# it is, is a video of its own beside a photo or a thumbnail of its name.
_MAX_MILLISECONDS = 10_000
# Of one identifier, or of one name at one time. There are two, and copies.
_MAX_CANDIDATES = 20
_VIDEO = "video "  # before the key of a video's name: so it is in no stack with its still
_OFFSETS = timedelta(hours=15)  # between two clocks of one moment


@dataclass(frozen=True)
class _File:
    """A still or a video that may be half of a Live Photo."""

    id: UUID
    name: str
    content_type: str
    identifier: str | None
    taken_at: datetime | None
    offset: int | None
    milliseconds: int | None
    timeline_at: datetime

    @property
    def is_video(self) -> bool:
        return self.content_type.startswith("video/")


def key_of_video(name: str) -> str:
    """Return the key by which a still finds a video of its name; never one of a stack."""
    return _VIDEO + stem_of(name)


def join_live_photos(owner_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Join those of these images that are halves of Live Photos; return the videos that were.

    Safe to repeat. The caller has the lock of their owner, and commits.
    """
    joined = []
    for file in _files(owner_id, _is_free(), among(ids)):
        others = [other for other in _others(owner_id, file) if _belong(file, other)]
        others.sort(key=lambda other: (_distance(file, other), other.id))
        if others:
            still, video = (others[0], file) if file.is_video else (file, others[0])
            if _join(owner_id, still, video):
                joined.append(video.id)
    return joined


def _is_free() -> ColumnElement[bool]:
    """Return the condition that a file may be a half, and is no half of anything yet."""
    is_video = Image.is_video()
    is_shown = Image.state == ImageState.READY
    # A still that opens in part has a moving part all the same; a video that does is kept apart.
    is_damaged = (Image.state == ImageState.DAMAGED) & ~is_video
    # By the id of the row that a guest made: of what they sent again its owner had the file before.
    is_of_guest = exists().where(CollectedImage.id == Image.id)
    is_there = Image.deleted_at.is_(None) & Image.moving_part_id.is_(None) & ~is_of_guest
    return (is_shown | is_damaged) & is_there


def _files(owner_id: UUID, *conditions: ColumnElement[bool]) -> list[_File]:
    rows = db.session.execute(
        select(
            Image.id,
            Image.name,
            Image.content_type,
            Image.content_identifier,
            Image.taken_at,
            Image.taken_offset_minutes,
            Image.motion_milliseconds,
            Image.timeline_at,
        ).where(Image.owner_id == owner_id, *conditions)
    )
    return [_File(*row) for row in rows]


def _others(owner_id: UUID, file: _File) -> list[_File]:
    """Return a few that may be the other half of a file."""
    found: set[UUID] = set()
    if file.identifier:
        found |= set(
            db.session.scalars(
                select(Image.id)
                .where(
                    Image.owner_id == owner_id,
                    Image.content_identifier == file.identifier,
                    Image.id != file.id,
                )
                .limit(_MAX_CANDIDATES)
            )
        )
    # First those whose clocks agree: a counter begins anew, and names come again on one day.
    for within in (SAME_MOMENT_WITHIN, SAME_MOMENT_WITHIN + _OFFSETS):
        found |= _of_name(owner_id, file, within=within)
        if others := _files(owner_id, _is_free(), among(list(found))) if found else []:
            return others
    return []


def _of_name(owner_id: UUID, file: _File, *, within: timedelta) -> set[UUID]:
    if file.taken_at is None:
        return set()
    key = stem_of(file.name) if file.is_video else key_of_video(file.name)
    near = ImageShot.taken_at.between(file.taken_at - within, file.taken_at + within)
    few = select(ImageShot.image_id).where(
        ImageShot.owner_id == owner_id, ImageShot.key == key, near
    )
    return set(db.session.scalars(few.limit(_MAX_CANDIDATES)))


def _belong(one: _File, other: _File) -> bool:
    """Whether two files are halves of one Live Photo."""
    if one.is_video == other.is_video:
        return False
    if one.identifier and other.identifier:
        return one.identifier == other.identifier
    if stem_of(one.name) != stem_of(other.name):
        return False
    video = one if one.is_video else other
    if not 0 < (video.milliseconds or 0) <= _MAX_MILLISECONDS:
        return False
    return _distance(one, other) <= SAME_MOMENT_WITHIN


def _distance(one: _File, other: _File) -> timedelta:
    """How far apart two were taken: by the clock of Greenwich where both know it."""
    if one.taken_at is None or other.taken_at is None:
        return timedelta.max
    apart = one.taken_at - other.taken_at
    if one.offset is not None and other.offset is not None:
        apart -= timedelta(minutes=one.offset - other.offset)
    return abs(apart)


def _join(owner_id: UUID, still: _File, video: _File) -> bool:
    """Join two; False where one of them is gone or taken meanwhile."""
    lock_with_members(owner_id, [still.id, video.id])
    free = _files(owner_id, _is_free(), among([still.id, video.id]))
    if len(free) < 2:  # noqa: PLR2004 - both
        return False
    set_columns(
        owner_id,
        [video.id],
        state=ImageState.JOINED,
        failure_code=None,
        # Beside its still in copies and folders.
        timeline_at=still.timeline_at,
        stack_id=None,
        stack_rank=None,
        stack_reason=None,
        # Its still is described.
        description_state=case(
            (Image.description_state == DescriptionState.WAITING, DescriptionState.NONE),
            else_=Image.description_state,
        ),
    )
    _give(owner_id, still.id, video.id, video.milliseconds)
    return True


def _give(owner_id: UUID, still_id: UUID, video_id: UUID, milliseconds: int | None) -> None:
    set_columns(
        owner_id,
        [still_id],
        moving_part_id=video_id,
        motion_milliseconds=func.coalesce(Image.motion_milliseconds, milliseconds),
    )


def hand_over(owner_id: UUID, still_id: UUID, others: Sequence[UUID]) -> UUID | None:
    """Give a still that may have one the video of one of these; return whose it was.

    Where both say what they belong to, it is the same. The caller has locked the stills, and
    commits.
    """
    (still,) = _files(owner_id, _has_room(), among([still_id])) or (None,)
    if still is None or not others:
        return None
    video = aliased(Image)
    belongs: ColumnElement[bool] = true()
    if still.identifier:
        belongs = func.coalesce(video.content_identifier, still.identifier) == still.identifier
    found = db.session.execute(
        select(Image.id, Image.moving_part_id, Image.motion_milliseconds)
        .join(video, (video.id == Image.moving_part_id) & (video.owner_id == Image.owner_id))
        .where(Image.owner_id == owner_id, among(others), video.deleted_at.is_(None), belongs)
        # First that of the same identifier; where neither has one, that of the first.
        .order_by((video.content_identifier == still.identifier).desc().nulls_last(), Image.id)
        .limit(1)
    ).one_or_none()
    if found is None or found.moving_part_id is None:
        return None
    _take(owner_id, [found.moving_part_id])
    _give(owner_id, still_id, found.moving_part_id, found.motion_milliseconds)
    set_columns(owner_id, [found.moving_part_id], timeline_at=still.timeline_at)
    whose: UUID = found.id
    return whose


def _has_room() -> ColumnElement[bool]:
    """Return the condition that a still may be given a video."""
    return _is_free() & ~Image.is_video() & Image.motion_bytes.is_(None)


def set_columns(owner_id: UUID, ids: Sequence[UUID], **values: object) -> None:
    """Set columns of a person's images to the same values."""
    if ids:
        db.session.execute(
            update(Image)
            .where(Image.owner_id == owner_id, among(ids))
            .values(values)
            .execution_options(synchronize_session=False)
        )


def moving_parts_of(owner_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Return the videos that are joined with these stills."""
    if not ids:
        return []
    parts = select(Image.moving_part_id).where(
        Image.owner_id == owner_id, among(ids), Image.moving_part_id.is_not(None)
    )
    return [each for each in db.session.scalars(parts) if each is not None]


def part_from_stills(owner_id: UUID, ids: Sequence[UUID]) -> None:
    """Make videos of Live Photos videos of their own again. The caller has locked these."""
    _take(owner_id, ids)
    set_columns(owner_id, ids, state=ImageState.READY)


def _take(owner_id: UUID, ids: Sequence[UUID]) -> None:
    """Take videos from the stills that they are joined with."""
    if not ids:
        return
    of_these = Image.moving_part_id == any_(literal(list(ids), ARRAY(Uuid())))
    db.session.execute(
        update(Image)
        .where(Image.owner_id == owner_id, of_these)
        .values(
            moving_part_id=None,
            motion_milliseconds=case(
                (Image.motion_bytes.is_not(None), Image.motion_milliseconds), else_=None
            ),
        )
        .execution_options(synchronize_session=False)
    )


def look_again(owner_id: UUID, ids: Sequence[UUID]) -> None:
    """Have the sweep look for other halves of images that are back from Recently deleted."""
    which = literal(list(ids), ARRAY(Uuid()))
    halves = select(Image.id, Image.owner_id).where(
        Image.owner_id == owner_id,
        Image.id == any_(which),
        Image.moving_part_id.is_(None),
        or_(Image.content_identifier.is_not(None), Image.is_video()),
    )
    db.session.execute(
        insert(ImageToStack).from_select(["image_id", "owner_id"], halves).on_conflict_do_nothing()
    )
