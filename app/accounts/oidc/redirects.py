"""Validate redirect targets: only paths of this site are accepted."""

import re
from urllib.parse import unquote, urlsplit

HOME = "/"
_LONGEST = 500
# What RFC 3986 allows in a path, query and fragment. No space, no control, no backslash, which
# browsers read as a slash.
_ADDRESS = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/?#\[\]]*")
_UNREADABLE = re.compile(r"[\x00-\x20\x7f\\]|//|/\.\.?(?:/|$)")
# Answers for programs, and files: no pages.
_NO_PAGES = ("/api", "/assets")


def own_path(wished: str | None, *, site_origin: str) -> str:
    """Return the path of one of this site's pages; whatever is not clearly one becomes the first.

    See [Note: Where to go afterwards].
    """
    # [Note: Where to go afterwards] Programs differ in how they read an address: browsers drop tabs
    # and line breaks and take `\` for `/`, and Werkzeug decodes what it redirects to, so that
    # `/%09/evil.example` became `//evil.example`. So an address is taken only when all of them read
    # the same in it, as it is and decoded; and it is sent with this site's origin in front, so that
    # nothing that is left in it can stand where a host is looked for.
    if wished is None or len(wished) > _LONGEST or not _ADDRESS.fullmatch(wished):
        return HOME
    path = wished.partition("#")[0].partition("?")[0]
    decoded = path
    for _ in range(3):  # as often as anything on the way may decode it
        if _UNREADABLE.search(decoded):
            return HOME
        decoded = unquote(decoded)
    if any(decoded == other or decoded.startswith(f"{other}/") for other in _NO_PAGES):
        return HOME
    parts, own = urlsplit(site_origin + wished), urlsplit(site_origin)
    return wished if (parts.scheme, parts.netloc) == (own.scheme, own.netloc) else HOME
