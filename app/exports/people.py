"""What an export says of people: whom albums and the library are shared with, and who is blocked.

At most 1,000 people of albums, 500 albums of others, 20 people and 50 libraries of others, and 500
blocked. Of albums of others those that are open: what became of one that is in Recently deleted is
its owner's to tell.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.database import db

_MEMBERS = text("""
SELECT albums.title, members.email, members.role, members.created_at, members.accepted_at
FROM album_members AS members JOIN albums ON albums.id = members.album_id
WHERE members.owner_id = :user ORDER BY members.created_at, members.id
""")
_JOINED = text("""
SELECT albums.title, owners.email, members.role, members.accepted_at
FROM album_members AS members
JOIN albums ON albums.id = members.album_id AND albums.deleted_at IS NULL
JOIN users AS owners ON owners.id = members.owner_id AND owners.disabled_at IS NULL
WHERE members.member_id = :user ORDER BY members.accepted_at, members.id
""")
_PARTNERS = text("""
SELECT email, since, created_at, accepted_at FROM library_shares
WHERE owner_id = :user ORDER BY created_at, id
""")
_LIBRARIES = text("""
SELECT owners.email, shares.since, shares.accepted_at FROM library_shares AS shares
JOIN users AS owners ON owners.id = shares.owner_id AND owners.disabled_at IS NULL
WHERE shares.partner_id = :user ORDER BY shares.accepted_at, shares.id
""")
_BLOCKED = text("SELECT email FROM member_blocks WHERE user_id = :user ORDER BY created_at, email")


def people_of(user_id: UUID) -> dict[str, Any]:
    """Return what is said of people, as it stands in the manifest."""
    values = {"user": user_id}
    return {
        "people_of_albums": [
            {
                "album": row.title,
                "email": row.email,
                "role": row.role,
                "invited_at": row.created_at.isoformat(),
                "joined_at": row.accepted_at and row.accepted_at.isoformat(),
            }
            for row in db.session.execute(_MEMBERS, values)
        ],
        "albums_of_others": [
            {
                "album": row.title,
                "owner": row.email,
                "role": row.role,
                "joined_at": row.accepted_at.isoformat(),
            }
            for row in db.session.execute(_JOINED, values)
        ],
        "library_shared_with": [
            {
                "email": row.email,
                "since": row.since and row.since.isoformat(),
                "invited_at": row.created_at.isoformat(),
                "joined_at": row.accepted_at and row.accepted_at.isoformat(),
            }
            for row in db.session.execute(_PARTNERS, values)
        ],
        "libraries_of_others": [
            {
                "owner": row.email,
                "since": row.since and row.since.isoformat(),
                "joined_at": row.accepted_at.isoformat(),
            }
            for row in db.session.execute(_LIBRARIES, values)
        ],
        "blocked": [row.email for row in db.session.execute(_BLOCKED, values)],
    }
