"""The diary on a phone: pictures on their way, tasks of a crop."""

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ACTIVITIES = (
    "soil",
    "seeding",
    "fertiliser",
    "spray",
    "irrigation",
    "care",
    "observation",
    "lab_test",
    "harvest",
)


def upgrade() -> None:
    op.create_table(
        "diary_photo",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("named_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("stored_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("stored_by", sa.String(26), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_diary_photo_vendor_id_vendor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diary_photo")),
        sa.UniqueConstraint("vendor_id", "digest", name=op.f("uq_diary_photo_vendor_id_digest")),
    )
    op.create_table(
        "diary_task",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=True),
        sa.Column("instead_of", sa.String(26), nullable=True),
        sa.Column("crops", sa.JSON(), nullable=False),
        sa.Column(
            "activity",
            sa.Enum(*ACTIVITIES, name="activity", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.Column("input_name", sa.String(120), nullable=False),
        sa.Column("dose", sa.String(80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_diary_task_vendor_id_vendor")
        ),
        sa.ForeignKeyConstraint(
            ["instead_of"], ["diary_task.id"], name=op.f("fk_diary_task_instead_of_diary_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diary_task")),
    )
    op.create_index("ix_diary_task_vendor", "diary_task", ["vendor_id", "position"])


def downgrade() -> None:
    op.drop_table("diary_task")
    op.drop_table("diary_photo")
