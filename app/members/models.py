"""Tables of people whom albums and libraries are shared with, and of the images that they add."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

import app.images.album_models
import app.images.models  # noqa: F401 - their tables are what keys here point to
from app.accounts.email_address import LONGEST_ADDRESS
from app.database import Base, now


def _off(comment: str | None = None) -> Mapped[bool]:
    return mapped_column(default=False, server_default=false(), comment=comment)


class SharedAlbum(Base):
    """What the members of an album may see beside its pictures."""

    __tablename__ = "shared_albums"
    __table_args__ = ({"comment": "Albums that people were invited to, and what members see."},)

    album_id: Mapped[UUID] = mapped_column(
        ForeignKey("albums.id", ondelete="CASCADE"), primary_key=True
    )
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    show_dates: Mapped[bool] = mapped_column(
        default=True, server_default=true(), comment="Whether members see when images were taken."
    )
    show_descriptions: Mapped[bool] = _off("Whether members see alt texts and descriptions.")
    show_names: Mapped[bool] = _off("Whether they see names of files.")
    show_places: Mapped[bool] = _off("Whether they see towns.")
    allow_originals: Mapped[bool] = _off("Whether members may save originals.")


class AlbumMember(Base):
    """An invitation to an album and, once it is accepted, the membership.

    See app/members/access.py for what it opens.
    """

    __tablename__ = "album_members"
    __table_args__ = (
        CheckConstraint("role IN ('viewer', 'contributor')", name="role"),
        CheckConstraint("(member_id IS NULL) = (accepted_at IS NULL)", name="accepted"),
        UniqueConstraint("album_id", "email"),
        UniqueConstraint("album_id", "member_id"),
        Index("ix_album_members_of_album", "album_id", "created_at"),
        # For the sweep, which deletes those that nobody accepted in time.
        Index("ix_album_members_open", "created_at", postgresql_where=text("accepted_at IS NULL")),
        {"comment": "Who was invited to which album, or is in it: at most 1,000 of an owner."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    album_id: Mapped[UUID] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"))
    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True, comment="Whose album it is."
    )
    email: Mapped[str] = mapped_column(
        String(LONGEST_ADDRESS), index=True, comment="Who was invited, whether there is an account."
    )
    member_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"),
        index=True,
        comment="Which account accepted; null: none has, and the row opens nothing.",
    )
    role: Mapped[str] = mapped_column(
        String(12), comment="viewer: looks. contributor: adds pictures of their own, too."
    )
    created_at: Mapped[datetime] = mapped_column(default=now)
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None] = mapped_column(
        comment="Shown to its invitee no more; its owner is not told."
    )
    seen_at: Mapped[datetime | None] = mapped_column(comment="When the member last looked.")


class AlbumContribution(Base):
    """That a member added an image of their own to somebody's album."""

    __tablename__ = "album_contributions"
    __table_args__ = (
        {
            "comment": "Images that members added to albums of others: at most 2,000 of a member in"
            " an album, 5,000 in one, 50,000 in all of an owner. They go with the membership."
        },
    )

    album_id: Mapped[UUID] = mapped_column(
        ForeignKey("albums.id", ondelete="CASCADE"), primary_key=True
    )
    image_id: Mapped[UUID] = mapped_column(
        ForeignKey("images.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    membership_id: Mapped[UUID] = mapped_column(
        ForeignKey("album_members.id", ondelete="CASCADE"), index=True
    )
    added_at: Mapped[datetime] = mapped_column(default=now)
    # What the album showed when it was added: it shows no more of this image later.
    show_dates: Mapped[bool] = _off()
    show_descriptions: Mapped[bool] = _off()
    show_names: Mapped[bool] = _off()
    show_places: Mapped[bool] = _off()
    allow_originals: Mapped[bool] = _off()


class MemberBlock(Base):
    """That a person wants no invitations of another."""

    __tablename__ = "member_blocks"
    __table_args__ = ({"comment": "Whose invitations a person does not want: at most 500."},)

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    blocked_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    email: Mapped[str] = mapped_column(
        String(LONGEST_ADDRESS), comment="Theirs as it was then, to tell them by."
    )
    created_at: Mapped[datetime] = mapped_column(default=now)


class MemberPreferences(Base):
    """What a person wants of invitations; without a row, as the defaults say."""

    __tablename__ = "member_preferences"
    __table_args__ = ({"comment": "Whether a person is mailed about invitations."},)

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    wants_mail: Mapped[bool] = mapped_column(default=True, server_default=true())


class LibraryShare(Base):
    """An invitation to somebody's library from a day on and, once it is accepted, the grant.

    See app/members/libraries/access.py for what it opens.
    """

    __tablename__ = "library_shares"
    __table_args__ = (
        CheckConstraint("(partner_id IS NULL) = (accepted_at IS NULL)", name="accepted"),
        CheckConstraint("partner_id <> owner_id", name="another"),
        UniqueConstraint("owner_id", "email"),
        UniqueConstraint("owner_id", "partner_id"),
        # For the sweep, as of album_members.
        Index("ix_library_shares_open", "created_at", postgresql_where=text("accepted_at IS NULL")),
        {"comment": "Whom a library is shared with, as a whole or from a day on: at most 20."},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), comment="Whose library it is."
    )
    email: Mapped[str] = mapped_column(
        String(LONGEST_ADDRESS), index=True, comment="Who was invited, whether there is an account."
    )
    partner_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"),
        index=True,
        comment="Which account accepted; null: none has, and the row opens nothing.",
    )
    since: Mapped[date | None] = mapped_column(
        Date, comment="Pictures taken from this day on are shared; null: all."
    )
    show_descriptions: Mapped[bool] = _off("Whether they see alt texts and descriptions.")
    show_names: Mapped[bool] = _off("Whether they see names of files.")
    show_places: Mapped[bool] = _off("Whether they see towns.")
    allow_originals: Mapped[bool] = _off("Whether they may save originals.")
    created_at: Mapped[datetime] = mapped_column(default=now)
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None] = mapped_column(
        comment="Shown to its invitee no more; its owner is not told."
    )
