"""When something happened to a lot, its vendor is told."""

from datetime import datetime
from typing import TYPE_CHECKING

from kernel.mail import Address, notify
from traceability import queries
from traceability.events import CopySuspected, LotHeld, LotRecalled, LotReleased
from traceability.services.forgetting import forget_farmer
from vendors.events import VendorForgotten
from vendors.queries import vendor_cards

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

TEMPLATES = {LotHeld: "held", LotReleased: "released", LotRecalled: "recalled"}


def on_vendor_forgotten(session: "Session", event: VendorForgotten, now: datetime) -> None:
    """Take the names off farm and diary."""
    del now
    forget_farmer(session, event.vendor_id)


def tell_of_copies(session: "Session", event: CopySuspected, now: datetime) -> None:
    """Write to the vendor that a label of a lot may have been copied."""
    lot = queries.lot_cards(session, [event.lot_id]).get(event.lot_id)
    vendor = vendor_cards(session, [event.vendor_id]).get(event.vendor_id)
    if lot is None or vendor is None:
        return
    notify(
        session,
        "traceability/copies",
        to=Address(phone=vendor.phone),
        now=now,
        code=lot.code,
        vendor_id=lot.vendor_id,
    )


def tell_vendor(
    session: "Session", event: LotHeld | LotReleased | LotRecalled, now: datetime
) -> None:
    """Write to the vendor that a lot is held, released or recalled, and why.

    Of what was packed from it, the letter about the lot itself speaks.
    """
    if event.cause_id:
        return
    lot = queries.lot_cards(session, [event.lot_id]).get(event.lot_id)
    vendor = vendor_cards(session, [event.vendor_id]).get(event.vendor_id)
    if lot is None or vendor is None:
        return
    notify(
        session,
        f"traceability/{TEMPLATES[type(event)]}",
        to=Address(phone=vendor.phone),
        now=now,
        code=lot.code,
        vendor_id=lot.vendor_id,
        lot_id=lot.id,
        reason=lot.state_reason,
    )
