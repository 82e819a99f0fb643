"""Tables of what is searched for, and of other words for the same thing."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.synonyms import SynonymKind
from kernel.db import Base, PrimaryId


class SearchCount(Base):
    """How often something was searched for on a day: no person, no browser, no time of day."""

    __tablename__ = "search_count"
    __table_args__ = (sa.Index("ix_search_count_words", "words", "lang"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    # Language of the page, not of the words.
    lang: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    # Folded, as the engine understood what was typed.
    words: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    searches: Mapped[int]
    # Of them, those that found nothing.
    zeros: Mapped[int]
    clicks: Mapped[int]
    # The sum of the places (1 is the first) of the hits that were opened.
    positions: Mapped[int]


class Synonym(Base):
    """Other words for the same thing, kept by the office."""

    __tablename__ = "synonym"

    id: Mapped[PrimaryId]
    kind: Mapped[SynonymKind]
    # Language of the words.
    lang: Mapped[str] = mapped_column(sa.String(2))
    # The first is what is typed; where it works both ways, each is.
    words: Mapped[list[str]]
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    active: Mapped[bool] = mapped_column(default=True)
    # Grows with each change: the sum over all rows tells readers that something changed.
    version: Mapped[int] = mapped_column(default=1)
    # Which entry of the house's own list it was made of: that one is not put up again.
    seed: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    changed_by: Mapped[str | None] = mapped_column(sa.String(26))
    changed_name: Mapped[str] = mapped_column(sa.String(120))
    changed_at: Mapped[datetime]
