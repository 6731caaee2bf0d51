"""Visitors of share links: who may come in, and by what a visit is known.

[Note: One answer at the door] A link that was never made, was ended, has expired, or whose password
was not given or not right is answered by the same bytes after the same work, so that nobody learns
which it was. Whoever gives a password has it hashed and counted, whether there is such a link or
not: see [Note: Guesses at a share's password].

[Note: Visits] Who was let in gets a visit: the link's id and a moment, signed with a key of the
site. It is no row and no cookie, and is worth nothing once the link has another address, password
or end, since these are signed with it and the link is looked up at each request.
"""

import base64
import binascii
import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from flask import g, request
from sqlalchemy import text

from app.accounts.passwords.hashing import is_right
from app.accounts.rate_limits.limiter import Limit, give_each_back_now, take_each
from app.accounts.rate_limits.networks import for_network
from app.accounts.rate_limits.policies import (
    SHARE_TRIES,
    SHARE_TRIES_ALL,
    SHARE_TRIES_NETWORK,
    SHARE_TRIES_OWNER,
)
from app.accounts.sessions.guards import current_owner, public
from app.accounts.sessions.lookup import Owner
from app.accounts.sessions.tokens import digest
from app.database import Prepared, db, now
from app.errors import NotSignedInError, ShareClosedError
from app.http.dependencies import dependencies
from app.images.album_models import AlbumOrder

P = ParamSpec("P")
R = TypeVar("R")

HEADER = "Pinhole-Visit"
# As long as somebody looks at pictures; then the page comes in once more, by the link.
GOOD_FOR = timedelta(days=1)
_PURPOSE = b"pinhole visits of share links"
_MAX_LETTERS = 100  # ours have 75
_MAC_BYTES = 32

# The condition that a link is open, by the database's clock.
_OPEN = """
SELECT shares.id, shares.owner_id, shares.album_id, albums.sort, shares.token_hash,
  shares.password_hash, shares.expires_at, shares.title, shares.note, shares.allow_downloads,
  shares.without_metadata,
  shares.show_dates, shares.show_descriptions, shares.show_names, albums.image_count,
  albums.entry_count, collections.album_id, collections.is_reviewed,
  collections.taken_pictures >= collections.max_pictures
    OR collections.taken_bytes >= collections.max_bytes
FROM shares
JOIN users ON users.id = shares.owner_id AND users.disabled_at IS NULL
LEFT JOIN albums ON albums.id = shares.album_id AND albums.owner_id = shares.owner_id
  AND albums.deleted_at IS NULL
LEFT JOIN share_collections AS collections ON collections.share_id = shares.id
  AND collections.owner_id = shares.owner_id
LEFT JOIN albums AS targets ON targets.id = collections.album_id
  AND targets.owner_id = shares.owner_id AND targets.deleted_at IS NULL
WHERE (shares.expires_at IS NULL OR shares.expires_at > clock_timestamp())
  AND (shares.album_id IS NULL OR albums.id IS NOT NULL)
  AND (collections.share_id IS NULL OR targets.id IS NOT NULL)
"""
_BY_TOKEN = Prepared(text(f"{_OPEN} AND shares.token_hash = :token_hash"))
_BY_ID = Prepared(text(f"{_OPEN} AND shares.id = :id"))
# Whoever ends the link waits until the commit, or was first.
_HELD = text(f"{_OPEN} AND shares.id = :id FOR SHARE OF shares")
_NOTE_VISIT = text("""
UPDATE shares SET visits = visits + :more,
  last_visit_at = CASE :more WHEN 0 THEN last_visit_at ELSE now() END
WHERE id = :id AND token_hash = :token_hash AND password_hash IS NOT DISTINCT FROM :password_hash
RETURNING id
""")


@dataclass(frozen=True)
class OpenShare:
    """A link that is open, in the order of the columns above."""

    id: UUID
    owner_id: UUID
    album_id: UUID | None
    sort: str | None
    token_hash: bytes
    password_hash: str | None
    expires_at: datetime | None
    title: str
    note: str
    allow_downloads: bool
    without_metadata: bool
    show_dates: bool
    show_descriptions: bool
    show_names: bool
    album_images: int | None  # that are in the library
    album_entries: int | None  # with those that are not
    collects_into: UUID | None  # the album that guests add pictures to; None: they do not
    is_reviewed: bool | None  # whether its owner looks at these first
    is_full: bool | None  # whether guests may add no more

    @property
    def owner(self) -> Owner:
        """Whose images it shows."""
        return Owner(self.owner_id)

    @property
    def order(self) -> AlbumOrder | None:
        """The order of its album; None: it shows a selection."""
        return None if self.sort is None else AlbumOrder(self.sort)


def find_share(token: str) -> OpenShare | None:
    """Return the open link that has this token, whether or not it has a password."""
    return _one_of(_BY_TOKEN, token_hash=digest(token))


