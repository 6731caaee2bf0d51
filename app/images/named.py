"""Lists of image ids in queries: a few hundred, separated by commas."""

from typing import Any
from uuid import UUID

from pydantic import Field

from app.errors import FieldError, ValidationFailedError

_UUID = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


def ids_field(most: int, description: str) -> Any:  # noqa: ANN401 - as pydantic's Field
    """Return the field of a query that names at most so many images."""
    return Field(
        min_length=1,
        max_length=40 * most,  # more than as many, so that who asks for more is told how many
        description=description,
        json_schema_extra={"pattern": f"^{_UUID}(,{_UUID})*$"},
    )


def parse_ids(text: str, *, most: int) -> list[UUID]:
    """Return the ids of such a field.

    Raises:
        ValidationFailedError: they are no ids, or too many.
    """
    try:
        ids = [UUID(part) for part in text.split(",") if part]
    except ValueError as error:
        raise _wrong_ids("Ids are UUIDs, separated by commas.") from error
    if len(ids) > most:
        raise _wrong_ids(f"Ask for {most} images at most.")
    return ids


def _wrong_ids(message: str) -> ValidationFailedError:
    return ValidationFailedError(
        errors=(FieldError(location="query", field="ids", message=message),)
    )
