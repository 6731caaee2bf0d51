"""Keep one of a group, or say that they are not alike; and take that back. The caller commits.

[Note: What moves] The others go to Recently deleted, as by any deletion. Before, the kept one gets
what its person gave them and it has not: it comes into their albums, at their place, and is the
cover where one of them was; it gets their tags; it is a favourite if one of them was; and it has
their title and is described as they were. It is never sent to a model if one of them never was, by
itself. It plays, as a Live Photo does, if one of them did. It leaves the archive if one of them was
in the timeline, so that what was shown there still is. The others keep all of it but that video, of
which there is one, and have it when they are restored.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import User
from app.albums.entries import add_images, lock_albums_of, remove_images, touch
from app.albums.errors import TooMuchInAlbumsError
from app.database import db, now
from app.descriptions.never_send import keep_as_others, take_mark_back
from app.descriptions.versions import by, copy_description, take_back_copy
from app.errors import NotFoundError
from app.images.album_models import Album, AlbumImage
from app.images.corrections import set_title
from app.images.fingerprint_models import FingerprintRow, UnalikePair
from app.images.models import SHOWN, DescriptionSource, Image
from app.images.tag_models import ImageTag, Tag
from app.library.flags import set_archived, set_favourite
from app.library.selection import Locked, lock_images, set_columns
from app.library.trash import delete_images, restore_images
from app.lookalikes.compare import MAX_IN_GROUP, hold_groups_of
from app.lookalikes.schemas import (
    MAX_ALBUMS,
    CoverBefore,
    DismissIn,
    KeepIn,
    UndoDismissed,
    UndoKept,
)
from app.search.index import index_images
from app.stacks.live_photos import hand_over
from app.tags.entries import find_tag, tag_images, untag_images

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_NOT_IN_GROUP = "One of these pictures is not there, or not in this group. Nothing was changed."


def keep_one(user: User, group_id: UUID, wanted: KeepIn) -> UndoKept | None:
    """Keep one picture of a group and delete others; see [Note: What moves].

    Returns:
        What takes it back; None: the others were deleted already.

    Raises:
        NotFoundError: one of the pictures is not in this group, or the kept one is deleted.
        TooMuchInAlbumsError: it would come into more than MAX_ALBUMS albums.
        ConflictError: it, or its person's albums or tags, may not have more of them.
    """
    ids = [wanted.keep, *(each for each in wanted.delete if each != wanted.keep)]
    rows = {row.id: row for row in _lock(user, ids)}
    kept = rows[wanted.keep]
    _require_in_group(user, group_id, ids)
    gone = [row for row in rows.values() if row is not kept and _is_shown(row)]
    if not _is_shown(kept):
        raise NotFoundError(_NOT_IN_GROUP)
    if not gone:
        return None
    others = [row.id for row in gone]
    is_shown_outside = any(row.archived_at is None for row in gone)
    described = _describe(user, kept.id, others)
    title = _give_title(user, kept.id, others)
    favoured = set_favourite(
        user, [kept] if any(row.favourite for row in gone) else [], favourite=True
    )
    unarchived = set_archived(user, [kept] if is_shown_outside else [], archived=False)
    lock_albums_of(user.id)
    albums = _add_to_albums(user, kept.id, others)
    covers = _move_covers(user, kept.id, others)
    tags = _add_tags(user, kept.id, others)
    is_never_sent = keep_as_others(user, kept.id, others)
    part_of = hand_over(user.id, kept.id, others)
    deleted = delete_images(user, gone)
    return UndoKept(
        action="keep",
        keep=kept.id,
        deleted=deleted.moved,
        albums=albums,
        covers=covers,
        tags=tags,
        favourite=bool(favoured),
        archived_at=kept.archived_at if unarchived else None,
        description=described,
        title=title,
        never_sent=is_never_sent,
        moving_part_of=part_of,
    )


def dismiss(user: User, group_id: UUID, wanted: DismissIn) -> UndoDismissed:
    """Remember that pictures of a group are not alike, and take them out of it.

    Raises:
        NotFoundError: one of them is not in this group.
    """
    hold_groups_of(user.id)
    ids = sorted(set(wanted.images))
    _require_in_group(user, group_id, ids)
    pairs = [{"image_id": one, "other_id": other} for one, other in combinations(ids, 2)]
    if pairs:
        db.session.execute(insert(UnalikePair).values(pairs).on_conflict_do_nothing())
    _set_group(user, ids, group_id=None)
    return UndoDismissed(action="dismiss", group_id=group_id, images=ids)


def take_back(user: User, undo: UndoKept | UndoDismissed) -> int:
    """Take a decision back, and nothing else; return how many pictures are otherwise. Repeatable.

    Raises:
        NotFoundError: one of the pictures is not there any more. Nothing was changed.
    """
    return _bring_back(user, undo) if isinstance(undo, UndoKept) else _group_again(user, undo)


def _bring_back(user: User, undo: UndoKept) -> int:
    rows = _lock(user, [undo.keep, *undo.deleted])
    restored = restore_images(user, [row for row in rows if row.id != undo.keep])
    (kept,) = (row for row in rows if row.id == undo.keep)
    if undo.favourite:
        set_favourite(user, [kept], favourite=False)
    if undo.archived_at is not None and kept.archived_at is None:
        # Of a moment that there can be: what is sent may be made up.
        archived_at = max(_LONG_AGO, min(undo.archived_at, now()))
        set_columns(user, [kept.id], archived_at=archived_at)
    if undo.description is not None:
        take_back_copy(user, kept.id, undo.description)
    if undo.title is not None:
        _take_title_back(user, kept.id, undo.title)
    if undo.never_sent:
        take_mark_back(user, kept.id)
    if undo.moving_part_of in undo.deleted:
        hand_over(user.id, undo.moving_part_of, [kept.id])
    lock_albums_of(user.id)
    for album in _albums(user, undo.albums):
        remove_images(album, [kept.id])
    _give_covers_back(user, kept.id, undo.covers)
    for tag_id in undo.tags:
        tag = find_tag(user, tag_id)
        if tag is not None:  # else it was deleted meanwhile
            untag_images(tag, [kept.id])
    return len(restored)


def _group_again(user: User, undo: UndoDismissed) -> int:
    hold_groups_of(user.id)
    ids = sorted(set(undo.images))
    _lock(user, ids)
    are_theirs = UnalikePair.image_id.in_(ids), UnalikePair.other_id.in_(ids)
    # What is sent may be made up: groups of any pictures, which were dismissed then, would have
    # everybody's disk filled by pairs. And a page reads whole groups.
    said = db.session.scalar(select(func.count()).select_from(UnalikePair).where(*are_theirs))
    size = _count_group(user, undo.group_id)
    if said != len(ids) * (len(ids) - 1) // 2 or size + len(ids) > MAX_IN_GROUP:
        return 0
    db.session.execute(
        delete(UnalikePair).where(*are_theirs).execution_options(synchronize_session=False)
    )
    return _set_group(user, ids, group_id=undo.group_id)


def _count_group(user: User, group_id: UUID) -> int:
    in_it = FingerprintRow.owned_by(user), FingerprintRow.group_id == group_id
    count = select(func.count()).select_from(FingerprintRow).where(*in_it)
    return db.session.scalar(count) or 0


def _set_group(user: User, ids: Sequence[UUID], *, group_id: UUID | None) -> int:
    """Put pictures into a group, or out of theirs; those that have another one stay there."""
    query = update(FingerprintRow).where(
        FingerprintRow.owned_by(user), FingerprintRow.image_id.in_(ids)
    )
    if group_id is not None:
        query = query.where(FingerprintRow.group_id.is_(None))
    changed = db.session.scalars(
        query.values(group_id=group_id)
        .returning(FingerprintRow.image_id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


def _lock(user: User, ids: Sequence[UUID]) -> Sequence[Locked]:
    try:
        return lock_images(user, ids)
    except NotFoundError:
        raise NotFoundError(_NOT_IN_GROUP) from None


def _require_in_group(user: User, group_id: UUID, ids: Sequence[UUID]) -> None:
    found = db.session.scalar(
        select(func.count())
        .select_from(FingerprintRow)
        .where(
            FingerprintRow.owned_by(user),
            FingerprintRow.group_id == group_id,
            FingerprintRow.image_id.in_(ids),
        )
    )
    if found != len(set(ids)):
        raise NotFoundError(_NOT_IN_GROUP)


def _is_shown(row: Locked) -> bool:
    return row.deleted_at is None and row.state in SHOWN


def _describe(user: User, kept: UUID, others: Sequence[UUID]) -> UUID | None:
    """Give the kept one a description of the others', a person's before a model's."""
    by_person = by(DescriptionSource.PERSON)
    described = db.session.scalar(
        select(Image.id)
        .where(
            Image.owned_by(user), Image.id.in_(others), Image.current_description_id.is_not(None)
        )
        .order_by(by_person.desc(), Image.id)
        .limit(1)
    )
    return None if described is None else copy_description(user, kept, of=described)


