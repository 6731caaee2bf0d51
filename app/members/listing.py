"""Read who is in an album, as its owner sees it; and what is shared with a person."""

from base64 import b64encode
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text

from app.accounts.models import User
from app.accounts.rate_limits.seats import FEW_ROWS, take_read_seat
from app.albums.entries import require_album
from app.database import Prepared, db, now
from app.images.album_models import Album
from app.images.listing import Shown
from app.images.models import SHOWN, Image
from app.members.access import Anybody
from app.members.contents import IS_SHOWN
from app.members.invite import INVITATION_LASTS
from app.members.join import invitations_for
from app.members.models import (
    AlbumContribution,
    AlbumMember,
    MemberBlock,
    MemberPreferences,
    SharedAlbum,
)

_SHOWS = ("show_dates", "show_descriptions", "show_names", "show_places", "allow_originals")
MAX_INVITATIONS = 100  # shown at once, the newest; answering them shows the others

# What members added to an album that is in the outer query, and is seen there: see contents.py.
_SEEN = f"""
FROM album_contributions AS entries
JOIN album_members AS givers ON givers.id = entries.membership_id
  AND givers.album_id = entries.album_id AND givers.accepted_at IS NOT NULL
JOIN users AS people ON people.id = givers.member_id AND people.disabled_at IS NULL
JOIN images ON images.id = entries.image_id AND images.owner_id = givers.member_id AND {IS_SHOWN}
WHERE entries.album_id = albums.id AND givers.owner_id = albums.owner_id
"""
# At most 500 of an account, with an index for each part; the cover is the owner's.
_JOINED = Prepared(
    text(f"""
SELECT albums.id, albums.title, owners.email, members.role, members.accepted_at,
  albums.image_count + (SELECT count(*) {_SEEN}),
  coalesce(albums.changed_at > members.seen_at, true) OR EXISTS (
    SELECT {_SEEN}
      AND entries.added_at > members.seen_at AND entries.membership_id <> members.id),
  covers.id, covers.thumbhash, settings.show_dates, settings.show_descriptions,
  settings.show_names, settings.show_places, settings.allow_originals
FROM album_members AS members
JOIN albums ON albums.id = members.album_id AND albums.owner_id = members.owner_id
  AND albums.deleted_at IS NULL
JOIN users AS owners ON owners.id = members.owner_id AND owners.disabled_at IS NULL
JOIN shared_albums AS settings ON settings.album_id = albums.id
  AND settings.owner_id = albums.owner_id
LEFT JOIN images AS covers ON covers.id = albums.shown_cover_id AND covers.has_preview
  AND covers.owner_id = albums.owner_id AND covers.deleted_at IS NULL
WHERE members.member_id = :account AND members.accepted_at IS NOT NULL
ORDER BY members.accepted_at DESC, members.id
""")  # noqa: S608 - constants
)
_NOTE_LOOK = text("""
UPDATE album_members SET seen_at = now()
WHERE album_id = :album AND member_id = :account
  AND (seen_at IS NULL OR seen_at < now() - interval '1 minute')
""")


def list_members(user: User, album_id: UUID) -> Shown:
    """Return who is in an album and what they see, as the API's MembersOut.

    An invitation that was declined looks like one that was not answered.

    Raises:
        NotFoundError: there is no such album, it is deleted, or it is somebody else's.
    """
    require_album(user, album_id)
    added = (
        _added_pictures()
        .where(AlbumContribution.album_id == album_id, AlbumMember.owner_id == user.id)
        .group_by(AlbumContribution.membership_id)
        .subquery()
    )
    query: Any = (
        select(AlbumMember, added.c.pictures)
        .outerjoin(added, added.c.membership_id == AlbumMember.id)
        .where(
            AlbumMember.owner_id == user.id,
            AlbumMember.album_id == album_id,
            AlbumMember.accepted_at.is_not(None)
            | (AlbumMember.created_at > now() - INVITATION_LASTS),
        )
        .order_by(AlbumMember.created_at, AlbumMember.id)
        .execution_options(populate_existing=True)
    )
    settings = db.session.scalar(
        select(SharedAlbum).where(SharedAlbum.album_id == album_id, SharedAlbum.owner_id == user.id)
    )
    return {
        "members": [
            show_member(row.AlbumMember, pictures=row.pictures or 0)
            for row in db.session.execute(query)
        ],
        "shows": show_settings(settings),
    }


def list_given(user: User) -> list[Shown]:
    """Return the albums of a person that people are in, as the API's GivenAlbumOut, by title.

    At most 1,000 rows, which are all of one owner, and 50,000 of what members added.

    Raises:
        TooManyAtOnceError: they have added much.
    """
    take_read_seat(user.id, rows=_few_added(AlbumMember.owner_id == user.id))
    added = (
        _added_pictures()
        .where(AlbumMember.owner_id == user.id)
        .group_by(AlbumContribution.membership_id)
        .subquery()
    )
    joined = AlbumMember.accepted_at.is_not(None)
    query: Any = (
        select(
            Album.id,
            Album.title,
            Album.deleted_at,
            func.count().filter(joined).label("members"),
            func.count().filter(~joined).label("invited"),
            func.coalesce(func.sum(added.c.pictures), 0).label("pictures"),
        )
        .select_from(AlbumMember)
        .join(Album, (Album.id == AlbumMember.album_id) & (Album.owner_id == AlbumMember.owner_id))
        .outerjoin(added, added.c.membership_id == AlbumMember.id)
        .where(
            AlbumMember.owner_id == user.id,
            joined | (AlbumMember.created_at > now() - INVITATION_LASTS),
        )
        .group_by(Album.id)
        .order_by(func.lower(Album.title), Album.id)
    )
    return [
        {
            "id": str(row.id),
            "title": row.title,
            "members": row.members,
            "invited": row.invited,
            "pictures": int(row.pictures),
            "is_deleted": row.deleted_at is not None,
        }
        for row in db.session.execute(query)
    ]


