"""The mails that this machine kept instead of sending them. Only local mode has this route."""

import re
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import urlsplit

from flask import Response, request

from app.accounts.guards import public
from app.accounts.schemas.addresses import deliverable
from app.accounts.schemas.joining import LocalMail, LocalMailsQuery
from app.contract import APIBlueprint
from app.errors import NotFoundError
from app.parts import parts
from app.web import json_response

local_mails = APIBlueprint("local_mails", __name__, url_prefix="/api/local", tag="Local")

MOST_READ = 500
MOST_TOLD = 50
_LINK = re.compile(r"^https?://\S+$", re.MULTILINE)  # on a line of its own: to be opened
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@local_mails.get("/mails")
@public
@local_mails.input(LocalMailsQuery, location="query")
@local_mails.doc(hide=True)
def list_mails(query_data: LocalMailsQuery) -> Response:
    """The newest mails, perhaps to one address."""
    # Links to other people's accounts are in here: no page that made its own name point to this
    # machine may read them (DNS rebinding).
    if urlsplit(f"//{request.host}").hostname not in _LOOPBACK:
        raise NotFoundError
    folder = parts().settings.mailbox_dir
    if folder is None:
        raise NotFoundError
    wanted = deliverable(query_data.to.strip().lower()) if query_data.to else None
    found = []
    for path in sorted(folder.glob("*.eml"), reverse=True)[:MOST_READ]:
        mail = _read(path)
        if wanted is None or mail.to.lower() == wanted:
            found.append(mail.model_dump())
        if len(found) == MOST_TOLD:
            break
    return json_response({"mails": found})


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
