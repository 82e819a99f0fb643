"""Certificates that act: what was said of their days, why a listing is withheld.

Certificates that count already are noted as begun: nobody need be told of them. Those that
lapsed are told of once by the job, so that what leans on them leaves the shelves.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificate_notice",
        sa.Column("certificate_id", sa.String(26), nullable=False),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("days", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificate.id"],
            name=op.f("fk_certificate_notice_certificate_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "certificate_id", "what", "days", "day", name=op.f("pk_certificate_notice")
        ),
    )
    op.create_index("ix_certificate_end", "certificate", ["valid_to", "id"])
    op.add_column(
        "listing", sa.Column("withheld_for", sa.JSON(), nullable=False, server_default="[]")
    )
    op.execute(
        "INSERT INTO certificate_notice (certificate_id, what, days, day, told_at) "
        "SELECT id, 'begun', 0, valid_from, verified_at FROM certificate "
        "WHERE verified_at IS NOT NULL AND valid_from <= CURRENT_DATE"
    )
    op.execute("UPDATE listing SET withheld_for = '[\"vendor\"]' WHERE state = 'withheld'")


def downgrade() -> None:
    op.drop_column("listing", "withheld_for")
    op.drop_index("ix_certificate_end", "certificate")
    op.drop_table("certificate_notice")
