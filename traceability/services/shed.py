"""The input shed: what a diary takes out, what a correction gives back; stock is a sum of moves."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kernel import audit
from kernel.actor import Actor
from kernel.db import lock
from kernel.errors import Invalid, NotFound
from kernel.i18n import format_quantity
from kernel.messages import msg
from kernel.quantity import Unit
from traceability.models import InputBatch, InputMove, InputProduct
from traceability.rules import Adjust, Measure, Measured, SupplyMove, WatchKind
from traceability.services.judging import find_product
from traceability.services.watching import open_matter, settle_matter


@dataclass(frozen=True)
class BatchFacts:
    """What was bought together; ``quantity`` in base units of ``unit``."""

    name: str
    bought_on: date
    unit: Unit
    quantity: int
    active_ingredient: str = ""
    supplier: str = ""
    lot_code: str = ""
    made_on: date | None = None
    expires_on: date | None = None
    product_id: str | None = None
    # Bags, boxes, film: what lots are packed into.
    is_packaging: bool = False


def add_batch(
    session: Session, *, vendor_id: str, facts: BatchFacts, actor: Actor, now: datetime
) -> str:
    """Put a batch into the shed and return its id; a name of the list is that product.

    :raises Invalid: for nothing bought, an unknown product, or an end before the making.
    """
    actor.need_at(vendor_id, "recorder")
    if facts.quantity <= 0:
        raise Invalid(msg("Write how much was bought, such as 2 kg."), field="quantity")
    if facts.made_on and facts.expires_on and facts.expires_on < facts.made_on:
        raise Invalid(msg("It cannot expire before it was made."), field="expires_on")
    product_id = facts.product_id or find_product(session, facts.name)
    product = session.get(InputProduct, product_id) if product_id else None
    if product_id and product is None:
        raise Invalid(msg("This product is not on the list."), field="product_id")
    batch = InputBatch(
        vendor_id=vendor_id,
        product_id=product_id,
        name=product.name if product else facts.name,
        unit=facts.unit,
        created_at=now,
        **{name: getattr(facts, name) for name in _KEPT},
    )
    session.add(batch)
    session.flush()
    _move(session, batch, facts.quantity, SupplyMove.BOUGHT, actor=actor, now=now)
    return batch.id


_KEPT = (
    "active_ingredient",
    "supplier",
    "lot_code",
    "made_on",
    "expires_on",
    "bought_on",
    "is_packaging",
)


def count_batch(
    session: Session, batch_id: str, *, counted: int, note: str, actor: Actor, now: datetime
) -> None:
    """Bring the stock of a batch to what was counted, in base units.

    :raises Invalid: for less than nothing.
    """
    batch = lock(session, InputBatch, batch_id)
    if batch is None:
        raise NotFound
    actor.need_at(batch.vendor_id, "recorder")
    if counted < 0:
        raise Invalid(msg("An amount is never less than nothing."), field="quantity")
    change = counted - stock_of(session, batch.id)
    _move(session, batch, change, SupplyMove.COUNTED, note=note, actor=actor, now=now)


def take_out(
    session: Session,
    entry_id: str,
    quantities: tuple[Measured, ...],
    batch_id: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Take what an entry used out of its batches; below nothing is a matter for the office.

    ``batch_id`` is the batch of what was used where the quantity names none.

    :raises Invalid: for a unit that the batch is not kept in.
    """
    for one in quantities:
        wanted = one.input_batch_id or (batch_id if one.measure is Measure.USED else None)
        if wanted is None:
            continue
        batch = lock(session, InputBatch, wanted)
        if batch is None:
            raise NotFound
        change = _change(session, batch, one)
        _move(session, batch, change, SupplyMove.USED, entry_id=entry_id, actor=actor, now=now)


def use_up(
    session: Session, batch_id: str, quantity: int, *, note: str, actor: Actor, now: datetime
) -> None:
    """Take so much out of a batch for something other than the diary, in base units."""
    batch = lock(session, InputBatch, batch_id)
    if batch is None:
        raise NotFound
    _move(session, batch, -quantity, SupplyMove.USED, note=note, actor=actor, now=now)


def give_back(
    session: Session, entry_id: str, *, revision_id: str, actor: Actor, now: datetime
) -> None:
    """Answer the moves of an entry that is corrected with their opposites."""
    rows = session.execute(
        sa.select(InputMove.batch_id, sa.func.sum(InputMove.change).label("moved"))
        .where(InputMove.entry_id == entry_id)
        .group_by(InputMove.batch_id)
        .order_by(InputMove.batch_id)
    ).all()
    for row in rows:
        batch = lock(session, InputBatch, row.batch_id)
        if batch is not None and row.moved:
            _move(
                session,
                batch,
                -int(row.moved),
                SupplyMove.CORRECTED,
                entry_id=revision_id,
                actor=actor,
                now=now,
            )


def stock_of(session: Session, batch_id: str) -> int:
    """Return the stock of a batch in base units; below zero more was used than bought."""
    total = session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(InputMove.change), 0)).where(
            InputMove.batch_id == batch_id
        )
    )
    return int(total or 0)


def _change(session: Session, batch: InputBatch, one: Measured) -> int:
    base = one.base
    if base is None or base[0] is not batch.unit:
        raise Invalid(msg("This batch is kept in another unit."), field="quantity")
    if one.adjust is Adjust.INCREMENT:
        return base[1]
    return base[1] - stock_of(session, batch.id) if one.adjust is Adjust.RESET else -base[1]


def _move(
    session: Session,
    batch: InputBatch,
    change: int,
    kind: SupplyMove,
    *,
    actor: Actor,
    now: datetime,
    entry_id: str | None = None,
    note: str = "",
) -> None:
    session.add(
        InputMove(
            batch_id=batch.id,
            kind=kind,
            change=change,
            entry_id=entry_id,
            note=note[:200],
            actor_id=actor.user_id,
            at=now,
        )
    )
    session.flush()
    left = stock_of(session, batch.id)
    audit.record(
        session,
        f"batch.{kind.value}",
        actor=actor,
        subject=("input_batch", batch.id),
        now=now,
        change=change,
        left=left,
    )
    key = f"stock:{batch.id}"
    if left < 0:
        detail = {"product": batch.name, "missing": format_quantity(-left, batch.unit)}
        ids = {"batch_id": batch.id, "vendor_id": batch.vendor_id}
        open_matter(session, WatchKind.STOCK, key, detail=detail, now=now, **ids)
    else:
        settle_matter(session, key, now=now)
