"""Select the images for a periodic job: a few of each user, so that no user delays the others."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import InstrumentedAttribute

from app.database import db
from app.images.models import Image
from app.messages import PictureStored

MAX_ROWS = 500
# Nobody's rows may keep the sweep from looking at everybody else's.
MAX_ROWS_OF_ONE = 50


def few_of_each(
    condition: ColumnElement[bool],
    *,
    among: ColumnElement[bool],
    oldest_by: InstrumentedAttribute[datetime | None] | None = None,
) -> list[PictureStored]:
    """Return matching pictures, a few of each person. Ends the transaction.

    However many there are of one person, few of them are read
    (https://wiki.postgresql.org/wiki/Loose_indexscan).

    Args:
        condition: which are wanted.
        among: what an index by owner holds, these among them.
        oldest_by: what that index is ordered by within one person's, and the list too: longest ago
            first. Else each person's newest come first, of any few.
    """
    of_any = select(Image.owner_id).where(among).order_by(Image.owner_id).limit(1)
    owners = select(of_any.scalar_subquery().label("owner_id")).cte("owners", recursive=True)
    following = of_any.where(Image.owner_id > owners.c.owner_id).correlate(owners)
    owners = owners.union_all(
        select(following.scalar_subquery()).where(owners.c.owner_id.is_not(None))
    )
    moment: InstrumentedAttribute[Any] = Image.created_at if oldest_by is None else oldest_by
    few = (
        select(Image.id, moment.label("moment"))
        .where(condition, Image.owner_id == owners.c.owner_id)
        .order_by(*([] if oldest_by is None else [oldest_by]))
        .limit(MAX_ROWS_OF_ONE)
        .correlate(owners)
        .subquery()
    )
    turn = few.c.moment.desc() if oldest_by is None else few.c.moment
    place = func.row_number().over(order_by=turn).label("place")
    due = select(few.c.id, few.c.moment, place).lateral("due")
    query = (
        select(owners.c.owner_id, due.c.id)
        .join(due, true())
        .order_by(due.c.place, due.c.moment)
        .limit(MAX_ROWS)
    )
    return _read(query)


def newest_of_each(condition: ColumnElement[bool]) -> list[PictureStored]:
    """Return matching pictures, each person's newest first. Ends the transaction.

    For what is rare: all that match are read.
    """
    rank = func.row_number().over(partition_by=Image.owner_id, order_by=Image.created_at.desc())
    ranked = (
        select(Image.owner_id, Image.id, Image.created_at, rank.label("rank"))
        .where(condition)
        .subquery()
    )
    query = (
        select(ranked.c.owner_id, ranked.c.id)
        .where(ranked.c.rank <= MAX_ROWS_OF_ONE)
        .order_by(ranked.c.rank, ranked.c.created_at)
        .limit(MAX_ROWS)
    )
    return _read(query)


def _read(query: Select[*tuple[Any, ...]]) -> list[PictureStored]:
    """Return what a query finds; ends the transaction, since what follows waits for the outside."""
    found = [
        PictureStored(user_id=owner_id, image_id=image_id)
        for owner_id, image_id in db.session.execute(query)
    ]
    db.session.rollback()
    return found
