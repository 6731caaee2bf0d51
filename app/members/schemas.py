"""Request and response schemas of albums shared with people: for owners, invitees and members."""

from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from pydantic import ConfigDict, Field

from app.accounts.email_address import Email
from app.http.schemas import BaseModel
from app.images.schemas import SharedAddresses
from app.sharing.schemas import SharedImageOut

MAX_AT_ONCE = 1_000  # pictures of one request
Role = Literal["viewer", "contributor"]
_ROLE = "viewer: looks. contributor: adds pictures of their own, too."


class MemberIn(BaseModel):
    """Whom to invite, and as what."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    role: Role = Field(default="viewer", description=_ROLE)


class MemberPatch(BaseModel):
    """What changes."""

    model_config = ConfigDict(extra="forbid")

    role: Role = Field(description=_ROLE)


class MembersSeePatch(BaseModel):
    """What changes of what members see beside the pictures; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    # None stands for what is left out, where it cannot be said.
    show_dates: bool = Field(default=cast("bool", None))
    show_descriptions: bool = Field(default=cast("bool", None))
    show_names: bool = Field(default=cast("bool", None))
    show_places: bool = Field(default=cast("bool", None))
    allow_originals: bool = Field(default=cast("bool", None))


class MembersSeeOut(BaseModel):
    """What members see of an album beside its pictures."""

    show_dates: bool = Field(description="When each was taken.")
    show_descriptions: bool = Field(description="Titles, alt texts and descriptions.")
    show_names: bool = Field(description="Names of files.")
    show_places: bool = Field(description="The town of each.")
    allow_originals: bool = Field(
        description="They save originals, with all that is written in them."
    )


class MemberOut(BaseModel):
    """Somebody who was invited to an album, or is in it."""

    id: UUID
    email: str = Field(description="The address that was invited.")
    role: Role = Field(description=_ROLE)
    state: Literal["invited", "joined"] = Field(
        description="invited: there was no answer, or they declined. Nobody is told whether there"
        " is such an account."
    )
    invited_at: datetime = Field(description="An invitation is good for 30 days.")
    joined_at: datetime | None
    pictures: int = Field(description="How many they have added.", ge=0)


class MembersOut(BaseModel):
    """Who is in an album, those invited first first."""

    members: list[MemberOut]
    shows: MembersSeeOut


class MembersEndedOut(BaseModel):
    """What was ended."""

    ended: int = Field(description="How many memberships and invitations.", ge=0)


class TransferredOut(BaseModel):
    """What came of a transfer."""

    album_id: UUID = Field(description="The album that is the other person's now.")


class GivenAlbumOut(BaseModel):
    """An album of one's own that people are in, or were invited to."""

    id: UUID
    title: str
    members: int = Field(description="How many people are in it.", ge=0)
    invited: int = Field(description="How many have not answered.", ge=0)
    pictures: int = Field(description="How many pictures they have added.", ge=0)
    is_deleted: bool = Field(description="It is in Recently deleted: nobody sees it meanwhile.")


class SharedByMeOut(BaseModel):
    """The albums of a person that people are in, by their titles."""

    albums: list[GivenAlbumOut]


class JoinedAlbumOut(BaseModel):
    """An album of somebody else that one is in."""

    id: UUID
    title: str
    owner: str = Field(description="The address of whose it is.")
    role: Role = Field(description=_ROLE)
    joined_at: datetime
    count: int = Field(description="Of pictures.", ge=0)
    has_news: bool = Field(description="It has changed since you last looked.")
    cover_id: UUID | None = Field(description="Its address is told as that of any picture of it.")
    thumbhash: str | None = Field(description="Of the cover; a colour placeholder, base64.")
    shows: MembersSeeOut = Field(description="What members get of pictures that are added now.")


class InvitationOut(BaseModel):
    """An invitation that one has not answered."""

    id: UUID
    title: str
    owner: str = Field(description="The address of who invites, which they have proved.")
    role: Role = Field(description=_ROLE)
    invited_at: datetime


class BlockedOut(BaseModel):
    """Somebody whose invitations one does not want."""

    id: UUID
    email: str = Field(description="Their address of then.")
    blocked_at: datetime


class SharedAlbumsOut(BaseModel):
    """What is shared with a person."""

    albums: list[JoinedAlbumOut]
    invitations: list[InvitationOut] = Field(description="The newest 100.")
    blocked: list[BlockedOut]
    wants_mail: bool = Field(description="Whether one is mailed about invitations, once a day.")
    address_proved: bool = Field(description="false: invitations are seen once it is.")


