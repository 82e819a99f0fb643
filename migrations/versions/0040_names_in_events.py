"""Names in events belong to accounts, whose consent says whether they are shown."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("commitment", "shown")
    op.add_column("commitment", sa.Column("person_id", sa.String(length=26), nullable=True))
    op.create_index("ix_commitment_person", "commitment", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_commitment_person", "commitment")
    op.drop_column("commitment", "person_id")
    op.add_column(
        "commitment", sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.false())
    )
