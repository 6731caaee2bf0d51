"""Move tags in their tree, merge them, delete and restore them. The caller commits.

See [Note: Counts of tags] in app/images/tag_models.py for what is locked in which order.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Uuid, any_, delete, exists, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from app.accounts.models import User
from app.albums.entries import lock_albums_of
from app.database import db, now
from app.errors import (
    FieldError,
    ValidationFailedError,
)
from app.images.models import Image
from app.images.tag_models import MAX_TAG_DEPTH, MAX_TAG_PATH, ImageTag, Tag, key_of
from app.search.index import tag_words
from app.tags.entries import find_or_make, require_tag
from app.tags.errors import TagExistsError, TooMuchToMergeError
from app.tags.purge import RESTORABLE_FOR

# What one request may have to write: decision 0103 has the figures.
MAX_MERGED = 50_000
_PLACE = text("""
    UPDATE tags SET path = placed.path, key = placed.key, words = CAST(placed.words AS tsvector),
      lineage = CAST(placed.lineage AS uuid[]), changed_at = :moment,
      deleted_at = NULL, deleted_with = NULL
    FROM unnest(CAST(:ids AS uuid[]), CAST(:paths AS text[]), CAST(:keys AS text[]),
        CAST(:words AS text[]), CAST(:lineages AS text[]))
      AS placed (id, path, key, words, lineage)
    WHERE tags.id = placed.id AND tags.owner_id = :owner
""")
_MERGE = text("""
    INSERT INTO image_tags (image_id, tag_id)
    SELECT image_tags.image_id, merged.other
    FROM unnest(CAST(:gone AS uuid[]), CAST(:others AS uuid[])) AS merged (id, other)
    JOIN image_tags ON image_tags.tag_id = merged.id
    ON CONFLICT DO NOTHING
""")
_COUNT = text("""
    UPDATE tags SET image_count = counted.images FROM (
      SELECT wanted.id, count(DISTINCT images.id) AS images
      FROM unnest(CAST(:ids AS uuid[])) AS wanted (id)
      LEFT JOIN (
        SELECT above, image_tags.image_id
        FROM tags AS one CROSS JOIN unnest(one.lineage) AS above
        JOIN image_tags ON image_tags.tag_id = one.id
        WHERE one.owner_id = :owner AND one.deleted_at IS NULL
          AND above = ANY (CAST(:ids AS uuid[]))
      ) AS entries ON entries.above = wanted.id
      LEFT JOIN images ON images.id = entries.image_id AND images.deleted_at IS NULL
        AND images.state IN ('processing', 'ready', 'damaged')
      GROUP BY wanted.id
    ) AS counted
    WHERE tags.id = counted.id AND tags.owner_id = :owner
