"""Change the capture dates of many images: set, shift, set the time zone, or reset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.accounts.models import User
from app.database import db
from app.images.correction_models import Correction
from app.images.corrections import Taken, correct_taken
from app.images.models import SHOWN, Image, ImageState
from app.images.schemas import EARLIEST_YEAR, LATEST_YEAR
from app.library.batch_fields import require_fields
from app.library.batch_schemas import BatchAction, BatchIn, PickedImages, TakenBefore
from app.library.selection import among, wrong_field

_FIELDS: Mapping[BatchAction, str | None] = {
    "set_taken": "taken",
    "shift_taken": "shift_seconds",
    "set_offset": "offset_minutes",
    "reset_taken": None,
    "restore_taken": "taken_before",
}


@dataclass(frozen=True, kw_only=True)
class ChangedDates:
    """What changing dates did.

    Args:
        ids: of pictures that are dated otherwise than before.
        before: what a person had said of each of these, as the API's TakenBefore.
    """

    ids: list[UUID]
    before: dict[str, list[Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """When an image counts as taken.

    Args:
        at: its place in the timeline: a wall clock without a zone.
        offset_minutes: of that clock from UTC; None: not known.
        corrected: what a person says; None: what the file says counts.
        is_known: whether a person or the file has said so; until then it is when it was uploaded.
    """

    is_known: bool
    at: datetime
    offset_minutes: int | None
    corrected: Taken | None


def _dates_of(user: User, ids: Sequence[UUID]) -> dict[UUID, Dated]:
    """Return when images were taken, of those of a person's that have arrived."""
    rows = db.session.execute(
        select(
            Image.id,
            Image.timeline_at,
            Image.taken_offset_minutes,
            func.coalesce(Correction.has_taken, False),
            (Image.state == ImageState.PROCESSING) & Image.receipt_at.is_(None),
        )
        .outerjoin(Correction, Correction.image_id == Image.id)
        .where(
            Image.owned_by(user),
            among(ids),
            Image.state.in_(SHOWN),
        )
    )
    return {
        image_id: Dated(
            at=at,
            offset_minutes=offset,
            corrected=Taken(at=at, offset_minutes=offset) if is_corrected else None,
            is_known=is_corrected or not is_new,
        )
        for image_id, at, offset, is_corrected, is_new in rows
    }


def require_fields_of_dates(wanted: BatchIn) -> None:
    """Refuse a change of many pictures whose fields of dates are not those of its action.

    Raises:
        ValidationFailedError: one is missing, or is not meant; or pictures are not named.
    """
    images, before = require_fields(wanted, _FIELDS), wanted.taken_before
    if images is None or before is None:
        return
    if not len(before.at) == len(before.offset_minutes) == len(images.ids):
        raise wrong_field("taken_before", "Give one of each for each of images.ids.")


def change_dates(user: User, wanted: BatchIn, ids: Sequence[UUID]) -> ChangedDates:
    """Change when pictures were taken, of those that have arrived.

    One whose file was not read yet is not shifted and gets no zone: its date is not known.

    Args:
        user: whose they are.
        wanted: an action on dates, with its field.
        ids: of pictures that are locked.

    Raises:
        ValidationFailedError: a picture would be taken before there was photography, or in the
            far future; nothing was changed.
    """
    dates = _dates_of(user, ids)
    if wanted.taken_before is not None:
        taken = _restored(wanted, wanted.taken_before)
    else:
        new = _NEW[wanted.action]
        taken = {image_id: new(dated, wanted) for image_id, dated in dates.items()}
    changes = {
        image_id: said
        for image_id, said in taken.items()
        if image_id in dates and said != dates[image_id].corrected
    }
    correct_taken(user, changes)
    before = [dates[image_id].corrected for image_id in changes]
    return ChangedDates(
        ids=list(changes),
        before={
            "at": [said.at.isoformat() if said else None for said in before],
            "offset_minutes": [said.offset_minutes if said else None for said in before],
        },
    )


def _restored(wanted: BatchIn, before: TakenBefore) -> dict[UUID, Taken | None]:
    ids = wanted.images.ids if isinstance(wanted.images, PickedImages) else []
    said = zip(before.at, before.offset_minutes, strict=True)
    return {
        image_id: None if at is None else Taken(at=at, offset_minutes=offset)
        for image_id, (at, offset) in zip(ids, said, strict=True)
    }


def _set(_: Dated, wanted: BatchIn) -> Taken | None:
    said = wanted.taken
    return Taken(at=said.at, offset_minutes=said.offset_minutes) if said else None


def _shifted(dated: Dated, wanted: BatchIn) -> Taken | None:
    """Shift the clock of a camera that was set wrongly; its zone stays."""
    if not (wanted.shift_seconds and dated.is_known):
        return dated.corrected
    try:
        at = dated.at + timedelta(seconds=wanted.shift_seconds)
    except OverflowError:
        at = dated.at.replace(year=LATEST_YEAR + 1)
    if not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        message = f"A picture would be taken before {EARLIEST_YEAR} or after {LATEST_YEAR}."
        raise wrong_field("shift_seconds", message)
    return Taken(at=at.replace(microsecond=0), offset_minutes=dated.offset_minutes)


def _by_another_clock(dated: Dated, wanted: BatchIn) -> Taken | None:
    """Say from which zone the clock is; what it shows stays."""
    if not dated.is_known:
        return None
    return Taken(at=dated.at.replace(microsecond=0), offset_minutes=wanted.offset_minutes)


def _as_the_file_says(_: Dated, __: BatchIn) -> Taken | None:
    return None


_NEW: Mapping[BatchAction, Callable[[Dated, BatchIn], Taken | None]] = {
    "set_taken": _set,
    "shift_taken": _shifted,
    "set_offset": _by_another_clock,
    "reset_taken": _as_the_file_says,
}
