"""Request and response schemas of changes to many images."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field

from app.albums.positions import MAX_POSITION
from app.http.schemas import BaseModel, said_plainly
from app.images.models import StackReason
from app.images.schemas import (
    Latitude,
    LocationIn,
    Longitude,
    OffsetMinutes,
    TakenClock,
    TakenIn,
)
from app.images.tag_models import MAX_TAG_DEPTH
from app.tags.schemas import TagPath

MAX_BATCH = 10_000  # 390 KB of ids, and 300 KB of dates beside them: below the largest body
MAX_SHIFT_SECONDS = 200 * 366 * 86_400  # two hundred years

AlbumAction = Literal["add_to_album", "remove_from_album"]
BatchAction = Literal[
    "delete", "restore", "delete_for_good", "favourite", "unfavourite", "archive", "unarchive",
    "add_to_album", "remove_from_album",
    "add_tag", "remove_tag",
    "stack", "unstack", "make_cover", "restore_stacks",
    "set_taken", "shift_taken", "set_offset", "reset_taken", "restore_taken",
    "set_location", "reset_location", "restore_location",
]  # fmt: skip


Positions = Annotated[
    list[Annotated[int, Field(ge=-MAX_POSITION, le=MAX_POSITION)]],
    Field(min_length=1, max_length=MAX_BATCH),
]


class TakenBefore(BaseModel):
    """When a person said that images were taken, one for each of `images.ids`."""

    model_config = ConfigDict(extra="forbid")

    at: list[TakenClock | None] = Field(
        min_length=1, max_length=MAX_BATCH, description="Null: what the file says counts."
    )
    offset_minutes: list[OffsetMinutes | None] = Field(min_length=1, max_length=MAX_BATCH)


class LocationBefore(BaseModel):
    """Where a person said that images were taken, one of each for each of `images.ids`."""

    model_config = ConfigDict(extra="forbid")

    corrected: list[bool] = Field(
        min_length=1, max_length=MAX_BATCH, description="False: what the file says counts."
    )
    latitude: list[Latitude | None] = Field(
        min_length=1, max_length=MAX_BATCH, description="Null with `corrected`: nowhere."
    )
    longitude: list[Longitude | None] = Field(min_length=1, max_length=MAX_BATCH)


class StacksBefore(BaseModel):
    """In which stacks images were, one for each of `images.ids`."""

    model_config = ConfigDict(extra="forbid")

    stacks: list[UUID] = Field(max_length=MAX_BATCH)
    places: list[Annotated[int, Field(ge=0, lt=MAX_BATCH)] | None] = Field(
        min_length=1,
        max_length=MAX_BATCH,
        description="The index of its stack in `stacks`; null: it was in none.",
    )
    ranks: list[Annotated[int, Field(ge=-(2**31), lt=2**31)] | None] = Field(
        min_length=1, max_length=MAX_BATCH
    )
    reasons: list[StackReason | None] = Field(min_length=1, max_length=MAX_BATCH)


class MatchedView(StrEnum):
    """Where to look for what matches."""

    TIMELINE = "timeline"
    ARCHIVE = "archive"
    FAVOURITES = "favourites"
    DELETED = "deleted"
    ALBUM = "album"
    TAG = "tag"


class PickedImages(BaseModel):
    """These pictures, all of which must be there."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(min_length=1, max_length=MAX_BATCH)
    whole_stacks: Annotated[
        bool,
        BeforeValidator(said_plainly),
        Field(
            description="Also those that these stand for in the timeline, or are folded with there;"
            " with unstack, all of their stacks."
        ),
    ] = False


