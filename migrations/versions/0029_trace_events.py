"""What happened to lots as EPCIS events, and which lot went into which."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0029"
down_revision = "0026"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOT_KINDS = ("harvest", "packed", "repacked")
ROLES = ("epc", "parent", "child", "input", "output")
ID_KINDS = ("instance", "class")


def upgrade() -> None:
    op.add_column(
        "lot",
        sa.Column(
            "kind",
            sa.Enum(*LOT_KINDS, name="lotkind", native_enum=False, length=40),
            nullable=False,
            server_default="harvest",
        ),
    )
    op.create_table(
        "trace_event",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(300), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("action", sa.String(10), nullable=True),
        sa.Column("event_time", UtcDateTime(timezone=True), nullable=False),
        sa.Column("time_offset", sa.String(6), nullable=False),
        sa.Column("record_time", UtcDateTime(timezone=True), nullable=False),
        sa.Column("biz_step", sa.String(200), nullable=True),
        sa.Column("disposition", sa.String(200), nullable=True),
        sa.Column("read_point", sa.String(300), nullable=True),
        sa.Column("biz_location", sa.String(300), nullable=True),
        sa.Column("transformation_id", sa.String(300), nullable=True),
        sa.Column("vendor_id", sa.String(26), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_trace_event_vendor_id_vendor")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_trace_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_trace_event_event_id")),
    )
    for name, column in (
        ("time", "event_time"),
        ("vendor", "vendor_id"),
        ("step", "biz_step"),
        ("read_point", "read_point"),
        ("biz_location", "biz_location"),
    ):
        op.create_index(f"ix_trace_event_{name}", "trace_event", [column, "seq"])
    op.create_table(
        "event_what",
        sa.Column("event_seq", SEQ, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "role", sa.Enum(*ROLES, name="whatrole", native_enum=False, length=40), nullable=False
        ),
        sa.Column(
            "kind", sa.Enum(*ID_KINDS, name="idkind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("ref", sa.String(300), nullable=False),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("uom", sa.String(3), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_seq"], ["trace_event.seq"], name=op.f("fk_event_what_event_seq_trace_event")
        ),
        sa.PrimaryKeyConstraint("event_seq", "position", name=op.f("pk_event_what")),
    )
    op.create_index("ix_event_what_ref", "event_what", ["ref", "event_seq"])
    op.create_table(
        "lot_edge",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("src_id", sa.String(26), nullable=False),
        sa.Column("dst_id", sa.String(26), nullable=False),
        sa.Column("event_seq", SEQ, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_lot_edge_quantity")),
        sa.CheckConstraint("src_id <> dst_id", name=op.f("ck_lot_edge_itself")),
        sa.ForeignKeyConstraint(["src_id"], ["lot.id"], name=op.f("fk_lot_edge_src_id_lot")),
        sa.ForeignKeyConstraint(["dst_id"], ["lot.id"], name=op.f("fk_lot_edge_dst_id_lot")),
        sa.ForeignKeyConstraint(
            ["event_seq"], ["trace_event.seq"], name=op.f("fk_lot_edge_event_seq_trace_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_edge")),
    )
    op.create_index("ix_lot_edge_src", "lot_edge", ["src_id", "dst_id"])
    op.create_index("ix_lot_edge_dst", "lot_edge", ["dst_id", "src_id"])


def downgrade() -> None:
    op.drop_table("lot_edge")
    op.drop_table("event_what")
    op.drop_table("trace_event")
    with op.batch_alter_table("lot") as lot:
        lot.drop_column("kind")
