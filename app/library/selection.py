"""The images that a request names, locked until its commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Uuid, any_, literal, or_, select, true, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.accounts.models import User
from app.database import db
from app.errors import FieldError, NotFoundError, ValidationFailedError
from app.images.album_models import AlbumImage
from app.images.collected_models import in_trash
from app.images.models import Image, ImageState, View
from app.library.batch_schemas import MAX_BATCH, Match, MatchedView, MatchingImages, PickedImages
from app.stacks.members import lock_with_members, members_of, stacks_of
from app.tags.entries import is_tagged_within

Locked = Row[UUID, str, datetime | None, str | None, bool, datetime | None]

_MAX_TOLD = 100


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Pictures of one person's, locked until the transaction ends.

    Args:
        rows: id, state, deleted_at, upload_id, favourite and archived_at of each.
        has_more: whether more match than are taken at once.
    """

    rows: Sequence[Locked]
    has_more: bool = False


def select_images(
    user: User,
    images: PickedImages | MatchingImages,
    *,
    changing: ColumnElement[bool],
    passes_over: bool = False,
    with_joined: bool = False,
) -> Selection:
    """Lock the pictures that a request names, or of those that match the ones it would change.

    Args:
        user: whose they are.
        images: all of them by their ids, or up to 10,000 that match, newest first.
        changing: which of those that match would be changed; of named ones all are returned.
        passes_over: leaves named ones out, too, that are not there or would not be changed.
        with_joined: takes videos of Live Photos, too, that are named; else they are not there.

    Raises:
        NotFoundError: one that is named is not there, or is somebody else's.
    """
    if isinstance(images, PickedImages):
        if passes_over:
            return Selection(rows=_lock(user, images.ids, changing))
        rows = lock_images(user, images.ids, with_joined=with_joined)
        if images.whole_stacks:
            rows = _lock(user, with_folded(user, images.ids), true(), with_joined=with_joined)
        return Selection(rows=rows)
    is_meant = matching(user, images.match) & changing
    found = db.session.scalars(
        select(Image.id)
        .where(Image.owned_by(user), is_meant)
        .order_by(Image.timeline_at.desc(), Image.id.desc())
        .limit(MAX_BATCH + 1)
    ).all()
    # Looked at again: another request may have changed some before they are locked.
    rows = _lock(user, found[:MAX_BATCH], is_meant)
    return Selection(rows=rows, has_more=len(found) > MAX_BATCH)


def lock_images(user: User, ids: Sequence[UUID], *, with_joined: bool = False) -> Sequence[Locked]:
    """Lock pictures, in the order in which uploads lock theirs.

    Videos of Live Photos follow their stills, and are not there by themselves, unless with_joined.

    Raises:
        NotFoundError: one of them is not there, or is somebody else's.
    """
    wanted = list(dict.fromkeys(ids))
    rows = _lock(user, wanted, true(), with_joined=with_joined)
    if len(rows) < len(wanted):
        raise _not_found(ids, {row.id for row in rows})
    return rows


def among(ids: Sequence[UUID]) -> ColumnElement[bool]:
    """Return the condition that an image is one of these."""
    return Image.id == any_(literal(list(ids), ARRAY(Uuid())))


def set_columns(user: User, ids: Sequence[UUID], **values: object) -> None:
    """Set columns of these images, which are locked, to the same values."""
    if ids:
        db.session.execute(
            update(Image)
            .where(Image.owned_by(user), among(ids))
            .values(values)
            .execution_options(synchronize_session=False)
        )


def is_in_album(album_id: UUID) -> ColumnElement[bool]:
    """Return the condition that an image is in an album, shown or not.

    The images are a person's own, and so is the album that any of them is in.
    """
    return Image.id.in_(select(AlbumImage.image_id).where(AlbumImage.album_id == album_id))


def require_named(album_id: UUID | None, field: str) -> UUID:
    """Return the album that a request names in a field.

    Raises:
        ValidationFailedError: it names none.
    """
    if album_id is None:
        raise wrong_field(field, "Name an album.")
    return album_id


