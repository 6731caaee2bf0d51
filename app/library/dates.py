"""Changing when many pictures were taken: set, shifted, given a zone, or as their files say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.accounts.models import User
from app.errors import FieldError, ValidationFailedError
from app.images.corrections import Dated, Taken, correct_taken, dates_of
from app.images.schemas import EARLIEST_YEAR, LATEST_YEAR
from app.library.batch_schemas import BatchAction, BatchIn, PickedImages

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


def require_fields_of_dates(wanted: BatchIn) -> None:
    """Refuse a change of many pictures whose fields of dates are not those of its action.

    Raises:
        ValidationFailedError: one is missing, or is not meant; or pictures are not named.
    """
    meant = _FIELDS.get(wanted.action)
    for field in filter(None, _FIELDS.values()):
        is_given = getattr(wanted, field) is not None
        if is_given and field != meant:
            raise _wrong(field, f"This is not meant with {wanted.action}.")
        if not is_given and field == meant:
            raise _wrong(field, f"Say this with {wanted.action}.")
    if wanted.action not in _FIELDS:
        return
    if not isinstance(wanted.images, PickedImages):
        raise _wrong("images", "Name the pictures by images.ids.")
    before = wanted.taken_before
    if before and not len(before.at) == len(before.offset_minutes) == len(wanted.images.ids):
        raise _wrong("taken_before", "Give one of each for each of images.ids.")


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
    dates = dates_of(user, ids)
    if wanted.taken_before is not None:
        taken = _restored(wanted, ids)
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


def _restored(wanted: BatchIn, ids: Sequence[UUID]) -> dict[UUID, Taken | None]:
    before = wanted.taken_before
    assert before is not None  # noqa: S101 - see require_fields_of_dates
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
        raise _wrong("shift_seconds", message)
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


def _wrong(field: str, message: str) -> ValidationFailedError:
    return ValidationFailedError(
        errors=(FieldError(location="body", field=field, message=message),)
    )
