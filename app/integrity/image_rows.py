"""Rows of images for the integrity check, in the order in which S3 lists their objects."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, true

from app.clients.aws.bucket_versions import Part, Place
from app.clients.aws.image_store import MOTION, PREVIEWS
from app.database import db
from app.images.bare_models import BareOriginal, BareState
from app.images.failure_messages import BROKEN, OURS
from app.images.listing import AnyRow
from app.images.models import STORED, Image
from app.images.sidecar_models import Sidecar, was_never_written
from app.media.results import DECODER_VERSION


@dataclass(frozen=True, kw_only=True)
class Row:
    """What the database says of a picture."""

    place: Place
    state: str
    sha256: bytes
    size: int
    has_preview: bool
    preview: str
    has_motion: bool
    has_bare: bool
    owes_sidecar: bool
    failure: str | None
    decoder_version: int

    @property
    def deserves_another_try(self) -> bool:
        """Whether it was given up for no fault of its own, or not shown by decoders of before.

        Older decoders called files broken that were only of a kind they did not know.
        """
        is_old = self.decoder_version < DECODER_VERSION and self.failure in OURS | BROKEN
        return self.failure == "processing_failed" or is_old

    def has_derived(self, parts: list[Part]) -> bool:
        """Whether all that it promises beside the original is among the parts of a place."""
        names = {part.name for part in parts}
        is_seen = not self.has_preview or {"thumbnail.webp", self.preview} <= names
        return is_seen and (not self.has_motion or MOTION in names)

    @property
    def promises(self) -> bool:
        """Whether its original must be there; other states are the sweep's business."""
        return self.state in STORED


def read_rows(
    *, after: Place | None = None, most: int = 1, only: Place | None = None
) -> Iterator[Row]:
    """Read rows in the order of places; `only` one of them, and that locked."""
    query: Any = select(
        Image.owner_id,
        Image.id,
        Image.state,
        Image.sha256,
        Image.byte_size,
        Image.has_preview,
        Image.preview_format,
        Image.motion_bytes.is_not(None),
        exists().where(BareOriginal.image_id == Image.id, BareOriginal.state == BareState.MADE),
        or_(exists().where(Sidecar.image_id == Image.id), was_never_written()),
        Image.failure_code,
        Image.decoder_version,
    )
    if only:
        query = query.where(Image.id == only.image_id, Image.owner_id == only.user_id)
        query = query.with_for_update()
    found: list[AnyRow] = []
    for part in places_between(after, None):
        rows = query.where(part).order_by(Image.owner_id, Image.id).limit(most - len(found))
        found += db.session.execute(rows).all()
        if len(found) == most:
            break
    if not only:
        db.session.rollback()  # what follows waits for the outside
    for row in found:
        owner_id, image_id, state, sha256, size, has_preview, preview_format, *more = row
        has_motion, has_bare, owes_sidecar, failure, decoder_version = more
        yield Row(
            place=Place(user_id=owner_id, image_id=image_id),
            state=state,
            sha256=sha256,
            size=size,
            has_preview=has_preview,
            preview=PREVIEWS[preview_format],
            has_motion=has_motion,
            has_bare=has_bare,
            owes_sidecar=owes_sidecar,
            failure=failure,
            decoder_version=decoder_version,
        )


def places_between(after: Place | None, until: Place | None) -> list[ColumnElement[bool]]:
    """Return conditions that one after the other match the rows between two places.

    [Note: Rows between places] No index has the order of places: (owner, id) > (x, y) as one
    condition reads all rows of x, for each slice of a library anew. Of one owner a range of ids is
    read by the primary key.

    Args:
        after: right before the first one; None: from the beginning.
        until: the last one; None: to the end.
    """
    if after and until and after.user_id == until.user_id:
        mine = Image.owner_id == after.user_id
        return [mine & (Image.id > after.image_id) & (Image.id <= until.image_id)]
    parts: list[ColumnElement[bool]] = []
    others: ColumnElement[bool] = true()
    if after:
        parts.append((Image.owner_id == after.user_id) & (Image.id > after.image_id))
        others &= Image.owner_id > after.user_id
    if until:
        others &= Image.owner_id < until.user_id
    parts.append(others)
    if until:
        parts.append((Image.owner_id == until.user_id) & (Image.id <= until.image_id))
    return parts


def has_row(place: Place) -> bool:
    """Tell whether there is one."""
    found = db.session.scalar(select(exists().where(Image.id == place.image_id)))
    db.session.rollback()
    return bool(found)


def right_before(place: Place) -> Place | None:
    """The place right before: nothing lies between the two."""
    number = (place.user_id.int << 128) + place.image_id.int - 1
    if number < 0:
        return None
    return Place(user_id=UUID(int=number >> 128), image_id=UUID(int=number & (1 << 128) - 1))
