"""A vendor's goods brought to what they should be: on the shelves, or withheld and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.models import Category, Listing
from catalog.queries.leaning import ON_SHELVES, Leaning, goods_of, weights
from catalog.rules import MAY_NOT_SELL, ListingState, withheld_for
from catalog.services.steps import move_by_house
from kernel import audit
from kernel.actor import HOUSE
from kernel.clock import local_date
from kernel.i18n import format_day
from kernel.messages import LABELS
from vendors.queries import certificates
from vendors.queries.proofs import demands, proofs_of
from vendors.services.steps import locked_vendor, tell


@dataclass(frozen=True)
class Settled:
    """How many listings left the shelves, and how many came back."""

    withheld: int
    released: int


def settle(
    session: Session, vendor_id: str, *, now: datetime, listing_id: str | None = None
) -> Settled:
    """Withhold what a vendor must not sell at this moment, and release what it may again.

    Whatever the cause (the vendor's state, a certificate, a line of its checklist), the answer
    comes from what is true now: it may run again and again. What the vendor paused or the office
    took down stays as it is. With ``listing_id`` only that one is looked at.
    """
    # Locked before the proofs are read: of two who settle at once, the later one sees the newer.
    found = _locked(session, vendor_id, listing_id)
    if not found:
        return Settled(0, 0)
    on = local_date(now)
    proofs, asked = proofs_of(session, [vendor_id])[vendor_id], demands(session, on=on)
    withheld, released = [], []
    for listing, shelf in found:
        why = withheld_for(goods_of(listing, shelf), proofs, asked, on=on)
        if why and listing.state is ListingState.PUBLISHED:
            listing.withheld_for = list(why)
            move_by_house(session, listing, action="withhold", now=now)
            withheld.append(listing)
        elif not why and listing.state is ListingState.WITHHELD:
            before = listing.withheld_for
            move_by_house(session, listing, action="release", now=now)
            released.append((listing, before))
        elif list(why) != listing.withheld_for:
            _note_cause(session, listing, why, now=now)
    _tell_withheld(session, vendor_id, withheld, now=now)
    _tell_released(session, vendor_id, released, now=now)
    return Settled(len(withheld), len(released))


def settle_listing(session: Session, listing_id: str, *, now: datetime) -> Settled:
    """Bring one listing to what it should be."""
    vendor_id = session.scalar(sa.select(Listing.vendor_id).where(Listing.id == listing_id))
    if vendor_id is None:
        return Settled(0, 0)
    return settle(session, vendor_id, now=now, listing_id=listing_id)


def remind_of_end(
    session: Session, vendor_id: str, *, certificate_id: str, days_left: int, now: datetime
) -> bool:
    """Write to a vendor that a certificate ends soon and what leaves the shelves then.

    Tell whether it was written: not about a paper nobody stands behind and nothing leans on.
    """
    card = next((one for one in certificates(session, vendor_id) if one.id == certificate_id), None)
    weight = weights(session, vendor_id, on=local_date(now)).get(certificate_id)
    if card is None or weight is None or card.withdrawn_at is not None:
        return False
    if card.verified_at is None and not weight.lapsing:
        return False
    vendor = locked_vendor(session, vendor_id)
    tell(
        session,
        vendor,
        template="catalog/certificate_ending",
        now=now,
        scheme=LABELS[card.scheme],
        number=card.number,
        last_day=format_day(card.last_day),
        ends_on=format_day(card.valid_to),
        days_left=str(days_left),
        leaving=_titles(weight.lapsing, vendor.lang),
        fading=_titles(weight.fading, vendor.lang),
    )
    return True


def _locked(
    session: Session, vendor_id: str, listing_id: str | None
) -> Sequence[tuple[Listing, str]]:
    """Return what is on the shelves or withheld, locked and read anew, with its shelf."""
    wanted = (
        sa.select(Listing, Category.key)
        .join(Category, Category.id == Listing.category_id)
        .where(Listing.vendor_id == vendor_id, Listing.state.in_(ON_SHELVES))
        .order_by(Listing.id)
        .with_for_update(of=Listing)
        .execution_options(populate_existing=True)
    )
    if listing_id is not None:
        wanted = wanted.where(Listing.id == listing_id)
    return [(listing, shelf) for listing, shelf in session.execute(wanted)]


def _note_cause(session: Session, listing: Listing, why: Iterable[str], *, now: datetime) -> None:
    """Write down that a listing is withheld for another reason now."""
    before, listing.withheld_for = listing.withheld_for, list(why)
    session.flush()
    audit.record(
        session,
        "listing.withhold",
        actor=HOUSE,
        subject=("listing", listing.id),
        now=now,
        before={"withheld_for": before},
        after={"withheld_for": listing.withheld_for},
        code=listing.code,
        state=listing.state.value,
    )


def _tell_withheld(
    session: Session, vendor_id: str, listings: Iterable[Listing], *, now: datetime
) -> None:
    """Write which listings left for want of a certificate; of its own state it was told."""
    gone = [one for one in listings if MAY_NOT_SELL not in one.withheld_for]
    _write(session, vendor_id, "catalog/withheld", gone, now=now)


def _tell_released(
    session: Session,
    vendor_id: str,
    listings: Iterable[tuple[Listing, Sequence[str]]],
    *,
    now: datetime,
) -> None:
    back = [one for one, before in listings if MAY_NOT_SELL not in before]
    _write(session, vendor_id, "catalog/released", back, now=now)


def _write(
    session: Session, vendor_id: str, template: str, listings: Sequence[Listing], *, now: datetime
) -> None:
    if not listings:
        return
    vendor = locked_vendor(session, vendor_id)
    tell(session, vendor, template=template, now=now, titles=_titles(listings, vendor.lang))


def _titles(listings: Iterable[Listing | Leaning], lang: str) -> str:
    """Return names in a language, one a line."""
    return "\n".join(f"- {one.title.get(lang) or one.title['vi']}" for one in listings)
