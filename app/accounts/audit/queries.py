"""Read the audit log by pages, newest first, with a keyset cursor."""

from typing import Any

from sqlalchemy import Select

from app.accounts.audit.schemas import EventRow, PageIn
from app.accounts.client_info import ClientInfo
from app.accounts.models import AuditEvent
from app.accounts.sessions.device_names import device_words
from app.accounts.sessions.network_labels import place_words
from app.database import db
from app.errors import InvalidCursorError

# The rest is people's own words, such as names of passkeys and addresses that they once wanted.
_TOLD_TO_ADMINISTRATORS = {
    "access_tokens",
    "days",
    "ended",
    "how",
    "identities",
    "invited",
    "is_demo",
    "left",
    "members",
    "passkeys",
    "pictures",
    "problem",
    "provider",
    "recovery_codes",
    "role",
    "scope",
    "sessions",
    "shares",
    "shows",
    "totps",
    "with_collecting",
    "with_downloads",
    "with_password",
}
_MAX_DIGITS = 18  # of a bigint, so that no cursor overflows it


def event_page(query: Select[*tuple[Any, ...]], page: PageIn) -> tuple[list[Any], str | None]:
    """Return one page of a query that selects events, and the cursor of the next.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    if page.cursor is not None:
        query = query.where(AuditEvent.id < _parse(page.cursor))
    rows = db.session.execute(query.order_by(AuditEvent.id.desc()).limit(page.limit + 1)).all()
    shown = list(rows[: page.limit])
    return shown, str(shown[-1][0].id) if len(rows) > page.limit else None


def show_event(
    event: AuditEvent, *, seen_by: ClientInfo, to_administrator: bool = False
) -> EventRow:
    """Shape an event; its person does not learn where an administrator sits."""
    by_administrator = event.actor_id is not None and event.actor_id != event.user_id
    is_told = to_administrator or not by_administrator
    return EventRow(
        id=event.id,
        at=event.at,
        event=event.event,
        by_administrator=by_administrator,
        device=device_words(event.user_agent) if is_told else "",
        place=place_words(event.ip, seen_by=seen_by) if is_told else "",
        ip=event.ip if is_told else "",
        detail=_told(event.detail) if to_administrator else event.detail,
    )


def _told(detail: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if name in _TOLD_TO_ADMINISTRATORS}


def _parse(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= _MAX_DIGITS):
        raise InvalidCursorError
    return int(cursor)
