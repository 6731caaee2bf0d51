"""Create accounts, and redeem the links that e-mails carry."""

import hmac
from datetime import timedelta
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app.accounts.audit.log import Event, record
from app.accounts.emails.links import microseconds
from app.accounts.emails.outbox import Kind, withdraw_mails
from app.accounts.errors import (
    EmailTakenError,
    InviteNeededError,
    LinkDeadError,
    RegistrationClosedError,
)
from app.accounts.mfa.methods import NEW_FACTOR, WayIn, remove_new_passkeys, remove_ways_in
from app.accounts.models import (
    AccessToken,
    FormerFactor,
    Identity,
    Invite,
    KnownDevice,
    OneTimeToken,
    OutboxMail,
    Passkey,
    RecoveryCode,
    Totp,
    User,
)
from app.accounts.passwords.hashing import refuse_weak, set_password
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.one_time_tokens import Purpose
from app.accounts.sessions.session_response import has_people
from app.accounts.sessions.store import end_sessions
from app.accounts.sessions.tokens import digest
from app.database import db, now
from app.http.dependencies import dependencies
from app.settings import Registration

# What somebody who was in the account, or still is, may have begun: none of it outlives a reset.
_BEGUN = (
    Purpose.RESET,
    Purpose.VERIFY_EMAIL,
    Purpose.CHANGE_EMAIL,
    Purpose.SECOND_FACTOR,
    Purpose.OPENID,
    Purpose.LINK,
    Purpose.PASSKEY,
)

_MADE_WITHIN = timedelta(minutes=1)  # of an account and the identity that it is made by


# One at a time makes the first account: the second waits, and then finds the first.
_FIRST_ONLY = text("SELECT pg_advisory_xact_lock(hashtext('the first account'))")


def is_first() -> bool:
    """Whether the next account is the first one, which administers the site.

    If so, nobody else makes one until this one is made. Never where there is a setup code.
    """
    if dependencies().settings.setup_code is not None or has_people():
        return False
    db.session.execute(_FIRST_ONLY)
    return not has_people()


def may_set_up(code: str) -> bool:
    """Whether this is the valid setup code; if so, it is locked until the transaction ends.

    Safe against guesses by its length; takes the same work whatever the answer.
    """
    # [Note: The setup code] A site is known to the world the minute it has a certificate, and
    # whoever made its first account would administer it. So that takes a code, which the operator
    # gets at deployment. It is good while nobody administers the site. Who does not have it sees
    # the same answer after the same work before it was used and afterwards, so that nobody learns
    # which sites wait for their operator. Others may join meanwhile, and administer nothing.
    right = dependencies().settings.setup_code
    is_right = right is not None and hmac.compare_digest(code.encode(), right.encode())
    has_administrator = _has_administrator()
    if not is_right or has_administrator:
        return False
    db.session.execute(_FIRST_ONLY)
    return not _has_administrator()


def _has_administrator() -> bool:
    return bool(db.session.scalar(select(exists().where(User.is_administrator))))


def find_invite(token: str | None) -> Invite | None:
    """Return the invitation of a token, if it can be used still."""
    if not token:
        return None
    return db.session.scalar(
        select(Invite).where(Invite.token_hash == digest(token), Invite.is_open())
    )


def refuse_uninvited(registration: Registration, *, has_invite: bool) -> None:
    """Refuse who may not join; this never depends on who has an account.

    Raises:
        RegistrationClosedError: nobody may.
        InviteNeededError: those with an invitation may.
    """
    if registration == "closed":
        raise RegistrationClosedError
    if registration == "invite" and not has_invite:
        raise InviteNeededError


def refuse_other_address(invite: Invite | None, *, email: str) -> None:
    """Refuse an address that an invitation is not for.

    Raises:
        InviteNeededError: it is for another.
    """
    if invite is not None and invite.email not in {None, email}:
        raise InviteNeededError("This invitation is for another address: use that one.")


