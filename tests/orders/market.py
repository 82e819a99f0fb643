"""A small market to order from: two vendors, fruit in two pack sizes, honey, a visit."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from accounts.models import User
from bookings.events import VisitRedeemed
from bookings.models import Departure, Experience
from catalog.events import GoodsMissing
from catalog.handlers import on_lot_shrank
from catalog.models import Category, Listing, Variant
from catalog.rules import ListingKind, ListingState
from kernel import audit, claims
from kernel.actor import GUEST, HOUSE, Actor
from kernel.claims import Bucket, Claim, ClaimState
from kernel.db import transaction
from kernel.jobs import drain, inside
from kernel.quantity import Unit
from kernel.rules_table import seed_rules
from orders import handlers
from orders.models import CartLine, CollectionPoint, Order, OrderGroup
from orders.queries.carts import Bearer, find_cart
from orders.rules import DeliveryMethod
from orders.services.cart import add_line
from orders.services.checkout import PlacedOrder, Purchase, place_order
from payments.events import PaymentFailed, PaymentSettled
from payments.queries import payment_of
from payments.services.settle import fail_payment, settle_payment
from traceability.events import LotHeld, LotRecalled, LotReleased, LotShrank
from traceability.models import Lot
from traceability.rules import LotState
from vendors.models import Vendor
from vendors.rules import LegalForm, VendorState

Maker = sessionmaker[Session]
REACTIONS = {
    PaymentSettled: (inside(handlers.on_payment_settled),),
    PaymentFailed: (inside(handlers.on_payment_failed),),
    LotHeld: (inside(handlers.on_lot_held), inside(on_lot_shrank)),
    LotReleased: (inside(on_lot_shrank),),
    LotRecalled: (inside(handlers.on_lot_recalled), inside(on_lot_shrank)),
    VisitRedeemed: (inside(handlers.on_visit_redeemed),),
    LotShrank: (inside(on_lot_shrank),),
    GoodsMissing: (inside(handlers.on_goods_missing),),
}
THANH_HA = "vn-2025:10813"
KILO, TWO_KILOS, HONEY = 45_000, 85_000, 180_000
SEAT = 150_000
FEE = 25_000
LYCHEE_G, HONEY_JARS, SEATS = 10_000, 5, 4


@dataclass(frozen=True)
class Market:
    """Ids of what is for sale."""

    grower: str
    keeper: str
    kilo: str
    two_kilos: str
    honey: str
    departure: str
    lychee_stock: str
    honey_stock: str
    seat_stock: str
    lot: str
    point: str
    lychee: str
    visit: str


def open_market(maker: Maker, now: datetime) -> Market:
    """Fill an empty database."""
    with maker() as session, transaction(session):
        seed_rules(session, now=now)
        audit.record(session, "market.opened", actor=HOUSE, subject=("market", ""), now=now)
        grower, keeper = _vendor(session, "grower", now), _vendor(session, "keeper", now)
        shelf = Category(slug="fruit", name={"vi": "Trái cây"}, art="apple", tint="blush")
        session.add(shelf)
        lot = Lot(
            vendor_id=grower,
            code="L2611-023",
            trace_code="AB12CD34",
            product={"vi": "Vải thiều"},
            unit=Unit.GRAM,
            quantity=LYCHEE_G,
            harvested_on=date(2026, 11, 20),
            state=LotState.OPEN,
            created_at=now,
            state_at=now,
        )
        session.add(lot)
        session.flush()
        stocks = [
            claims.open_bucket(session, kind="STOCK", unit=unit, on_hand=much, now=now).id
            for unit, much in (
                (Unit.GRAM, LYCHEE_G),
                (Unit.PIECE, HONEY_JARS),
                (Unit.SEAT, SEATS),
            )
        ]
        lychee = _listing(session, shelf, grower, "VAI-01", now, bucket=stocks[0], lot=lot.id)
        honey = _listing(session, shelf, keeper, "MAT-01", now, bucket=stocks[1], lot=None)
        visit = _listing(session, shelf, keeper, "TRAI-01", now, bucket=None, lot=None)
        departure = _departure(session, visit, keeper, stocks[2], now)
        point = CollectionPoint(
            code="CHO-TH",
            name={"vi": "Chợ Thanh Hà"},
            commune=THANH_HA,
            address="Quầy 1",
            hours={"vi": "7-18 giờ"},
        )
        session.add(point)
        session.flush()
        return Market(
            grower=grower,
            keeper=keeper,
            kilo=_variant(session, lychee, {"vi": "Túi 1 kg"}, 1000, KILO),
            two_kilos=_variant(session, lychee, {"vi": "Hộp 2 kg"}, 2000, TWO_KILOS),
            honey=_variant(session, honey, {"vi": "Hũ"}, 1, HONEY),
            departure=departure,
            lychee_stock=stocks[0],
            honey_stock=stocks[1],
            seat_stock=stocks[2],
            lot=lot.id,
            point=point.id,
            lychee=lychee,
            visit=visit,
        )


def _vendor(session: Session, code: str, now: datetime) -> str:
    vendor = Vendor(
        code=code,
        slug=code,
        name=f"HTX {code}",
        legal_form=LegalForm.COOPERATIVE,
        representative="Nguyễn Thị Lan",
        phone="+84912345678",
        commune=THANH_HA,
        address="Thôn 1",
        state=VendorState.APPROVED,
        created_at=now,
    )
    session.add(vendor)
    session.flush()
    return vendor.id


def _listing(session, shelf, vendor_id, code, now, *, bucket, lot) -> str:
    kind = ListingKind.PRODUCE if bucket else ListingKind.EXPERIENCE
    listing = Listing(
        code=code,
        slug=code.lower(),
        vendor_id=vendor_id,
        category_id=shelf.id,
        top_category_id=shelf.id,
        kind=kind,
        title={"vi": f"Hàng {code}", "en": f"Good {code}"},
        commune=THANH_HA,
        unit=Unit.GRAM if lot else (Unit.PIECE if bucket else None),
        bucket_id=bucket,
        lot_id=lot,
        art="lychee",
        tint="blush",
        state=ListingState.PUBLISHED,
        created_at=now,
        published_at=now,
        ranked_at=now,
    )
    session.add(listing)
    session.flush()
    return listing.id


def _variant(session, listing_id, label, size, price) -> str:
    variant = Variant(listing_id=listing_id, label=label, size=size, price_vnd=price)
    session.add(variant)
    session.flush()
    return variant.id


def _departure(session, listing_id, vendor_id, bucket, now) -> str:
    session.add(
        Experience(
            listing_id=listing_id,
            vendor_id=vendor_id,
            duration_minutes=120,
            meeting_point={"vi": "Cổng vườn"},
        )
    )
    starts = now + timedelta(days=5)
    departure = Departure(
        listing_id=listing_id,
        starts_at=starts,
        cutoff_at=starts - timedelta(hours=2),
        capacity=SEATS,
        price_vnd=SEAT,
        bucket_id=bucket,
    )
    session.add(departure)
    session.flush()
    return departure.id


def fill(maker: Maker, now: datetime, *wishes: tuple[str, int], bearer: Bearer | None = None):
    """Put packs and seats into a basket and return who holds it."""
    bearer = bearer or Bearer()
    for key, quantity in wishes:
        with maker() as session, transaction(session):
            seat = session.get(Departure, key) is not None
            token = add_line(
                session,
                bearer,
                variant_id=None if seat else key,
                departure_id=key if seat else None,
                quantity=quantity,
                now=now,
            )
            bearer = replace(bearer, token=token or bearer.token)
    return bearer


PURCHASE = Purchase(
    checkout=0,
    shown_total_vnd=0,
    contact_name="Phạm Văn An",
    contact_phone="+84987654321",
    contact_email="an@example.vn",
    delivery=DeliveryMethod.DELIVERY,
    commune=THANH_HA,
    address="Số 5, thôn 2",
    collection_point_id=None,
    note="",
    method="vietqr",
    lang="vi",
    agreed=("terms",),
)


def place(
    maker: Maker,
    now: datetime,
    bearer: Bearer,
    total: int,
    actor: Actor = GUEST,
    **changed: object,
) -> PlacedOrder:
    """Order what is in a basket."""
    purchase = replace(PURCHASE, shown_total_vnd=total, **changed)
    with maker() as session, transaction(session):
        return place_order(session, bearer, purchase=purchase, actor=actor, now=now)


def free(maker: Maker, bucket_id: str, now: datetime) -> int:
    with maker() as session:
        return claims.available(session, [bucket_id], now=now)[bucket_id]


def allocated(maker: Maker, bucket_id: str) -> int:
    with maker() as session:
        return session.get_one(Bucket, bucket_id).allocated


def live_claims(maker: Maker, owner: str) -> dict[str, tuple[str, int, bool]]:
    """Return an owner's open claims by bucket: state, quantity, pinned."""
    with maker() as session:
        rows = session.scalars(
            sa.select(Claim).where(
                Claim.owner_key == owner,
                Claim.state.in_([ClaimState.ACTIVE, ClaimState.CONSUMED]),
            )
        )
        return {row.bucket_id: (row.state.value, row.qty, row.pinned) for row in rows}


