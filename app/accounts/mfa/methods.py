"""List and count the second factors of a user."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select

from app.accounts.models import (
    AccessToken,
    FormerFactor,
    Identity,
    Passkey,
    RecoveryCode,
    Totp,
)
from app.database import db, now

if TYPE_CHECKING:
    from app.accounts.sessions.schemas import FactorMethod


WayIn = type[Passkey | Totp | RecoveryCode | Identity | AccessToken]

# A second factor that is younger does not outlive a reset by mail, unless there is an older one.
# Whoever had the password could add it and lock the owner out, who has nothing else left to prove
# who they are. The mail about the new factor gives them this time.
NEW_FACTOR = timedelta(days=7)
# How long a removed factor counts beside a link from a mail: see [Note: Former factors].
FORMER_KEPT_FOR = timedelta(days=7)


def second_factors(user_id: UUID, *, beside_mail: bool = False) -> list["FactorMethod"]:
    """Return how a person can give their second factor; empty: they have none.

    Recovery codes stand in for a factor, so alone they ask for nothing.

    Args:
        user_id: whose.
        beside_mail: whether a link from a mail was the first: then former ones count, too.
    """
    passkey, totp, code = db.session.execute(
        select(
            exists().where(Passkey.user_id == user_id),
            exists().where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None)),
            exists().where(RecoveryCode.user_id == user_id),
        )
    ).one()
    if beside_mail and (passkey or totp):
        kinds = set(db.session.scalars(select(FormerFactor.kind).where(is_kept(user_id))))
        passkey, totp = passkey or "passkey" in kinds, totp or "totp" in kinds
        code = code or "recovery_code" in kinds
    methods: list[FactorMethod] = []
    if passkey:
        methods.append("passkey")
    if totp:
        methods.append("totp")
    if methods and code:
        methods.append("recovery_code")
    return methods


def is_kept(user_id: UUID) -> ColumnElement[bool]:
    """The condition that a former factor of a person counts beside a link from a mail."""
    return (FormerFactor.user_id == user_id) & (FormerFactor.removed_at > now() - FORMER_KEPT_FOR)


def count_factors(user_id: UUID) -> int:
    """How many second factors a person has: each passkey, and an app that counts."""
    passkeys = select(func.count()).where(Passkey.user_id == user_id)
    apps = select(func.count()).where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None))
    return db.session.scalar(select(passkeys.scalar_subquery() + apps.scalar_subquery())) or 0


def remove_ways_in(user_id: UUID, kind: WayIn, *which: ColumnElement[bool]) -> dict[str, int]:
    """Remove a person's ways in of a kind.

    Returns:
        How many by the kind; nothing where there were none.
    """
    gone = delete(kind).where(kind.user_id == user_id, *which).returning(kind.user_id)
    count = len(db.session.scalars(gone).all())
    return {kind.__tablename__: count} if count else {}


def remove_new_passkeys(user_id: UUID) -> dict[str, int]:
    """Remove the passkeys that are younger than NEW_FACTOR: each signs in by itself."""
    return remove_ways_in(user_id, Passkey, Passkey.created_at > now() - NEW_FACTOR)
