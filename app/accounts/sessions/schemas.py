"""Request and response schemas of signing in."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.accounts.email_address import Email, EmailOrText, Password
from app.http.schemas import BaseModel

FactorMethod = Literal["totp", "passkey", "recovery_code"]


class FirstIn(BaseModel):
    """The first account of a site."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: Password
    code: str = Field(
        default="",
        max_length=200,
        description="The setup code, where the site is not on one machine only.",
    )


class LoginIn(BaseModel):
    """A sign-in."""

    model_config = ConfigDict(extra="forbid")

    email: EmailOrText
    password: Password
    link: bool = Field(
        default=False, description="Link the provider's identity that waits in this browser too."
    )


class UserOut(BaseModel):
    """A person, as they see themselves."""

    id: UUID
    email: str
    email_verified: bool
    created_at: datetime
    has_password: bool
    is_administrator: bool
    descriptions_enabled: bool
    stacks_images: bool = Field(
        description="Whether pictures of one shot are stacked without being asked."
    )
    delete_after: datetime | None = Field(
        description="When the account goes, as the person asked; null: it stays."
    )


class SecondFactor(BaseModel):
    """A sign-in that awaits its second factor."""

    methods: list[FactorMethod]


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


class ProviderOut(BaseModel):
    """An OpenID provider that people may sign in with."""

    name: str
    label: str
    demo: bool = Field(description="For trying out: it lets anybody be anyone.")


class SignInOffer(BaseModel):
    """How people join this site and sign in."""

    registration: Literal["first", "open", "invite", "closed"] = Field(
        description="`first`, on one machine only: nobody has an account yet, and who makes one "
        "administers the site. Elsewhere nothing tells whether the setup code was used."
    )
    mail: bool = Field(description="Whether this site sends mail.")
    mailbox: bool = Field(description="Local mode: mails are read at /mailbox, not sent.")
    providers: list[ProviderOut]


class SessionOut(BaseModel):
    """Who is signed in here, and what this site offers."""

    user: UserOut | None
    second_factor: SecondFactor | None = Field(
        description="The password was right; a second factor is awaited from this browser."
    )
    fresh_until: datetime | None = Field(
        description="Until when the last proof is enough for what is hard to undo."
    )
    sign_in: SignInOffer
    uploads: UploadRules
    descriptions: DescriptionOffer
