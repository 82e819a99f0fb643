"""Everything a recall touches, before anything happens: lots, stock, carts, orders, buyers."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from catalog.queries.affected import InStock, stock_of
from kernel.actor import Actor
from kernel.quantity import Unit
from orders.queries.affected import InCarts, Sold, in_carts, sold_of
from orders.rules import FulfilmentState
from traceability.queries.recalls.balance import Book, Sent, books_of, sent_of
from traceability.queries.recalls.cases import CountRow, RecallCard, ScopeLot, counts_of, scope_lots
from traceability.rules import MoveKind
from traceability.rules.recalls import Account, Finding, summed
from traceability.services.recalls.belonging import is_office
from vendors.queries import VendorCard, vendor_cards

MEASURED = {Finding.STOCK: "stock", Finding.SOLD: "sold", Finding.TRANSIT: "transit"}
"""What the house knows by itself: a count takes the place of it."""


@dataclass(frozen=True)
class Scope:
    """What is affected; lines of sales are those the reader may see."""

    lots: tuple[ScopeLot, ...]
    left_out: tuple[ScopeLot, ...]
    stock: tuple[InStock, ...]
    carts: Mapping[str, InCarts]
    sold: tuple[Sold, ...]
    # To shops, packers and other partners.
    sent: tuple[Sent, ...]
    vendors: Mapping[str, VendorCard]
    accounts: Mapping[str, Account]
    # The one vendor whose goods and buyers the reader may see; None: he is of the office.
    vendor_id: str | None

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What each lot is called: vendors count alike, so a code of several has its vendor's name."""
        every = (*self.lots, *self.left_out)
        times = Counter(lot.code for lot in every)
        return {
            lot.id: lot.code
            if times[lot.code] == 1
            else f"{lot.code}, {self.vendors[lot.vendor_id].name}"
            for lot in every
        }

    @cached_property
    def open_lines(self) -> tuple[Sold, ...]:
        """Return what can still be stopped."""
        return tuple(one for one in self.sold if one.is_open)

    @cached_property
    def gone_lines(self) -> tuple[Sold, ...]:
        """Return what has left its vendor: on the way, or delivered."""
        return tuple(one for one in self.sold if not one.is_open)

    @property
    def open_orders(self) -> int:
        """Return how many orders can still be stopped."""
        return len({one.order_id for one in self.open_lines})

    @property
    def gone_orders(self) -> int:
        """Return how many orders have left their vendors."""
        return len({one.order_id for one in self.gone_lines})

    @property
    def buyers(self) -> int:
        """Return how many checkouts have to be told."""
        return len({(one.group_id, one.vendor_id) for one in self.sold})

    @property
    def cart_count(self) -> int:
        """Return how many carts hold goods of the stock."""
        return sum(found.carts for found in self.carts.values())

    @cached_property
    def own(self) -> tuple[ScopeLot, ...]:
        """Return the lots that the reader decides on."""
        return tuple(lot for lot in self.lots if self.vendor_id in {None, lot.vendor_id})

    @property
    def of_others(self) -> int:
        """Return how many lots belong to vendors whom the reader may not decide for."""
        return len(self.lots) - len(self.own)

    @cached_property
    def totals(self) -> Mapping[Unit, Account]:
        """Return where the goods are, by the unit they are counted in."""
        by_unit: dict[Unit, list[Account]] = {}
        for lot in self.lots:
            by_unit.setdefault(lot.unit, []).append(self.accounts[lot.id])
        return {unit: summed(found) for unit, found in by_unit.items()}

    @property
    def percent(self) -> float:
        """Return how much of all that was made is accounted for: of the worst unit, in percent."""
        found = [account.percent for account in self.totals.values()]
        return min(found, key=lambda one: -abs(100.0 - one), default=100.0)


