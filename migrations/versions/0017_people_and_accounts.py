"""Bank accounts of vendors, and invitations to work for them."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0017"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vendor_bank_account",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("bank_bin", sa.String(6), nullable=False),
        sa.Column("number_sealed", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("last4", sa.String(4), nullable=False),
        sa.Column("holder", sa.String(120), nullable=False),
        sa.Column("entered_by", sa.String(26), nullable=True),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("holds_from", UtcDateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_vendor_bank_account_vendor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_bank_account")),
    )
    op.create_index(
        "ix_vendor_bank_account_vendor", "vendor_bank_account", ["vendor_id", "holds_from"]
    )
    op.create_index("ix_vendor_bank_account_fingerprint", "vendor_bank_account", ["fingerprint"])
    op.create_table(
        "vendor_invitation",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("contact", sa.String(254), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("invited_by", sa.String(26), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_vendor_invitation_vendor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_invitation")),
        sa.UniqueConstraint("digest", name=op.f("uq_vendor_invitation_digest")),
    )
    op.create_index("ix_vendor_invitation_vendor", "vendor_invitation", ["vendor_id", "created_at"])


def downgrade() -> None:
    op.drop_table("vendor_invitation")
    op.drop_table("vendor_bank_account")
