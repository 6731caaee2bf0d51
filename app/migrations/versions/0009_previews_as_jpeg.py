"""In which format a preview is: JPEG where a camera took it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_EXIST = "Whether thumbnail.webp and {} exist."


def upgrade() -> None:
    """Add the column; what is there, and what old code makes, is WebP."""
    op.add_column(
        "images",
        sa.Column(
            "preview_format",
            sa.String(4),
            server_default="webp",
            nullable=False,
            comment="How its key ends: jpg or webp.",
        ),
    )
    _say("the preview", instead_of="preview.webp")


def downgrade() -> None:
    """Take it away; pictures with a JPEG have to be developed again."""
    _say("preview.webp", instead_of="the preview")
    op.drop_column("images", "preview_format")


def _say(what: str, *, instead_of: str) -> None:
    op.alter_column(
        "images",
        "has_preview",
        existing_type=sa.Boolean(),
        existing_nullable=False,
        comment=_EXIST.format(what),
        existing_comment=_EXIST.format(instead_of),
    )
