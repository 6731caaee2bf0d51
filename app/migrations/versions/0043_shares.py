"""Share links; see app/sharing/models.py."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing is shared yet."""
    op.create_table(
        "shares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "album_id",
            sa.Uuid(),
            nullable=True,
            comment="Which album it shows; null: the images of share_images.",
        ),
        sa.Column(
            "token_hash",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 of the token in the link, which is nowhere.",
        ),
        sa.Column(
            "name",
            sa.String(100),
            nullable=False,
            comment="What its owner calls it; no visitor is told.",
        ),
        sa.Column(
            "title", sa.String(200), nullable=False, comment="Visitors read it; may be empty."
        ),
        sa.Column("note", sa.Text(), nullable=False, comment="Visitors read it; may be empty."),
        sa.Column(
            "password_hash",
            sa.String(255),
            nullable=True,
            comment="argon2id; null: the link alone opens it.",
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="It opens no more from then on.",
        ),
        _off("allow_downloads", "Whether visitors may save originals."),
        _off("show_dates", "Whether visitors see when images were taken."),
        _off("show_descriptions", "Whether visitors see alt texts and descriptions."),
        _off("show_names", "Whether visitors see names of files."),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "visits",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="How often it was opened, by others than its owner.",
        ),
        sa.Column(
            "last_visit_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was last opened so.",
        ),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_shares_token_hash")),
        sa.CheckConstraint("char_length(title) <= 200", name=op.f("ck_shares_title")),
        sa.CheckConstraint("char_length(note) <= 2000", name=op.f("ck_shares_note")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_shares_owner_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["album_id"], ["albums.id"], name=op.f("fk_shares_album_id_albums"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_shares_token_hash")),
        comment="Share links that were not ended: at most 500 of a person.",
    )
    op.create_index(op.f("ix_shares_owner_id"), "shares", ["owner_id"])
    op.create_index(op.f("ix_shares_album_id"), "shares", ["album_id"])
    op.create_table(
        "share_images",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position",
            sa.Integer(),
            nullable=False,
            comment="Newest first, as it was when the link was made.",
        ),
        sa.ForeignKeyConstraint(
            ["share_id"],
            ["shares.id"],
            name=op.f("fk_share_images_share_id_shares"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_share_images_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("share_id", "image_id", name=op.f("pk_share_images")),
        comment="What links to a selection show: at most 100,000 entries of a person.",
    )
    op.create_index("ix_share_images_in_order", "share_images", ["share_id", "position"])
    op.create_index("ix_share_images_image_id", "share_images", ["image_id"])


def downgrade() -> None:
    """End all links."""
    op.drop_table("share_images")
    op.drop_table("shares")


def _off(name: str, comment: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False, comment=comment)
