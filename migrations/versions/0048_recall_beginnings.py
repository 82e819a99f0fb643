"""How lots were packed and where water comes from, for recalls; which lots still wait to be stopped."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "input_batch",
        sa.Column("is_packaging", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    with op.batch_alter_table("input_batch") as table:
        table.alter_column("is_packaging", server_default=None)
    op.add_column(
        "recall_lot", sa.Column("waits", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    with op.batch_alter_table("recall_lot") as table:
        table.alter_column("waits", server_default=None)
    _make(
        "lot_packing",
        sa.Column("lot_id", sa.String(26), sa.ForeignKey("lot.id"), nullable=False),
        sa.Column("line", sa.String(60), nullable=False),
        sa.Column("shift", sa.String(60), nullable=False),
        sa.Column("worker", sa.String(120), nullable=False),
        key=("lot_id",),
    )
    _make(
        "lot_packaging",
        sa.Column("lot_id", sa.String(26), sa.ForeignKey("lot.id"), nullable=False),
        sa.Column("batch_id", sa.String(26), sa.ForeignKey("input_batch.id"), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        key=("lot_id", "batch_id"),
    )
    op.create_index("ix_lot_packaging_batch", "lot_packaging", ["batch_id"])
    _water()


def _water() -> None:
    _make(
        "water_source",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), sa.ForeignKey("vendor.id"), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("vendor_id", "name"),
    )
    _make(
        "plot_water",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("plot_id", sa.String(26), sa.ForeignKey("plot.id"), nullable=False),
        sa.Column("source_id", sa.String(26), sa.ForeignKey("water_source.id"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
    )
    op.create_index("ix_plot_water_source", "plot_water", ["source_id"])
    op.create_index("ix_plot_water_plot", "plot_water", ["plot_id"])
    for name, column, target in (
        ("entry_water", "entry_id", "diary_entry.id"),
        ("water_test", "test_id", "lab_test.id"),
    ):
        _make(
            name,
            sa.Column(column, sa.String(26), sa.ForeignKey(target), nullable=False),
            sa.Column("source_id", sa.String(26), sa.ForeignKey("water_source.id"), nullable=False),
            key=(column,),
        )
        op.create_index(f"ix_{name}_source", name, ["source_id"])


def _make(name: str, *parts: sa.schema.SchemaItem, key: tuple[str, ...] = ("id",)) -> None:
    op.create_table(name, *parts, sa.PrimaryKeyConstraint(*key))


def downgrade() -> None:
    for name in ("water_test", "entry_water", "plot_water", "water_source"):
        op.drop_table(name)
    op.drop_table("lot_packaging")
    op.drop_table("lot_packing")
    with op.batch_alter_table("recall_lot") as table:
        table.drop_column("waits")
    with op.batch_alter_table("input_batch") as table:
        table.drop_column("is_packaging")