def make_account(
    email: str, *, password_hash: str | None, is_verified: bool, is_first: bool
) -> User | None:
    """Add an account; None: the address has one, also if it got it this moment.

    Args:
        email: whose.
        password_hash: of their password; None: they sign in by other ways.
        is_verified: whether it is proved that the address is theirs.
        is_first: whether nobody has an account yet; the first administers the site.
    """
    moment = now()
    values = {
        "email": email,
        "email_verified_at": moment if is_verified else None,
        "password_hash": password_hash,
        "is_administrator": is_first,
    }
    added = insert(User).values(values).on_conflict_do_nothing(index_elements=["email"])
    user_id = db.session.scalar(added.returning(User.id))
    if user_id is None:
        return None
    delete_registration_links(email)
    return db.session.get_one(User, user_id)


def use_invite(invite_id: UUID, *, user: User) -> None:
    """Use an invitation up: one person joins by it, however many try at once.

    Raises:
        LinkDeadError: it is used, expired, or was taken back.
    """
    used = (
        update(Invite)
        .where(Invite.id == invite_id, Invite.is_open())
        .values(used_at=now(), used_by=user.id)
        .returning(Invite.id)
        .execution_options(synchronize_session=False)
    )
    if db.session.scalar(used) is None:
        raise LinkDeadError


def delete_registration_links(email: str) -> None:
    """Make the links worthless that would make an account of an address which has one now."""
    db.session.execute(
        delete(OneTimeToken).where(
            OneTimeToken.purpose == Purpose.WELCOME, OneTimeToken.data["email"].astext == email
        )
    )


def reset_to_owner(user: User, *, password: str) -> dict[str, int]:
    """Give the account to the owner of its address: end all sessions and unfinished sign-ins.

    An address that was never proved may stand in somebody else's account, who waits for its
    owner to come (THREATS 41: classic merge, trojan identifier, unexpired session, unexpired
    change of address). Then every way in but the new password goes. Access tokens always go: they
    ask for no factor; so do linked accounts, which go where they are new. Second factors go where
    all of them are new, see NEW_FACTOR, but never an administrator's. Beside an older one, new
    passkeys go: each signs in by itself, and the older factor is still asked for. Call only where
    `may_reset_by_mail`.

    Returns:
        How many of each kind of way in were removed; kinds of which there were none are left out.

    Raises:
        WeakPasswordError: roll back; the link is good still.
    """
    removed = _remove(user, AccessToken)
    if not user.email_verified:
        removed |= _remove(user, Passkey, Totp, RecoveryCode, Identity)
        for also in (KnownDevice, FormerFactor):
            db.session.execute(delete(also).where(also.user_id == user.id))
        user.email_verified_at = now()
        record(Event.EMAIL_VERIFIED, user_id=user.id, how="reset")
    else:
        if has_older_factor(user):
            removed |= remove_new_passkeys(user.id)
        elif not user.is_administrator:
            removed |= _remove(user, Passkey, Totp, RecoveryCode)
        else:
            refuse_weak(password, email=user.email)  # a former factor may remove the new ones
        removed |= _remove_new_identities(user)
    set_password(user, password)
    user.password_reset_at = now()
    _end_begun(user)
    record(Event.PASSWORD_RESET, user_id=user.id)
    if removed:
        record(Event.WAYS_IN_REMOVED, user_id=user.id, actor_id=None, how="reset", **removed)
    return removed


def end_access_since_reset(user: User) -> None:
    """End what somebody else may have begun between a reset and its second factor.

    A reset leaves an administrator new passkeys until a former factor is proved, and whoever was in
    the account may have added one: they sign in with it meanwhile. Hold the person before.
    """
    removed = _remove(user, AccessToken) | _remove_new_identities(user)
    _end_begun(user)
    if removed:
        record(Event.WAYS_IN_REMOVED, user_id=user.id, actor_id=None, how="reset", **removed)


def _end_begun(user: User) -> None:
    # Mails first: the sender locks a row while it writes the mail, and its link exists after that.
    withdraw_mails(user.id, Kind.CHANGE_EMAIL, Kind.VERIFY_EMAIL)
    one_time_tokens.forget(user.id, *_BEGUN)
    end_sessions(user.id)


def has_older_factor(user: User) -> bool:
    """Whether a second factor is older than NEW_FACTOR."""
    older = [
        exists().where(Passkey.user_id == user.id, Passkey.created_at < now() - NEW_FACTOR),
        exists().where(Totp.user_id == user.id, Totp.confirmed_at < now() - NEW_FACTOR),
    ]
    return bool(db.session.scalar(select(or_(*older))))


