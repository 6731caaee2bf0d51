"""Compress responses for clients that accept it.

CloudFront does not compress responses that it may not cache, so the API does. BREACH needs a
response that holds a secret and text of the attacker, and a browser that the attacker can make send
requests. No response here holds both, and other sites cannot send requests as a signed-in user
(SameSite, Sec-Fetch-Site). Figures: docs/decisions/0049-smaller-lists.md.
"""

import zlib

from flask import Response, request

SMALLEST = 1_400  # less fits into one packet anyway
_BROTLI_QUALITY = 0  # what keeps a page of pictures below 1.15 of the CPU of making it
# Of columns, most of which are random ids: 2 KB of 27 less, for no more CPU than quality 0.
_BROTLI_QUALITY_OF_COLUMNS = 1
_GZIP_LEVEL = 1
_TYPES = frozenset({"application/json", "application/problem+json", "text/html", "text/css"})


class ColumnsResponse(Response):
    """An answer in columns, such as a bucket of the timeline."""


def compress(response: Response) -> Response:
    """Compress the body of an answer, unless that would not help."""
    if response.mimetype not in _TYPES:
        return response
    response.vary.add("Accept-Encoding")
    if (
        response.is_streamed
        or response.status_code in {204, 304}
        or "Content-Encoding" in response.headers
        or (response.content_length or 0) < SMALLEST
    ):
        return response
    taken = request.accept_encodings
    if taken["br"]:
        is_columns = isinstance(response, ColumnsResponse)
        quality = _BROTLI_QUALITY_OF_COLUMNS if is_columns else _BROTLI_QUALITY
        response.set_data(by_brotli(response.get_data(), quality=quality))
        response.headers["Content-Encoding"] = "br"
    elif taken["gzip"]:
        packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        response.set_data(packer.compress(response.get_data()) + packer.flush())
        response.headers["Content-Encoding"] = "gzip"
    return response


def by_brotli(content: bytes, *, quality: int = _BROTLI_QUALITY) -> bytes:
    """Compress as answers are; slower and smaller ones cost more than their bytes are worth."""
    import brotli  # type: ignore[import-untyped]  # noqa: PLC0415 - not for the first request

    return bytes(brotli.compress(content, quality=quality))
