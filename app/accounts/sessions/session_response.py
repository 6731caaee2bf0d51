"""The response to every sign-in: the current user, and what this site offers.

It has the shape of `SessionOut` (app/accounts/sessions/schemas.py) and is built without pydantic:
it is the first request of each visit, and pydantic would take a tenth of its cold start.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Response
from sqlalchemy import text

from app.accounts.sessions.lookup import FRESH_FOR, Profile
from app.database import db
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.settings import PICTURE_TYPES, Settings

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.accounts.sessions.schemas import FactorMethod


def session_answer(
    user: "User | Profile | None",
    *,
    fresh_at: datetime | None = None,
    second_factor: Sequence["FactorMethod"] = (),
    status: int = 200,
) -> Response:
    """Say who is signed in, or which second factor is awaited, and what this site offers."""
    settings = dependencies().settings
    model = settings.model
    answer = {
        "user": _shown(user) if user else None,
        "second_factor": {"methods": second_factor} if second_factor else None,
        "fresh_until": fresh_at + FRESH_FOR if fresh_at else None,
        "sign_in": _sign_in_offer(settings, is_first=user is None and _waits_for_first(settings)),
        "uploads": {"max_bytes": settings.max_upload_bytes, "content_types": PICTURE_TYPES},
        "descriptions": {
            "available": model is not None,
            "demo": bool(model and model.is_demo),
            "model": model.model if model else None,
            "host": model.host if model else None,
        },
    }
    return json_response(answer, status=status)


def _waits_for_first(settings: Settings) -> bool:
    # See [Note: The setup code] in app/accounts/create_account.py: nothing outside tells.
    return settings.setup_code is None and not has_people()


def has_people() -> bool:
    """Whether anybody has an account yet."""
    return bool(db.session.scalar(text("SELECT EXISTS (SELECT FROM users)")))


def _shown(user: "User | Profile") -> dict[str, Any]:
    return {
        "id": user.id,
        "email": user.email,
        "email_verified": user.email_verified,
        "created_at": user.created_at,
        "has_password": user.has_password,
        "is_administrator": user.is_administrator,
        "descriptions_enabled": user.descriptions_enabled,
        "stacks_images": user.stacks_images,
        "delete_after": user.delete_after,
    }


def _sign_in_offer(settings: Settings, *, is_first: bool) -> dict[str, Any]:
    return {
        "registration": "first" if is_first else settings.registration,
        "mail": settings.mail_from is not None,
        "mailbox": settings.mailbox_dir is not None,
        "providers": [
            {"name": each.name, "label": each.label, "demo": each.is_demo}
            for each in settings.providers
        ],
    }
