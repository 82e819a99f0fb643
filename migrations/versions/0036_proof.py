"""The log that proves events: chain and tree, keys, checkpoints, witnesses, personal words."""

import hashlib

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# The events themselves are guarded already.
UNCHANGING = ("event_what", "log_leaf", "checkpoint")
BATCH = 2000


def upgrade() -> None:
    op.create_table(
        "log_leaf",
        sa.Column("seq", SEQ, autoincrement=False, nullable=False),
        sa.Column("event_seq", SEQ, nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("nodes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_seq"], ["trace_event.seq"], name=op.f("fk_log_leaf_event_seq_trace_event")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log_leaf")),
        sa.UniqueConstraint("event_seq", name=op.f("uq_log_leaf_event_seq")),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )
    _create_keys()
    _create_witnesses()
    op.create_table(
        "commitment",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("event_seq", SEQ, nullable=True),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("value_sealed", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_seq"], ["trace_event.seq"], name=op.f("fk_commitment_event_seq_trace_event")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_commitment_vendor_id_vendor")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_commitment")),
    )
    op.create_index("ix_commitment_vendor", "commitment", ["vendor_id", "fingerprint"])
    op.create_index("ix_commitment_event", "commitment", ["event_seq"])
    _log_what_is_there()
    _refuse_changes()


def downgrade() -> None:
    _allow_changes()
    for table in (
        "commitment",
        "witness_receipt",
        "witness",
        "checkpoint",
        "signing_key",
        "log_head",
        "log_leaf",
    ):
        op.drop_table(table)


def _create_keys() -> None:
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(8), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("seed_sealed", sa.Text(), nullable=False),
        sa.Column("valid_from", UtcDateTime(timezone=True), nullable=False),
        sa.Column("valid_to", UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "checkpoint",
        sa.Column("id", SEQ, autoincrement=True, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("kid", sa.String(8), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["kid"], ["signing_key.kid"], name=op.f("fk_checkpoint_kid_signing_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
    )
    op.create_index("ix_checkpoint_size", "checkpoint", ["size", "id"])


def _create_witnesses() -> None:
    op.create_table(
        "witness",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("key", sa.String(400), nullable=False),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_witness")),
    )
    op.create_table(
        "witness_receipt",
        sa.Column("checkpoint_id", SEQ, nullable=False),
        sa.Column("witness", sa.String(200), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_witness_receipt_checkpoint_id_checkpoint"),
        ),
        sa.ForeignKeyConstraint(
            ["witness"], ["witness.name"], name=op.f("fk_witness_receipt_witness_witness")
        ),
        sa.PrimaryKeyConstraint("checkpoint_id", "witness", name=op.f("pk_witness_receipt")),
    )


def _log_what_is_there() -> None:
    """Give the events so far their leaves, in the order they were numbered."""
    bind = op.get_bind()
    event = sa.table("trace_event", sa.column("seq", SEQ), sa.column("body", sa.Text))
    leaf_table = sa.table(
        "log_leaf",
        *(sa.column(name, SEQ) for name in ("seq", "event_seq")),
        *(sa.column(name, sa.LargeBinary) for name in ("prev", "leaf", "nodes")),
    )
    size, link, peaks, last = 0, bytes(32), [], -1
    while rows := bind.execute(
        sa.select(event.c.seq, event.c.body)
        .where(event.c.seq > last)
        .order_by(event.c.seq)
        .limit(BATCH)
    ).all():
        made = []
        for seq, body in rows:
            leaf = hashlib.sha256(b"\x00" + body.encode()).digest()
            nodes, index, top = [], size, leaf
            while index & 1:
                top = hashlib.sha256(b"\x01" + peaks.pop() + top).digest()
                nodes.append(top)
                index >>= 1
            peaks.append(top)
            made.append(
                {
                    "seq": size,
                    "event_seq": seq,
                    "prev": link,
                    "leaf": leaf,
                    "nodes": b"".join(nodes),
                }
            )
            link = hashlib.sha256(b"\x02" + link + leaf).digest()
            size, last = size + 1, seq
        bind.execute(sa.insert(leaf_table), made)
    head = sa.table(
        "log_head",
        sa.column("id", sa.BigInteger),
        sa.column("size", sa.BigInteger),
        sa.column("link", sa.LargeBinary),
    )
    bind.execute(sa.insert(head).values(id=1, size=size, link=link))


def _refuse_changes() -> None:
    """Let the database refuse whoever would change or delete what is proved."""
    if op.get_bind().dialect.name == "sqlite":
        for table in UNCHANGING:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$"
    )
    for table in UNCHANGING:
        op.execute(
            f"CREATE TRIGGER {table}_unchanging BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )


def _allow_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in UNCHANGING:
            for verb in ("update", "delete"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
        return
    for table in UNCHANGING:
        op.execute(f"DROP TRIGGER IF EXISTS {table}_unchanging ON {table}")
    op.execute("DROP FUNCTION IF EXISTS only_added_to()")
