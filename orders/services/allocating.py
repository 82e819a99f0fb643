"""Which lots serve which line of an order: first to expire first, unless the vendor says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.queries.sending import stock_lots
from catalog.rules.lots import is_past
from kernel import claims
from kernel.claims import Bucket
from kernel.clock import local_date
from kernel.errors import Invalid
from kernel.messages import msg
from kernel.quantity import Unit, written
from orders.errors import LotsDiffer, LotsHoldLess, LotStopped
from orders.models import Order, OrderAllocation, OrderLine
from orders.services.steps import Act, group_owner
from traceability.queries import LotCard, lot_cards
from traceability.rules import Portion
from traceability.services.lots import Parcel, hand_over, pick_portions, put_back, send_off


@dataclass(frozen=True)
class Choice:
    """So much of one lot for one line, in the lot's base unit, as the vendor chose it."""

    line_id: str
    lot_id: str
    quantity: int


@dataclass(frozen=True)
class Option:
    """A lot that a line can be served from, and how much of it is proposed."""

    lot: LotCard
    proposed: int

    @property
    def typed(self) -> str:
        """Return the proposal as a person would type it."""
        return written(self.proposed, self.lot.unit) if self.proposed else ""


@dataclass(frozen=True)
class Need:
    """What a line needs, in the base unit of its lots; ``missing``: more than they hold."""

    line: OrderLine
    unit: Unit
    wanted: int
    options: tuple[Option, ...]

    @property
    def missing(self) -> int:
        """Return what cannot be served."""
        return self.wanted - sum(option.proposed for option in self.options)


def needs_of(session: Session, lines: Sequence[OrderLine], *, on: date) -> tuple[Need, ...]:
    """Return which lots the goods of an order can come from, with a proposal by expiry.

    Goods without lots are not in it: nobody has to say which they are.
    """
    goods = [line for line in lines if line.departure_id is None]
    stocked = stock_lots(session, {line.listing_id for line in goods})
    named = {line.id: _lots_of(line, stocked) for line in goods}
    cards = lot_cards(session, {lot_id for ids in named.values() for lot_id in ids})
    buckets = sa.select(Bucket.id, Bucket.unit).where(
        Bucket.id.in_({line.bucket_id for line in goods})
    )
    units = {row.id: row.unit for row in session.execute(buckets)}
    left = {card.id: card.rest for card in cards.values()}
    found = [
        _need(line, units[line.bucket_id], [cards[key] for key in named[line.id]], left, on)
        for line in goods
        if named[line.id]
    ]
    return tuple(need for need in found if need is not None)


def serve_order(
    session: Session,
    order: Order,
    lines: Sequence[OrderLine],
    action: str,
    *,
    chosen: Sequence[Choice] | None,
    act: Act,
) -> None:
    """Take the goods of an order out of their lots when it is packed, and tell where they go.

    :raises LotStopped: when a lot of it is on hold or recalled.
    :raises LotsHoldLess: when its lots do not hold so much.
    :raises LotsDiffer: when more or less was chosen than was ordered.
    """
    if action == "pack":
        _allocate(session, order, lines, chosen, act)
        buckets = {line.bucket_id for line in lines if line.departure_id is None}
        claims.serve(session, group_owner(order.group_id), buckets, now=act.now)
    elif action in {"ship", "make_ready"}:
        rows = _rows(session, order)
        if rows:
            send_off(session, _parcel(order, rows), actor=act.actor, now=act.now)
        for row in rows:
            row.shipped_at = act.now
    elif action == "deliver":
        rows = _rows(session, order)
        if rows:
            hand_over(session, _parcel(order, rows), actor=act.actor, now=act.now)
        for row in rows:
            row.shipped_at, row.delivered_at = row.shipped_at or act.now, act.now


def return_order(session: Session, order: Order, act: Act) -> None:
    """Put what an order got back into its lots."""
    rows = _rows(session, order)
    if not rows:
        return
    was_sent = any(row.shipped_at is not None for row in rows)
    put_back(session, _parcel(order, rows), was_sent=was_sent, actor=act.actor, now=act.now)
    for row in rows:
        row.returned_at = act.now
    session.flush()


