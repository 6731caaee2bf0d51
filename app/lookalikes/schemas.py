"""Request and response schemas of look-alikes."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from app.http.schemas import BaseModel
from app.images.schemas import ImageOut, Location
from app.lookalikes.compare import MAX_IN_GROUP
from app.media.metadata.sanitize import LONGEST_TITLE

MAX_GROUPS = 50
# What one decision may write: albums that the kept picture comes into.
MAX_ALBUMS = 100
_MAX_TAGS = 100

Differs = Literal["pixels", "size", "taken_at", "location", "content_type"]


class LookalikesIn(BaseModel):
    """Which groups."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=20, ge=1, le=MAX_GROUPS)
    cursor: str | None = Field(default=None, max_length=200)


class LookalikeOut(ImageOut):
    """A picture among those that look like it."""

    location: Location | None
    albums: int = Field(description="How many albums it is in.", ge=0)
    tags: int = Field(description="How many tags you gave it.", ge=0)
    has_description: bool


class LookalikeGroup(BaseModel):
    """Pictures that look alike."""

    id: UUID
    keep: UUID = Field(
        description="Which one to keep, by our lights: that of most pixels, of these the one taken"
        " first, of these the one of which most is known."
    )
    differs: list[Differs] = Field(description="In what they differ.")
    images: list[LookalikeOut] = Field(description="That to keep first; 20 at most.")


class LookalikesOut(BaseModel):
    """Groups of pictures that look alike, those found last first."""

    groups: list[LookalikeGroup]
    next_cursor: str | None
    waiting: int = Field(
        description="Pictures that were not compared yet; counted up to 1,000,000.", ge=0
    )


class KeepIn(BaseModel):
    """Which one of a group is kept, and which are deleted."""

    model_config = ConfigDict(extra="forbid")

    keep: UUID
    delete: list[UUID] = Field(min_length=1, max_length=MAX_IN_GROUP - 1)


class DismissIn(BaseModel):
    """Which of a group are not alike."""

    model_config = ConfigDict(extra="forbid")

    images: list[UUID] = Field(min_length=2, max_length=MAX_IN_GROUP)


class CoverBefore(BaseModel):
    """An album whose cover was a picture that was deleted."""

    model_config = ConfigDict(extra="forbid")

    album_id: UUID
    image_id: UUID


class UndoKept(BaseModel):
    """What keeping one of a group changed."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["keep"]
    keep: UUID
    deleted: list[UUID] = Field(max_length=MAX_IN_GROUP)
    albums: list[UUID] = Field(max_length=MAX_ALBUMS, description="That it came into.")
    covers: list[CoverBefore] = Field(max_length=MAX_ALBUMS)
    tags: list[UUID] = Field(max_length=_MAX_TAGS, description="That it was given.")
    favourite: bool = Field(description="Whether it was marked.")
    archived_at: AwareDatetime | None = Field(description="Since when it was in the archive.")
    description: UUID | None = Field(description="The version that it was given.")
    title: Annotated[str, Field(max_length=LONGEST_TITLE)] | None = Field(
        default=None, description="That it was given."
    )
    never_sent: bool = Field(
        default=False, description="Whether it was marked as never sent to a model."
    )
    moving_part_of: UUID | None = Field(
        default=None, description="Whose moving part it was given, of those that were deleted."
    )


class UndoDismissed(BaseModel):
    """Which pictures were said to be not alike."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["dismiss"]
    group_id: UUID
    images: list[UUID] = Field(min_length=2, max_length=MAX_IN_GROUP)


class UndoIn(BaseModel):
    """The `undo` of an answer, as it is."""

    model_config = ConfigDict(extra="forbid")

    undo: Annotated[UndoKept | UndoDismissed, Field(discriminator="action")]


class DecidedOut(BaseModel):
    """What was done."""

    changed: int = Field(description="Pictures that are deleted, or not alike any more.", ge=0)
    undo: Annotated[UndoKept | UndoDismissed, Field(discriminator="action")] | None = Field(
        description="What takes it back, for POST /api/lookalikes/undo; null: nothing was changed."
    )


class UndoneOut(BaseModel):
    """What was taken back."""

    changed: int = Field(description="Pictures that are back, or look alike again.", ge=0)
