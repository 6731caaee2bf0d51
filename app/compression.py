"""Answers in fewer bytes, where the caller takes them so.

CloudFront compresses nothing that it may not cache, so the API does. Only gzip: brotli takes more
CPU for what it saves here (docs/decisions/0049-smaller-lists.md). Nothing that is answered holds
both a secret of ours and words of somebody who wants to learn it, which compression could tell by
its length (BREACH): other sites cannot have a signed-in browser ask (SameSite, Sec-Fetch-Site).
"""

import zlib

from flask import Response, request

SMALLEST = 1_400  # less fits into one packet anyway
_LEVEL = 1  # 5 saves a tenth more of a list, for three times the CPU
_TYPES = frozenset({"application/json", "application/problem+json", "text/html", "text/css"})
_GZIP = 16 + zlib.MAX_WBITS


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
        or not request.accept_encodings["gzip"]
    ):
        return response
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    response.set_data(packer.compress(response.get_data()) + packer.flush())
    response.headers["Content-Encoding"] = "gzip"
    return response
