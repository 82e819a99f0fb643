"""Reads of what a field gives at most, and since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from traceability.models import Variety, YieldBound
from traceability.rules import Bound, bound_on


@dataclass(frozen=True)
class BoundRow:
    """One version of a bound, kg a hectare and season; ``variety`` is None for the whole crop."""

    most: int | None
    valid_from: date
    source: str
    variety: dict[str, str] | None


def bounds_of(session: Session, crop_id: str) -> list[BoundRow]:
    """Return what holds and held for a crop and its varieties, the latest first."""
    rows = session.execute(
        sa.select(
            YieldBound.most_kg_per_ha.label("most"),
            YieldBound.valid_from,
            YieldBound.source,
            Variety.name.label("variety"),
        )
        .outerjoin(Variety, Variety.id == YieldBound.variety_id)
        .where(YieldBound.crop_id == crop_id)
        .order_by(YieldBound.variety_id.is_not(None), Variety.code, YieldBound.valid_from.desc())
    )
    return [BoundRow(**row._mapping) for row in rows]


def bound_for(session: Session, crop_id: str, variety_id: str | None, *, on: date) -> Bound | None:
    """Return what a crop, or one of its varieties, gives at most on a day."""
    return bound_on(_read(session, YieldBound.crop_id == crop_id).get(crop_id, []), on, variety_id)


def bounds_on(session: Session, *, on: date) -> Mapping[tuple[str, str | None], int]:
    """Return what holds on a day, kg a hectare, by crop and variety (None: the whole crop)."""
    found = {}
    for crop_id, bounds in _read(session, sa.true()).items():
        for variety_id in {one.variety_id for one in bounds}:
            own = bound_on((one for one in bounds if one.variety_id == variety_id), on, variety_id)
            if own is not None and own.most is not None:
                found[crop_id, variety_id] = own.most
    return found


def _read(session: Session, where: sa.ColumnElement[bool]) -> dict[str, list[Bound]]:
    found: dict[str, list[Bound]] = {}
    for row in session.scalars(sa.select(YieldBound).where(where)):
        bound = Bound(row.most_kg_per_ha, row.valid_from, row.source, row.variety_id)
        found.setdefault(row.crop_id, []).append(bound)
    return found
