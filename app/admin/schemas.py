"""Request and response schemas of administration."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from app.accounts.audit.schemas import EventRow
from app.accounts.email_address import Email
from app.http.schemas import BaseModel
from app.text import one_line


class PersonRow(BaseModel):
    """A person with an account, and how much of the site they use."""

    id: UUID
    email: str
    created_at: datetime
    last_seen_at: datetime | None = Field(description="With a browser; to about five minutes.")
    pictures: int
    bytes: int = Field(description="Of originals, those included that are on their way.")
    is_administrator: bool
    disabled_at: datetime | None = Field(description="When the account was shut; null: it is open.")
    delete_after: datetime | None = Field(description="When it goes, as its person asked.")
    sessions: int = Field(description="Browsers that are signed in.")
    open_links: int = Field(description="Share links that have not expired. Not what they show.")


class PeopleOut(BaseModel):
    """A page of people, those who joined last first."""

    people: list[PersonRow]
    next_cursor: str | None


class PersonPatch(BaseModel):
    """What an administrator changes about a person."""

    model_config = ConfigDict(extra="forbid")

    disabled: bool | None = Field(default=None, description="Shut the account, or open it again.")
    is_administrator: bool | None = None


class InviteIn(BaseModel):
    """An invitation to be made."""

    model_config = ConfigDict(extra="forbid")

    email: Email | None = Field(default=None, description="Whom it is for; mailed to them.")
    note: Annotated[str, Field(max_length=100), AfterValidator(one_line)] = Field(
        default="", description="Shown to whoever opens the link.", examples=["Hello Ada!"]
    )


class InviteRow(BaseModel):
    """An invitation, without its link."""

    id: UUID
    email: str | None
    note: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_by_email: str | None
    has_maker: bool = Field(
        description="Whether who made it still administers the site; else it is worth nothing."
    )


class InvitesOut(BaseModel):
    """The invitations of this site, newest first."""

    invites: list[InviteRow]


class NewInviteOut(InviteRow):
    """An invitation that was just made."""

    link: str = Field(description="Shown this once. Whoever has it may join, once.")


class SiteEventRow(EventRow):
    """Something that touched the safety of somebody's account."""

    email: str | None = Field(description="Whose account; null: nobody's, or deleted since.")
    actor_email: str | None = Field(description="Which administrator did it, if one did.")


class SiteActivityOut(BaseModel):
    """A page of the whole site's record, newest first."""

    events: list[SiteEventRow]
    next_cursor: str | None
