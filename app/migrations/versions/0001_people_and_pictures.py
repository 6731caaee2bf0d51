"""People and pictures: the first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "email",
            sa.String(length=254),
            nullable=False,
            comment="Normalised: trimmed, NFC, lower case.",
        ),
        sa.Column(
            "password_hash",
            sa.String(length=255),
            nullable=False,
            comment="argon2id, with its settings.",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "descriptions_enabled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the person agreed that a model sees reduced copies; null: they did not.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        comment="People with an account.",
    )
    op.create_table(
        "images",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "name",
            sa.String(length=255),
            nullable=False,
            comment="What the file was called. Display text: never part of a key.",
        ),
        sa.Column("byte_size", sa.BigInteger(), nullable=False),
        sa.Column(
            "sha256",
            sa.LargeBinary(),
            nullable=False,
            comment="Of the original; the upload's signature covers it.",
        ),
        sa.Column(
            "content_type",
            sa.String(length=40),
            nullable=False,
            comment="As declared until developed, then as detected.",
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column(
            "failure_code",
            sa.String(length=40),
            nullable=True,
            comment="Why it is damaged or rejected.",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "stored_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the original had arrived.",
        ),
        sa.Column(
            "deleted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="In Recently deleted since; purged 30 days later.",
        ),
        sa.Column("width", sa.Integer(), nullable=True, comment="Pixels, upright."),
        sa.Column("height", sa.Integer(), nullable=True, comment="Pixels, upright."),
        sa.Column(
            "thumbhash",
            sa.LargeBinary(),
            nullable=True,
            comment="Colour placeholder, about 25 bytes.",
        ),
        sa.Column(
            "has_preview",
            sa.Boolean(),
            nullable=False,
            comment="Whether thumbnail.webp and preview.webp exist.",
        ),
        sa.Column(
            "timeline_at",
            sa.DateTime(),
            nullable=False,
            comment="Its place in the timeline: wall clock when taken, else UTC when uploaded.",
        ),
        sa.Column(
            "taken_at",
            sa.DateTime(),
            nullable=True,
            comment="Wall clock at the place it was taken.",
        ),
        sa.Column(
            "taken_offset_minutes",
            sa.SmallInteger(),
            nullable=True,
            comment="That clock's offset from UTC, where the camera recorded it.",
        ),
        sa.Column("camera_make", sa.String(length=100), nullable=True),
        sa.Column("camera_model", sa.String(length=100), nullable=True),
        sa.Column("lens", sa.String(length=100), nullable=True),
        sa.Column(
            "exposure_time", sa.String(length=20), nullable=True, comment="Seconds, as 1/125."
        ),
        sa.Column("f_number", sa.Double(), nullable=True),
        sa.Column("iso", sa.Integer(), nullable=True),
        sa.Column("focal_length", sa.Double(), nullable=True, comment="Millimetres."),
        sa.Column(
            "attempts",
            sa.SmallInteger(),
            nullable=False,
            comment="How often its development was begun.",
        ),
        sa.Column("description_state", sa.String(length=16), nullable=False),
        sa.Column(
            "description_asked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When a model was last asked for one.",
        ),
        sa.Column("description_failure", sa.String(length=40), nullable=True),
        sa.Column(
            "current_description_id",
            sa.Uuid(),
            nullable=True,
            comment="The version that people see.",
        ),
        sa.CheckConstraint(
            "description_state IN ('none', 'waiting', 'done', 'failed')",
            name=op.f("ck_images_description_state"),
        ),
        sa.CheckConstraint(
            "state IN ('uploading', 'processing', 'ready', 'damaged', 'rejected')",
            name=op.f("ck_images_state"),
        ),
        sa.CheckConstraint("byte_size > 0", name=op.f("ck_images_byte_size")),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_images_sha256")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_images_owner_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_images")),
        sa.UniqueConstraint("owner_id", "sha256", name=op.f("uq_images_owner_id_sha256")),
        comment="Pictures, from the promise of a place until they are purged.",
    )
    op.create_index(
        "ix_images_deleted",
        "images",
        ["owner_id", sa.literal_column("deleted_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_images_description_waiting",
        "images",
        ["description_asked_at"],
        unique=False,
        postgresql_where=sa.text("description_state = 'waiting'"),
    )
    op.create_index(
        "ix_images_timeline",
        "images",
        ["owner_id", sa.literal_column("timeline_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text(
            "deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')"
        ),
    )
    op.create_index(
        "ix_images_unsettled",
        "images",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('uploading', 'processing', 'rejected')"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "token_hash",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 of the 256-bit token in the cookie.",
        ),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=False, comment="Never extended."
        ),
        sa.Column("user_agent", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sessions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
        comment="Signed-in browsers; a deleted row is signed out at once.",
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "descriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column(
            "alt_text", sa.Text(), nullable=False, comment="One sentence, for screen readers."
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="A longer description."),
        sa.Column(
            "visible_text", sa.Text(), nullable=False, comment="Writing seen in the picture."
        ),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "model", sa.String(length=100), nullable=True, comment="Null: written by a person."
        ),
        sa.Column("prompt_version", sa.String(length=20), nullable=True),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False, comment="Made by the stand-in model."),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source IN ('model', 'person')", name=op.f("ck_descriptions_source")),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_descriptions_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_descriptions")),
        comment="Versions of descriptions, by models and by people.",
    )
    op.create_index(op.f("ix_descriptions_image_id"), "descriptions", ["image_id"], unique=False)
    # Images and descriptions name each other, so one of the two keys comes last.
    op.create_foreign_key(
        op.f("fk_images_current_description_id_descriptions"),
        "images",
        "descriptions",
        ["current_description_id"],
        ["id"],
        ondelete="SET NULL",
    )


def downgrade() -> None:
    op.drop_constraint(
        op.f("fk_images_current_description_id_descriptions"), "images", type_="foreignkey"
    )
    op.drop_index(op.f("ix_descriptions_image_id"), table_name="descriptions")
    op.drop_table("descriptions")
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(
        "ix_images_unsettled",
        table_name="images",
        postgresql_where=sa.text("state IN ('uploading', 'processing', 'rejected')"),
    )
    op.drop_index(
        "ix_images_timeline",
        table_name="images",
        postgresql_where=sa.text(
            "deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')"
        ),
    )
    op.drop_index(
        "ix_images_description_waiting",
        table_name="images",
        postgresql_where=sa.text("description_state = 'waiting'"),
    )
    op.drop_index(
        "ix_images_deleted", table_name="images", postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.drop_table("images")
    op.drop_table("users")
