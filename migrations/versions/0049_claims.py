"""Scans of a sweep are marked, and labels of dear goods have a secret code that is claimed once."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

FLAGS = (("scan", "swept"), ("label_batch", "has_claims"))


def upgrade() -> None:
    for table, name in FLAGS:
        op.add_column(
            table, sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
        )
        with op.batch_alter_table(table) as changed:
            changed.alter_column(name, server_default=None)
    op.add_column("label_batch", sa.Column("claims_at", UtcDateTime(timezone=True)))
    op.create_table(
        "label_claim",
        sa.Column("serial", sa.String(12), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("claimed_at", UtcDateTime(timezone=True)),
        sa.Column("device", sa.String(16), nullable=False),
        sa.Column("wrong", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["serial"], ["serial_unit.serial"], name=op.f("fk_label_claim_serial_serial_unit")
        ),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_label_claim")),
    )


def downgrade() -> None:
    op.drop_table("label_claim")
    op.drop_column("label_batch", "claims_at")
    for table, name in reversed(FLAGS):
        op.drop_column(table, name)
