"""Which album an account may look into, and as what: the one way from one account to another's.

[Note: One way in] Every other query of the product names its owner, and answers all others as if
there was nothing. Here and in contents.py beside, and nowhere else, an account reads what is not
its own. What lets it is a row of `album_members` which it accepted: an invitation alone opens
nothing. Each query names the album, its owner and the account that looks. A grant ends with its
row, at once: it is looked up at each request, and addresses of pictures live for a minute, see
[Note: Addresses of visitors] in app/clients/aws/session_policies.py. docs/decisions/0122.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Prepared
from app.errors import NotFoundError
from app.images.album_models import AlbumOrder

Anybody = User | Owner

# The album is there, and so is its owner. Whoever has a grant to it is a member; its owner sees it
# as members do, which is all of it: what members added is nowhere else.
_ALBUM = """
SELECT albums.id, albums.owner_id, owners.email, albums.title, albums.sort, albums.image_count,
  albums.entry_count, {membership}, {role}, settings.show_dates, settings.show_descriptions,
  settings.show_names, settings.show_places, settings.allow_originals
FROM albums
JOIN users AS owners ON owners.id = albums.owner_id AND owners.disabled_at IS NULL
JOIN shared_albums AS settings ON settings.album_id = albums.id
  AND settings.owner_id = albums.owner_id
{grant}
WHERE albums.id = :album AND albums.deleted_at IS NULL
"""
GRANT = """
JOIN album_members AS members ON members.album_id = albums.id
  AND members.owner_id = albums.owner_id
  AND members.member_id = :account AND members.accepted_at IS NOT NULL
"""
_AS_MEMBER = Prepared(
    text(_ALBUM.format(membership="members.id", role="members.role", grant=GRANT))
)
_AS_OWNER = Prepared(
    text(
        _ALBUM.format(membership="albums.id", role="'owner'", grant="")
        + " AND albums.owner_id = :account"
    )
)


@dataclass(frozen=True)
class OpenAlbum:
    """An album that an account may look into, in the order of the columns above."""

    id: UUID
    owner_id: UUID
    owner_email: str
    title: str
    sort: str
    image_count: int  # of its owner's, in the library
    entry_count: int  # with those that are not
    grant_id: UUID  # the membership; the album itself for its owner
    role: str
    show_dates: bool
    show_descriptions: bool
    show_names: bool
    show_places: bool
    allow_originals: bool

    @property
    def order(self) -> AlbumOrder:
        """How it is sorted."""
        return AlbumOrder(self.sort)

    @property
    def is_own(self) -> bool:
        """Whether whoever looks is its owner."""
        return self.role == "owner"

    @property
    def may_add(self) -> bool:
        """Whether whoever looks may add pictures of their own."""
        return self.role == "contributor"


def open_album(account: Anybody, album_id: UUID) -> OpenAlbum:
    """Return an album that is shared with an account, or by it.

    Raises:
        NotFoundError: there is none with this id, it is deleted, nobody was ever invited to it, or
            this account is not in it (any more): the answer is the same.
    """
    values = {"album": str(album_id), "account": str(account.id)}
    rows = _AS_MEMBER.rows(values) or _AS_OWNER.rows(values)
    if not rows:
        raise NotFoundError
    return OpenAlbum(*rows[0])
