"""Documents of partners are worked off by the worker, and new events are sent to who subscribed."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("open", "running", "finished", "failed")
ENDS = ("partner", "vendor", "token", "query", "unreachable")
UNDONE, ACTIVE = sa.text("finished_at IS NULL"), sa.text("ended_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("capture_job") as table:
        table.add_column(
            sa.Column(
                "state",
                sa.Enum(*STATES, name="capturestate", native_enum=False, length=40),
                nullable=False,
                server_default="finished",
            )
        )
        table.add_column(sa.Column("document_key", sa.String(100), nullable=True))
        table.add_column(sa.Column("due_at", UtcDateTime(timezone=True), nullable=True))
        for name in ("attempts", "total", "done"):
            table.add_column(
                sa.Column(name, sa.BigInteger(), nullable=False, server_default=sa.text("0"))
            )
        table.alter_column("finished_at", existing_type=UtcDateTime(timezone=True), nullable=True)
    op.execute("UPDATE capture_job SET due_at = created_at, total = events, done = events")
    with op.batch_alter_table("capture_job") as table:
        table.alter_column("due_at", existing_type=UtcDateTime(timezone=True), nullable=False)
        for name in ("state", "attempts", "total", "done"):
            table.alter_column(name, server_default=None)
    op.create_index(
        "ix_capture_job_due",
        "capture_job",
        ["due_at", "id"],
        sqlite_where=UNDONE,
        postgresql_where=UNDONE,
    )
    _create_subscription()


def _create_subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("token_id", sa.String(26), nullable=False),
        sa.Column("query_name", sa.String(100), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("dest", sa.String(500), nullable=False),
        sa.Column("signature_sealed", sa.Text(), nullable=False),
        sa.Column("epc_format", sa.String(30), nullable=False),
        sa.Column("streams", sa.Boolean(), nullable=False),
        sa.Column("schedule", sa.JSON(), nullable=False),
        sa.Column("reports_empty", sa.Boolean(), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("position", SEQ, nullable=False),
        sa.Column("run_end", SEQ, nullable=True),
        sa.Column("run_told", sa.Boolean(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("busy_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("executed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("notified_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("failing_since", UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.String(300), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "end_reason",
            sa.Enum(*ENDS, name="subscriptionend", native_enum=False, length=40),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_subscription_vendor_id_vendor")
        ),
        sa.ForeignKeyConstraint(
            ["token_id"], ["partner_token.id"], name=op.f("fk_subscription_token_id_partner_token")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(
        "ix_subscription_due",
        "subscription",
        ["due_at"],
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )
    op.create_index("ix_subscription_token", "subscription", ["token_id", "id"])
    op.create_index("ix_subscription_vendor", "subscription", ["vendor_id", "id"])


def downgrade() -> None:
    """Documents that wait are lost: whoever sent them finds no job and sends them again."""
    op.drop_table("subscription")
    op.execute("DELETE FROM capture_job WHERE finished_at IS NULL")
    op.drop_index("ix_capture_job_due", "capture_job")
    with op.batch_alter_table("capture_job") as table:
        for name in ("state", "document_key", "due_at", "attempts", "total", "done"):
            table.drop_column(name)
        table.alter_column("finished_at", existing_type=UtcDateTime(timezone=True), nullable=False)
