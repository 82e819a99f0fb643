"""Vetting: checklist lines, who answers for a vendor, clocks and grounds."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# Columns are added and dropped without a batch: SQLite would copy the table and, dropping the old
# one, delete every row that refers to it.
def upgrade() -> None:
    op.create_table(
        "vendor_identity",
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("full_name", sa.String(120), nullable=False),
        sa.Column("number_sealed", sa.Text(), nullable=False),
        sa.Column("birthday_sealed", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("last4", sa.String(4), nullable=False),
        sa.Column("head_office", sa.String(240), nullable=False),
        sa.Column("saved_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("emptied_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_vendor_identity_vendor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("vendor_id", name=op.f("pk_vendor_identity")),
    )
    op.create_index("ix_vendor_identity_fingerprint", "vendor_identity", ["fingerprint"])
    op.create_table(
        "vendor_requirement",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.String(26), nullable=True),
        sa.Column("judged_by_name", sa.String(120), nullable=False),
        sa.Column("judged_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_vendor_requirement_vendor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_requirement")),
        sa.UniqueConstraint("vendor_id", "key", name=op.f("uq_vendor_requirement_vendor_id_key")),
    )
    op.add_column("vendor", sa.Column("sells", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("vendor", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("vendor", sa.Column("valid_until", sa.Date(), nullable=True))
    op.create_index("ix_vendor_due", "vendor", ["state", "due_on", "id"])
    op.add_column(
        "vendor_document",
        sa.Column("requirement", sa.String(60), nullable=False, server_default=""),
    )
    op.add_column(
        "vendor_step", sa.Column("ground", sa.String(300), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("vendor_step", "ground")
    op.drop_column("vendor_document", "requirement")
    op.drop_index("ix_vendor_due", "vendor")
    op.drop_column("vendor", "valid_until")
    op.drop_column("vendor", "due_on")
    op.drop_column("vendor", "sells")
    op.drop_table("vendor_requirement")
    op.drop_table("vendor_identity")
