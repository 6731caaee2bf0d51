"""What messengers are told of a link before it is opened, where its owner wants that.

[Note: Previews of links] A link with a preview is `/s/ID#TOKEN`. Messengers fetch `/s/ID`, since no
fragment is sent: the link's title and one picture, which the owner's browser made for it. The id is
the preview's own and opens nothing else; another address of the link has another one. A browser
goes on to `/s#TOKEN` by a script. For links without a preview, with a password, ended, expired or
never made, and where the link does not show the image any more, the page is the same neutral one.
"""

import base64
import binascii
import struct
from html import escape
from uuid import UUID, uuid4

from sqlalchemy import delete, select, text, update

from app.database import Prepared, db
from app.library.selection import wrong_field
from app.media.formats.sniff import JPEG
from app.media.formats.without_metadata import bare_pieces
from app.sharing.contents import shows
from app.sharing.models import MAX_PREVIEW_BYTES, Share, SharePreview
from app.sharing.schemas import PreviewIn
from app.sharing.visits import OpenShare, find_open_share

MAX_SIDE = 1_200  # pixels: as large as messengers show one
_TITLE = "Shared pictures"
_DESCRIPTION = "Pictures that somebody shares with you"
_FOUND = Prepared(
    text("SELECT share_id, image_id, width, height FROM share_previews WHERE id = :id")
)
_PICTURE = Prepared(text("SELECT jpeg FROM share_previews WHERE id = :id"))
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


def set_preview(share: Share, preview: PreviewIn | None) -> None:
    """Give a link a preview, or take it away. Addresses that name the former one name this.

    Args:
        share: it is in the database.
        preview: of an image that the link shows.

    Raises:
        ValidationFailedError: it is no such picture, the link does not show the image, or has a
            password.
    """
    if preview is None:
        db.session.execute(delete(SharePreview).where(SharePreview.share_id == share.id))
        return
    if share.password_hash is not None:
        raise wrong_field("preview", "A link with a password has no preview.")
    jpeg, (width, height) = _checked(preview.jpeg)
    db.session.flush()
    opened = find_open_share(share.id)
    if opened is None or not shows(opened, preview.image_id):
        raise wrong_field("preview", "The link does not show this picture.")
    kept = find_preview(share.id) or SharePreview(id=uuid4(), share_id=share.id)
    kept.image_id = preview.image_id
    kept.jpeg, kept.width, kept.height = jpeg, width, height
    db.session.add(kept)


def find_preview(share_id: UUID) -> SharePreview | None:
    """Return the preview of a link of the caller's."""
    found: SharePreview | None = db.session.scalar(
        select(SharePreview).where(SharePreview.share_id == share_id)
    )
    return found


def renew_preview(share_id: UUID) -> None:
    """Give a link's preview another id, so that the former address says nothing more."""
    db.session.execute(
        update(SharePreview).where(SharePreview.share_id == share_id).values(id=uuid4())
    )


def preview_page(preview_id: UUID, *, site_origin: str) -> str:
    """Return the page that messengers read; it says nothing of links without a preview."""
    found = _find(preview_id)
    if found is None:
        return _PAGE.format(title=_TITLE, description=_DESCRIPTION, picture="")
    share, width, height = found
    address = f"{site_origin}/api/shared/previews/{preview_id}/picture"
    return _PAGE.format(
        title=escape(share.title or _TITLE),
        description=_DESCRIPTION,
        picture=_PICTURE_OF_PAGE.format(address=escape(address), width=width, height=height),
    )


def preview_picture(preview_id: UUID) -> bytes | None:
    """Return the JPEG of a link that is open and has a preview."""
    rows = _PICTURE.rows({"id": str(preview_id)}) if _find(preview_id) is not None else []
    return bytes(rows[0][0]) if rows else None


def _find(preview_id: UUID) -> tuple[OpenShare, int, int] | None:
    """Return the open link that has this preview and shows its image, and width and height."""
    rows = _FOUND.rows({"id": str(preview_id)})
    if not rows:
        return None
    share_id, image_id, width, height = rows[0]
    share = find_open_share(share_id)
    if share is None or share.password_hash is not None or not shows(share, image_id):
        return None
    return share, width, height


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
