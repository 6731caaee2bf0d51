"""The e-mails about invitations to albums and libraries: to people with accounts alone.

There is one of either a day at most. Whoever invites chose the address, so nothing else of the mail
is theirs to choose: it has no title and no note, and names them by the address that they proved.
See [Note: Invitations to albums] in app/accounts/rate_limits/policies.py.
"""

from sqlalchemy import TextClause, text

from app.accounts.emails.layout import Link, Words
from app.accounts.models import OutboxMail
from app.accounts.rate_limits.limiter import count_within
from app.accounts.rate_limits.policies import INVITE_MAILS
from app.database import db
from app.settings import Settings

# As `is_invited` in app/members/join.py says it, for one; and that they want mail.
_WANTED = """
SELECT people.id, owners.email FROM {table} AS members
JOIN users AS people ON people.email = members.email AND people.email_verified_at IS NOT NULL
  AND people.disabled_at IS NULL AND people.id <> members.owner_id
JOIN users AS owners ON owners.id = members.owner_id AND owners.disabled_at IS NULL
{more}
LEFT JOIN member_preferences AS wants ON wants.user_id = people.id
WHERE members.id = CAST(:invitation AS uuid) AND members.email = :email
  AND members.accepted_at IS NULL AND members.declined_at IS NULL
  AND coalesce(wants.wants_mail, true)
  AND NOT EXISTS (
    SELECT FROM member_blocks AS blocks
    WHERE blocks.user_id = people.id AND blocks.blocked_id = members.owner_id
  )
"""
_TO_ALBUM = text(
    _WANTED.format(
        table="album_members",
        more="JOIN albums ON albums.id = members.album_id AND albums.deleted_at IS NULL",
    )
)
_TO_LIBRARY = text(_WANTED.format(table="library_shares", more=""))


def write_album_shared(mail: OutboxMail, settings: Settings) -> Words | None:
    """Render it; None: there is no such account, it is not wanted, or there was one today."""
    return _write(mail, settings, wanted=_TO_ALBUM, called="an album")


def write_library_shared(mail: OutboxMail, settings: Settings) -> Words | None:
    """Render it, as `write_album_shared`."""
    return _write(mail, settings, wanted=_TO_LIBRARY, called="their library")


def _write(
    mail: OutboxMail, settings: Settings, *, wanted: TextClause, called: str
) -> Words | None:
    values = {"invitation": mail.data.get("invitation"), "email": mail.email}
    found = db.session.execute(wanted, values).one_or_none()
    if found is None:
        return None
    person_id, inviter = found
    if not mail.data.get("counted"):
        if count_within(INVITE_MAILS, of=str(person_id)) is None:
            return None
        mail.data = mail.data | {"counted": True}  # one that is tried again counts once
    return Words(
        subject=f"You are invited to {called}".replace("their", "a"),
        paragraphs=(
            f"{inviter} invites you to {called} at {settings.site_origin}.",
            (
                "You see it there once you accept. You get at most one such e-mail a day. You can"
                " turn these e-mails off or block people there."
            ),
        ),
        link=Link(label="See your invitations", url=f"{settings.site_origin}/shared-with-me"),
        unasked="If you do not know them, do nothing: they are not told that you have an account.",
    )
