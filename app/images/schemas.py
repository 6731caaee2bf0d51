"""Request and response schemas of images."""

from datetime import datetime
from typing import Annotated, Literal, Self, cast
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    NaiveDatetime,
    WithJsonSchema,
    model_validator,
)

# A person may write as much as a model may.
from app.description_limits import LONGEST_ALT_TEXT, LONGEST_TAG, LONGEST_TEXT, MAX_TAGS
from app.http.schemas import BaseModel, said_plainly
from app.images.models import DescriptionSource, DescriptionState, ImageState, StackReason, View
from app.media.metadata.sanitize import LONGEST_TITLE
from app.text import displayable, is_visible, one_line, split_extension

PAGE = 100
MAX_IDS_TEXT = 10_000  # more than a page of them, so that who asks for too many is told how many
MAX_NAME_LENGTH = 255  # as the column, and as most file systems have it


def _file_name(value: str) -> str:
    """The last part of a path, without controls: a name to show, never a key.

    A long one is cut before its extension; one of which nothing can be seen is "picture".
    """
    last = value.replace("\\", "/").rsplit("/", 1)[-1]
    stem, extension = split_extension(one_line(last))
    if not is_visible(stem.strip(".")):
        stem = "picture"
    room = MAX_NAME_LENGTH - len(extension)
    if len(stem) > room:
        stem = stem[:room].rstrip(" \u200d")  # a joiner at the end would have nothing to join
    return stem + extension


def _title(value: str) -> str:
    """In one line; one of which nothing can be seen is none."""
    title = one_line(value)
    if len(title) > LONGEST_TITLE:  # NFC makes some characters two
        raise ValueError(f"Write {LONGEST_TITLE} characters at most.")
    return title if is_visible(title) else ""


def _without_folders(value: str) -> str:
    if "/" in value or "\\" in value:
        raise ValueError("A name has no / and no \\ in it.")
    return value


def _tags(value: list[str]) -> list[str]:
    """Lower case, each once, in the order given."""
    tidy = (" ".join(tag.lower().split()) for tag in value)
    return list(dict.fromkeys(tag for tag in tidy if tag))


Name = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_file_name)]
# What somebody types is refused rather than cut: they would not see what became of it.
NewName = Annotated[
    str,
    Field(min_length=1, max_length=4096, json_schema_extra={"pattern": r"^[^/\\]+$"}),
    AfterValidator(_without_folders),
    AfterValidator(_file_name),
]
Title = Annotated[str, Field(max_length=LONGEST_TITLE), AfterValidator(_title)]
Prose = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(displayable)]


# As the document says it; what is meant is parsed (routes.py).
_UUID = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
Sha256Out = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Failure(BaseModel):
    """Why something could not be done."""

    code: str = Field(examples=["not_a_picture"])
    title: str = Field(
        description="In two or three words; of a picture that is kept: Damaged, when the file is"
        " broken, or No preview yet, when it could not be opened here.",
        examples=["Damaged"],
    )
    detail: str = Field(examples=["This file is not a picture that can be read."])


