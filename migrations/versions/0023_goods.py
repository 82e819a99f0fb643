"""Goods: weighed packs, steps of price, limits, lots in stock, pre-orders counted, labels, areas."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None

WEIGHED = (
    "(kilo_vnd IS NULL) = (least_g IS NULL) AND (kilo_vnd IS NULL) = (nominal_g IS NULL)"
    " AND (kilo_vnd IS NULL) = (most_g IS NULL)"
)
WEIGHT = "kilo_vnd IS NULL OR (0 < least_g AND least_g <= nominal_g AND nominal_g <= most_g)"
GRAMS = ("least_g", "nominal_g", "most_g", "kilo_vnd")
LISTING = (
    "kilo_vnd", "order_most", "buyer_most", "buyer_days", "preorder_bucket_id", "deliver_from",
    "deliver_until", "by_weight", "by_lots", "tiers", "area", "area_communes", "label", "allergens",
    "safety",
)  # fmt: skip
LINE = (*GRAMS, "deliver_from", "deliver_until", "best_before")


def upgrade() -> None:
    _widen_listing()
    with op.batch_alter_table("variant") as batch:
        for name in GRAMS:
            batch.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
        batch.create_check_constraint("weighed", WEIGHED)
        batch.create_check_constraint("weight", WEIGHT)
    with op.batch_alter_table("order_line") as batch:
        for name in GRAMS:
            batch.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
        for name in LINE[len(GRAMS) :]:
            batch.add_column(sa.Column(name, sa.Date(), nullable=True))
    op.create_index("ix_order_group_phone", "order_group", ["contact_phone", "placed_at"])
    op.create_index("ix_order_group_email", "order_group", ["contact_email", "placed_at"])
    op.create_table(
        "listing_lot",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("listing_id", sa.String(26), nullable=False),
        sa.Column("lot_id", sa.String(26), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("best_before", sa.Date(), nullable=True),
        sa.Column("written_off", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_listing_lot_quantity")),
        sa.CheckConstraint("written_off >= 0", name=op.f("ck_listing_lot_written_off")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_lot_listing_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_listing_lot_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_lot")),
        sa.UniqueConstraint("listing_id", "lot_id", name=op.f("uq_listing_lot_listing_id_lot_id")),
    )
    op.create_index("ix_listing_lot_lot", "listing_lot", ["lot_id"])
    op.create_index("ix_listing_lot_best_before", "listing_lot", ["best_before"])


def _widen_listing() -> None:
    """Add columns one by one.

    A table that SQLite copies has its indexes made anew in any order, and of two that serve
    alike it takes the latest: so no constant that needs a copy, and the reference written out.
    """
    columns = [
        *(sa.Column(name, sa.BigInteger()) for name in ("kilo_vnd", "order_most", "buyer_most")),
        sa.Column("buyer_days", sa.SmallInteger()),
        sa.Column("deliver_from", sa.Date()),
        sa.Column("deliver_until", sa.Date()),
        sa.Column("by_weight", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("by_lots", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("area", sa.String(40), nullable=False, server_default="everywhere"),
        sa.Column("tiers", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("area_communes", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("label", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("allergens", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("safety", sa.JSON(), nullable=False, server_default="{}"),
    ]
    for column in columns:
        op.add_column("listing", column)
    op.execute(
        "ALTER TABLE listing ADD COLUMN preorder_bucket_id VARCHAR(26)"
        " CONSTRAINT fk_listing_preorder_bucket_id REFERENCES bucket (id)"
    )


def downgrade() -> None:
    op.drop_table("listing_lot")
    op.drop_index("ix_order_group_email", table_name="order_group")
    op.drop_index("ix_order_group_phone", table_name="order_group")
    with op.batch_alter_table("order_line") as batch:
        for name in LINE:
            batch.drop_column(name)
    with op.batch_alter_table("variant") as batch:
        batch.drop_constraint("weight", type_="check")
        batch.drop_constraint("weighed", type_="check")
        for name in GRAMS:
            batch.drop_column(name)
    with op.batch_alter_table("listing") as batch:
        for name in LISTING:
            batch.drop_column(name)
