"""Pictures of the diary come in pieces, which are kept until one is whole."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0044"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "diary_piece",
        sa.Column("photo_id", sa.String(26), nullable=False),
        sa.Column("start", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["diary_photo.id"], name=op.f("fk_diary_piece_photo_id_diary_photo")
        ),
        sa.PrimaryKeyConstraint("photo_id", "start", name=op.f("pk_diary_piece")),
    )


def downgrade() -> None:
    op.drop_table("diary_piece")
