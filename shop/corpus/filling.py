"""Fills an empty market with a corpus, through the same imports as an office's own tables."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from catalog.rules import ListingKind, ListingState
from catalog.services.categories import Shelf, add_shelf
from catalog.services.importing import ListingRow, VariantRow, import_listing, import_variants
from kernel.actor import HOUSE
from kernel.clock import local_date
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.text import slug
from shop.corpus.reading import BadCorpus, Item, Proof
from shop.founding import found_market
from vendors.queries.selling import any_vendor
from vendors.rules import LegalForm, Scheme
from vendors.services.certifying import Paperwork
from vendors.services.importing import (
    CertificateRow,
    VendorRow,
    import_certificate,
    import_vendor,
)

_FORMS = (("HTX", LegalForm.COOPERATIVE), ("Công ty", LegalForm.COMPANY))
_ANY = {"vi": "Hàng khác", "en": "Other goods"}


def fill_market(maker: sessionmaker[Session], items: Sequence[Item], *, now: datetime) -> None:
    """Make vendors, shelves, certificates and listings of a corpus: all of it or nothing.

    :raises BadCorpus: when the market is not empty, or a listing is refused.
    """
    with maker() as session, transaction(session):
        if any_vendor(session):
            raise BadCorpus(["This market is not empty: name a new database in DATABASE_URL."])
        found_market(session, now=now)
        shelves = _put_up_shelves(session, items, now)
        vendors = _bring_vendors(session, items, now)
        for item in items:
            try:
                _bring(session, item, vendors[item.vendor], shelves[_shelf_key(item)], now)
            except DomainError as refusal:
                why = refusal.message % dict(refusal.values)
                raise BadCorpus([f"listing {item.number} ({item.code}): {why}"]) from refusal


def _shelf_key(item: Item) -> str:
    name = item.category or _ANY
    return slug(name.get("vi") or name["en"], 60) or "khac"


def _put_up_shelves(session: Session, items: Sequence[Item], now: datetime) -> dict[str, str]:
    named = {_shelf_key(item): item for item in items}
    for key, item in named.items():
        name = item.category or _ANY
        vi, en = name.get("vi") or name["en"], name.get("en") or name["vi"]
        art = "boat" if item.kind is ListingKind.EXPERIENCE else "basket"
        add_shelf(session, Shelf(key, vi, en, art, "leaf"), actor=HOUSE, now=now)
    return {key: key for key in named}


def _bring_vendors(session: Session, items: Sequence[Item], now: datetime) -> dict[str, str]:
    """Make a vendor of each name, where its first listing is; return their codes."""
    first: dict[str, Item] = {}
    for item in items:
        first.setdefault(item.vendor, item)
    codes = {name: f"V{number:05}" for number, name in enumerate(first, 1)}
    for number, (name, item) in enumerate(first.items(), 1):
        form = next((form for start, form in _FORMS if name.startswith(start)), None)
        row = VendorRow(
            code=codes[name],
            name=name,
            legal_form=form or LegalForm.HOUSEHOLD,
            representative=name,
            phone=f"+84900{number:06}",
            commune=item.commune,
            address=item.place or "Hải Phòng",
        )
        import_vendor(session, row, actor=HOUSE, now=now)
    _bring_certificates(session, items, codes, now)
    return codes


def _bring_certificates(
    session: Session, items: Sequence[Item], codes: dict[str, str], now: datetime
) -> None:
    """Enter what the listings claim: an OCOP recognition each, the rest once for a vendor."""
    wanted: dict[tuple[str, Proof, str], Item] = {}
    for item in items:
        for proof in item.proofs:
            scope = item.title["vi"] if proof.scheme is Scheme.OCOP else ""
            wanted.setdefault((codes[item.vendor], proof, scope), item)
    first = local_date(now) - timedelta(days=30)
    for number, (vendor, proof, scope) in enumerate(wanted, 1):
        paperwork = Paperwork(
            scheme=proof.scheme,
            number=f"{proof.scheme.value.upper()}-{number:05}",
            issuer="—",
            valid_from=first,
            last_day=None if proof.scheme is Scheme.OCOP else first + timedelta(days=700),
            stars=proof.stars,
            scope={"vi": scope} if scope else {},
        )
        import_certificate(session, CertificateRow(vendor, paperwork), actor=HOUSE, now=now)


def _bring(session: Session, item: Item, vendor: str, category: str, now: datetime) -> None:
    row = ListingRow(
        code=item.code,
        vendor_code=vendor,
        category=category,
        kind=item.kind,
        title=item.title,
        commune=item.commune,
        summary={"vi": item.place} if item.place else {},
        description=item.description,
        unit=item.unit,
        stock=item.size * 100 if item.unit else 0,
        price_vnd=item.price_vnd,
        season_months=item.months,
        schemes=tuple(sorted({proof.scheme for proof in item.proofs}, key=lambda s: s.value)),
        state=ListingState.PUBLISHED,
    )
    import_listing(session, row, actor=HOUSE, now=now)
    if item.unit and item.price_vnd:
        pack = VariantRow(item.code, item.size, item.price_vnd)
        import_variants(session, item.code, rows=[pack], actor=HOUSE, now=now)