def scope_of(session: Session, recall: RecallCard, *, actor: Actor, shelves: bool = True) -> Scope:
    """Return all that a recall touches, as far as the reader may see it.

    Without ``shelves`` stock and carts are left out; carts matter until they are freed.

    An owner sees the stock and the buyers of the own house alone, and of lots that others
    made of its goods just that they exist.
    """
    vendor_id = None if is_office(actor, recall.vendor_id) else recall.vendor_id
    every = scope_lots(session, recall.id)
    lots = tuple(lot for lot in every if lot.is_in)
    ids = [lot.id for lot in lots]
    stock = _seen(stock_of(session, ids), vendor_id) if shelves else ()
    sold, sent = sold_of(session, ids, vendor_id=vendor_id), sent_of(session, ids)
    whose = {lot.vendor_id for lot in every} | {recall.vendor_id}
    return Scope(
        lots=lots,
        left_out=tuple(lot for lot in every if not lot.is_in),
        stock=stock,
        carts=in_carts(session, {one.listing_id for one in stock if one.left})
        if recall.is_draft
        else {},
        sold=sold,
        sent=tuple(one for one in sent if vendor_id in {None, one.vendor_id}),
        vendors=vendor_cards(session, whose),
        accounts=_accounts(session, recall, lots, sold, sent),
        vendor_id=vendor_id,
    )


def _seen(stock: Sequence[InStock], vendor_id: str | None) -> tuple[InStock, ...]:
    return tuple(one for one in stock if vendor_id in {None, one.vendor_id})


def _accounts(
    session: Session,
    recall: RecallCard,
    lots: Sequence[ScopeLot],
    sold: Iterable[Sold],
    sent: Collection[Sent],
) -> dict[str, Account]:
    """Return where each lot's goods are: what the books know, and what was counted."""
    books = books_of(session, [lot.id for lot in lots], sent)
    packed: dict[str, int] = {}
    on_the_way: dict[str, int] = {}
    for line in sold:
        if line.fulfilment is FulfilmentState.PACKED:
            _add(packed, line.lot_id, line.quantity)
        elif line.is_on_the_way:
            _add(on_the_way, line.lot_id, line.quantity)
    figures = {
        lot.id: _figures(lot, books[lot.id], packed.get(lot.id, 0), on_the_way.get(lot.id, 0))
        for lot in lots
    }
    if not recall.is_draft:
        _count(figures, counts_of(session, recall.id))
    return {lot_id: Account(**found) for lot_id, found in figures.items()}


def _figures(lot: ScopeLot, book: Book, packed: int, on_the_way: int) -> dict[str, int]:
    """Return the figures of a lot; what is packed for an order has not left its vendor."""
    # What came back came from buyers or from partners: nobody keeps them apart.
    gone = (MoveKind.SOLD, MoveKind.SHIPPED, MoveKind.VOIDED, MoveKind.RETURNED)
    held = packed + on_the_way + book.under_way + book.became + book.lost
    return {
        "made": lot.made,
        "passed_on": book.out(MoveKind.PACKED) + book.became,
        "sold": max(book.out(*gone) - held, 0),
        "stock": lot.rest + packed,
        "transit": on_the_way + book.under_way,
        "samples": book.out(MoveKind.SAMPLE),
        "waste": book.out(MoveKind.WASTE),
    }


def _count(figures: Mapping[str, dict[str, int]], counts: Iterable[CountRow]) -> None:
    """Put counts in: of what the house knows the newest replaces it, the others add up."""
    replaced: set[tuple[str, Finding]] = set()
    for row in counts:
        found = figures.get(row.lot_id)
        if found is None or (row.lot_id, row.finding) in replaced:
            continue
        if row.finding in MEASURED:
            replaced.add((row.lot_id, row.finding))
            found[row.finding.value] = row.quantity
        else:
            _add(found, row.finding.value, row.quantity)


def _add(figures: dict[str, int], name: str, quantity: int) -> None:
    figures[name] = figures.get(name, 0) + quantity
