"""Ways to sign in, limits, letters, and the record of what touched an account."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What was recorded is not changed any more, and goes with its person only: whoever deletes says
# whose record, in a setting of the transaction.
KEEP_THE_RECORD = """
CREATE FUNCTION keep_the_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('pinhole.forget', true) = OLD.user_id::text THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_the_record BEFORE UPDATE OR DELETE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION keep_the_record();
CREATE TRIGGER keep_the_whole_record BEFORE TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION keep_the_record();
"""
# Touches no value that was there before, so it asks for no copy of the database.
FIRST_PERSON_ADMINISTERS = """
UPDATE users SET is_administrator = true
  WHERE id = (SELECT id FROM users ORDER BY created_at, id LIMIT 1);
"""


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "user_id",
            sa.Uuid(),
            nullable=True,
            comment="Whose account; no key, since the record outlives the row. Null: nobody's.",
        ),
        sa.Column(
            "actor_id",
            sa.Uuid(),
            nullable=True,
            comment="Who did it, where it was not the person: an administrator.",
        ),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.String(length=255), nullable=False),
        sa.Column(
            "detail",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Never a secret, never what a picture shows.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        comment="What touched the safety of accounts; append-only.",
    )
    op.create_index(
        "ix_audit_events_user_id",
        "audit_events",
        ["user_id", sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "rate_limits",
        sa.Column(
            "key",
            sa.String(length=100),
            nullable=False,
            comment="What is limited, and a hash of whom.",
        ),
        sa.Column(
            "empty_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="GCRA's theoretical arrival time; a row in the past says nothing.",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limits")),
        comment="How far limits are used up, shared by every process.",
    )
    op.create_index(op.f("ix_rate_limits_empty_at"), "rate_limits", ["empty_at"], unique=False)
    op.create_table(
        "access_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "token_hash",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 of the token, which was shown once.",
        ),
        sa.Column(
            "last_four",
            sa.String(length=4),
            nullable=False,
            comment="The token's end, to tell it by.",
        ),
        sa.Column("scope", sa.String(length=8), nullable=False, comment="write includes read."),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("scope IN ('read', 'write')", name=op.f("ck_access_tokens_scope")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_access_tokens_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_tokens_token_hash")),
        comment="Personal access tokens of scripts; a deleted row is refused at once.",
    )
    op.create_index(op.f("ix_access_tokens_user_id"), "access_tokens", ["user_id"], unique=False)
    op.create_table(
        "identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "provider", sa.String(length=40), nullable=False, comment="Its name in the settings."
        ),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column(
            "email",
            sa.String(length=254),
            nullable=False,
            comment="What the provider last said, for display; matches nothing.",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_identities_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identities_issuer_subject")),
        comment="People at OpenID providers, known by issuer and subject.",
    )
    op.create_index(op.f("ix_identities_user_id"), "identities", ["user_id"], unique=False)
    op.create_table(
        "invites",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "token_hash",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 of the 256-bit token in the link.",
        ),
        sa.Column(
            "email",
            sa.String(length=254),
            nullable=True,
            comment="Whom it is for; null: whoever has the link.",
        ),
        sa.Column(
            "note", sa.String(length=100), nullable=False, comment="The inviter's own words."
        ),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["users.id"],
            name=op.f("fk_invites_created_by_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["used_by"], ["users.id"], name=op.f("fk_invites_used_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invites")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invites_token_hash")),
        comment="Links by which one person each may join.",
    )
    op.create_index(op.f("ix_invites_created_by"), "invites", ["created_by"], unique=False)
    op.create_index(op.f("ix_invites_used_by"), "invites", ["used_by"], unique=False)
    op.create_table(
        "known_devices",
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
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_known_devices_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_known_devices_token_hash")),
        comment="Browsers that signed in before; outlives the session, proves nothing.",
    )
    op.create_index(op.f("ix_known_devices_user_id"), "known_devices", ["user_id"], unique=False)
    op.create_table(
        "letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False, comment="Where it goes."),
        sa.Column(
            "user_id",
            sa.Uuid(),
            nullable=True,
            comment="Whom it is about; null where the request must not have looked.",
        ),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Never a token.",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "settled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was sent, or it was found that there is nothing to send.",
        ),
        sa.Column("failure", sa.String(length=100), nullable=True, comment="Why it was given up."),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_letters_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        comment="Mails to be written; kept a week after they were sent or given up.",
    )
    op.create_index(op.f("ix_letters_email"), "letters", ["email"], unique=False)
    op.create_index(
        "ix_letters_unsent",
        "letters",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index(op.f("ix_letters_user_id"), "letters", ["user_id"], unique=False)
    op.create_table(
        "one_time_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column(
            "token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the 256-bit token."
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_one_time_tokens_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_tokens_token_hash")),
        comment="What was begun and may be finished once: links in mails, sign-ins half done.",
    )
    op.create_index(
        op.f("ix_one_time_tokens_expires_at"), "one_time_tokens", ["expires_at"], unique=False
    )
    op.create_index(
        op.f("ix_one_time_tokens_user_id"), "one_time_tokens", ["user_id"], unique=False
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False, comment="COSE."),
        sa.Column(
            "sign_count",
            sa.BigInteger(),
            nullable=False,
            comment="Must grow where the authenticator counts (WebAuthn, 6.1.1).",
        ),
        sa.Column("transports", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "is_backed_up",
            sa.Boolean(),
            nullable=False,
            comment="Synced by its owner's password manager.",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_passkeys_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
        comment="WebAuthn credentials.",
    )
    op.create_index(op.f("ix_passkeys_user_id"), "passkeys", ["user_id"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "code_hash",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 of the person's id and the code.",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_recovery_codes_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_codes_code_hash")),
        comment="Codes for the loss of the second factor, each good once.",
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"], unique=False)
    op.create_table(
        "totps",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "sealed_secret",
            sa.LargeBinary(),
            nullable=False,
            comment="Encrypted with the site's secret key.",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "confirmed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When a first code was right; null: asks for nothing yet.",
        ),
        sa.Column(
            "last_step",
            sa.BigInteger(),
            nullable=False,
            comment="The time step last accepted: a code is good once.",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_totps_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_totps")),
        comment="Authenticator apps, one a person.",
    )
    op.add_column(
        "sessions",
        sa.Column(
            "fresh_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the person last proved who they are, for what asks for a recent proof.",
        ),
    )
    op.add_column(
        "sessions",
        sa.Column(
            "ip",
            sa.String(length=45),
            server_default="",
            nullable=False,
            comment="The address last seen.",
        ),
    )
    op.add_column(
        "users",
        sa.Column(
            "email_verified_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When a mail or the address's own provider proved it; null: nobody has.",
        ),
    )
    op.add_column(
        "users",
        sa.Column(
            "password_stands_alone",
            sa.Boolean(),
            server_default=sa.text("true"),
            nullable=False,
            comment="Long enough to be the only factor; a shorter one needs a second beside it.",
        ),
    )
    op.add_column(
        "users",
        sa.Column(
            "is_administrator", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    op.add_column(
        "users",
        sa.Column(
            "disabled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When an administrator shut the account; nobody signs in to it since.",
        ),
    )
    op.add_column(
        "users",
        sa.Column(
            "delete_after",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the account goes, as its person asked; null: it stays.",
        ),
    )
    op.alter_column(
        "users",
        "password_hash",
        existing_type=sa.VARCHAR(length=255),
        nullable=True,
        comment="argon2id, with its settings; null: signs in by other ways only.",
        existing_comment="argon2id, with its settings.",
    )
    op.execute(KEEP_THE_RECORD)
    op.execute(FIRST_PERSON_ADMINISTERS)


def downgrade() -> None:
    # An empty hash is right for no password, in the version before this one too.
    op.execute("UPDATE users SET password_hash = '' WHERE password_hash IS NULL")
    op.alter_column(
        "users",
        "password_hash",
        existing_type=sa.VARCHAR(length=255),
        nullable=False,
        comment="argon2id, with its settings.",
        existing_comment="argon2id, with its settings; null: signs in by other ways only.",
    )
    op.drop_column("users", "delete_after")
    op.drop_column("users", "disabled_at")
    op.drop_column("users", "is_administrator")
    op.drop_column("users", "password_stands_alone")
    op.drop_column("users", "email_verified_at")
    op.drop_column("sessions", "ip")
    op.drop_column("sessions", "fresh_at")
    op.drop_table("totps")
    op.drop_index(op.f("ix_recovery_codes_user_id"), table_name="recovery_codes")
    op.drop_table("recovery_codes")
    op.drop_index(op.f("ix_passkeys_user_id"), table_name="passkeys")
    op.drop_table("passkeys")
    op.drop_index(op.f("ix_one_time_tokens_user_id"), table_name="one_time_tokens")
    op.drop_index(op.f("ix_one_time_tokens_expires_at"), table_name="one_time_tokens")
    op.drop_table("one_time_tokens")
    op.drop_index(op.f("ix_letters_user_id"), table_name="letters")
    op.drop_index(
        "ix_letters_unsent", table_name="letters", postgresql_where=sa.text("settled_at IS NULL")
    )
    op.drop_index(op.f("ix_letters_email"), table_name="letters")
    op.drop_table("letters")
    op.drop_index(op.f("ix_known_devices_user_id"), table_name="known_devices")
    op.drop_table("known_devices")
    op.drop_index(op.f("ix_invites_used_by"), table_name="invites")
    op.drop_index(op.f("ix_invites_created_by"), table_name="invites")
    op.drop_table("invites")
    op.drop_index(op.f("ix_identities_user_id"), table_name="identities")
    op.drop_table("identities")
    op.drop_index(op.f("ix_access_tokens_user_id"), table_name="access_tokens")
    op.drop_table("access_tokens")
    op.drop_index(op.f("ix_rate_limits_empty_at"), table_name="rate_limits")
    op.drop_table("rate_limits")
    op.drop_index("ix_audit_events_user_id", table_name="audit_events")
    op.drop_table("audit_events")
    op.execute("DROP FUNCTION keep_the_record()")
