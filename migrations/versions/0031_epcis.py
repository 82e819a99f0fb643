"""Events are never changed; what else they are asked for by."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = "an event is never changed: tell another one"


def upgrade() -> None:
    _create_partner_tables()
    with op.batch_alter_table("trace_event") as table:
        table.add_column(sa.Column("declared", sa.String(24), nullable=False, server_default=""))
        table.add_column(sa.Column("partner_id", sa.String(26), nullable=True))
        table.create_foreign_key(
            "fk_trace_event_partner_id_partner_token", "partner_token", ["partner_id"], ["id"]
        )
        table.drop_constraint("uq_trace_event_event_id", type_="unique")
        table.create_unique_constraint(
            "uq_trace_event_event_id_declared_vendor_id", ["event_id", "declared", "vendor_id"]
        )
    op.create_index(
        "uq_trace_event_of_nobody",
        "trace_event",
        ["event_id", "declared"],
        unique=True,
        postgresql_where=sa.text("vendor_id IS NULL"),
        sqlite_where=sa.text("vendor_id IS NULL"),
    )
    op.create_table(
        "event_value",
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("value", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("vendor_id", "kind", "value", name=op.f("pk_event_value")),
    )
    op.create_table(
        "event_field",
        sa.Column("event_seq", SEQ, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("text", sa.String(300), nullable=True),
        sa.Column("number", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_seq"], ["trace_event.seq"], name=op.f("fk_event_field_event_seq_trace_event")
        ),
        sa.PrimaryKeyConstraint("event_seq", "position", name=op.f("pk_event_field")),
    )
    op.create_index("ix_event_field_text", "event_field", ["name", "text", "event_seq"])
    op.create_index("ix_event_field_number", "event_field", ["name", "number", "event_seq"])
    _guard()


def downgrade() -> None:
    _unguard()
    op.drop_table("event_field")
    op.drop_table("event_value")
    op.drop_index("uq_trace_event_of_nobody", "trace_event")
    with op.batch_alter_table("trace_event") as table:
        table.drop_constraint("uq_trace_event_event_id_declared_vendor_id", type_="unique")
        table.create_unique_constraint("uq_trace_event_event_id", ["event_id"])
        table.drop_constraint("fk_trace_event_partner_id_partner_token", type_="foreignkey")
        table.drop_column("partner_id")
        table.drop_column("declared")
    for name in ("named_query", "capture_job", "partner_token"):
        op.drop_table(name)


def _create_partner_tables() -> None:
    op.create_table(
        "partner_token",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("ending", sa.String(4), nullable=False),
        sa.Column("may_read", sa.Boolean(), nullable=False),
        sa.Column("may_capture", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(26), nullable=True),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_partner_token_vendor_id_vendor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_partner_token_digest")),
    )
    op.create_index("ix_partner_token_vendor", "partner_token", ["vendor_id", "made_at"])
    op.create_table(
        "capture_job",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("token_id", sa.String(26), nullable=False),
        sa.Column("behaviour", sa.String(10), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"], ["partner_token.id"], name=op.f("fk_capture_job_token_id_partner_token")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture_job")),
    )
    op.create_index("ix_capture_job_token", "capture_job", ["token_id", "id"])
    op.create_table(
        "named_query",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(26), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_named_query_vendor_id_vendor")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["partner_token.id"], name=op.f("fk_named_query_made_by_partner_token")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_query")),
        sa.UniqueConstraint("vendor_id", "name", name=op.f("uq_named_query_vendor_id_name")),
    )


def _guard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER trace_event_no_{verb} BEFORE {verb.upper()} ON trace_event "
                f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION trace_event_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER trace_event_no_change BEFORE UPDATE OR DELETE ON trace_event "
        "FOR EACH ROW EXECUTE FUNCTION trace_event_kept()"
    )
    op.execute(
        "CREATE TRIGGER trace_event_no_truncate BEFORE TRUNCATE ON trace_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION trace_event_kept()"
    )


def _unguard() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER trace_event_no_update")
        op.execute("DROP TRIGGER trace_event_no_delete")
        return
    op.execute("DROP TRIGGER trace_event_no_change ON trace_event")
    op.execute("DROP TRIGGER trace_event_no_truncate ON trace_event")
    op.execute("DROP FUNCTION trace_event_kept()")
