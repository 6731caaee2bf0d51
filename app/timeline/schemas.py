"""Request and response schemas of the timeline."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.http.schemas import BaseModel
from app.images.models import ImageState, View
from app.images.named import ids_field, parse_ids
from app.images.schemas import ChosenView, SharedAddresses

MAX_IN_VIEW = 200

Index = Annotated[int, Field(ge=0)]


class TimelineIn(BaseModel):
    """Which images."""

    model_config = ConfigDict(extra="forbid")

    view: ChosenView = View.TIMELINE


class BucketCount(BaseModel):
    """A bucket, and how many images are in it."""

    key: str = Field(
        description="A month, or a day of a month that has more than 2,000 images.",
        examples=["2024-07", "2024-06-30"],
    )
    count: int = Field(ge=1)


class TimelineOut(BaseModel):
    """The buckets of a view, newest first."""

    count: int = Field(description="Of all images in the view.", ge=0)
    buckets: list[BucketCount] = Field(description="Those that hold any.")


class BucketIn(TimelineIn):
    """Which images, and from where on."""

    cursor: str | None = Field(default=None, max_length=200, description="From the page before.")


class DayCount(BaseModel):
    """A day, and how many images of these are of it."""

    date: date
    count: int = Field(ge=1)


class ColumnsOut(BaseModel):
    """Images in columns: one value for each image, in the order of `ids`."""

    next_cursor: str | None = Field(
        description="Where more than 2,000 images are in it; null: this was the last page."
    )
    days: list[DayCount] = Field(
        description="Which of `ids`, in their order, are of which day: so many of the first, then"
        " so many of the next."
    )
    ids: list[UUID]
    ratios: list[float] = Field(description="Width divided by height; 1 where not known yet.")
    minutes: list[int] = Field(
        description="Of the day, on the wall clock of `timeline_at`: 1102 is 18:22."
    )
    states: dict[str, ImageState] = Field(
        description="Of those that are not ready, by their index in `ids`.",
        examples=[{"3": "processing"}],
    )
    animated: list[Index] = Field(description="The indexes of those that move.")
    favourites: list[Index] = Field(description="The indexes of favourites.")
    archived: list[Index] = Field(description="The indexes of those that are archived.")
    stacks: dict[str, int] = Field(
        description="Of those that stand for a stack, by their index: for how many images. In the"
        " timeline only: elsewhere each image of a stack is there for itself.",
        examples=[{"3": 2}],
    )


class BucketOut(ColumnsOut):
    """What is in a bucket, in columns: one value for each image, in the order of `ids`."""

    key: str


class AlbumTimelineOut(BaseModel):
    """The buckets of an album, by its order: the newest or the oldest first."""

    count: int = Field(description="Of all images that are shown in it.", ge=0)
    buckets: list[BucketCount] = Field(description="Those that hold any.")


class AlbumImagesIn(BaseModel):
    """From where on."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(default=None, max_length=200, description="From the page before.")


class AlbumImagesOut(ColumnsOut):
    """What is in an album by its order, in columns: one value for each image."""


class InViewIn(BaseModel):
    """Which images are in view."""

    model_config = ConfigDict(extra="forbid")

    ids: str = ids_field(MAX_IN_VIEW, "Separated by commas, in whatever state; at most 200.")


class InViewOut(BaseModel):
    """What it takes to show images, by their ids; unknown ones are left out."""

    addresses: SharedAddresses = Field(
        description="Each address is `base` + its own + `&` + `query`."
    )
    thumbnails: dict[str, str | None] = Field(
        description="Null: there is none yet, or the file could not be opened."
    )
    previews: dict[str, str | None]
    thumbhashes: dict[str, str | None] = Field(description="Colour placeholders, base64.")
    alt_texts: dict[str, str] = Field(
        description="Of those that have one; else the title, if there is one."
    )
    urls_expire_at: datetime | None = Field(description="Null where there is no address.")


def parse_ids_in_view(text: str) -> list[UUID]:
    """Return the ids of InViewIn.

    Raises:
        ValidationFailedError: they are no ids, or too many.
    """
    return parse_ids(text, most=MAX_IN_VIEW)
