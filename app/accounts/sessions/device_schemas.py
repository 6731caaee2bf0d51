"""Response schemas of sessions."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.http.schemas import BaseModel


class ClientLocation(BaseModel):
    """From where something was done, as far as the network tells; none of it proves anything."""

    device: str = Field(examples=["Firefox on Windows"])
    place: str = Field(examples=["The network you are in now"])
    ip: str = Field(examples=["203.0.113.7"])


class SessionRow(ClientLocation):
    """A browser that is signed in."""

    id: UUID
    created_at: datetime
    last_used_at: datetime = Field(description="To about five minutes.")
    current: bool = Field(description="It is the one that asks.")


class SessionsOut(BaseModel):
    """The browsers that a person is signed in with, the one that asks first."""

    sessions: list[SessionRow]


class EndedOut(BaseModel):
    """How many sessions were ended."""

    ended: int
