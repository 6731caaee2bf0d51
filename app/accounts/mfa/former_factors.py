"""Second factors that were removed or replaced: each proves its person for a week beside a link.

[Note: Former factors] Whoever is in an account for some minutes can remove its app and replace its
recovery codes. Were those worth nothing from then on, and another old factor left that the owner
has no more, such as the passkey of a lost phone, then no link from a mail would bring the owner
back: it asks for an old factor. So what was older than a week is kept for a week after it went. It
counts beside a link from a mail alone, never at the sign-in, and its use puts it back.

What an owner removes because somebody has it must not come alive. So no app and no passkey is kept
that was removed after a proof of another old factor, which is there still or is kept, and no
recovery codes after a proof of the app. A thief who found that proved gains nothing by it: by the
same the owner comes back. A passkey alone lets no codes die, since its device may be stolen, and a
code that is used up is kept for the week, so that who has the list takes nobody else the use of it
(docs/decisions/0100).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, or_, select

from app.accounts.audit.log import Event, record
from app.accounts.mfa.methods import (
    FORMER_KEPT_FOR,
    NEW_FACTOR,
    is_kept,
    remove_new_passkeys,
    remove_ways_in,
)
from app.accounts.mfa.recovery_codes import hash_of
from app.accounts.mfa.totp import step_of
from app.accounts.models import FormerFactor, Passkey, RecoveryCode, Session, Totp
from app.database import db, now

_APP = "totp"
_CODES = "recovery_code"


def old_proof(factor: Passkey | str, *, made_at: datetime) -> str | None:
    """What a session is proved by (`Session.proved_by`); None where the factor is not old."""
    return _name(factor) if _is_old(made_at) else None


def keep_passkey(passkey: Passkey, *, session: Session) -> None:
    """Keep a passkey that is removed next in this session."""
    if _is_kept_from(session, passkey, made_at=passkey.created_at):
        db.session.add(
            FormerFactor(
                id=passkey.id,
                user_id=passkey.user_id,
                kind="passkey",
                secret=passkey.public_key,
                counter=passkey.sign_count,
                credential_id=passkey.credential_id,
                name=passkey.name,
                transports=passkey.transports,
                made_at=passkey.created_at,
            )
        )


def keep_app(app: Totp, *, session: Session) -> None:
    """Keep an authenticator app that is removed next in this session."""
    if app.confirmed_at is not None and _is_kept_from(session, _APP, made_at=app.confirmed_at):
        db.session.add(
            FormerFactor(
                user_id=app.user_id,
                kind=_APP,
                secret=app.sealed_secret,
                counter=app.last_step,
                made_at=app.confirmed_at,
            )
        )


def keep_codes(user_id: UUID, *, session: Session) -> None:
    """Keep the recovery codes that are replaced or removed next in this session.

    After a proof of the app none is kept, nor any longer what was kept before, used ones too.
    """
    if session.proved_by == _APP and _still_proves(_APP, user_id):
        its = (FormerFactor.user_id == user_id, FormerFactor.kind == _CODES)
        db.session.execute(delete(FormerFactor).where(*its))
        return
    removed_at = now()  # of all of them, so that they are put back together
    for code in db.session.scalars(select(RecoveryCode).where(RecoveryCode.user_id == user_id)):
        if _is_old(code.created_at):
            db.session.add(
                FormerFactor(
                    user_id=user_id,
                    kind=_CODES,
                    secret=code.code_hash,
                    made_at=code.created_at,
                    removed_at=removed_at,
                )
            )


def keep_used_code(user_id: UUID, typed: str, *, made_at: datetime) -> None:
    """Keep a recovery code that was just used up: it counts once more, beside a link."""
    if _is_old(made_at):
        secret = hash_of(user_id, typed)
        db.session.add(FormerFactor(user_id=user_id, kind=_CODES, secret=secret, made_at=made_at))


def put_app_back(user_id: UUID, code: str) -> datetime | None:
    """Use a code of a former app, and put that in the place of new passkeys and whatever app.

    Hold the person before.

    Returns:
        When it was added; None: the code is none.
    """
    former = select(FormerFactor).where(is_kept(user_id), FormerFactor.kind == _APP)
    for app in db.session.scalars(former.order_by(FormerFactor.removed_at.desc())):
        step = step_of(app.secret, code, user_id=user_id)
        if step is None or step <= app.counter:
            continue
        db.session.execute(delete(Totp).where(Totp.user_id == user_id))
        db.session.add(
            Totp(
                user_id=user_id,
                sealed_secret=app.secret,
                created_at=app.made_at,
                confirmed_at=app.made_at,
                last_step=step,
            )
        )
        db.session.delete(app)
        record(Event.FACTOR_PUT_BACK, user_id=user_id, kind=_APP)
        db.session.flush()
        remove_new_factors(user_id, app=False)
        return app.made_at
    return None


def put_codes_back(user_id: UUID, typed: str) -> datetime | None:
    """Use a former recovery code up, and put the others back that were replaced with it.

    They take the place of codes that were made since, of new passkeys and a new app.

    Hold the person before.

    Returns:
        When it was made; None: it is none.
    """
    codes = (is_kept(user_id), FormerFactor.kind == _CODES)
    is_it = FormerFactor.secret == hash_of(user_id, typed)
    used = db.session.scalar(select(FormerFactor).where(*codes, is_it))
    if used is None:
        return None
    together = FormerFactor.removed_at == used.removed_at
    former = db.session.scalars(select(FormerFactor).where(*codes, together)).all()
    since = RecoveryCode.created_at >= used.removed_at
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id, since))
    for code in former:
        if code is not used:
            db.session.add(
                RecoveryCode(user_id=user_id, code_hash=code.secret, created_at=code.made_at)
            )
        db.session.delete(code)
    record(Event.FACTOR_PUT_BACK, user_id=user_id, kind=_CODES)
    db.session.flush()
    remove_new_factors(user_id, app=True)
    return used.made_at


def has_old_passkey(user_id: UUID) -> bool:
    """Whether a person has a passkey, or had one, that counts beside a link for a week."""
    since = now() - NEW_FACTOR
    there = exists().where(Passkey.user_id == user_id, Passkey.created_at < since)
    kept = exists().where(is_kept(user_id), FormerFactor.kind == "passkey")
    return bool(db.session.scalar(select(or_(there, kept))))


def former_passkeys(user_id: UUID) -> list[Passkey]:
    """The passkeys of a person that are kept, as they were; none of them is added anywhere."""
    kept = select(FormerFactor).where(is_kept(user_id), FormerFactor.kind == "passkey")
    return [
        Passkey(
            id=each.id,
            user_id=user_id,
            name=each.name,
            credential_id=each.credential_id,
            public_key=each.secret,
            sign_count=each.counter,
            transports=each.transports,
            created_at=each.made_at,
        )
        for each in db.session.scalars(kept)
    ]


def put_passkey_back(passkey: Passkey) -> None:
    """Add one of `former_passkeys`, which was used, in the place of its person's new factors.

    Hold the person before.
    """
    user_id = passkey.user_id
    record(Event.FACTOR_PUT_BACK, user_id=user_id, kind="passkey")
    db.session.execute(delete(FormerFactor).where(FormerFactor.id == passkey.id))
    same_id = Passkey.credential_id == passkey.credential_id
    db.session.execute(delete(Passkey).where(Passkey.user_id == user_id, same_id))
    db.session.add(passkey)
    db.session.flush()
    remove_new_factors(user_id, app=True)


def remove_new_factors(user_id: UUID, *, app: bool) -> None:
    """Remove new passkeys after an old factor was proved beside a link; hold the person before.

    Else the passkey of whoever was in an administrator's account would go on signing in: a link
    alone takes an administrator none.

    Args:
        user_id: whose.
        app: whether a new app goes as well.
    """
    removed = remove_new_passkeys(user_id)
    if app:
        since = now() - NEW_FACTOR
        is_new = Totp.confirmed_at.is_(None) | (Totp.confirmed_at > since)
        removed |= remove_ways_in(user_id, Totp, is_new)
    if removed:
        record(Event.WAYS_IN_REMOVED, user_id=user_id, actor_id=None, how="reset", **removed)


def is_former(credential_id: bytes) -> bool:
    """Whether a passkey with this id was removed, whoever's, and is kept."""
    return bool(
        db.session.scalar(select(exists().where(FormerFactor.credential_id == credential_id)))
    )


