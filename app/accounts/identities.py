"""Identities at OpenID providers: issuer and subject identify the account."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.audit.log import Event, record
from app.accounts.emails.outbox import Kind, queue_mail
from app.accounts.models import Identity, OneTimeToken, OutboxMail, User
from app.accounts.rate_limits.limiter import count_within
from app.accounts.rate_limits.policies import NEW_WAYS_IN
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.cookies import Cookie, read_cookie
from app.accounts.sessions.one_time_tokens import Purpose
from app.database import db, now
from app.http.dependencies import dependencies

MAX_IDENTITIES = 25  # a person's: more than accounts at providers anybody signs in with


@dataclass(frozen=True, kw_only=True)
class UnlinkedIdentity:
    """Somebody as a provider names them, before it is known whether they have an account here."""

    provider: str
    issuer: str
    subject: str
    email: str  # for display, unless it is proved; may be empty

    def as_data(self) -> dict[str, str]:
        """What a one-time token keeps of them."""
        return {
            "provider": self.provider,
            "issuer": self.issuer,
            "subject": self.subject,
            "email": self.email,
        }


def find_identity(issuer: str, subject: str) -> Identity | None:
    """Return what a provider's person is known as here."""
    return db.session.scalar(
        select(Identity).where(Identity.issuer == issuer, Identity.subject == subject)
    )


def has_too_many(user_id: UUID) -> bool:
    """Whether a person has MAX_IDENTITIES."""
    count = select(func.count()).select_from(Identity).where(Identity.user_id == user_id)
    return (db.session.scalar(count) or 0) >= MAX_IDENTITIES


def add_identity(user: User, stranger: UnlinkedIdentity) -> bool:
    """Let a provider's person open this account; False: they open one already, and keep it."""
    added = db.session.scalar(
        insert(Identity)
        .values(user_id=user.id, last_used_at=now(), **stranger.as_data())
        .on_conflict_do_nothing(index_elements=["issuer", "subject"])
        .returning(Identity.id)
    )
    if added is None:
        return False
    record(Event.IDENTITY_LINKED, user_id=user.id, provider=stranger.provider)
    return True


def mail_of_link(user: User, stranger: UnlinkedIdentity) -> OutboxMail:
    """Queue a notice: an identity was linked to the account."""
    return queue_mail(
        Kind.IDENTITY_LINKED,
        email=user.email,
        user_id=user.id,
        label=label_of(stranger.provider),
        identity=stranger.email,
    )


def label_of(provider: str) -> str:
    """What people call a provider; its name in the settings where those know it no more."""
    labels = {each.name: each.label for each in dependencies().settings.providers}
    return labels.get(provider, provider)


def awaited_link() -> OneTimeToken | None:
    """The provider's person that waits in this browser for their account's own proof."""
    return one_time_tokens.look(Purpose.LINK, read_cookie(Cookie.LINK))


def link_awaited(user: User) -> list[OutboxMail]:
    """Link who waits in this browser for this very account; return their mails.

    Call only when the account's own proof was given in this browser and its person wishes it.
    """
    # [Note: Proof before linking] Whoever waits here has proved to their provider that the address
    # is theirs, and that is not enough: the account may be somebody else's who had the address
    # before, or hold the address without proof. So the provider's person is kept beside a cookie
    # of this browser until the account itself is opened here, by a way that it had before.
    waiting = awaited_link()
    if waiting is None or waiting.user_id != user.id:
        return []
    if has_too_many(user.id) or count_within(NEW_WAYS_IN, of=str(user.id)) is None:
        return []  # they go on waiting: see [Note: New ways in]
    one_time_tokens.take(Purpose.LINK, read_cookie(Cookie.LINK))
    stranger = UnlinkedIdentity(**waiting.data)
    if not add_identity(user, stranger):
        return []
    if user.email_verified_at is None and user.email == stranger.email:
        user.email_verified_at = now()
        record(Event.EMAIL_VERIFIED, user_id=user.id, provider=stranger.provider)
    return [mail_of_link(user, stranger)]
