"""What becomes of selected pictures when descriptions are asked for, each of them counted once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, func, literal, select

from app.accounts.models import User
from app.database import db
from app.descriptions.asking import would_miss
from app.images.models import DescriptionState, Image
from app.images.unsent_models import is_never_sent


@dataclass(frozen=True, kw_only=True)
class Standings:
    """How many of some pictures stand how; together they are as many as were named."""

    missing: int = 0  # never asked for
    failed: int = 0  # asked for in vain; they would be again
    waiting: int = 0
    described: int = 0
    never_sent: int = 0
    not_ready: int = 0  # no preview yet, or none at all
    gone: int = 0  # deleted, or not this person's

    @property
    def sendable(self) -> int:
        """How many would be sent."""
        return self.missing + self.failed


def count_standings(user: User, ids: Sequence[UUID]) -> Standings:
    """Count how these pictures of a person stand.

    Args:
        user: whose.
        ids: of them, as many as one request may name.
    """
    wanted = set(ids)
    # The first that is true counts.
    standing = case(
        (~Image.in_library(), "gone"),
        (Image.description_state == DescriptionState.WAITING, "waiting"),
        (Image.current_description_id.is_not(None), "described"),
        (is_never_sent(), "never_sent"),
        (~would_miss(), "not_ready"),
        (Image.description_state == DescriptionState.FAILED, "failed"),
        else_="missing",
    ).label("standing")
    of_each = select(standing).where(Image.owned_by(user), Image.id.in_(wanted)).subquery()
    query = select(of_each.c.standing, func.count(literal(1))).group_by(of_each.c.standing)
    counts = {name: int(count) for name, count in db.session.execute(query)}
    counts["gone"] = len(wanted) - sum(counts.values()) + counts.get("gone", 0)
    return Standings(**counts)
