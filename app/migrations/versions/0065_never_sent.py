"""Pictures and albums that are never sent to a model, and to whom a person agreed to send."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Alone, since every request reads `users`: see [Note: Migrations online].
    with op.get_context().autocommit_block():
        op.add_column(
            "users",
            sa.Column(
                "descriptions_host",
                sa.String(255),
                nullable=True,
                comment="The host that they agreed to send to; null: they agreed before it was"
                " kept.",
            ),
            if_not_exists=True,
        )
    op.create_table(
        "unsent_images",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("image_id"),
        comment="Pictures that are never sent to a model, as their person says.",
    )
    op.create_index("ix_unsent_images_owner_id", "unsent_images", ["owner_id"])
    op.create_table(
        "unsent_albums",
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["album_id"], ["albums.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("album_id"),
        comment="Albums whose pictures are never sent to a model, as their person says.",
    )
    op.create_index("ix_unsent_albums_owner_id", "unsent_albums", ["owner_id"])


def downgrade() -> None:
    op.drop_column("users", "descriptions_host")
    op.drop_table("unsent_albums")
    op.drop_table("unsent_images")
