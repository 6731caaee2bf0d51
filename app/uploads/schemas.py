"""Request and response schemas of uploads."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from app.http.schemas import BaseModel
from app.images.schemas import PAGE, ImageOut, Name, WallClock

Sha256 = Annotated[
    str,
    # The field first: what is said behind a validator is not in the document.
    Field(
        pattern=r"^[0-9A-Fa-f]{64}$",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ),
    AfterValidator(str.lower),
]


def _believable(value: datetime | None) -> datetime | None:
    """A clock that was never set says 1970 or 1980; tomorrow is somebody's today."""
    if value is None or value.year < _EARLIEST_HINT:
        return None
    return value if value < datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1) else None


_EARLIEST_HINT = 1981
TakenHint = Annotated[WallClock | None, AfterValidator(_believable)]


# What S3 takes as a part that is not the last ("Amazon S3 multipart upload limits"), and what a
# browser can still hold in memory.
SMALLEST_PART = 5 * 1024 * 1024
LARGEST_PART = 64 * 1024 * 1024
MAX_PARTS = 100
# Each asks S3 once or twice while the caller waits.
MAX_IN_PARTS = 20


class PartsIn(BaseModel):
    """How a file is cut: into parts of one size, the last of which may be smaller."""

    model_config = ConfigDict(extra="forbid")

    size: int = Field(
        ge=SMALLEST_PART,
        le=LARGEST_PART,
        description="Bytes of each part but the last.",
        examples=[8388608],
    )
    sha256: list[Sha256] = Field(
        min_length=1, max_length=MAX_PARTS, description="Of each part, in order."
    )


class AnnouncedFile(BaseModel):
    """What is said of a file before it is sent."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(
        examples=["beach.jpg"],
        description="What the file is called. Of a path the last part is kept; the answer's"
        " `image.name` says what became of it.",
    )
    size: int = Field(gt=0, le=2**53, description="Bytes.", examples=[3145728])
    content_type: Annotated[
        str,
        Field(max_length=100, examples=["image/jpeg"]),
        AfterValidator(str.lower),  # RFC 9110: media types are compared without case
    ]
    sha256: Sha256 = Field(description="Of the whole file, hexadecimal.")
    taken_hint: TakenHint = Field(
        default=None,
        description="When the file was last changed: wall clock without zone. Dates a picture that"
        " does not say when it was taken; ignored where it cannot be.",
        examples=["2026-05-03T14:05:00"],
    )


class NewImage(AnnouncedFile):
    """A picture that is about to be uploaded."""

    album_id: UUID | None = Field(
        default=None,
        description="An album that it is put into, also when it is here already. It is shown there"
        " once it has arrived.",
    )
    parts: PartsIn | None = Field(
        default=None,
        description="Send the file in parts: for large ones, so that a line that breaks costs a"
        " part and not the whole.",
    )

    @model_validator(mode="after")
    def _parts_make_the_whole(self) -> Self:
        """As many checksums as there are parts."""
        if self.parts is not None:
            needed = -(-self.size // self.parts.size)
            if len(self.parts.sha256) != needed:
                raise ValueError(
                    f"A file of {self.size} bytes has {needed} parts of {self.parts.size}:"
                    " give as many checksums."
                )
        return self


class NewImages(BaseModel):
    """A batch of pictures that are about to be uploaded."""

    model_config = ConfigDict(extra="forbid")

    images: list[NewImage] = Field(
        min_length=1,
        max_length=PAGE,
        description=f"At most {MAX_IN_PARTS} of them in parts.",
    )

    @model_validator(mode="after")
    def _few_in_parts(self) -> Self:
        if sum(image.parts is not None for image in self.images) > MAX_IN_PARTS:
            raise ValueError(f"Ask for {MAX_IN_PARTS} pictures in parts at a time.")
        return self


class Upload(BaseModel):
    """Where to PUT the file: send these headers exactly, and the whole file as the body."""

    method: Literal["PUT"]
    url: str
    headers: dict[str, str]
    expires_at: datetime


class PartOut(BaseModel):
    """Where to PUT one part of a file: these headers exactly, and those bytes as the body."""

    number: int = Field(description="From 1 on.")
    offset: int = Field(description="Where the part begins in the file.")
    size: int = Field(description="Bytes.")
    is_stored: bool = Field(description="It is there already: nothing has to be sent.")
    url: str | None = Field(description="Null: it is there already.")
    headers: dict[str, str] | None = Field(description="Null: it is there already.")


class UploadInParts(BaseModel):
    """Where to PUT the parts of a file, in any order; then complete the upload."""

    method: Literal["PUT"]
    parts: list[PartOut]
    expires_at: datetime = Field(description="Ask again for new addresses of what is not there.")


class UploadPlaceOut(BaseModel):
    """A place was made: upload the file, in parts where parts were announced."""

    status: Literal["upload"]
    image: ImageOut
    upload: Upload | UploadInParts


class ExistsOut(BaseModel):
    """The same bytes are here already: nothing has to be uploaded."""

    status: Literal["exists"]
    image: ImageOut
    restored: bool = Field(description="It was in Recently deleted and has been taken out.")


class RefusedOut(BaseModel):
    """This file cannot be taken in; the others of the batch are not affected."""

    status: Literal["refused"]
    code: Literal["unsupported_type", "too_large", "quota_exceeded"]
    detail: str


class WaitOut(BaseModel):
    """It may be here already, and nobody has seen its bytes yet: keep the file, and ask again.

    The others of the batch are not affected.
    """

    status: Literal["wait"]
    retry_after: int = Field(description="Seconds until this picture should be asked for again.")


class PlacesOut(BaseModel):
    """One answer for each picture of the batch, in the same order."""

    places: list[
        Annotated[UploadPlaceOut | ExistsOut | WaitOut | RefusedOut, Field(discriminator="status")]
    ]