def _added_pictures() -> Any:  # noqa: ANN401 - a query
    """Ask how many pictures of each membership are seen: by `membership_id`, as `pictures`."""
    return (
        select(AlbumContribution.membership_id, func.count().label("pictures"))
        .join(AlbumMember, AlbumMember.id == AlbumContribution.membership_id)
        .join(
            Image,
            (Image.id == AlbumContribution.image_id) & (Image.owner_id == AlbumMember.member_id),
        )
        .where(Image.has_preview, Image.deleted_at.is_(None), Image.state.in_(SHOWN))
    )


def _few_added(condition: ColumnElement[bool]) -> int:
    """Return how many pictures members added; no more than it takes to need a seat is counted."""
    some = (
        select(AlbumContribution.image_id)
        .join(AlbumMember, AlbumMember.id == AlbumContribution.membership_id)
        .where(condition)
        .limit(FEW_ROWS + 1)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def count_added(member: AlbumMember) -> int:
    """How many pictures are seen that somebody who was invited has added."""
    of_them = AlbumContribution.membership_id == member.id
    found = db.session.execute(
        _added_pictures().where(of_them).group_by(AlbumContribution.membership_id)
    ).one_or_none()
    return found.pictures if found else 0


def show_member(member: AlbumMember, *, pictures: int) -> Shown:
    """Return somebody who was invited, as the API's MemberOut."""
    return {
        "id": str(member.id),
        "email": member.email,
        "role": member.role,
        "state": "invited" if member.accepted_at is None else "joined",
        "invited_at": member.created_at,
        "joined_at": member.accepted_at,
        "pictures": pictures,
    }


def show_settings(settings: SharedAlbum | None) -> Shown:
    """Return what members see beside the pictures, as the API's MembersSeeOut."""
    return {
        "show_dates": settings.show_dates if settings else True,
        "show_descriptions": settings.show_descriptions if settings else False,
        "show_names": settings.show_names if settings else False,
        "show_places": settings.show_places if settings else False,
        "allow_originals": settings.allow_originals if settings else False,
    }


def list_joined(account: Anybody) -> list[Shown]:
    """Return the albums that an account is in, the last joined first.

    Raises:
        TooManyAtOnceError: members have added much to them, which is counted.
    """
    joined = select(AlbumMember.album_id).where(AlbumMember.member_id == account.id)
    take_read_seat(account.id, rows=_few_added(AlbumContribution.album_id.in_(joined)))
    return [
        {
            "id": str(row[0]),
            "title": row[1],
            "owner": row[2],
            "role": row[3],
            "joined_at": row[4],
            "count": row[5],
            "has_news": row[6],
            "cover_id": row[7] and str(row[7]),
            "thumbhash": b64encode(row[8]).decode() if row[8] else None,
            "shows": dict(zip(_SHOWS, row[9:], strict=True)),
        }
        for row in _JOINED.rows({"account": str(account.id)})
    ]


def list_invitations(user: User) -> list[Shown]:
    """Return the invitations that a person has not answered, the newest first."""
    query: Any = (
        select(AlbumMember.id, AlbumMember.role, AlbumMember.created_at, Album.title, User.email)
        .join(Album, (Album.id == AlbumMember.album_id) & (Album.owner_id == AlbumMember.owner_id))
        .join(User, User.id == AlbumMember.owner_id)
        .where(invitations_for(user))
        .order_by(AlbumMember.created_at.desc(), AlbumMember.id)
        .limit(MAX_INVITATIONS)
    )
    return [
        {
            "id": str(row.id),
            "title": row.title,
            "owner": row.email,
            "role": row.role,
            "invited_at": row.created_at,
        }
        for row in db.session.execute(query)
    ]


def list_blocked(user: User) -> list[Shown]:
    """Return whom a person has blocked, by their addresses of then."""
    blocked = db.session.scalars(
        select(MemberBlock)
        .where(MemberBlock.user_id == user.id)
        .order_by(MemberBlock.created_at.desc(), MemberBlock.blocked_id)
    )
    return [
        {"id": str(each.blocked_id), "email": each.email, "blocked_at": each.created_at}
        for each in blocked
    ]


def wants_mail(user: User) -> bool:
    """Whether a person is mailed about invitations."""
    known = db.session.get(MemberPreferences, user.id)
    return known is None or known.wants_mail


def note_look(account: Anybody, album_id: UUID) -> None:
    """Note that a member looks at an album, for what is news to them. The caller commits."""
    db.session.execute(_NOTE_LOOK, {"album": album_id, "account": account.id})
