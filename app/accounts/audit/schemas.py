"""Request and response schemas of the audit log."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from app.accounts.sessions.device_schemas import ClientLocation
from app.http.schemas import BaseModel


class PageIn(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(default=None, description="`next_cursor` of the page before.")
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class EventRow(ClientLocation):
    """Something that touched the safety of an account."""

    id: int
    at: datetime
    event: str = Field(examples=["signed_in"])
    by_administrator: bool = Field(
        description="An administrator did it; from where is theirs to know."
    )
    detail: dict[str, str | int | bool | None]


class ActivityOut(BaseModel):
    """A page of the record, newest first."""

    events: list[EventRow]
    next_cursor: str | None
