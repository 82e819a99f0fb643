"""Numbers of GS1 for places and enterprises, public codes of places, and where codes lead."""

import re

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime
from kernel.ids import short_code

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

EXTENSION = re.compile(r"""[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}""")


def upgrade() -> None:
    op.add_column("farm", sa.Column("gln", sa.String(13), nullable=True))
    op.add_column("plot", sa.Column("extension", sa.String(20), nullable=True))
    for table in ("farm", "plot"):
        code = sa.Column("trace_code", sa.String(12), nullable=False, server_default="")
        op.add_column(table, code)
        _fill(table)
        op.create_index(f"uq_{table}_trace_code", table, ["trace_code"], unique=True)
    op.create_index("uq_farm_gln", "farm", ["gln"], unique=True)
    op.create_index("uq_plot_extension", "plot", ["farm_id", "extension"], unique=True)
    op.create_table(
        "gs1_party",
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("gln", sa.String(13), nullable=True),
        sa.Column("company_prefix", sa.String(12), nullable=True),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_gs1_party_vendor_id_vendor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("vendor_id", name=op.f("pk_gs1_party")),
        sa.UniqueConstraint("gln", name=op.f("uq_gs1_party_gln")),
    )
    op.create_table(
        "dl_link",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("anchor", sa.String(300), nullable=False),
        sa.Column("link_type", sa.String(60), nullable=False),
        sa.Column("href", sa.String(500), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=True),
        sa.Column("hreflang", sa.JSON(), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(26), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_dl_link_vendor_id_vendor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dl_link")),
    )
    op.create_index("ix_dl_link_anchor", "dl_link", ["anchor", "link_type"])
    op.create_index("ix_dl_link_vendor", "dl_link", ["vendor_id", "anchor"])
    only = sa.text("is_default")
    op.create_index(
        "uq_dl_link_default",
        "dl_link",
        ["anchor"],
        unique=True,
        sqlite_where=only,
        postgresql_where=only,
    )


def _fill(table: str) -> None:
    """Give each place a code of its own, and a plot the code of its vendor as extension."""
    place = sa.table(table, *map(sa.column, ("id", "code", "trace_code", "extension")))
    at = op.get_bind()
    for row in at.execute(sa.select(place.c.id, place.c.code)).all():
        values = {"trace_code": short_code(12)}
        if table == "plot" and EXTENSION.fullmatch(row.code):
            values["extension"] = row.code
        at.execute(sa.update(place).where(place.c.id == row.id).values(values))


def downgrade() -> None:
    op.drop_table("dl_link")
    op.drop_table("gs1_party")
    op.drop_index("uq_plot_extension", "plot")
    op.drop_index("uq_farm_gln", "farm")
    for table, columns in (("plot", ("extension", "trace_code")), ("farm", ("gln", "trace_code"))):
        op.drop_index(f"uq_{table}_trace_code", table)
        for column in columns:
            op.drop_column(table, column)
