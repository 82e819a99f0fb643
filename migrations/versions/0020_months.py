"""An index for what is in season in each month."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_listing_all", table_name="listing")
    op.create_index("ix_listing_all", "listing", ["state", "ranked_at", "id"])
    for month in range(1, 13):
        of_month = sa.text(f"season_mask & {1 << (month - 1)} <> 0")
        op.create_index(
            f"ix_listing_month_{month:02}",
            "listing",
            ["state", "ranked_at", "id"],
            sqlite_where=of_month,
            postgresql_where=of_month,
        )


def downgrade() -> None:
    for month in range(1, 13):
        op.drop_index(f"ix_listing_month_{month:02}", table_name="listing")
    op.drop_index("ix_listing_all", table_name="listing")
    op.create_index("ix_listing_all", "listing", ["state", "ranked_at", "id", "season_mask"])
