"""Somebody who counts may find nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recall_count") as table:
        table.drop_constraint("quantity", type_="check")
        table.create_check_constraint("quantity", "quantity >= 0")


def downgrade() -> None:
    counted = sa.table("recall_count", sa.column("quantity", sa.Integer))
    op.execute(counted.delete().where(counted.c.quantity == 0))
    with op.batch_alter_table("recall_count") as table:
        table.drop_constraint("quantity", type_="check")
        table.create_check_constraint("quantity", "quantity > 0")
