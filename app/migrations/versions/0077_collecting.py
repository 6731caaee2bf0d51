"""Links by which guests add pictures to an album; see app/images/collected_models.py.

The former release knows neither table: a link that shows guests nothing is to no album there, and
so to no picture.
"""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0080"
branch_labels = None
depends_on = None

_members = import_module("app.migrations.versions.0066_members_in_bounds")
_USED = "'confirmed', "
_KINDS = "'guest_pictures_added', 'guest_pictures_accepted', 'guest_pictures_declined', "
_OF_MEMBERS: str = _members._KINDS  # noqa: SLF001 - what it has added
FORMER: str = _members.FORMER.replace(_USED, f"{_USED}{_OF_MEMBERS}")
FUNCTION: str = FORMER.replace(_USED, f"{_USED}{_KINDS}")


def upgrade() -> None:
    """Make the tables; no guest adds anything yet."""
    op.create_table(
        "share_collections",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "album_id",
            sa.Uuid(),
            nullable=False,
            comment="Where to. The link's own album is null where guests do not see the others'.",
        ),
        sa.Column(
            "is_reviewed",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="Whether its owner looks at pictures before they are in the album.",
        ),
        sa.Column(
            "max_pictures", sa.Integer(), nullable=False, comment="That guests may add in all."
        ),
        sa.Column("max_bytes", sa.BigInteger(), nullable=False, comment="Of these together."),
        sa.Column(
            "taken_pictures",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Promised to guests or arrived.",
        ),
        sa.Column(
            "taken_bytes",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Of these.",
        ),
        sa.CheckConstraint(
            "max_pictures BETWEEN 1 AND 2000", name=op.f("ck_share_collections_max_pictures")
        ),
        sa.CheckConstraint("max_bytes > 0", name=op.f("ck_share_collections_max_bytes")),
        _key("share_collections", "share_id", "shares", "CASCADE"),
        _key("share_collections", "owner_id", "users", "CASCADE"),
        _key("share_collections", "album_id", "albums", "CASCADE"),
        sa.PrimaryKeyConstraint("share_id", name=op.f("pk_share_collections")),
        comment="Share links by which guests add pictures to an album, with their bounds.",
    )
    for column in ("owner_id", "album_id"):
        op.create_index(op.f(f"ix_share_collections_{column}"), "share_collections", [column])
    op.create_table(
        "collected_images",
        sa.Column(
            "id", sa.Uuid(), nullable=False, comment="Also of its image, where one was made."
        ),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="Whose the album is."),
        sa.Column(
            "share_id", sa.Uuid(), nullable=True, comment="By which link; null: it was ended."
        ),
        sa.Column("album_id", sa.Uuid(), nullable=True, comment="Where to."),
        sa.Column(
            "image_id",
            sa.Uuid(),
            nullable=True,
            comment="What it is in the library; another id than its own: its owner had it before.",
        ),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("name", sa.String(255), nullable=False, comment="Of its file."),
        sa.Column("content_type", sa.String(40), nullable=False),
        sa.Column("byte_size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column(
            "taken_hint",
            sa.DateTime(timezone=False),
            nullable=True,
            comment="As of images: when the file was last changed.",
        ),
        sa.Column(
            "added_by",
            sa.String(60),
            nullable=False,
            comment="What the guest calls themselves; nobody proved it.",
        ),
        sa.Column(
            "was_in_album",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Whether its album had it before it was accepted.",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "look_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the sweep looks whether it has arrived.",
        ),
        sa.Column(
            "decided_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When its owner last decided.",
        ),
        sa.CheckConstraint(
            "state IN ('arriving', 'waiting', 'accepted', 'declined', 'gone')",
            name=op.f("ck_collected_images_state"),
        ),
        sa.CheckConstraint("byte_size > 0", name=op.f("ck_collected_images_byte_size")),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_collected_images_sha256")),
        _key("collected_images", "owner_id", "users", "CASCADE"),
        _key("collected_images", "share_id", "shares", "SET NULL"),
        _key("collected_images", "album_id", "albums", "SET NULL"),
        _key("collected_images", "image_id", "images", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collected_images")),
        comment="Pictures that guests sent by share links: what became of each, and who said.",
    )
    for column in ("share_id", "album_id", "image_id"):
        op.create_index(op.f(f"ix_collected_images_{column}"), "collected_images", [column])
    op.create_index(
        "ix_collected_images_arriving",
        "collected_images",
        ["owner_id", "look_at"],
        postgresql_where=sa.text("state = 'arriving'"),
    )
    op.create_index(
        "ix_collected_images_in_order",
        "collected_images",
        ["owner_id", "state", sa.text("created_at DESC"), sa.text("id DESC")],
    )
    op.create_index(
        "ix_collected_images_over",
        "collected_images",
        ["created_at"],
        postgresql_where=sa.text("image_id IS NULL"),
    )
    op.execute(FUNCTION.format(schema=_schema()))


def downgrade() -> None:
    """End these links; what waits for review goes to Recently deleted."""
    op.execute("UPDATE images SET deleted_at = now() WHERE deleted_at > now() + interval '1 year'")
    op.execute(FORMER.format(schema=_schema()))
    op.execute("DELETE FROM shares WHERE id IN (SELECT share_id FROM share_collections)")
    op.drop_table("collected_images")
    op.drop_table("share_collections")


def _key(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}_{target}"),
        ondelete=ondelete,
    )


def _schema() -> str:
    found: str = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    return found
