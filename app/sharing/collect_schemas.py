"""Request and response schemas of pictures that guests send, and of their review."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from app.clients.aws.session_policies import MAX_VISITOR_ORIGINALS
from app.http.schemas import BaseModel
from app.images.collected_models import MAX_GUEST_NAME
from app.images.named import ids_field
from app.images.schemas import ImageOut
from app.text import is_visible, one_line
from app.uploads.schemas import AnnouncedFile, Upload

MAX_TOLD = 50
MAX_DECIDED = 500
REVIEW_PAGE = 100


def _guest_name(value: str) -> str:
    name = one_line(value)
    if len(name) > MAX_GUEST_NAME:  # NFC makes some characters two
        raise ValueError(f"Write {MAX_GUEST_NAME} characters at most.")
    return name if is_visible(name) else ""


class GuestPicture(AnnouncedFile):
    """A picture that a guest is about to send."""

    id: UUID | None = Field(
        default=None, description="Of a former answer, for another address of the same place."
    )
    added_by: Annotated[str, Field(max_length=MAX_GUEST_NAME), AfterValidator(_guest_name)] = Field(
        default="",
        description="What the guest calls themselves; the album's owner reads it.",
        examples=["Anna"],
    )


class GuestPictures(BaseModel):
    """Pictures that a guest is about to send."""

    model_config = ConfigDict(extra="forbid")

    images: list[GuestPicture] = Field(min_length=1, max_length=MAX_VISITOR_ORIGINALS)


class GuestPlaceOut(BaseModel):
    """Send the file there, within a minute: with these headers exactly, the whole as the body."""

    status: Literal["upload"]
    id: UUID = Field(description="Ask by it for another address, and what became of the picture.")
    upload: Upload


class GuestReceivedOut(BaseModel):
    """It has arrived before: nothing has to be sent."""

    status: Literal["received"]
    id: UUID


class GuestRefusedOut(BaseModel):
    """This file cannot be taken in; the others are not affected."""

    status: Literal["refused"]
    code: Literal["unsupported_type", "too_large", "collection_full"]
    detail: str


class GuestPlacesOut(BaseModel):
    """One answer for each picture, in the same order."""

    places: list[
        Annotated[GuestPlaceOut | GuestReceivedOut | GuestRefusedOut, Field(discriminator="status")]
    ]


class GuestUploadsIn(BaseModel):
    """Of which pictures a guest asks."""

    model_config = ConfigDict(extra="forbid")

    ids: str = ids_field(MAX_TOLD, f"Separated by commas; at most {MAX_TOLD}.")


class GuestUploadOut(BaseModel):
    """What became of a guest's picture."""

    id: UUID
    outcome: Literal["arriving", "received", "refused", "gone"] = Field(
        description="received: it is there. refused: it is no picture, as `detail` says; that may"
        " be told some seconds after `received`. gone: it came too late, or never."
    )
    detail: str | None


class GuestUploadsOut(BaseModel):
    """What became of a guest's pictures; those that are none of this link's are left out."""

    images: list[GuestUploadOut]


Stage = Literal["waiting", "declined", "accepted"]


class ReviewIn(BaseModel):
    """Which pictures of guests to list."""

    model_config = ConfigDict(extra="forbid")

    stage: Stage = Field(default="waiting", description="Where they stand.")
    album_id: UUID | None = Field(default=None, description="Of this album alone.")
    cursor: str | None = Field(default=None, max_length=200, description="From the page before.")
    limit: int = Field(default=REVIEW_PAGE, ge=1, le=REVIEW_PAGE)


class CollectedOut(BaseModel):
    """A picture that a guest sent."""

    id: UUID = Field(description="Decide by it.")
    image: ImageOut
    added_by: str = Field(description="What the guest called themselves; nobody proved it.")
    added_at: datetime
    album_id: UUID | None = Field(description="Where to; null: the album is deleted for good.")
    album_title: str | None
    share_id: UUID | None = Field(description="By which link; null: it was ended.")


class CollectedPageOut(BaseModel):
    """Pictures that guests sent, the last first; `limit` at a time."""

    images: list[CollectedOut]
    waiting: int = Field(
        description="How many wait in all, or for the album that is named, up to 20,000.", ge=0
    )
    next_cursor: str | None


class DecideOnGuestsIn(BaseModel):
    """What to do with pictures of guests: some by their ids, or all that wait."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["accept", "decline", "wait"] = Field(
        description="accept: into the library and the album. decline: into Recently deleted, for 30"
        " days. wait: as it was before you decided."
    )
    ids: list[UUID] | None = Field(default=None, min_length=1, max_length=MAX_DECIDED)
    all_waiting: bool = Field(
        default=False,
        description=f"All that wait, of `album_id` if given: {MAX_DECIDED} at a time.",
    )
    album_id: UUID | None = None

    @model_validator(mode="after")
    def _some_or_all(self) -> Self:
        if (self.ids is None) != self.all_waiting:
            raise ValueError("Name ids, or say all_waiting.")
        if self.all_waiting and self.decision == "wait":
            raise ValueError("Those wait already.")
        return self


class GuestsDecidedOut(BaseModel):
    """What was done."""

    changed: list[UUID] = Field(description="Undo by these.")
    has_more: bool = Field(description="More wait than were taken at once: ask again.")
