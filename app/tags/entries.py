"""Give images tags, and take them away. The caller locks the images first, and commits.

See [Note: Counts of tags] in app/images/tag_models.py for what is locked in which order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    CollectionAggregate,
    ColumnElement,
    Uuid,
    any_,
    delete,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import db, now
from app.errors import NotFoundError
from app.images.models import Image
from app.images.tag_models import ImageTag, Tag, key_of
from app.search.index import index_tag
from app.tags.errors import TooManyTagsError, TooManyTagsOfImageError
from app.tags.paths import paths_above

MAX_TAGS_OF_PERSON = 5_000
# How long it takes to count images that are deleted or restored: decision 0103 has the figures.
MAX_TAGS_OF_IMAGE = 100


@dataclass(frozen=True, kw_only=True)
class FoundTag:
    """A tag, and how many of its path were made for it: it, and those right above it."""

    tag: Tag
    made: int


def find_tag(owner: User | Owner, tag_id: UUID | None) -> Tag | None:
    """Return a tag as it is at this moment; None: there is none, or it is somebody else's."""
    return db.session.scalar(
        select(Tag)
        .where(Tag.owned_by(owner), Tag.id == tag_id)
        .execution_options(populate_existing=True)
    )


def find_by_path(owner: User | Owner, path: str) -> Tag | None:
    """Return the tag with a path, in whatever case, as it is at this moment."""
    return db.session.scalar(
        select(Tag)
        .where(Tag.owned_by(owner), Tag.key == key_of(path))
        .execution_options(populate_existing=True)
    )


def require_tag(owner: User | Owner, tag_id: UUID | None) -> Tag:
    """Return a tag as it is at this moment.

    Raises:
        NotFoundError: there is none with this id, it is deleted, or it is somebody else's.
    """
    found = find_tag(owner, tag_id)
    if found is None:
        raise NotFoundError("There is no such tag. Nothing was changed.")
    return found


def find_or_make(user: User, path: str) -> FoundTag:
    """Return the tag with a path, made with those above it where there are none.

    What is there keeps the case in which it was written.

    Args:
        user: whose; their tags are locked.
        path: as `parse_path` returns it.

    Raises:
        TooManyTagsError: there are MAX_TAGS_OF_PERSON, deleted ones included.
    """
    paths = paths_above(path)
    keys = [key_of(each) for each in paths]
    found = {
        tag.key: tag
        for tag in db.session.scalars(
            select(Tag)
            .where(Tag.owned_by(user), Tag.key.in_(keys))
            .execution_options(populate_existing=True)
        )
    }
    missing = [number for number, key in enumerate(keys) if key not in found]
    if missing:
        require_room(user, len(missing))
    above = found.get(keys[missing[0] - 1]) if missing and missing[0] else None
    for number in missing:
        name = paths[number].rpartition("/")[2]
        tag = Tag(
            id=uuid4(),
            owner_id=user.id,
            path=f"{above.path}/{name}" if above else name,
            key=keys[number],
        )
        tag.lineage = [*(above.lineage if above else ()), tag.id]
        index_tag(tag)
        db.session.add(tag)
        found[tag.key] = above = tag
    db.session.flush()  # entries name it
    return FoundTag(tag=found[keys[-1]], made=len(missing))


def require_room(user: User, more: int) -> None:
    """Check that a person may have more tags.

    Raises:
        TooManyTagsError: they may not. Those that can be restored count.
    """
    held = db.session.scalar(select(func.count()).select_from(Tag).where(Tag.owner_id == user.id))
    if (held or 0) + more > MAX_TAGS_OF_PERSON:
        db.session.rollback()
        raise TooManyTagsError


def tag_images(user: User, tag: Tag, ids: Sequence[UUID]) -> list[UUID]:
    """Give images, which are locked, a tag; return those that had it not. Safe to repeat.

    Raises:
        TooManyTagsOfImageError: one of them has MAX_TAGS_OF_IMAGE, deleted ones included.
    """
    meant = select(Image.id, literal(tag.id, Uuid())).where(
        Image.owned_by(user), Image.id == _any_of(ids)
    )
    tagged = list(
        db.session.scalars(
            insert(ImageTag)
            .from_select(["image_id", "tag_id"], meant)
            .on_conflict_do_nothing()
            .returning(ImageTag.image_id)
        )
    )
    if tagged:
        most = (
            select(func.count().label("tags"))
            .where(ImageTag.image_id == _any_of(tagged))
            .group_by(ImageTag.image_id)
            .subquery()
        )
        if (db.session.scalar(select(func.max(most.c.tags))) or 0) > MAX_TAGS_OF_IMAGE:
            db.session.rollback()
            raise TooManyTagsOfImageError
        tag.changed_at = now()
    return tagged


def untag_images(tag: Tag, ids: Sequence[UUID]) -> list[UUID]:
    """Take a tag away from images, which are locked; return those that had it. Safe to repeat."""
    untagged = list(
        db.session.scalars(
            delete(ImageTag)
            .where(ImageTag.tag_id == tag.id, ImageTag.image_id == _any_of(ids))
            .returning(ImageTag.image_id)
            .execution_options(synchronize_session=False)
        )
    )
    if untagged:
        tag.changed_at = now()
    return untagged


def forget_unused(user: User, tag: Tag, *, most: int) -> bool:
    """Delete a tag for good, and those right above it, as far as nothing has them.

    Args:
        user: whose; their tags are locked.
        tag: where to begin.
        most: how many tags.

    Returns:
        whether the tag is gone.
    """
    lineage = list(tag.lineage)
    db.session.flush()
    for gone, tag_id in enumerate(lineage[::-1][:most]):
        is_used = select(
            exists().where(ImageTag.tag_id == tag_id)
            # Deleted ones below it, too: they can come back.
            | exists().where(
                Tag.owner_id == user.id, Tag.id != tag_id, Tag.lineage.contains([tag_id])
            )
        )
        if db.session.scalar(is_used):
            return gone > 0
        db.session.execute(
            delete(Tag)
            .where(Tag.owned_by(user), Tag.id == tag_id)
            .execution_options(synchronize_session=False)
        )
    db.session.expire_all()
    return most > 0


def is_tagged(tag_id: UUID) -> ColumnElement[bool]:
    """Return the condition that an image has just this tag, which is the person's own."""
    return Image.id.in_(select(ImageTag.image_id).where(ImageTag.tag_id == tag_id))


def is_tagged_within(owner: User | Owner, tag_id: UUID) -> ColumnElement[bool]:
    """Return the condition that an image has a tag of a person's, or one below it."""
    within = select(Tag.id).where(Tag.owned_by(owner), Tag.lineage.contains([tag_id]))
    return Image.id.in_(select(ImageTag.image_id).where(ImageTag.tag_id.in_(within)))


def _any_of(ids: Sequence[UUID]) -> CollectionAggregate[Any]:
    return any_(literal(list(ids), ARRAY(Uuid())))
