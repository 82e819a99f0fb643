"""To whom new events are sent by themselves: shown to the vendor, who can end it."""

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.web.answers import Answer, go
from kernel.web.pages import page
from kernel.web.session import db
from traceability.queries.subscriptions import sent_for
from traceability.services.subscriptions import end_subscription
from traceability.views.blueprint import blueprint, owners


@blueprint.get("/partners/subscriptions")
@owners
def show_subscriptions(vendor_id: str) -> Answer:
    """Show the subscriptions of this vendor's partners."""
    return page(
        "traceability/subscriptions.html",
        vendor_id=vendor_id,
        subscriptions=sent_for(db(), vendor_id=vendor_id, actor=guards.current_actor()),
    )


@blueprint.post("/partners/subscriptions/<subscription_id>/end")
@owners
def end_one(vendor_id: str, subscription_id: str) -> Answer:
    """End one subscription."""
    with transaction(db()) as session:
        end_subscription(
            session,
            subscription_id,
            vendor_id=vendor_id,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    flash(_("Nothing more is sent there."), "good")
    return go(url_for("traceability.show_subscriptions", vendor_id=vendor_id))
