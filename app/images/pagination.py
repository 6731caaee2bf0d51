"""Cursors: where a page of images ended, as text that the next request sends."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from app.errors import InvalidCursorError


def make_cursor(of: str, moment: datetime, image_id: UUID) -> str:
    """Name the place behind a picture in the list that is called `of`."""
    return encode_cursor(of, moment.replace(tzinfo=None).isoformat(), image_id.hex)


def parse_cursor(of: str, cursor: str) -> tuple[datetime, UUID]:
    """Return the moment, without zone, and the picture that a cursor names.

    Raises:
        InvalidCursorError: it is not one of ours, or one of another list.
    """
    try:
        moment, image_id = decode_cursor(of, cursor)
        return datetime.fromisoformat(moment).replace(tzinfo=None), UUID(image_id)
    except ValueError as error:
        raise InvalidCursorError from error


def parse_id_cursor(of: str, cursor: str) -> UUID:
    """Return the id that a cursor names, of a list whose order one id tells.

    Raises:
        InvalidCursorError: it is not one of ours, or one of another list.
    """
    try:
        (named,) = decode_cursor(of, cursor)
        return UUID(named)
    except ValueError as error:
        raise InvalidCursorError from error


def encode_cursor(of: str, *fields: str) -> str:
    """Write fields, which hold no bar, as one word for the list that is called `of`."""
    return base64.urlsafe_b64encode("|".join((of, *fields)).encode()).decode().rstrip("=")


def decode_cursor(of: str, cursor: str) -> list[str]:
    """Return the fields of a cursor.

    Raises:
        InvalidCursorError: it is not one of ours, or one of another list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        made_for, *fields = base64.urlsafe_b64decode(padded).decode().split("|")
    except (binascii.Error, ValueError) as error:
        raise InvalidCursorError from error
    if made_for != of:
        raise InvalidCursorError
    return fields
