"""When something happened elsewhere in the house."""

from datetime import datetime
from typing import TYPE_CHECKING

from bookings.events import VisitRedeemed
from catalog.events import GoodsMissing
from orders.services.forgetting import forget_vendor_name
from orders.services.fulfil import flag_lot, note_visit
from orders.services.missing import tell_missing
from orders.services.paying import note_failure, take_money
from payments.events import PaymentFailed, PaymentSettled
from traceability.events import LotHeld, LotRecalled
from vendors.events import VendorForgotten

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def on_vendor_forgotten(session: "Session", event: VendorForgotten, now: datetime) -> None:
    """Take the vendor's name off its old orders."""
    del now
    forget_vendor_name(session, event.vendor_id)


def on_payment_settled(session: "Session", event: PaymentSettled, now: datetime) -> None:
    """Give the buyer what was paid for (cash was booked with the delivery already)."""
    group_id = _group(event.reference)
    if group_id:
        take_money(
            session,
            group_id,
            payment_id=event.payment_id,
            amount_vnd=event.amount_vnd,
            now=now,
        )


def on_payment_failed(session: "Session", event: PaymentFailed, now: datetime) -> None:
    """Let the buyer try again, as long as there is time."""
    group_id = _group(event.reference)
    if group_id:
        note_failure(session, group_id, payment_id=event.payment_id, now=now)


def on_lot_held(session: "Session", event: LotHeld, now: datetime) -> None:
    """Warn vendors with open orders of the lot."""
    flag_lot(session, event.lot_id, recalled=False, now=now)


def on_lot_recalled(session: "Session", event: LotRecalled, now: datetime) -> None:
    """Warn vendors and buyers of the lot."""
    flag_lot(session, event.lot_id, recalled=True, now=now)


def on_goods_missing(session: "Session", event: GoodsMissing, now: datetime) -> None:
    """Tell the vendor which orders cannot be met."""
    tell_missing(session, event.bucket_id, missing=event.missing, now=now)


def on_visit_redeemed(session: "Session", event: VisitRedeemed, now: datetime) -> None:
    """Complete the order whose guests came."""
    note_visit(session, event.line_ref, now=now)


def _group(reference: str) -> str:
    kind, _, group_id = reference.partition(":")
    return group_id if kind == "group" else ""
