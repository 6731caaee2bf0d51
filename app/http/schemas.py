"""The base class of all request and response schemas.

Each schema is built at its first use: most requests need two of them, and building all would take
60 ms of CPU at each cold start. Those of responses are documentation and may never be built.
"""

from typing import Self

import pydantic
from pydantic import ConfigDict


def said_plainly(value: object) -> object:
    """Take a flag of a query as the document has it, true or false, and in no other words."""
    if isinstance(value, str) and value not in {"true", "false"}:
        raise ValueError("Say true or false.")
    return value


class BaseModel(pydantic.BaseModel):
    """What all shapes at the border have in common."""

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def of(cls, row: object) -> Self:
        """Take from a row all that this shape shows.

        pydantic's own way hides what goes wrong in reading a row, such as a database that does not
        answer, behind an error of validation.
        """
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})