def find_open_share(share_id: UUID) -> OpenShare | None:
    """Return the open link with this id, whether or not it has a password."""
    return _one_of(_BY_ID, id=str(share_id))


def hold_open(share_id: UUID) -> OpenShare | None:
    """Return a link if it is open, and keep it so until the transaction ends.

    Whether the site allows links is for the caller to know.
    """
    row = db.session.execute(_HELD, {"id": share_id}).one_or_none()
    return None if row is None else OpenShare(*row)


def for_visitors(view: Callable[P, R]) -> Callable[P, R]:
    """Only whoever has a visit to an open link may call this; it is in `current_share`."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        g.share = _find_visited(request.headers.get(HEADER, ""))
        return view(*args, **kwargs)

    guarded = public(checked)
    guarded.access = "visitor"  # type: ignore[attr-defined]
    return guarded


def current_share() -> OpenShare:
    """The link that this request's visit is to."""
    return cast("OpenShare", g.share)


def begin_visit(token: str, password: str | None) -> tuple[OpenShare, str]:
    """Let a visitor in, and count the visit; ends the transaction.

    Returns:
        What the link is, and the visit.

    Raises:
        ShareClosedError: the link is not open, or the password is not the one.
        TooManyRequestsError: too many passwords were tried.
    """
    visitor_id = _who_is_signed_in()
    share = find_share(token)
    is_own = share is not None and share.owner_id == visitor_id
    if share is None or share.password_hash is not None:
        if password is None:
            raise ShareClosedError
        counted = _take_try(digest(token), owner_id=visitor_id if is_own else None)
        wanted = None if share is None else share.password_hash
        if not is_right(password, password_hash=wanted) or share is None:
            raise ShareClosedError
        # Of the whole site: nobody waits for these rows while this waits for the link's.
        give_each_back_now(*counted)
    _note_visit(share, more=0 if is_own else 1)
    db.session.commit()
    return share, sign_visit(share, until=now() + GOOD_FOR)


def _note_visit(share: OpenShare, *, more: int) -> None:
    """Count a visit, unless the link was ended or changed while the password was hashed.

    Raises:
        ShareClosedError: it was.
    """
    values = {
        "more": more,
        "id": share.id,
        "token_hash": bytes(share.token_hash),
        "password_hash": share.password_hash,
    }
    if db.session.scalar(_NOTE_VISIT, values) is None:
        raise ShareClosedError


def _take_try(token_hash: bytes, *, owner_id: UUID | None) -> tuple[tuple[Limit, str], ...]:
    """Count a password before it is looked at; return what to give back when it is right."""
    counted: tuple[tuple[Limit, str], ...] = (
        *for_network(SHARE_TRIES_NETWORK),
        (SHARE_TRIES, token_hash.hex()),
        (SHARE_TRIES_ALL, ""),
    )
    if owner_id is not None:
        counted = ((SHARE_TRIES_OWNER, str(owner_id)),)
    take_each(*counted)
    return counted


def _who_is_signed_in() -> UUID | None:
    """Who is signed in in this browser: asked before it is known whether there is such a link."""
    try:
        return current_owner().id
    except NotSignedInError:
        return None


def _find_visited(visit: str) -> OpenShare:
    """Return the link that a visit is to.

    Raises:
        ShareClosedError: it is no visit of ours, is over, or the link is not open any more.
    """
    signed = _decoded(visit)
    if len(signed) != 16 + 8 + _MAC_BYTES:
        raise ShareClosedError
    share = _one_of(_BY_ID, id=str(UUID(bytes=signed[:16])))
    (seconds,) = struct.unpack(">q", signed[16:24])
    if share is None or seconds <= now().timestamp():
        raise ShareClosedError
    if not hmac.compare_digest(signed[24:], _mac(share, signed[:24])):
        raise ShareClosedError
    return share


def sign_visit(share: OpenShare, *, until: datetime) -> str:
    """Return a visit to a link, which is good until then at most."""
    said = share.id.bytes + struct.pack(">q", int(until.timestamp()))
    return base64.urlsafe_b64encode(said + _mac(share, said)).decode().rstrip("=")


def _mac(share: OpenShare, said: bytes) -> bytes:
    secret = dependencies().settings.secret_key.encode()
    bound = bytes(share.token_hash) + (share.password_hash or "").encode()
    return hmac.digest(hmac.digest(secret, _PURPOSE, "sha256"), said + bound, "sha256")


def _decoded(visit: str) -> bytes:
    if len(visit) > _MAX_LETTERS:
        return b""
    try:
        return base64.urlsafe_b64decode(visit + "=" * (-len(visit) % 4))
    except (binascii.Error, ValueError):
        return b""


def _one_of(query: Prepared, **values: object) -> OpenShare | None:
    """Return the link, unless this site allows none."""
    rows = query.rows(values)
    if not rows or not dependencies().settings.share_links_are_allowed:
        return None
    return OpenShare(*rows[0])
