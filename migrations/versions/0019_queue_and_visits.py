"""The office's queue, the views kept of it, and site visits."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0019"
down_revision = "0015"
branch_labels = None
depends_on = None

_OFFERS = (
    *("raw", "processed", "high_tech", "organic", "handicraft"),
    *("single_experience", "tour_package", "homestay"),
)
_FILTERED = ("commune", "legal_form", "offer_bits", "reviewer_id", "name_folded")


def upgrade() -> None:
    op.add_column(
        "vendor", sa.Column("offer_bits", sa.BigInteger(), nullable=False, server_default="0")
    )
    _fill_bits()
    op.drop_index("ix_vendor_state", "vendor")
    op.drop_index("ix_vendor_due", "vendor")
    op.create_index(
        "ix_vendor_state", "vendor", ["state", "submitted_at", "id", *_FILTERED, "due_on"]
    )
    op.create_index(
        "ix_vendor_due", "vendor", ["state", "due_on", "id", *_FILTERED, "submitted_at"]
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_saved_view_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_view_user_id_name")),
    )
    _create_visits()


def _create_visits() -> None:
    op.create_table(
        "site_visit",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("inspector_id", sa.String(26), nullable=False),
        sa.Column("inspector_name", sa.String(120), nullable=False),
        sa.Column("others", sa.String(300), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("follows_id", sa.String(26), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("objection", sa.Text(), nullable=False),
        sa.Column("objected_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("document_id", sa.String(26), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_site_visit_vendor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"],
            ["site_visit.id"],
            name=op.f("fk_site_visit_follows_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["decision_document.id"],
            name=op.f("fk_site_visit_document_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_visit")),
    )
    is_open = sa.text("state = 'scheduled'")
    op.create_index(
        "ix_site_visit_open",
        "site_visit",
        ["vendor_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("ix_site_visit_vendor", "site_visit", ["vendor_id", "day", "id"])
    op.create_index("ix_site_visit_day", "site_visit", ["day", "inspector_id", "id"])
    _create_minutes()


def _create_minutes() -> None:
    op.create_table(
        "visit_minutes",
        sa.Column("visit_id", sa.String(26), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("result", sa.String(40), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("present", sa.String(500), nullable=False),
        sa.Column("vendor_words", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.String(500), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(26), nullable=True),
        sa.Column("written_by_name", sa.String(120), nullable=False),
        sa.Column("written_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["site_visit.id"],
            name=op.f("fk_visit_minutes_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("visit_id", "revision", name=op.f("pk_visit_minutes")),
    )
    op.create_table(
        "visit_photo",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("visit_id", sa.String(26), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("storage_key", sa.String(160), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.String(26), nullable=True),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["site_visit.id"],
            name=op.f("fk_visit_photo_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_photo")),
        sa.UniqueConstraint("visit_id", "sha256", name=op.f("uq_visit_photo_visit_id_sha256")),
    )


def _fill_bits() -> None:
    """Write what each vendor sells as one number."""
    vendor = sa.table(
        "vendor",
        sa.column("id", sa.String),
        sa.column("sells", sa.JSON),
        sa.column("offer_bits", sa.BigInteger),
    )
    connection = op.get_bind()
    bits = {value: 1 << number for number, value in enumerate(_OFFERS)}
    for row_id, sells in connection.execute(sa.select(vendor.c.id, vendor.c.sells)).all():
        held = sum({bits.get(value, 0) for value in sells or []})
        if held:
            connection.execute(vendor.update().where(vendor.c.id == row_id).values(offer_bits=held))


def downgrade() -> None:
    op.drop_table("visit_photo")
    op.drop_table("visit_minutes")
    op.drop_index("ix_site_visit_day", "site_visit")
    op.drop_index("ix_site_visit_vendor", "site_visit")
    op.drop_index("ix_site_visit_open", "site_visit")
    op.drop_table("site_visit")
    op.drop_table("saved_view")
    op.drop_index("ix_vendor_due", "vendor")
    op.drop_index("ix_vendor_state", "vendor")
    op.create_index("ix_vendor_due", "vendor", ["state", "due_on", "id"])
    op.create_index("ix_vendor_state", "vendor", ["state", "submitted_at", "id"])
    op.drop_column("vendor", "offer_bits")
