"""Request and response schemas of zips that a browser makes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from app.http.schemas import BaseModel, said_plainly
from app.images.named import ids_field
from app.images.schemas import SharedAddresses
from app.library.batch_schemas import MatchingImages, PickedImages
from app.text import one_line

MAX_ORIGINALS = 50
_MAX_TITLE = 200


class DownloadIn(BaseModel):
    """What a zip is to hold."""

    model_config = ConfigDict(extra="forbid")

    images: PickedImages | MatchingImages
    title: Annotated[str, Field(max_length=_MAX_TITLE), AfterValidator(one_line)] = Field(
        default="", description="What its folder is called; empty: Pictures.", examples=["Iceland"]
    )
    cursor: str | None = Field(default=None, max_length=200, description="From the page before.")


class DownloadEntriesOut(BaseModel):
    """Files of a zip in columns: one value for each, in the order of `ids`."""

    folder: str = Field(description="A name for the folder that holds them, and for the zip.")
    ids: list[UUID] = Field(
        description="What is not there or cannot be downloaded is left out. Live Photos have their"
        " videos beside them, at the end."
    )
    names: list[str] = Field(
        description="Every file system takes them; no two are one to any of these, also with"
        " `.xmp` at their ends. 255 bytes at most with that."
    )
    sizes: list[Annotated[int, Field(ge=0)]] = Field(description="Bytes.")
    crc32s: list[Annotated[int, Field(ge=0, lt=2**32)] | None] = Field(
        description="Null: not known; of pictures that came before it was kept."
    )
    dates: list[str | None] = Field(
        description="When each was taken, by the clock on the wall; null: not told.",
        examples=[["2024-07-01T18:22:00"]],
    )
    next_cursor: str | None = Field(
        description="Where more than 10,000 are left. Names are safe as a set within a page: give"
        " each page a folder of its own. Null: this was the last page."
    )


class OriginalsIn(BaseModel):
    """Which originals are to be read."""

    model_config = ConfigDict(extra="forbid")

    ids: str = ids_field(MAX_ORIGINALS, f"Separated by commas; at most {MAX_ORIGINALS}.")
    sidecars: Annotated[bool, BeforeValidator(said_plainly)] = Field(
        default=False, description="Also the XMP file of each whose person set something."
    )


class DownloadOriginalsOut(BaseModel):
    """Where originals are read, by their ids; unknown ones are left out."""

    addresses: SharedAddresses = Field(
        description="Each address is `base` + its own + `&` + `query`."
    )
    originals: dict[str, str]
    sidecars: dict[str, str] = Field(description="XMP, of those that have any, where asked for.")
    urls_expire_at: datetime = Field(
        description="What is under way then goes on; for the rest ask again."
    )
