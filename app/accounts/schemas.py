"""What the API says and hears about accounts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _address(value: str) -> str:
    """Check an address and write it in the one form in which it is kept and compared."""
    try:
        found = validate_email(value.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    return found.normalized.lower()


def _address_or_text(value: str) -> str:
    """The same form; what is no address belongs to nobody, and gets the same answer as such."""
    try:
        return _address(value)
    except ValueError:
        return "".join(c for c in value if c.isprintable())


Email = Annotated[
    str,
    AfterValidator(_address),
    Field(max_length=254, examples=["ada@example.org"], json_schema_extra={"format": "email"}),
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

    email: Annotated[str, AfterValidator(_address_or_text)] = Field(
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
