"""Entity tags (RFC 9110): 304 for a known response, If-Match for a write."""

from collections.abc import Callable
from hashlib import blake2b

from flask import Response, request

from app.errors import PreconditionFailedError

_DIGEST_BYTES = 12


def tag_of(content: bytes) -> str:
    """Make a tag of bytes."""
    return blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()


def make_conditional(response: Response) -> Response:
    """Tag what was read, and answer 304 where the caller named that tag."""
    is_read = request.method in {"GET", "HEAD"} and response.status_code == 200  # noqa: PLR2004
    if not is_read or response.is_streamed or response.mimetype != "application/json":
        return response
    if "ETag" not in response.headers:
        response.set_etag(tag_of(response.get_data()), weak=True)
    response.make_conditional(request.environ)
    return response


def _unchanged_since(version: str) -> Response | None:
    """Answer 304 where the caller has an answer of this version; None: it is to be made.

    Tags are `<state>.<version>`: of the same version all is the same, and another version may have
    changed something else only.
    """
    for tag in request.if_none_match.as_set(include_weak=True):
        if tag.rpartition(".")[2] == version:
            response = Response(status=304, mimetype="application/json")
            response.set_etag(tag, weak=True)
            return response
    return None


def with_version(version: str, answer: Callable[[], Response]) -> Response:
    """Answer with a version as tag; 304 where the caller has it, or the same of another version.

    Args:
        version: changes whenever the answer may.
        answer: makes it. Not called where the caller has an answer of this version.
    """
    unchanged = _unchanged_since(version)
    if unchanged:
        return unchanged
    response = answer()
    state = tag_of(response.get_data())
    response.set_etag(f"{state}.{version}", weak=True)
    held = request.if_none_match.as_set(include_weak=True)
    if any(tag.partition(".")[0] == state for tag in held):
        response.status_code = 304
    return response


def require_match(state: str) -> None:
    """Refuse a change that was decided on by another version.

    A strong tag is `<state>.<rest>`: the rest may change without the thing being another.

    Raises:
        PreconditionFailedError: If-Match names no version with this state.
    """
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return
    if not any(tag.partition(".")[0] == state for tag in request.if_match.as_set()):
        raise PreconditionFailedError
