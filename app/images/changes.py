"""Changes since a client last asked, for clients that keep a copy.

[Note: Changes in order] A change becomes visible when its transaction commits, and a long
transaction may commit after a shorter one that began later. A time or number that is taken during a
transaction may therefore become visible after a greater one, and a client that asks in between
misses it for ever. The trigger `note_change` (migration 0017) takes the number at the commit, under
a lock of the user's row in `storage` that is held until the commit is done. Numbers of one user
thus become visible in order: a client that has seen one has seen all smaller ones. The lock lasts
for the commit only, and transactions of other users do not wait for it. A transaction that changed
images of several users would lock several such rows, in any order. There is none.

A number is the microsecond of its commit, or the previous number plus one where that is greater.
After a restore of an older database, new changes therefore get greater numbers than all that
clients have seen.

An image is recorded as changed from its arrival on. An upload that has not arrived costs nothing to
create. If it were recorded, each cancelled one would leave a removal (migration 0022).

[Note: Removals are forgotten] A deleted image leaves a row for its removal, for 90 days. A client
whose last change is older than the last removal that was deleted may have missed it. It must start
again (410).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    and_,
    cast,
    delete,
    func,
    select,
    tuple_,
    update,
)

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Prepared, db, given, now, set_short_lock_timeout
from app.errors import ChangesForgottenError, InvalidCursorError
from app.images.counted_models import ImageChange, Storage
from app.images.listing import LISTED, Reader, Shown, show
from app.images.models import Description, Image
from app.images.pagination import decode_cursor, encode_cursor

# Longer than a phone lies in a drawer; each costs about 100 bytes.
REMOVALS_REMEMBERED_FOR = timedelta(days=90)
_MAX_PEOPLE = 100
_MAX_REMOVALS = 10_000  # in one transaction
_LAST_ID = UUID(int=2**128 - 1)
_MAX_NUMBER = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What changed, each picture once.

    Args:
        images: those that have arrived, as they are now, those in Recently deleted included.
        removed: ids of those that are gone for good.
        until: where the next question begins.
        has_more: whether there is more to ask for at once.
    """

    images: list[Shown]
    removed: list[str]
    until: str
    has_more: bool


@dataclass(frozen=True, kw_only=True)
class _Mark:
    """How far a client is.

    Args:
        number: of the last change that it was told of.
        image_id: the last picture of that number; the greatest id when it was told of all.
        base: of the last change when it began with nothing: what was removed until then it has
            never heard of, and need not.
    """

    number: int
    image_id: UUID
    base: int

    @property
    def known_until(self) -> int:
        """The number up to which no removal can be news to it."""
        is_whole = self.image_id == _LAST_ID
        return max(self.base, self.number if is_whole else self.number - 1)


_PAGE = Prepared(
    select(
        cast(ImageChange.image_id, Text),
        *LISTED[1:],
        Image.sha256,
        ImageChange.number,
        ImageChange.removed_at,
    )
    .select_from(ImageChange)
    .outerjoin(
        Image, and_(Image.id == ImageChange.image_id, Image.owner_id == ImageChange.owner_id)
    )
    .outerjoin(Description, Description.id == Image.current_description_id)
    .where(
        ImageChange.owner_id == given("owner"),
        tuple_(ImageChange.number, ImageChange.image_id)
        > tuple_(given("number", BigInteger()), given("last", ImageChange.image_id.type)),
        ImageChange.removed_at.is_(None) | (ImageChange.number > given("base", BigInteger())),
    )
    .order_by(ImageChange.number, ImageChange.image_id)
    .limit(given("limit", Integer()))
)


def changes_since(
    owner: User | Owner, *, reader: Reader, limit: int, cursor: str | None
) -> Changes:
    """Return what changed since a client asked last, in the order of the commits.

    Args:
        owner: whose pictures.
        reader: signs addresses.
        limit: how many changes at most.
        cursor: `until` of the answer before; None for a client that has nothing yet.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
        ChangesForgottenError: removals since then are not remembered any more.
    """
    # Before the page: what is noted up to this number, the page cannot miss.
    mark = _parse(cursor) if cursor else _Mark(number=0, image_id=UUID(int=0), base=_ends(owner)[0])
    rows = _PAGE.rows(
        {
            "owner": str(owner.id),
            "number": mark.number,
            "last": str(mark.image_id),
            "base": mark.base,
            "limit": limit + 1,
        }
    )
    # After the page: what the page could not see any more, was forgotten before this.
    last_change, last_forgotten = _ends(owner)
    if mark.known_until < last_forgotten or mark.number > last_change:
        raise ChangesForgottenError
    page = rows[:limit]
    images = [
        {**show(row, reader=reader), "sha256": row[-3].hex()} for row in page if row[-1] is None
    ]
    has_more = len(rows) > limit
    number = page[-1][-2] if page else mark.number
    if has_more:
        reached = _Mark(number=number, image_id=UUID(page[-1][0]), base=mark.base)
    else:
        reached = _Mark(number=max(number, mark.base), image_id=_LAST_ID, base=mark.base)
    return Changes(
        images=images,
        removed=[row[0] for row in page if row[-1] is not None],
        until=_cursor(reached),
        has_more=has_more,
    )


def owners_of_old_removals() -> Sequence[UUID]:
    """Return a few of the people for whom there is something to forget. Ends the transaction."""
    owners = select(ImageChange.owner_id).where(_is_old()).distinct().limit(_MAX_PEOPLE)
    found = db.session.scalars(owners).all()
    db.session.rollback()
    return found


def forget_removals(owner_id: UUID, *, most: int = _MAX_REMOVALS) -> None:
    """Forget some of a person's that were removed long ago; see [Note: Removals are forgotten].

    Ends the transaction, which waits for no lock: that person's changes wait for its end.
    """
    set_short_lock_timeout()
    mine = (ImageChange.owner_id == owner_id, _is_old())
    first = select(ImageChange.number).where(*mine).order_by(ImageChange.number).limit(most)
    last = select(func.max(first.subquery().c.number)).scalar_subquery()
    # This row first, as wherever both are changed.
    number = db.session.scalar(
        update(Storage)
        .where(Storage.user_id == owner_id)
        .values(last_forgotten=func.greatest(Storage.last_forgotten, last))
        .returning(Storage.last_forgotten)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        delete(ImageChange)
        .where(*mine, ImageChange.number <= number)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def _is_old() -> ColumnElement[bool]:
    return ImageChange.removed_at < now() - REMOVALS_REMEMBERED_FOR


def _ends(owner: User | Owner) -> tuple[int, int]:
    """Return the numbers of the last change and of the last removal that was forgotten."""
    row = db.session.execute(
        select(Storage.last_change, Storage.last_forgotten).where(Storage.user_id == owner.id)
    ).one_or_none()
    return (row.last_change, row.last_forgotten) if row else (0, 0)


def _cursor(mark: _Mark) -> str:
    return encode_cursor("changes", str(mark.number), mark.image_id.hex, str(mark.base))


def _parse(cursor: str) -> _Mark:
    try:
        number, image_id, base = decode_cursor("changes", cursor)
        mark = _Mark(number=int(number), image_id=UUID(image_id), base=int(base))
    except ValueError as error:
        raise InvalidCursorError from error
    if not (0 <= mark.number <= _MAX_NUMBER and 0 <= mark.base <= _MAX_NUMBER):
        raise InvalidCursorError
    return mark
