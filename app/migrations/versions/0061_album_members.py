"""Albums shared with people of the site; see app/members/models.py."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing is shared with anybody yet."""
    op.create_table(
        "shared_albums",
        _id("album_id"),
        _id("owner_id"),
        sa.Column(
            "show_dates",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="Whether members see when images were taken.",
        ),
        _off("show_descriptions", "Whether members see alt texts and descriptions."),
        _off("show_names", "Whether they see names of files."),
        _off("show_places", "Whether they see towns."),
        _off("allow_originals", "Whether members may save originals."),
        _key("shared_albums", "album_id", "albums"),
        _key("shared_albums", "owner_id", "users"),
        sa.PrimaryKeyConstraint("album_id", name=op.f("pk_shared_albums")),
        comment="Albums that people were invited to, and what members see.",
    )
    op.create_index(op.f("ix_shared_albums_owner_id"), "shared_albums", ["owner_id"])
    op.create_table(
        "album_members",
        _id("id"),
        _id("album_id"),
        _id("owner_id", comment="Whose album it is."),
        sa.Column(
            "email",
            sa.String(254),
            nullable=False,
            comment="Who was invited, whether there is an account.",
        ),
        _id(
            "member_id",
            nullable=True,
            comment="Which account accepted; null: none has, and the row opens nothing.",
        ),
        sa.Column(
            "role",
            sa.String(12),
            nullable=False,
            comment="viewer: looks. contributor: adds pictures of their own, too.",
        ),
        _moment("created_at", nullable=False),
        _moment("accepted_at"),
        _moment("declined_at", comment="Shown to its invitee no more; its owner is not told."),
        _moment("seen_at", comment="When the member last looked."),
        sa.CheckConstraint("role IN ('viewer', 'contributor')", name=op.f("ck_album_members_role")),
        sa.CheckConstraint(
            "(member_id IS NULL) = (accepted_at IS NULL)", name=op.f("ck_album_members_accepted")
        ),
        _key("album_members", "album_id", "albums"),
        _key("album_members", "owner_id", "users"),
        _key("album_members", "member_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_album_members")),
        sa.UniqueConstraint("album_id", "email", name=op.f("uq_album_members_album_id_email")),
        sa.UniqueConstraint(
            "album_id", "member_id", name=op.f("uq_album_members_album_id_member_id")
        ),
        comment="Who was invited to which album, or is in it: at most 1,000 of an owner.",
    )
    for column in ("owner_id", "email", "member_id"):
        op.create_index(op.f(f"ix_album_members_{column}"), "album_members", [column])
    op.create_index("ix_album_members_of_album", "album_members", ["album_id", "created_at"])
    op.create_table(
        "album_contributions",
        _id("album_id"),
        _id("image_id"),
        _id("membership_id"),
        _moment("added_at", nullable=False),
        *(
            _off(name)
            for name in (
                "show_dates",
                "show_descriptions",
                "show_names",
                "show_places",
                "allow_originals",
            )
        ),
        _key("album_contributions", "album_id", "albums"),
        _key("album_contributions", "image_id", "images"),
        _key("album_contributions", "membership_id", "album_members"),
        sa.PrimaryKeyConstraint("album_id", "image_id", name=op.f("pk_album_contributions")),
        comment="Images that members added to albums of others: at most 2,000 of a member in an"
        " album, 5,000 in one, 50,000 in all of an owner. They go with the membership.",
    )
    for column in ("image_id", "membership_id"):
        op.create_index(op.f(f"ix_album_contributions_{column}"), "album_contributions", [column])
    op.create_table(
        "member_blocks",
        _id("user_id"),
        _id("blocked_id"),
        sa.Column(
            "email",
            sa.String(254),
            nullable=False,
            comment="Theirs as it was then, to tell them by.",
        ),
        _moment("created_at", nullable=False),
        _key("member_blocks", "user_id", "users"),
        _key("member_blocks", "blocked_id", "users"),
        sa.PrimaryKeyConstraint("user_id", "blocked_id", name=op.f("pk_member_blocks")),
        comment="Whose invitations a person does not want: at most 500.",
    )
    op.create_index(op.f("ix_member_blocks_blocked_id"), "member_blocks", ["blocked_id"])
    op.create_table(
        "member_preferences",
        _id("user_id"),
        sa.Column("wants_mail", sa.Boolean(), server_default=sa.true(), nullable=False),
        _key("member_preferences", "user_id", "users"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_member_preferences")),
        comment="Whether a person is mailed about invitations.",
    )


def downgrade() -> None:
    """End all of it."""
    for table in (
        "member_preferences",
        "member_blocks",
        "album_contributions",
        "album_members",
        "shared_albums",
    ):
        op.drop_table(table)


def _id(name: str, *, nullable: bool = False, comment: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable, comment=comment)


def _moment(name: str, *, nullable: bool = True, comment: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def _off(name: str, comment: str | None = None) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False, comment=comment)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete="CASCADE"
    )
