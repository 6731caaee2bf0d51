"""Request and response schemas of albums."""

from datetime import datetime
from typing import Annotated, Literal, cast
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from app.http.schemas import BaseModel
from app.images.album_models import MAX_ALBUM_DESCRIPTION, MAX_TITLE, AlbumOrder
from app.images.schemas import SharedAddresses
from app.text import displayable, is_visible, one_line

MAX_ALBUMS_PAGE = 500
MAX_MOVED = 10_000


def _title(value: str) -> str:
    title = one_line(value)
    if not is_visible(title) or len(title) > MAX_TITLE:  # NFC makes some characters two
        raise ValueError(f"Write 1 to {MAX_TITLE} characters that can be seen.")
    return title


def _description(value: str) -> str:
    text = displayable(value)
    if len(text) > MAX_ALBUM_DESCRIPTION:
        raise ValueError(f"Write {MAX_ALBUM_DESCRIPTION} characters at most.")
    return text


Title = Annotated[str, Field(min_length=1, max_length=MAX_TITLE), AfterValidator(_title)]
AlbumDescription = Annotated[
    str, Field(max_length=MAX_ALBUM_DESCRIPTION), AfterValidator(_description)
]


class AlbumCover(BaseModel):
    """The image that stands for an album."""

    image_id: UUID
    thumbhash: str | None = Field(description="Colour placeholder, base64.")
    thumbnail_url: str | None = Field(
        description="Signed; works until urls_expire_at. Null: it has no preview."
    )


class AlbumOut(BaseModel):
    """An album."""

    id: UUID
    title: str = Field(examples=["Iceland"])
    description: str
    order: AlbumOrder = Field(
        description="Of its images: by timeline_at, the newest or the oldest first, or by hand."
    )
    count: int = Field(
        description="Of its images that are shown: those in Recently deleted, and those that have"
        " not arrived, are not.",
        ge=0,
    )
    first_at: str | None = Field(
        description="timeline_at of the oldest of these.", examples=["2026-05-03T14:05:00"]
    )
    last_at: str | None = Field(description="timeline_at of the newest of these.")
    cover: AlbumCover | None = Field(
        description="The chosen one or, where none is chosen or it is not shown, the first by the"
        " album's order. Null: the album is empty."
    )
    cover_id: UUID | None = Field(description="The image that was chosen; null: none.")
    created_at: datetime
    changed_at: datetime = Field(
        description="When you last changed or restored the album, or added, removed or moved"
        " images."
    )
    urls_expire_at: datetime | None


class ListAlbumsIn(BaseModel):
    """Which albums, and from where on."""

    model_config = ConfigDict(extra="forbid")

    sort: Literal["changed", "title"] = Field(
        default="changed", description="changed: last changed first; title: from A to Z."
    )
    limit: int = Field(default=100, ge=1, le=MAX_ALBUMS_PAGE)
    cursor: str | None = Field(default=None, max_length=3000, description="From the page before.")
    addresses: Literal["whole", "shared"] = Field(
        default="whole",
        description="shared: what all addresses have in common is said once, in `addresses`, and"
        " each is `addresses.base` + its own + `&` + `addresses.query`.",
    )


class AlbumsOut(BaseModel):
    """A page of albums."""

    albums: list[AlbumOut]
    next_cursor: str | None = Field(description="Null: this was the last page.")
    addresses: SharedAddresses | None = Field(description="With `addresses=shared` only.")


class AlbumIn(BaseModel):
    """A new album, without images yet."""

    model_config = ConfigDict(extra="forbid")

    title: Title = Field(examples=["Iceland"])
    description: AlbumDescription = ""
    order: AlbumOrder = AlbumOrder.NEWEST


class AlbumPatch(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    # None stands for what is left out: only of `cover_id` it can be said, and means something.
    title: Title = Field(default=cast("str", None))
    description: AlbumDescription = Field(default=cast("str", None))
    order: AlbumOrder = Field(
        default=cast("AlbumOrder", None),
        description="manual: by hand; where nothing was moved yet, it begins with the order of"
        " before.",
    )
    cover_id: UUID | None = Field(
        default=None, description="An image of the album; null: the first by its order."
    )


class AlbumMove(BaseModel):
    """Which images of an album are moved, and to where: just before or just after another."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(
        min_length=1,
        max_length=MAX_MOVED,
        description="In the order in which they are to stand.",
    )
    place: Literal["before", "after"]
    image_id: UUID = Field(description="Another image of the album.")


class AlbumDeletedOut(BaseModel):
    """An album that was deleted; its images were not."""

    id: UUID
    restorable_until: datetime = Field(description="Until then it can be restored.")
