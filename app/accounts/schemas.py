"""What the API says and hears about accounts."""

import unicodedata
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, EmailStr, Field


def _tidy(value: object) -> object:
    """Addresses are compared as people mean them: without spaces around, in any case."""
    return unicodedata.normalize("NFC", value.strip()) if isinstance(value, str) else value


Email = Annotated[
    EmailStr,
    BeforeValidator(_tidy),
    AfterValidator(str.lower),
    Field(max_length=254, examples=["ada@example.org"]),
]


class RegisterIn(BaseModel):
    """A new account."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    # Bounds beyond which nobody means a password; the real rules name their reason.
    password: str = Field(max_length=1024, examples=["correct horse battery staple"])


class LoginIn(BaseModel):
    """A sign-in."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[str, BeforeValidator(_tidy), AfterValidator(str.lower)] = Field(
        max_length=254, examples=["ada@example.org"]
    )
    password: str = Field(max_length=1024, examples=["correct horse battery staple"])


class UserOut(BaseModel):
    """A person, as they see themselves."""

    id: UUID
    email: str
    created_at: datetime
    descriptions_enabled: bool


class UploadRules(BaseModel):
    """What may be uploaded."""

    max_bytes: int
    content_types: list[str]


class DescriptionOffer(BaseModel):
    """What the operator has set up for AI descriptions."""

    available: bool
    demo: bool = Field(description="The stand-in model answers; nothing is really looked at.")
    model: str | None
    host: str | None = Field(description="Where reduced copies of pictures are sent.")


class SessionOut(BaseModel):
    """Who is signed in here, and what this site offers."""

    user: UserOut | None
    uploads: UploadRules
    descriptions: DescriptionOffer
