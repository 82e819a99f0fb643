"""A small market to look at: vendors, goods with lots, visits with departures."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bookings.models import Departure, Experience
from catalog.models import Category, Listing, Review, Variant
from catalog.rules import ListingKind, ListingState
from kernel import claims
from kernel.ids import short_code
from kernel.quantity import Unit
from traceability.models import Lot
from traceability.rules import LotState
from vendors.models import Certificate, Vendor
from vendors.rules import LegalForm, Scheme, VendorState

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=90)
CERTIFIED = "vietgap"


@dataclass
class Stalls:
    """Fills a market through one session."""

    session: Session
    placed: int = 0

    def category(self, slug: str, vi: str, en: str, **more: Any) -> Category:
        self.placed += 1
        values = {"art": "basket", "tint": "sun", "position": self.placed, **more}
        return self._keep(Category(slug=slug, name={"vi": vi, "en": en}, **values))

    def vendor(
        self, name: str, slug: str, *, commune: str = "vn-2025:10813", **more: Any
    ) -> Vendor:
        values = {
            "legal_form": LegalForm.COOPERATIVE,
            "registration_no": "0800123456",
            "representative": "Nguyễn Thị Lụa",
            "phone": "+84912345678",
            "address": "Thôn Đông",
            "story": {"vi": "Ba mươi hộ cùng làm.", "en": "Thirty households together."},
            "state": VendorState.APPROVED,
            "created_at": LONG_AGO,
            "decided_at": LONG_AGO,
            **more,
        }
        return self._keep(
            Vendor(code=slug.upper()[:20], slug=slug, name=name, commune=commune, **values)
        )

    def certificate(
        self, vendor: Vendor, scheme: Scheme = Scheme.VIETGAP, **more: Any
    ) -> Certificate:
        values = {
            "number": "VG-2026-118",
            "issuer": "VinaCert",
            "valid_from": date(2026, 1, 1),
            "valid_to": date(2027, 1, 1),
            "verified_at": LONG_AGO,
            **more,
        }
        return self._keep(Certificate(vendor_id=vendor.id, scheme=scheme, **values))

    def goods(self, vendor: Vendor, category: Category, code: str, **more: Any) -> Listing:
        """Offer five packs of 1 kg and a box of 5 kg of a lot of 40 kg, unless told otherwise."""
        stock = more.pop("stock", 40_000)
        lot = self.lot(vendor, f"L2611-{code[-3:]}") if more.pop("traced", True) else None
        bucket = claims.open_bucket(
            self.session, kind="stock", unit=Unit.GRAM, on_hand=stock, now=LONG_AGO
        )
        price = more.pop("price", 25_000)
        listing = self._listing(
            vendor,
            category,
            code,
            {
                "kind": ListingKind.PRODUCE,
                "unit": Unit.GRAM,
                "bucket_id": bucket.id,
                "price_vnd": price,
                "price_per": 1000,
                "pack_size": 1000,
                "lot_id": lot.id if lot else None,
                **more,
            },
        )
        for place, (size, cost) in enumerate(((1000, price), (5000, price * 5 - 5000))):
            label = {"vi": f"Túi {size // 1000} kg", "en": f"{size // 1000} kg bag"}
            self._keep(
                Variant(
                    listing_id=listing.id, label=label, size=size, price_vnd=cost, position=place
                )
            )
        return listing

    def visit(self, vendor: Vendor, category: Category, code: str, **more: Any) -> Listing:
        """Offer a visit with departures of 8 seats each on coming days."""
        seats, days = more.pop("seats", 8), more.pop("days", (5, 6, 12))
        detail = more.pop("detail", {})
        listing = self._listing(
            vendor,
            category,
            code,
            {"kind": ListingKind.EXPERIENCE, "unit": None, "price_vnd": 220_000, **more},
        )
        self._keep(
            Experience(
                listing_id=listing.id,
                vendor_id=vendor.id,
                **{
                    "duration_minutes": 180,
                    "meeting_point": {"vi": "Cổng xưởng, thôn Chu Đậu", "en": "Workshop gate"},
                    "includes": {"vi": "Đất, tạp dề, nung và gửi về", "en": "Clay, apron, firing"},
                    "bring": {"vi": "Áo cũ", "en": "Old clothes"},
                    "languages": ["vi", "en"],
                    "min_age": 6,
                    **detail,
                },
            )
        )
        for day in days:
            self.departure(listing, NOW + timedelta(days=day), seats)
        return listing

    def departure(self, listing: Listing, starts_at: datetime, seats: int) -> Departure:
        bucket = claims.open_bucket(
            self.session, kind="seats", unit=Unit.SEAT, on_hand=seats, now=LONG_AGO
        )
        return self._keep(
            Departure(
                listing_id=listing.id,
                starts_at=starts_at,
                cutoff_at=starts_at - timedelta(hours=2),
                capacity=8,
                price_vnd=listing.price_vnd,
                bucket_id=bucket.id,
            )
        )

    def lot(self, vendor: Vendor, code: str, **more: Any) -> Lot:
        values = {
            "product": {"vi": "Ổi Thanh Hà", "en": "Thanh Ha guava"},
            "unit": Unit.GRAM,
            "quantity": 500_000,
            "harvested_on": date(2026, 11, 21),
            "state": LotState.OPEN,
            "state_at": LONG_AGO,
            "created_at": LONG_AGO,
            **more,
        }
        return self._keep(Lot(vendor_id=vendor.id, code=code, trace_code=short_code(12), **values))

    def review(self, listing: Listing, rating: int, body: str) -> Review:
        listing.rating_sum += rating
        listing.rating_count += 1
        return self._keep(
            Review(
                listing_id=listing.id,
                line_ref=short_code(26),
                author_name="Chị Hạnh",
                rating=rating,
                body=body,
                created_at=NOW - timedelta(days=2),
            )
        )

    def _listing(
        self, vendor: Vendor, category: Category, code: str, values: dict[str, Any]
    ) -> Listing:
        self.placed += 1
        title = values.pop("title", ("Ổi Thanh Hà", "Thanh Ha guava"))
        base = {
            "slug": "oi-thanh-ha",
            "commune": vendor.commune,
            "summary": {"vi": "Giòn, ngọt.", "en": "Crisp and sweet."},
            "description": {"vi": "Bọc từng quả.", "en": "Each fruit is wrapped."},
            "art": "guava",
            "tint": "leaf",
            "state": ListingState.PUBLISHED,
            "created_at": LONG_AGO,
            "published_at": LONG_AGO,
            "ranked_at": LONG_AGO + timedelta(minutes=self.placed),
        }
        return self._keep(
            Listing(
                code=code,
                vendor_id=vendor.id,
                category_id=category.id,
                top_category_id=category.parent_id or category.id,
                title={"vi": title[0], "en": title[1]},
                **(base | values),
            )
        )

    def _keep(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row
