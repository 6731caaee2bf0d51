"""Notices: e-mails about a change to an account. Their links are optional."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select

from app.accounts.audit.log import Event
from app.accounts.emails.layout import Link, Words
from app.accounts.emails.outbox import Kind
from app.accounts.models import AccessToken, OutboxMail, User
from app.accounts.sessions.device_names import device_words
from app.database import db, now
from app.settings import Settings

_Notice = Callable[[OutboxMail, User, Settings], Words | None]

_FACTORS: Mapping[str, str] = {
    Event.PASSKEY_ADDED: "A passkey was added to your account",
    Event.PASSKEY_REMOVED: "A passkey was removed from your account",
    Event.TOTP_ADDED: "An authenticator app was added to your account",
    Event.TOTP_REMOVED: "The authenticator app was removed from your account",
    Event.RECOVERY_CODES_MADE: "New recovery codes were made for your account",
    Event.RECOVERY_CODE_USED: "A recovery code was used to sign in to your account",
    Event.IDENTITY_UNLINKED: "A way to sign in was removed from your account",
    Event.TOKEN_MADE: "An access token was made for your account",
}


def _email_changing(mail: OutboxMail, _user: User, settings: Settings) -> Words:
    wanted = mail.data.get("wanted")
    return Words(
        subject="The e-mail address of your Pinhole account may change",
        paragraphs=(
            f"Somebody who is signed in to your account at {settings.site_origin} asked, at "
            f"{_moment(mail.created_at)}, to change its address from {mail.email}"
            + (f" to {wanted}." if wanted else "."),
            "It changes once the new address is confirmed.",
        ),
        link=_security(settings),
        unasked=_take_it_back(settings),
    )


def _email_restored(mail: OutboxMail, _user: User, settings: Settings) -> Words:
    return Words(
        subject="The e-mail address of your Pinhole account was restored",
        paragraphs=(
            (
                f"An account at {settings.site_origin} uses its previous e-mail address again "
                f"since {_moment(mail.created_at)}. Whoever reads that mailbox asked for it. You "
                "can no longer sign in with this address, and it gets no more e-mail."
            ),
        ),
        unasked="If you expected this address to stay, write to an administrator of the site.",
    )


def _new_device(mail: OutboxMail, _user: User, settings: Settings) -> Words:
    return Words(
        subject="A new sign-in to your Pinhole account",
        paragraphs=(
            (
                f"Your account at {settings.site_origin} was signed in to from a browser that you "
                "did not use there before."
            ),
            (
                f"When: {_moment(mail.created_at)}. With: {_device(mail)}. From the address: "
                f"{mail.data.get('ip') or 'unknown'}."
            ),
        ),
        link=Link(label="Review your devices", url=f"{settings.site_origin}/settings/devices"),
        unasked=_take_it_back(settings),
    )


def _password_changed(mail: OutboxMail, user: User, settings: Settings) -> Words:
    return Words(
        subject="Your Pinhole password was changed",
        paragraphs=(
            (
                f"Your password at {settings.site_origin} was changed at "
                f"{_moment(mail.created_at)}, and other browsers were signed out."
            ),
            *_removed(mail),
            *_tokens_left(user),
        ),
        link=Link(
            label="Review your sign-in methods", url=f"{settings.site_origin}/settings/ways-in"
        ),
        unasked=_take_it_back(settings),
    )


def _factor_changed(mail: OutboxMail, _user: User, settings: Settings) -> Words:
    what = _FACTORS.get(str(mail.data.get("what")), "How you sign in to your account changed")
    return Words(
        subject="How you sign in to Pinhole changed",
        paragraphs=(
            f"{what} at {settings.site_origin}: {_moment(mail.created_at)}.",
            *_ended(mail),
        ),
        link=_security(settings),
        unasked=_take_it_back(settings),
    )


def _ended(mail: OutboxMail) -> list[str]:
    """Say that the first factor signed other browsers out."""
    ended = mail.data.get("ended")
    if not ended:
        return []
    browsers = "Your other browser was" if ended == 1 else f"Your {ended} other browsers were"
    return [f"{browsers} signed out, since nobody there had given this second factor."]


def _identity_linked(mail: OutboxMail, _user: User, settings: Settings) -> Words:
    label, identity = mail.data.get("label"), mail.data.get("identity")
    whose = f" ({identity})" if identity else ""
    return Words(
        subject="A way to sign in to Pinhole was added",
        paragraphs=(
            (
                f"{label or 'A provider'}{whose} signs in to your account at "
                f"{settings.site_origin} since {_moment(mail.created_at)}."
            ),
        ),
        link=_security(settings),
        unasked=_take_it_back(settings),
    )


def _deletion_asked(mail: OutboxMail, user: User, settings: Settings) -> Words | None:
    if user.delete_after is None:
        return None  # called off before this was written
    return Words(
        subject="Your Pinhole account will be deleted",
        paragraphs=(
            (
                f"Somebody who is signed in to your account at {settings.site_origin} asked, at "
                f"{_moment(mail.created_at)}, to delete it with all its pictures."
            ),
            (
                f"That happens after {_moment(user.delete_after)}. Until then you can sign in and "
                "cancel it."
            ),
        ),
        link=Link(label="Sign in", url=f"{settings.site_origin}/sign-in"),
        unasked="If it was not you, sign in and cancel it, then set a new password at "
        f"{settings.site_origin}/forgot.",
    )


def _deletion_called_off(_mail: OutboxMail, _user: User, settings: Settings) -> Words:
    return Words(
        subject="Your Pinhole account stays",
        paragraphs=(
            (
                f"The deletion of your account at {settings.site_origin} was cancelled. Your "
                "pictures stay where they are."
            ),
        ),
        unasked=_take_it_back(settings),
    )


def _export_ready(_mail: OutboxMail, _user: User, settings: Settings) -> Words:
    return Words(
        subject="Your export is ready",
        paragraphs=(
            (
                f"The export of your pictures at {settings.site_origin} is ready. Download it "
                "within 7 days."  # EXPORT_KEPT_FOR
            ),
        ),
        link=Link(label="Download", url=f"{settings.site_origin}/settings/data"),
        unasked=_take_it_back(settings),
    )


NOTICES: Mapping[Kind, _Notice] = {
    Kind.EMAIL_CHANGING: _email_changing,
    Kind.EMAIL_RESTORED: _email_restored,
    Kind.NEW_DEVICE: _new_device,
    Kind.PASSWORD_CHANGED: _password_changed,
    Kind.FACTOR_CHANGED: _factor_changed,
    Kind.IDENTITY_LINKED: _identity_linked,
    Kind.DELETION_ASKED: _deletion_asked,
    Kind.DELETION_CALLED_OFF: _deletion_called_off,
    Kind.EXPORT_READY: _export_ready,
}


def _tokens_left(user: User) -> list[str]:
    """Access tokens go on working: the person should know which."""
    tokens = db.session.scalars(
        select(AccessToken)
        .where(AccessToken.user_id == user.id, AccessToken.expires_at > now())
        .order_by(AccessToken.created_at)
    ).all()
    if not tokens:
        return []
    names = ", ".join(f"{token.name} (…{token.last_four})" for token in tokens)
    return [f"These access tokens go on working until you remove them: {names}."]


_KINDS: Mapping[str, tuple[str, str]] = {
    "passkeys": ("a passkey", "passkeys"),
    "totps": ("the authenticator app", "authenticator apps"),
    "recovery_codes": ("a recovery code", "recovery codes"),
    "identities": ("a linked account", "linked accounts"),
    "access_tokens": ("an access token", "access tokens"),
}


def _removed(mail: OutboxMail) -> list[str]:
    """Say which ways in went with a reset."""
    removed: Mapping[str, int] = mail.data.get("removed") or {}
    words = [
        one if removed[kind] == 1 else f"{removed[kind]} {many}"
        for kind, (one, many) in _KINDS.items()
        if removed.get(kind)
    ]
    if not words:
        return []
    why = (
        ""
        if removed.keys() == {"access_tokens"}
        else " They were new, or nobody had confirmed this address before: they may have been"
        " somebody else's. You can add yours again."
    )
    return [f"You can no longer sign in with: {', '.join(words)}.{why}"]


def _device(mail: OutboxMail) -> str:
    """A browser says of itself what it likes; this mail must not hand on an address or a lure."""
    words = device_words(str(mail.data.get("user_agent", "")))
    return words if re.fullmatch(r"[A-Za-z]+( [A-Za-z]+){0,3}", words) else "a program"


def _take_it_back(settings: Settings) -> str:
    return (
        f"If it was not you, set a new password at {settings.site_origin}/forgot: that signs "
        "everybody out. Then look through Settings, and tell an administrator of the site."
    )


def _security(settings: Settings) -> Link:
    return Link(label="See your settings", url=f"{settings.site_origin}/settings")


def _moment(at: datetime) -> str:
    return f"{at:%-d %B %Y, %H:%M} UTC"
