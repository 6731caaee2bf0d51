"""Which library of another an account may look into: the way in beside that of albums.

As in [Note: One way in] in app/members/access.py: here and in contents.py beside, an account reads
what is not its own. What lets it is a row of `library_shares` that it accepted. It is looked up at
each request, so it ends with its row, and addresses of pictures live for a minute.
docs/decisions/0135-partner-share.md.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text

from app.database import Prepared
from app.errors import NotFoundError
from app.members.access import Anybody

# A day before all that a timeline has.
FIRST_DAY = date.min
COLUMNS = f"""shares.id, shares.owner_id, owners.email, coalesce(shares.since, '{FIRST_DAY}'),
  shares.show_descriptions, shares.show_names, shares.show_places, shares.allow_originals"""
JOINED = """
FROM library_shares AS shares
JOIN users AS owners ON owners.id = shares.owner_id AND owners.disabled_at IS NULL
WHERE shares.partner_id = :account AND shares.accepted_at IS NOT NULL
"""
_ONE = Prepared(text(f"SELECT {COLUMNS} {JOINED} AND shares.id = :share"))


@dataclass(frozen=True)
class OpenLibrary:
    """A library that an account may look into, in the order of the columns above."""

    id: UUID  # of the grant
    owner_id: UUID
    owner_email: str
    since: date
    show_descriptions: bool
    show_names: bool
    show_places: bool
    allow_originals: bool


def open_library(account: Anybody, share_id: UUID) -> OpenLibrary:
    """Return a library that is shared with an account.

    Raises:
        NotFoundError: there is no such grant, or it is not this account's (any more), or its owner
            is shut out: the answer is the same.
    """
    rows = _ONE.rows({"share": str(share_id), "account": str(account.id)})
    if not rows:
        raise NotFoundError
    return OpenLibrary(*rows[0])
