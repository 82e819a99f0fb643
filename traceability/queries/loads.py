"""What is in a crate or on a pallet now, for whoever scans its code."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

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
    """A crate or pallet, and the lots in it now, those of crates that stand on it, too."""

    id: str
    vendor_id: str
    kind: UnitKind
    code: str
    sscc: str | None
    loaded: tuple[Loaded, ...] = ()

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
    plain = [name for name in LoadCard.__dataclass_fields__ if name != "loaded"]
    row = session.execute(
        sa.select(*(getattr(LogisticUnit, name) for name in plain)).where(which)
    ).first()
    if row is None:
        return None
    crates = sa.select(UnitContent.child_id).where(
        UnitContent.unit_id == row.id,
        UnitContent.child_id.is_not(None),
        UnitContent.until.is_(None),
    )
    amounts = session.execute(
        sa.select(UnitContent.lot_id, sa.func.sum(UnitContent.quantity))
        .where(
            sa.or_(UnitContent.unit_id == row.id, UnitContent.unit_id.in_(crates)),
            UnitContent.lot_id.is_not(None),
            UnitContent.until.is_(None),
        )
        .group_by(UnitContent.lot_id)
        .order_by(UnitContent.lot_id)
        .limit(MOST_LOTS)
    ).all()
    cards = lot_cards(session, [key for key, _ in amounts if key])
    loaded = tuple(Loaded(cards[key], int(total)) for key, total in amounts if key)
    return LoadCard(**row._mapping, loaded=loaded)
