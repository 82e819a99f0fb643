"""Reads of the attributes of goods."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Attribute, Category, Listing
from catalog.rules.attributes import AttributeKind, Choice, Definition
from catalog.rules.shelves import MOST_CATEGORIES

_MOST = 300
_BATCH = 1000


def definitions(session: Session) -> list[Definition]:
    """Return all attributes in their order, retired ones too (one statement)."""
    rows = session.execute(
        sa.select(*Attribute.__table__.columns)
        .order_by(Attribute.position, Attribute.key)
        .limit(_MOST)
    )
    return [definition_of(row) for row in rows]


def definition_of(row: Any) -> Definition:
    """Return the definition that a row of the table, or its columns, hold."""
    return Definition(
        id=row.id,
        key=row.key,
        kind=row.kind,
        label=row.label,
        hint=row.hint,
        unit=row.unit,
        choices=tuple(Choice(**one) for one in row.choices),
        kinds=frozenset(row.kinds),
        category_ids=frozenset(row.category_ids),
        required=row.required,
        is_facet=row.is_facet,
        retired=row.retired_at is not None,
        version=row.version,
    )


def shelf_ids(session: Session, category_id: str) -> frozenset[str]:
    """Return the id of a shelf and of the one above it."""
    above = session.scalar(sa.select(Category.parent_id).where(Category.id == category_id))
    return frozenset({category_id} | ({above} if above else set()))


def use_of(session: Session, definition: Definition) -> Counter[str]:
    """Count what listings say: under "" how many say anything, and for each choice how many."""
    used: Counter[str] = Counter()
    for values in _values(session):
        value = values.get(definition.key)
        if value is None:
            continue
        used[""] += 1
        if definition.kind in {AttributeKind.CHOICE, AttributeKind.CHOICES}:
            used.update(value if isinstance(value, list) else [value])
    return used


def _values(session: Session) -> Iterator[dict[str, Any]]:
    said = sa.select(Listing.attributes).where(sa.cast(Listing.attributes, sa.String) != "{}")
    return session.scalars(said.execution_options(yield_per=_BATCH))


def shelf_names(session: Session) -> Sequence[tuple[str, str | None, dict[str, str]]]:
    """Return id, id of the shelf above and names of every live shelf, in order."""
    rows = session.execute(
        sa.select(Category.id, Category.parent_id, Category.name)
        .where(Category.retired_at.is_(None))
        .order_by(Category.position, Category.slug)
        .limit(MOST_CATEGORIES)
    )
    return [(row.id, row.parent_id, row.name) for row in rows]
