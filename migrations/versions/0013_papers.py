"""Papers and personal data at rest: sealed numbers, digests and pages of files, erasures.

Numbers that lie in plain text are sealed by ``market upgrade`` right after the migrations
(``vendors.services.sealing``): the keys are no business of a migration.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vendor_number",
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("number_sealed", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("emptied_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_vendor_number_vendor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("vendor_id", name=op.f("pk_vendor_number")),
    )
    op.create_index("ix_vendor_number_fingerprint", "vendor_number", ["fingerprint"])
    paper = "vendor_document"
    op.add_column(paper, sa.Column("sha256", sa.String(64), nullable=False, server_default=""))
    op.add_column(paper, sa.Column("pages", sa.BigInteger(), nullable=False, server_default="1"))
    op.add_column(paper, sa.Column("erased_on", sa.Date(), nullable=True))


def downgrade() -> None:
    for column in ("erased_on", "pages", "sha256"):
        op.drop_column("vendor_document", column)
    op.drop_table("vendor_number")
