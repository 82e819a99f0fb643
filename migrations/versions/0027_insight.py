"""What is searched for, counted by day, and other words for the same thing."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lang", sa.String(2), nullable=False),
        sa.Column("words", sa.String(80), nullable=False),
        sa.Column("searches", sa.BigInteger(), nullable=False),
        sa.Column("zeros", sa.BigInteger(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.Column("positions", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "lang", "words", name=op.f("pk_search_count")),
    )
    op.create_index("ix_search_count_words", "search_count", ["words", "lang"])
    op.create_table(
        "synonym",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("lang", sa.String(2), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.String(80), nullable=True),
        sa.Column("changed_by", sa.String(26), nullable=True),
        sa.Column("changed_name", sa.String(120), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonym")),
        sa.UniqueConstraint("seed", name=op.f("uq_synonym_seed")),
    )


def downgrade() -> None:
    op.drop_table("synonym")
    op.drop_table("search_count")
