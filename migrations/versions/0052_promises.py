"""A stock promises no more than its lots hold: what is served, set aside, and missing."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

UNSERVED = sa.text("state = 'consumed' AND served_at IS NULL")


def upgrade() -> None:
    op.add_column("claim", sa.Column("served_at", UtcDateTime(timezone=True), nullable=True))
    # What was packed before, when nobody noted it here.
    op.execute(
        "UPDATE claim SET served_at = closed_at WHERE state = 'consumed' AND EXISTS ("
        'SELECT 1 FROM order_line JOIN "order" ON "order".id = order_line.order_id'
        " WHERE order_line.bucket_id = claim.bucket_id"
        " AND 'group:' || \"order\".group_id = claim.owner_key"
        " AND \"order\".fulfilment <> 'pending')"
    )
    op.create_index(
        "ix_claim_unserved",
        "claim",
        ["bucket_id"],
        sqlite_where=UNSERVED,
        postgresql_where=UNSERVED,
    )
    with op.batch_alter_table("listing_lot") as table:
        table.add_column(
            sa.Column("set_aside", sa.BigInteger(), nullable=False, server_default="0")
        )
        table.create_check_constraint(op.f("ck_listing_lot_set_aside"), "set_aside >= 0")
    with op.batch_alter_table("listing_lot") as table:
        table.alter_column("set_aside", server_default=None)
    op.create_table(
        "stock_gap",
        sa.Column("listing_id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("held >= 0", name=op.f("ck_stock_gap_held")),
        sa.CheckConstraint("missing >= 0", name=op.f("ck_stock_gap_missing")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_stock_gap_listing_id")
        ),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_stock_gap_vendor_id")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_stock_gap")),
    )
    op.create_index(op.f("ix_stock_gap_vendor_id"), "stock_gap", ["vendor_id"])


def downgrade() -> None:
    op.drop_table("stock_gap")
    with op.batch_alter_table("listing_lot") as table:
        table.drop_constraint(op.f("ck_listing_lot_set_aside"), type_="check")
        table.drop_column("set_aside")
    op.drop_index("ix_claim_unserved", "claim")
    op.drop_column("claim", "served_at")
