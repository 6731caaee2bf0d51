"""Request and response schemas of the search of places."""

from pydantic import ConfigDict, Field

from app.http.schemas import BaseModel

MAX_PLACES = 20


class FindPlacesIn(BaseModel):
    """What is typed."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(
        min_length=1,
        max_length=100,
        description="How a town's name begins, in any common spelling; after a comma how its region"
        " or country does.",
        examples=["paris, tex"],
    )
    limit: int = Field(default=8, ge=1, le=MAX_PLACES)


class FoundPlaceOut(BaseModel):
    """A town, by GeoNames (CC BY 4.0)."""

    town: str = Field(examples=["Paris"])
    region: str | None = Field(description="Province, state and the like.", examples=["Texas"])
    country_code: str = Field(description="ISO 3166-1 alpha-2; XK: Kosovo.", examples=["US"])
    country: str = Field(description="In English.", examples=["United States"])
    latitude: float = Field(description="Of its middle, in degrees.", examples=[33.66094])
    longitude: float = Field(description="Of its middle, in degrees.", examples=[-95.55551])


class FoundPlacesOut(BaseModel):
    """Towns, the largest first."""

    places: list[FoundPlaceOut]
