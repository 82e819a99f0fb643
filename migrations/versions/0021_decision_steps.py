"""Documents of the office: one that counts for each step, and what was said of revocation."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0022"
branch_labels = None
depends_on = None

COUNTS = sa.text("state IN ('numbered', 'signed')")


def upgrade() -> None:
    # Documents written before this stand by themselves: which step they meant was not kept.
    with op.batch_alter_table("decision_document") as batch:
        batch.add_column(sa.Column("step_id", sa.String(26), nullable=True))
        batch.add_column(
            sa.Column("revocation", sa.String(40), nullable=False, server_default="not_asked")
        )
        batch.create_foreign_key(
            "fk_decision_document_step_id", "vendor_step", ["step_id"], ["id"], ondelete="SET NULL"
        )
    op.create_index(
        "uq_decision_document_step",
        "decision_document",
        ["step_id"],
        unique=True,
        sqlite_where=COUNTS,
        postgresql_where=COUNTS,
    )


def downgrade() -> None:
    op.drop_index("uq_decision_document_step", table_name="decision_document")
    with op.batch_alter_table("decision_document") as batch:
        batch.drop_constraint("fk_decision_document_step_id", type_="foreignkey")
        batch.drop_column("revocation")
        batch.drop_column("step_id")
