"""Uploads in parts: what was promised of each part, and S3's name for the whole."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; old code leaves them empty and takes every file whole."""
    op.add_column(
        "images",
        sa.Column(
            "upload_id",
            sa.Text(),
            nullable=True,
            comment="S3's, of the upload in parts that is open; told to nobody.",
        ),
    )
    op.add_column(
        "images",
        sa.Column(
            "part_size",
            sa.Integer(),
            nullable=True,
            comment="Bytes of each part but the last, while an upload in parts is open.",
        ),
    )
    op.add_column(
        "images",
        sa.Column(
            "part_checksums",
            sa.LargeBinary(),
            nullable=True,
            comment="SHA-256 of each part as promised, one after the other.",
        ),
    )


def downgrade() -> None:
    """Take them away; what is open is dropped by the bucket after a day."""
    for name in ("part_checksums", "part_size", "upload_id"):
        op.drop_column("images", name)
