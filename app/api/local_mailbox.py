"""E-mails that this machine kept instead of sending. Local mode only.

[Note: The mailbox's key] Whoever reads these e-mails can set anybody's password, and other people
may have accounts on this machine and reach its loopback interface. The e-mails are therefore shown
only to browsers that have a key. The key is new at each start, and is in the fragment of the URL
that the launcher prints. The page sends it once and gets a cookie.
"""

import hmac
import re
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Response, request

from app.accounts.email_address import deliverable
from app.accounts.registration.schemas import LocalMail, LocalMailsQuery, MailboxKeyIn
from app.accounts.sessions.cookies import Cookie, read_cookie, set_cookie
from app.accounts.sessions.guards import public
from app.errors import MailboxLockedError, NotFoundError
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response

local_mails = APIBlueprint("local_mails", __name__, url_prefix="/api/local", tag="Local")

MAX_READ = 500
MAX_TOLD = 50
_LINK = re.compile(r"^https?://\S+$", re.MULTILINE)  # on a line of its own: to be opened
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_OPEN_FOR = timedelta(days=30)  # or until the next start, which has another key


@local_mails.post("/mailbox")
@public
@local_mails.input(MailboxKeyIn, location="json")
@local_mails.doc(hide=True)
def open_mailbox(json_data: MailboxKeyIn) -> Response:
    """Let this browser read the mails, if it shows the key; see [Note: The mailbox's key]."""
    _refuse_others(json_data.key)
    response = Response(status=204)
    set_cookie(response, Cookie.MAILBOX, json_data.key, lifetime=_OPEN_FOR)
    return response


@local_mails.get("/mails")
@public
@local_mails.input(LocalMailsQuery, location="query")
@local_mails.doc(hide=True)
def list_mails(query_data: LocalMailsQuery) -> Response:
    """The newest mails, perhaps to one address."""
    _refuse_others(read_cookie(Cookie.MAILBOX))
    folder = dependencies().settings.mailbox_dir
    if folder is None:
        raise NotFoundError
    wanted = deliverable(query_data.to.strip().lower()) if query_data.to else None
    found = []
    for path in sorted(folder.glob("*.eml"), reverse=True)[:MAX_READ]:
        mail = _read(path)
        if wanted is None or mail.to.lower() == wanted:
            found.append(mail.model_dump())
        if len(found) == MAX_TOLD:
            break
    return json_response({"mails": found})


def _refuse_others(key: str | None) -> None:
    # Links to other people's accounts are in here: no page that made its own name point to this
    # machine may read them (DNS rebinding).
    if urlsplit(f"//{request.host}").hostname not in _LOOPBACK:
        raise NotFoundError
    right = dependencies().settings.mailbox_key
    if not right or not hmac.compare_digest((key or "").encode(), right.encode()):
        raise MailboxLockedError


# A kept e-mail never changes, and parsing one takes about 2 ms: pages and tests ask several times a
# second, and each time for all of them. With room for no more than those, a new one would push out
# the one that is asked for next, and so each of them.
@lru_cache(maxsize=2 * MAX_READ)
def _read(path: Path) -> LocalMail:
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(path.read_bytes())
    text = _part(message, "plain")
    written_at = int(path.stem.partition("-")[0]) / 1e9
    return LocalMail(
        id=path.stem,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=text,
        html=_part(message, "html"),
        links=_LINK.findall(text),
        at=datetime.fromtimestamp(written_at, UTC).isoformat(),
    )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body else ""
