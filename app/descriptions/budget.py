"""Budgets of descriptions: money is reserved before a picture is sent, and settled afterwards.

[Note: Reserved, then settled] A call of the model costs nothing until it is made, and nobody knows
how much until it is answered. So the most that it can cost is added to two sums first, the
person's and the one of all together, by statements that refuse what would exceed a budget. The
answer settles it: what it cost takes the place of what was reserved. However many calls are under
way, sums and reservations together are never more than the budget.

A reservation whose worker died is kept as spent, in full: the host may have answered, and asks for
its money. Given back, it would let a site that is restarted again and again spend without an end.
See docs/decisions/0118.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Row,
    case,
    delete,
    exists,
    func,
    select,
    text,
    true,
    update,
)

from app.clients.vision_errors import Usage
from app.database import db, now
from app.descriptions.tariff import Tariff
from app.images.description_batch_models import BatchState, DescriptionBatch
from app.images.model_call_models import MAX_CALLS_KEPT, ModelCall, ModelSpending
from app.integrity.one_step import try_step

log = logging.getLogger(__name__)

# Longer than a call lasts with all waits around it: see LEASE in lease.py, and KEEP_SECONDS.
ABANDONED_AFTER = timedelta(minutes=10)
MAX_ABANDONED = 200  # of one sweep
CALLS_KEPT_FOR = timedelta(days=400)
MAX_OLD_CALLS = 5000  # of one statement
DESCRIBED, UNKNOWN = "described", "unknown"
_TRIM_EVERY = 50  # calls, of all together
_MONTH = "date_trunc('month', now() AT TIME ZONE 'UTC')::date"
# One statement for each sum, the person's first, everywhere: so that no two wait for each other.
_RESERVE = text(f"""
INSERT INTO model_spending AS kept (owner_id, month, reserved, spent)
SELECT :owner, {_MONTH}, :amount, 0
WHERE CAST(:budget AS bigint) IS NULL OR CAST(:amount AS bigint) <= :budget
ON CONFLICT (owner_id, month) DO UPDATE SET reserved = kept.reserved + :amount
  WHERE CAST(:budget AS bigint) IS NULL OR kept.spent + kept.reserved + :amount <= :budget
RETURNING month
""")
_OWN_BUDGET = text("SELECT description_budget FROM users WHERE id = :owner")
_NEXT_MONTH = text(f"SELECT CAST({_MONTH} + interval '1 month' AS date)")
_TRIM = text("""
DELETE FROM model_calls WHERE id IN (
  SELECT id FROM model_calls WHERE owner_id = :owner AND settled_at IS NOT NULL
  ORDER BY id DESC OFFSET :kept LIMIT 1000
)
""")

Payer = Literal["person", "site"]


@dataclass(frozen=True, kw_only=True)
class Call:
    """A reservation for one call of the model."""

    id: int
    tariff: Tariff


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Whose budget has no room for one more picture."""

    payer: Payer


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What was spent and is reserved this month, and the budget; in nano-dollars."""

    spent: int
    reserved: int
    budget: int | None

    @property
    def left(self) -> int | None:
        """How much may still be reserved; None: anything."""
        if self.budget is None:
            return None
        return max(0, self.budget - self.spent - self.reserved)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a person stands this month."""

    person: Sums
    site: Sums
    resets_on: date  # by UTC

    def refuses(self, amount: int) -> Payer | None:
        """Say whose budget has no room for so much; None: both have."""
        payers: tuple[tuple[Payer, Sums], ...] = (("person", self.person), ("site", self.site))
        for payer, sums in payers:
            if sums.left is not None and amount > sums.left:
                return payer
        return None


