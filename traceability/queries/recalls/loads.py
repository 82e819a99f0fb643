"""What lay in a crate or on a pallet between two instants: nothing that came or went at another time."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kernel.many import among
from traceability.models import UnitContent

MOST_NESTED = 8
"""Crates stand on pallets, these in containers: deeper nothing is looked for."""


@dataclass(frozen=True)
class _Span:
    """A stretch of time, half-open; None: without a beginning or an end."""

    since: datetime | None
    until: datetime | None

    def shared(self, other: "_Span") -> "_Span | None":
        """Return what two stretches have in common, if anything."""
        since = max((one for one in (self.since, other.since) if one), default=None)
        until = min((one for one in (self.until, other.until) if one), default=None)
        return None if since and until and since >= until else _Span(since, until)


def lots_loaded(
    session: Session, unit_id: str, *, since: datetime | None = None, until: datetime | None = None
) -> set[str]:
    """Return the lots that lay in a unit, or in what stood on it then (a statement each level)."""
    found: set[str] = set()
    spans = {unit_id: {_Span(since, until)}}
    for _level in range(MOST_NESTED):
        inner: dict[str, set[_Span]] = defaultdict(set)
        for unit, lot_id, child_id, begun, ended in session.execute(_contents(session, spans)):
            shared = {one for span in spans[unit] if (one := span.shared(_Span(begun, ended)))}
            if shared and lot_id:
                found.add(lot_id)
            elif shared:
                inner[child_id] |= shared
        if not inner:
            break
        spans = inner
    return found


def _contents(session: Session, units: dict[str, set[_Span]]) -> sa.Select[*tuple[Any, ...]]:
    """Return what was put into units, from when until when.

    What was shipped in one was never taken out: it counts until the unit is filled anew.
    """
    again = aliased(UnitContent)
    filled = (
        sa.select(sa.func.min(again.since, type_=UnitContent.since.type))
        .where(again.unit_id == UnitContent.unit_id, again.since >= UnitContent.until)
        .scalar_subquery()
    )
    left = sa.case((UnitContent.out_seq.is_(None), filled), else_=UnitContent.until)
    return sa.select(
        UnitContent.unit_id,
        UnitContent.lot_id,
        UnitContent.child_id,
        UnitContent.since,
        sa.type_coerce(left, UnitContent.until.type),
    ).where(among(session, UnitContent.unit_id, units))
