"""Recalls: what is affected, who was told, what was found; and complaints."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


EDGES = {"ix_lot_edge_src": ["src_id", "dst_id"], "ix_lot_edge_dst": ["dst_id", "src_id"]}


def _index_edges(*more: str) -> None:
    for name, columns in EDGES.items():
        op.drop_index(name, "lot_edge")
        op.create_index(name, "lot_edge", [*columns, *more])


def upgrade() -> None:
    _index_edges("quantity")
    op.create_table(
        "recall",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "lot",
                "plot",
                "input",
                "certificate",
                "worker",
                "complaint",
                name="origin",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("origin_ref", sa.String(length=120), nullable=False),
        sa.Column("origin_name", sa.String(length=200), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column(
            "hazard",
            sa.Enum("serious", "possible", "none", name="hazard", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("advice", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "active",
                "closed",
                "dropped",
                name="recallstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "measure",
            sa.Enum("hold", "recall", name="measure", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("opened_by", sa.String(length=26), nullable=True),
        sa.Column("opened_by_name", sa.String(length=120), nullable=False),
        sa.Column("acted_by_name", sa.String(length=120), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("traced_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("acted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("held_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("cause", sa.String(length=1000), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_recall_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
        sa.UniqueConstraint("code", name=op.f("uq_recall_code")),
        sa.UniqueConstraint("id", "drill", name=op.f("uq_recall_id_drill")),
    )
    op.create_index("ix_recall_state", "recall", ["state", "opened_at"])
    op.create_index("ix_recall_vendor", "recall", ["vendor_id", "opened_at"])
    op.create_table(
        "recall_action",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("recall_id", sa.String(length=26), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_action_recall_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_action")),
    )
    op.create_index("ix_recall_action_recall", "recall_action", ["recall_id", "due_on"])
    op.create_table(
        "recall_notice",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("recall_id", sa.String(length=26), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("group_id", sa.String(length=26), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("mail_id", sa.String(length=26), nullable=True),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("acked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "answer",
            sa.Enum(
                "kept",
                "returned",
                "discarded",
                "eaten",
                "not_had",
                name="answer",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("noted_by_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "NOT drill OR (group_id IS NULL AND token_hash IS NULL AND mail_id IS NULL)",
            name=op.f("ck_recall_notice_drill_reaches_nobody"),
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["notice.id"], name=op.f("fk_recall_notice_mail_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recall_id", "drill"],
            ["recall.id", "recall.drill"],
            name=op.f("fk_recall_notice_recall_id_drill"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_recall_notice_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_notice")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_recall_notice_token_hash")),
    )
    op.create_index("ix_recall_notice_group", "recall_notice", ["group_id"])
    op.create_index("ix_recall_notice_recall", "recall_notice", ["recall_id", "acked_at"])
    op.create_table(
        "complaint",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=False),
        sa.Column("order_id", sa.String(length=26), nullable=True),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "illness",
                "foreign_body",
                "spoiled",
                "residue",
                "label",
                "other",
                name="complaintkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting", "recall", "answered", name="complaintstate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("recall_id", sa.String(length=26), nullable=True),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_complaint_lot_id")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_complaint_recall_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_complaint_vendor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("code", name=op.f("uq_complaint_code")),
    )
    op.create_index("ix_complaint_lot", "complaint", ["lot_id"])
    op.create_index("ix_complaint_state", "complaint", ["state", "at"])
    op.create_index("ix_complaint_vendor", "complaint", ["vendor_id", "state", "at"])
    op.create_table(
        "recall_count",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("recall_id", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=False),
        sa.Column(
            "finding",
            sa.Enum(
                "stock",
                "sold",
                "transit",
                "destroyed",
                "samples",
                "waste",
                name="finding",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_recall_count_quantity")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_count_lot_id")),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_count_recall_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_count")),
    )
    op.create_index("ix_recall_count_recall", "recall_count", ["recall_id", "lot_id"])
    op.create_table(
        "recall_lot",
        sa.Column("recall_id", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=False),
        sa.Column("vendor_id", sa.String(length=26), nullable=False),
        sa.Column("depth", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column(
            "state_before",
            sa.Enum(
                "open", "held", "recalled", "closed", name="lotstate", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("out_reason", sa.String(length=300), nullable=False),
        sa.Column("out_by_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_recall_lot_lot_id")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_recall_lot_recall_id")),
        sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=op.f("fk_recall_lot_vendor_id")),
        sa.PrimaryKeyConstraint("recall_id", "lot_id", name=op.f("pk_recall_lot")),
    )
    op.create_index("ix_recall_lot_lot", "recall_lot", ["lot_id"])


def downgrade() -> None:
    _index_edges()
    op.drop_table("recall_lot")
    op.drop_table("recall_count")
    op.drop_table("complaint")
    op.drop_table("recall_notice")
    op.drop_table("recall_action")
    op.drop_table("recall")