def reserve(
    owner_id: UUID, image_id: UUID, *, tariff: Tariff, batch_id: UUID | None = None
) -> Call | Refused:
    """Reserve the most that one picture can cost; commits. See [Note: Reserved, then settled].

    batch_id: the batch that it is sent in. Then it is reserved for as long as that is open.
    """
    amount = tariff.most_of_picture
    budgets = (
        (owner_id, smaller(tariff.person_budget, _own_budget(owner_id))),
        (None, tariff.site_budget),
    )
    month: date | None = None
    for payer, budget in budgets:
        values = {"owner": payer, "amount": amount, "budget": budget}
        month = db.session.scalar(_RESERVE, values)
        if month is None:
            db.session.rollback()
            return Refused(payer="site" if payer is None else "person")
    call = ModelCall(
        owner_id=owner_id,
        image_id=image_id,
        batch_id=batch_id,
        month=cast("date", month),
        host=tariff.host[:255],
        model=tariff.model[:100],
        reserved=amount,
    )
    db.session.add(call)
    db.session.flush()  # the id is needed below
    call_id = call.id
    db.session.commit()
    if call_id % _TRIM_EVERY == 0:
        # Not before: until the commit everybody else's workers wait for the sum of all together.
        # And what is reserved is reserved, whether this is done or not.
        try_step(partial(_trim, owner_id))
    return Call(id=call_id, tariff=tariff)


def _trim(owner_id: UUID) -> None:
    db.session.execute(_TRIM, {"owner": owner_id, "kept": MAX_CALLS_KEPT})
    db.session.commit()


def settle(call: Call, *, outcome: str, usage: Usage | None, is_unbilled: bool = False) -> None:
    """Put what a call cost in the place of what is reserved for it, in the current transaction.

    Safe to repeat. Where the host did not count, and may have answered, all of it is kept as spent.
    Comes last in its transaction: all workers write the sum of all together.
    """
    held = db.session.execute(
        select(ModelCall).where(ModelCall.id == call.id).with_for_update()
    ).scalar_one_or_none()
    if held is None or (held.settled_at is not None and held.outcome != UNKNOWN):
        return
    cost = 0 if is_unbilled else held.reserved
    if usage is not None:
        cost = call.tariff.cost(usage)
        held.input_tokens, held.output_tokens = usage.input_tokens, usage.output_tokens
        if cost > held.reserved:
            log.warning("a picture cost more than the most that was reckoned: %s", held.model)
    # One that the sweep took for abandoned has nothing reserved any more.
    former = held.cost if held.settled_at is not None else None
    _close(held, outcome=outcome, cost=cost, former=former)


def _close(held: ModelCall, *, outcome: str, cost: int, former: int | None = None) -> None:
    released = held.reserved if former is None else 0
    held.settled_at, held.outcome, held.cost = now(), outcome, cost
    db.session.flush()
    for payer in (held.owner_id, None):
        is_payers = (
            ModelSpending.owner_id.is_(None) if payer is None else ModelSpending.owner_id == payer
        )
        db.session.execute(
            update(ModelSpending)
            .where(is_payers, ModelSpending.month == held.month)
            .values(
                reserved=ModelSpending.reserved - released,
                spent=ModelSpending.spent + cost - (former or 0),
            )
            .execution_options(synchronize_session=False)
        )


def call_of_batch(
    batch_id: UUID, image_id: UUID, *, since: datetime, tariff: Tariff
) -> Call | None:
    """Return what is reserved for a picture of a batch that was sent then; None: nothing is."""
    found = db.session.scalar(
        select(ModelCall.id)
        .where(ModelCall.batch_id == batch_id, ModelCall.image_id == image_id)
        .where(ModelCall.sent_at >= since)
        .where(ModelCall.settled_at.is_(None) | (ModelCall.outcome == UNKNOWN))
        .order_by(ModelCall.id.desc())
        .limit(1)
    )
    return None if found is None else Call(id=found, tariff=tariff)


def give_back_batch(
    batch_id: UUID, *, outcome: str, tariff: Tariff, only: Collection[UUID] | None = None
) -> int:
    """Give back what is reserved for pictures of a batch that cost nothing; commits.

    Safe to repeat. Returns for how many. only: which pictures; None: all.
    """
    held = list(
        db.session.scalars(
            select(ModelCall.id)
            .where(ModelCall.batch_id == batch_id, ModelCall.settled_at.is_(None))
            .where(true() if only is None else ModelCall.image_id.in_(only))
            .order_by(ModelCall.id)
        )
    )
    db.session.rollback()
    for call_id in held:
        call = Call(id=call_id, tariff=tariff)
        settle(call, outcome=outcome, usage=None, is_unbilled=True)
        db.session.commit()
    return len(held)


