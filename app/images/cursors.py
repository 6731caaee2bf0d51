"""Where a page of pictures ended, as text that the next request hands back."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from app.errors import InvalidCursorError


def make_cursor(of: str, moment: datetime, image_id: UUID) -> str:
    """Name the place behind a picture in the list that is called `of`."""
    text = f"{of}|{moment.replace(tzinfo=None).isoformat()}|{image_id.hex}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parse_cursor(of: str, cursor: str) -> tuple[datetime, UUID]:
    """Return the moment, without zone, and the picture that a cursor names.

    Raises:
        InvalidCursorError: it is not one of ours, or one of another list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        made_for, moment, image_id = base64.urlsafe_b64decode(padded).decode().split("|")
        parsed = datetime.fromisoformat(moment)
        if made_for != of:
            raise InvalidCursorError
        return parsed.replace(tzinfo=None), UUID(image_id)
    except (binascii.Error, ValueError) as error:
        raise InvalidCursorError from error
