"""Papers and personal data at rest: sealed numbers, digests of files, views, erasures.

Numbers that lie in plain text are sealed by ``market upgrade`` right after the migrations
(``vendors.services.sealing``): the keys are no business of a migration.
"""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0013"
down_revision = "0002"
branch_labels = None
depends_on = None

_ADDED_ONLY = "rows of identity_view are only ever added"


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
    op.create_table(
        "paper_file",
        sa.Column("document_id", sa.String(26), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["vendor_document.id"],
            name=op.f("fk_paper_file_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_paper_file")),
    )
    op.create_table(
        "identity_view",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("document_id", sa.String(26), nullable=True),
        sa.Column("actor_id", sa.String(26), nullable=False),
        sa.Column("actor_name", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_view")),
    )
    op.create_index("ix_identity_view_vendor", "identity_view", ["vendor_id", "at"])
    op.create_table(
        "identity_erasure",
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("papers", sa.BigInteger(), nullable=False),
        sa.Column("erased_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"],
            ["vendor.id"],
            name=op.f("fk_identity_erasure_vendor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("vendor_id", name=op.f("pk_identity_erasure")),
    )
    _let_nobody_change_views()


def _let_nobody_change_views() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER identity_view_no_{action.lower()} BEFORE {action} ON identity_view "
                f"BEGIN SELECT RAISE(ABORT, '{_ADDED_ONLY}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION identity_view_added_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_ADDED_ONLY}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER identity_view_added_only BEFORE UPDATE OR DELETE ON identity_view "
        "FOR EACH ROW EXECUTE FUNCTION identity_view_added_only()"
    )


def downgrade() -> None:
    op.drop_table("identity_erasure")
    op.drop_table("identity_view")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION identity_view_added_only()")
    op.drop_table("paper_file")
    op.drop_table("vendor_number")
