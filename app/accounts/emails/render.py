"""Render each kind of e-mail: look up its address, and make its links.

[Note: Links in mails] The token of a link is in the fragment of its URL. Browsers send the fragment
to no server, so no log and no other site sees it. The page sends it in a POST. The host is that of
the settings, and never that of the request.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.accounts.audit.log import Event
from app.accounts.emails.album_invitations import write_album_shared, write_library_shared
from app.accounts.emails.layout import Link, Words
from app.accounts.emails.links import (
    RESET_WITHIN,
    RESTORE_WITHIN,
    VERIFY_WITHIN,
    WELCOME_WITHIN,
    may_reset_by_mail,
    microseconds,
    reset_binding,
    was_undone,
)
from app.accounts.emails.notice_limits import is_last, is_within_limit, with_last_word
from app.accounts.emails.notices import NOTICES
from app.accounts.emails.outbox import TO_ACT_ON, Kind
from app.accounts.models import AuditEvent, Invite, OutboxMail, User
from app.accounts.sessions import one_time_tokens
from app.accounts.sessions.one_time_tokens import Purpose
from app.database import db, now
from app.settings import Settings

_DO_NOTHING = "If it was not you, do nothing"


def write(mail: OutboxMail, settings: Settings) -> Words | None:
    """Render an e-mail in the current transaction; None if there is nothing to send."""
    kind = Kind(mail.kind)
    user = db.session.get(User, mail.user_id) if mail.user_id else None
    is_shut = user is not None and user.disabled_at is not None
    if is_shut and kind in TO_ACT_ON:
        return None
    if kind in _LINKS:
        return _LINKS[kind](mail, settings)
    if user is None or not is_within_limit(mail, user):
        return None
    words = NOTICES[kind](mail, user, settings)
    if words and is_last(mail):
        words = with_last_word(words, settings)
    return _to_shut(words) if words and is_shut else words


def _to_shut(words: Words) -> Words:
    """What was done is told also where nothing can be done about it here any more."""
    return replace(
        words,
        link=None,
        unasked="This account is disabled. If it was not you, write to an administrator of the "
        "site.",
    )


def _join(mail: OutboxMail, settings: Settings) -> Words | None:
    if _has_account(mail.email):
        return _known_already("asked to join", settings)
    invite_id = mail.data.get("invite_id")
    if invite_id and _open_invite(UUID(invite_id)) is None:
        return None
    return Words(
        subject="Your link to join Pinhole",
        paragraphs=(
            (
                f"Somebody, hopefully you, asked to join Pinhole at {settings.site_origin} with "
                "this address."
            ),
            "The link makes your account. It works once, within 24 hours.",
        ),
        link=_welcome(mail.email, invite_id, lifetime=WELCOME_WITHIN, settings=settings),
        unasked=f"{_DO_NOTHING}: without the link there will be no account.",
    )


def _invited(mail: OutboxMail, settings: Settings) -> Words | None:
    if _has_account(mail.email):
        return _known_already("invited you to join", settings)
    invite = _open_invite(UUID(mail.data["invite_id"]))
    if invite is None or invite.email != mail.email:
        return None
    note = f"They wrote: “{invite.note}”" if invite.note else ""
    link = _welcome(
        mail.email, invite.id.hex, lifetime=invite.expires_at - now(), settings=settings
    )
    return Words(
        subject="You are invited to Pinhole",
        paragraphs=(
            (
                f"An administrator of Pinhole at {settings.site_origin}, a private picture "
                "library, invites you to join."
            ),
            *filter(None, [note]),
            f"The link makes your account. It works once, until {invite.expires_at:%-d %B %Y}.",
        ),
        link=link,
        unasked="If you expected no invitation, do nothing: without the link there will be no "
        "account.",
    )


def _reset(mail: OutboxMail, settings: Settings) -> Words | None:
    user = db.session.scalar(select(User).where(User.email == mail.email))
    if user is None or user.disabled_at is not None:
        return None
    _note_asked(mail, user)
    if not may_reset_by_mail(user):
        return _unproved(settings)
    token = one_time_tokens.begin(
        Purpose.RESET,
        lifetime=RESET_WITHIN,
        user_id=user.id,
        data=reset_binding(user),
    )
    return Words(
        subject="Set a new password for Pinhole",
        paragraphs=(
            (
                f"Somebody, hopefully you, forgot the password of your account at "
                f"{settings.site_origin}."
            ),
            (
                "The link sets a new one. It works once, within 30 minutes, and all signed-in "
                "browsers are signed out."
            ),
        ),
        link=_link("Set a new password", "/new-password", token, settings),
        unasked=f"{_DO_NOTHING}: your password stays as it is.",
    )


def _verify_email(mail: OutboxMail, settings: Settings) -> Words | None:
    user = db.session.get(User, mail.user_id)
    if user is None or user.email != mail.email or user.email_verified:
        return None
    token = one_time_tokens.begin(
        Purpose.VERIFY_EMAIL, lifetime=VERIFY_WITHIN, user_id=user.id, data={"email": user.email}
    )
    return Words(
        subject="Confirm your e-mail address for Pinhole",
        paragraphs=(
            (
                f"This is the address of an account at {settings.site_origin}. Open the link in "
                "the browser in which you are signed in, within 24 hours, to confirm that it is "
                "yours."
            ),
        ),
        link=_link("Confirm this address", "/verify", token, settings),
        unasked="If you have no account there, do nothing: somebody has mistyped their address, "
        "or uses yours, and it stays unconfirmed.",
    )


def _change_email(mail: OutboxMail, settings: Settings) -> Words | None:
    user = db.session.get(User, mail.user_id)
    if user is None or user.email == mail.email:
        return None
    # Begun also where the address has an account, and then told to nobody: whoever asks sees what
    # awaits its proof, and must not see whose address it is.
    token = one_time_tokens.begin(
        Purpose.CHANGE_EMAIL, lifetime=VERIFY_WITHIN, user_id=user.id, data={"email": mail.email}
    )
    if _has_account(mail.email):
        return _known_already("asked to move another account to this address", settings)
    return Words(
        subject="Confirm your new e-mail address for Pinhole",
        paragraphs=(
            (
                f"Somebody, hopefully you, wants to use this address for the account {user.email} "
                f"at {settings.site_origin}. Open the link in the browser in which you are "
                "signed in, within 24 hours."
            ),
        ),
        link=_link("Use this address", "/verify", token, settings),
        unasked=f"{_DO_NOTHING}: your address will not be used for that account.",
    )


def _email_changed(mail: OutboxMail, settings: Settings) -> Words | None:
    user = db.session.get(User, mail.user_id)
    if user is None:
        return None
    told = (
        f"The e-mail address of your account at {settings.site_origin} was changed on "
        f"{mail.created_at:%-d %B %Y, %H:%M} UTC. You can no longer sign in with this address, and "
        "it gets no more e-mail."
    )
    administrator = (
        "write at once to an administrator of the site: they can disable the account and sign its "
        "devices out."
    )
    subject = "The e-mail address of your Pinhole account was changed"
    changed_at = microseconds(mail.created_at)
    if (
        not mail.data.get("was_proved")
        or user.disabled_at
        or was_undone(user.id, changed_at=changed_at)
    ):
        return Words(
            subject=subject, paragraphs=(told,), unasked=f"If it was not you, {administrator}"
        )
    token = one_time_tokens.begin(
        Purpose.RESTORE_EMAIL,
        lifetime=RESTORE_WITHIN,
        user_id=user.id,
        data={"email": mail.email, "changed_at": changed_at},
    )
    return Words(
        subject=subject,
        paragraphs=(
            told,
            (
                "If it was not you, the link restores this address, signs everybody out and has "
                "you set a new password. It works once, within 7 days."
            ),
        ),
        link=_link("Restore this address", "/restore-address", token, settings),
        unasked=f"If it was you, do nothing. If it was not you and the link does not work, "
        f"{administrator}",
    )


def _note_asked(mail: OutboxMail, user: User) -> None:
    """Record the request for a reset, once: the request itself must not look up the account."""
    who = dict(mail.data)
    if who.pop("recorded", False):
        return
    mail.data = who | {"recorded": True}
    db.session.add(
        AuditEvent(
            event=Event.PASSWORD_RESET_ASKED,
            user_id=user.id,
            ip=who.get("ip", ""),
            user_agent=who.get("user_agent", ""),
        )
    )


_LINKS: Mapping[Kind, Callable[[OutboxMail, Settings], Words | None]] = {
    Kind.JOIN: _join,
    Kind.INVITED: _invited,
    Kind.RESET: _reset,
    Kind.VERIFY_EMAIL: _verify_email,
    Kind.CHANGE_EMAIL: _change_email,
    Kind.EMAIL_CHANGED: _email_changed,
    Kind.ALBUM_SHARED: write_album_shared,
    Kind.LIBRARY_SHARED: write_library_shared,
}


def _known_already(did: str, settings: Settings) -> Words:
    return Words(
        subject="You have an account at Pinhole",
        paragraphs=(
            (
                f"Somebody {did} at {settings.site_origin}. You have an account there already: "
                "sign in with this address."
            ),
            f"If you forgot your password, set a new one at {settings.site_origin}/forgot.",
        ),
        link=Link(label="Sign in", url=f"{settings.site_origin}/sign-in"),
        unasked=f"{_DO_NOTHING}: nothing was changed.",
    )


def _unproved(settings: Settings) -> Words:
    return Words(
        subject="No new password for Pinhole",
        paragraphs=(
            (
                f"Somebody, hopefully you, asked for a new password at {settings.site_origin}. "
                "Nobody has confirmed yet that this address belongs to the account, so it cannot "
                "set its password."
            ),
            (
                "If you are still signed in somewhere, open Settings, Account there: confirm the "
                "address, or change it. Then ask again. If you are not, ask another administrator "
                "of the site."
            ),
        ),
        link=Link(label="Sign in", url=f"{settings.site_origin}/sign-in"),
        unasked=f"{_DO_NOTHING}: nothing was changed.",
    )


def _welcome(email: str, invite_id: str | None, *, lifetime: timedelta, settings: Settings) -> Link:
    token = one_time_tokens.begin(
        Purpose.WELCOME, lifetime=lifetime, data={"email": email, "invite_id": invite_id}
    )
    return _link("Make my account", "/welcome", token, settings)


def _link(label: str, page: str, token: str, settings: Settings) -> Link:
    """See [Note: Links in mails]."""
    return Link(label=label, url=f"{settings.site_origin}{page}#{token}")


def _has_account(email: str) -> bool:
    return db.session.scalar(select(User.id).where(User.email == email)) is not None


def _open_invite(invite_id: UUID) -> Invite | None:
    return db.session.scalar(select(Invite).where(Invite.id == invite_id, Invite.is_open()))
