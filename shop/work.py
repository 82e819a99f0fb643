"""A vendor's morning: what waits, and the way to every task."""

from flask import Blueprint, redirect, url_for
from werkzeug import Response

from accounts import guards
from catalog.queries.benches import short_listings
from kernel.web.pages import page
from kernel.web.session import db
from orders.queries.today import waiting_orders
from vendors.queries import vendor_cards

blueprint = Blueprint("work", __name__, url_prefix="/work")


@blueprint.get("/")
@guards.signed_in
def choose() -> str | Response:
    """Lead to the only workspace, or let a person of several vendors choose."""
    ids = list(guards.current_actor().memberships)
    if len(ids) == 1:
        return redirect(url_for("work.today", vendor_id=ids[0]), code=303)
    return page("shop/work_choose.html", vendors=list(vendor_cards(db(), ids).values()))


@blueprint.get("/<vendor_id>/")
@guards.member("owner", "seller", "recorder", "finance")
def today(vendor_id: str) -> str:
    """Show what waits this morning."""
    return page(
        "shop/work_today.html",
        vendor=vendor_cards(db(), [vendor_id])[vendor_id],
        waiting=waiting_orders(db(), vendor_id=vendor_id),
        short=short_listings(db(), vendor_id=vendor_id),
        serves=lambda *roles: guards.current_actor().serves(vendor_id, *roles),
    )