def _give_title(user: User, kept: UUID, others: Sequence[UUID]) -> str | None:
    """Give the kept one a title of the others, a person's before a file's, if it has none."""
    mine = (Image.owned_by(user), Image.id == kept)
    has_none = (*mine, Image.title.is_(None), Image.file_title.is_(None))
    if db.session.scalar(select(Image.id).where(*has_none)) is None:
        return None
    title = db.session.scalar(
        select(Image.shown_title())
        .where(Image.owned_by(user), Image.id.in_(others), Image.shown_title().is_not(None))
        .order_by(Image.title.is_(None), Image.id)
        .limit(1)
    )
    if title is not None:
        set_title(user, kept, title)
        index_images([kept])
    return title


def _take_title_back(user: User, kept: UUID, title: str) -> None:
    """Have no title of a person's again, if it is still that one. Safe to repeat."""
    said = (Image.owned_by(user), Image.id == kept, Image.title == title)
    if db.session.scalar(select(Image.id).where(*said)) is not None:
        set_title(user, kept, None)
        index_images([kept])


def _add_to_albums(user: User, kept: UUID, others: Sequence[UUID]) -> list[UUID]:
    has_it = select(AlbumImage.album_id).where(AlbumImage.image_id == kept)
    rows = db.session.execute(
        select(AlbumImage.album_id, func.min(AlbumImage.position).label("position"))
        .join(Album, Album.id == AlbumImage.album_id)
        .where(Album.owned_by(user), AlbumImage.image_id.in_(others))
        .where(AlbumImage.album_id.not_in(has_it))
        .group_by(AlbumImage.album_id)
        .limit(MAX_ALBUMS + 1)
    )
    positions: dict[UUID, Any] = {row.album_id: row.position for row in rows}
    if len(positions) > MAX_ALBUMS:
        raise TooMuchInAlbumsError
    for album in _albums(user, positions):
        add_images(user, album, [kept], positions={kept: positions[album.id]})
    return sorted(positions)


