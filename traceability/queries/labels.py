"""Reads of labels: what was printed, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel.pages import Page
from traceability.labels import Sheet, face_of
from traceability.models import LabelBatch, Lot, SerialUnit
from traceability.qr import printed_form
from traceability.queries.lots import LotCard, select_cards
from traceability.rules import LotState
from traceability.rules.claims import CLAIM_LETTERS
from traceability.rules.labels import FORMATS, BatchState, SerialState, Template


@dataclass(frozen=True)
class BatchCard:
    """Labels that were printed together, and the lot they are of."""

    id: str
    lot_id: str
    vendor_id: str
    template: Template
    dpi: int
    level: str
    module_um: int
    count: int
    has_serials: bool
    printed: dict[str, Any]
    spoiled: int
    state: BatchState
    state_at: datetime
    void_reason: str
    reprint_of: str | None
    printed_by_name: str
    printed_at: datetime
    lot_code: str
    lot_state: LotState
    has_claims: bool = False
    claims_at: datetime | None = None

    @property
    def usable(self) -> int:
        """Return how many labels are good."""
        return 0 if self.state is BatchState.VOIDED else self.count - self.spoiled

    @property
    def pages(self) -> int:
        """Return how many pages they fill."""
        return -(-self.count // FORMATS[self.template].a_page)

    @property
    def may_be_printed(self) -> bool:
        """Tell whether paper may come out of it now (labels are for lots that may be sold)."""
        return self.lot_state is LotState.OPEN and self.state is not BatchState.VOIDED

    @property
    def is_handed_out(self) -> bool:
        """Tell whether its secret codes left the house: there is no second time."""
        return self.claims_at is not None


@dataclass(frozen=True)
class SerialRow:
    """One number of a batch."""

    serial: str
    position: int
    state: SerialState


_OWN = [
    getattr(LabelBatch, name)
    for name in BatchCard.__dataclass_fields__
    if name not in {"lot_code", "lot_state"}
]


def batch_of(session: Session, batch_id: str, *, vendor_id: str) -> BatchCard | None:
    """Return a batch of a vendor."""
    row = session.execute(
        _cards().where(LabelBatch.id == batch_id, LabelBatch.vendor_id == vendor_id)
    ).first()
    return BatchCard(**row._mapping) if row else None


def batches_of_lot(session: Session, *, lot_id: str, most: int = 50) -> list[BatchCard]:
    """Return the batches of a lot, the latest first."""
    rows = session.execute(
        _cards().where(LabelBatch.lot_id == lot_id).order_by(LabelBatch.id.desc()).limit(most)
    )
    return [BatchCard(**row._mapping) for row in rows]


def batches_of(
    session: Session, *, vendor_id: str, page: int = 1, size: int = 20
) -> Page[BatchCard]:
    """Return a vendor's batches, the latest first."""
    rows = session.execute(
        _cards()
        .where(LabelBatch.vendor_id == vendor_id)
        .order_by(LabelBatch.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    )
    return Page.cut([BatchCard(**row._mapping) for row in rows], page, size)


def serials_of(session: Session, *, batch_id: str) -> list[SerialRow]:
    """Return the numbers of a batch in the order of their labels."""
    rows = session.execute(
        sa.select(SerialUnit.serial, SerialUnit.position, SerialUnit.state)
        .where(SerialUnit.batch_id == batch_id)
        .order_by(SerialUnit.position)
    )
    return [SerialRow(**row._mapping) for row in rows]


def sheet_of(
    session: Session, batch: BatchCard, *, claims: Mapping[str, str] | None = None
) -> Sheet:
    """Return the labels of a batch to be set: voided numbers are left out.

    ``claims`` are its secret codes by number, where they are handed out just now; a label
    that is only looked at shows none.
    """
    address = batch.printed["address"]
    face = face_of(batch.printed, batch.template)
    if not batch.has_serials:
        text = printed_form(address, batch.level)
        return Sheet(batch.template, batch.dpi, face, (text,) * batch.count)
    rows = serials_of(session, batch_id=batch.id)
    serials = tuple(row.serial for row in rows if row.state is not SerialState.VOID)
    texts = tuple(printed_form(serial_address(address, serial), batch.level) for serial in serials)
    secret = claims or dict.fromkeys(serials, "?" * CLAIM_LETTERS)
    codes = tuple(secret[serial] for serial in serials) if batch.has_claims else ()
    return Sheet(batch.template, batch.dpi, face, texts, serials, codes)


def serial_address(lot_address: str, serial: str) -> str:
    """Return the address of one unit: below a Digital Link with AI 21, else below our own code."""
    return f"{lot_address}/21/{serial}" if "/01/" in lot_address else f"{lot_address}/{serial}"


def lot_of_serial(session: Session, *, gtin: str, serial: str) -> LotCard | None:
    """Return the lot of a unit by its GTIN and number."""
    row = session.execute(
        select_cards()
        .join(SerialUnit, SerialUnit.lot_id == Lot.id)
        .where(Lot.gtin == gtin, SerialUnit.serial == serial)
    ).first()
    return LotCard(**row._mapping) if row else None


def has_serials(session: Session, lot_id: str) -> bool:
    """Tell whether units of a lot were numbered here."""
    return bool(session.scalar(sa.select(sa.exists().where(SerialUnit.lot_id == lot_id))))


def labels_made(session: Session, lot_id: str) -> int:
    """Return how many good labels of a lot were printed."""
    made = session.scalar(
        sa.select(sa.func.sum(LabelBatch.count - LabelBatch.spoiled)).where(
            LabelBatch.lot_id == lot_id, LabelBatch.state != BatchState.VOIDED
        )
    )
    return int(made or 0)


def _cards() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(*_OWN, Lot.code.label("lot_code"), Lot.state.label("lot_state")).join(
        Lot, Lot.id == LabelBatch.lot_id
    )
