"""Request and response schemas of registration and of links in e-mails."""

from pydantic import ConfigDict, Field

from app.accounts.email_address import Email, LinkToken, Password
from app.accounts.mfa.schemas import Code, Credential
from app.http.schemas import BaseModel


class JoinIn(BaseModel):
    """Somebody who wants to join."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    invite: LinkToken | None = Field(default=None, description="From an invitation's link.")


class AddressIn(BaseModel):
    """An address to write to."""

    model_config = ConfigDict(extra="forbid")

    email: Email


class LinkIn(BaseModel):
    """A link that somebody opened: what stands behind its `#`."""

    model_config = ConfigDict(extra="forbid")

    token: LinkToken


class LinkAndPasswordIn(LinkIn):
    """A link, and the password that it sets."""

    password: Password


class AcceptIn(LinkAndPasswordIn):
    """An invitation that is taken where the site sends no mail."""

    email: Email


class RestoreIn(LinkAndPasswordIn):
    """A link that puts a former address back, a new password, and a second proof if it takes one.

    The second proof is a code, or what a passkey signed.
    """

    code: Code | None = Field(default=None, description="From the app, or for recovery.")
    credential: Credential | None = None


class RestoreLookOut(BaseModel):
    """What a link would put back."""

    email: str
    needs_code: bool = Field(
        description="Whether it takes a code of the account's second factor, or a passkey."
    )
    takes_passkey: bool = Field(description="Whether there is a passkey that would do.")
    is_taken: bool = Field(
        description="Whether another account has the address by now: then it cannot be put back."
    )


class LinkOut(BaseModel):
    """Whom a link is for."""

    email: str


class InviteLookOut(BaseModel):
    """What an invitation says."""

    email: str | None = Field(description="Whom it is for; null: whoever has it.")
    note: str = Field(description="The inviter's own words.")
    by_mail: bool = Field(
        description="Go on with `/api/auth/register`; else with `/api/auth/invites/accept`."
    )


class VerifiedOut(BaseModel):
    """An address that was proved."""

    email: str
    changed: bool = Field(description="Whether it is the account's new address.")


class LocalMail(BaseModel):
    """A mail that this machine kept instead of sending it."""

    id: str
    to: str
    subject: str
    text: str
    html: str
    links: list[str]
    at: str


class MailboxKeyIn(BaseModel):
    """What stands behind the `#` of the mailbox's address."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(max_length=100)


class LocalMailsQuery(BaseModel):
    """Which mails."""

    model_config = ConfigDict(extra="forbid")

    to: str | None = Field(default=None, max_length=254)
