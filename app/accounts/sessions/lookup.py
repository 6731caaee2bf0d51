"""Look up the user of a session without mapped tables, since every request needs it.

Mapping the tables of accounts and loading an entity are a tenth of a cold start
(docs/decisions/0052-cold-start-by-halves.md). Requests that change an account map them, by
`find_session`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.accounts.client_info import ClientInfo
from app.accounts.sessions.tokens import digest
from app.database import Prepared, db, now

IDLE = timedelta(days=30)
USE_NOTED_EVERY = timedelta(minutes=5)
# How long a proof of who is there is enough for what is hard to undo (OWASP ASVS 5.0, 7.5.1).
FRESH_FOR = timedelta(minutes=10)

# When a session signs its person in; `find_session` asks the same.
SIGNS_IN = """
sessions.token_hash = :token_hash AND sessions.expires_at > :moment
AND sessions.last_used_at > :idle_since AND users.disabled_at IS NULL
"""
_FOUND = "sessions JOIN users ON users.id = sessions.user_id"
_OWNER = Prepared(
    text(f"SELECT sessions.id, sessions.last_used_at, users.id FROM {_FOUND} WHERE {SIGNS_IN}")  # noqa: S608 - constants
)
_PROFILE = Prepared(
    text(f"""
SELECT sessions.id, sessions.last_used_at, sessions.fresh_at, users.id, users.email,
  users.email_verified_at IS NOT NULL, users.created_at, users.password_hash IS NOT NULL,
  users.is_administrator, users.descriptions_enabled_at IS NOT NULL,
  users.stacks_images, users.delete_after
FROM {_FOUND} WHERE {SIGNS_IN}
""")  # noqa: S608 - constants
)
_NOTE_USE = text("UPDATE sessions SET last_used_at = :moment, ip = :ip WHERE id = :id")


@dataclass(frozen=True)
class Owner:
    """A person, as far as it takes to read what is theirs."""

    id: UUID


@dataclass(frozen=True)
class Profile:
    """What a person is told of themselves, by the names of `User`."""

    id: UUID
    email: str
    email_verified: bool
    created_at: datetime
    has_password: bool
    is_administrator: bool
    descriptions_enabled: bool
    stacks_images: bool
    delete_after: datetime | None


def signing_in(token: str, *, moment: datetime) -> dict[str, Any]:
    """Return the values of `SIGNS_IN`."""
    return {"token_hash": digest(token), "moment": moment, "idle_since": moment - IDLE}


def find_owner(token: str, who: ClientInfo) -> Owner | None:
    """Return who is signed in by a token, where it takes no more."""
    moment = now()
    found = _OWNER.rows(signing_in(token, moment=moment))
    if not found:
        return None
    session_id, last_used_at, user_id = found[0]
    note_use(session_id, last_used_at, moment=moment, who=who)
    return Owner(user_id)


def find_profile(token: str, who: ClientInfo) -> tuple[Profile, datetime | None] | None:
    """Return who is signed in by a token, and when they last proved who they are."""
    moment = now()
    found = _PROFILE.rows(signing_in(token, moment=moment))
    if not found:
        return None
    session_id, last_used_at, fresh_at, *shown = found[0]
    note_use(session_id, last_used_at, moment=moment, who=who)
    return Profile(*shown), fresh_at


def note_use(
    session_id: UUID, last_used_at: datetime, *, moment: datetime, who: ClientInfo
) -> None:
    """Note now and then that a session was used, and from where; ends the transaction then."""
    if moment - last_used_at > USE_NOTED_EVERY:
        db.session.execute(_NOTE_USE, {"moment": moment, "ip": who.ip, "id": session_id})
        db.session.commit()
