"""Addresses of pages in each language, and who looked at the words of a language."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from kernel.db import UtcDateTime
from kernel.text import slug

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TAKEN = sa.text("until IS NULL")
AT_ONCE = 1000


def upgrade() -> None:
    addresses = op.create_table(
        "page_address",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.String(26), nullable=False),
        sa.Column("lang", sa.String(5), nullable=False),
        sa.Column("slug", sa.String(110), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject_id", "lang", "slug", name=op.f("pk_page_address")),
    )
    op.create_index("ix_page_address_slug", "page_address", ["kind", "slug", "since"])
    op.create_index(
        "uq_page_address_taken",
        "page_address",
        ["kind", "subject_id", "lang"],
        unique=True,
        sqlite_where=TAKEN,
        postgresql_where=TAKEN,
    )
    op.create_table(
        "listing_language",
        sa.Column("listing_id", sa.String(26), nullable=False),
        sa.Column("lang", sa.String(5), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(26), nullable=True),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_language_listing_id")
        ),
        sa.PrimaryKeyConstraint("listing_id", "lang", name=op.f("pk_listing_language")),
    )
    op.create_index("ix_listing_language_state", "listing_language", ["state", "listing_id"])
    _fill(addresses)


def _fill(addresses: sa.Table) -> None:
    """Note the addresses that pages have now, so that they lead on when they change."""
    bind, found = op.get_bind(), list(_present())
    for start in range(0, len(found), AT_ONCE):
        bind.execute(addresses.insert(), found[start : start + AT_ONCE])


def _present() -> Iterator[dict[str, Any]]:
    bind, now = op.get_bind(), datetime.now(UTC)
    for row in bind.execute(sa.text("SELECT id, slug, title FROM listing WHERE slug <> ''")):
        title = json.loads(row.title) if isinstance(row.title, str) else row.title
        both = {"vi": row.slug, "en": slug(title.get("en", "")) or row.slug}
        yield from (_address("listing", row.id, lang, text, now) for lang, text in both.items())
    for row in bind.execute(sa.text("SELECT id, slug FROM category")):
        yield from (_address("category", row.id, lang, row.slug, now) for lang in ("vi", "en"))
    for row in bind.execute(sa.text("SELECT id, slug FROM vendor WHERE state = 'approved'")):
        yield _address("vendor", row.id, "vi", row.slug, now)


def _address(kind: str, subject: str, lang: str, text: str, now: datetime) -> dict[str, Any]:
    return {
        "kind": kind,
        "subject_id": subject,
        "lang": lang,
        "slug": text,
        "since": now,
        "until": None,
    }


def downgrade() -> None:
    op.drop_table("listing_language")
    op.drop_table("page_address")