class TotalIn(BaseModel):
    """Pictures that are to be measured together."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(min_length=1, max_length=MAX_BATCH)


class TotalOut(BaseModel):
    """How much pictures are together."""

    images: int = Field(
        ge=0, description="How many of them are there; the others are left out.", examples=[812]
    )
    size: int = Field(ge=0, description="Of their originals, in bytes.", examples=[3435973836])


class Match(BaseModel):
    """All pictures of a view, or those of some of its days."""

    model_config = ConfigDict(extra="forbid")

    view: MatchedView = Field(
        description="timeline: with what is folded there; deleted: what is in Recently deleted;"
        " album: what is shown in `album_id`;"
        " tag: what has `tag_id`, or a tag below it."
    )
    album_id: UUID | None = Field(default=None, description="With the view album, and no other.")
    tag_id: UUID | None = Field(default=None, description="With the view tag, and no other.")
    first_day: date | None = Field(
        default=None, description="By the date of `timeline_at`; null: from the beginning on."
    )
    last_day: date | None = Field(default=None, description="This day included.")


class MatchingImages(BaseModel):
    """Whatever matches when the request arrives, and would be changed."""

    model_config = ConfigDict(extra="forbid")

    match: Match


class BatchIn(BaseModel):
    """What is to be done to many pictures."""

    model_config = ConfigDict(extra="forbid")

    action: BatchAction = Field(
        description="delete: to Recently deleted, for 30 days; restore: out of it."
        " delete_for_good: of those that are in Recently deleted, never to come back; what is not"
        " in it, or not there, is left alone. archive: out of"
        " the timeline; unarchive: back into it. remove_from_album: they stay in the library."
        " add_tag: which is made where there is none; remove_tag: this one, and none below it."
        " set_taken: they were all taken at `taken`; shift_taken: `shift_seconds` later;"
        " set_offset: by a clock that is `offset_minutes` from UTC; reset_taken: when their files"
        " say. set_location: they were all taken at `location`, or nowhere; reset_location: where"
        " their files say. These, restore_taken and restore_location take `images.ids` only."
        " stack: one stack of these, and of"
        " all that are stacked with them, 100 at most; the first is its cover. unstack: they are in"
        " none, and are not stacked without being asked again. make_cover: each stands for its"
        " stack. stack and make_cover take `images.ids` only."
    )
    album_id: UUID | None = Field(
        default=None, description="With add_to_album and remove_from_album, and no other."
    )
    tag: TagPath | None = Field(
        default=None,
        description="With add_tag and remove_tag, and no other: its path, in whatever case; or"
        " `tag_id`.",
        examples=["family/Oma"],
    )
    tag_id: UUID | None = Field(
        default=None, description="With add_tag and remove_tag, and no other: in place of `tag`."
    )
    made_tags: int | None = Field(
        default=None,
        ge=1,
        le=MAX_TAG_DEPTH,
        description="Part of the undo of add_tag, with remove_tag: how many tags of the path it"
        " made. These go again, as far as nothing else has them.",
    )
    positions: Positions | None = Field(
        default=None,
        description="Part of the undo of remove_from_album, with add_to_album and `images.ids`:"
        " where each of them stood in an order by hand. Null: they come last.",
    )
    taken: TakenIn | None = Field(default=None, description="With set_taken, and no other.")
    shift_seconds: int | None = Field(
        default=None,
        ge=-MAX_SHIFT_SECONDS,
        le=MAX_SHIFT_SECONDS,
        description="With shift_taken, and no other.",
    )
    offset_minutes: OffsetMinutes | None = Field(
        default=None, description="With set_offset, and no other: east of Greenwich is positive."
    )
    taken_before: TakenBefore | None = Field(
        default=None,
        description="With restore_taken, and no other: the undo of what changes dates.",
    )
    location: LocationIn | None = Field(
        default=None, description="With set_location, and no other."
    )
    location_before: LocationBefore | None = Field(
        default=None,
        description="With restore_location, and no other: the undo of what changes places.",
    )
    stacks_before: StacksBefore | None = Field(
        default=None,
        description="With restore_stacks, and no other: the undo of what changes stacks.",
    )
    images: PickedImages | MatchingImages


class BatchUndo(BaseModel):
    """What takes a change of many pictures back: a body like BatchIn that names each picture."""

    model_config = ConfigDict(extra="forbid")

    action: BatchAction
    album_id: UUID | None = None
    tag: str | None = None
    tag_id: UUID | None = None
    made_tags: int | None = None
    positions: Positions | None = None
    taken_before: TakenBefore | None = None
    location_before: LocationBefore | None = None
    stacks_before: StacksBefore | None = None
    images: PickedImages


class BatchOut(BaseModel):
    """What was done."""

    changed: int = Field(description="How many pictures are now otherwise than before.")
    cancelled: int = Field(description="Uploads that had not arrived, and are gone for good.")
    has_more: bool = Field(
        description="More than 10,000 matched: send the same again, as often as this is true."
    )
    undo: BatchUndo | None = Field(
        description="The body that takes it back; null: nothing was changed, or it is for good."
    )
