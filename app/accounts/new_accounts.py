"""How accounts come into being: who may have one, and the first, which administers the site."""

from uuid import UUID

from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.audit import Event, record
from app.accounts.models import Invite, User
from app.accounts.secret_tokens import digest
from app.accounts.session_answer import has_people
from app.database import db, now
from app.errors import EmailTakenError, InviteNeededError, RegistrationClosedError
from app.parts import parts

# One at a time makes the first account: the second waits, and then finds the first.
FIRST_ONLY = text("SELECT pg_advisory_xact_lock(hashtext('the first account'))")


def find_invite(token: str) -> Invite | None:
    """Return the invitation of a link, if somebody may still join by it."""
    return db.session.scalar(
        select(Invite).where(
            Invite.token_hash == digest(token), Invite.used_at.is_(None), Invite.expires_at > now()
        )
    )


def add_account(
    email: str, *, how: str, password_hash: str | None = None, invite_id: UUID | None = None
) -> User:
    """Make an account for a proved address, in the current transaction: roll back when it raises.

    Args:
        email: normalised, and proved to belong to whoever asks.
        how: the proof, for the record.
        password_hash: None where they sign in by other ways.
        invite_id: what they were invited with.

    Raises:
        RegistrationClosedError: this site takes in nobody new.
        InviteNeededError: there is no invitation, or it is used, expired or somebody else's.
        EmailTakenError: somebody has an account with this address.
    """
    is_first = _is_first()
    registration = parts().settings.registration
    if registration == "closed" and not is_first:
        raise RegistrationClosedError
    user_id = db.session.scalar(
        insert(User)
        .values(
            email=email,
            email_verified_at=now(),
            password_hash=password_hash,
            is_administrator=is_first,
        )
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(User.id)
    )
    if user_id is None:
        raise EmailTakenError
    is_invited = invite_id is not None and _use_invite(invite_id, email=email, user_id=user_id)
    if registration == "invite" and not is_first and not is_invited:
        raise InviteNeededError
    record(Event.ACCOUNT_MADE, user_id=user_id, how=how)
    return db.session.get_one(User, user_id)


def _is_first() -> bool:
    if has_people():
        return False
    db.session.execute(FIRST_ONLY)
    return not has_people()


def _use_invite(invite_id: UUID, *, email: str, user_id: UUID) -> bool:
    """Use an invitation up; of two who race, one does."""
    used = (
        update(Invite)
        .where(
            Invite.id == invite_id,
            Invite.used_at.is_(None),
            Invite.expires_at > now(),
            or_(Invite.email.is_(None), Invite.email == email),
        )
        .values(used_at=now(), used_by=user_id)
        .returning(Invite.id)
    )
    return db.session.scalar(used) is not None
