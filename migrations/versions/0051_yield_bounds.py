"""What a field gives at most holds from a day on, and has a source."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0049"
branch_labels = None
depends_on = None

# What was known before had no day: it holds for everything that was told so far.
BEFORE = "2000-01-01"


def upgrade() -> None:
    op.create_table(
        "yield_bound",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("crop_id", sa.String(length=26), nullable=False),
        sa.Column("variety_id", sa.String(length=26), nullable=True),
        sa.Column("most_kg_per_ha", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.CheckConstraint("most_kg_per_ha > 0", name=op.f("ck_yield_bound_most")),
        sa.ForeignKeyConstraint(["crop_id"], ["crop.id"], name=op.f("fk_yield_bound_crop_id")),
        sa.ForeignKeyConstraint(
            ["variety_id"], ["variety.id"], name=op.f("fk_yield_bound_variety_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yield_bound")),
        sa.UniqueConstraint(
            "variety_id", "valid_from", name=op.f("uq_yield_bound_variety_id_valid_from")
        ),
    )
    op.create_index(
        "uq_yield_bound_crop",
        "yield_bound",
        ["crop_id", "valid_from"],
        unique=True,
        sqlite_where=sa.text("variety_id IS NULL"),
        postgresql_where=sa.text("variety_id IS NULL"),
    )
    # SQLite keeps days as text.
    day = "DATE" if op.get_bind().dialect.name == "postgresql" else "TEXT"
    for table, crop, variety in (("crop", "id", "NULL"), ("variety", "crop_id", "id")):
        op.execute(
            "INSERT INTO yield_bound"
            " (id, crop_id, variety_id, most_kg_per_ha, source, valid_from)"
            f" SELECT id, {crop}, {variety}, most_kg_per_ha, '', CAST('{BEFORE}' AS {day})"
            f" FROM {table} WHERE most_kg_per_ha > 0"
        )
        op.drop_column(table, "most_kg_per_ha")
    name_products()


def name_products() -> None:
    """Of a mix each product is a matter of its own: its key names the product."""
    items = sa.table(
        "watch_item",
        sa.column("id"),
        sa.column("key"),
        sa.column("kind"),
        sa.column("detail", sa.JSON),
    )
    products = sa.table("input_product", sa.column("id"), sa.column("name"))
    connection = op.get_bind()
    ids = dict(connection.execute(sa.select(products.c.name, products.c.id)).all())
    wanted = sa.select(items.c.id, items.c.key, items.c.detail).where(items.c.kind == "too_close")
    for row in connection.execute(wanted).all():
        product_id = ids.get(row.detail["product"])
        if product_id is not None:
            key = f"{row.key}:{product_id}"
            connection.execute(sa.update(items).where(items.c.id == row.id).values(key=key))


def downgrade() -> None:
    for table, whose in (
        ("crop", "crop_id = crop.id AND variety_id IS NULL"),
        ("variety", "variety_id = variety.id"),
    ):
        op.add_column(table, sa.Column("most_kg_per_ha", sa.BigInteger(), nullable=True))
        # The newest is the one that was known without a day.
        op.execute(
            f"UPDATE {table} SET most_kg_per_ha = (SELECT most_kg_per_ha FROM yield_bound"
            f" WHERE {whose} ORDER BY valid_from DESC LIMIT 1)"
        )
    op.drop_table("yield_bound")
