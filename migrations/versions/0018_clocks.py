"""The law's clocks: notices, orders of authorities, reminders, the work calendar."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0018"
down_revision = "0019"
branch_labels = None
depends_on = None

_OPEN = sa.text("used_at IS NULL AND withdrawn_at IS NULL")


def _moment(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "vendor_notice",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ground", sa.String(300), nullable=False),
        _moment("given_at", nullable=False),
        sa.Column("given_by", sa.String(26), nullable=True),
        sa.Column("given_by_name", sa.String(120), nullable=False),
        sa.Column("earliest", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        _moment("answered_at"),
        _moment("used_at"),
        _moment("withdrawn_at"),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_vendor_notice_vendor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_notice")),
    )
    op.create_index("ix_vendor_notice_vendor", "vendor_notice", ["vendor_id", "given_at"])
    op.create_index(
        "ix_vendor_notice_open",
        "vendor_notice",
        ["vendor_id", "action"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    _create_orders()
    op.create_table(
        "clock_reminder",
        sa.Column("subject_id", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("due", sa.String(32), nullable=False),
        _moment("sent_at", nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "kind", "due", name=op.f("pk_clock_reminder")),
    )
    op.create_table(
        "work_day",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("legal_ref", sa.String(200), nullable=False),
        sa.Column("entered_by", sa.String(26), nullable=True),
        _moment("entered_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_day")),
        sa.UniqueConstraint("day", name=op.f("uq_work_day_day")),
    )
    op.create_index("ix_vendor_valid_until", "vendor", ["state", "valid_until", "id"])


def _create_orders() -> None:
    op.create_table(
        "authority_order",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("document_no", sa.String(60), nullable=False),
        sa.Column("authority", sa.String(160), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=True),
        sa.Column("listing_code", sa.String(24), nullable=False),
        _moment("received_at", nullable=False),
        _moment("due_at", nullable=False),
        sa.Column("entered_by", sa.String(26), nullable=True),
        sa.Column("entered_by_name", sa.String(120), nullable=False),
        _moment("entered_at", nullable=False),
        _moment("done_at"),
        sa.Column("done_by", sa.String(26), nullable=True),
        sa.Column("done_by_name", sa.String(120), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_authority_order_vendor_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_order")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_authority_order_year_number")),
    )
    op.create_index("ix_authority_order_state", "authority_order", ["state", "due_at"])
    op.create_table(
        "authority_counter",
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_authority_counter")),
    )


def downgrade() -> None:
    op.drop_index("ix_vendor_valid_until", table_name="vendor")
    for table in (
        "work_day",
        "clock_reminder",
        "authority_counter",
        "authority_order",
        "vendor_notice",
    ):
        op.drop_table(table)
