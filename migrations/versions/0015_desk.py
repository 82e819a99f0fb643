"""Notes of officers about a dossier."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vendor_note",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("author_id", sa.String(26), nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_vendor_note_vendor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_note")),
    )
    op.create_index("ix_vendor_note_vendor", "vendor_note", ["vendor_id", "at"])


def downgrade() -> None:
    op.drop_table("vendor_note")
