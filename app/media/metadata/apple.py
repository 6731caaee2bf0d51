"""What Apple's cameras write for themselves: which video and which still are one Live Photo.

The still has it in its maker note, tag 0x0011 (ExifTool's table of Apple's tags), the video in its
metadata as `com.apple.quicktime.content.identifier` (Apple, "AVMetadataIdentifier").
"""

import re

from app.media.metadata.exif import Layout, Tag, read_directory, text_of

# Before the directory: a name, a version, and the order of bytes. Places count from the name on.
_NAME = b"Apple iOS\0\0\1"
_ORDERS = {b"MM": ">", b"II": "<"}
_DIRECTORY_AT = 14
_CONTENT_IDENTIFIER = 0x0011
# A UUID, as far as is known.
_IDENTIFIER = re.compile(r"[0-9A-Za-z_-]{8,64}", re.ASCII)


def identifier_of(maker_note: Tag | None) -> str | None:
    """Return the content identifier of a still by its maker note; None: it has none."""
    note = maker_note.raw if maker_note else b""
    order = _ORDERS.get(note[len(_NAME) : _DIRECTORY_AT])
    if order is None or not note.startswith(_NAME):
        return None
    layout = Layout(order=order, count="H", pointer="L", entry_bytes=12, first_at=0)
    wanted = frozenset({_CONTENT_IDENTIFIER})
    return clean_identifier(
        text_of(read_directory(note, _DIRECTORY_AT, layout, wanted).get(_CONTENT_IDENTIFIER))
    )


def clean_identifier(text: str) -> str | None:
    """Return a content identifier as rows keep it; None: this is none."""
    text = text.strip()
    return text.upper() if _IDENTIFIER.fullmatch(text) else None
