"""Where a page of pictures ended, as text that the next request hands back."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from app.errors import InvalidCursorError


def make_cursor(moment: datetime, image_id: UUID) -> str:
    """Name the place behind a picture."""
    text = f"{moment.replace(tzinfo=None).isoformat()}|{image_id.hex}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parse_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Return the moment, without zone, and the picture that a cursor names.

    Raises:
        InvalidCursorError: it is not one of ours.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        moment, _, image_id = base64.urlsafe_b64decode(padded).decode().partition("|")
        parsed = datetime.fromisoformat(moment)
        return parsed.replace(tzinfo=None), UUID(image_id)
    except (binascii.Error, ValueError) as error:
        raise InvalidCursorError from error