class ImageOut(BaseModel):
    """A picture, as lists show it."""

    id: UUID
    name: str
    title: str | None = Field(
        description="What its person calls it, or else its file; null: nothing.",
        examples=["Oma's 80th birthday"],
    )
    size: int = Field(description="Bytes of the original.")
    content_type: str
    state: ImageState
    failure: Failure | None = Field(description="Why it is damaged or rejected.")
    width: int | None = Field(description="Pixels, upright.")
    height: int | None = Field(description="Pixels, upright.")
    is_animated: bool = Field(description="Moves; its thumbnail and preview stand still.")
    has_motion: bool = Field(
        description="A still with a moving part, as motion photos and Live Photos have:"
        " `motion_url` of `GET /api/images/{image_id}` is where it plays from."
    )
    motion_milliseconds: int | None = Field(
        description="How long a video or a moving part plays, as it says itself."
    )
    thumbhash: str | None = Field(description="Colour placeholder, base64.")
    timeline_at: str = Field(
        description="Where it stands in the timeline, a wall clock without zone; its date is the"
        " day that it is shown under.",
        examples=["2026-05-03T14:05:00"],
    )
    taken_at: str | None = Field(
        description="Wall clock when taken, with its offset where the camera recorded one.",
        examples=["2026-05-03T14:05:00+02:00"],
    )
    dated_by: Literal["picture", "file", "upload"] = Field(
        description="What timeline_at is: when taken, as the picture or its person says; when the"
        " file was last changed; or when it was uploaded."
    )
    created_at: datetime = Field(description="When the upload began.")
    deleted_at: datetime | None = Field(description="In Recently deleted since.")
    favourite: bool
    archived_at: datetime | None = Field(description="Out of the timeline, in the archive since.")
    stack_id: UUID | None = Field(description="Which stack of pictures of one shot it is in.")
    stack_size: int | None = Field(
        description="For how many pictures it stands in the timeline, itself included; null: it is"
        " not the cover of a stack there."
    )
    is_folded: bool = Field(
        description="Not in the timeline, since another of its stack stands for it there."
    )
    alt_text: str | None
    description_state: DescriptionState
    description_demo: bool = Field(description="The stand-in model made the description.")
    thumbnail_url: str | None = Field(description="Signed; works until urls_expire_at.")
    preview_url: str | None = Field(description="Signed; works until urls_expire_at.")
    urls_expire_at: datetime | None


class Camera(BaseModel):
    """What the picture was taken with; null where it does not say."""

    make: str | None
    model: str | None
    lens: str | None
    exposure_time: str | None = Field(description="Seconds.", examples=["1/125"])
    f_number: float | None
    iso: int | None
    focal_length: float | None = Field(description="Millimetres.")


class Location(BaseModel):
    """Where the picture was taken."""

    latitude: float = Field(description="Degrees, north positive (WGS 84).", examples=[45.4215])
    longitude: float = Field(description="Degrees, east positive (WGS 84).", examples=[-75.6972])
    altitude: float | None = Field(description="Metres above the sea.")


class PlaceOut(BaseModel):
    """What the place of `location` is called, by GeoNames (CC BY 4.0)."""

    country_code: str = Field(description="ISO 3166-1 alpha-2; XK: Kosovo.", examples=["CA"])
    country: str = Field(description="In English.", examples=["Canada"])
    region: str | None = Field(
        description="Province, state and the like; null: none is near.", examples=["Ontario"]
    )
    town: str | None = Field(
        description="That it is in, or that is nearest; null: none is near.", examples=["Ottawa"]
    )


class FileSays(BaseModel):
    """What the file says where a person may say otherwise."""

    taken_at: str | None = Field(
        description="Wall clock when taken, with its offset where the camera recorded one.",
        examples=["2026-05-03T14:05:00+02:00"],
    )
    rating: Literal[-1, 1, 2, 3, 4, 5] | None
    location: Location | None
    title: str | None


class DescriptionOut(BaseModel):
    """What is said about a picture."""

    source: DescriptionSource
    alt_text: str
    text: str
    visible_text: str
    tags: list[str]
    model: str | None
    demo: bool
    created_at: datetime


class Receipt(BaseModel):
    """That the original is stored, byte for byte."""

    sha256: Sha256Out = Field(description="Of every byte that is stored, hexadecimal.")
    at: datetime = Field(description="When S3 took it in.")
    by: Literal["s3", "worker"] = Field(
        description="Who compared: S3 before it said yes, or the worker what came in parts."
    )


class AlbumName(BaseModel):
    """An album that a picture is in."""

    id: UUID
    title: str


class TagName(BaseModel):
    """A tag that a picture has."""

    id: UUID
    path: str = Field(examples=["family/Oma"])


