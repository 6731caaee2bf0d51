"""Give an album to one of its contributors; the pictures stay whose they were.

[Note: Another album] An image belongs to an album by a row that its owner's lock guards, and all
rows of an album are one person's. So it is not the row of the album that changes hands. The new
owner gets an album of their own with what they had added. Members move to it, with what they added,
and the former owner stays as a contributor with what they had in it. Theirs goes into Recently
deleted, with its share links, which close: restored, it is shared with nobody.

[Note: In the heir's name] Nobody asks the new owner. So nothing is said in their name that they did
not say: open invitations end, who blocked them or is blocked by them is in it no more, and only
whoever has added something, which tells all members their address, can be given an album. Nor is
more shown of what they added than was agreed: what is their own entry has no switches of its own,
so the album's are as tight as the tightest of what they added, until they change them.
"""

from uuid import UUID, uuid4

from sqlalchemy import delete, exists, func, or_, select, text, update

from app.accounts.audit.log import Event, record, record_by_another
from app.accounts.models import User
from app.albums.entries import MAX_ALBUMS, add_images, lock_albums_of, require_album
from app.albums.errors import TooManyAlbumsError
from app.database import db, now
from app.errors import NotTransferableError
from app.images.album_models import Album, AlbumImage, AlbumOrder
from app.images.models import Image
from app.members.contribute import MAX_IN_ALBUM, MAX_OF_MEMBER, MAX_OF_OWNER, MAX_OF_PERSON
from app.members.invite import MAX_GIVEN, require_member
from app.members.join import MAX_JOINED
from app.members.models import AlbumContribution, AlbumMember, MemberBlock, SharedAlbum
from app.search.index import index_album

_TAKE_TURNS = text("""
SELECT pg_advisory_xact_lock(hashtextextended(CAST(who AS text), number))
FROM (SELECT who, number FROM unnest(CAST(:people AS uuid[])) AS who, unnest(ARRAY[120, 121, 122])
  AS number ORDER BY number, who) AS turns
""")
_SHOWS = ("show_dates", "show_descriptions", "show_names", "show_places", "allow_originals")


def transfer(user: User, album_id: UUID, member_id: UUID) -> Album:
    """Give an album to a member; return theirs. The caller commits.

    Raises:
        NotFoundError: there is no such album or member, or the album is somebody else's.
        NotTransferableError: they only look, have not joined or added nothing, one of the two has
            blocked the other, or would have more than one may.
        TooManyAlbumsError: they have as many albums as they may.
    """
    member = require_member(user, album_id, member_id)
    former = require_album(user, album_id)
    other = db.session.get(User, member.member_id) if member.member_id else None
    if other is None or other.disabled_at is not None or member.role != "contributor":
        raise NotTransferableError
    theirs = _lock_added(member)
    if not theirs:
        raise NotTransferableError
    people = sorted((user.id, other.id))
    db.session.execute(_TAKE_TURNS, {"people": [str(each) for each in people]})
    for person_id in people:
        lock_albums_of(person_id)
    _end_what_the_heir_did_not_say(former, other)
    _require_room(user, other, former, member)
    album = _make_album(other, former)
    settings = db.session.get_one(SharedAlbum, former.id)
    shows = {name: getattr(settings, name) for name in _SHOWS}
    agreed = _agreed_for_all(member, shows)
    db.session.add(SharedAlbum(album_id=album.id, owner_id=other.id, **agreed))
    db.session.delete(member)
    db.session.flush()
    add_images(other, album, theirs)
    _move_members(former, album)
    _stay_as_member(user, former, album, shows)
    former.deleted_at = now()
    record(Event.ALBUM_TRANSFERRED, user_id=user.id, album=str(former.id), email=member.email)
    record_by_another(
        Event.ALBUM_TRANSFERRED, user_id=other.id, album=str(album.id), email=user.email
    )
    return album


def _lock_added(member: AlbumMember) -> list[UUID]:
    """Lock what a member added, by checksums as everywhere, and return it."""
    added = (
        select(Image.id)
        .join(AlbumContribution, AlbumContribution.image_id == Image.id)
        .where(AlbumContribution.membership_id == member.id, Image.owner_id == member.member_id)
        .order_by(Image.sha256)
        .with_for_update(of=Image)
    )
    return list(db.session.scalars(added))


def _agreed_for_all(member: AlbumMember, shows: dict[str, bool]) -> dict[str, bool]:
    """Return what the album shows and may show of everything that a member added."""
    columns = [func.bool_and(getattr(AlbumContribution, name)) for name in _SHOWS]
    kept = db.session.execute(
        select(*columns).where(AlbumContribution.membership_id == member.id)
    ).one()
    return {name: shows[name] and bool(kept[place]) for place, name in enumerate(_SHOWS)}


