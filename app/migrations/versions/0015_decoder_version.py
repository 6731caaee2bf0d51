"""By which version of the decoders a picture was decoded, so that a newer one tries again."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OURS = (
    "'decoder_crashed', 'out_of_memory', 'processing_failed', 'shown_small', 'too_slow',"
    " 'undecodable'"
)


def upgrade() -> None:
    """Add the column: what is there was decoded by none that has a number."""
    op.add_column(
        "images",
        sa.Column(
            "decoder_version",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="Of the decoders that it was last decoded by; 0: before they had one.",
        ),
    )
    op.drop_index("ix_images_given_up", table_name="images")
    op.create_index(
        "ix_images_not_shown",
        "images",
        ["decoder_version"],
        postgresql_where=sa.text(f"state = 'damaged' AND failure_code IN ({_OURS})"),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_images_not_shown", table_name="images")
    op.create_index(
        "ix_images_given_up",
        "images",
        ["owner_id"],
        postgresql_where=sa.text("failure_code = 'processing_failed'"),
    )
    op.drop_column("images", "decoder_version")
