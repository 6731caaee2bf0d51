"""The manual order of an album.

[Note: Positions] Each image of an album has a position, a whole number, with gaps between most of
them. Moving an image writes one number between two others, and nothing else. Where a gap is too
small, the images around it are renumbered: first some dozens of them, then more, at the worst all.
Repeated moves between the same two images write some dozens of rows every twentieth time, and
almost never all of them. (Order maintenance by list labelling: Dietz, Sleator, "Two algorithms for
maintaining order in a list", 1987.) Positions stay below 2^53, which a number in JSON holds exactly
in every language.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Uuid,
    any_,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.database import db
from app.errors import FieldError, NotFoundError, ValidationFailedError
from app.images.album_models import Album, AlbumImage, AlbumOrder

GAP = 2**20
MAX_POSITION = 2**52
# How many images on each side of a place are spread anew; None: all.
_WIDTHS: tuple[int | None, ...] = (64, 1024, 16_384, None)
# Between two images after they were spread.
_MIN_GAP = 2**10
_MAX_TOLD = 100
_ORDER: tuple[Any, ...] = (AlbumImage.position, AlbumImage.image_id)


def last_position(album_id: UUID) -> int:
    """Return the greatest position in an album; 0 where it is empty."""
    found = db.session.scalar(
        select(AlbumImage.position)
        .where(AlbumImage.album_id == album_id)
        .order_by(AlbumImage.position.desc(), AlbumImage.image_id.desc())
        .limit(1)
    )
    return found or 0


def arrange(album: Album) -> None:
    """Let an album be ordered by hand from now on; the first time, as it is ordered now.

    The caller holds the lock of the person's albums, and commits.
    """
    if not album.is_arranged:
        if album.sort == AlbumOrder.NEWEST:
            spread(
                album.id, by=[AlbumImage.shown_at.desc().nulls_last(), AlbumImage.image_id.desc()]
            )
        else:
            spread(album.id, by=[AlbumImage.shown_at.nulls_last(), AlbumImage.image_id.asc()])
    album.is_arranged = True
    album.sort = AlbumOrder.MANUAL


def spread(album_id: UUID, *, by: Sequence[ColumnElement[Any]] = _ORDER) -> None:
    """Give all images of an album positions that are far apart, in their order."""
    placed = (
        select(AlbumImage.image_id, func.row_number().over(order_by=by).label("place"))
        .where(AlbumImage.album_id == album_id)
        .subquery()
    )
    db.session.execute(
        update(AlbumImage)
        .where(AlbumImage.album_id == album_id, AlbumImage.image_id == placed.c.image_id)
        .values(position=placed.c.place * GAP)
        .execution_options(synchronize_session=False)
    )


def move(album: Album, ids: Sequence[UUID], *, anchor: UUID, is_after: bool) -> None:
    """Put images of an album just before or just after another, in the order given.

    The caller holds the lock of the person's albums, and commits.

    Args:
        album: which is arranged.
        ids: of images in it; each once.
        anchor: another image in it.
        is_after: whether they are to stand behind it.

    Raises:
        NotFoundError: one of them is not in the album.
        ValidationFailedError: the anchor is among those that are to be moved.
    """
    _require_in(album.id, ids, anchor=anchor)
    for width in (*_WIDTHS, None):
        low, high = _free_between(album.id, ids, anchor=anchor, is_after=is_after)
        step = (high - low) // (len(ids) + 1)
        if step >= 1 and -MAX_POSITION <= low < high <= MAX_POSITION:
            _place(album.id, ids, first=low + step, step=step)
            return
        _spread_around(album.id, ids, anchor=anchor, width=width)
    raise AssertionError("images that were spread have room between them")


def _require_in(album_id: UUID, ids: Sequence[UUID], *, anchor: UUID) -> None:
    found = set(
        db.session.scalars(
            select(AlbumImage.image_id).where(
                AlbumImage.album_id == album_id, _is_among([*ids, anchor])
            )
        )
    )
    missing = [
        FieldError(location="body", field=f"ids.{place}", message="It is not in this album.")
        for place, image_id in enumerate(ids)
        if image_id not in found
    ]
    if anchor not in found:
        missing.append(
            FieldError(location="body", field="image_id", message="It is not in this album.")
        )
    if missing:
        raise NotFoundError(
            "Some of these images are not in this album. Nothing was changed.",
            errors=tuple(missing[:_MAX_TOLD]),
        )
    if anchor in ids:
        message = "It is among those that are to be moved."
        raise ValidationFailedError(
            errors=(FieldError(location="body", field="image_id", message=message),)
        )


def _free_between(
    album_id: UUID, ids: Sequence[UUID], *, anchor: UUID, is_after: bool
) -> tuple[int, int]:
    """Return the positions between which the images may stand, both taken."""
    place = _place_of(album_id, anchor)
    # Those that are moved leave their places: they are no neighbours.
    others = select(AlbumImage.position).where(AlbumImage.album_id == album_id, ~_is_among(ids))
    here = tuple_(literal(place.position, BigInteger()), literal(anchor, Uuid()))
    if is_after:
        behind = others.where(tuple_(*_ORDER) > here).order_by(*_ORDER).limit(1)
        after = db.session.scalar(behind)
        room = place.position + GAP * (len(ids) + 1)
        return place.position, room if after is None else after
    ahead = (
        others.where(tuple_(*_ORDER) < here)
        .order_by(AlbumImage.position.desc(), AlbumImage.image_id.desc())
        .limit(1)
    )
    before = db.session.scalar(ahead)
    room = place.position - GAP * (len(ids) + 1)
    return room if before is None else before, place.position


def _place(album_id: UUID, ids: Sequence[UUID], *, first: int, step: int) -> None:
    wanted = (
        func.unnest(literal(list(ids), ARRAY(Uuid())))
        .table_valued("id", with_ordinality="place")
        .render_derived()
    )
    db.session.execute(
        update(AlbumImage)
        .where(AlbumImage.album_id == album_id, AlbumImage.image_id == wanted.c.id)
        .values(position=first + (wanted.c.place - 1) * step)
        .execution_options(synchronize_session=False)
    )


def _spread_around(album_id: UUID, ids: Sequence[UUID], *, anchor: UUID, width: int | None) -> None:
    """Spread some images around a place evenly over the positions that they have, or all."""
    if width is None:
        spread(album_id)
        return
    place = _place_of(album_id, anchor)
    here = tuple_(literal(place.position, BigInteger()), literal(anchor, Uuid()))
    near = select(AlbumImage.image_id, AlbumImage.position).where(AlbumImage.album_id == album_id)
    backwards = (AlbumImage.position.desc(), AlbumImage.image_id.desc())
    ahead = near.where(tuple_(*_ORDER) <= here).order_by(*backwards).limit(width)
    behind = near.where(tuple_(*_ORDER) > here).order_by(*_ORDER).limit(width)
    rows = [*reversed(db.session.execute(ahead).all()), *db.session.execute(behind).all()]
    if len(rows) < 2 * width:
        spread(album_id)  # all of it is near
        return
    low, high = rows[0].position, rows[-1].position
    step = (high - low) // (len(rows) - 1)
    if step >= _MIN_GAP * (len(ids) + 1):
        _place(album_id, [row.image_id for row in rows], first=low, step=step)


def _place_of(album_id: UUID, image_id: UUID) -> Row[UUID, int]:
    return db.session.execute(
        select(AlbumImage.image_id, AlbumImage.position).where(
            AlbumImage.album_id == album_id, AlbumImage.image_id == image_id
        )
    ).one()


def _is_among(ids: Sequence[UUID]) -> ColumnElement[bool]:
    return AlbumImage.image_id == any_(literal(list(ids), ARRAY(Uuid())))
