"""Tables of where things are and were found, and of who looked at the words of each language."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.addresses import AddressKind, LanguageState
from kernel.db import Base, Id


class PageAddress(Base):
    """The readable end of a page's address in one language: taken now, or given up.

    What was given up still leads to its page, unless another took it later.
    """

    __tablename__ = "page_address"
    __table_args__ = (
        sa.Index("ix_page_address_slug", "kind", "slug", "since"),
        # A page has one address for each language.
        sa.Index(
            "uq_page_address_taken",
            "kind",
            "subject_id",
            "lang",
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        ),
    )

    kind: Mapped[AddressKind] = mapped_column(primary_key=True)
    # Id of a listing, a category or a vendor.
    subject_id: Mapped[Id] = mapped_column(primary_key=True)
    lang: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(110), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class ListingLanguage(Base):
    """How the words of a listing stand in one language."""

    __tablename__ = "listing_language"
    __table_args__ = (sa.Index("ix_listing_language_state", "state", "listing_id"),)

    listing_id: Mapped[Id] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    lang: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    state: Mapped[LanguageState]
    # Of the words that the state speaks of.
    digest: Mapped[str] = mapped_column(sa.String(64))
    changed_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None] = mapped_column(sa.String(26))