class ImageDetail(ImageOut):
    """A picture with all that is known about it."""

    sha256: Sha256Out = Field(description="Of the original, as it was announced.")
    receipt: Receipt | None = Field(description="Null until the original has been compared.")
    camera: Camera | None
    location: Location | None
    place: PlaceOut | None = Field(
        description="Of `location`; null: there is none, it is at sea, or it is not named yet."
    )
    time_zone_guess: str | None = Field(
        description="IANA name of the time zone of `place`, where `taken_at` has no offset. A"
        " guess: the camera may have shown another. Null: not known, or not needed.",
        examples=["America/Toronto"],
    )
    rating: Literal[-1, 1, 2, 3, 4, 5] | None = Field(
        description="Stars, 1 to 5; -1: marked as rejected."
    )
    corrected: list[Literal["taken", "rating", "location", "title"]] = Field(
        description="Of which its person says otherwise than its file."
    )
    file: FileSays
    caption: str | None = Field(description="What the file itself says of the picture.")
    stack_reason: StackReason | None = Field(
        description="Why it is in its stack: see `GET /api/images/{image_id}/stack`; person, and in"
        " no stack: you took it out."
    )
    description: DescriptionOut | None
    description_failure: Failure | None
    albums: list[AlbumName] = Field(
        description="That it is in, by title: 500 at most. The list of changes tells of being added"
        " and removed; of titles, the list of albums does."
    )
    tags: list[TagName] = Field(
        description="That you gave it: 100 at most; tags above these are not listed. The list of"
        " changes tells of tags given and taken away; of their names, the list of tags does. What a"
        " model says of a picture is in `description.tags`."
    )
    moving_part_id: UUID | None = Field(
        description="Of a Live Photo's still: the image that is its video, in state `joined`."
    )
    motion_url: str | None = Field(
        description="Of the moving part: MP4 or QuickTime, with whatever codec the camera chose."
        " Signed; works until urls_expire_at."
    )
    video_url: str | None = Field(
        description="Of a video: the original, to be played in place. Signed; works until"
        " urls_expire_at."
    )
    animation_url: str | None = Field(
        description="Of what moves: the original, to be shown in place. Signed; works until"
        " urls_expire_at."
    )


ChosenView = Annotated[
    View,
    Field(
        description="archive: what was taken out of the timeline; favourites: archived ones too."
    ),
]


class ListIn(BaseModel):
    """Which pictures, and from where on."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=PAGE, ge=1, le=PAGE)
    cursor: str | None = Field(default=None, max_length=200, description="From the page before.")
    view: ChosenView = View.TIMELINE
    stacks: Literal["folded", "open"] = Field(
        default="folded",
        description="Of the timeline: of each stack its cover alone, or every picture of it.",
    )
    deleted: Annotated[
        bool,
        BeforeValidator(said_plainly),
        Field(description="Those in Recently deleted instead, whatever the view."),
    ] = False
    addresses: Literal["whole", "shared"] = Field(
        default="whole",
        description="shared: what all addresses have in common is said once, in `addresses`, and"
        " each is `addresses.base` + its own + `&` + `addresses.query`.",
    )
    ids: str | None = Field(
        default=None,
        max_length=MAX_IDS_TEXT,
        description="Just these, separated by commas, in whatever state; at most 100.",
        json_schema_extra={"pattern": f"^({_UUID}(,{_UUID})*)?$"},
    )


class SharedAddresses(BaseModel):
    """What the addresses of a page have in common: each is base + its own + "&" + query."""

    base: str
    query: str


class ImagesOut(BaseModel):
    """A page of pictures, newest first."""

    images: list[ImageOut]
    next_cursor: str | None = Field(description="Null: this was the last page.")
    addresses: SharedAddresses | None = Field(description="With `addresses=shared` only.")


class DescriptionIn(BaseModel):
    """A description in a person's own words."""

    model_config = ConfigDict(extra="forbid")

    alt_text: Annotated[str, Field(max_length=LONGEST_ALT_TEXT), AfterValidator(displayable)]
    text: Prose = ""
    visible_text: Prose = ""
    tags: Annotated[
        list[Annotated[str, Field(max_length=LONGEST_TAG), AfterValidator(displayable)]],
        Field(max_length=MAX_TAGS),
        AfterValidator(_tags),
    ] = []  # noqa: RUF012 - pydantic copies it


