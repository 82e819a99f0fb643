"""What is in a crate or on a pallet, or left in it, for whoever scans its code."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from traceability.models import LogisticUnit, UnitContent
from traceability.queries.lots import LotCard, lot_cards
from traceability.rules import LotState, UnitKind

MOST_LOTS = 200


@dataclass(frozen=True)
class Loaded:
    """So much of one lot in a load, in its base unit."""

    lot: LotCard
    quantity: int


@dataclass(frozen=True)
class LoadCard:
    """A crate or pallet, and the lots in it, those of crates that stand on it, too."""

    id: str
    vendor_id: str
    kind: UnitKind
    code: str
    sscc: str | None
    loaded: tuple[Loaded, ...] = ()
    # It was shipped with them, and nothing was put into it since.
    has_left: bool = False

    @property
    def is_recalled(self) -> bool:
        """Tell whether something in it was called back."""
        return any(one.lot.state is LotState.RECALLED for one in self.loaded)


def load_of_code(session: Session, code: str) -> LoadCard | None:
    """Return the load with one of our own codes (three statements)."""
    return _load(session, LogisticUnit.code == code)


def load_of_sscc(session: Session, sscc: str) -> LoadCard | None:
    """Return the load with an SSCC (three statements)."""
    return _load(session, LogisticUnit.sscc == sscc)


def _load(session: Session, which: sa.ColumnElement[bool]) -> LoadCard | None:
    plain = ("id", "vendor_id", "kind", "code", "sscc")
    row = session.execute(
        sa.select(*(getattr(LogisticUnit, name) for name in plain)).where(which)
    ).first()
    if row is None:
        return None
    amounts = session.execute(_amounts(row.id)).all()
    cards = lot_cards(session, [lot_id for lot_id, *_ in amounts])
    loaded = tuple(Loaded(cards[lot_id], int(total)) for lot_id, total, _ in amounts)
    left = any(until for *_, until in amounts)
    return LoadCard(**row._mapping, loaded=loaded, has_left=left)


def _amounts(unit_id: str) -> sa.Select[*tuple[Any, ...]]:
    """Return how much of each lot lies in a unit and its crates, and when it left with them."""
    on = aliased(UnitContent)
    what = (UnitContent.lot_id, UnitContent.quantity, UnitContent.until)
    loose = sa.select(*what).where(UnitContent.unit_id == unit_id, _lies_there(UnitContent))
    # What a crate held while it stood there: shipped together, both ended at one instant.
    crated = (
        sa.select(*what)
        .join(on, on.child_id == UnitContent.unit_id)
        .where(
            on.unit_id == unit_id,
            _lies_there(on),
            UnitContent.until.is_not_distinct_from(on.until),
            UnitContent.out_seq.is_(None),
        )
    )
    found = sa.union_all(loose, crated).subquery()
    return (
        sa.select(found.c.lot_id, sa.func.sum(found.c.quantity), sa.func.max(found.c.until))
        .where(found.c.lot_id.is_not(None))
        .group_by(found.c.lot_id)
        .order_by(found.c.lot_id)
        .limit(MOST_LOTS)
    )


def _lies_there(content: type[UnitContent]) -> sa.ColumnElement[bool]:
    """Tell of what lies in a unit: what was shipped in it does until it is filled anew."""
    again = aliased(UnitContent)
    anew = sa.exists().where(
        again.unit_id == content.unit_id,
        again.since >= content.until,
        again.until.is_distinct_from(content.until),
    )
    shipped = sa.and_(content.out_seq.is_(None), ~anew)
    return sa.or_(content.until.is_(None), shipped)
