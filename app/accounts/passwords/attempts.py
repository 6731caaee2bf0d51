"""Which limits count a password guess. See [Note: Three buckets for passwords]."""

from uuid import UUID

from sqlalchemy import select

from app.accounts.models import KnownDevice, User
from app.accounts.rate_limits.limiter import Counted, take_each
from app.accounts.rate_limits.networks import for_network
from app.accounts.rate_limits.policies import (
    PASSWORD_TRIES_ACCOUNT,
    PASSWORD_TRIES_ALL,
    PASSWORD_TRIES_DEVICE,
    PASSWORD_TRIES_NETWORK,
)
from app.accounts.sessions.cookies import Cookie, read_cookie
from app.accounts.sessions.tokens import digest
from app.database import db


def take_password_try(email: str) -> Counted:
    """Count a guess before it is looked at; return what to give back when it is right.

    Whether the address has an account makes no difference: it asks the same of the database.

    Raises:
        TooManyRequestsError: wait.
    """
    device_id = _device_of(email)
    counted: Counted
    if device_id is not None:
        counted = ((PASSWORD_TRIES_DEVICE, str(device_id)),)
    else:
        counted = (
            *for_network(PASSWORD_TRIES_NETWORK),
            (PASSWORD_TRIES_ACCOUNT, email),
            (PASSWORD_TRIES_ALL, ""),
        )
    take_each(*counted)
    return counted


def _device_of(email: str) -> UUID | None:
    """This browser, if the person of this address signed in with it before."""
    token = read_cookie(Cookie.DEVICE)
    if token is None:
        return None
    return db.session.scalar(
        select(KnownDevice.id)
        .join(User, User.id == KnownDevice.user_id)
        .where(KnownDevice.token_hash == digest(token), User.email == email)
    )
