"""Documents of the office and the register of their numbers."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0012"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision_document",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("type_code", sa.String(8), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("year", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("governing", sa.String(160), nullable=False),
        sa.Column("issuing", sa.String(160), nullable=False),
        sa.Column("office_code", sa.String(20), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("signer_title", sa.String(80), nullable=False),
        sa.Column("signer_name", sa.String(120), nullable=False),
        sa.Column("by_deputy", sa.Boolean(), nullable=False),
        sa.Column("lookup_code", sa.String(12), nullable=False),
        sa.Column("pdf_key", sa.String(160), nullable=False),
        sa.Column("pdf_sha256", sa.String(64), nullable=False),
        sa.Column("docx_key", sa.String(160), nullable=False),
        sa.Column("docx_sha256", sa.String(64), nullable=False),
        sa.Column("signed_key", sa.String(160), nullable=False),
        sa.Column("signed_sha256", sa.String(64), nullable=False),
        sa.Column("signed_by", sa.String(200), nullable=False),
        sa.Column("signed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("chain_checked", sa.Boolean(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(26), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_decision_document_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_document")),
        sa.UniqueConstraint("lookup_code", name=op.f("uq_decision_document_lookup_code")),
        sa.UniqueConstraint(
            "year", "type_code", "number", name=op.f("uq_decision_document_year_type_code_number")
        ),
    )
    op.create_index("ix_decision_document_vendor", "decision_document", ["vendor_id", "id"])
    op.create_table(
        "decision_counter",
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type_code", sa.String(8), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("year", "type_code", name=op.f("pk_decision_counter")),
    )
    op.create_table(
        "decision_number",
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type_code", sa.String(8), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.String(26), nullable=False),
        sa.Column("taken_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["decision_document.id"], name=op.f("fk_decision_number_document_id")
        ),
        sa.PrimaryKeyConstraint("year", "type_code", "number", name=op.f("pk_decision_number")),
        sa.UniqueConstraint("document_id", name=op.f("uq_decision_number_document_id")),
    )


def downgrade() -> None:
    op.drop_table("decision_number")
    op.drop_table("decision_counter")
    op.drop_index("ix_decision_document_vendor", "decision_document")
    op.drop_table("decision_document")
