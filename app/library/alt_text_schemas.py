"""Request and response schemas of alt texts."""

from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.descriptions.alt_text_files import AltTextFormat
from app.descriptions.alt_texts import AltTextFilter
from app.descriptions.checks import MAX_CHECKED_AT_ONCE, MAX_COUNTED
from app.http.schemas import BaseModel

MAX_ALT_TEXTS = 100
MAX_CURSOR = 200


class AltTextsIn(BaseModel):
    """Which pictures."""

    model_config = ConfigDict(extra="forbid")

    which: AltTextFilter = Field(
        default=AltTextFilter.UNCHECKED,
        description="unchecked: described by a model, and not checked. missing: without alt text."
        " all: of the timeline. archived: in the archive, of which the others list nothing.",
    )
    limit: int = Field(default=30, ge=1, le=MAX_ALT_TEXTS)
    cursor: str | None = Field(default=None, max_length=MAX_CURSOR)


class AltTextFileIn(BaseModel):
    """Which part of which file."""

    model_config = ConfigDict(extra="forbid")

    format: AltTextFormat
    which: AltTextFilter = AltTextFilter.ALL
    cursor: str | None = Field(default=None, max_length=MAX_CURSOR)


class AltTextVersion(BaseModel):
    """The version that is shown."""

    id: UUID
    source: Literal["model", "person"]
    model: str | None
    demo: bool
    alt_text: str
    text: str
    visible_text: str
    tags: list[str]


class AltTextRow(BaseModel):
    """A picture with what is said about it."""

    image_id: UUID
    name: str
    description: AltTextVersion | None
    description_state: Literal["none", "waiting", "done", "failed"]
    is_checked: bool = Field(description="You have checked this version, or wrote it.")


class AltTextsOut(BaseModel):
    """A page of pictures of the timeline, newest first."""

    alt_texts: list[AltTextRow]
    next_cursor: str | None = Field(
        description="Null: that is all. A page may have few pictures, or none, and more may follow:"
        " each looks at 2,000 pictures at most."
    )
    checked: int | None = Field(
        description=f"How many were checked; {MAX_COUNTED:,} stands for as many or more. On the"
        " first page only."
    )


class AltTextFileOut(BaseModel):
    """A part of a file: put one behind the other they are the file."""

    content: str
    next_cursor: str | None = Field(description="Null: it is the last part.")


class CheckedVersion(BaseModel):
    """A version of a picture's description."""

    model_config = ConfigDict(extra="forbid")

    image_id: UUID
    version_id: UUID


class ChecksIn(BaseModel):
    """Versions that were checked, or are to be checked again."""

    model_config = ConfigDict(extra="forbid")

    versions: list[CheckedVersion] = Field(min_length=1, max_length=MAX_CHECKED_AT_ONCE)
    checked: bool = Field(default=True, description="false: they are to be checked again.")


class ChecksOut(BaseModel):
    """Of which pictures it was noted."""

    ids: list[UUID] = Field(
        description="Not those that are gone, or show another version by now: read these again."
    )