def lines(maker: Maker, bearer: Bearer) -> list[tuple[str | None, int]]:
    """Return what is in a basket."""
    with maker() as session:
        cart = find_cart(session, bearer)
        rows = session.scalars(sa.select(CartLine).where(CartLine.cart_id == cart.id)).all()
        return [(row.variant_id or row.departure_id, row.quantity) for row in rows] if cart else []


def group(maker: Maker, group_id: str) -> OrderGroup:
    with maker() as session:
        return session.get_one(OrderGroup, group_id)


def orders(maker: Maker, group_id: str) -> list[Order]:
    with maker() as session:
        wanted = sa.select(Order).where(Order.group_id == group_id).order_by(Order.id)
        return list(session.scalars(wanted))


def pay(maker: Maker, now: datetime, payment_id: str) -> None:
    """Let the money come, and the house hear of it."""
    with maker() as session, transaction(session):
        settle_payment(session, payment_id, source="desk", now=now)
    hear(maker, now)


def fail(maker: Maker, now: datetime, payment_id: str) -> None:
    """Let a payment fail, and the house hear of it."""
    with maker() as session, transaction(session):
        fail_payment(session, payment_id, source="webhook", now=now)
    hear(maker, now)


def hear(maker: Maker, now: datetime) -> None:
    """Handle what is in the outbox."""
    drain(maker, REACTIONS, now=now)


def payment_state(maker: Maker, reference: str) -> str | None:
    with maker() as session:
        found = payment_of(session, reference)
        return found.state.value if found else None


def user(maker: Maker, now: datetime, name: str) -> str:
    """Write an account and return its id."""
    with maker() as session, transaction(session):
        row = User(
            email=f"{name}@example.vn",
            full_name=name,
            fs_uniquifier=name,
            created_at=now,
        )
        session.add(row)
        session.flush()
        return row.id


def seller(vendor_id: str) -> Actor:
    """Somebody who sells for a vendor."""
    return Actor("01SELLER", "Hoa", memberships={vendor_id: frozenset({"seller"})})


def race(count: int, act: Callable[[int], object]) -> list[object]:
    """Let many act at once; return what each got: a result or a refusal."""
    gate, results = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = act(number)
        except Exception as refusal:
            results[number] = refusal

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
