"""Authenticator apps: codes of six digits that change every 30 seconds (RFC 6238)."""

import hmac
import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from app.accounts.errors import TotpExistsError
from app.accounts.mfa.encryption import UnsealError, seal, unseal
from app.accounts.models import Totp, User
from app.database import db, now
from app.http.dependencies import dependencies
from app.http.middleware import host_of

log = logging.getLogger(__name__)

CODE = re.compile(r"[0-9]{6}")
_STEP_SECONDS = 30
# Clocks differ, and people type slowly: one step earlier or later is as good (RFC 6238, 5.2).
_DRIFT_STEPS = (-1, 0, 1)
_PURPOSE = "authenticator apps"
# An app that was begun and left is not to be finished by whoever finds the browser next week.
_CONFIRM_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class NewAuthenticator:
    """What the person's app is told, once."""

    secret: str
    uri: str
    qr_svg: str


def begin_authenticator(user: User) -> NewAuthenticator:
    """Make a secret, which asks for nothing before a first code of it was right.

    Raises:
        TotpExistsError: there is an app already.
    """
    import pyotp  # noqa: PLC0415 - cold start

    if db.session.scalar(select(Totp.user_id).where(_is_confirmed(user.id))):
        raise TotpExistsError
    secret = pyotp.random_base32()
    db.session.execute(delete(Totp).where(Totp.user_id == user.id))
    sealed = seal(secret.encode(), purpose=_PURPOSE, user_id=user.id)
    db.session.add(Totp(user_id=user.id, sealed_secret=sealed))
    host = host_of(dependencies().settings.site_origin).partition(":")[0]
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=f"Pinhole {host}")
    return NewAuthenticator(secret=secret, uri=uri, qr_svg=_qr_code(uri))


def confirm_authenticator(user_id: UUID, code: str) -> bool:
    """Let the app count from now on, if this is its code."""
    begun = db.session.scalar(
        select(Totp).where(
            Totp.user_id == user_id,
            Totp.confirmed_at.is_(None),
            Totp.created_at > now() - _CONFIRM_WITHIN,
        )
    )
    if begun is None or not _use(begun, code):
        return False
    begun.confirmed_at = now()
    return True


def use_authenticator_code(
    user_id: UUID, code: str, *, made_before: datetime | None = None
) -> datetime | None:
    """Use a code up: neither it nor an earlier one is good again.

    Args:
        user_id: whose.
        code: six digits.
        made_before: an app that was added later has none; None: any has.

    Returns:
        When its app was added; None: it is none.
    """
    confirmed = select(Totp).where(_is_confirmed(user_id))
    if made_before is not None:
        confirmed = confirmed.where(Totp.confirmed_at < made_before)
    totp = db.session.scalar(confirmed)
    return totp.confirmed_at if totp is not None and _use(totp, code) else None


def matching_step(secret: str, code: str, *, at: datetime) -> int | None:
    """The time step that a code belongs to, if it is near enough."""
    import pyotp  # noqa: PLC0415 - cold start

    totp = pyotp.TOTP(secret)
    present = int(at.timestamp()) // _STEP_SECONDS
    found = None
    for step in (present + drift for drift in _DRIFT_STEPS):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def step_of(sealed_secret: bytes, code: str, *, user_id: UUID) -> int | None:
    """The time step that a code of a kept secret belongs to, if it is near enough."""
    try:
        secret = unseal(sealed_secret, purpose=_PURPOSE, user_id=user_id).decode()
    except UnsealError:
        log.warning("the secret key of this site was changed: an authenticator app is lost")
        return None
    return matching_step(secret, code, at=now())


def _use(totp: Totp, code: str) -> bool:
    step = step_of(totp.sealed_secret, code, user_id=totp.user_id)
    if step is None:
        return False
    # One statement, so that of two who show the same code at once one succeeds.
    used = (
        update(Totp)
        .where(Totp.user_id == totp.user_id, Totp.last_step < step)
        .values(last_step=step)
        .returning(Totp.user_id)
        .execution_options(synchronize_session=False)
    )
    return db.session.scalar(used) is not None


def _is_confirmed(user_id: UUID) -> ColumnElement[bool]:
    return (Totp.user_id == user_id) & Totp.confirmed_at.is_not(None)


def _qr_code(uri: str) -> str:
    """An SVG that stands by itself: dark on light whatever the page is, with its quiet zone."""
    from io import BytesIO  # noqa: PLC0415

    import segno  # noqa: PLC0415 - cold start

    drawn = BytesIO()
    segno.make(uri, micro=False).save(
        drawn, kind="svg", scale=4, dark="#000", light="#fff", xmldecl=False, nl=False
    )
    return drawn.getvalue().decode()
