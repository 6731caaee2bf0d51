"""Request and response schemas of the map."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from app.http.schemas import BaseModel
from app.images.schemas import PAGE, ImageOut, Latitude, Longitude, PlaceOut, SharedAddresses
from app.map.cells import Box
from app.map.clusters import MAX_ZOOM

North = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
East = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class BoxIn(BaseModel):
    """A part of the map, in degrees (WGS 84)."""

    model_config = ConfigDict(extra="forbid")

    west: East = Field(
        description="Greater than `east` where the box lies across 180°.", examples=[-9.6]
    )
    south: North = Field(examples=[38.4])
    east: East = Field(examples=[-8.7])
    north: North = Field(examples=[39.1])

    @model_validator(mode="after")
    def _upright(self) -> Self:
        if self.south > self.north:
            raise ValueError("`south` is further north than `north`.")
        return self

    @property
    def box(self) -> Box:
        """As the map has it."""
        return Box(west=self.west, south=self.south, east=self.east, north=self.north)


class MapIn(BoxIn):
    """What to count, and how finely."""

    zoom: int = Field(
        ge=0,
        le=MAX_ZOOM,
        description="Of the map: the world is 256 * 2^zoom pixels wide. A cluster is about 64.",
        examples=[10],
    )


class BoxOut(BaseModel):
    """A part of the map, in degrees."""

    west: float
    south: float
    east: float
    north: float


class ClusterOut(BaseModel):
    """Images that are near each other."""

    count: int = Field(ge=1)
    latitude: Latitude = Field(description="Of their middle.")
    longitude: Longitude = Field(description="Of their middle.")
    box: BoxOut = Field(
        description="About where they are: show it to see them apart. The smallest is 76 m wide at"
        " the equator; what is in that is at one place."
    )
    image_id: UUID = Field(description="Of one of them: the newest where they are at one place.")
    place: PlaceOut | None = Field(description="Of that image; null: not known.")


class MapOut(BaseModel):
    """What is in a box, of the timeline's images: archived ones are not on the map."""

    count: int = Field(
        ge=0, description="Of all images in these clusters. What is cut by the edge is in it."
    )
    clusters: list[ClusterOut] = Field(description="The largest first; 600 at most.")
    placed: int = Field(ge=0, description="How many images of the timeline have a place at all.")
    not_placed: int = Field(ge=0, description="How many have none.")


class MapImagesIn(BoxIn):
    """Which box, and from where on."""

    limit: int = Field(default=PAGE // 2, ge=1, le=PAGE)
    cursor: str | None = Field(default=None, max_length=200, description="From the page before.")


class MapImagesOut(BaseModel):
    """Images that are in a box, newest first."""

    images: list[ImageOut] = Field(
        description="May be fewer than asked for, or none, with more to come: `next_cursor` tells."
    )
    next_cursor: str | None = Field(description="Null: this was the last page.")
    addresses: SharedAddresses = Field(
        description="Each address is `base` + its own + `&` + `query`."
    )
