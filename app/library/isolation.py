"""What a person's session may read in the bucket, shown to whoever wants to know, and tried.

[Note: Trying the policy] The page gets the session policy as STS was given it, and an address of
somebody else's object that is signed with the person's own session, which S3 refuses. Here, and
here alone, the API signs a key that is not its caller's. So the signature covers a range that lies
behind the end of every object: were S3 to let it through, it would answer 416 and none of it.
"""

import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

from flask import Response
from pydantic import ConfigDict, Field
from sqlalchemy import select

from app.accounts.rate_limits.limiter import take
from app.accounts.rate_limits.policies import ISOLATION_TRIES, TOO_MANY_TRIES
from app.accounts.sessions.guards import current_user, session_required
from app.clients.aws.image_store import PREVIEWS, key_of, prefix_of_user
from app.database import db
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.middleware import json_response
from app.http.schemas import BaseModel
from app.images.models import Image
from app.library.selection import wrong_field

isolation = APIBlueprint("isolation", __name__, url_prefix="/api/account/isolation", tag="Accounts")

_MAX_ADDRESS = 5_000  # a signed one has some 1,500 characters
_KEY = re.compile(
    r"/users/([0-9a-f]{32})/([0-9a-f]{32})/(?:original|thumbnail\.webp|motion\.mp4|preview\.(?:webp|jpg))"
)


class IsolationOut(BaseModel):
    """What a person's session may do in the bucket."""

    policy: dict[str, Any] = Field(
        description="As STS was given it, beside the role's own policy: only what both allow is."
    )
    prefix: str = Field(description="Below which the person's pictures are.")
    is_aws: bool = Field(
        description="False: on one machine a program stands in for S3, which checks the policy too."
    )


class ProbeIn(BaseModel):
    """Whose object is to be tried."""

    model_config = ConfigDict(extra="forbid")

    address: str | None = Field(
        default=None,
        max_length=_MAX_ADDRESS,
        description="Of a picture of somebody else on this site, as their browser has it; null: a"
        " made-up one.",
    )


class ProbeOut(BaseModel):
    """Addresses to read, both signed with one session."""

    url: str = Field(description="Of somebody else's object: send `headers` with it.")
    headers: dict[str, str]
    key: str
    own_url: str | None = Field(description="Of a picture of one's own; null: there is none.")


@isolation.get("")
@session_required
@isolation.output(IsolationOut)
def get_isolation() -> Response:
    """Show the IAM policy of your session: which objects the addresses you get can be of."""
    parts = dependencies()
    user = current_user()
    return json_response(
        {
            "policy": json.loads(parts.access.policy_of(user.id)),
            "prefix": prefix_of_user(user.id),
            "is_aws": parts.settings.aws_endpoint_url is None,
        }
    )


@isolation.post("/probe")
@session_required
@isolation.input(ProbeIn, location="json")
@isolation.output(ProbeOut)
@isolation.doc(
    responses={422: "It is no address of somebody else's picture here.", 429: TOO_MANY_TRIES}
)
def probe_isolation(json_data: ProbeIn) -> Response:
    """Get an address of somebody else's object, signed with your session, to see S3 refuse it.

    It reads no byte, whatever S3 says.
    """
    user = current_user()
    take(ISOLATION_TRIES, of=str(user.id))
    owner_id, image_id = _named(json_data.address)
    if owner_id == user.id:
        raise wrong_field("address", "This is a picture of yours. Paste somebody else's.")
    access = dependencies().access
    key = key_of(owner_id, image_id, "thumbnail.webp")
    url, headers = access.probe(user.id, key)
    db.session.commit()
    return json_response(
        {"url": url, "headers": headers, "key": key, "own_url": _own_picture(user.id)}
    )


def _named(address: str | None) -> tuple[UUID, UUID]:
    """Return the owner and the image that an address names, or such as nobody has.

    Raises:
        ValidationFailedError: it is none of the bucket's.
    """
    if address is None:
        return uuid4(), uuid4()
    try:
        found = _KEY.search(unquote(urlsplit(address.strip()).path))
    except ValueError:
        found = None
    if found is None:
        raise wrong_field(
            "address", "Paste the whole address of a picture: open it in a tab of its own."
        )
    return UUID(found[1]), UUID(found[2])


def _own_picture(owner_id: UUID) -> str | None:
    row = db.session.execute(
        select(Image.id, Image.preview_format)
        .where(Image.owner_id == owner_id, Image.in_library(), Image.has_preview)
        .order_by(Image.timeline_at.desc(), Image.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    reader = dependencies().access.reader(owner_id)
    return reader(row.id.hex, PREVIEWS[row.preview_format]).thumbnail