def _albums(user: User, ids: Sequence[UUID] | dict[UUID, Any]) -> Sequence[Album]:
    """Return a person's albums as they are at this moment; others are left out."""
    return db.session.scalars(
        select(Album)
        .where(Album.owned_by(user), Album.id.in_(list(ids)))
        .order_by(Album.id)
        .execution_options(populate_existing=True)
    ).all()


def _move_covers(user: User, kept: UUID, others: Sequence[UUID]) -> list[CoverBefore]:
    albums = db.session.scalars(
        select(Album)
        .where(Album.owned_by(user), Album.cover_id.in_(others))
        .order_by(Album.id)
        .limit(MAX_ALBUMS)
    ).all()
    before: list[CoverBefore] = []
    for album in albums:
        if album.cover_id is not None:
            before.append(CoverBefore(album_id=album.id, image_id=album.cover_id))
            album.cover_id = kept
            touch(album)
    db.session.flush()
    return before


def _give_covers_back(user: User, kept: UUID, covers: Sequence[CoverBefore]) -> None:
    before = {cover.album_id: cover.image_id for cover in covers}
    for album in _albums(user, before):
        is_in_it = select(AlbumImage.image_id).where(
            AlbumImage.album_id == album.id, AlbumImage.image_id == before[album.id]
        )
        if album.cover_id == kept and db.session.scalar(is_in_it) is not None:
            album.cover_id = before[album.id]
            touch(album)
    db.session.flush()


def _add_tags(user: User, kept: UUID, others: Sequence[UUID]) -> list[UUID]:
    has_it = select(ImageTag.tag_id).where(ImageTag.image_id == kept)
    tags = db.session.scalars(
        select(Tag)
        .where(Tag.owned_by(user))
        .where(Tag.id.in_(select(ImageTag.tag_id).where(ImageTag.image_id.in_(others))))
        .where(Tag.id.not_in(has_it))
        .order_by(Tag.id)
        .execution_options(populate_existing=True)
    ).all()
    for tag in tags:
        tag_images(user, tag, [kept])
    db.session.flush()
    return [tag.id for tag in tags]
