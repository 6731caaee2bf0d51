"""Passkeys (WebAuthn, level 3): request one from a browser, and verify its response.

A passkey is accepted only with user verification. It is then two factors at once: the device, and
the fingerprint, face or PIN that unlocks it.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.accounts.audit.log import Event, record_failure
from app.accounts.errors import PasskeyRefusedError, TooManyPasskeysError, WrongPasskeyError
from app.accounts.mfa.former_factors import (
    former_passkey,
    former_passkeys,
    is_former,
    put_passkey_back,
)
from app.accounts.mfa.passkey_bytes import MAX_CREDENTIAL_ID, MAX_PUBLIC_KEY, refuse_unusual
from app.accounts.mfa.policy import hold_to_sign_in
from app.accounts.models import Passkey, User
from app.accounts.rate_limits.limiter import Counted
from app.accounts.rate_limits.seats import take_account_seat
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.cookies import Cookie, read_cookie
from app.accounts.sessions.guards import lock_current_user
from app.accounts.sessions.one_time_tokens import Purpose
from app.accounts.sessions.tokens import new_token
from app.database import db, now
from app.http.dependencies import dependencies

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor
    from webauthn.registration.verify_registration_response import VerifiedRegistration

log = logging.getLogger(__name__)

MAX_PASSKEYS = 25  # a person's: more than devices and keys anybody owns
ANSWER_WITHIN = timedelta(minutes=10)
_TIMEOUT_MS = 5 * 60 * 1000  # how long the browser's own dialog stays (WebAuthn 3, 15.1)

Json = dict[str, Any]
R = TypeVar("R")


def options_to_create(user: User, *, browser: str) -> Json:
    """Return what `navigator.credentials.create` is asked with."""
    from webauthn import base64url_to_bytes, generate_registration_options  # noqa: PLC0415
    from webauthn.helpers import options_to_json_dict  # noqa: PLC0415
    from webauthn.helpers.structs import (  # noqa: PLC0415
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    challenge = _challenge(browser=browser, user_id=user.id)
    options = generate_registration_options(
        rp_id=_rp_id(),
        rp_name="Pinhole",
        user_id=user.id.bytes,
        user_name=user.email,
        challenge=base64url_to_bytes(challenge),
        timeout=_TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors({user.id}),
    )
    return options_to_json_dict(options)


def options_to_get(people: set[UUID], *, browser: str, former_of: UUID | None = None) -> Json:
    """Return what `navigator.credentials.get` is asked with.

    Args:
        people: whose passkeys are asked for; nobody's in particular where it is empty.
        browser: the token of the challenge cookie.
        former_of: whose former passkeys are asked for as well.
    """
    from webauthn import base64url_to_bytes, generate_authentication_options  # noqa: PLC0415
    from webauthn.helpers import options_to_json_dict  # noqa: PLC0415
    from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

    options = generate_authentication_options(
        rp_id=_rp_id(),
        challenge=base64url_to_bytes(_challenge(browser=browser, user_id=None)),
        timeout=_TIMEOUT_MS,
        allow_credentials=_descriptors(people, former_of=former_of),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def this_browser() -> str:
    """The token that ties challenges to this browser: the one it has, or a new one."""
    return read_cookie(Cookie.CHALLENGE) or new_token()


def add_passkey(user: User, credential: Json, *, name: str) -> Passkey:
    """Keep a passkey that the browser made, and leave the person locked.

    Ends the transaction before: a challenge is good once.

    Raises:
        TooManyAtOnceError: several changes of the person's are under way; the challenge is left.
        TooManyPasskeysError: remove one first.
        PasskeyRefusedError: it was not made as this site asked, or is known already, also as one
            that was removed: it would take that one's place.
        NotSignedInError: they were signed out meanwhile.
    """
    from webauthn import base64url_to_bytes, verify_registration_response  # noqa: PLC0415

    take_account_seat(
        user.id
    )  # before the challenge is used up: `lock_current_user` takes one again
    challenge = _take_challenge(credential, user_id=user.id)
    if challenge is None:
        raise PasskeyRefusedError
    made = _verified(
        credential,
        lambda: verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_rp_id(),
            expected_origin=dependencies().settings.site_origin,
            require_user_verification=True,
        ),
    )
    if made is None or not _is_bounded(made):
        raise PasskeyRefusedError
    lock_current_user()
    refuse_too_many(user.id)
    passkey = Passkey(
        user_id=user.id,
        name=name,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=_transports(credential),
        is_backed_up=made.credential_backed_up,
    )
    db.session.add(passkey)
    try:
        db.session.flush()
    except IntegrityError:  # this credential is kept already, for this account or another
        db.session.rollback()
        raise PasskeyRefusedError from None
    if is_former(passkey.credential_id):  # asked last: whoever removes it has committed by now
        db.session.rollback()
        raise PasskeyRefusedError
    return passkey


def refuse_too_many(user_id: UUID) -> None:
    """Refuse one more where a person has MAX_PASSKEYS.

    Raises:
        TooManyPasskeysError: remove one first.
    """
    count = db.session.scalar(select(func.count()).where(Passkey.user_id == user_id)) or 0
    if count >= MAX_PASSKEYS:
        raise TooManyPasskeysError


def prove_passkey(
    credential: Json,
    *,
    former_of: UUID | None = None,
    by_link: bool = False,
    counted: Counted = (),
) -> Passkey:
    """Check what a passkey signed, and return it. Ends the transaction: a challenge is good once.

    Args:
        credential: what it signed.
        former_of: whose former passkeys count as well, beside a link from a mail.
        by_link: whether this request shows such a link.
        counted: what was counted for it, given back if no seat is free.

    Raises:
        WrongPasskeyError: it did not sign this site's challenge to this browser, or is not known.
    """
    from webauthn import base64url_to_bytes, verify_authentication_response  # noqa: PLC0415

    challenge = _take_challenge(credential, user_id=None)
    if challenge is None:
        raise WrongPasskeyError
    passkey = _find(credential, former_of=former_of, by_link=by_link, counted=counted)
    if passkey is None:
        raise WrongPasskeyError
    proved = _verified(
        credential,
        lambda: verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_rp_id(),
            expected_origin=dependencies().settings.site_origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        ),
    )
    if proved is None or not _names_owner(credential, passkey.user_id):
        record_failure(Event.SIGN_IN_FAILED, user_id=passkey.user_id, how="passkey")
        db.session.commit()
        raise WrongPasskeyError
    passkey.sign_count = proved.new_sign_count
    passkey.is_backed_up = proved.credential_backed_up
    passkey.last_used_at = now()
    if passkey not in db.session:
        put_passkey_back(passkey)
    return passkey


def _challenge(*, browser: str, user_id: UUID | None) -> str:
    # [Note: Challenges] A challenge is a one-time token: every page may see it, and it is good
    # once, and only beside the cookie of the browser that asked: two tabs do not disturb each
    # other, and what is signed for one browser is worth nothing in another. One that names a
    # person makes a passkey for them; one that names nobody proves a passkey.
    return one_time_tokens.begin(
        Purpose.PASSKEY,
        lifetime=ANSWER_WITHIN,
        user_id=user_id,
        data={"browser": _fingerprint(browser)},
    )


def _take_challenge(credential: Json, *, user_id: UUID | None) -> str | None:
    """Return the challenge that was signed, if it is this browser's; nobody gets it again."""
    from webauthn import base64url_to_bytes  # noqa: PLC0415 - cold start

    try:
        client_data = orjson.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        challenge = str(client_data["challenge"])
        is_framed = client_data.get("crossOrigin", False) is not False
    except (KeyError, TypeError, ValueError):
        return None
    if is_framed:  # no page of this site is shown inside of another's
        return None
    begun = one_time_tokens.look(Purpose.PASSKEY, challenge)
    browser = read_cookie(Cookie.CHALLENGE)
    if begun is None or browser is None or begun.user_id != user_id:
        return None
    if begun.data["browser"] != _fingerprint(browser):
        return None
    taken = one_time_tokens.take(Purpose.PASSKEY, challenge)
    db.session.commit()
    return challenge if taken else None


