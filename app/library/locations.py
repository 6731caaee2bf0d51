"""Change where many images were taken: set a place, take it away, or reset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import User
from app.database import db
from app.images.correction_models import Correction
from app.images.corrections import Location, correct_locations
from app.images.models import SHOWN, Image
from app.library.batch_fields import require_fields
from app.library.batch_schemas import BatchAction, BatchIn, LocationBefore, PickedImages
from app.library.selection import among, wrong_field
from app.places.naming import name_places

_FIELDS: Mapping[BatchAction, str | None] = {
    "set_location": "location",
    "reset_location": None,
    "restore_location": "location_before",
}
OF_LOCATIONS: tuple[BatchAction, ...] = tuple(_FIELDS)


@dataclass(frozen=True, kw_only=True)
class ChangedLocations:
    """What changing places did.

    Args:
        ids: of images of which a person says otherwise than before.
        before: what they had said of each of these, as the API's LocationBefore.
    """

    ids: list[UUID]
    before: dict[str, list[Any]]


def require_fields_of_locations(wanted: BatchIn) -> None:
    """Refuse a change of many images whose fields of places are not those of its action.

    Raises:
        ValidationFailedError: one is missing, or is not meant; or images are not named.
    """
    images = require_fields(wanted, _FIELDS)
    if images is not None and wanted.location_before is not None:
        _require_one_for_each(wanted.location_before, images)


def _require_one_for_each(before: LocationBefore, images: PickedImages) -> None:
    columns = (before.corrected, before.latitude, before.longitude)
    if {len(column) for column in columns} != {len(images.ids)}:
        raise wrong_field("location_before", "Give one of each for each of images.ids.")
    places = zip(before.latitude, before.longitude, strict=True)
    if any((latitude is None) != (longitude is None) for latitude, longitude in places):
        raise wrong_field("location_before", "Give both latitude and longitude, or null for both.")


def change_locations(user: User, wanted: BatchIn, ids: Sequence[UUID]) -> ChangedLocations:
    """Change where images were taken, of those that have arrived.

    Args:
        user: whose they are.
        wanted: an action on places, with its field.
        ids: of images that are locked.
    """
    said = _said_of(user, ids)
    new = _new(wanted, ids)
    changes = {
        image_id: new[image_id]
        for image_id, before in said.items()
        if image_id in new and new[image_id] != before
    }
    correct_locations(user, changes)
    name_places(user, list(changes))
    before = [said[image_id] for image_id in changes]
    return ChangedLocations(
        ids=list(changes),
        before={
            "corrected": [place is not None for place in before],
            "latitude": [place[0] if place else None for place in before],
            "longitude": [place[1] if place else None for place in before],
        },
    )


def _said_of(user: User, ids: Sequence[UUID]) -> dict[UUID, Location | None]:
    """Return where a person says that images were taken; None: what the file says counts."""
    rows = db.session.execute(
        select(Image.id, Correction.has_location, Correction.latitude, Correction.longitude)
        .outerjoin(Correction, Correction.image_id == Image.id)
        .where(Image.owned_by(user), among(ids), Image.state.in_(SHOWN))
    )
    return {
        image_id: (latitude, longitude) if has_location else None
        for image_id, has_location, latitude, longitude in rows
    }


def _new(wanted: BatchIn, ids: Sequence[UUID]) -> dict[UUID, Location | None]:
    if wanted.location_before is not None and isinstance(wanted.images, PickedImages):
        before = wanted.location_before
        said = zip(before.corrected, before.latitude, before.longitude, strict=True)
        return {
            image_id: (latitude, longitude) if is_corrected else None
            for image_id, (is_corrected, latitude, longitude) in zip(
                wanted.images.ids, said, strict=True
            )
        }
    location = wanted.location
    place = (location.latitude, location.longitude) if location else None
    return dict.fromkeys(ids, place)
