"""Pages of the house itself for its operators: the messages the worker gave up."""

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug import Response

from accounts import guards
from kernel import audit, clock, jobs
from kernel.db import transaction
from kernel.web.forms import Form
from kernel.web.pages import page
from kernel.web.session import db
from traceability.queries.subscriptions import undelivered
from vendors.queries import vendor_cards

blueprint = Blueprint("office", __name__, url_prefix="/office")


@blueprint.get("/")
@guards.needs("reviewer", "approver", "statistics", "finance", "operator")
def home() -> str:
    """Show each official the desks that are theirs."""
    return page("shop/office.html")


@blueprint.get("/outbox")
@guards.needs("operator")
def outbox() -> str:
    """Show how far the worker is behind, what it gave up, and which partners it does not reach."""
    failing = undelivered(db(), actor=guards.current_actor())
    return page(
        "shop/outbox.html",
        lag=jobs.lag(db(), now=clock.now()),
        messages=jobs.dead_messages(db()),
        failing=failing,
        vendors=vendor_cards(db(), {vendor_id for vendor_id, _card in failing}),
        form=Form(),
    )


@blueprint.post("/outbox/<int:seq>/revive")
@guards.needs("operator")
def revive(seq: int) -> Response:
    """Give one message another life."""
    now = clock.now()
    with transaction(db()) as session:
        if jobs.revive(session, seq, now=now):
            audit.record(
                session,
                "outbox.revived",
                actor=guards.current_actor(),
                subject=("outbox", str(seq)),
                now=now,
            )
            flash(_("The message will be tried again."))
    return redirect(url_for("office.outbox"), code=303)