EARLIEST_YEAR = 1826  # the oldest photograph there is
LATEST_YEAR = 2199  # what clocks were set to by mistake, people correct
# RFC 3339 has no word for a clock without zone; JSON Schema's registry does.
WallClock = Annotated[
    NaiveDatetime, WithJsonSchema({"type": "string", "format": "date-time-local"})
]


def _of_a_photograph(clock: datetime) -> datetime:
    if clock.year < EARLIEST_YEAR or clock.year > LATEST_YEAR:
        raise ValueError(f"Say a year from {EARLIEST_YEAR} to {LATEST_YEAR}.")
    return clock.replace(microsecond=0)


TakenClock = Annotated[WallClock, AfterValidator(_of_a_photograph)]
# From 12 hours west to 14 hours east, as clocks of this world are set.
OffsetMinutes = Annotated[int, Field(ge=-12 * 60, le=14 * 60)]


class TakenIn(BaseModel):
    """When a picture was taken, as a person says."""

    model_config = ConfigDict(extra="forbid")

    at: TakenClock = Field(
        description="Wall clock at the place, without zone; whole seconds.",
        examples=["1985-07-14T15:30:00"],
    )
    offset_minutes: OffsetMinutes | None = Field(
        description="Of that clock from UTC, east of Greenwich positive; null: not known.",
        examples=[120],
    )


Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


class LocationIn(BaseModel):
    """Where a picture was taken, as a person says: both, or both null for nowhere."""

    model_config = ConfigDict(extra="forbid")

    latitude: Latitude | None = Field(
        description="Degrees, north positive (WGS 84).", examples=[45.4215]
    )
    longitude: Longitude | None = Field(
        description="Degrees, east positive (WGS 84).", examples=[-75.6972]
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("Give both latitude and longitude, or null for both.")
        return self


class ImagePatch(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    # None stands for what is left out. Where it can be said, the document has no default for it.
    name: NewName = Field(default=cast("str", None), description="What the picture is called.")
    deleted: Literal[False] = Field(
        default=cast("Literal[False]", None), description="false takes it out of Recently deleted."
    )
    favourite: bool = Field(default=cast("bool", None), description="Whether it is a favourite.")
    archived: bool = Field(
        default=cast("bool", None),
        description="true takes it out of the timeline into the archive; false back.",
    )
    description: DescriptionIn | None = Field(
        default=None, description="null forgets the person's version and shows the model's again."
    )
    taken: TakenIn | None = Field(
        default=None, description="When it was taken; null: when its file says."
    )
    title: Title | None = Field(
        default=None, description="What it is called; empty: nothing; null: as its file says."
    )
    rating: Literal[-1, 0, 1, 2, 3, 4, 5] | None = Field(
        default=None, description="Stars; -1: rejected, 0: none; null: those of its file."
    )
    location: LocationIn | None = Field(
        default=None, description="Where it was taken; null: where its file says."
    )


class ChangesIn(BaseModel):
    """Since when."""

    model_config = ConfigDict(extra="forbid")

    changed_since: str | None = Field(
        default=None,
        max_length=200,
        description="`changed_until` of the answer before; left out by who has nothing yet.",
    )
    limit: int = Field(default=PAGE, ge=1, le=PAGE)


class ChangedImage(ImageOut):
    """A picture that changed, as it is now."""

    sha256: Sha256Out = Field(description="Of the original, as it was announced.")


class ChangesOut(BaseModel):
    """What changed, each picture once, in the order of the changes."""

    images: list[ChangedImage] = Field(
        description="Added, which an upload is once it has arrived, or changed; with deleted_at,"
        " those in Recently deleted too."
    )
    removed: list[UUID] = Field(description="Gone for good; perhaps you never had some of them.")
    changed_until: str = Field(description="Pass it as `changed_since` next time.")
    has_more: bool = Field(description="Ask for the rest at once.")


class DownloadOut(BaseModel):
    """An address that saves the original; it works for five minutes."""

    url: str
    expires_at: datetime


class QueuedOut(BaseModel):
    """How many pictures now wait for a description."""

    queued: int
