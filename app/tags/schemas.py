"""Request and response schemas of tags."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from app.http.schemas import BaseModel
from app.images.tag_models import MAX_TAG_PATH
from app.tags.entries import MAX_TAGS_OF_PERSON
from app.tags.paths import parse_path
from app.text import displayable

TagPath = Annotated[str, Field(min_length=1, max_length=MAX_TAG_PATH), AfterValidator(parse_path)]


class TagOut(BaseModel):
    """A tag."""

    id: UUID
    path: str = Field(
        description="Its name, after those of the tags above it.", examples=["family/Oma"]
    )
    count: int = Field(
        description="Of the images that have it or a tag below it, each once; those in Recently"
        " deleted, and those that have not arrived, are not counted.",
        ge=0,
    )
    created_at: datetime
    changed_at: datetime = Field(
        description="When you last changed or restored it, or gave it to images or took it away."
    )


class ListTagsIn(BaseModel):
    """Which tags."""

    model_config = ConfigDict(extra="forbid")

    prefix: Annotated[str, Field(max_length=MAX_TAG_PATH), AfterValidator(displayable)] | None = (
        Field(
            default=None,
            description="What their path begins with, or one of its names; in whatever case.",
        )
    )
    limit: int = Field(default=MAX_TAGS_OF_PERSON, ge=1, le=MAX_TAGS_OF_PERSON)


class TagsOut(BaseModel):
    """Tags as a tree: each is followed by those below it."""

    tags: list[TagOut]


MAX_IMAGES = 10_000  # as many as a change of many images takes


class TagsOfImagesIn(BaseModel):
    """Of which images."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(
        min_length=1,
        max_length=MAX_IMAGES,
        description="Those that are not there, or not yours, count for nothing.",
    )


class TagOfImagesOut(BaseModel):
    """A tag that some of the images were given."""

    id: UUID
    path: str = Field(examples=["family/Oma"])
    count: int = Field(
        description="How many of these images were given just this tag, and not one below it.", ge=1
    )


class TagsOfImagesOut(BaseModel):
    """The tags of the images, as a tree: each is followed by those below it."""

    tags: list[TagOfImagesOut]


class TagPatch(BaseModel):
    """Where a tag goes."""

    model_config = ConfigDict(extra="forbid")

    path: TagPath = Field(
        description="Its new path; tags above it are made where there are none. Those below it come"
        " along."
    )
    merge: bool = Field(
        default=False,
        description="Where there is a tag with this path: true makes both one. Nothing takes that"
        " back.",
    )


class TagDeletedOut(BaseModel):
    """A tag that was deleted with those below it; images were not."""

    id: UUID
    restorable_until: datetime = Field(description="Until then it can be restored.")
