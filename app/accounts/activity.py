"""Reading the record, by pages: the newest first, each beginning where the one before ended."""

from typing import Any

from sqlalchemy import Select

from app.accounts.devices import device_words
from app.accounts.models import AuditEvent
from app.accounts.places import place_words
from app.accounts.schemas.activity import EventRow, PageIn
from app.accounts.visitor import Visitor
from app.database import db
from app.errors import InvalidCursorError

_MOST_DIGITS = 18  # of a bigint, so that no cursor overflows it


def event_page(query: Select[Any], page: PageIn) -> tuple[list[Any], str | None]:
    """Return one page of a query that selects events, and the cursor of the next.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    if page.cursor is not None:
        query = query.where(AuditEvent.id < _parse(page.cursor))
    rows = db.session.execute(query.order_by(AuditEvent.id.desc()).limit(page.limit + 1)).all()
    shown = list(rows[: page.limit])
    return shown, str(shown[-1][0].id) if len(rows) > page.limit else None


def show_event(event: AuditEvent, *, seen_by: Visitor) -> EventRow:
    """Shape an event for its person, who does not learn where an administrator sits."""
    is_foreign = event.actor_id is not None and event.actor_id != event.user_id
    ip, user_agent = ("", "") if is_foreign else (event.ip, event.user_agent)
    return EventRow(
        id=event.id,
        at=event.at,
        event=event.event,
        by_administrator=is_foreign,
        device="" if is_foreign else device_words(user_agent),
        place="" if is_foreign else place_words(ip, seen_by=seen_by),
        ip=ip,
        detail=event.detail,
    )


def _parse(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= _MOST_DIGITS):
        raise InvalidCursorError
    return int(cursor)
