"""What goes onto plots and what is found out about harvests; corrections of the diary."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0033"
down_revision = "0031"
branch_labels = None
depends_on = None

STATUS = ("pending", "done", "abandoned")
BLOCKS = ("interval", "unknown", "unregistered", "banned", "source")


def kind(*members: str, name: str) -> sa.Enum:
    """Return the type of a column that holds one of these words."""
    return sa.Enum(*members, name=name, native_enum=False, length=40)


def entry_columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column("revision_of", sa.String(26), nullable=True),
        sa.Column("root_id", sa.String(26), nullable=False, server_default=""),
        sa.Column("revision_reason", sa.String(300), nullable=False, server_default=""),
        sa.Column(
            "status", kind(*STATUS, name="entrystatus"), nullable=False, server_default="done"
        ),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("happened_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("typed_phi_days", sa.SmallInteger(), nullable=True),
        sa.Column("reentry_hours", sa.SmallInteger(), nullable=True),
        sa.Column("block", kind(*BLOCKS, name="block"), nullable=True),
        sa.Column("people", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("media", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("device_id", sa.String(64), nullable=False, server_default=""),
    )


def land_columns() -> dict[str, tuple[sa.Column, ...]]:
    return {
        "plot": (
            sa.Column("outline", sa.JSON(none_as_null=True), nullable=True),
            sa.Column("retired_on", sa.Date(), nullable=True),
        ),
        "season": (
            sa.Column("crop_id", sa.String(26), nullable=True),
            sa.Column("variety_id", sa.String(26), nullable=True),
        ),
    }


def upgrade() -> None:
    for column in entry_columns():
        op.add_column("diary_entry", column)
    op.execute("UPDATE diary_entry SET root_id = id, typed_phi_days = phi_days")
    op.create_index("ix_diary_entry_root", "diary_entry", ["root_id"])
    op.create_index("ix_diary_entry_revision_of", "diary_entry", ["revision_of"], unique=True)
    for table, columns in land_columns().items():
        for column in columns:
            op.add_column(table, column)
    create_tables()


def create_tables() -> None:
    op.create_table(
        "crop",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("most_kg_per_ha", sa.BigInteger(), nullable=True),
        sa.Column("harvest_months", sa.JSON(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crop")),
        sa.UniqueConstraint("code", name=op.f("uq_crop_code")),
    )
    op.create_table(
        "input_product",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pesticide",
                "biological",
                "fertiliser",
                "seed",
                "other",
                name="inputkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("active_ingredients", sa.JSON(), nullable=False),
        sa.Column("registration_no", sa.String(length=60), nullable=False),
        sa.Column("banned_from", sa.Date(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_input_product")),
        sa.UniqueConstraint("key", name=op.f("uq_input_product_key")),
    )
    op.create_table(
        "input_batch",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("product_id", sa.String(length=26), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("active_ingredient", sa.String(length=120), nullable=False),
        sa.Column("supplier", sa.String(length=120), nullable=False),
        sa.Column("lot_code", sa.String(length=60), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("bought_on", sa.Date(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "gram",
                "millilitre",
                "piece",
                "seat",
                "use",
                name="unit",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["input_product.id"], name=op.f("fk_input_batch_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_input_batch_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_input_batch")),
    )
    op.create_index("ix_input_batch_vendor", "input_batch", ["vendor_id", "created_at"])
    op.create_table(
        "input_label",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("product_id", sa.String(length=26), nullable=False),
        sa.Column("crop_id", sa.String(length=26), nullable=False),
        sa.Column("dose", sa.String(length=80), nullable=False),
        sa.Column("phi_days", sa.SmallInteger(), nullable=False),
        sa.Column("rei_hours", sa.SmallInteger(), nullable=True),
        sa.Column("most_applications", sa.SmallInteger(), nullable=True),
        sa.Column("spacing_days", sa.SmallInteger(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.CheckConstraint("phi_days >= 0", name=op.f("ck_input_label_phi_days")),
        sa.ForeignKeyConstraint(["crop_id"], ["crop.id"], name=op.f("fk_input_label_crop_id")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["input_product.id"], name=op.f("fk_input_label_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_input_label")),
        sa.UniqueConstraint(
            "product_id",
            "crop_id",
            "dose",
            "valid_from",
            name=op.f("uq_input_label_product_id_crop_id_dose_valid_from"),
        ),
    )
    op.create_table(
        "variety",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("crop_id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("most_kg_per_ha", sa.BigInteger(), nullable=True),
        sa.Column("harvest_months", sa.JSON(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["crop_id"], ["crop.id"], name=op.f("fk_variety_crop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variety")),
        sa.UniqueConstraint("crop_id", "code", name=op.f("uq_variety_crop_id_code")),
    )
    op.create_table(
        "plot_heritage",
        sa.Column("parent_id", sa.String(length=26), nullable=False),
        sa.Column("child_id", sa.String(length=26), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["child_id"], ["plot.id"], name=op.f("fk_plot_heritage_child_id")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["plot.id"], name=op.f("fk_plot_heritage_parent_id")
        ),
        sa.PrimaryKeyConstraint("parent_id", "child_id", name=op.f("pk_plot_heritage")),
    )
    op.create_index("ix_plot_heritage_child", "plot_heritage", ["child_id"])
    op.create_table(
        "entry_input",
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.String(length=26), nullable=True),
        sa.Column("input_batch_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["diary_entry.id"], name=op.f("fk_entry_input_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["input_batch_id"], ["input_batch.id"], name=op.f("fk_entry_input_input_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["input_product.id"], name=op.f("fk_entry_input_product_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_entry_input")),
    )
    op.create_index("ix_entry_input_batch", "entry_input", ["input_batch_id", "entry_id"])
    op.create_index("ix_entry_input_product", "entry_input", ["product_id", "entry_id"])
    op.create_table(
        "entry_quantity",
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "used",
                "water",
                "area",
                "harvested",
                "count",
                "time",
                "rate",
                "other",
                name="measure",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("input_batch_id", sa.String(length=26), nullable=True),
        sa.Column(
            "adjust",
            sa.Enum("decrement", "increment", "reset", name="adjust", native_enum=False, length=40),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["diary_entry.id"], name=op.f("fk_entry_quantity_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["input_batch_id"], ["input_batch.id"], name=op.f("fk_entry_quantity_input_batch_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_entry_quantity")),
    )
    op.create_index("ix_entry_quantity_batch", "entry_quantity", ["input_batch_id"])
    op.create_table(
        "input_move",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("batch_id", sa.String(length=26), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "bought",
                "used",
                "corrected",
                "counted",
                name="movekind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("actor_id", sa.String(length=26), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["input_batch.id"], name=op.f("fk_input_move_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["diary_entry.id"], name=op.f("fk_input_move_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_input_move")),
    )
    op.create_index("ix_input_move_batch", "input_move", ["batch_id", "at"])
    op.create_index("ix_input_move_entry", "input_move", ["entry_id"])
    op.create_table(
        "lab_test",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=True),
        sa.Column("season_id", sa.String(length=26), nullable=True),
        sa.Column("lab", sa.String(length=160), nullable=False),
        sa.Column("report_no", sa.String(length=60), nullable=False),
        sa.Column("sampled_on", sa.Date(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("passed", "failed", name="verdict", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("file_key", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("recorded_by", sa.String(length=26), nullable=True),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lab_test_lot_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_lab_test_season_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_lab_test_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_test")),
    )
    op.create_index("ix_lab_test_lot", "lab_test", ["lot_id", "sampled_on"])
    op.create_index("ix_lab_test_vendor", "lab_test", ["vendor_id", "sampled_on"])
    op.create_table(
        "lot_season",
        sa.Column("lot_id", sa.String(length=26), nullable=False),
        sa.Column("season_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_season_lot_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_lot_season_season_id")),
        sa.PrimaryKeyConstraint("lot_id", "season_id", name=op.f("pk_lot_season")),
    )
    op.create_index("ix_lot_season_season", "lot_season", ["season_id"])
    op.create_table(
        "watch_item",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "yield",
                "stock",
                "out_of_season",
                "mass_balance",
                "early_harvest",
                "late_spray",
                "freed",
                "banned",
                "unregistered",
                "unknown",
                "too_many",
                "too_close",
                "reentry",
                name="watchkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("season_id", sa.String(length=26), nullable=True),
        sa.Column("entry_id", sa.String(length=26), nullable=True),
        sa.Column("lot_id", sa.String(length=26), nullable=True),
        sa.Column("batch_id", sa.String(length=26), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "done", "dismissed", name="watchstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("decided_name", sa.String(length=120), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["input_batch.id"], name=op.f("fk_watch_item_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["diary_entry.id"], name=op.f("fk_watch_item_entry_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_watch_item_lot_id")),
        sa.ForeignKeyConstraint(["season_id"], ["season.id"], name=op.f("fk_watch_item_season_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_watch_item_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_item")),
        sa.UniqueConstraint("key", name=op.f("uq_watch_item_key")),
    )
    op.create_index("ix_watch_item_season", "watch_item", ["season_id", "state"])
    op.create_index("ix_watch_item_state", "watch_item", ["state", "changed_at"])
    op.create_index("ix_watch_item_vendor", "watch_item", ["vendor_id", "state"])
    op.create_table(
        "lab_result",
        sa.Column("test_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("analyte", sa.String(length=120), nullable=False),
        sa.Column("method", sa.String(length=120), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("most", sa.String(length=40), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("passed", "failed", name="verdict", native_enum=False, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["test_id"], ["lab_test.id"], name=op.f("fk_lab_result_test_id")),
        sa.PrimaryKeyConstraint("test_id", "position", name=op.f("pk_lab_result")),
    )
    op.create_table(
        "lot_hold",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=False),
        sa.Column(
            "block",
            sa.Enum(
                "interval",
                "unknown",
                "unregistered",
                "banned",
                "source",
                name="block",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("entry_root", sa.String(length=26), nullable=True),
        sa.Column("source_lot_id", sa.String(length=26), nullable=True),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("sprayed_on", sa.Date(), nullable=True),
        sa.Column("free_from", sa.Date(), nullable=True),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "closed_how",
            sa.Enum("corrected", "cleared", name="holdend", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("closed_by", sa.String(length=26), nullable=True),
        sa.Column("test_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_root"], ["diary_entry.id"], name=op.f("fk_lot_hold_entry_root")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_hold_lot_id")),
        sa.ForeignKeyConstraint(
            ["source_lot_id"], ["lot.id"], name=op.f("fk_lot_hold_source_lot_id")
        ),
        sa.ForeignKeyConstraint(["test_id"], ["lab_test.id"], name=op.f("fk_lot_hold_test_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_hold")),
    )
    op.create_index("ix_lot_hold_lot", "lot_hold", ["lot_id", "closed_at"])
    op.create_index("ix_lot_hold_source", "lot_hold", ["source_lot_id"])


def downgrade() -> None:
    for table in (
        "lot_hold",
        "lab_result",
        "watch_item",
        "lot_season",
        "lab_test",
        "input_move",
        "entry_quantity",
        "entry_input",
        "plot_heritage",
        "variety",
        "input_label",
        "input_batch",
        "input_product",
        "crop",
    ):
        op.drop_table(table)
    for table, columns in land_columns().items():
        for column in columns:
            op.drop_column(table, column.name)
    op.drop_index("ix_diary_entry_revision_of", "diary_entry")
    op.drop_index("ix_diary_entry_root", "diary_entry")
    for column in entry_columns():
        op.drop_column("diary_entry", column.name)
