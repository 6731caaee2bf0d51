"""Read whom a library is shared with, as its owner sees it; and the libraries of others."""

from datetime import date
from typing import Any

from sqlalchemy import select, text

from app.accounts.models import User
from app.database import Prepared, db, now
from app.images.listing import Shown
from app.members.access import Anybody
from app.members.invite import INVITATION_LASTS
from app.members.join import is_invited
from app.members.libraries.access import COLUMNS, FIRST_DAY, JOINED, OpenLibrary
from app.members.models import LibraryShare

_JOINED = Prepared(text(f"SELECT {COLUMNS} {JOINED} ORDER BY lower(owners.email), shares.id"))


def list_shares(user: User) -> list[Shown]:
    """Return whom a library is shared with, those invited first first.

    An invitation that was declined looks like one that was not answered.
    """
    shares = db.session.scalars(
        select(LibraryShare)
        .where(
            LibraryShare.owner_id == user.id,
            LibraryShare.accepted_at.is_not(None)
            | (LibraryShare.created_at > now() - INVITATION_LASTS),
        )
        .order_by(LibraryShare.created_at, LibraryShare.id)
        .execution_options(populate_existing=True)
    )
    return [show_share(each) for each in shares]


def show_share(share: LibraryShare) -> Shown:
    """Return somebody whom a library is shared with, as the API's LibraryShareOut."""
    return {
        "id": str(share.id),
        "email": share.email,
        "state": "invited" if share.accepted_at is None else "joined",
        "since": share.since and share.since.isoformat(),
        "show_descriptions": share.show_descriptions,
        "show_names": share.show_names,
        "show_places": share.show_places,
        "allow_originals": share.allow_originals,
        "invited_at": share.created_at,
        "joined_at": share.accepted_at,
    }


def list_libraries(account: Anybody) -> list[Shown]:
    """Return the libraries that an account looks into, by their owners' addresses."""
    rows = _JOINED.rows({"account": str(account.id)})
    return [show_library(OpenLibrary(*row)) for row in rows]


def show_library(library: OpenLibrary) -> Shown:
    """Return a library as its partner sees it, as the API's SharedLibraryOut."""
    return {
        "id": str(library.id),
        "owner": library.owner_email,
        "since": _since(library.since),
        "show_descriptions": library.show_descriptions,
        "show_names": library.show_names,
        "show_places": library.show_places,
        "allow_originals": library.allow_originals,
    }


def list_invitations(user: User) -> list[Shown]:
    """Return the invitations that a person has not answered, the newest first; the newest 100."""
    query: Any = (
        select(LibraryShare.id, LibraryShare.since, LibraryShare.created_at, User.email)
        .join(User, User.id == LibraryShare.owner_id)
        .where(is_invited(user, LibraryShare))
        .order_by(LibraryShare.created_at.desc(), LibraryShare.id)
        .limit(100)
    )
    return [
        {
            "id": str(row.id),
            "owner": row.email,
            "since": row.since and row.since.isoformat(),
            "invited_at": row.created_at,
        }
        for row in db.session.execute(query)
    ]


def _since(day: date) -> str | None:
    return None if day == FIRST_DAY else day.isoformat()