def _end_what_the_heir_did_not_say(former: Album, other: User) -> None:
    """End open invitations, and memberships where a block stands between a member and the heir."""
    blocked = exists().where(
        or_(
            (MemberBlock.user_id == AlbumMember.member_id) & (MemberBlock.blocked_id == other.id),
            (MemberBlock.user_id == other.id) & (MemberBlock.blocked_id == AlbumMember.member_id),
        )
    )
    ended = db.session.scalars(
        delete(AlbumMember)
        .where(
            AlbumMember.album_id == former.id,
            AlbumMember.accepted_at.is_(None) | blocked,
        )
        .returning(AlbumMember.member_id)
        .execution_options(synchronize_session=False)
    ).all()
    for member_id in ended:
        if member_id is not None:
            record_by_another(Event.ALBUM_LEFT, user_id=member_id, album=str(former.id))


def _require_room(user: User, other: User, former: Album, member: AlbumMember) -> None:
    counted = func.count()
    if former.entry_count > MAX_OF_MEMBER:
        raise NotTransferableError
    albums = db.session.scalar(select(counted).select_from(Album).where(Album.owner_id == other.id))
    if (albums or 0) >= MAX_ALBUMS:
        raise TooManyAlbumsError
    of_others = select(counted).where(
        AlbumContribution.album_id == former.id, AlbumContribution.membership_id != member.id
    )
    others = db.session.scalar(of_others) or 0
    contributed = (
        select(counted)
        .select_from(AlbumContribution)
        .join(AlbumMember, AlbumMember.id == AlbumContribution.membership_id)
    )
    held = db.session.scalar(contributed.where(AlbumMember.owner_id == other.id)) or 0
    of_former = db.session.scalar(contributed.where(AlbumMember.member_id == user.id)) or 0
    moved = others + former.image_count
    given = select(counted).select_from(AlbumMember)
    theirs = db.session.scalar(given.where(AlbumMember.owner_id == other.id)) or 0
    coming = db.session.scalar(given.where(AlbumMember.album_id == former.id)) or 0
    joined = db.session.scalar(given.where(AlbumMember.member_id == user.id)) or 0
    between = select(MemberBlock.user_id).where(
        MemberBlock.user_id.in_((user.id, other.id)),
        MemberBlock.blocked_id.in_((user.id, other.id)),
    )
    # By an address that the former owner has now somebody else may have been invited.
    clash = select(AlbumMember.id).where(
        AlbumMember.album_id == former.id,
        AlbumMember.id != member.id,
        (AlbumMember.email == user.email) | (AlbumMember.email == other.email),
    )
    if (
        moved > MAX_IN_ALBUM
        or held + moved > MAX_OF_OWNER
        or of_former + former.image_count > MAX_OF_PERSON
        or theirs + coming > MAX_GIVEN
        or joined >= MAX_JOINED
        or db.session.scalar(between.limit(1)) is not None
        or db.session.scalar(clash.limit(1)) is not None
    ):
        raise NotTransferableError


def _make_album(other: User, former: Album) -> Album:
    """Make the new owner's. By hand it was ordered by another: then by date."""
    order = AlbumOrder.NEWEST if former.sort == AlbumOrder.MANUAL else former.sort
    album = Album(
        id=uuid4(),
        owner_id=other.id,
        title=former.title,
        description="",  # no member ever saw it
        sort=order,
        is_arranged=False,
    )
    index_album(album)
    db.session.add(album)
    db.session.flush()
    return album


def _move_members(former: Album, album: Album) -> None:
    for table in (AlbumMember, AlbumContribution):
        values = {"album_id": album.id}
        if table is AlbumMember:
            values["owner_id"] = album.owner_id
        db.session.execute(
            update(table)
            .where(table.album_id == former.id)
            .values(values)
            .execution_options(synchronize_session=False)
        )
    db.session.execute(
        delete(SharedAlbum)
        .where(SharedAlbum.album_id == former.id)
        .execution_options(synchronize_session=False)
    )


def _stay_as_member(user: User, former: Album, album: Album, shows: dict[str, bool]) -> None:
    moment = now()
    membership = AlbumMember(
        album_id=album.id,
        owner_id=album.owner_id,
        email=user.email,
        member_id=user.id,
        role="contributor",
        accepted_at=moment,
        seen_at=moment,
    )
    db.session.add(membership)
    db.session.flush()
    entries = select(AlbumImage.image_id).where(
        AlbumImage.album_id == former.id, AlbumImage.shown_at.is_not(None)
    )
    ids = list(db.session.scalars(entries))
    for image_id in ids:
        db.session.add(
            AlbumContribution(
                album_id=album.id,
                image_id=image_id,
                membership_id=membership.id,
                added_at=moment,
                **shows,
            )
        )
    db.session.flush()
