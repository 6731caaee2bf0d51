"""An index of the sendings of each batch."""

from alembic import op

from app.migrations.online import create_index

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_index(
        "ix_model_calls_of_batch", "model_calls (batch_id, image_id) WHERE batch_id IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_model_calls_of_batch", table_name="model_calls")
