"""Request and response schemas of signing in with OpenID providers."""

from pydantic import ConfigDict, Field

from app.accounts.email_address import LinkToken
from app.accounts.oidc.state import AuthorizationPurpose
from app.http.schemas import BaseModel


class StartIn(BaseModel):
    """A trip to a provider."""

    model_config = ConfigDict(extra="forbid")

    purpose: AuthorizationPurpose = Field(
        description="`link` lets one more identity open your account, `confirm` proves again who"
        " you are."
    )
    next: str = Field(
        default="/",
        max_length=2000,
        description="The page to come back to; whatever is no page of this site becomes the first.",
        examples=["/settings"],
    )
    invite: LinkToken | None = Field(default=None, description="The token of an invitation.")
    link: bool = Field(
        default=False, description="Link the provider's identity that waits in this browser too."
    )


class StartOut(BaseModel):
    """Where to send the browser."""

    location: str


class WaitingOut(BaseModel):
    """A provider's identity that waits in this browser for its account's own proof."""

    provider: str
    label: str
    email: str
