"""The client's network address, behind CloudFront and the HTTP API."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

# A function at CloudFront's edge sets it, whatever the browser sent (infrastructure/site.py).
VIEWER_HEADER = "x-pinhole-viewer-address"


def with_visitor_address(event: Mapping[str, Any]) -> dict[str, str]:
    """Return a request's headers, with an X-Forwarded-For of two entries that are both true.

    Call only for requests that showed the origin secret: only those came through CloudFront.
    TRUSTED_PROXIES is 2: the visitor's address is the last but one.
    """
    # [Note: Who is calling] A browser may send any header with any words in it, X-Forwarded-For and
    # CloudFront-Viewer-Address too. What CloudFront says of its viewer stands in a header of ours,
    # which its function overwrites. Until a distribution from before has it, the address is the one
    # that CloudFront added at the end of X-Forwarded-For, before the HTTP API added CloudFront's.
    headers = {str(name): str(value) for name, value in event["headers"].items()}
    seen = str(event["requestContext"]["http"].get("sourceIp", ""))
    viewer = headers.pop(VIEWER_HEADER, "")
    if _is_address(viewer):
        headers["x-forwarded-for"] = f"{viewer}, {seen}"
        return headers
    told = [each.strip() for each in headers.get("x-forwarded-for", "").split(",") if each.strip()]
    # Were the HTTP API ever not to add its own, the last but one would be the browser's own words.
    if seen and told[-1:] != [seen]:
        headers["x-forwarded-for"] = ", ".join([*told, seen])
    return headers


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
