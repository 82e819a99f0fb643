"""A capture job tells what it doubts, though it took it."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "capture_job", sa.Column("warnings", sa.JSON(), nullable=False, server_default="[]")
    )
    with op.batch_alter_table("capture_job") as table:
        table.alter_column("warnings", server_default=None)


def downgrade() -> None:
    op.drop_column("capture_job", "warnings")