def _remove_new_identities(user: User) -> dict[str, int]:
    """Unlink what was linked since NEW_FACTOR, but not what the account was made by."""
    since = max(now() - NEW_FACTOR, user.created_at + _MADE_WITHIN)
    return remove_ways_in(user.id, Identity, Identity.created_at > since)


def _remove(user: User, *kinds: WayIn) -> dict[str, int]:
    counts: dict[str, int] = {}
    for kind in kinds:
        counts |= remove_ways_in(user.id, kind)
    return counts


def move_to(user: User, email: str) -> bool:
    """Move an account to a proved address; links that went to the old one die.

    Returns:
        Whether the address is a former one that a link would put back: then this undoes the same
        changes as the link, and what was left may have been a stranger's. See
        [Note: Putting a former address back].

    Raises:
        LinkDeadError: the address got an account meanwhile.
    """
    former, changed_at = user.email, _left_at(user, email)
    if not _set_address(user, email):
        raise LinkDeadError
    one_time_tokens.forget(user.id, Purpose.RESET, Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL)
    if changed_at is None:
        record(Event.EMAIL_CHANGED, user_id=user.id, former=former)
        return False
    _end_links_since(user, changed_at)
    record(Event.EMAIL_CHANGED, user_id=user.id, former=former, since=changed_at)
    return True


def move_back(user: User, email: str, *, changed_at: int) -> None:
    """Put a former address back, and end links that would undo this; `reset_to_owner` comes next.

    See [Note: Putting a former address back].

    Args:
        user: whose, and held.
        email: the address that it had.
        changed_at: when it was changed, in microseconds. Later changes are undone with it: whoever
            made them has links of that kind, too, and those die. Links of earlier ones stay.

    Raises:
        EmailTakenError: the address got an account meanwhile.
    """
    left = user.email
    if not _set_address(user, email):
        raise EmailTakenError(
            "Another account has this address by now. Sign in to that one and change its address; "
            "then this link works again."
        )
    _end_links_since(user, changed_at)
    record(Event.EMAIL_RESTORED, user_id=user.id, left=left, since=changed_at)


def _changed_at() -> ColumnElement[int]:
    """When the address was changed that a link would put back, in microseconds."""
    return cast(OneTimeToken.data["changed_at"].astext, BigInteger)


def _end_links_since(user: User, changed_at: int) -> None:
    """End the links that would undo this change of the address, and later ones."""
    db.session.execute(
        delete(OneTimeToken).where(
            OneTimeToken.user_id == user.id,
            OneTimeToken.purpose == Purpose.RESTORE_EMAIL,
            _changed_at() >= changed_at,
        )
    )


def _left_at(user: User, email: str) -> int | None:
    """Say when the account left an address that a link would put back, written already or not.

    Returns:
        In microseconds; None: no link would.
    """
    linked = db.session.scalar(
        select(func.min(_changed_at())).where(
            OneTimeToken.user_id == user.id,
            OneTimeToken.purpose == Purpose.RESTORE_EMAIL,
            OneTimeToken.expires_at > now(),
            OneTimeToken.data["email"].astext == email,
        )
    )
    unwritten = db.session.scalar(
        select(func.min(OutboxMail.created_at)).where(
            OutboxMail.user_id == user.id,
            OutboxMail.kind == Kind.EMAIL_CHANGED,
            OutboxMail.email == email,
            OutboxMail.settled_at.is_(None),
            OutboxMail.data["was_proved"].astext == "true",
        )
    )
    found = [linked, None if unwritten is None else microseconds(unwritten)]
    return min((each for each in found if each is not None), default=None)


def _set_address(user: User, email: str) -> bool:
    """Give an account an address that is proved; links to the one before stay unwritten.

    Returns:
        False, and everything was rolled back: the address got an account meanwhile.
    """
    # Mails first: whoever writes one holds it, and then names its person, which waits for a
    # person whose address changes.
    withdraw_mails(user.id, Kind.VERIFY_EMAIL, Kind.CHANGE_EMAIL)
    user.email, user.email_verified_at = email, now()
    try:
        db.session.flush()  # the unique index judges, whoever else asks at this moment
    except IntegrityError:
        db.session.rollback()
        return False
    delete_registration_links(email)
    return True
