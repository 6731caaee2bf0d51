"""What messengers are told of a link before it is opened, where its owner wants that.

[Note: Previews of links] A link with a preview is `/s/ID#TOKEN`. Messengers fetch `/s/ID`, since no
fragment is sent: the link's title and one picture, which the owner's browser made for it. The id
opens nothing else. A browser goes on to `/s#TOKEN` by a script. For links without a preview, with a
password, ended, expired or never made the page is the same neutral one.
"""

import base64
import binascii
import struct
from html import escape
from uuid import UUID

from sqlalchemy import delete, text

from app.database import Prepared, db
from app.library.selection import wrong_field
from app.media.formats.sniff import JPEG
from app.media.formats.without_metadata import bare_pieces
from app.sharing.models import MAX_PREVIEW_BYTES, Share, SharePreview
from app.sharing.visits import find_open_share

MAX_SIDE = 1_200  # pixels: as large as messengers show one
_TITLE = "Shared pictures"
_DESCRIPTION = "Pictures that somebody shares with you"
_PICTURE = Prepared(text("SELECT jpeg FROM share_previews WHERE share_id = :id"))
_SIZE = Prepared(text("SELECT width, height FROM share_previews WHERE share_id = :id"))
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # ITU-T T.81, table B.1
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<title>{title} · Pinhole</title>
<meta property="og:site_name" content="Pinhole">
<meta property="og:type" content="website">
<meta property="og:title" content="{title}">
<meta property="og:description" content="{description}">
{picture}<script src="/share-link.js"></script>
</head>
<body>
<noscript>Pinhole needs JavaScript to show these pictures.</noscript>
</body>
</html>
"""
_PICTURE_OF_PAGE = """\
<meta property="og:image" content="{address}">
<meta property="og:image:type" content="image/jpeg">
<meta property="og:image:width" content="{width}">
<meta property="og:image:height" content="{height}">
<meta name="twitter:card" content="summary_large_image">
"""


def set_preview(share: Share, encoded: str | None) -> None:
    """Give a link a preview, or take it away.

    Args:
        share: it has its id.
        encoded: a JPEG of at most MAX_SIDE pixels a side, base64; None: no preview.

    Raises:
        ValidationFailedError: it is no such picture, or the link has a password.
    """
    db.session.execute(delete(SharePreview).where(SharePreview.share_id == share.id))
    if encoded is None:
        return
    if share.password_hash is not None:
        raise wrong_field("preview", "A link with a password has no preview.")
    jpeg, (width, height) = _checked(encoded)
    db.session.add(SharePreview(share_id=share.id, jpeg=jpeg, width=width, height=height))


def preview_page(share_id: UUID, *, site_origin: str) -> str:
    """Return the page that messengers read; it says nothing of links without a preview."""
    share = find_open_share(share_id)
    size = _SIZE.rows({"id": str(share_id)}) if share is not None else []
    if share is None or share.password_hash is not None or not size:
        return _PAGE.format(title=_TITLE, description=_DESCRIPTION, picture="")
    width, height = size[0]
    address = f"{site_origin}/api/shared/links/{share_id}/picture"
    return _PAGE.format(
        title=escape(share.title or _TITLE),
        description=_DESCRIPTION,
        picture=_PICTURE_OF_PAGE.format(address=escape(address), width=width, height=height),
    )


def preview_picture(share_id: UUID) -> bytes | None:
    """Return the JPEG of a link that is open and has a preview."""
    share = find_open_share(share_id)
    if share is None or share.password_hash is not None:
        return None
    rows = _PICTURE.rows({"id": str(share_id)})
    return bytes(rows[0][0]) if rows else None


def _checked(encoded: str) -> tuple[bytes, tuple[int, int]]:
    """Return a JPEG without its metadata, and its width and height."""
    try:
        given = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise wrong_field("preview", "Send a JPEG, in base64.") from None
    pieces = bare_pieces(given, JPEG) if given.startswith(b"\xff\xd8\xff") else None
    if pieces is None:
        raise wrong_field("preview", "Send a JPEG, in base64.")
    jpeg = b"".join(
        given[piece[0] : piece[1]] if isinstance(piece, tuple) else piece
        for piece in pieces
        if not isinstance(piece, int)
    )
    size = _size_of(jpeg)
    if size is None or not all(0 < side <= MAX_SIDE for side in size):
        raise wrong_field("preview", f"Send a JPEG of at most {MAX_SIDE} pixels a side.")
    if len(jpeg) > MAX_PREVIEW_BYTES:
        raise wrong_field("preview", f"Send a JPEG of at most {MAX_PREVIEW_BYTES // 1024} KB.")
    return jpeg, size


def _size_of(jpeg: bytes) -> tuple[int, int] | None:
    """Return width and height, as the first frame says; all segments up to it are whole."""
    at = 2
    while at + 9 <= len(jpeg):
        _, marker, size = struct.unpack_from(">BBH", jpeg, at)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", jpeg, at + 5)
            return width, height
        at += 2 + size
    return None
