"""Write the audit log. Users read their own events, administrators read all."""

from enum import StrEnum
from uuid import UUID

from app.accounts.client_info import visitor
from app.accounts.models import AuditEvent
from app.accounts.rate_limits.limiter import count_within
from app.accounts.rate_limits.policies import FAILURES_RECORDED, NOBODYS_FAILURES_RECORDED
from app.database import db

Detail = str | int | bool | None


class Event(StrEnum):
    """What is recorded. Names are for ever: they stand in people's records."""

    ACCOUNT_MADE = "account_made"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SECOND_FACTOR_AWAITED = "second_factor_awaited"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    SIGNED_OUT = "signed_out"
    CONFIRMED = "confirmed"
    CONFIRMATION_FAILED = "confirmation_failed"
    SESSION_ENDED = "session_ended"
    OTHER_SESSIONS_ENDED = "other_sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    EMAIL_CHANGE_ASKED = "email_change_asked"
    EMAIL_CHANGED = "email_changed"
    EMAIL_RESTORED = "email_restored"
    EMAIL_VERIFIED = "email_verified"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    TOTP_ADDED = "totp_added"
    TOTP_REMOVED = "totp_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    FACTOR_PUT_BACK = "factor_put_back"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    TOKEN_MADE = "token_made"  # noqa: S105
    TOKEN_REMOVED = "token_removed"  # noqa: S105
    WAYS_IN_REMOVED = "ways_in_removed"
    INVITE_MADE = "invite_made"
    INVITE_REMOVED = "invite_removed"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ADMINISTRATOR_MADE = "administrator_made"
    ADMINISTRATOR_UNMADE = "administrator_unmade"
    EXPORT_ASKED = "export_asked"
    IMAGES_DELETED_FOR_GOOD = "images_deleted_for_good"
    SHARE_MADE = "share_made"
    SHARE_CHANGED = "share_changed"
    SHARE_ENDED = "share_ended"
    SHARES_ENDED = "shares_ended"
    GUEST_PICTURES_ADDED = "guest_pictures_added"
    GUEST_PICTURES_ACCEPTED = "guest_pictures_accepted"
    GUEST_PICTURES_DECLINED = "guest_pictures_declined"
    MEMBER_INVITED = "member_invited"
    MEMBER_JOINED = "member_joined"
    MEMBER_CHANGED = "member_changed"
    MEMBER_REMOVED = "member_removed"
    MEMBERS_REMOVED = "members_removed"
    ALBUM_JOINED = "album_joined"
    ALBUM_LEFT = "album_left"
    ALBUM_TRANSFERRED = "album_transferred"
    LIBRARY_SHARED = "library_shared"
    LIBRARY_SHARE_CHANGED = "library_share_changed"
    LIBRARY_SHARE_ENDED = "library_share_ended"
    LIBRARY_SHARES_ENDED = "library_shares_ended"
    LIBRARY_SHARE_ACCEPTED = "library_share_accepted"
    LIBRARY_JOINED = "library_joined"
    LIBRARY_LEFT = "library_left"
    PERSON_BLOCKED = "person_blocked"
    PERSON_UNBLOCKED = "person_unblocked"
    DELETION_ASKED = "deletion_asked"
    DELETION_CALLED_OFF = "deletion_called_off"
    ACCOUNT_DELETED = "account_deleted"


def record(
    event: Event, *, user_id: UUID | None, actor_id: UUID | None = None, **detail: Detail
) -> None:
    """Add to the record, in the transaction of what it records.

    Args:
        event: what happened.
        user_id: whose account; None where there is none (a guess at an unknown address).
        actor_id: who did it, where it was not the person.
        **detail: never a secret, never what a picture shows.
    """
    who = visitor()
    db.session.add(
        AuditEvent(
            event=event,
            user_id=user_id,
            actor_id=actor_id,
            ip=who.ip,
            user_agent=who.user_agent,
            detail=detail,
        )
    )


def record_by_another(event: Event, *, user_id: UUID, **detail: Detail) -> None:
    """Add to a person's record what another person did, without where that one sits.

    Args:
        event: what happened.
        user_id: whose record it is added to.
        **detail: as in `record`.
    """
    db.session.add(AuditEvent(event=event, user_id=user_id, ip="", user_agent="", detail=detail))


def record_failure(
    event: Event, *, user_id: UUID | None, address: str = "", **detail: Detail
) -> None:
    """Add a proof that failed to the record, in the current transaction, unless it has many such.

    See [Note: Failures that are recorded].

    Args:
        event: what failed.
        user_id: whose account; None where there is none.
        address: which was typed: so an unknown one takes the same work as a known one. What is of
            neither counts for the whole site.
        **detail: as in `record`.
    """
    whose = str(user_id) if user_id else address
    if whose and count_within(FAILURES_RECORDED, of=f"{event} {whose}") is None:
        return
    # Of all addresses without an account together, since there is no end to them. A person's own
    # row takes as long, and is never used up.
    all_of = str(user_id) if user_id else ""
    if count_within(NOBODYS_FAILURES_RECORDED, of=f"{event} {all_of}") is None:
        return
    record(event, user_id=user_id, actor_id=None, **detail)
