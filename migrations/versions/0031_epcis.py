"""Events are never changed; what else they are asked for by."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = "an event is never changed: tell another one"


def upgrade() -> None:
    with op.batch_alter_table("trace_event") as table:
        table.add_column(sa.Column("declared", sa.String(24), nullable=False, server_default=""))
        table.drop_constraint("uq_trace_event_event_id", type_="unique")
        table.create_unique_constraint("uq_trace_event_event_id", ["event_id", "declared"])
    op.create_table(
        "event_field",
        sa.Column("event_seq", SEQ, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("text", sa.String(300), nullable=True),
        sa.Column("number", sa.Float(), nullable=True),
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
    with op.batch_alter_table("trace_event") as table:
        table.drop_constraint("uq_trace_event_event_id", type_="unique")
        table.create_unique_constraint("uq_trace_event_event_id", ["event_id"])
        table.drop_column("declared")


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
