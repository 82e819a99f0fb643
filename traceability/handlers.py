"""When something happened to a lot, its vendor is told, and the office where it has to act."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from accounts.events import AccountDeleted
from accounts.queries import people_with_roles
from kernel.mail import Address, notify
from traceability import queries
from traceability.events import (
    ComplaintFiled,
    CopySuspected,
    LinkTakenDown,
    LotHeld,
    LotRecalled,
    LotReleased,
    RecallActed,
    SprayToldLate,
    SubscriptionGivenUp,
)
from traceability.queries import LotCard
from traceability.queries.family import descendants
from traceability.queries.links import barred_card
from traceability.queries.recalls.cases import recall_card, scope_lots
from traceability.queries.recalls.complaints import complaint_of
from traceability.queries.subscriptions import given_up
from traceability.rules.recalls import URGENT
from traceability.services.forgetting import forget_farmer
from traceability.services.proof.personal import forget_account
from vendors.events import VendorForgotten
from vendors.queries import VendorCard, vendor_cards

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

TEMPLATES = {LotHeld: "held", LotReleased: "released", LotRecalled: "recalled"}


def on_vendor_forgotten(session: "Session", event: VendorForgotten, now: datetime) -> None:
    """Take the names off farm and diary."""
    forget_farmer(session, event.vendor_id, now=now)


def on_account_deleted(session: "Session", event: AccountDeleted, now: datetime) -> None:
    """Erase the name beside the events in which it stands as a digest."""
    del now
    forget_account(session, event.user_id)


def tell_of_copies(session: "Session", event: CopySuspected, now: datetime) -> None:
    """Write to the vendor that a label of a lot may have been copied."""
    lot = queries.lot_cards(session, [event.lot_id]).get(event.lot_id)
    if lot is not None:
        _tell_vendor(session, event.vendor_id, "copies", now, code=lot.code)


def on_link_taken_down(session: "Session", event: LinkTakenDown, now: datetime) -> None:
    """Write to the vendor which link of a code the office took down, and why."""
    barred = barred_card(session, event.barred_id)
    if barred is not None:
        said = {"anchor": barred.anchor, "href": barred.href, "reason": barred.reason}
        _tell_vendor(session, event.vendor_id, "link_down", now, **said)


def tell_vendor(
    session: "Session", event: LotHeld | LotReleased | LotRecalled, now: datetime
) -> None:
    """Write to the vendor that a lot is held, released or recalled, and why.

    Of what was packed from it, the letter about the lot itself speaks.
    """
    lot = queries.lot_cards(session, [event.lot_id]).get(event.lot_id)
    if event.cause_id or lot is None:
        return
    said = {"code": lot.code, "lot_id": lot.id, "reason": lot.state_reason}
    _tell_vendor(session, lot.vendor_id, TEMPLATES[type(event)], now, **said)


def on_recall_acted(session: "Session", event: RecallActed, now: datetime) -> None:
    """Write once to each vendor whose lots are stopped, and to the office of those left to it.

    The recall itself is open to the vendor it began with; others see their lots.
    """
    recall = recall_card(session, event.recall_id)
    if recall is None:
        return
    said = {"code": recall.code, "reason": recall.reason}
    lots = Counter(lot.vendor_id for lot in scope_lots(session, recall.id) if lot.moved)
    for vendor in vendor_cards(session, set(lots)).values():
        own = f"recalls/{recall.id}" if vendor.id == recall.vendor_id else "farm/lots"
        place = f"/work/{vendor.id}/{own}"
        _write(session, vendor, "recall_acted", now, place=place, lots=lots[vendor.id], **said)
    if event.of_others:
        said |= {"recall_id": recall.id}
        _tell_office(session, "recall_of_others", now, lots=event.of_others, **said)


def on_complaint_filed(session: "Session", event: ComplaintFiled, now: datetime) -> None:
    """Write to the vendor, and to the office where somebody may fall ill."""
    complaint = complaint_of(session, event.complaint_id)
    vendor = vendor_cards(session, [event.vendor_id]).get(event.vendor_id)
    if complaint is None or vendor is None:
        return
    said = {"code": complaint.code, "lot": complaint.lot_code, "text": complaint.text}
    place = f"recalls/complaints/{complaint.id}"
    at_work = f"/work/{vendor.id}/{place}"
    _write(session, vendor, "complaint_filed", now, place=at_work, **said)
    if complaint.kind in URGENT:
        said |= {"lot": f"{complaint.lot_code} ({vendor.name})"}
        _tell_office(session, "complaint_filed", now, place=f"/office/{place}", **said)


def on_spray_told_late(session: "Session", event: SprayToldLate, now: datetime) -> None:
    """Write to the vendor and to the office of lots that are held, with the way to a recall.

    What was packed from them is held with them and named, too: it may be sold already.
    """
    vendor = vendor_cards(session, [event.vendor_id]).get(event.vendor_id)
    family = {one for lot_id in event.lot_ids for one in descendants(session, lot_id)}
    lots = sorted(queries.lot_cards(session, family).values(), key=lambda lot: lot.code)
    if vendor is None or not lots:
        return
    said = {
        "product": event.product,
        "day": f"{date.fromisoformat(event.sprayed_on):%d/%m/%Y}",
        "vendor": vendor.name,
        "codes": _codes_of(session, lots, vendor),
    }
    first = next(lot.trace_code for lot in lots if lot.id in event.lot_ids)
    place = f"/work/{vendor.id}/recalls/new?origin=lot&ref={first}"
    _write(session, vendor, "late_spray", now, place=place, **said)
    place = f"/office/recalls/new?origin=lot&vendor={vendor.id}&ref={first}"
    _tell_office(session, "late_spray", now, place=place, **said)


def _codes_of(session: "Session", lots: Sequence[LotCard], vendor: VendorCard) -> list[str]:
    """Return the codes of lots, those of other vendors with who made them: vendors count alike."""
    makers = vendor_cards(session, {lot.vendor_id for lot in lots})
    return [
        lot.code if lot.vendor_id == vendor.id else f"{lot.code} ({makers[lot.vendor_id].name})"
        for lot in lots
    ]


def on_subscription_given_up(session: "Session", event: SubscriptionGivenUp, now: datetime) -> None:
    """Write to the vendor that a partner of his gets no events any more."""
    card = given_up(session, event.subscription_id)
    if card is not None:
        said = {"partner": card.partner, "server": card.server}
        _tell_vendor(session, event.vendor_id, "subscription_given_up", now, **said)


def _tell_vendor(
    session: "Session", vendor_id: str, template: str, now: datetime, /, **said: Any
) -> None:
    vendor = vendor_cards(session, [vendor_id]).get(vendor_id)
    if vendor is not None:
        _write(session, vendor, template, now, vendor_id=vendor_id, **said)


def _write(
    session: "Session", vendor: VendorCard, template: str, now: datetime, /, **said: Any
) -> None:
    """Write to the telephone of a vendor: it is his for certain, and always with him."""
    notify(session, f"traceability/{template}", to=Address(phone=vendor.phone), now=now, **said)


def _tell_office(session: "Session", template: str, now: datetime, /, **said: Any) -> None:
    for officer in people_with_roles(session, ("approver",)):
        to = Address(email=officer.email, phone=officer.phone, lang=officer.lang or "vi")
        notify(session, f"traceability/{template}", to=to, now=now, **said)