def settle_abandoned() -> int:
    """Keep as spent what was reserved by workers that died; commits. Returns how many there were.

    Safe to repeat, and at once with others. Past rows that somebody holds: their worker lives.
    """
    abandoned = (
        select(ModelCall.id)
        .where(ModelCall.settled_at.is_(None), ModelCall.sent_at < now() - ABANDONED_AFTER)
        .where(~_is_of_open_batch())  # that settles its own
        .order_by(ModelCall.sent_at)
        .limit(MAX_ABANDONED)
    )
    found = list(db.session.scalars(abandoned))
    db.session.rollback()
    settled: list[int] = []
    for call_id in found:
        # One that cannot be settled keeps none behind it from being settled.
        try_step(partial(_settle_one_abandoned, call_id, settled))
    if settled:
        log.warning("%s calls of the model were never settled: kept as spent", len(settled))
    return len(settled)


def _is_of_open_batch() -> ColumnElement[bool]:
    return exists().where(
        DescriptionBatch.id == ModelCall.batch_id, DescriptionBatch.state != BatchState.DONE
    )


def _settle_one_abandoned(call_id: int, settled: list[int]) -> None:
    # Asked for again, with its lock: a slow worker or another sweep may have settled it meanwhile.
    held = db.session.scalar(
        select(ModelCall)
        .where(ModelCall.id == call_id, ModelCall.settled_at.is_(None))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if held is not None:
        _close(held, outcome=UNKNOWN, cost=held.reserved)
        settled.append(call_id)
    db.session.commit()


def forget_old_calls() -> bool:
    """Delete sendings of more than 400 days ago; commits. Says whether there may be more."""
    old = (
        select(ModelCall.id)
        .where(ModelCall.sent_at < now() - CALLS_KEPT_FOR, ModelCall.settled_at.is_not(None))
        .order_by(ModelCall.sent_at)
        .limit(MAX_OLD_CALLS)
    )
    gone = db.session.execute(
        delete(ModelCall)
        .where(ModelCall.id.in_(old.scalar_subquery()))
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return cast("CursorResult[Any]", gone).rowcount == MAX_OLD_CALLS


def standing_of(owner_id: UUID, *, tariff: Tariff) -> Standing:
    """Say how a person stands this month."""
    month = text(_MONTH)
    rows = {
        row.owner_id: row
        for row in db.session.execute(
            select(ModelSpending.owner_id, ModelSpending.spent, ModelSpending.reserved).where(
                (ModelSpending.owner_id == owner_id) | ModelSpending.owner_id.is_(None),
                ModelSpending.month == month,
            )
        )
    }
    own = smaller(tariff.person_budget, _own_budget(owner_id))
    return Standing(
        person=_sums(rows.get(owner_id), budget=own),
        site=_sums(rows.get(None), budget=tariff.site_budget),
        resets_on=db.session.execute(_NEXT_MONTH).scalar_one(),
    )


def mean_cost(owner_id: UUID, *, tariff: Tariff) -> int | None:
    """Return what a person's last pictures cost on average, sent alone; None: too few were.

    What was sent in a batch cost half of that (see Tariff.in_batches).
    """
    alone = case((ModelCall.batch_id.is_(None), ModelCall.cost), else_=ModelCall.cost * 2)
    last = (
        select(alone.label("cost"))
        .where(ModelCall.owner_id == owner_id)
        .where(ModelCall.outcome == DESCRIBED, ModelCall.model == tariff.model)
        .order_by(ModelCall.id.desc())
        .limit(_MEAN_OF)
        .subquery()
    )
    count, mean = db.session.execute(select(func.count(), func.avg(last.c.cost))).one()
    return int(mean) if count >= _MEAN_FROM else None


_MEAN_OF, _MEAN_FROM = 100, 5


def _own_budget(owner_id: UUID) -> int | None:
    return cast("int | None", db.session.scalar(_OWN_BUDGET, {"owner": owner_id}))


def _sums(row: Row[*tuple[Any, ...]] | None, *, budget: int | None) -> Sums:
    return Sums(spent=row.spent if row else 0, reserved=row.reserved if row else 0, budget=budget)


def smaller(first: int | None, second: int | None) -> int | None:
    """Return the smaller of two budgets; None: neither is one."""
    known = [each for each in (first, second) if each is not None]
    return min(known, default=None)
