"""What people correct: [Note: Corrections] in app/images/correction_models.py."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nobody has corrected anything yet."""
    op.add_column(
        "images",
        sa.Column(
            "is_corrected",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Whether its person says otherwise than its file: there is a correction.",
        ),
    )
    op.create_table(
        "corrections",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column(
            "has_taken",
            sa.Boolean(),
            nullable=False,
            comment="Whether the person set date and time.",
        ),
        sa.Column(
            "taken_at",
            sa.DateTime(timezone=False),
            nullable=True,
            comment="Wall clock, as the person says.",
        ),
        sa.Column(
            "taken_offset_minutes",
            sa.SmallInteger(),
            nullable=True,
            comment="Of that clock from UTC, as the person says; null: not known.",
        ),
        sa.Column(
            "file_taken_at",
            sa.DateTime(timezone=False),
            nullable=True,
            comment="Wall clock, as the file says.",
        ),
        sa.Column(
            "file_taken_offset_minutes",
            sa.SmallInteger(),
            nullable=True,
            comment="As the file says.",
        ),
        sa.Column(
            "file_timeline_at",
            sa.DateTime(timezone=False),
            nullable=False,
            comment="Its place in the timeline without the correction.",
        ),
        sa.Column(
            "has_rating", sa.Boolean(), nullable=False, comment="Whether the person set stars."
        ),
        sa.Column(
            "rating",
            sa.SmallInteger(),
            nullable=True,
            comment="As the person says; null: none.",
        ),
        sa.Column("file_rating", sa.SmallInteger(), nullable=True, comment="As the file says."),
        sa.Column(
            "has_location",
            sa.Boolean(),
            nullable=False,
            comment="Whether the person set the place.",
        ),
        sa.Column(
            "latitude",
            sa.Float(),
            nullable=True,
            comment="Degrees, as the person says; null: no place.",
        ),
        sa.Column("longitude", sa.Float(), nullable=True, comment="Degrees, as the person says."),
        sa.Column("file_latitude", sa.Float(), nullable=True, comment="As the file says."),
        sa.Column("file_longitude", sa.Float(), nullable=True, comment="As the file says."),
        sa.Column("file_altitude", sa.Float(), nullable=True, comment="Metres, as the file says."),
        sa.CheckConstraint(
            "NOT has_taken OR taken_at IS NOT NULL", name=op.f("ck_corrections_taken")
        ),
        sa.CheckConstraint(
            "rating = -1 OR rating BETWEEN 1 AND 5", name=op.f("ck_corrections_rating")
        ),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_corrections_location")
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_corrections_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_corrections")),
        comment="What people corrected of images, and what the files say; kept apart.",
    )


def downgrade() -> None:
    """Forget what files say of corrected images: what people said stays, as if the files did."""
    op.drop_table("corrections")
    op.drop_column("images", "is_corrected")
