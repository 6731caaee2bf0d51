"""Members add pictures of their own to somebody's album, and take them out. The caller commits.

A picture stays its person's: it counts for their quota, and they may do with it what they like. It
is in the album for as long as their membership. Its owner may take it out, and nothing else. See
[Note: One way in] in access.py.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, delete, func, literal, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY

from app.accounts.models import User
from app.database import db, now
from app.errors import NotContributorError, NotFoundError, TooManyAddedError
from app.images.models import Image
from app.members.access import OpenAlbum, open_album
from app.members.models import AlbumContribution, AlbumMember

MAX_OF_MEMBER = 2_000  # in one album
MAX_OF_PERSON = 20_000  # in all albums of others: they go with the pictures, some at a time
MAX_IN_ALBUM = 5_000
MAX_OF_OWNER = 50_000  # in all albums of one owner, which all have to go with the account
# One addition at a time to albums of one owner, so that no two go past the limits together.
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:owner AS text), 122))")
_SHOWS = ("show_dates", "show_descriptions", "show_names", "show_places", "allow_originals")


class Agreed(NamedTuple):
    """Pictures, and what their person had agreed that members are shown of them."""

    ids: list[UUID]
    seen: dict[str, bool]


def contribute(
    user: User, album_id: UUID, ids: Sequence[UUID], *, seen: Mapping[str, bool] | None = None
) -> list[UUID]:
    """Add pictures of one's own library; return those that were not in it. Safe to repeat.

    Args:
        user: whose they are.
        album_id: where to.
        ids: which.
        seen: what this person was told that the album shows, by the names of its switches: no more
            is shown of these. None: what it shows now.

    Raises:
        NotFoundError: the album is not shared with this person, or a picture is not theirs.
        NotContributorError: they may only look.
        TooManyAddedError: see the limits above.
    """
    album = open_album(user, album_id)
    if not album.may_add:
        raise NotContributorError
    db.session.execute(_TAKE_TURN, {"owner": album.owner_id})
    _hold_membership(user, album, AlbumMember.role == "contributor")
    wanted = list(dict.fromkeys(ids))
    is_wanted = Image.id == any_(literal(wanted, ARRAY(Uuid())))
    theirs = select(Image.id).where(Image.owned_by(user), Image.in_library(), is_wanted)
    found = list(db.session.scalars(theirs.with_for_update(key_share=True, read=True)))
    if len(found) != len(wanted):
        raise NotFoundError("Not all of these pictures are in your library. Nothing was added.")
    moment = now()
    shows = {name: getattr(album, name) and (seen is None or seen[name]) for name in _SHOWS}
    added = list(
        db.session.scalars(
            postgresql.insert(AlbumContribution)
            .values(
                [
                    {
                        "album_id": album.id,
                        "image_id": each,
                        "membership_id": album.grant_id,
                        "added_at": moment,
                        **shows,
                    }
                    for each in found
                ]
            )
            .on_conflict_do_nothing()
            .returning(AlbumContribution.image_id)
        )
    )
    if added and _is_too_much(user, album):
        db.session.rollback()
        raise TooManyAddedError
    return added


def withdraw(user: User, album_id: UUID, ids: Sequence[UUID]) -> list[Agreed]:
    """Take pictures out again: a member their own, the album's owner all that members added.

    Return which there were, by what members were shown of them. Safe to repeat.

    Raises:
        NotFoundError: the album is not shared with this person, or by them.
    """
    album = open_album(user, album_id)
    db.session.execute(_TAKE_TURN, {"owner": album.owner_id})
    if not album.is_own:
        _hold_membership(user, album)
    gone = delete(AlbumContribution).where(
        AlbumContribution.album_id == album.id,
        AlbumContribution.image_id == any_(literal(list(ids), ARRAY(Uuid()))),
    )
    if not album.is_own:
        gone = gone.where(AlbumContribution.membership_id == album.grant_id)
    gone = gone.execution_options(synchronize_session=False)
    shows = [getattr(AlbumContribution, name) for name in _SHOWS]
    by_shows: dict[tuple[bool, ...], list[UUID]] = {}
    for image_id, *shown in db.session.execute(gone.returning(AlbumContribution.image_id, *shows)):
        by_shows.setdefault(tuple(shown), []).append(image_id)
    return [
        Agreed(ids=found, seen=dict(zip(_SHOWS, shown, strict=True)))
        for shown, found in by_shows.items()
    ]


def _hold_membership(user: User, album: OpenAlbum, *more: ColumnElement[bool]) -> None:
    """Lock the membership: whoever is removed at this moment changes nothing any more.

    Raises:
        NotFoundError: they were removed, or may not add any more.
    """
    held = db.session.scalar(
        select(AlbumMember.id)
        .where(
            AlbumMember.id == album.grant_id,
            AlbumMember.member_id == user.id,
            *more,
        )
        .with_for_update(read=True)
    )
    if held is None:
        raise NotFoundError


def _is_too_much(user: User, album: OpenAlbum) -> bool:
    counted = func.count()
    in_album, of_member = db.session.execute(
        select(counted, counted.filter(AlbumContribution.membership_id == album.grant_id)).where(
            AlbumContribution.album_id == album.id
        )
    ).one()
    of_all = (
        select(counted)
        .select_from(AlbumContribution)
        .join(AlbumMember, AlbumMember.id == AlbumContribution.membership_id)
    )
    of_owner = db.session.scalar(of_all.where(AlbumMember.owner_id == album.owner_id)) or 0
    of_person = db.session.scalar(of_all.where(AlbumMember.member_id == user.id)) or 0
    return (
        in_album > MAX_IN_ALBUM
        or of_member > MAX_OF_MEMBER
        or of_owner > MAX_OF_OWNER
        or of_person > MAX_OF_PERSON
    )
