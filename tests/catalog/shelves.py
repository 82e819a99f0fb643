"""What the tests of the catalogue share: two vendors, a farm with a lot, goods on shelves."""

from contextlib import contextmanager
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from catalog.models import Category, Listing, Variant
from catalog.rules import ListingKind, ListingState
from catalog.services.categories import seed_categories
from catalog.services.importing import ListingRow, VariantRow, import_listing, import_variant
from kernel.actor import HOUSE, Actor
from kernel.db import transaction
from kernel.quantity import Unit
from kernel.rules_table import seed_rules
from traceability.models import Lot
from traceability.rules import LotState
from traceability.services.importing import FarmRow, LotRow, import_farm, import_lot
from vendors.models import Vendor
from vendors.rules import LegalForm, Scheme, VendorState
from vendors.services.certifying import Paperwork
from vendors.services.importing import CertificateRow, VendorRow, import_certificate, import_vendor

THANH_HA, TUE_TINH = "vn-2025:10813", "vn-2025:10909"
OFFICER = Actor("01OFFICER", "Cô Mai", roles=frozenset({"reviewer"}))


def seller(vendor_id: str, role: str = "seller") -> Actor:
    return Actor("01SELLER", "Anh Nam", memberships={vendor_id: frozenset({role})})


def open_shelves(session: Session, now: datetime) -> None:
    """Put up categories and two approved vendors, V1 and V2; V1 has farm F1 and lot L01."""
    with transaction(session):
        seed_rules(session, now=now)
        seed_categories(session, actor=HOUSE, now=now)
        for code, name in (("V1", "HTX Thanh Sơn"), ("V2", "Trại ong Chí Linh")):
            import_vendor(session, vendor_row(code, name), actor=HOUSE, now=now)
        import_farm(session, FarmRow("V1", "F1", "Vườn Đồng Mận", THANH_HA), actor=HOUSE, now=now)
        import_lot(
            session,
            LotRow("V1", "L01", {"vi": "Vải thiều"}, Unit.GRAM, 500_000, date(2026, 11, 20)),
            actor=HOUSE,
            now=now,
        )


def vendor_row(code: str, name: str, state: VendorState = VendorState.APPROVED) -> VendorRow:
    return VendorRow(
        code=code,
        name=name,
        legal_form=LegalForm.COOPERATIVE,
        representative="Nguyễn Văn An",
        phone="+84912345678",
        commune=THANH_HA,
        address="Thôn 1",
        state=state,
    )


def row(code: str = "VAI", **wishes: object) -> ListingRow:
    values: dict[str, object] = {
        "code": code,
        "vendor_code": "V1",
        "category": "trai-cay",
        "kind": ListingKind.PRODUCE,
        "title": {"vi": "Vải thiều Thanh Hà", "en": "Thanh Ha lychee"},
        "summary": {"vi": "Quả nhỏ, hạt bé, vị ngọt thanh."},
        "commune": THANH_HA,
        "unit": Unit.GRAM,
        "stock": 10_000,
        "since": wishes.pop("since", None),
    }
    return ListingRow(**(values | wishes))  # type: ignore[arg-type]


def add(
    session: Session,
    now: datetime,
    code: str = "VAI",
    packs: tuple[tuple[int, int], ...] = ((1000, 45_000),),
    **wishes: object,
) -> str:
    """Import a listing with its packs and return its id."""
    with transaction(session):
        listing_id = import_listing(session, row(code, **wishes), actor=HOUSE, now=now)
        for size, price in packs:
            import_variant(session, VariantRow(code, size, price), actor=HOUSE, now=now)
    return listing_id


def add_visit(session: Session, now: datetime, code: str = "THAM", **wishes: object) -> str:
    values: dict[str, object] = {
        "category": "tham-vuon",
        "kind": ListingKind.EXPERIENCE,
        "title": {"vi": "Hái vải ở Thanh Hà", "en": "Lychee picking"},
        "unit": None,
        "stock": 0,
        "price_vnd": 150_000,
    }
    return add(session, now, code, (), **(values | wishes))


def certify(
    session: Session,
    now: datetime,
    scheme: Scheme = Scheme.VIETGAP,
    *,
    stars: int | None = None,
    last_day: date = date(2027, 12, 31),
    verified: bool = True,
) -> None:
    paper = Paperwork(
        scheme, f"{scheme.value}-1", "Chi cục", date(2026, 1, 1), last_day, stars=stars
    )
    with transaction(session):
        import_certificate(
            session, CertificateRow("V1", paper, verified=verified), actor=HOUSE, now=now
        )


def vendor_id(session: Session, code: str = "V1") -> str:
    return session.scalars(sa.select(Vendor.id).where(Vendor.code == code)).one()


def set_vendor(session: Session, state: VendorState, code: str = "V1") -> None:
    with transaction(session):
        session.execute(sa.update(Vendor).where(Vendor.code == code).values(state=state))


def set_lot(session: Session, state: LotState) -> None:
    with transaction(session):
        session.execute(sa.update(Lot).where(Lot.code == "L01").values(state=state))


def category_id(session: Session, slug: str = "trai-cay") -> str:
    return session.scalars(sa.select(Category.id).where(Category.slug == slug)).one()


def listing(session: Session, code: str = "VAI") -> Listing:
    return session.scalars(
        sa.select(Listing).where(Listing.code == code).execution_options(populate_existing=True)
    ).one()


def variants(session: Session, code: str = "VAI") -> list[Variant]:
    return list(
        session.scalars(
            sa.select(Variant)
            .join(Listing, Listing.id == Variant.listing_id)
            .where(Listing.code == code)
            .order_by(Variant.active.desc(), Variant.position)
            .execution_options(populate_existing=True)
        )
    )


def state(session: Session, code: str = "VAI") -> ListingState:
    return listing(session, code).state


def hours(count: int) -> timedelta:
    return timedelta(hours=count)


@contextmanager
def statements(session: Session):
    """Count the statements of a block."""
    seen: list[str] = []

    def note(_conn, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def plans(session: Session):
    """Note how the database means to read each statement of a block, tables of any size alike."""
    seen: list[str] = []
    explain = "EXPLAIN QUERY PLAN" if session.get_bind().dialect.name == "sqlite" else "EXPLAIN"
    if explain == "EXPLAIN":
        # A table of a few rows would be read whole.
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))

    def note(_conn, cursor, statement, parameters, *_rest):
        if statement.startswith("SELECT"):
            cursor.execute(f"{explain} {statement}", parameters)
            seen.append("\n".join(str(row) for row in cursor.fetchall()))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