def wrong_field(field: str, message: str) -> ValidationFailedError:
    """Return the error of one field of a body that does not go with the others."""
    return ValidationFailedError(
        errors=(FieldError(location="body", field=field, message=message),)
    )


def with_folded(user: User, ids: Sequence[UUID]) -> list[UUID]:
    """Return images with those that they stand for in the timeline.

    Raises:
        ValidationFailedError: these are more than are changed at once.
    """
    folded = members_of(user.id, stacks_of(user.id, ids), Image.is_unarchived())
    whole = list(dict.fromkeys([*ids, *folded]))
    if len(whole) > MAX_BATCH:
        raise wrong_field(
            "images.ids",
            f"With what is stacked with them these are {len(whole)} pictures; {MAX_BATCH} at most.",
        )
    return whole


def _lock(
    user: User, ids: Sequence[UUID], only: ColumnElement[bool], *, with_joined: bool = False
) -> Sequence[Locked]:
    """Lock images, and before that what is stacked with them: see `lock_with_members`."""
    if not with_joined:
        only &= Image.state != ImageState.JOINED
    if stacks_of(user.id, ids):
        lock_with_members(user.id, ids)
    return db.session.execute(
        select(
            Image.id,
            Image.state,
            Image.deleted_at,
            Image.upload_id,
            Image.favourite,
            Image.archived_at,
        )
        .where(Image.owned_by(user), among(ids) & only)
        .order_by(Image.sha256)
        .with_for_update()
    ).all()


def matching(user: User, match: Match) -> ColumnElement[bool]:
    """Return the condition that an image of a person's is one of those that a request describes.

    Raises:
        ValidationFailedError: it names an album or a tag and no view of one, or the reverse.
    """
    found: ColumnElement[bool]
    if match.album_id is not None and match.view is not MatchedView.ALBUM:
        raise wrong_field("images.match.album_id", "No album is meant here.")
    if match.tag_id is not None and match.view is not MatchedView.TAG:
        raise wrong_field("images.match.tag_id", "No tag is meant here.")
    if match.view is MatchedView.TAG:
        if match.tag_id is None:
            raise wrong_field("images.match.tag_id", "Name a tag.")
        found = is_tagged_within(user, match.tag_id) & Image.in_library()
    elif match.view is MatchedView.ALBUM:
        album_id = require_named(match.album_id, "images.match.album_id")
        found = is_in_album(album_id) & Image.in_library()
    elif match.view is MatchedView.DELETED:
        found = in_trash()
    elif match.view is MatchedView.TIMELINE:
        return _in_timeline(user, match)
    else:
        found = Image.in_view(View(match.view))
    return found & _of_days(Image.timeline_at, match)


def _in_timeline(user: User, match: Match) -> ColumnElement[bool]:
    """What is in the timeline, and what is folded there, on the days of what stands for it."""
    if match.first_day is None and match.last_day is None:
        return Image.is_unarchived()
    cover = aliased(Image)
    covers = select(cover.stack_id).where(
        cover.owner_id == user.id,
        cover.stack_size.is_not(None),
        _of_days(cover.timeline_at, match),
    )
    is_folded = cast("ColumnElement[bool]", Image.is_folded)
    of_days = _of_days(Image.timeline_at, match)
    return Image.is_unarchived() & or_(~is_folded & of_days, is_folded & Image.stack_id.in_(covers))


def _of_days(moment: InstrumentedAttribute[datetime], match: Match) -> ColumnElement[bool]:
    found: ColumnElement[bool] = true()
    if match.first_day is not None:
        found &= moment >= datetime.combine(match.first_day, time.min)
    if match.last_day is not None:
        found &= moment <= datetime.combine(match.last_day, time.max)
    return found


def _not_found(ids: Sequence[UUID], found: set[UUID]) -> NotFoundError:
    places = [place for place, image_id in enumerate(ids) if image_id not in found]
    return NotFoundError(
        f"{len(places)} of these pictures are not there, or not yours. Nothing was changed.",
        errors=tuple(
            FieldError(location="body", field=f"images.ids.{place}", message="There is none.")
            for place in places[:_MAX_TOLD]
        ),
    )