def former_passkey(user_id: UUID, credential_id: bytes) -> Passkey | None:
    """One of `former_passkeys`."""
    kept = former_passkeys(user_id)
    return next((each for each in kept if each.credential_id == credential_id), None)


def delete_expired() -> None:
    """Delete what has been kept long enough."""
    db.session.execute(
        delete(FormerFactor).where(FormerFactor.removed_at <= now() - FORMER_KEPT_FOR)
    )


def _is_old(made_at: datetime) -> bool:
    return made_at < now() - NEW_FACTOR


def _name(factor: Passkey | str) -> str:
    return factor if isinstance(factor, str) else f"passkey {factor.id.hex}"


def _is_kept_from(session: Session, factor: Passkey | str, *, made_at: datetime) -> bool:
    """Whether what a session removes is kept: see [Note: Former factors]."""
    if not _is_old(made_at):
        return False
    proof = session.proved_by
    return proof is None or proof == _name(factor) or not _still_proves(proof, session.user_id)


def _still_proves(proof: str, user_id: UUID) -> bool:
    """Whether what a session was proved by is left, or brings its owner back by a link."""
    kind, _, passkey_id = proof.partition(" ")
    kept = exists().where(is_kept(user_id), FormerFactor.kind == kind)
    since = now() - NEW_FACTOR
    if kind == _APP:
        left = exists().where(Totp.user_id == user_id, Totp.confirmed_at < since)
    elif kind == _CODES:
        left = exists().where(RecoveryCode.user_id == user_id, RecoveryCode.created_at < since)
    else:
        its_id = UUID(passkey_id)
        kept = kept.where(FormerFactor.id == its_id)
        left = exists().where(Passkey.user_id == user_id, Passkey.id == its_id)
    return bool(db.session.scalar(select(or_(kept, left))))
