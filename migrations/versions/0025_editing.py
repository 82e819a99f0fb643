"""What a listing said after each edit, prices set for a later day, tables that wait to be taken in."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None

DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "listing_revision",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("listing_id", sa.String(26), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("waiting", sa.JSON(), nullable=False),
        sa.Column("actor_id", sa.String(26), nullable=True),
        sa.Column("actor_name", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_revision_listing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_revision")),
        sa.UniqueConstraint(
            "listing_id", "number", name=op.f("uq_listing_revision_listing_id_number")
        ),
    )
    op.create_table(
        "sheet_upload",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("plan_digest", sa.String(64), nullable=False),
        sa.Column("actor_id", sa.String(26), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_sheet_upload_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_upload")),
    )
    op.create_index("ix_sheet_upload_at", "sheet_upload", ["at"])
    op.create_table(
        "price_plan",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("listing_id", sa.String(26), nullable=False),
        sa.Column("variant_id", sa.String(26), nullable=True),
        sa.Column("price_vnd", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("before_vnd", sa.BigInteger(), nullable=True),
        sa.Column("planned_by", sa.String(26), nullable=True),
        sa.Column("planned_name", sa.String(120), nullable=False),
        sa.Column("planned_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("price_vnd > 0", name=op.f("ck_price_plan_price")),
        sa.CheckConstraint(
            "ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_price_plan_span")
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_price_plan_listing_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_price_plan_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_plan")),
    )
    op.create_index("ix_price_plan_listing", "price_plan", ["listing_id", "starts_at"])
    op.create_index(
        "ix_price_plan_due", "price_plan", ["due_at"], sqlite_where=DUE, postgresql_where=DUE
    )


def downgrade() -> None:
    for table in ("price_plan", "sheet_upload", "listing_revision"):
        op.drop_table(table)
