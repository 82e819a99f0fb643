"""Changes that wait, what the office last saw, what checks found, pictures by their looks."""

import json

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime
from kernel.ids import new_id

revision = "0022"
down_revision = "0016"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")
OPEN = sa.text("cleared_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "listing_change",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("listing_id", sa.String(26), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("proposed_by", sa.String(26), nullable=True),
        sa.Column("proposed_name", sa.String(120), nullable=False),
        sa.Column("proposed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(26), nullable=True),
        sa.Column("decided_name", sa.String(120), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_change_listing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_change")),
    )
    op.create_index(
        "ix_listing_change_waiting",
        "listing_change",
        ["listing_id"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index("ix_listing_change_listing", "listing_change", ["listing_id", "proposed_at"])
    op.create_table(
        "listing_baseline",
        sa.Column("listing_id", sa.String(26), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_baseline_listing_id")
        ),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_listing_baseline")),
    )
    op.create_table(
        "listing_flag",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("listing_id", sa.String(26), nullable=False),
        sa.Column("check", sa.String(40), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("words", sa.String(120), nullable=False),
        sa.Column("law", sa.String(200), nullable=False),
        sa.Column("scheme", sa.String(40), nullable=False),
        sa.Column("other_id", sa.String(26), nullable=True),
        sa.Column("found_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_flag_listing_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["listing.id"], name=op.f("fk_listing_flag_other_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_flag")),
    )
    op.create_index("ix_listing_flag_listing", "listing_flag", ["listing_id"])
    op.create_index(
        "ix_listing_flag_open",
        "listing_flag",
        ["listing_id", "check"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    _create_pictures()
    _fill_pictures()
    _fill_baselines()


def _create_pictures() -> None:
    op.create_table(
        "listing_picture",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("listing_id", sa.String(26), nullable=False),
        sa.Column("vendor_id", sa.String(26), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("likeness", sa.BigInteger(), nullable=True),
        *(sa.Column(f"band_{band}", sa.Integer(), nullable=True) for band in range(4)),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_picture_listing_id")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_listing_picture_vendor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_picture")),
        sa.UniqueConstraint(
            "listing_id", "digest", name=op.f("uq_listing_picture_listing_id_digest")
        ),
    )
    op.create_index("ix_listing_picture_digest", "listing_picture", ["digest"])
    for band in range(4):
        op.create_index(f"ix_listing_picture_band_{band}", "listing_picture", [f"band_{band}"])


def _fill_pictures() -> None:
    """Note the pictures there are; their looks are read by ``flask catalog likenesses``."""
    bind = op.get_bind()
    picture = sa.table(
        "listing_picture",
        *(sa.column(name) for name in ("id", "listing_id", "vendor_id", "digest")),
    )
    known = set()
    for listing_id, vendor_id, photos in bind.execute(
        sa.text("SELECT id, vendor_id, photos FROM listing")
    ).all():
        for photo in json.loads(photos) if isinstance(photos, str) else photos:
            if (listing_id, photo["digest"]) not in known:
                known.add((listing_id, photo["digest"]))
                bind.execute(
                    picture.insert().values(
                        id=new_id(),
                        listing_id=listing_id,
                        vendor_id=vendor_id,
                        digest=photo["digest"],
                    )
                )


def _fill_baselines() -> None:
    """What waits for a second look was kept without the values of the first one."""
    listing = sa.table("listing", sa.column("id"), sa.column("recheck_since"))
    baseline = sa.table(
        "listing_baseline",
        sa.column("listing_id"),
        sa.column("values", sa.JSON()),
        sa.column("at"),
    )
    op.get_bind().execute(
        baseline.insert().from_select(
            ["listing_id", "values", "at"],
            sa.select(listing.c.id, sa.literal({}, sa.JSON()), listing.c.recheck_since).where(
                listing.c.recheck_since.is_not(None)
            ),
        )
    )


def downgrade() -> None:
    for table in ("listing_picture", "listing_flag", "listing_baseline", "listing_change"):
        op.drop_table(table)