""")


@dataclass(kw_only=True)
class _Plan:
    """Where the tags of a part of the tree go.

    Args:
        places: the new path of each that keeps its row, and the ids of its path.
        merges: each that is merged, and into which.
        concerned: the ids of all that are then where these were to come, and of those above them.
    """

    places: dict[UUID, tuple[str, list[UUID]]] = field(default_factory=dict)
    merges: dict[UUID, UUID] = field(default_factory=dict)
    concerned: set[UUID] = field(default_factory=set)


def move_tag(user: User, tag_id: UUID, path: str, *, may_merge: bool) -> UUID:
    """Give a tag another path, and those below it with it; return the id of the tag there.

    Where there is one already, both become one, and so do those below them that have the same
    names.

    Args:
        user: whose.
        tag_id: which.
        path: as `parse_path` returns it.
        may_merge: whether it may become one with another.

    Raises:
        NotFoundError: there is none with this id, it is deleted, or it is somebody else's.
        TagExistsError: there is a tag with this path, and `may_merge` is false.
        TooMuchToMergeError: more than MAX_MERGED images would have to be given the other tag.
        ValidationFailedError: it would be below itself, too deep, or its path too long.
    """
    _lock(user, tag_id, may_merge=may_merge)
    tag = require_tag(user, tag_id)
    above = [each for each in tag.lineage if each != tag_id]
    if key_of(path).startswith(f"{tag.key}/"):
        raise wrong_path("A tag cannot be moved below itself.")
    part = [each for each in _live(user) if tag_id in each.lineage]
    return _settle(user, part, path, formerly_above=above, may_merge=may_merge)


def delete_tag(user: User, tag_id: UUID) -> None:
    """Delete a tag and those below it: `restore_tag` brings all of them back.

    Raises:
        NotFoundError: there is none with this id, it is deleted, or it is somebody else's.
    """
    lock_albums_of(user.id)
    tag = require_tag(user, tag_id)
    above = [each for each in tag.lineage if each != tag_id]
    db.session.execute(
        update(Tag)
        .where(Tag.owned_by(user), Tag.lineage.contains([tag_id]))
        .values(deleted_at=now(), deleted_with=tag_id)
        .execution_options(synchronize_session=False)
    )
    _count(user, above)


def restore_tag(user: User, tag_id: UUID) -> UUID:
    """Bring back a tag that was deleted, with those that went with it; return its id.

    It comes back under its path. Where there is another one by now, they become one.

    Raises:
        NotFoundError: there is none, it is somebody else's, or it was deleted long ago.
        TooManyTagsError: tags above it would have to be made anew, and there is no room.
        TooMuchToMergeError: more than MAX_MERGED images would have to be given the other tag.
    """
    _lock(user, tag_id, may_merge=_is_replaced(user, tag_id))
    part = list(
        db.session.scalars(
            select(Tag)
            .where(
                Tag.owner_id == user.id,
                Tag.deleted_with == tag_id,
                # What the sweep may have begun to delete for good does not come back.
                Tag.deleted_at > now() - RESTORABLE_FOR,
            )
            .execution_options(populate_existing=True)
        )
    )
    root = next((each for each in part if each.id == tag_id), None)
    if root is None:
        return require_tag(user, tag_id).id
    return _settle(user, part, root.path, formerly_above=[], may_merge=True)


def wrong_path(message: str) -> ValidationFailedError:
    """Return the error of a path that a tag cannot have."""
    return ValidationFailedError(
        errors=(FieldError(location="body", field="path", message=message),)
    )


def _is_replaced(user: User, tag_id: UUID) -> bool:
    """Whether there is a tag by now with the path of a deleted one, or of one that went with it."""
    gone = select(Tag.key).where(Tag.owner_id == user.id, Tag.deleted_with == tag_id)
    return bool(db.session.scalar(select(exists().where(Tag.owned_by(user), Tag.key.in_(gone)))))


def _lock(user: User, tag_id: UUID, *, may_merge: bool) -> None:
    """Lock the tags of a person and, before them, the images that may be given another tag.

    A tag that comes to this path in between is merged all the same. Should somebody who holds one
    of the images wait for the tags then, that is a deadlock: the request is made once more.
    """
    if not may_merge:
        lock_albums_of(user.id)
        return
    entries = (
        select(ImageTag.image_id)
        .join(Tag, Tag.id == ImageTag.tag_id)
        .where(Tag.owner_id == user.id, Tag.lineage.contains([tag_id]))
    )
    if (db.session.scalar(select(func.count()).select_from(entries.subquery())) or 0) <= MAX_MERGED:
        db.session.execute(
            select(Image.id)
            .where(Image.owned_by(user), Image.id.in_(entries))
            .order_by(Image.sha256)
            .with_for_update(read=True, key_share=True)
        ).all()
    lock_albums_of(user.id)


def _live(user: User) -> Sequence[Tag]:
    return db.session.scalars(
        select(Tag).where(Tag.owned_by(user)).execution_options(populate_existing=True)
    ).all()


def _settle(
    user: User, part: Sequence[Tag], path: str, *, formerly_above: Sequence[UUID], may_merge: bool
) -> UUID:
    """Put a part of the tree where it belongs; return the id of the tag that is at `path` then.

    Args:
        user: whose.
        part: tags that are, or were, below one of them.
        path: of that one.
        formerly_above: the ids of those that it was below.
        may_merge: whether it may become one with another.
    """
    part = sorted(part, key=lambda tag: len(tag.lineage))
    root, is_restored = part[0], part[0].deleted_at is not None
    above: list[UUID] = []
    parent, slash, name = path.rpartition("/")
    if slash:
        found = find_or_make(user, parent).tag
        above, path = list(found.lineage), f"{found.path}/{name}"
    plan = _plan(user, part, path, above=above)
    if root.id in plan.merges and not may_merge:
        db.session.rollback()
        raise TagExistsError
    if plan.merges:
        _merge(user, plan)
    _place(user, plan)
    if plan.merges or is_restored:
        _count(user, {*plan.concerned, *formerly_above, *above})
    else:  # the same images are below those that are above it before and after
        _count(user, set(formerly_above) ^ set(above))
    return plan.merges.get(root.id, root.id)


def _plan(user: User, part: Sequence[Tag], path: str, *, above: list[UUID]) -> _Plan:
    """Say where each tag goes.

    Args:
        user: whose tags.
        part: of the tree, the uppermost first.
        path: of that one.
        above: the ids of the tags above that path.

    Raises:
        ValidationFailedError: one would be too deep, or its path too long.
    """
    moving = {tag.id for tag in part}
    others = {tag.key: tag for tag in _live(user) if tag.id not in moving}
    # Of each that was dealt with, where it is then: its path, and the ids of that.
    settled: dict[UUID, tuple[str, list[UUID]]] = {}
    plan = _Plan()
    for tag in part:
        whole, lineage = path, above
        if settled:
            upper, lineage = settled[tag.lineage[-2]]
            whole = f"{upper}/{tag.path.rpartition('/')[2]}"
        same = others.get(key_of(whole))
        if same is not None:
            plan.merges[tag.id] = same.id
            settled[tag.id] = same.path, list(same.lineage)
        elif len(lineage) >= MAX_TAG_DEPTH or len(whole) > MAX_TAG_PATH:
            db.session.rollback()
            raise wrong_path(
                f"There would be more than {MAX_TAG_DEPTH} names below each other, or more than"
                f" {MAX_TAG_PATH} characters."
            )
        else:
            plan.places[tag.id] = settled[tag.id] = whole, [*lineage, tag.id]
        plan.concerned.update(settled[tag.id][1])
    return plan


def _merge(user: User, plan: _Plan) -> None:
    """Give images the other tag instead, and delete those that nothing has any more."""
    gone = any_(literal(list(plan.merges), ARRAY(Uuid())))
    entries = select(func.count()).select_from(ImageTag).where(ImageTag.tag_id == gone)
    if (db.session.scalar(entries) or 0) > MAX_MERGED:
        db.session.rollback()
        raise TooMuchToMergeError
    others = list(plan.merges.values())
    db.session.execute(_MERGE, {"gone": list(plan.merges), "others": others})
    for table, column in ((ImageTag, ImageTag.tag_id), (Tag, Tag.id)):
        db.session.execute(
            delete(table).where(column == gone).execution_options(synchronize_session=False)
        )
    db.session.execute(
        update(Tag)
        .where(Tag.owned_by(user), Tag.id.in_(others))
        .values(changed_at=now())
        .execution_options(synchronize_session=False)
    )


def _place(user: User, plan: _Plan) -> None:
    if not plan.places:
        return
    ids = list(plan.places)
    # First none of them has the path that another is to have.
    db.session.execute(
        update(Tag)
        .where(Tag.owner_id == user.id, Tag.id.in_(ids))
        .values(key=func.concat("/", Tag.id))
        .execution_options(synchronize_session=False)
    )
    paths = [path for path, _ in plan.places.values()]
    db.session.execute(
        _PLACE,
        {
            "owner": user.id,
            "moment": now(),
            "ids": ids,
            "paths": paths,
            "keys": [key_of(path) for path in paths],
            "words": [tag_words(user.id, path) for path in paths],
            "lineages": [
                "{" + ",".join(map(str, lineage)) + "}" for _, lineage in plan.places.values()
            ],
        },
    )


def _count(user: User, ids: Collection[UUID]) -> None:
    """Count the images of tags from scratch."""
    if ids:
        db.session.execute(_COUNT, {"owner": user.id, "ids": list(ids)})