def _is_bounded(made: "VerifiedRegistration") -> bool:
    """Whether what is to be kept is as long as such things are: each look at a person reads it."""
    key, credential_id = made.credential_public_key, made.credential_id
    return len(key) <= MAX_PUBLIC_KEY and len(credential_id) <= MAX_CREDENTIAL_ID


def _verified(credential: Json, verify: Callable[[], R]) -> R | None:
    """Return what a library says of an answer; None: it is refused, by that or before."""
    try:
        refuse_unusual(credential)
        return verify()
    except Exception as error:  # noqa: BLE001 - whatever hostile CBOR, JSON or keys raise is a no
        log.info("a passkey was refused: %s: %s", type(error).__name__, error)
        return None


def _find(
    credential: Json, *, former_of: UUID | None, by_link: bool, counted: Counted
) -> Passkey | None:
    """Return the passkey that is said to have signed, locked: its counter is compared and set.

    Its person is held before, as everywhere: see `lock_user`. One whose account is shut is
    not waited for, and refused as they sign in. A passkey that was removed is in no session of the
    database; it comes first, and where it counts nobody else's passkey does, nor is anybody else
    held for one.
    """
    from webauthn import base64url_to_bytes  # noqa: PLC0415 - cold start

    try:
        credential_id = base64url_to_bytes(credential["id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    known = Passkey.credential_id == credential_id
    if former_of is not None:
        known &= Passkey.user_id == former_of
    owner = db.session.scalar(select(User).join(Passkey, Passkey.user_id == User.id).where(known))
    if owner is None and former_of is not None and former_passkey(former_of, credential_id):
        owner = db.session.get(User, former_of)
    if owner is None:
        return None
    found = select(Passkey).where(known)
    if owner.disabled_at is None:
        hold_to_sign_in(owner, *counted, by_link=by_link)
        found = found.with_for_update()
    former = former_passkey(former_of, credential_id) if former_of is not None else None
    return former or db.session.scalar(found)


def _names_owner(credential: Json, user_id: UUID) -> bool:
    """Whether the device keeps this passkey for the account it is kept for here.

    Devices name it where they were asked for nobody's passkey in particular (WebAuthn 3, 7.2).
    """
    from webauthn import base64url_to_bytes  # noqa: PLC0415 - cold start

    handle = credential["response"].get("userHandle")
    return handle is None or base64url_to_bytes(handle) == user_id.bytes


def _descriptors(
    people: set[UUID], *, former_of: UUID | None = None
) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers.structs import (  # noqa: PLC0415 - cold start
        AuthenticatorTransport,
        PublicKeyCredentialDescriptor,
    )

    found = [*db.session.scalars(select(Passkey).where(Passkey.user_id.in_(people)))]
    if former_of is not None:
        found += former_passkeys(former_of)
    return [
        PublicKeyCredentialDescriptor(
            id=each.credential_id,
            transports=[AuthenticatorTransport(name) for name in each.transports] or None,
        )
        for each in found
    ]


def _transports(credential: Json) -> list[str]:
    """How the device is reached, as the browser says: it hints, and proves nothing."""
    from webauthn.helpers.structs import AuthenticatorTransport  # noqa: PLC0415 - cold start

    known = {each.value for each in AuthenticatorTransport}
    named = credential["response"].get("transports")
    return sorted(known & set(map(str, named))) if isinstance(named, list) else []


def _rp_id() -> str:
    """The host that passkeys are bound to: they open nothing on any other."""
    return urlsplit(dependencies().settings.site_origin).hostname or ""


def _fingerprint(browser: str) -> str:
    return sha256(browser.encode()).hexdigest()
