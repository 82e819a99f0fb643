"""Reads of the category tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category


@dataclass(frozen=True)
class CategoryNode:
    """A shelf of the market and the shelves within it."""

    id: str
    slug: str
    parent_id: str | None
    name: dict[str, str]
    art: str
    tint: str
    children: tuple["CategoryNode", ...] = ()


_COLUMNS = (
    Category.id,
    Category.slug,
    Category.parent_id,
    Category.name,
    Category.art,
    Category.tint,
)


def category_tree(session: Session) -> list[CategoryNode]:
    """Return the first level in its order, each with its second level (one statement)."""
    rows = session.execute(sa.select(*_COLUMNS).order_by(Category.position, Category.slug)).all()
    below: dict[str | None, list[sa.Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    return [
        CategoryNode(
            **row._mapping,
            children=tuple(CategoryNode(**c._mapping) for c in below.get(row.id, ())),
        )
        for row in below.get(None, ())
    ]


def find_category(tree: Sequence[CategoryNode], slug: str) -> CategoryNode | None:
    """Return the shelf of a tree that an address names."""
    nodes = [node for top in tree for node in (top, *top.children)]
    return next((node for node in nodes if node.slug == slug), None)


def category_of(session: Session, slug: str) -> CategoryNode | None:
    """Return one shelf by its address, without those within it."""
    row = session.execute(sa.select(*_COLUMNS).where(Category.slug == slug)).one_or_none()
    return CategoryNode(**row._mapping) if row else None
