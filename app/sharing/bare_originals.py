"""Whether an original is there without its metadata, and asking a worker for it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from app.accounts.rate_limits.limiter import count_within
from app.accounts.rate_limits.policies import BARE_ORIGINALS_OF_OWNER
from app.database import db
from app.errors import BeingPreparedError, NotWithoutMetadataError
from app.images.bare_models import BareState

# A message may be lost, and a worker may be busy for long.
ASKED_AGAIN_AFTER = timedelta(minutes=2)
# One statement, so that of several visitors one asks.
_ASK = text("""
INSERT INTO bare_originals AS known (image_id, owner_id, state, asked_at)
SELECT id, owner_id, 'wanted', now() FROM images WHERE id = :image AND owner_id = :owner
ON CONFLICT (image_id) DO UPDATE SET asked_at = now()
WHERE known.state = 'wanted' AND known.asked_at < now() - :rest
RETURNING image_id
""").bindparams(rest=ASKED_AGAIN_AFTER)
_KNOWN = text("""
SELECT state, asked_at < now() - :rest AS is_late FROM bare_originals
WHERE image_id = :image AND owner_id = :owner
""").bindparams(rest=ASKED_AGAIN_AFTER)


def require_bare(owner_id: UUID, image_id: UUID, *, ask: Callable[[UUID], None]) -> None:
    """Return if an original is there without its metadata; else have it made, and commit.

    Raises:
        BeingPreparedError: it will be, or not: asking again tells.
        NotWithoutMetadataError: nobody can say what of it is metadata.
    """
    values = {"image": str(image_id), "owner": str(owner_id)}
    known = db.session.execute(_KNOWN, values).one_or_none()
    if known and known.state == BareState.MADE:
        return
    if known and known.state == BareState.IMPOSSIBLE:
        raise NotWithoutMetadataError
    if (known is None or known.is_late) and _may_ask(owner_id, values):
        ask(image_id)
    raise BeingPreparedError


def _may_ask(owner_id: UUID, values: Mapping[str, str]) -> bool:
    """Note that a worker is asked, and commit; not where others ask, or the owner has many made."""
    may = (
        count_within(BARE_ORIGINALS_OF_OWNER, of=str(owner_id)) is not None
        and db.session.scalar(_ASK, values) is not None
    )
    if may:
        db.session.commit()
    else:
        db.session.rollback()
    return may
