"""Request and response schemas of share links: their owner's, and a visitor's."""

from datetime import date, datetime
from typing import Annotated, Literal, cast
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from app.clients.aws.session_policies import MAX_VISITOR_ORIGINALS
from app.http.schemas import BaseModel
from app.images.album_models import MAX_TITLE
from app.images.named import ids_field
from app.images.schemas import SharedAddresses
from app.library.batch_schemas import MAX_BATCH, MatchingImages, PickedImages
from app.sharing.models import MAX_NAME, MAX_NOTE
from app.text import displayable, one_line
from app.timeline.schemas import DayCount, Index

GIGABYTE = 1024**3
# Of one link. docs/scale.md, "What one person can fill".
MAX_GUEST_PICTURES = 2_000
MAX_GUEST_BYTES = 50 * GIGABYTE
MAX_PASSWORD = 1024  # what is longer is no password of anybody's, and not hashed


def _no_longer_than(most: int) -> AfterValidator:
    def check(value: str) -> str:
        if len(value) > most:  # NFC makes some characters two
            raise ValueError(f"Write {most} characters at most.")
        return value

    return AfterValidator(check)


Name = Annotated[
    str, Field(max_length=MAX_NAME), AfterValidator(one_line), _no_longer_than(MAX_NAME)
]
Title = Annotated[
    str, Field(max_length=MAX_TITLE), AfterValidator(one_line), _no_longer_than(MAX_TITLE)
]
Note = Annotated[
    str, Field(max_length=MAX_NOTE), AfterValidator(displayable), _no_longer_than(MAX_NOTE)
]
Password = Annotated[str, Field(max_length=MAX_PASSWORD)]


class CollectIn(BaseModel):
    """That guests add pictures by a link, and how many."""

    model_config = ConfigDict(extra="forbid")

    review: bool = Field(
        default=True, description="Whether you look at what they send before it is in the album."
    )
    show_pictures: bool = Field(
        default=True,
        description="Whether guests see the album; else they see what they send themselves.",
    )
    max_pictures: int = Field(
        default=500, ge=1, le=MAX_GUEST_PICTURES, description="That all guests may add together."
    )
    max_bytes: int = Field(
        default=10 * GIGABYTE,
        ge=1024 * 1024,
        le=MAX_GUEST_BYTES,
        description="Of these together. They count for what you may keep.",
    )


class CollectOut(BaseModel):
    """What guests may add by a link, and what has come."""

    review: bool
    show_pictures: bool
    max_pictures: int
    max_bytes: int
    taken_pictures: int = Field(description="Promised to guests or arrived, of max_pictures.")
    taken_bytes: int = Field(description="Of these.")
    waiting: int = Field(description="How many wait for your review.", ge=0)


class PreviewIn(BaseModel):
    """What messengers show of a link before it is opened, with its title."""

    model_config = ConfigDict(extra="forbid")

    image_id: UUID = Field(
        description="What it was made of. Where the link does not show that any more, there is no"
        " preview."
    )
    jpeg: str = Field(
        max_length=400_000,  # more than what is kept: metadata goes first
        description="A JPEG of at most 1,200 pixels a side and 150 KB, in base64; its metadata is"
        " removed.",
    )


class ShareIn(BaseModel):
    """A new link: to an album, or to pictures. Either `album_id` or `images`."""

    model_config = ConfigDict(extra="forbid")

    album_id: UUID | None = Field(
        default=None, description="It shows what is in this album whenever somebody looks."
    )
    images: PickedImages | MatchingImages | None = Field(
        default=None,
        description="It shows these, which are in the library now, and no others later.",
    )
    name: Name = Field(
        default="", description="For yourself: visitors do not read it.", examples=["For Grandma"]
    )
    title: Title = Field(default="", description="Visitors read it.", examples=["Iceland"])
    note: Note = Field(default="", description="Visitors read it.")
    password: Password | None = Field(
        default=None,
        description="8 characters or more; null: the link alone opens it.",
        examples=["two herons at low tide"],
    )
    expires_at: AwareDatetime | None = Field(
        default=None, description="From then on it opens no more; null: until you end it."
    )
    allow_downloads: bool = Field(
        default=False,
        description="Whether visitors may save originals, with all that is written in them: place,"
        " camera, names.",
    )
    without_metadata: bool = Field(
        default=False,
        description="Whether originals are saved without what is written in them: place, time,"
        " camera, names. No pixel changes. Those of which it cannot be removed are not given, and"
        " there are no zips.",
    )
    show_dates: bool = Field(default=False, description="Whether visitors see when it was taken.")
    show_descriptions: bool = Field(
        default=False, description="Whether visitors see titles, alt texts and descriptions."
    )
    show_names: bool = Field(default=False, description="Whether visitors see names of files.")
    collect: CollectIn | None = Field(
        default=None,
        description="Let guests without an account add pictures to the album. Such a link needs"
        " `expires_at`, a year from now at most. null: they only look.",
    )
    preview: PreviewIn | None = Field(
        default=None,
        description="What messengers show of the link. Not of one with a password. null: nothing.",
    )


