"""An index for the departures of a day: who looks for a visit names one."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_departure_starts", "departure", ["starts_at"])


def downgrade() -> None:
    op.drop_index("ix_departure_starts", table_name="departure")
