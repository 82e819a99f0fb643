"""What is left of lots and why; holds; crates and pallets; shipments; which lots orders got."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOVES = (
    "made",
    "packed",
    "waste",
    "sample",
    "counted",
    "sold",
    "returned",
    "shipped",
    "voided",
)
UNITS = ("crate", "pallet")
GONE = "('packed', 'shipped', 'ready', 'delivered')"
INDEXES = {
    "lot_move": (("lot", "lot_id", "at"), ("ref", "ref"), ("kind", "kind", "lot_id")),
    "lot_hold": (("lot", "lot_id", "until"), ("cause", "cause_id", "until")),
    "logistic_unit": (("vendor", "vendor_id", "id"),),
    "unit_content": (
        ("unit", "unit_id", "until"),
        ("lot", "lot_id", "until"),
        ("child", "child_id", "until"),
    ),
    "shipment": (("vendor", "vendor_id", "shipped_at"), ("to", "to_vendor_id", "shipped_at")),
    "shipment_line": (("shipment", "shipment_id"), ("lot", "lot_id")),
    "order_allocation": (("line", "line_id"), ("order", "order_id"), ("lot", "lot_id")),
}


def upgrade() -> None:
    # Not in a batch: SQLite would make the table anew, and others refer to its rows.
    op.execute(
        "ALTER TABLE lot ADD COLUMN rest BIGINT NOT NULL DEFAULT 0"
        " CONSTRAINT ck_lot_rest CHECK (rest >= 0)"
    )
    op.add_column("lot", sa.Column("commissioned_seq", SEQ, nullable=True))
    _moves_and_holds()
    _units()
    _shipments()
    _allocations()
    for table, indexes in INDEXES.items():
        for name, *columns in indexes:
            op.create_index(f"ix_{table}_{name}", table, columns)
    _fill()


def downgrade() -> None:
    for table in (
        "order_allocation",
        "shipment_line",
        "shipment",
        "sscc_counter",
        "unit_content",
        "logistic_unit",
        "lot_hold",
        "lot_move",
    ):
        op.drop_table(table)
    # The states that it had before: what is used up may be sold, as far as anybody knew.
    op.execute("UPDATE lot SET state = 'open' WHERE state = 'closed'")
    op.drop_column("lot", "commissioned_seq")
    op.drop_column("lot", "rest")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [target], name=name)


def _id(name: str = "id", *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(26), nullable=nullable)


def _moves_and_holds() -> None:
    op.create_table(
        "lot_move",
        _id(),
        _id("lot_id"),
        sa.Column(
            "kind", sa.Enum(*MOVES, name="movekind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("event_seq", SEQ, nullable=True),
        sa.Column("ref", sa.String(60), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        _id("actor_id", nullable=True),
        sa.Column("actor_name", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_lot_move_quantity")),
        _key("lot_move", "lot_id", "lot.id"),
        _key("lot_move", "event_seq", "trace_event.seq"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_move")),
    )
    op.create_table(
        "lot_hold",
        _id(),
        _id("lot_id"),
        _id("cause_id"),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=True),
        _key("lot_hold", "lot_id", "lot.id"),
        _key("lot_hold", "cause_id", "lot.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_hold")),
    )


def _units() -> None:
    op.create_table(
        "logistic_unit",
        _id(),
        _id("vendor_id"),
        sa.Column(
            "kind", sa.Enum(*UNITS, name="unitkind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("sscc", sa.String(18), nullable=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        _key("logistic_unit", "vendor_id", "vendor.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logistic_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_logistic_unit_code")),
        sa.UniqueConstraint("sscc", name=op.f("uq_logistic_unit_sscc")),
    )
    op.create_table(
        "unit_content",
        _id(),
        _id("unit_id"),
        _id("lot_id", nullable=True),
        _id("child_id", nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("in_seq", SEQ, nullable=False),
        sa.Column("out_seq", SEQ, nullable=True),
        sa.CheckConstraint(
            "(lot_id IS NULL) <> (child_id IS NULL)", name=op.f("ck_unit_content_one_kind")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_unit_content_quantity")),
        sa.CheckConstraint("unit_id <> child_id", name=op.f("ck_unit_content_itself")),
        _key("unit_content", "unit_id", "logistic_unit.id"),
        _key("unit_content", "lot_id", "lot.id"),
        _key("unit_content", "child_id", "logistic_unit.id"),
        _key("unit_content", "in_seq", "trace_event.seq"),
        _key("unit_content", "out_seq", "trace_event.seq"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_content")),
    )
    op.create_table(
        "sscc_counter",
        _id("vendor_id"),
        sa.Column("prefix", sa.String(12), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        _key("sscc_counter", "vendor_id", "vendor.id"),
        sa.PrimaryKeyConstraint("vendor_id", "prefix", name=op.f("pk_sscc_counter")),
    )


def _shipments() -> None:
    op.create_table(
        "shipment",
        _id(),
        _id("vendor_id"),
        _id("to_vendor_id", nullable=True),
        sa.Column("to_name", sa.String(120), nullable=False),
        sa.Column("to_address", sa.String(200), nullable=False),
        sa.Column("to_gln", sa.String(13), nullable=True),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("document", sa.String(60), nullable=False),
        sa.Column("shipped_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("event_seq", SEQ, nullable=False),
        _key("shipment", "vendor_id", "vendor.id"),
        _key("shipment", "to_vendor_id", "vendor.id"),
        _key("shipment", "event_seq", "trace_event.seq"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("code", name=op.f("uq_shipment_code")),
    )
    op.create_table(
        "shipment_line",
        _id(),
        _id("shipment_id"),
        _id("lot_id"),
        _id("unit_id", nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=True),
        _id("became_id", nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_shipment_line_quantity")),
        sa.CheckConstraint("received >= 0", name=op.f("ck_shipment_line_received")),
        _key("shipment_line", "shipment_id", "shipment.id"),
        _key("shipment_line", "lot_id", "lot.id"),
        _key("shipment_line", "unit_id", "logistic_unit.id"),
        _key("shipment_line", "became_id", "lot.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_line")),
    )


def _allocations() -> None:
    op.create_table(
        "order_allocation",
        _id(),
        _id("order_id"),
        _id("line_id"),
        _id("lot_id"),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("packed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("shipped_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("returned_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_allocation_quantity")),
        _key("order_allocation", "order_id", "order.id"),
        _key("order_allocation", "line_id", "order_line.id"),
        _key("order_allocation", "lot_id", "lot.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_allocation")),
    )


def _fill() -> None:
    """Say of lots made so far what is known: their make, what orders got, why they are held.

    Ids are those of what each row is about: unique, and nothing has to be invented.
    """
    op.execute(
        "INSERT INTO order_allocation (id, order_id, line_id, lot_id, quantity, packed_at,"
        " shipped_at, delivered_at, returned_at)"
        " SELECT l.id, l.order_id, l.id, l.lot_id, l.size * l.quantity, o.placed_at,"
        f" CASE WHEN o.fulfilment <> 'packed' THEN {_at('ship')} END,"
        f" CASE WHEN o.fulfilment = 'delivered' THEN {_at('deliver')} END, NULL"
        ' FROM order_line l JOIN "order" o ON o.id = l.order_id'
        " JOIN lot ON lot.id = l.lot_id JOIN bucket b ON b.id = l.bucket_id"
        f" WHERE o.fulfilment IN {GONE} AND b.unit = lot.unit"
    )
    op.execute(
        "INSERT INTO lot_move (id, lot_id, kind, quantity, ref, reason, actor_name, at)"
        " SELECT id, id, 'made', quantity, '', '', '', created_at FROM lot WHERE quantity > 0"
    )
    op.execute(
        "INSERT INTO lot_move (id, lot_id, kind, quantity, ref, reason, actor_name, at)"
        " SELECT id, lot_id, 'sold', -quantity, line_id, '', '', packed_at FROM order_allocation"
    )
    left = "(SELECT COALESCE(SUM(m.quantity), 0) FROM lot_move m WHERE m.lot_id = lot.id)"
    # More was sold than was written down: what was missing was made, too.
    op.execute(
        "INSERT INTO lot_move (id, lot_id, kind, quantity, ref, reason, actor_name, at)"
        f" SELECT '+' || substr(id, 2), id, 'counted', -{left}, '', '', '', created_at FROM lot"
        f" WHERE {left} < 0"
    )
    op.execute(
        "UPDATE lot SET quantity = quantity + (SELECT m.quantity FROM lot_move m"
        " WHERE m.id = '+' || substr(lot.id, 2))"
        " WHERE EXISTS (SELECT 1 FROM lot_move m WHERE m.id = '+' || substr(lot.id, 2))"
    )
    op.execute(f"UPDATE lot SET rest = {left}")
    op.execute(
        "INSERT INTO lot_hold (id, lot_id, cause_id, reason, since)"
        " SELECT id, id, id, state_reason, state_at FROM lot WHERE state = 'held'"
    )


def _at(action: str) -> str:
    """Return when a step of the order was taken; as a table came in, it was placed then."""
    steps = (
        f"(SELECT MAX(s.at) FROM order_step s WHERE s.order_id = o.id AND s.action = '{action}')"
    )
    return f"COALESCE({steps}, o.placed_at)"
