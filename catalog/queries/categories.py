"""Reads of the category tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from catalog.models import Category, Listing, PageAddress
from catalog.rules import ListingKind
from catalog.rules.addresses import AddressKind
from catalog.rules.shelves import VISITS


@dataclass(frozen=True)
class CategoryNode:
    """A shelf of the market and the shelves within it."""

    id: str
    slug: str
    parent_id: str | None
    name: dict[str, str]
    art: str
    tint: str
    key: str = ""
    children: tuple["CategoryNode", ...] = ()


_COLUMNS = (
    Category.id,
    Category.slug,
    Category.parent_id,
    Category.name,
    Category.art,
    Category.tint,
    Category.key,
)
_LIVE = Category.retired_at.is_(None)
_MOST_LEADS = 20


def category_tree(session: Session) -> list[CategoryNode]:
    """Return the first level in its order, each with its second level (one statement)."""
    shown = sa.select(*_COLUMNS).where(_LIVE).order_by(Category.position, Category.slug)
    rows = session.execute(shown).all()
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
    row = session.execute(sa.select(*_COLUMNS).where(Category.slug == slug, _LIVE)).one_or_none()
    return CategoryNode(**row._mapping) if row else None


def shelves_for(
    tree: Sequence[CategoryNode], kind: ListingKind, *, keep: str | None = None
) -> list[CategoryNode]:
    """Return the shelves on which a kind is sold: the ends of the tree, and where it stands now."""
    visits = kind is ListingKind.EXPERIENCE
    tops = [top for top in tree if (top.key == VISITS) is visits]
    return [
        node
        for top in tops
        for node in (top, *top.children)
        if not node.children or node.id == keep
    ]


def standing_shelf(session: Session, category_id: str) -> str:
    """Return the id of the shelf that the address of this one leads to; none when all are gone."""
    row = session.get(Category, category_id)
    for _lead in range(_MOST_LEADS):
        if row is None or row.retired_at is None:
            break
        row = session.get(Category, row.into_id or row.parent_id or "")
    return row.id if row is not None and row.retired_at is None else ""


@dataclass(frozen=True)
class KeptCategory:
    """A shelf as the office keeps it; ``listings`` counts those in every state."""

    id: str
    key: str
    slug: str
    parent_id: str | None
    name: dict[str, str]
    art: str
    tint: str
    version: int
    listings: int


def kept_categories(session: Session) -> list[KeptCategory]:
    """Return all live shelves, each followed by those beneath it (one statement)."""
    count = (
        sa.select(sa.func.count())
        .select_from(Listing)
        .where(Listing.category_id == Category.id)
        .correlate(Category)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(*_COLUMNS, Category.version, count.label("listings"))
        .where(_LIVE)
        .order_by(Category.position, Category.slug)
    ).all()
    found = [KeptCategory(**row._mapping) for row in rows]
    return [
        one
        for top in found
        if top.parent_id is None
        for one in (top, *(child for child in found if child.parent_id == top.id))
    ]


@dataclass(frozen=True)
class GoneCategory:
    """A shelf that was taken down, and the one its goods went to."""

    slug: str
    name: dict[str, str]
    into: dict[str, str] | None


def gone_categories(session: Session, *, limit: int = 50) -> list[GoneCategory]:
    """Return the shelves that were taken down, the latest first."""
    into = aliased(Category)
    rows = session.execute(
        sa.select(Category.slug, Category.name, into.name.label("into"))
        .outerjoin(into, into.id == Category.into_id)
        .where(Category.retired_at.is_not(None))
        .order_by(Category.retired_at.desc(), Category.id)
        .limit(limit)
    )
    return [GoneCategory(**row._mapping) for row in rows]


def old_addresses(session: Session, category_id: str) -> Sequence[str]:
    """Return the addresses that a shelf had."""
    had = sa.select(PageAddress.slug).where(
        PageAddress.kind == AddressKind.CATEGORY,
        PageAddress.subject_id == category_id,
        PageAddress.until.is_not(None),
    )
    return session.scalars(had.order_by(PageAddress.until, PageAddress.slug)).all()
