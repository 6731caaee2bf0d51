"""Whether an original is there without its metadata, and asking a worker for it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

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
_STATE = text("SELECT state FROM bare_originals WHERE image_id = :image AND owner_id = :owner")


def require_bare(owner_id: UUID, image_id: UUID, *, ask: Callable[[UUID], None]) -> None:
    """Return if an original is there without its metadata; else have it made, and commit.

    Raises:
        BeingPreparedError: it will be, or not: asking again tells.
        NotWithoutMetadataError: nobody can say what of it is metadata.
    """
    values = {"image": str(image_id), "owner": str(owner_id)}
    state = db.session.scalar(_STATE, values)
    if state == BareState.MADE:
        return
    if state == BareState.IMPOSSIBLE:
        raise NotWithoutMetadataError
    asked = db.session.scalar(_ASK, values)
    db.session.commit()
    if asked is not None:
        ask(image_id)
    raise BeingPreparedError
