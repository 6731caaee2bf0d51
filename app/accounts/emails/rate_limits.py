"""How many e-mails may be requested; requests fail where no sender is configured.

Each kind of e-mail has its own limit, for an address and for a network. E-mails that signed-in or
invited people request count against their own limit, which strangers cannot use up
(docs/decisions/0065).
"""

from uuid import UUID

from app.accounts.emails.outbox import Kind
from app.accounts.errors import MailUnavailableError
from app.accounts.rate_limits.limiter import Counted, take_each
from app.accounts.rate_limits.networks import for_network
from app.accounts.rate_limits.policies import (
    LINKS_TO_JOIN,
    MAILS_ALL,
    MAILS_FROM_NETWORK,
    MAILS_OF_ADMINISTRATOR,
    MAILS_OF_CHANGE,
    MAILS_OF_INVITE,
    MAILS_OF_PERSON,
    MAILS_TO_ADDRESS,
)
from app.http.dependencies import dependencies


def count_for_stranger(kind: Kind, email: str) -> None:
    """Count an e-mail that anybody may request for any address; ends the transaction.

    Raises:
        TooManyRequestsError: wait.
    """
    # [Note: No site's limit for resets] A link to join goes to whatever address is typed: the site
    # sends so many and no more. A link for a new password goes to accounts alone, and few to each.
    # A limit of the site would let a dozen networks keep all owners from it, at no cost.
    for_all = [(LINKS_TO_JOIN, email), (MAILS_ALL, "")] if kind is Kind.JOIN else []
    of_network = for_network(MAILS_FROM_NETWORK, what=kind)
    take_each(*of_network, (MAILS_TO_ADDRESS, f"{kind} {email}"), *for_all)


def count_for_invited(invite_id: UUID) -> None:
    """Count an e-mail to the holder of a valid invitation; ends the transaction.

    Raises:
        TooManyRequestsError: wait.
    """
    # Nothing of the network: an administrator chose who has the invitation.
    take_each((MAILS_OF_INVITE, str(invite_id)))


def count_for_person(kind: Kind, user_id: UUID) -> None:
    """Count a mail to a person's own address that they ask for; ends the transaction.

    Raises:
        TooManyRequestsError: wait.
    """
    take_each((MAILS_OF_PERSON, f"{kind} {user_id}"))


def count_for_change(user_id: UUID, *, wanted: str) -> Counted:
    """Count a mail to an address that a person wants to have; ends the transaction.

    Returns:
        What to give back where nothing comes of it.

    Raises:
        TooManyRequestsError: wait.
    """
    counted = (MAILS_OF_PERSON, f"{Kind.CHANGE_EMAIL} {user_id}"), (MAILS_OF_CHANGE, wanted)
    take_each(*counted)
    return counted


def count_for_administrator(user_id: UUID, *, email: str) -> Counted:
    """Count the mail of an invitation; ends the transaction.

    Returns:
        What to give back where nothing comes of it.

    Raises:
        TooManyRequestsError: wait.
    """
    to_address = MAILS_TO_ADDRESS, f"{Kind.INVITED} {email}"
    counted = (MAILS_OF_ADMINISTRATOR, str(user_id)), to_address
    take_each(*counted)
    return counted


def refuse_without_mail() -> None:
    """Refuse what needs a mail.

    Raises:
        MailUnavailableError: this site sends none.
    """
    if dependencies().settings.mail_from is None:
        raise MailUnavailableError
