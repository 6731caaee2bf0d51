"""Request and response schemas of the search."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from app.http.schemas import BaseModel
from app.images.schemas import EARLIEST_YEAR, LATEST_YEAR, PAGE, ImageOut, SharedAddresses
from app.search.query import MAX_QUERY, ChipKind


def of_this_age(day: date) -> date:
    """Bring a day into the years that dates of images are of."""
    return min(max(day, date(EARLIEST_YEAR, 1, 1)), date(LATEST_YEAR, 12, 31))


Offset = Annotated[int, Field(ge=0)]


class SearchIn(BaseModel):
    """What to look for, and from where on."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(
        min_length=1,
        max_length=MAX_QUERY,
        description="Words, all of which an image has; docs/api.md tells of dates and operators.",
        examples=['lighthouse "red coat" -rain july 2024'],
    )
    limit: int = Field(default=PAGE // 2, ge=1, le=PAGE)
    cursor: str | None = Field(default=None, max_length=200, description="From the page before.")
    today: Annotated[date, AfterValidator(of_this_age)] | None = Field(
        default=None,
        description='Of which "last winter" is said, where you are; left out: the day in UTC.',
    )
    addresses: Literal["whole", "shared"] = Field(
        default="whole", description="As of the list of images."
    )


class Mark(BaseModel):
    """Where a match is in a snippet, in Unicode code points; `end` is behind it."""

    start: Offset
    end: Offset


class Why(BaseModel):
    """Where an image has what was asked for."""

    field: Literal[
        "title", "description", "alt_text", "tag", "visible_text", "caption", "place", "album",
        "name", "camera", "meaning",
    ]  # fmt: skip
    snippet: str = Field(description="Of the text; … where it is cut.")
    marks: list[Mark]


class FoundImage(ImageOut):
    """An image that matches, and why."""

    why: list[Why] = Field(
        description="Each word once, in the first field that has it. Empty: no word was asked for,"
        " or the text changed at this moment."
    )


class ChipOut(BaseModel):
    """A part of `q` that was understood as more than words: without it, it is not applied.

    The words of a tag of yours are looked for in other texts, too; `tag:` means the tag alone.
    """

    kind: ChipKind
    start: Offset = Field(description="In `q`, in Unicode code points.")
    end: Offset = Field(description="Behind it.")
    first_day: date | None = Field(description="Of dates: from this day on.")
    last_day: date | None = Field(description="Of dates: until this day, which is included.")


class SearchOut(BaseModel):
    """Images that match, newest first; archived ones too."""

    images: list[FoundImage] = Field(
        description="May be fewer than asked for, or none, with more to come: `next_cursor` tells."
    )
    total: int | None = Field(
        description="How many match; null: too many to count, or not the first page.", ge=0
    )
    chips: list[ChipOut]
    next_cursor: str | None = Field(description="Null: this was the last page.")
    addresses: SharedAddresses | None = Field(description="With `addresses=shared` only.")


class NearIn(SearchIn):
    """The same as of the search."""


class NearOut(BaseModel):
    """Images that mean nearly the same, the nearest first; those that have all words are not in it.

    200 at most, on all pages together.
    """

    images: list[FoundImage]
    is_on: bool = Field(description="Whether this site searches by meaning.")
    next_cursor: str | None = Field(description="Null: this was the last page.")
    addresses: SharedAddresses | None = Field(description="With `addresses=shared` only.")
