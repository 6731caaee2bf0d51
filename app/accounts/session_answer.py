"""Who is signed in here, and what this site offers: the answer to every sign-in."""

from collections.abc import Sequence
from datetime import datetime

from flask import Response
from sqlalchemy import exists, select

from app.accounts.models import User
from app.accounts.schemas.session import (
    DescriptionOffer,
    FactorMethod,
    ProviderOut,
    SecondFactor,
    SessionOut,
    SignInOffer,
    UploadRules,
    UserOut,
)
from app.accounts.sessions import FRESH_FOR
from app.database import db
from app.parts import parts
from app.settings import PICTURE_TYPES, Settings
from app.web import json_response


def session_answer(
    user: User | None,
    *,
    fresh_at: datetime | None = None,
    second_factor: Sequence[FactorMethod] = (),
    status: int = 200,
) -> Response:
    """Say who is signed in, or which second factor is awaited, and what this site offers."""
    settings = parts().settings
    model = settings.model
    answer = SessionOut(
        user=UserOut.of(user) if user else None,
        second_factor=SecondFactor(methods=list(second_factor)) if second_factor else None,
        fresh_until=fresh_at + FRESH_FOR if fresh_at else None,
        sign_in=_sign_in_offer(settings, is_first=user is None and not has_people()),
        uploads=UploadRules(max_bytes=settings.max_upload_bytes, content_types=list(PICTURE_TYPES)),
        descriptions=DescriptionOffer(
            available=model is not None,
            demo=bool(model and model.is_demo),
            model=model.model if model else None,
            host=model.host if model else None,
        ),
    )
    return json_response(answer.model_dump(mode="json"), status=status)


def has_people() -> bool:
    """Whether anybody has an account yet."""
    return bool(db.session.scalar(select(exists(select(User.id)))))


def _sign_in_offer(settings: Settings, *, is_first: bool) -> SignInOffer:
    return SignInOffer(
        registration="first" if is_first else settings.registration,
        mail=settings.mail_from is not None,
        mailbox=settings.mailbox_dir is not None,
        providers=[
            ProviderOut(name=each.name, label=each.label, demo=each.is_demo)
            for each in settings.providers
        ],
    )
