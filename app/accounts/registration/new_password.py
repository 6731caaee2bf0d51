"""Set a password by a link from an e-mail: revoke all other access, then sign in."""

from collections.abc import Iterable

from flask import Response

from app.accounts.audit.log import Event, record
from app.accounts.create_account import reset_to_owner
from app.accounts.deletion import cancel_deletion
from app.accounts.emails.outbox import Kind, commit_and_notify, queue_mail
from app.accounts.models import OutboxMail, User
from app.accounts.sessions.cookies import Cookie, read_cookie
from app.accounts.sessions.store import add_device, find_device
from app.accounts.sign_in.flow import How, finish_sign_in


def set_by_mail(
    user: User,
    password: str,
    *,
    how: How,
    proved_by: str | None = None,
    mails: Iterable[OutboxMail] = (),
) -> Response:
    """Set the password of a person who is held, tell them, sign in and commit.

    Args:
        user: whose address a link has proved.
        password: the new one.
        how: what was proved.
        proved_by: by which old second factor, see `former_factors.old_proof`.
        mails: further mails of this transaction.

    Raises:
        WeakPasswordError: roll back; the link is good still.
    """
    # Whoever has the old password may have used up the tries at the second factor that strange
    # browsers share: a browser that the person signed in with before keeps tries of its own.
    known = find_device(user.id, read_cookie(Cookie.DEVICE)) is not None
    told = []
    if cancel_deletion(user):  # whoever was in the account may have asked for it
        record(Event.DELETION_CALLED_OFF, user_id=user.id, how="reset")
        told.append(queue_mail(Kind.DELETION_CALLED_OFF, email=user.email, user_id=user.id))
    removed = reset_to_owner(user, password=password)
    device_token = add_device(user.id) if known else None
    told.append(
        queue_mail(Kind.PASSWORD_CHANGED, email=user.email, user_id=user.id, removed=removed)
    )
    response = finish_sign_in(user, how, device_token=device_token, proved_by=proved_by)
    commit_and_notify(*told, *mails)
    return response
