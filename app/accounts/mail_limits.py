"""How many mails may be asked for, and that there is somebody who sends them."""

from app.accounts.limit_table import LETTERS_ALL, LETTERS_FROM_NETWORK, LETTERS_TO_ADDRESS
from app.accounts.limits import take_each
from app.accounts.visitor import visitor
from app.errors import MailUnavailableError
from app.parts import parts


def count_letters(email: str) -> None:
    """Count a mail to an address; ends the transaction. The same whoever has that address.

    Somebody who uses up the mails to an address of another's has them sent to that person: who
    wanted one has it all the same.

    Raises:
        TooManyRequestsError: wait.
    """
    take_each(
        (LETTERS_FROM_NETWORK, visitor().network), (LETTERS_TO_ADDRESS, email), (LETTERS_ALL, "")
    )


def refuse_without_mail() -> None:
    """Refuse what needs a mail.

    Raises:
        MailUnavailableError: this site sends none.
    """
    if parts().settings.mail_from is None:
        raise MailUnavailableError