class SharePatch(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    # None stands for what is left out, where it cannot be said.
    name: Name = Field(default=cast("str", None))
    title: Title = Field(default=cast("str", None))
    note: Note = Field(default=cast("str", None))
    password: Password | None = Field(
        default=None, description="Another one, which every visitor has to give; null: none."
    )
    expires_at: AwareDatetime | None = Field(default=None, description="null: until you end it.")
    allow_downloads: bool = Field(default=cast("bool", None))
    without_metadata: bool = Field(default=cast("bool", None))
    show_dates: bool = Field(default=cast("bool", None))
    show_descriptions: bool = Field(default=cast("bool", None))
    show_names: bool = Field(default=cast("bool", None))
    collect: CollectIn | None = Field(
        default=None,
        description="Of a link to an album. null: guests add no more; what they sent stays.",
    )
    preview: PreviewIn | None = Field(
        default=None,
        description="Another one; null: none. A password takes it away. Addresses that were made"
        " without a preview show none.",
    )


class ShareOut(BaseModel):
    """A link, as its owner sees it; not its address, which was told once."""

    id: UUID
    kind: Literal["album", "selection"]
    album_id: UUID | None
    album_title: str | None
    state: Literal["open", "expired", "album_deleted", "forbidden"] = Field(
        description="open: whoever has it gets in. album_deleted: the album is, and can be"
        " restored; then it opens again. forbidden: this site allows no links."
    )
    count: int = Field(description="Of pictures in the library that it is to.", ge=0)
    name: str
    title: str
    note: str
    has_password: bool
    expires_at: datetime | None
    allow_downloads: bool
    without_metadata: bool
    show_dates: bool
    show_descriptions: bool
    show_names: bool
    collect: CollectOut | None = Field(description="What guests may add; null: they only look.")
    has_preview: bool = Field(description="Messengers show its title and a picture.")
    created_at: datetime
    visits: int = Field(description="How often it was opened, by others than you.", ge=0)
    last_visit_at: datetime | None


class ShareMadeOut(ShareOut):
    """A link with its address. The address is told here, and never again."""

    url: str = Field(
        description="The site's address, `/s#`, and the token; with a preview `/s/`, an"
        " id, `#` and the token."
    )


class SharesOut(BaseModel):
    """All links of a person, the newest first."""

    shares: list[ShareOut]
    allowed: bool = Field(description="Whether this site allows links.")


class SharesEndedOut(BaseModel):
    """What was ended."""

    ended: int = Field(description="How many links.", ge=0)


class OpenShareIn(BaseModel):
    """What a visitor has."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(max_length=100, description="What stands behind the # of the link.")
    password: Password | None = None


class CollectsOut(BaseModel):
    """That guests may add pictures."""

    is_full: bool = Field(description="It takes no more for now.")
    is_reviewed: bool = Field(description="Its owner looks at them before they are in the album.")
    shows_others: bool = Field(description="Whether guests see what is in the album.")
    max_bytes: int = Field(description="Of one file.")
    content_types: list[str] = Field(description="What files may be.")


class SharedOut(BaseModel):
    """What a visitor is told of a share."""

    title: str
    note: str
    count: int = Field(description="Of pictures that can be shown now.", ge=0)
    expires_at: datetime | None
    allow_downloads: bool
    allow_zips: bool = Field(description="Whether several originals are to be had at once.")
    show_dates: bool
    show_descriptions: bool
    show_names: bool
    collects: CollectsOut | None = Field(description="null: visitors only look.")


class VisitOut(BaseModel):
    """A visit that has begun."""

    visit: str = Field(description="Send it as the header `Pinhole-Visit`. It is good for a day.")
    share: SharedOut


class SharedImagesIn(BaseModel):
    """From where on."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(default=None, max_length=200, description="From the page before.")


class SharedImagesOut(BaseModel):
    """Pictures in columns: one value for each, in the order of `ids`."""

    next_cursor: str | None = Field(
        description="Where more than 2,000 are left; null: this was the last page."
    )
    ids: list[UUID]
    ratios: list[float] = Field(description="Width divided by height.")
    animated: list[Index] = Field(
        description="The indexes of those that move; what visitors see of them stands still."
    )
    days: list[DayCount] = Field(
        description="Which of `ids`, in their order, are of which day; empty where dates are not"
        " shown, or those of one of them are not."
    )


class SharedInViewOut(BaseModel):
    """What it takes to show pictures, by their ids; what the link does not show is left out."""

    addresses: SharedAddresses = Field(
        description="Each address is `base` + its own + `&` + `query`."
    )
    thumbnails: dict[str, str]
    previews: dict[str, str]
    thumbhashes: dict[str, str | None] = Field(description="Colour placeholders, base64.")
    alt_texts: dict[str, str] = Field(
        description="Where descriptions are shown; the title where there is no text."
    )
    urls_expire_at: datetime = Field(description="A minute from now at most: then ask again.")


class SharedImageOut(BaseModel):
    """One picture, as a visitor sees it; null is what is not there or not shown."""

    id: UUID
    width: int | None = Field(description="Pixels, upright.")
    height: int | None = Field(description="Pixels, upright.")
    name: str | None
    date: date | None
    title: str | None
    alt_text: str | None
    description: str | None
    is_video: bool = Field(description="What is shown of it is its first frame.")
    motion_url: str | None = Field(
        description="Of its moving part, or of a video, where originals may be saved as they are;"
        " works for a minute."
    )


class SharedDownloadIn(BaseModel):
    """What a zip is to hold, of what a link shows."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(min_length=1, max_length=MAX_BATCH)


class SharedOriginalsIn(BaseModel):
    """Which originals are to be read."""

    model_config = ConfigDict(extra="forbid")

    ids: str = ids_field(
        MAX_VISITOR_ORIGINALS, f"Separated by commas; at most {MAX_VISITOR_ORIGINALS}."
    )


class SharedOriginalOut(BaseModel):
    """An address that saves the original; a download begins within a minute or not at all."""

    url: str
    expires_at: datetime
