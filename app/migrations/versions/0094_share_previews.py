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
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column(
            "jpeg",
            sa.LargeBinary(),
            nullable=False,
            comment="What whoever knows the link's id may see; without metadata.",
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
        sa.PrimaryKeyConstraint("share_id", name=op.f("pk_share_previews")),
        comment="Previews of share links, for messengers. Only of links without a password.",
    )


def downgrade() -> None:
    """Links have no previews."""
    op.drop_table("share_previews")