def _allocate(
    session: Session,
    order: Order,
    lines: Sequence[OrderLine],
    chosen: Sequence[Choice] | None,
    act: Act,
) -> None:
    needs = needs_of(session, lines, on=local_date(act.now))
    if not needs:
        return
    choices = _proposed(needs) if chosen is None else _checked(session, order, needs, chosen)
    rows = [
        OrderAllocation(
            order_id=order.id,
            line_id=one.line_id,
            lot_id=one.lot_id,
            quantity=one.quantity,
            packed_at=act.now,
        )
        for one in choices
    ]
    pick_portions(session, _parcel(order, rows), actor=act.actor, now=act.now)
    session.add_all(rows)
    session.flush()


def _lots_of(line: OrderLine, stocked: dict[str, tuple[str, ...]]) -> list[str]:
    """Return the lots a line can come from: those in the stock, then the one that was shown."""
    shown = [line.lot_id] if line.lot_id else []
    return list(dict.fromkeys([*stocked.get(line.listing_id, ()), *shown]))


def _need(
    line: OrderLine, unit: Unit, lots: Sequence[LotCard], left: dict[str, int], on: date
) -> Need | None:
    """Propose what a line gets; ``left`` is what earlier lines leave of each lot."""
    wanted, counted = _wanted(line, unit, lots[0].unit)
    if counted is None:
        return None
    options = []
    missing = wanted
    for lot in sorted(lots, key=_expiry):
        if lot.unit is not counted:
            continue
        usable = not lot.is_stopped and not is_past(lot.best_before, on)
        proposed = min(left[lot.id], missing) if usable else 0
        left[lot.id] -= proposed
        missing -= proposed
        options.append(Option(lot, proposed))
    return Need(line, counted, wanted, tuple(options))


def _expiry(lot: LotCard) -> tuple[date, str]:
    return lot.best_before or date.max, lot.id


def _wanted(line: OrderLine, unit: Unit, lot_unit: Unit) -> tuple[int, Unit | None]:
    """Return how much a line takes of a lot; what is weighed later, by its usual weight."""
    if unit is lot_unit:
        return line.size * line.quantity, unit
    if unit is Unit.PIECE and lot_unit is Unit.GRAM and line.nominal_g is not None:
        return line.nominal_g * line.quantity, lot_unit
    return 0, None


def _proposed(needs: Iterable[Need]) -> list[Choice]:
    choices = []
    for need in needs:
        if need.missing:
            stopped = [option.lot.code for option in need.options if option.lot.is_stopped]
            if stopped:
                raise LotStopped(lot=", ".join(sorted(stopped)))
            raise LotsHoldLess(title=_title(need), missing=written(need.missing, need.unit))
        choices += [
            Choice(need.line.id, option.lot.id, option.proposed)
            for option in need.options
            if option.proposed
        ]
    return choices


def _checked(
    session: Session, order: Order, needs: Iterable[Need], chosen: Sequence[Choice]
) -> list[Choice]:
    """Return what the vendor chose, if it is what was ordered, of lots of its own."""
    cards = lot_cards(session, {one.lot_id for one in chosen})
    kept = [one for one in chosen if one.quantity > 0]
    by_line = {need.line.id: need for need in needs}
    if any(one.line_id not in by_line for one in kept):
        raise Invalid(msg("Please check this field."), field="chosen")
    for need in by_line.values():
        mine = [one for one in kept if one.line_id == need.line.id]
        for one in mine:
            card = cards.get(one.lot_id)
            if card is None or card.vendor_id != order.vendor_id or card.unit is not need.unit:
                raise Invalid(msg("Choose one of your lots, counted in the same unit."))
        total = sum(one.quantity for one in mine)
        if total != need.wanted:
            raise LotsDiffer(
                title=_title(need),
                wanted=written(need.wanted, need.unit),
                chosen=written(total, need.unit),
            )
    return kept


def _title(need: Need) -> str:
    title = need.line.title
    return title.get("vi") or next(iter(title.values()), "")


def _rows(session: Session, order: Order) -> Sequence[OrderAllocation]:
    return session.scalars(
        sa.select(OrderAllocation)
        .where(OrderAllocation.order_id == order.id, OrderAllocation.returned_at.is_(None))
        .order_by(OrderAllocation.id)
        .execution_options(populate_existing=True)
    ).all()


def _parcel(order: Order, rows: Iterable[OrderAllocation]) -> Parcel:
    portions = tuple((Portion(row.lot_id, row.quantity), row.line_id) for row in rows)
    return Parcel(order.vendor_id, order.code, portions)
