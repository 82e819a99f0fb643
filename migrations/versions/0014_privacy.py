"""Personal data: consents, requests about data, vendors away and vendors that left."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0014"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("subject_type", sa.String(10), nullable=False),
        sa.Column("subject_id", sa.String(26), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("text_version", sa.String(20), nullable=False),
        sa.Column("text_digest", sa.String(64), nullable=False),
        sa.Column("lang", sa.String(2), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("given_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_consent_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_user", "consent", ["user_id", "purpose"])
    op.create_table(
        "data_request",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("phone", sa.String(16), nullable=True),
        sa.Column("lang", sa.String(2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ack_due", sa.Date(), nullable=False),
        sa.Column("done_due", sa.Date(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_data_request_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    op.create_index("ix_data_request_state", "data_request", ["state", "done_due", "id"])
    op.create_index("ix_data_request_user", "data_request", ["user_id"])
    op.create_table(
        "vendor_vacation",
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=False),
        sa.Column("notice", sa.JSON(), nullable=False),
        sa.Column("saved_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_vendor_vacation_vendor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("vendor_id", name=op.f("pk_vendor_vacation")),
    )
    op.create_table(
        "vendor_leaving",
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("papers_until", sa.Date(), nullable=False),
        sa.Column("orders_until", sa.Date(), nullable=False),
        sa.Column("papers_gone_on", sa.Date(), nullable=True),
        sa.Column("forgotten_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_vendor_leaving_vendor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("vendor_id", name=op.f("pk_vendor_leaving")),
    )


def downgrade() -> None:
    op.drop_table("vendor_leaving")
    op.drop_table("vendor_vacation")
    op.drop_index("ix_data_request_user", "data_request")
    op.drop_index("ix_data_request_state", "data_request")
    op.drop_table("data_request")
    op.drop_index("ix_consent_user", "consent")
    op.drop_table("consent")
