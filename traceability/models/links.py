"""Tables of numbers given out by GS1, and of where codes lead."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Id, PrimaryId


class Gs1Party(Base):
    """What GS1 gave to a vendor: the number of its enterprise, the prefix of all its numbers."""

    __tablename__ = "gs1_party"

    vendor_id: Mapped[str] = mapped_column(
        sa.String(26), sa.ForeignKey("vendor.id", ondelete="CASCADE"), primary_key=True
    )
    gln: Mapped[str | None] = mapped_column(sa.String(13), unique=True)
    company_prefix: Mapped[str | None] = mapped_column(sa.String(12))
    changed_at: Mapped[datetime]


class DlLink(Base):
    """Where one code leads for one wish (Resolver 1.2.1): given by its vendor.

    What the house knows by itself needs no row; see ``shop/resolver/knowing.py``.
    """

    __tablename__ = "dl_link"
    __table_args__ = (
        sa.Index("ix_dl_link_anchor", "anchor", "link_type"),
        sa.Index("ix_dl_link_vendor", "vendor_id", "anchor"),
        # One default an anchor (invariant I3).
        sa.Index(
            "uq_dl_link_default",
            "anchor",
            unique=True,
            sqlite_where=sa.text("is_default"),
            postgresql_where=sa.text("is_default"),
        ),
    )

    id: Mapped[PrimaryId]
    vendor_id: Mapped[Id] = mapped_column(sa.ForeignKey("vendor.id"))
    # Path of a key with its qualifiers, escaped: /01/{gtin}/10/{lot}, /414/{gln}, /t/{code}.
    anchor: Mapped[str] = mapped_column(sa.String(300))
    # A term of the GS1 Web Vocabulary without prefix, such as pip.
    link_type: Mapped[str] = mapped_column(sa.String(60))
    href: Mapped[str] = mapped_column(sa.String(500))
    title: Mapped[str] = mapped_column(sa.String(120))
    media_type: Mapped[str | None] = mapped_column(sa.String(80))
    hreflang: Mapped[list[str]] = mapped_column(default=list)
    context: Mapped[list[str]] = mapped_column(default=list)
    is_default: Mapped[bool] = mapped_column(default=False)
    # Only the order in which links are listed; the choice never hangs on it.
    priority: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    # Lot or variant of a serial number: known, but no part of the anchor (2.5.9).
    detail: Mapped[dict[str, str]] = mapped_column(default=dict)
    created_by: Mapped[str | None] = mapped_column(sa.String(26))
    created_at: Mapped[datetime]
