"""What an export says of a model: which pictures were sent to it, and what a person asks of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.database import db
from app.images.description_preference_models import DescriptionPreferences
from app.images.model_call_models import MAX_CALLS_KEPT, ModelCall
from app.model_prices import NANOS


def model_calls_of(user_id: UUID) -> list[dict[str, Any]]:
    """List a person's sendings, newest first: 10,000 at most, which is all that are kept."""
    columns = (
        ModelCall.sent_at,
        ModelCall.image_id,
        ModelCall.host,
        ModelCall.model,
        ModelCall.batch_id.is_not(None).label("in_batch"),
        ModelCall.outcome,
        ModelCall.input_tokens,
        ModelCall.output_tokens,
        ModelCall.cost,
    )
    newest = (
        select(*columns)
        .where(ModelCall.owner_id == user_id)
        .order_by(ModelCall.id.desc())
        .limit(MAX_CALLS_KEPT)
    )
    return [_shown(row._asdict()) for row in db.session.execute(newest)]


def preferences_of(user_id: UUID) -> dict[str, Any]:
    """Return the languages and names that a person wants in descriptions."""
    kept = db.session.get(DescriptionPreferences, user_id)
    return {
        "languages": list(kept.languages) if kept else [],
        "names": list(kept.names) if kept else [],
    }


def _shown(call: dict[str, Any]) -> dict[str, Any]:
    cost = call.pop("cost")
    return {**call, "usd": None if cost is None else cost / NANOS}
