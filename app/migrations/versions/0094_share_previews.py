"""Pictures that messengers show of a link, made by its owner."""

import sqlalchemy as sa
from alembic import op

revision = "0094"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table beside the links: lists of links read none of it."""
    op.create_table(
        "share_previews",
        sa.Column("id", sa.Uuid(), nullable=False, comment="What addresses name: /s/ID#TOKEN."),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column(
            "image_id",
            sa.Uuid(),
            nullable=False,
            comment="What it was made of: where the link does not show that, there is no preview.",
        ),
        sa.Column(
            "jpeg",
            sa.LargeBinary(),
            nullable=False,
            comment="What whoever knows the id may see; without metadata.",
        ),
        sa.Column("width", sa.SmallInteger(), nullable=False, comment="Pixels."),
        sa.Column("height", sa.SmallInteger(), nullable=False, comment="Pixels."),
        sa.CheckConstraint("octet_length(jpeg) <= 153600", name=op.f("ck_share_previews_jpeg")),
        sa.ForeignKeyConstraint(
            ["share_id"],
            ["shares.id"],
            name=op.f("fk_share_previews_share_id_shares"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_share_previews_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_previews")),
        sa.UniqueConstraint("share_id", name=op.f("uq_share_previews_share_id")),
        comment="Previews of share links, for messengers. Only of links without a password.",
    )
    op.create_index("ix_share_previews_image_id", "share_previews", ["image_id"])


def downgrade() -> None:
    """Links have no previews."""
    op.drop_table("share_previews")
