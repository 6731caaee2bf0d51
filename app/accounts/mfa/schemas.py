"""Request and response schemas of passwords, passkeys, authenticator apps and recovery codes."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from app.accounts.email_address import EmailOrText, Password
from app.http.schemas import BaseModel

# Six digits, or 24 letters and digits in groups.
Code = Annotated[str, Field(max_length=100, examples=["123456"])]
# What `navigator.credentials` takes and gives, as JSON (WebAuthn 3, 5.1).
PublicKey = Annotated[
    dict[str, Any], Field(description="For PublicKeyCredential.parse…OptionsFromJSON (WebAuthn 3).")
]
Credential = Annotated[
    dict[str, Any], Field(description="What PublicKeyCredential.toJSON gives (WebAuthn 3).")
]


def _readable(value: str) -> str:
    name = " ".join("".join(c for c in value if c.isprintable()).split())
    if not name:
        raise ValueError("Give it a name.")
    return name


PasskeyName = Annotated[
    str,
    Field(min_length=1, max_length=100, pattern=r"\S", examples=["Ada's phone"]),
    AfterValidator(_readable),
]


class In(BaseModel):
    """Whatever is not listed is refused."""

    model_config = ConfigDict(extra="forbid")


class NothingIn(In):
    """An empty object."""


class CodeIn(In):
    """A code of an authenticator app, or a recovery code."""

    code: Code


class ConfirmIn(In):
    """A proof that it is the person who asks. With a second factor, both are needed together."""

    password: Password | None = None
    code: Code | None = None


class ConfirmedOut(BaseModel):
    """The proof was right."""

    fresh_until: datetime


class PasskeySignIn(In):
    """What a passkey signed, for signing in."""

    credential: Credential
    link: bool = Field(
        default=False, description="Link the provider's identity that waits in this browser too."
    )


class PasskeyProofIn(In):
    """What a passkey signed."""

    credential: Credential


class PasskeyIn(In):
    """A passkey that the browser made."""

    credential: Credential
    name: PasskeyName


class PasskeyChange(In):
    """A new name."""

    name: PasskeyName


class OptionsOut(BaseModel):
    """What to ask the browser with."""

    public_key: PublicKey


class PasskeyOut(BaseModel):
    """A passkey."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None
    is_backed_up: bool = Field(description="Synced by the person's password manager.")


RecoveryCodes = Annotated[
    list[str] | None,
    Field(description="Shown this once. Null: the person has codes from before."),
]


EndedByFactor = Annotated[
    int,
    Field(description="How many other browsers were signed out, since it is the first factor."),
]


class PasskeyMade(BaseModel):
    """A passkey was added."""

    passkey: PasskeyOut
    recovery_codes: RecoveryCodes
    ended: EndedByFactor


class TotpBegun(BaseModel):
    """What an authenticator app is told."""

    secret: str = Field(description="Base 32, for typing.")
    uri: str = Field(description="For a link that opens an app on this device.")
    qr_svg: str = Field(description="The same as a picture, which stands by itself.")


class TotpConfirmed(BaseModel):
    """The app counts from now on."""

    recovery_codes: RecoveryCodes
    ended: EndedByFactor


class RecoveryCodesMade(BaseModel):
    """New codes; those from before are worth nothing."""

    recovery_codes: list[str]


class PasswordIn(In):
    """A new password."""

    password: Password


class PasswordQuestion(In):
    """A password that somebody thinks of, and the address of the account that it is for."""

    password: Password
    email: EmailOrText = ""


class PasswordAnswer(BaseModel):
    """How soon it would be guessed."""

    score: int = Field(ge=0, le=4, description="0: at once, 4: not in a lifetime.")
    warning: str | None = Field(description="Why it is weak, or why it is refused.")
    suggestions: list[str]
    accepted: bool = Field(description="Whether this site takes it.")


class PasswordState(BaseModel):
    """Whether there is a password, and what it is worth."""

    set: bool
    stands_alone: bool = Field(description="Long enough to be the only factor.")


class TotpOut(BaseModel):
    """An authenticator app."""

    created_at: datetime


class IdentityOut(BaseModel):
    """A person at a provider who signs in to this account."""

    id: UUID
    provider: str
    label: str
    email: str
    created_at: datetime
    last_used_at: datetime | None


class SecurityOut(BaseModel):
    """All ways into an account."""

    password: PasswordState
    passkeys: list[PasskeyOut]
    totp: TotpOut | None
    recovery_codes_left: int
    identities: list[IdentityOut]
    pending_email: str | None = Field(description="A new address that awaits its proof.")