class AnswerIn(BaseModel):
    """How an invitation is answered."""

    model_config = ConfigDict(extra="forbid")

    answer: Literal["accept", "decline", "block"] = Field(
        description="block: declines, and wants no more of this inviter. Neither is told to them."
    )


class AnsweredOut(BaseModel):
    """What came of an answer."""

    album_id: UUID | None = Field(description="Which album is open now; null: none.")


class WantsMailIn(BaseModel):
    """Whether one is mailed about invitations."""

    model_config = ConfigDict(extra="forbid")

    wants_mail: bool


class LeaveIn(BaseModel):
    """How an album is left."""

    model_config = ConfigDict(extra="forbid")

    block: bool = Field(default=False, description="Want no more invitations of its owner, either.")


class SharedAlbumOut(MembersSeeOut):
    """An album as its members see it."""

    id: UUID
    title: str
    owner: str = Field(description="The address of whose it is.")
    role: Literal["owner", "viewer", "contributor"]
    count: int = Field(description="Of pictures.", ge=0)


class MemberPartOut(BaseModel):
    """Addresses below one owner of pictures."""

    addresses: SharedAddresses = Field(
        description="Each address is `base` + its own + `&` + `query`."
    )
    thumbnails: dict[str, str]
    previews: dict[str, str]


class MemberInViewOut(BaseModel):
    """What it takes to show pictures, by their ids; what is not in the album is left out."""

    parts: list[MemberPartOut] = Field(description="One for each person whose pictures they are.")
    thumbhashes: dict[str, str | None] = Field(description="Colour placeholders, base64.")
    alt_texts: dict[str, str] = Field(
        description="Where descriptions are shown; the title where there is no text."
    )
    urls_expire_at: datetime | None = Field(
        description="A minute from now at most: then ask again. null: there are none."
    )


class MemberImageOut(SharedImageOut):
    """One picture, as members see it; null is what is not there or not shown."""

    place: str | None
    added_by: str = Field(description="The address of who put it into the album.")
    is_mine: bool = Field(description="Whether it is the picture of whoever asks.")
    has_original: bool = Field(description="Whether its original may be saved.")


class MemberImagesIn(BaseModel):
    """Which pictures."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(min_length=1, max_length=MAX_AT_ONCE)


class SeenIn(BaseModel):
    """What somebody was told that members get beside pictures."""

    model_config = ConfigDict(extra="forbid")

    show_dates: bool
    show_descriptions: bool
    show_names: bool
    show_places: bool
    allow_originals: bool


class AddedImagesIn(MemberImagesIn):
    """Which pictures, and what their person was told that the album shows of them."""

    seen: SeenIn | None = Field(
        default=None,
        description="What `shows` was as it was read: if the album shows more by now, it does not"
        " of these. Left out: what it shows now.",
    )


class MemberImagesChangedOut(BaseModel):
    """What was changed; what was as it should be already is left out."""

    ids: list[UUID]


class AgreedOut(BaseModel):
    """Pictures, and what members were shown of them: `seen` of adding them again."""

    ids: list[UUID]
    seen: SeenIn


class RemovedImagesOut(MemberImagesChangedOut):
    """What was taken out."""

    agreed: list[AgreedOut] = Field(
        description="The same by what members were shown: added again with this `seen`, they show"
        " no more than before, even if the album shows more by now."
    )


MAX_SAVED = 10


class SaveImagesIn(BaseModel):
    """Which pictures are copied into one's library."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(min_length=1, max_length=MAX_SAVED)


class SavedImageOut(BaseModel):
    """What came of one picture that was to be saved."""

    id: UUID = Field(description="As it was asked for.")
    outcome: Literal["saved", "exists", "restored", "refused", "gone", "later"] = Field(
        description="saved: it was copied, and is processed now as an upload is. exists: your"
        " library has these bytes. restored: it had them in Recently deleted. refused: see `code`."
        " gone: the album shows no such picture. later: there was no time, or S3 did not answer;"
        " ask again."
    )
    image_id: UUID | None = Field(description="The picture of your library; null: there is none.")
    code: str | None = Field(
        description="Why it was refused: `quota_exceeded`, `too_large` or `unsupported_type`."
    )
    detail: str | None


class SavedImagesOut(BaseModel):
    """What came of each picture, in the order in which they were asked for."""

    images: list[SavedImageOut]
