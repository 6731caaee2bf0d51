"""Send e-mails through SES."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

# What of SES may go well the next time; its other refusals are about us or about the address.
_WORTH_ANOTHER = {"TooManyRequestsException", "LimitExceededException", "ThrottlingException"}
_FIRST_SERVER_ERROR = 500


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail to one person, twice the same words."""

    to: str
    subject: str
    text: str
    html: str


class MailError(Exception):
    """SES refused an e-mail. `code` is SES's error code; the address is never part of it."""

    def __init__(self, code: str, *, retryable: bool) -> None:
        super().__init__(code)
        self.code = code
        self.retryable = retryable


class Mailer:
    """Sends as one address."""

    def __init__(self, *, ses: Any, sender: str) -> None:
        self._ses = ses
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Hand a mail over. No set of options is named, so nothing in it is tracked.

        Raises:
            MailError: it was not taken, or nobody knows whether it was.
        """
        body = {"Text": _utf8(mail.text), "Html": _utf8(mail.html)}
        simple = {
            "Subject": _utf8(mail.subject),
            "Body": body,
            # Absences must not answer it (RFC 3834, 5).
            "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
        }
        with _translated():
            self._ses.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={"Simple": simple},
            )


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # Who has not imported botocore has met none of its errors.
        known = sys.modules.get("botocore.exceptions")
        if known and isinstance(error, known.ClientError):
            code = str(error.response["Error"]["Code"])
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            again = code in _WORTH_ANOTHER or status >= _FIRST_SERVER_ERROR
            # What SES says besides names the address.
            raise MailError(code[:100], retryable=again) from None
        if known and isinstance(error, known.BotoCoreError):
            raise MailError(type(error).__name__, retryable=True) from error
        raise
