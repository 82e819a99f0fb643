"""Links of codes that the office took down."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "barred_link",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("anchor", sa.String(300), nullable=False),
        sa.Column("link_type", sa.String(60), nullable=False),
        sa.Column("href", sa.String(500), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("taken_by", sa.String(26), nullable=True),
        sa.Column("taken_by_name", sa.String(120), nullable=False),
        sa.Column("taken_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("allowed_by_name", sa.String(120), nullable=False),
        sa.Column("allowed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_barred_link_vendor_id_vendor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_barred_link")),
    )
    op.create_index("ix_barred_link_vendor", "barred_link", ["vendor_id", "taken_at"])
    op.create_index("ix_barred_link_taken", "barred_link", ["taken_at"])


def downgrade() -> None:
    op.drop_table("barred_link")
