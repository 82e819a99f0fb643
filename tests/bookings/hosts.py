"""What the tests of bookings share: a host, a listing, a departure."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from bookings.services import book
from bookings.services.departures import Seats, open_departure
from bookings.services.experiences import ExperienceDraft, set_experience
from catalog.models import Category, Listing
from catalog.rules import ListingKind
from kernel.actor import Actor
from kernel.db import transaction
from kernel.ids import new_id
from kernel.rules_table import seed_rules
from vendors.models import Vendor
from vendors.rules import LegalForm

Maker = sessionmaker[Session]
DRAFT = ExperienceDraft(
    duration_minutes=180,
    meeting_point={"vi": "Cổng vườn vải Thanh Hà", "en": "Gate of the lychee garden"},
    includes={"vi": "Hái vải, ăn tại vườn"},
    languages=("vi", "en"),
)


def vendor(session: Session, now: datetime) -> str:
    code = new_id()[-12:]
    row = Vendor(
        code=code,
        slug=code.lower(),
        name="Vườn vải bác Hòa",
        legal_form=LegalForm.HOUSEHOLD,
        representative="Hòa",
        phone="+84912345678",
        commune="vn-2025:10813",
        address="Thôn 1",
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def listing(
    session: Session,
    vendor_id: str,
    now: datetime,
    kind: ListingKind = ListingKind.EXPERIENCE,
) -> str:
    category = Category(
        slug=new_id()[-12:].lower(), name={"vi": "Trải nghiệm"}, art="canoe", tint="sky"
    )
    session.add(category)
    session.flush()
    row = Listing(
        code=new_id()[-12:],
        slug="hai-vai",
        vendor_id=vendor_id,
        category_id=category.id,
        top_category_id=category.id,
        kind=kind,
        title={"vi": "Hái vải tại vườn", "en": "Lychee picking"},
        commune="vn-2025:10813",
        price_vnd=150_000,
        price_per=1,
        art="lychee",
        tint="sky",
        created_at=now,
        ranked_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def seller(vendor_id: str) -> Actor:
    return Actor("01SELLER", "Hòa", memberships={vendor_id: frozenset({"seller"})})


class Host:
    """A host with one experience, as the tests talk to it."""

    def __init__(self, maker: Maker, now: datetime, draft: ExperienceDraft = DRAFT) -> None:
        self.maker, self.now = maker, now
        with maker() as session, transaction(session):
            seed_rules(session, now=now)
            self.vendor_id = vendor(session, now)
            self.listing_id = listing(session, self.vendor_id, now)
            self.actor = seller(self.vendor_id)
            self.describe(session, draft)

    def describe(self, session: Session, draft: ExperienceDraft) -> None:
        set_experience(
            session,
            listing_id=self.listing_id,
            draft=draft,
            actor=self.actor,
            now=self.now,
        )

    def opens(self, starts_at: datetime | None = None, capacity: int = 10) -> str:
        with self.maker() as session, transaction(session):
            return open_departure(
                session,
                listing_id=self.listing_id,
                starts_at=starts_at or self.now + timedelta(days=2),
                seats=Seats(capacity, 150_000),
                actor=self.actor,
                now=self.now,
            )

    def takes(
        self,
        departure_id: str,
        line_ref: str = "line-1",
        seats: int = 2,
        at: datetime | None = None,
    ) -> str:
        with self.maker() as session, transaction(session):
            return book(
                session,
                line_ref=line_ref,
                departure_id=departure_id,
                seats=seats,
                contact_name="Mai",
                contact_phone="+84987654321",
                now=at or self.now,
            )
