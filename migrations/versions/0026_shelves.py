"""The category tree and attributes of goods, kept by the office."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0026"
down_revision = "0028"
branch_labels = None
depends_on = None

KINDS = ("text", "number", "choice", "choices", "yes_no")


def upgrade() -> None:
    for column in (
        sa.Column("key", sa.String(60), nullable=False, server_default=""),
        sa.Column("retired_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("into_id", sa.String(26), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False, server_default="1"),
    ):
        op.add_column("category", column)
    op.execute("UPDATE category SET key = slug")
    op.create_index("ix_category_key", "category", ["key"], unique=True)
    head = op.create_table(
        "shelf_head",
        sa.Column("id", sa.String(10), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelf_head")),
    )
    op.bulk_insert(head, [{"id": "head", "version": 1}])
    op.create_table(
        "attribute",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="attributekind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("label", sa.JSON(), nullable=False),
        sa.Column("hint", sa.JSON(), nullable=False),
        sa.Column("unit", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("category_ids", sa.JSON(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("is_facet", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribute")),
        sa.UniqueConstraint("key", name=op.f("uq_attribute_key")),
    )
    op.add_column(
        "listing", sa.Column("attributes", sa.JSON(), nullable=False, server_default="{}")
    )


def downgrade() -> None:
    op.drop_column("listing", "attributes")
    op.drop_table("attribute")
    op.drop_table("shelf_head")
    op.drop_index("ix_category_key", "category")
    for name in ("version", "into_id", "retired_at", "key"):
        op.drop_column("category", name)
