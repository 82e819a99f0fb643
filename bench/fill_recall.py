"""Writes a graph of lots as in the reference: inputs, harvests, packs, cartons, pallets, receipts."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from catalog.models import Category, Listing, ListingLot
from catalog.rules import ListingKind, ListingState
from kernel.claims import Bucket
from kernel.db import Base, transaction
from kernel.ids import new_id
from kernel.quantity import Unit
from kernel.rules_table import seed_rules
from orders.models import Order, OrderAllocation, OrderGroup, OrderLine
from orders.rules import DeliveryMethod, FulfilmentState, OrderState, PaidState
from traceability.models import Lot, LotEdge, TraceEvent
from traceability.rules import LotKind, LotState
from vendors.models import Vendor
from vendors.rules import LegalForm, VendorState

BATCH = 5000
Row = dict[str, Any]
Maker = sessionmaker[Session]
# So many of each kind for each input; all in all 181 lots and about 365 edges for one input.
HARVESTS, PACKS, CARTONS, PALLETS, RECEIPTS = 30, 30, 100, 10, 10
VENDORS, ORDERS = 40, 20
EACH_G = 20_000


def fill(maker: Maker, inputs: int, now: datetime) -> dict[str, list[str]]:
    """Write the graph with so many inputs; return the ids of each kind of lot."""
    chance = random.Random(9)  # noqa: S311 - the same graph each time
    with maker() as session, transaction(session):
        seed_rules(session, now=now)
    vendors = [_vendor(number, now) for number in range(VENDORS)]
    _insert(maker, Vendor, vendors)
    kinds = {
        "input": inputs,
        "harvest": inputs * HARVESTS,
        "pack": inputs * PACKS,
        "carton": inputs * CARTONS,
        "pallet": inputs * PALLETS,
        "receipt": inputs * RECEIPTS,
    }
    ids = {kind: [new_id() for _ in range(count)] for kind, count in kinds.items()}
    for kind, own in ids.items():
        _insert(maker, Lot, _lots(kind, own, vendors, now))
    seq = _event(maker, now)
    _insert(maker, LotEdge, _edges(ids, chance, seq, now))
    _sell(maker, ids["carton"], vendors, chance, now)
    return ids


def _vendor(number: int, now: datetime) -> Row:
    return {
        "id": new_id(),
        "code": f"R{number}",
        "slug": f"r{number}",
        "name": f"HTX {number}",
        "legal_form": LegalForm.COOPERATIVE,
        "representative": "Nguyễn Thị Lan",
        "phone": "+84912345678",
        "commune": "vn-2025:10813",
        "address": "Thôn 1",
        "state": VendorState.APPROVED,
        "created_at": now,
    }


def _lots(kind: str, ids: list[str], vendors: list[Row], now: datetime) -> Iterator[Row]:
    for number, lot_id in enumerate(ids):
        yield {
            "id": lot_id,
            # What came of an input stays with its vendor.
            "vendor_id": vendors[number * VENDORS // len(ids)]["id"],
            "kind": LotKind.HARVEST if kind == "harvest" else LotKind.PACKED,
            "code": f"{kind[:3].upper()}-{number}",
            "trace_code": f"{kind[:3].upper()}{number:09d}",
            "product": {"vi": "Vải thiều", "en": "Lychee"},
            "unit": Unit.GRAM,
            "quantity": EACH_G,
            "rest": EACH_G,
            "harvested_on": now.date(),
            "state": LotState.OPEN,
            "state_at": now,
            "created_at": now,
        }


def _event(maker: Maker, now: datetime) -> int:
    with maker() as session, transaction(session):
        event = TraceEvent(
            event_id="urn:bench:edges",
            type="TransformationEvent",
            event_time=now,
            time_offset="+07:00",
            record_time=now,
            body="{}",
        )
        session.add(event)
        session.flush()
        return event.seq


def _edges(
    ids: dict[str, list[str]], chance: random.Random, seq: int, now: datetime
) -> Iterator[Row]:
    """Give each lot its sources out of its own neighbourhood: real chains do not mix everything."""
    ways = (
        ("input", "harvest", 3),
        ("harvest", "pack", (1, 5)),
        ("pack", "carton", 1),
        ("carton", "pallet", 10),
        ("pallet", "receipt", 1),
    )
    for above, below, count in ways:
        sources, made = ids[above], ids[below]
        for number, dst in enumerate(made):
            much = count if isinstance(count, int) else chance.randint(*count)
            near = number * len(sources) // len(made)
            chosen = {
                min(len(sources) - 1, near + chance.randint(0, 2 * much)) for _ in range(much)
            }
            if above in {"carton", "pallet", "pack"}:
                # A carton stands on one pallet, in order.
                first = number * len(sources) // len(made)
                chosen = set(range(first, min(first + much, len(sources))))
            for source in chosen:
                yield {
                    "id": new_id(),
                    "src_id": sources[source],
                    "dst_id": dst,
                    "event_seq": seq,
                    "quantity": 1000,
                    "at": now,
                }


def _sell(
    maker: Maker, cartons: list[str], vendors: list[Row], chance: random.Random, now: datetime
) -> None:
    """Offer cartons and let buyers have some: a listing for each vendor, an order for each tenth."""
    shelf = {
        "id": new_id(),
        "slug": "fruit",
        "name": {"vi": "Trái cây"},
        "art": "apple",
        "tint": "sun",
    }
    _insert(maker, Category, [shelf])
    buckets = [
        {"id": new_id(), "kind": "STOCK", "unit": Unit.GRAM, "on_hand": 10**9, "allocated": 0}
        for _ in vendors
    ]
    _insert(maker, Bucket, buckets)
    listings = [
        _listing(number, vendor["id"], shelf["id"], buckets[number]["id"], now)
        for number, vendor in enumerate(vendors)
    ]
    _insert(maker, Listing, listings)
    _insert(maker, ListingLot, _stock(cartons, listings, now))
    groups, orders, lines, given = [], [], [], []
    for number in range(0, len(cartons), 100 // ORDERS):
        place = number * VENDORS // len(cartons)
        rows = _order(number, cartons[number], listings[place], chance, now)
        for kind, row in zip((groups, orders, lines, given), rows, strict=True):
            kind.append(row)
    for kind, rows_of in (
        (OrderGroup, groups),
        (Order, orders),
        (OrderLine, lines),
        (OrderAllocation, given),
    ):
        _insert(maker, kind, rows_of)


def _listing(number: int, vendor_id: str, shelf: str, bucket: str, now: datetime) -> Row:
    return {
        "id": new_id(),
        "code": f"RL{number:05d}",
        "slug": f"rl-{number}",
        "vendor_id": vendor_id,
        "category_id": shelf,
        "top_category_id": shelf,
        "kind": ListingKind.PRODUCE,
        "title": {"vi": f"Vải {number}"},
        "commune": "vn-2025:10813",
        "unit": Unit.GRAM,
        "bucket_id": bucket,
        "by_lots": True,
        "art": "lychee",
        "tint": "sun",
        "state": ListingState.PUBLISHED,
        "created_at": now,
        "ranked_at": now,
    }


def _stock(cartons: list[str], listings: list[Row], now: datetime) -> Iterator[Row]:
    """Put sixty lots at most into the stock of a listing, as the market does."""
    each = len(cartons) // len(listings)
    for number, listing in enumerate(listings):
        for carton in cartons[number * each : number * each + 60]:
            yield {
                "id": new_id(),
                "listing_id": listing["id"],
                "lot_id": carton,
                "quantity": EACH_G,
                "taken_at": now,
            }


def _order(
    number: int, carton: str, listing: Row, chance: random.Random, now: datetime
) -> tuple[Row, Row, Row, Row]:
    group_id, order_id, line_id = new_id(), new_id(), new_id()
    placed = now - timedelta(days=chance.randint(1, 20))
    goods = chance.choice(
        [FulfilmentState.DELIVERED, FulfilmentState.SHIPPED, FulfilmentState.PACKED]
    )
    done = goods is FulfilmentState.DELIVERED
    group = {
        "id": group_id,
        "code": f"G{number}",
        "access_hash": "0" * 64,
        "cart_key": f"bench:{number}",
        "lang": "vi",
        "contact_name": f"Khách {number}",
        "contact_phone": f"+8491{number:07d}",
        "contact_email": f"khach{number}@example.vn" if number % 2 else None,
        "delivery": DeliveryMethod.DELIVERY,
        "payment_method": "cod",
        "goods_vnd": 90_000,
        "delivery_vnd": 0,
        "total_vnd": 90_000,
        "paid": PaidState.UNPAID,
        "placed_at": placed,
    }
    order = {
        "id": order_id,
        "group_id": group_id,
        "vendor_id": listing["vendor_id"],
        "vendor_name": "HTX",
        "code": f"O{number}",
        "state": OrderState.COMPLETED if done else OrderState.CONFIRMED,
        "fulfilment": goods,
        "goods_vnd": 90_000,
        "delivery_vnd": 0,
        "placed_at": placed,
    }
    line = {
        "id": line_id,
        "order_id": order_id,
        "listing_id": listing["id"],
        "lot_id": carton,
        "title": listing["title"],
        "label": {"vi": "2 kg"},
        "art": "lychee",
        "tint": "sun",
        "size": 2000,
        "quantity": 1,
        "price_vnd": 90_000,
        "total_vnd": 90_000,
        "bucket_id": listing["bucket_id"],
    }
    got = {
        "id": new_id(),
        "order_id": order_id,
        "line_id": line_id,
        "lot_id": carton,
        "quantity": 2000,
        "packed_at": placed,
    }
    return group, order, line, got


def _insert(maker: Maker, kind: type[Base], rows: Any) -> None:
    """Write rows by the thousand; columns that are left out get their defaults."""
    waiting: list[Row] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == BATCH:
            _write(maker, kind, waiting)
            waiting = []
    if waiting:
        _write(maker, kind, waiting)


def _write(maker: Maker, kind: type[Base], rows: list[Row]) -> None:
    with maker() as session, transaction(session):
        session.connection().execute(sa.insert(kind.__table__), rows)  # type: ignore[arg-type]
