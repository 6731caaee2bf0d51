"""Alt texts, listed by what is to be done with them.

[Note: Bounded looks] What is to be checked has no index of its own, which every upload would pay
for. A page looks at `MAX_LOOKED_AT` pictures of the timeline at most, newest first, and names the
place where it stopped, also where it found nothing: whoever asks goes on from there.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Subquery,
    and_,
    func,
    or_,
    select,
    true,
    tuple_,
)

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import db
from app.images.checked_models import CheckedDescription
from app.images.models import Description, DescriptionSource, Image, View
from app.images.pagination import make_cursor, parse_cursor

MAX_LOOKED_AT = 2000  # pictures, for one page
_LIST = "alt-texts"  # what cursors are of


class AltTextFilter(StrEnum):
    """Which pictures are listed."""

    UNCHECKED = "unchecked"  # described by a model, and nobody has checked that yet
    MISSING = "missing"  # without alt text
    ALL = "all"
    ARCHIVED = "archived"  # in the archive, whatever is said about them; the others are not


@dataclass(frozen=True, kw_only=True)
class AltTexts:
    """A page of pictures of the timeline or the archive with what is said of them, newest first."""

    rows: list[Row[*tuple[Any, ...]]]
    next_cursor: str | None


def list_alt_texts(
    owner: User | Owner, *, which: AltTextFilter, limit: int, cursor: str | None
) -> AltTexts:
    """Return the page that starts after `cursor`; see [Note: Bounded looks].

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    after = None if cursor is None else parse_cursor(_LIST, cursor)
    looked_at = _look(owner, is_archived=which == AltTextFilter.ARCHIVED, after=after)
    is_checked = or_(
        CheckedDescription.image_id.is_not(None), Description.source == DescriptionSource.PERSON
    )
    query = (
        select(
            looked_at.c.id,
            looked_at.c.name,
            looked_at.c.timeline_at,
            looked_at.c.description_state,
            Description.id.label("version_id"),
            Description.source,
            Description.model,
            Description.is_demo,
            Description.alt_text,
            Description.text,
            Description.visible_text,
            Description.tags,
            func.coalesce(is_checked, False).label("is_checked"),
        )
        .select_from(looked_at)
        .outerjoin(Description, Description.id == looked_at.c.current_description_id)
        .outerjoin(
            CheckedDescription,
            and_(
                CheckedDescription.image_id == looked_at.c.id,
                CheckedDescription.description_id == Description.id,
            ),
        )
        .where(_is_meant(which))
        .order_by(looked_at.c.timeline_at.desc(), looked_at.c.id.desc())
        .limit(limit + 1)
    )
    rows = list(db.session.execute(query))
    if len(rows) > limit:
        shown = rows[:limit]
        return AltTexts(rows=shown, next_cursor=place_of(shown[-1]))
    return AltTexts(rows=rows, next_cursor=_end_of(looked_at))


def place_of(row: Row[*tuple[Any, ...]]) -> str:
    """Return the cursor of what comes after a row."""
    return make_cursor(_LIST, row.timeline_at, row.id)


def _look(
    owner: User | Owner, *, is_archived: bool, after: tuple[datetime, UUID] | None
) -> Subquery:
    listed = Image.in_view(View.ARCHIVE) if is_archived else Image.is_unarchived()
    place = tuple_(Image.timeline_at, Image.id)
    return (
        select(
            Image.id,
            Image.name,
            Image.timeline_at,
            Image.description_state,
            Image.current_description_id,
        )
        .where(Image.owned_by(owner), listed)
        .where(true() if after is None else place < after)
        .order_by(Image.timeline_at.desc(), Image.id.desc())
        .limit(MAX_LOOKED_AT)
        .subquery()
    )


def _end_of(looked_at: Subquery) -> str | None:
    """Return the cursor of what comes after those that were looked at; None: that is all."""
    last = (
        select(looked_at.c.timeline_at, looked_at.c.id)
        .order_by(looked_at.c.timeline_at.desc(), looked_at.c.id.desc())
        .offset(MAX_LOOKED_AT - 1)
        .limit(1)
    )
    row = db.session.execute(last).one_or_none()
    return None if row is None else place_of(row)


def _is_meant(which: AltTextFilter) -> ColumnElement[bool]:
    if which == AltTextFilter.UNCHECKED:
        return and_(
            Description.source == DescriptionSource.MODEL, CheckedDescription.image_id.is_(None)
        )
    if which == AltTextFilter.MISSING:
        return or_(Description.id.is_(None), Description.alt_text == "")
    return true()
