"""Tables of images and their descriptions."""

from datetime import datetime
from enum import StrEnum
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    func,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Base, now
from app.images.failure_messages import OURS


class ImageState(StrEnum):
    """Where a picture stands on its way in."""

    UPLOADING = "uploading"  # a place was promised; nothing has arrived yet
    PROCESSING = "processing"  # the original is stored; derived pictures are being made
    READY = "ready"
    DAMAGED = "damaged"  # a picture that opens in part or not at all: the original is kept
    REJECTED = "rejected"  # not a picture: the bytes are gone, the reason stays for a day
    JOINED = "joined"  # the video of a Live Photo: kept, and shown by its still alone


class View(StrEnum):
    """A list of images by months; see [Note: Views]."""

    TIMELINE = "timeline"
    ARCHIVE = "archive"
    FAVOURITES = "favourites"


class DescriptionState(StrEnum):
    """Where a picture stands on its way to a description."""

    NONE = "none"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class StackReason(StrEnum):
    """Why an image is in a stack, or in none."""

    SHOT = "shot"  # one shot in two formats: RAW and JPEG
    EDIT = "edit"  # an edited copy beside its original
    BURST = "burst"
    PERSON = "person"  # without a stack: its person took it out, so it is left alone


class DescriptionSource(StrEnum):
    """Who wrote a description."""

    MODEL = "model"
    PERSON = "person"


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """Return the constraint that a column has one of an enum's values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


# [Note: Views] A picture is in the library from the moment its original is stored until it is
# deleted. There it is in the timeline or, when its person archived it, in the archive; and among
# the favourites when it is one, archived or not. Each view has a partial index for exactly its
# condition, and a trigger counts by it (migrations 0023 and 0048); change them together.
#
# [Note: Stacks] Images of one person with the same `stack_id` are a stack. The timeline shows the
# first of them that is in it, by `stack_rank`, and folds the others; everywhere else each is there
# for itself. A trigger folds (migration 0048), whoever changes what decides.
#
# [Note: Live Photos] The video of a Live Photo is an image of its own, in state `joined` while a
# still has its id in `moving_part_id`: it counts for the quota and is in copies and the list of
# changes, and in no view. It is deleted, restored and deleted for good with its still
# (app/stacks/live_photos.py). Left alone, it is a video like any other.
SHOWN = (ImageState.PROCESSING, ImageState.READY, ImageState.DAMAGED)
# Of which the original is kept.
STORED = (*SHOWN, ImageState.JOINED)


_IN_LIBRARY = "deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')"


def _view_index(view: str, condition: str) -> Index:
    return Index(
        f"ix_images_{view}",
        "owner_id",
        text("timeline_at DESC"),
        text("id DESC"),
        postgresql_where=text(f"{condition} AND {_IN_LIBRARY}"),
    )


_OURS = ", ".join(f"'{code}'" for code in sorted(OURS))


class Image(Base):
    """A picture: promised, stored, processed, perhaps described, perhaps in the bin."""

    __tablename__ = "images"
    __table_args__ = (
        # The same bytes twice are one picture.
        UniqueConstraint("owner_id", "sha256"),
        one_of("state", ImageState),
        one_of("description_state", DescriptionState),
        CheckConstraint("byte_size > 0", name="byte_size"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("rating = -1 OR rating BETWEEN 1 AND 5", name="rating"),
        one_of("stack_reason", StackReason),
        _view_index("tiles", "archived_at IS NULL AND NOT is_folded"),
        _view_index(View.TIMELINE, "archived_at IS NULL"),
        _view_index(View.ARCHIVE, "archived_at IS NOT NULL"),
        _view_index(View.FAVOURITES, "favourite"),
        Index(
            "ix_images_stack",
            "owner_id",
            "stack_id",
            postgresql_where=text("stack_id IS NOT NULL"),
        ),
        Index(
            "ix_images_deleted",
            "owner_id",
            text("deleted_at DESC"),
            text("id DESC"),
            postgresql_where=text("deleted_at IS NOT NULL"),
        ),
        Index(
            "ix_images_unsettled",
            "created_at",
            postgresql_where=text("state IN ('uploading', 'processing', 'rejected')"),
        ),
        Index(
            "ix_images_unfinished",
            "owner_id",
            postgresql_where=text("state IN ('uploading', 'rejected')"),
        ),
        # PostgreSQL looks here for whoever shows a description that is deleted.
        Index(
            "ix_images_current_description_id",
            "current_description_id",
            postgresql_where=text("current_description_id IS NOT NULL"),
        ),
        Index(
            "ix_images_to_develop",
            "owner_id",
            "stored_at",
            "id",
            postgresql_where=text("state = 'processing'"),
        ),
        Index(
            "ix_images_not_shown",
            "decoder_version",
            postgresql_where=text(f"state = 'damaged' AND failure_code IN ({_OURS})"),
        ),
        Index(
            "ix_images_description_waiting",
            "description_asked_at",
            postgresql_where=text("description_state = 'waiting'"),
        ),
        Index(
            "ix_images_to_describe",
            "owner_id",
            "description_asked_at",
            "id",
            postgresql_where=text("description_state = 'waiting' AND deleted_at IS NULL"),
        ),
        Index(
            "ix_images_to_name",
            "owner_id",
            postgresql_where=text(
                "latitude IS DISTINCT FROM place_latitude"
                " OR longitude IS DISTINCT FROM place_longitude"
            ),
        ),
        Index(
            "ix_images_content_identifier",
            "owner_id",
            "content_identifier",
            postgresql_where=text("content_identifier IS NOT NULL"),
        ),
        Index(
            "ix_images_moving_part_id",
            "moving_part_id",
            unique=True,
            postgresql_where=text("moving_part_id IS NOT NULL"),
        ),
        # See [Note: Cells of the map] in app/map/models.py.
        Index(
            "ix_images_map",
            "owner_id",
            text("map_cell(latitude, longitude)"),
            text("timeline_at DESC"),
            text("id DESC"),
            postgresql_where=text(
                "latitude IS NOT NULL AND longitude IS NOT NULL AND archived_at IS NULL"
                f" AND NOT is_folded AND {_IN_LIBRARY}"
            ),
        ),
        {"comment": "Pictures, from the promise of a place until they are purged."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(
        String(255), comment="What the file was called. Display text: never part of a key."
    )
    byte_size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(
        LargeBinary, comment="Of the original; the upload's signature covers it."
    )
    content_type: Mapped[str] = mapped_column(
        String(40), comment="As declared until developed, then as detected."
    )
    state: Mapped[str] = mapped_column(String(16), default=ImageState.UPLOADING)
    failure_code: Mapped[str | None] = mapped_column(
        String(40), comment="Why it is damaged or rejected."
    )
    upload_id: Mapped[str | None] = mapped_column(
        Text, comment="S3's, of the upload in parts that is open; told to nobody."
    )
    part_size: Mapped[int | None] = mapped_column(
        comment="Bytes of each part but the last, while an upload in parts is open."
    )
    part_checksums: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="SHA-256 of each part as promised, one after the other."
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    stored_at: Mapped[datetime | None] = mapped_column(comment="When the original had arrived.")
    deleted_at: Mapped[datetime | None] = mapped_column(
        comment="In Recently deleted since; purged 30 days later."
    )
    favourite: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="Marked by its person."
    )
    archived_at: Mapped[datetime | None] = mapped_column(
        comment="Out of the timeline since, by its person; kept all the same."
    )

    stack_id: Mapped[UUID | None] = mapped_column(comment="Which stack it is in.")
    stack_rank: Mapped[int | None] = mapped_column(
        comment="Its place there: the first that is in the timeline stands for all."
    )
    stack_reason: Mapped[str | None] = mapped_column(
        String(8),
        comment="Why: shot, edit, burst, or person. A person's word without a stack: in none.",
    )
    is_folded: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        comment="Out of the timeline: another of its stack stands for it; a trigger says so.",
    )
    stack_size: Mapped[int | None] = mapped_column(
        comment="For how many images it stands in the timeline, itself included; else null."
    )

    is_corrected: Mapped[bool] = mapped_column(
        default=False,
        server_default=false(),
        comment="Whether its person says otherwise than its file: there is a correction.",
    )

    width: Mapped[int | None] = mapped_column(comment="Pixels, upright.")
    height: Mapped[int | None] = mapped_column(comment="Pixels, upright.")
    thumbhash: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="Colour placeholder, about 25 bytes."
    )
    has_preview: Mapped[bool] = mapped_column(
        default=False, comment="Whether thumbnail.webp and the preview exist."
    )
    preview_format: Mapped[str] = mapped_column(
        String(4), default="webp", server_default="webp", comment="How its key ends: jpg or webp."
    )

    timeline_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=False),
        comment="Its place in the timeline: wall clock when taken, else UTC when uploaded.",
    )
    taken_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=False), comment="Wall clock at the place it was taken."
    )
    taken_offset_minutes: Mapped[int | None] = mapped_column(
        SmallInteger, comment="That clock's offset from UTC, where the camera recorded it."
    )
    taken_hint: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=False),
        comment="Wall clock when the file was last changed, as the browser said.",
    )
    camera_make: Mapped[str | None] = mapped_column(String(100))
    camera_model: Mapped[str | None] = mapped_column(String(100))
    lens: Mapped[str | None] = mapped_column(String(100))
    exposure_time: Mapped[str | None] = mapped_column(String(20), comment="Seconds, as 1/125.")
    f_number: Mapped[float | None]
    iso: Mapped[int | None]
    focal_length: Mapped[float | None] = mapped_column(comment="Millimetres.")

    latitude: Mapped[float | None] = mapped_column(comment="Degrees, north positive (WGS 84).")
    longitude: Mapped[float | None] = mapped_column(comment="Degrees, east positive (WGS 84).")
    altitude: Mapped[float | None] = mapped_column(comment="Metres above the sea.")
    country_code: Mapped[str | None] = mapped_column(
        String(2), comment="ISO 3166-1, of the place_ coordinates; null: at sea, or not known."
    )
    region: Mapped[str | None] = mapped_column(
        Text, comment="Of the first order, in GeoNames' words; null: none is near."
    )
    town: Mapped[str | None] = mapped_column(Text, comment="As region.")
    place_latitude: Mapped[float | None] = mapped_column(
        comment="For which country, region and town were looked up; another: not named yet."
    )
    place_longitude: Mapped[float | None] = mapped_column(comment="As place_latitude.")
    rating: Mapped[int | None] = mapped_column(
        SmallInteger, comment="Stars, 1 to 5, as the file says; -1: rejected. Null: none."
    )
    caption: Mapped[str | None] = mapped_column(
        Text, comment="What the file itself says of the picture."
    )
    title: Mapped[str | None] = mapped_column(
        Text, comment="As its person says; empty: none. Null: as its file says."
    )
    file_title: Mapped[str | None] = mapped_column(Text, comment="As the file says; null: none.")
    is_animated: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="Moves: a GIF or WebP of several frames."
    )

    motion_bytes: Mapped[int | None] = mapped_column(
        comment="Of its moving part, motion.mp4: a copy of bytes within the original."
    )
    motion_milliseconds: Mapped[int | None] = mapped_column(
        comment="How long its moving part or a video plays, as it says; null: it does not say."
    )
    content_identifier: Mapped[str | None] = mapped_column(
        String(64), comment="What the still and the video of one Live Photo have in common."
    )
    moving_part_id: Mapped[UUID | None] = mapped_column(
        comment="Of a still: the image that is its moving part, in state joined."
    )

    receipt_at: Mapped[datetime | None] = mapped_column(
        comment="When S3 took the original in; it had then compared the bytes with sha256."
    )
    receipt_by: Mapped[str | None] = mapped_column(
        String(8), comment="Who compared: s3 at the upload, or the worker what came in parts."
    )
    crc32: Mapped[int | None] = mapped_column(
        BigInteger, comment="Of the original, unsigned: a zip says it before the bytes."
    )
    attempts: Mapped[int] = mapped_column(
        SmallInteger, default=0, comment="How often its development was begun."
    )
    decoder_version: Mapped[int] = mapped_column(
        SmallInteger,
        default=0,
        server_default="0",
        comment="Of the decoders that it was last decoded by; 0: before they had one.",
    )

    leased_until: Mapped[datetime | None] = mapped_column(
        comment="Until then a worker is at it, unless it says so again."
    )
    swept_at: Mapped[datetime | None] = mapped_column(comment="When the sweep last took it up.")

    description_state: Mapped[str] = mapped_column(String(16), default=DescriptionState.NONE)
    description_asked_at: Mapped[datetime | None] = mapped_column(
        comment="When a model was last asked for one."
    )
    description_leased_until: Mapped[datetime | None] = mapped_column(
        comment="Until then a model is being asked."
    )
    description_attempts: Mapped[int] = mapped_column(
        SmallInteger,
        default=0,
        server_default="0",
        comment="How often a model was begun to be asked for the one that it waits for.",
    )
    description_failure: Mapped[str | None] = mapped_column(String(40))
    current_description_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("descriptions.id", ondelete="SET NULL", use_alter=True),
        comment="The version that people see.",
    )

    @classmethod
    def owned_by(cls, user: User | Owner) -> ColumnElement[bool]:
        """The condition that every query on a person's behalf carries."""
        return cls.owner_id == user.id

    @classmethod
    def place_is_named(cls) -> ColumnElement[bool]:
        """Whether country, region and town are those of latitude and longitude."""
        return ~or_(
            cls.latitude.is_distinct_from(cls.place_latitude),
            cls.longitude.is_distinct_from(cls.place_longitude),
        )

    # [Note: Titles] A person's words win, and what the file says is kept beside them: no list is
    # sorted or counted by titles, so both stand here, and nothing has to keep them in step.
    @classmethod
    def shown_title(cls) -> ColumnElement[str | None]:
        """What its person calls it, or else its file; null: nothing."""
        return func.nullif(func.coalesce(cls.title, cls.file_title), "")

    @classmethod
    def is_video(cls) -> ColumnElement[bool]:
        """It is played as it is."""
        return cls.content_type.like("video/%")

    @classmethod
    def has_moving_part(cls) -> ColumnElement[bool]:
        """A still that something moving belongs to, within its file or beside it."""
        return or_(cls.motion_bytes.is_not(None), cls.moving_part_id.is_not(None))

    @classmethod
    def in_library(cls) -> ColumnElement[bool]:
        """Stored and not deleted."""
        return cls.deleted_at.is_(None) & cls.state.in_(SHOWN)

    @classmethod
    def in_view(cls, view: View) -> ColumnElement[bool]:
        """See [Note: Views]."""
        conditions: dict[View, ColumnElement[bool]] = {
            View.TIMELINE: cls.archived_at.is_(None) & ~cast("ColumnElement[bool]", cls.is_folded),
            View.ARCHIVE: cls.archived_at.is_not(None),
            View.FAVOURITES: cast("ColumnElement[bool]", cls.favourite),
        }
        return conditions[view] & cls.in_library()

    @classmethod
    def is_unarchived(cls) -> ColumnElement[bool]:
        """In the timeline, or folded there: see [Note: Stacks]."""
        return cls.archived_at.is_(None) & cls.in_library()


class Description(Base):
    """One version of what is said about a picture. Versions are added, never changed.

    See [Note: Ten versions] in versions.py.
    """

    __tablename__ = "descriptions"
    __table_args__ = (
        one_of("source", DescriptionSource),
        {
            "comment": "Versions of descriptions: of each picture the last 10 by models, and the"
            " last 10 by people."
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    image_id: Mapped[UUID] = mapped_column(ForeignKey("images.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(16))
    alt_text: Mapped[str] = mapped_column(Text, comment="One sentence, for screen readers.")
    text: Mapped[str] = mapped_column(Text, comment="A longer description.")
    visible_text: Mapped[str] = mapped_column(Text, comment="Writing seen in the picture.")
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    model: Mapped[str | None] = mapped_column(String(100), comment="Null: written by a person.")
    prompt_version: Mapped[str | None] = mapped_column(String(20))
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    is_demo: Mapped[bool] = mapped_column(default=False, comment="Made by the stand-in model.")
    created_at: Mapped[datetime] = mapped_column(default=now)
