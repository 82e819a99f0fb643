"""How lots were packed: the line, the shift, the people, and the material they were packed into."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kernel.actor import Actor
from kernel.errors import Invalid, NotFound
from kernel.messages import msg
from traceability.models import InputBatch, Lot, LotPackaging, LotPacking
from traceability.queries.packings import MOST_MATERIALS
from traceability.services.shed import use_up


@dataclass(frozen=True)
class Material:
    """So much of a batch of packaging, in its base unit."""

    batch_id: str
    quantity: int


@dataclass(frozen=True)
class How:
    """What is known of a packing: a recall may begin with each of it."""

    line: str = ""
    shift: str = ""
    worker: str = ""
    materials: tuple[Material, ...] = ()

    @property
    def told(self) -> dict[str, str]:
        """What the event says of it; people are not named there."""
        named = {"market:packingLine": self.line, "market:packingShift": self.shift}
        return {name: text for name, text in named.items() if text}


def note_packing(session: Session, lot: Lot, how: How, *, actor: Actor, now: datetime) -> None:
    """Keep how a lot was packed, and take its packaging out of the shed.

    :raises Invalid: for more materials than can be, or something that is no packaging.
    :raises NotFound: for the packaging of somebody else.
    """
    _check(how.materials)
    if how.line or how.shift or how.worker:
        session.add(LotPacking(lot_id=lot.id, line=how.line, shift=how.shift, worker=how.worker))
    for one in sorted(how.materials, key=lambda one: one.batch_id):
        batch = session.get(InputBatch, one.batch_id)
        if batch is None or batch.vendor_id != lot.vendor_id:
            raise NotFound
        if not batch.is_packaging:
            raise Invalid(msg("This is no packaging."), field="materials")
        use_up(session, batch.id, one.quantity, note=lot.code, actor=actor, now=now)
        session.add(LotPackaging(lot_id=lot.id, batch_id=batch.id, quantity=one.quantity))
    session.flush()


def _check(materials: Sequence[Material]) -> None:
    if len(materials) > MOST_MATERIALS or len({one.batch_id for one in materials}) != len(
        materials
    ):
        raise Invalid(msg("Each packaging is named once."), field="materials")
    if any(one.quantity <= 0 for one in materials):
        raise Invalid(msg("Write how much packaging was used."), field="materials")
