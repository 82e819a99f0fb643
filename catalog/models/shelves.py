"""Tables of the category tree and of what is said of goods by category."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.attributes import AttributeKind
from kernel.db import Base, Id, PrimaryId

HEAD = "head"


def _slug(context: Any) -> Any:
    return context.get_current_parameters()["slug"]


class Category(Base):
    """A shelf of the market; the tree has two levels. One that was taken down stays as a row."""

    __tablename__ = "category"
    __table_args__ = (sa.Index("ix_category_key", "key", unique=True),)

    id: Mapped[PrimaryId]
    # What rules and tables of the office call it; never changed, unlike its address.
    key: Mapped[str] = mapped_column(sa.String(60), default=_slug)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    parent_id: Mapped[Id | None] = mapped_column(sa.ForeignKey("category.id"))
    name: Mapped[dict[str, str]]
    art: Mapped[str] = mapped_column(sa.String(40))
    # Picture ground: sun, blush, leaf, sky, lilac (the tints of the look).
    tint: Mapped[str] = mapped_column(sa.String(20))
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]
    # Where its goods went and its address leads.
    into_id: Mapped[Id | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ShelfHead(Base):
    """The one row that orders changes of the tree and of attributes, and tells that there was one.

    Pages that were rendered before hang on its version.
    """

    __tablename__ = "shelf_head"

    id: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    version: Mapped[int]


class Attribute(Base):
    """A thing that is said of goods in the same way by everybody: variety, size, duration."""

    __tablename__ = "attribute"

    id: Mapped[PrimaryId]
    # Under which listings keep their value; never changed.
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    kind: Mapped[AttributeKind]
    label: Mapped[dict[str, str]]
    hint: Mapped[dict[str, str]] = mapped_column(default=dict)
    # Of a number, in both languages.
    unit: Mapped[dict[str, str]] = mapped_column(default=dict)
    # In their order, each {"key", "name": {"vi", "en"}, "retired"}.
    choices: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    # Kinds of listings and ids of categories (with all beneath them); empty: all.
    kinds: Mapped[list[str]] = mapped_column(default=list)
    category_ids: Mapped[list[str]] = mapped_column(default=list)
    required: Mapped[bool] = mapped_column(default=False)
    is_facet: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
