"""Labels that were printed, their serial numbers, and scans of them."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEMPLATES = ("sticker", "sheet", "crate", "pallet", "certificate")
BATCH_STATES = ("printed", "applied", "voided")
SERIAL_STATES = ("issued", "activated", "sold", "void")
SIGNS = (
    "unknown",
    "void",
    "many",
    "devices",
    "speed",
    "early",
    "late",
    "away",
    "sweep",
    "more",
)
ALERT_STATES = ("open", "harmless", "copy")


def word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=40)


def upgrade() -> None:
    op.create_table(
        "label_batch",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("lot_id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("template", word("template", *TEMPLATES), nullable=False),
        sa.Column("dpi", sa.SmallInteger(), nullable=False),
        sa.Column("level", sa.String(1), nullable=False),
        sa.Column("module_um", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("has_serials", sa.Boolean(), nullable=False),
        sa.Column("printed", sa.JSON(), nullable=False),
        sa.Column("spoiled", sa.Integer(), nullable=False),
        sa.Column("state", word("batchstate", *BATCH_STATES), nullable=False),
        sa.Column("state_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("void_reason", sa.String(300), nullable=False),
        sa.Column("reprint_of", sa.String(26), nullable=True),
        sa.Column("printed_by", sa.String(26), nullable=True),
        sa.Column("printed_by_name", sa.String(120), nullable=False),
        sa.Column("printed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_label_batch_count")),
        sa.CheckConstraint(
            "spoiled >= 0 AND spoiled <= count", name=op.f("ck_label_batch_spoiled")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_label_batch_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_label_batch_vendor_id_vendor")
        ),
        sa.ForeignKeyConstraint(
            ["reprint_of"], ["label_batch.id"], name=op.f("fk_label_batch_reprint_of_label_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_batch")),
    )
    op.create_index("ix_label_batch_lot", "label_batch", ["lot_id", "id"])
    op.create_index("ix_label_batch_vendor", "label_batch", ["vendor_id", "id"])
    op.create_table(
        "serial_unit",
        sa.Column("serial", sa.String(12), nullable=False),
        sa.Column("lot_id", sa.String(26), nullable=False),
        sa.Column("batch_id", sa.String(26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", word("serialstate", *SERIAL_STATES), nullable=False),
        sa.Column("activated_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("sold_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_serial_unit_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["label_batch.id"], name=op.f("fk_serial_unit_batch_id_label_batch")
        ),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_serial_unit")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_serial_unit_batch_id_position")),
    )
    op.create_index("ix_serial_unit_lot", "serial_unit", ["lot_id", "state"])
    op.create_table(
        "scan",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("lot_id", sa.String(26), nullable=False),
        sa.Column("serial", sa.String(20), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(16), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_scan_lot_id_lot")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_scan")),
    )
    op.create_index("ix_scan_lot", "scan", ["lot_id", "serial", "at"])
    op.create_index("ix_scan_device", "scan", ["device", "at"])
    op.create_index("ix_scan_at", "scan", ["at"])
    op.create_table(
        "scan_alert",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("lot_id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("serial", sa.String(20), nullable=False),
        sa.Column("sign", word("sign", *SIGNS), nullable=False),
        sa.Column("first_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", word("alertstate", *ALERT_STATES), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("checked_by", sa.String(26), nullable=True),
        sa.Column("checked_name", sa.String(120), nullable=False),
        sa.Column("checked_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_scan_alert_lot_id_lot")),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_scan_alert_vendor_id_vendor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_alert")),
        sa.UniqueConstraint(
            "lot_id", "serial", "sign", name=op.f("uq_scan_alert_lot_id_serial_sign")
        ),
    )
    op.create_index("ix_scan_alert_state", "scan_alert", ["state", "last_at"])
    op.create_index("ix_scan_alert_vendor", "scan_alert", ["vendor_id", "state", "last_at"])


def downgrade() -> None:
    op.drop_table("scan_alert")
    op.drop_table("scan")
    op.drop_table("serial_unit")
    op.drop_table("label_batch")
