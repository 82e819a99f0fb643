"""How lots were packed, and what a vendor packs with."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.quantity import Unit
from traceability.models import InputBatch, InputMove, Lot, LotPackaging, LotPacking

MOST_MATERIALS = 20
MOST_NAMES = 12


@dataclass(frozen=True)
class MaterialCard:
    """A batch of packaging: what is left of it, or was used of it for a lot, in its base unit."""

    id: str
    name: str
    lot_code: str
    unit: Unit
    left: int


@dataclass(frozen=True)
class PackingCard:
    """How a lot was packed, as far as it was told."""

    line: str = ""
    shift: str = ""
    worker: str = ""
    materials: tuple[MaterialCard, ...] = ()

    @property
    def is_told(self) -> bool:
        """Tell whether anything is known of it."""
        return bool(self.line or self.shift or self.worker or self.materials)


@dataclass(frozen=True)
class Names:
    """What a vendor called lines, shifts and packers before."""

    lines: tuple[str, ...]
    shifts: tuple[str, ...]
    workers: tuple[str, ...]


_BATCH = (InputBatch.id, InputBatch.name, InputBatch.lot_code, InputBatch.unit)


def materials_of(session: Session, *, vendor_id: str) -> tuple[MaterialCard, ...]:
    """Return the packaging of which a vendor has something left, the last bought first."""
    left = sa.func.coalesce(sa.func.sum(InputMove.change), 0)
    rows = session.execute(
        sa.select(*_BATCH, left.label("left"))
        .join(InputMove, InputMove.batch_id == InputBatch.id)
        .where(InputBatch.vendor_id == vendor_id, InputBatch.is_packaging)
        .group_by(*_BATCH, InputBatch.bought_on)
        .having(left > 0)
        .order_by(InputBatch.bought_on.desc(), InputBatch.id.desc())
        .limit(MOST_MATERIALS)
    )
    return tuple(MaterialCard(*row[:4], int(row.left)) for row in rows)


def packing_of(session: Session, lot_id: str) -> PackingCard:
    """Return how a lot was packed (two statements)."""
    told = session.execute(
        sa.select(LotPacking.line, LotPacking.shift, LotPacking.worker).where(
            LotPacking.lot_id == lot_id
        )
    ).one_or_none()
    rows = session.execute(
        sa.select(*_BATCH, LotPackaging.quantity)
        .join(InputBatch, InputBatch.id == LotPackaging.batch_id)
        .where(LotPackaging.lot_id == lot_id)
        .order_by(InputBatch.name, InputBatch.id)
    )
    line, shift, worker = told or ("", "", "")
    return PackingCard(line, shift, worker, tuple(MaterialCard(*row) for row in rows))


def names_of(session: Session, *, vendor_id: str) -> Names:
    """Return what lines, shifts and packers were called in the last packings (one statement)."""
    rows = session.execute(
        sa.select(LotPacking.line, LotPacking.shift, LotPacking.worker)
        .join(Lot, Lot.id == LotPacking.lot_id)
        .where(Lot.vendor_id == vendor_id)
        .order_by(Lot.id.desc())
        .limit(200)
    ).all()
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    lines, shifts, workers = (
        tuple(dict.fromkeys(name for name in said if name))[:MOST_NAMES] for said in columns
    )
    return Names(lines, shifts, workers)
