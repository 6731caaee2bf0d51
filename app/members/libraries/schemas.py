"""Request and response schemas of shared libraries: for owners, invitees and partners."""

from datetime import date, datetime
from typing import Literal, cast
from uuid import UUID

from pydantic import ConfigDict, Field

from app.accounts.email_address import Email
from app.http.schemas import BaseModel

_SINCE = "Pictures taken on this day and later are shared; null: all."
_DESCRIPTIONS = "Titles, alt texts and descriptions."
_NAMES = "Names of files."
_PLACES = "The town of each."
_ORIGINALS = "They save originals, with all that is written in them."


class LibraryShareIn(BaseModel):
    """Whom to share a library with, from which day on, and what they see beside the pictures."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    since: date | None = Field(default=None, description=_SINCE)
    show_descriptions: bool = Field(default=False, description=_DESCRIPTIONS)
    show_names: bool = Field(default=False, description=_NAMES)
    show_places: bool = Field(default=False, description=_PLACES)
    allow_originals: bool = Field(default=False, description=_ORIGINALS)


class LibrarySharePatch(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    since: date | None = Field(default=None, description=_SINCE)
    # None stands for what is left out, where it cannot be said.
    show_descriptions: bool = Field(default=cast("bool", None))
    show_names: bool = Field(default=cast("bool", None))
    show_places: bool = Field(default=cast("bool", None))
    allow_originals: bool = Field(default=cast("bool", None))


class LibraryShowsOut(BaseModel):
    """What a partner sees of a library: dates always, beside the pictures."""

    since: date | None = Field(description=_SINCE)
    show_descriptions: bool = Field(description=_DESCRIPTIONS)
    show_names: bool = Field(description=_NAMES)
    show_places: bool = Field(description=_PLACES)
    allow_originals: bool = Field(description=_ORIGINALS)


class LibraryShareOut(LibraryShowsOut):
    """Somebody whom a library is shared with."""

    id: UUID
    email: str = Field(description="The address that was invited.")
    state: Literal["invited", "joined"] = Field(
        description="invited: there was no answer, or they declined. Nobody is told whether there"
        " is such an account."
    )
    invited_at: datetime = Field(description="An invitation is good for 30 days.")
    joined_at: datetime | None


class LibrarySharesOut(BaseModel):
    """Whom a person's library is shared with, those invited first first."""

    people: list[LibraryShareOut]


class LibrarySharesEndedOut(BaseModel):
    """What was ended."""

    ended: int = Field(description="How many grants and invitations.", ge=0)


class SharedLibraryOut(LibraryShowsOut):
    """A library of somebody else's that one looks into."""

    id: UUID
    owner: str = Field(description="The address of whose it is.")


class LibraryInvitationOut(BaseModel):
    """An invitation to a library that one has not answered."""

    id: UUID
    owner: str = Field(description="The address of who invites, which they have proved.")
    since: date | None = Field(description=_SINCE)
    invited_at: datetime


class SharedLibrariesOut(BaseModel):
    """The libraries that others share with a person."""

    libraries: list[SharedLibraryOut]
    invitations: list[LibraryInvitationOut] = Field(description="The newest 100.")


class LibraryAnsweredOut(BaseModel):
    """What came of an answer."""

    library_id: UUID | None = Field(description="Which library is open now; null: none.")
