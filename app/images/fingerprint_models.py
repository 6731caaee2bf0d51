"""Tables of fingerprints, of which pictures look alike, and of which do not to their person."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Base
from app.media.fingerprints import WAVES


class FingerprintState(StrEnum):
    """How far a picture is on its way to those that look like it."""

    MISSING = "missing"  # it was there before fingerprints were, and is made from its preview
    NEW = "new"  # to be compared with those that came before
    COMPARED = "compared"
    NONE = "none"  # too flat to be compared, or it cannot be seen


# [Note: Bands of hashes] Which pictures to compare is found by an index and not by pairs. Of the 63
# bits of a hash, 16 are a band, and there are six: the waves of low frequency, which cropping
# changes least, and every second and every third one. Where any band of a picture's window is that
# of another's middle, they may look alike. An index for each band finds these: of pictures that
# have nothing to do with each other, a few in a thousand. The indexes are of a table that has the
# hashes alone, since the rows that have the grey pictures fill a page by twelve. Their keys are one
# number, `band_key`: 32 bits of a hash of the owner, and 32 of one of the band. So no index but the
# band's own can answer, whatever the planner knows of the owner; who reads asks for the owner too.
_BANDS = (
    range(16),
    range(0, 32, 2),
    range(1, 32, 2),
    range(16, 32),
    range(2, 50, 3),
    range(4, 52, 3),
)
BANDS = tuple(sum(1 << (WAVES - 1 - wave) for wave in band) for band in _BANDS)


def _band_index(number: int) -> Index:
    return Index(
        f"ix_middle_hashes_band_{number}",
        text(f"band_key(owner_id, middle & {BANDS[number]}::bigint)"),
    )


class FingerprintRow(Base):
    """The fingerprint of an image, as app/media/fingerprints.py explains it.

    A trigger adds a row in state `missing` for each image that becomes ready (migration 0047);
    whoever processes it fills that in.
    """

    __tablename__ = "fingerprints"
    __table_args__ = (
        CheckConstraint("state IN ('missing', 'new', 'compared', 'none')", name="state"),
        CheckConstraint(
            "(state IN ('new', 'compared')) = (middle IS NOT NULL AND grey IS NOT NULL)",
            name="middle",
        ),
        Index(
            "ix_fingerprints_missing",
            "owner_id",
            "image_id",
            postgresql_where=text("state = 'missing'"),
        ),
        Index(
            "ix_fingerprints_new", "owner_id", "image_id", postgresql_where=text("state = 'new'")
        ),
        Index(
            "ix_fingerprints_groups",
            "owner_id",
            "group_id",
            "image_id",
            postgresql_where=text("group_id IS NOT NULL"),
        ),
        {"comment": "By which look-alikes are found; one row for each picture that was ready."},
    )

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(comment="As of the image.")
    state: Mapped[str] = mapped_column(
        String(8), default=FingerprintState.MISSING, server_default="missing"
    )
    tried_at: Mapped[datetime | None] = mapped_column(
        comment="When a worker last began to make it from the preview."
    )
    grey: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="The picture in 24 by 24 shades, a byte each."
    )
    middle: Mapped[int | None] = mapped_column(
        BigInteger, comment="The hash of its middle: see [Note: Bands of hashes]."
    )
    windows: Mapped[list[int] | None] = mapped_column(
        ARRAY(BigInteger), comment="Hashes of all its windows, until it was compared."
    )
    group_id: Mapped[UUID | None] = mapped_column(
        comment="Pictures with the same look alike: see [Note: Groups]."
    )

    @classmethod
    def owned_by(cls, user: User | Owner) -> ColumnElement[bool]:
        """The condition that every query on a person's behalf carries."""
        return cls.owner_id == user.id


class MiddleHash(Base):
    """The hash of a fingerprint's middle once more, to be found: whoever compares adds it."""

    __tablename__ = "middle_hashes"
    __table_args__ = (
        *(_band_index(number) for number in range(len(BANDS))),
        {"comment": "Hashes of the fingerprints that others are compared with."},
    )

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("fingerprints.image_id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(comment="As of the image.")
    middle: Mapped[int] = mapped_column(BigInteger, comment="As of the fingerprint.")


class UnalikePair(Base):
    """That a person said of two pictures that they are not the same one."""

    __tablename__ = "unalike_pairs"
    __table_args__ = (
        CheckConstraint("image_id < other_id", name="order"),
        Index("ix_unalike_pairs_other_id", "other_id"),
        {"comment": "Pictures that are not shown as look-alikes again: their person said so."},
    )

    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True
    )
