"""Periodic jobs of accounts: delete expired rows. app/jobs/periodic.py lists them."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, text

from app.accounts.models import Invite, OutboxMail
from app.accounts.rate_limits import limiter
from app.database import db, now

MAX_EVENTS = 5000  # at a time
MAX_REPEATED = 5000  # of a person and kind, older than a day
# Of looking for those: each looks at 200 people and deletes 5,000 lines at most (migration 0045).
MAX_PARTS = 50
MAX_MAILS = 1000  # of a person
PEOPLE_AT_A_TIME = 1000  # whose mails one part of that counts
MAX_DELETED = 5000  # mails or invitations in one sweep
INVITES_KEPT_FOR = timedelta(days=90)
_BEFORE_ALL = UUID(int=0)

# Gives one after the other until time is up: see [Note: The sweep's time].
InTime = Callable[[list[UUID]], Iterable[UUID]]


def delete_nobodys_old_events() -> None:
    """Delete what was recorded of nobody's account, such as guesses at unknown addresses."""
    # The SQL function holds the 91 days (migration 0013): this role may not delete audit rows.
    db.session.execute(text("SELECT forget_nobody(:most)"), {"most": MAX_EVENTS})


def delete_surplus_events(in_time: InTime = list) -> None:
    """Delete the oldest of each kind that one person repeated again and again, such as signing in.

    By parts with a commit each. It begins anywhere among people, so that all of a large site have
    their turn, though no sweep looks at everybody.
    """
    # Kept for a day at least, and no other kinds: the function knows (migration 0045).
    begun = past = uuid4()
    is_second_half = False
    for _ in in_time([begun] * MAX_PARTS):
        found = db.session.scalar(
            text("SELECT forget_surplus(:kept, :past)"), {"kept": MAX_REPEATED, "past": past}
        )
        db.session.commit()
        if is_second_half and (found is None or found >= begun):
            return
        is_second_half = is_second_half or found is None
        past = found or _BEFORE_ALL


def delete_surplus_mails(in_time: InTime = list) -> None:
    """Delete the oldest sent e-mails of users who have too many, before their week is over.

    By parts, and beginning anywhere among people, as above: each part reads the index of some.
    """
    begun = past = uuid4()
    is_second_half, left = False, MAX_DELETED
    for _ in in_time([begun] * MAX_PARTS):
        whose = OutboxMail.user_id
        some = select(whose, func.count()).where(whose > past).group_by(whose).order_by(whose)
        counts = db.session.execute(some.limit(PEOPLE_AT_A_TIME)).all()
        left -= _delete_surplus_of([who for who, many in counts if many > MAX_MAILS], most=left)
        past = (counts[-1][0] if counts else None) or _BEFORE_ALL
        if left <= 0 or (is_second_half and (not counts or past >= begun)):
            return
        is_second_half = is_second_half or not counts


def _delete_surplus_of(people: list[UUID | None], *, most: int) -> int:
    if not people:
        return 0
    newest_first = func.row_number().over(
        partition_by=OutboxMail.user_id, order_by=(OutboxMail.created_at.desc(), OutboxMail.id)
    )
    ranked = (
        select(OutboxMail.id, newest_first.label("place"))
        .where(OutboxMail.user_id.in_(people), OutboxMail.settled_at.is_not(None))
        .subquery()
    )
    surplus = select(ranked.c.id).where(ranked.c.place > MAX_MAILS).limit(most)
    deleted = delete(OutboxMail).where(OutboxMail.id.in_(surplus)).returning(OutboxMail.id)
    without_objects = deleted.execution_options(synchronize_session=False)
    return len(db.session.scalars(without_objects).all())


def delete_old_invites() -> None:
    """Delete invitations by which nobody joined, some time after they ended."""
    over = Invite.used_at.is_(None) & (Invite.expires_at < now() - INVITES_KEPT_FOR)
    some = select(Invite.id).where(over).limit(MAX_DELETED)
    db.session.execute(
        delete(Invite).where(Invite.id.in_(some)).execution_options(synchronize_session=False)
    )


def delete_old_limits(in_time: InTime) -> None:
    """Delete rate limits that are full again."""
    # As much as there is time for: with each session come rows of its own.
    for _ in in_time([_BEFORE_ALL] * MAX_PARTS):
        is_more = limiter.delete_old_limits()
        db.session.commit()
        if not is_more:
            return
