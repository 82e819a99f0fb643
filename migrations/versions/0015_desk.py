"""The office's desk: notes of officers, and marks that find other dossiers of the same vendor.

The marks of vendors that are here already are written by the words of today's rule; what is
written later goes by the rule of its day.
"""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime
from kernel.rules_seed.vetting import NAME_WORDS
from vendors.rules.likeness import name_marks, place_mark

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None

SHELF = 500


def upgrade() -> None:
    _notes()
    op.add_column("vendor", sa.Column("name_marks", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "vendor", sa.Column("place_mark", sa.String(240), nullable=False, server_default="")
    )
    op.create_index("ix_vendor_place_mark", "vendor", ["place_mark"])
    op.create_table(
        "vendor_mark",
        sa.Column("mark", sa.String(60), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_vendor_mark_vendor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mark", "vendor_id", name=op.f("pk_vendor_mark")),
    )
    op.create_index("ix_vendor_mark_vendor", "vendor_mark", ["vendor_id"])
    _mark()


def downgrade() -> None:
    op.drop_table("vendor_mark")
    op.drop_index("ix_vendor_place_mark", "vendor")
    for column in ("place_mark", "name_marks"):
        op.drop_column("vendor", column)
    op.drop_table("vendor_note")


def _notes() -> None:
    op.create_table(
        "vendor_note",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("author_id", sa.String(26), nullable=True),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_vendor_note_vendor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_note")),
    )
    op.create_index("ix_vendor_note_vendor", "vendor_note", ["vendor_id", "at"])


def _mark() -> None:
    vendor = sa.table(
        "vendor",
        sa.column("id", sa.String),
        sa.column("name", sa.String),
        sa.column("commune", sa.String),
        sa.column("address", sa.String),
        sa.column("name_marks", sa.JSON),
        sa.column("place_mark", sa.String),
    )
    kept = sa.table("vendor_mark", sa.column("mark", sa.String), sa.column("vendor_id", sa.String))
    here = op.get_bind()
    rows = here.execute(
        sa.select(vendor.c.id, vendor.c.name, vendor.c.commune, vendor.c.address)
    ).all()
    change = (
        sa.update(vendor)
        .where(vendor.c.id == sa.bindparam("which"))
        .values(name_marks=sa.bindparam("marks"), place_mark=sa.bindparam("place"))
    )
    for start in range(0, len(rows), SHELF):
        changes = [
            {
                "which": row.id,
                "marks": name_marks(row.name, NAME_WORDS),
                "place": place_mark(row.commune, row.address),
            }
            for row in rows[start : start + SHELF]
        ]
        here.execute(change, changes)
        marks = [{"mark": m, "vendor_id": one["which"]} for one in changes for m in one["marks"]]
        if marks:
            here.execute(sa.insert(kept), marks)
