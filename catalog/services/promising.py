"""A stock promises no more than its lots hold.

What a stock still has to hand out is what is sold and not packed yet, what baskets hold and
what is free; it comes out of the lots it was taken from. What of it they cannot give is never
taken in, and leaves the stock when a lot shrinks or is stopped: but what buyers were promised
stays promised, and is noted as missing until lots hold it again.

Locks are taken in this order: listings, lots, buckets, as by who packs and cancels.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.errors import NamesNoLot
from catalog.events import GoodsMissing, ListingChanged
from catalog.models import Listing, ListingLot, StockGap
from catalog.rules import ListingState
from catalog.rules.bearing import Bearing, Need, Short
from catalog.rules.lots import Share, rests
from catalog.services.rechecks import touch
from kernel import audit, claims
from kernel.actor import HOUSE
from kernel.claims import Standing
from kernel.errors import Invalid
from kernel.events import emit
from kernel.many import among
from kernel.messages import msg
from kernel.quantity import written
from traceability.queries import lot_cards
from traceability.services.lots import Holding, lock_holdings


@dataclass(frozen=True)
class _Stock:
    """A stock that comes from lots: shares of several, or all of it from the one it names."""

    listing: Listing
    bucket_id: str
    rows: Sequence[ListingLot]


@dataclass(frozen=True)
class _Books:
    """Everything a vendor promises out of lots, and what these hold; all of it is locked."""

    stocks: Sequence[_Stock]
    holdings: Mapping[str, Holding]
    standings: Mapping[str, Standing]

    def bear(self) -> Bearing:
        """Spread what lots hold over what is promised."""
        needs = [self._need(stock) for stock in self.stocks]
        return Bearing(needs, {key: held.rest for key, held in self.holdings.items()})

    def is_stopped(self, lot_id: str) -> bool:
        """Tell whether a lot that holds something is on hold or recalled."""
        held = self.holdings.get(lot_id)
        return held is not None and held.is_stopped

    def due(self, stock: _Stock) -> dict[str, int]:
        """Return how much of each lot a stock still has to hand out: what expires first went."""
        shares = [Share(row.lot_id, row.quantity, row.best_before) for row in stock.rows]
        return {rest.share.lot_id: rest.left for rest in rests(shares, self._total(stock))}

    def _need(self, stock: _Stock) -> Need:
        standing = self.standings[stock.bucket_id]
        total = self._total(stock)
        # A stock of one lot is not sold at all while that is stopped, so that nothing is lowered.
        most = {stock.listing.lot_id or "": total}
        if stock.listing.by_lots:
            open_ = [row for row in stock.rows if not self.is_stopped(row.lot_id)]
            most = {row.lot_id: row.quantity + row.set_aside for row in reversed(open_)}
        return Need(stock.listing.id, standing.sold, standing.held, standing.free, most)

    def _total(self, stock: _Stock) -> int:
        standing = self.standings[stock.bucket_id]
        return standing.sold + standing.held + standing.free


@dataclass(frozen=True)
class Room:
    """How much was promised beyond what lots hold before a stock grows; ``lot_id``: out of it."""

    short: int
    lot_id: str | None


def need_source(listing: Listing, lot_id: str | None, *, change: int) -> None:
    """Refuse to raise a stock that comes from lots without a word about which: nothing backs it.

    :raises NamesNoLot: then.
    """
    if change > 0 and listing.by_lots and not lot_id:
        raise NamesNoLot(field="amount")


def take_measure(session: Session, listing: Listing, lot_id: str | None, *, now: datetime) -> Room:
    """Lock what a stock that is to grow comes from, and return what is short already."""
    wanted = lot_id or listing.lot_id
    lock_backing(session, listing.vendor_id, also={wanted} if wanted else ())
    return Room(_read(session, listing.vendor_id, now=now).bear().total_short, wanted)


def need_room(
    session: Session, listing: Listing, room: Room, *, change: int, now: datetime
) -> None:
    """Refuse what a stock, which just grew by ``change``, would promise beyond what lots hold.

    What was sold already and is missing is met first: so much of it is not free.

    :raises Invalid: saying how much could be taken in.
    """
    books = _read(session, listing.vendor_id, now=now)
    bearing = books.bear()
    over = bearing.total_short - room.short
    if over > 0 and room.lot_id and listing.unit:
        raise Invalid(
            msg("Lot %(lot)s does not hold so much: %(left)s more can be taken in."),
            field="amount",
            lot=lot_cards(session, [room.lot_id])[room.lot_id].code,
            left=written(max(change - over, 0), listing.unit),
        )
    for stock in books.stocks:
        if stock.listing is listing:
            _settle(session, stock, books, bearing, now)


def need_backed(session: Session, listing: Listing, *, was: str | None, now: datetime) -> None:
    """Refuse another lot as the source of a whole stock, when it does not hold what is there.

    :raises Invalid: saying how much it holds.
    """
    if listing.by_lots or listing.lot_id in {None, was} or listing.unit is None:
        return
    lock_backing(session, listing.vendor_id, also={listing.lot_id or ""})
    short = _read(session, listing.vendor_id, now=now).bear().short.get(listing.id, Short())
    if short.held or short.free:
        lot = lot_cards(session, [listing.lot_id or ""])[listing.lot_id or ""]
        raise Invalid(
            msg(
                "Lot %(lot)s does not hold what is in the stock: lower the stock by %(over)s first."
            ),
            field="lot_id",
            lot=lot.code,
            over=written(short.held + short.free, listing.unit),
        )


def lock_backing(session: Session, vendor_id: str, *, also: Collection[str] = ()) -> None:
    """Lock the lots that stocks of a vendor come from: nobody takes of them meanwhile."""
    session.flush()
    lots = _lots_of(_stocks(session, vendor_id)) | set(also)
    lock_holdings(session, lots, vendor_id=vendor_id)


def keep_promises(session: Session, vendor_id: str, *, now: datetime) -> int:
    """Bring a vendor's stocks to what their lots hold now; return how many changed.

    What nobody has a claim on leaves the stock; what is promised and not there is noted and
    told once. What was set aside with a lot that was held comes back. Again, it does nothing.
    """
    session.flush()
    ids = {stock.listing.id for stock in _stocks(session, vendor_id)}
    if not ids:
        return 0
    session.execute(
        sa.select(Listing.id)
        .where(among(session, Listing.id, ids))
        .order_by(Listing.id)
        .with_for_update(key_share=True)
    ).all()
    lock_backing(session, vendor_id)
    books = _read(session, vendor_id, now=now)
    bearing = books.bear()
    return sum(_settle(session, stock, books, bearing, now) for stock in books.stocks)


def takes_from(session: Session, lot_id: str) -> bool:
    """Tell whether a stock comes from a lot (one statement)."""
    queued = sa.exists().where(
        ListingLot.lot_id == lot_id, sa.or_(ListingLot.quantity > 0, ListingLot.set_aside > 0)
    )
    named = sa.exists().where(Listing.lot_id == lot_id, Listing.by_lots.is_(False))
    return bool(session.scalar(sa.select(sa.or_(queued, named))))


def spend_shares(session: Session, listing: Listing, *, change: int) -> None:
    """Let a stock that was lowered by ``-change`` without naming a lot lose what expires first."""
    rows = _rows(session, {listing.id}).get(listing.id, [])
    if listing.bucket_id is None or not rows:
        return
    after = claims.unsold(session, listing.bucket_id)
    shares = [Share(row.lot_id, row.quantity, row.best_before) for row in rows]
    was, now_ = (
        {rest.share.lot_id: rest.left for rest in rests(shares, unsold)}
        for unsold in (after - change, after)
    )
    for row in rows:
        row.quantity -= was[row.lot_id] - now_[row.lot_id]
    session.flush()


def _stocks(session: Session, vendor_id: str) -> list[_Stock]:
    """Return the stocks of a vendor that come from lots; what is counted otherwise is not borne."""
    listings = session.scalars(
        sa.select(Listing)
        .where(
            Listing.vendor_id == vendor_id,
            Listing.bucket_id.is_not(None),
            sa.or_(Listing.by_lots, Listing.lot_id.is_not(None)),
        )
        .order_by(Listing.id)
        .execution_options(populate_existing=True)
    ).all()
    rows = _rows(session, {listing.id for listing in listings if listing.by_lots})
    cards = lot_cards(session, {one.lot_id for one in listings if one.lot_id and not one.by_lots})
    return [
        _Stock(one, one.bucket_id, rows.get(one.id, []))
        for one in listings
        if one.bucket_id and (one.by_lots or cards[one.lot_id or ""].unit is one.unit)
    ]


def _rows(session: Session, listing_ids: Collection[str]) -> dict[str, list[ListingLot]]:
    """Return the lots of stocks by listing, the first to expire first."""
    found: dict[str, list[ListingLot]] = {}
    rows = session.scalars(
        sa.select(ListingLot)
        .where(
            among(session, ListingLot.listing_id, listing_ids),
            sa.or_(ListingLot.quantity > 0, ListingLot.set_aside > 0),
        )
        .order_by(ListingLot.best_before.is_(None), ListingLot.best_before, ListingLot.lot_id)
        .execution_options(populate_existing=True)
    )
    for row in rows:
        found.setdefault(row.listing_id, []).append(row)
    return found


def _lots_of(stocks: Iterable[_Stock]) -> set[str]:
    named = {one.listing.lot_id for one in stocks if one.listing.lot_id and not one.listing.by_lots}
    return named | {row.lot_id for one in stocks for row in one.rows}


def _read(session: Session, vendor_id: str, *, now: datetime) -> _Books:
    """Return the books of a vendor, whose lots are locked; lots that were named since, too."""
    session.flush()
    stocks = _stocks(session, vendor_id)
    holdings = lock_holdings(session, _lots_of(stocks), vendor_id=vendor_id)
    buckets = {stock.bucket_id for stock in stocks}
    return _Books(stocks, holdings, claims.lock_standings(session, buckets, now=now))


def _settle(
    session: Session, stock: _Stock, books: _Books, bearing: Bearing, now: datetime
) -> bool:
    short = bearing.short[stock.listing.id]
    lots = _lower(stock, short.free, books, bearing)
    back = {} if short.total else _bring_back(stock, books, bearing)
    change = sum(back.values()) - short.free
    if change:
        _move(session, stock, change, _moved(lots, back), now)
    return _note_gap(session, stock.listing, short, now) or bool(change)


def _moved(lots: Mapping[str, int], back: Mapping[str, int]) -> dict[str, int]:
    return {key: -much for key, much in lots.items()} | dict(back)


def _lower(stock: _Stock, amount: int, books: _Books, bearing: Bearing) -> dict[str, int]:
    """Take from the shares of a stock what their lots do not give: so much of each lot."""
    due = books.due(stock)
    lost: dict[str, int] = {}
    # First what a lot was to give and cannot; then what a share names beyond what is borne.
    for wanted in (due, {row.lot_id: row.quantity for row in stock.rows}):
        for row in stock.rows:
            kept = bearing.borne(stock.listing.id, row.lot_id)
            left = amount - sum(lost.values())
            part = min(left, row.quantity, max(wanted[row.lot_id] - kept, 0))
            if part <= 0:
                continue
            row.quantity -= part
            row.set_aside += part if books.is_stopped(row.lot_id) else 0
            lost[row.lot_id] = lost.get(row.lot_id, 0) + part
    return lost


def _bring_back(stock: _Stock, books: _Books, bearing: Bearing) -> dict[str, int]:
    """Take in again what was set aside with lots that are free now, as far as they hold it."""
    back: dict[str, int] = {}
    for row in stock.rows:
        if row.set_aside and not books.is_stopped(row.lot_id):
            part = bearing.push(stock.listing.id, row.set_aside)
            # Some of it may stand in already for what another lot lost.
            borne = bearing.borne(stock.listing.id, row.lot_id)
            row.quantity, row.set_aside = max(row.quantity + part, borne), 0
            back |= {row.lot_id: part} if part else {}
    return back


def _move(
    session: Session, stock: _Stock, change: int, lots: Mapping[str, int], now: datetime
) -> None:
    listing = stock.listing
    reason = "lots_hold_less" if change < 0 else "lots_hold_more"
    bucket = claims.adjust(session, stock.bucket_id, d_on_hand=change, reason=reason, now=now)
    touch(listing)
    audit.record(
        session,
        "listing.stock_followed",
        actor=HOUSE,
        subject=("listing", listing.id),
        now=now,
        code=listing.code,
        change=change,
        on_hand=bucket.on_hand,
        lots=dict(lots),
    )
    if listing.state is ListingState.PUBLISHED:
        emit(session, ListingChanged(listing.id, listing.code), now=now)


def _note_gap(session: Session, listing: Listing, short: Short, now: datetime) -> bool:
    """Keep the row of what is promised and not there, and tell the house when more is missing."""
    gap = session.get(StockGap, listing.id, populate_existing=True)
    before = Short(gap.missing, gap.held) if gap else Short()
    if (before.sold, before.held) == (short.sold, short.held):
        return False
    if gap is None:
        gap = StockGap(listing_id=listing.id, vendor_id=listing.vendor_id, since=now)
        session.add(gap)
    gap.missing, gap.held = short.sold, short.held
    if not (short.sold or short.held):
        session.delete(gap)
    session.flush()
    if before.sold == short.sold:
        return False
    audit.record(
        session,
        "listing.goods_missing",
        actor=HOUSE,
        subject=("listing", listing.id),
        now=now,
        code=listing.code,
        was=before.sold,
        missing=short.sold,
    )
    if short.sold > before.sold:
        fact = GoodsMissing(listing.id, listing.vendor_id, listing.bucket_id or "", short.sold)
        emit(session, fact, now=now)
    return True
