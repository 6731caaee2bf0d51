"""List and count the second factors of a user."""

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import exists, func, select

from app.accounts.models import Passkey, RecoveryCode, Totp
from app.database import db

if TYPE_CHECKING:
    from app.accounts.sessions.schemas import FactorMethod


def second_factors(user_id: UUID) -> list["FactorMethod"]:
    """Return how a person can give their second factor; empty: they have none.

    Recovery codes stand in for a factor, so alone they ask for nothing.
    """
    passkey, totp, code = db.session.execute(
        select(
            exists().where(Passkey.user_id == user_id),
            exists().where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None)),
            exists().where(RecoveryCode.user_id == user_id),
        )
    ).one()
    methods: list[FactorMethod] = []
    if passkey:
        methods.append("passkey")
    if totp:
        methods.append("totp")
    if methods and code:
        methods.append("recovery_code")
    return methods


def count_factors(user_id: UUID) -> int:
    """How many second factors a person has: each passkey, and an app that counts."""
    passkeys = select(func.count()).where(Passkey.user_id == user_id)
    apps = select(func.count()).where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None))
    return db.session.scalar(select(passkeys.scalar_subquery() + apps.scalar_subquery())) or 0
