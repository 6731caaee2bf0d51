"""Request and response schemas of personal access tokens."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from app.http.schemas import BaseModel
from app.text import one_line

Scope = Literal["read", "write"]


class TokenIn(BaseModel):
    """A token to be made."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        Field(min_length=1, max_length=100),  # as it is sent, and so in the document
        AfterValidator(one_line),
        Field(min_length=1),
    ] = Field(examples=["Backup script"])
    scope: Scope = Field(description="`write` includes `read`.")
    days: int = Field(ge=1, le=366, description="How long it is good.")


class TokenRow(BaseModel):
    """A token, without itself."""

    id: UUID
    name: str
    scope: Scope
    last_four: str = Field(description="The token's end, to tell it by.")
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="To about five minutes.")


class TokensOut(BaseModel):
    """A person's tokens, newest first."""

    tokens: list[TokenRow]


class NewTokenOut(TokenRow):
    """A token that was just made."""

    token: str = Field(description="Shown this once. It begins with `pinhole_`.")
