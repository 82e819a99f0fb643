"""What was pulled from other farm programs, until it is taken in."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "diary_pull",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("server", sa.String(200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("pulled_by", sa.String(26), nullable=True),
        sa.Column("pulled_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("taken_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_diary_pull_vendor_id_vendor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diary_pull")),
    )
    op.create_index("ix_diary_pull_vendor", "diary_pull", ["vendor_id", "pulled_at"])


def downgrade() -> None:
    op.drop_table("diary_pull")
