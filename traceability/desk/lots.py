"""The trade office's desk for lots: find one by what is printed on the bag, hold or recall it."""

from collections.abc import Callable

from flask import flash, request, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.web.answers import Answer, go
from kernel.web.forms import clean, form_error
from kernel.web.pages import page
from kernel.web.session import db
from traceability import queries
from traceability.desk.blueprint import blueprint, officers
from traceability.forms import ReasonForm
from traceability.queries.stock import lot_page
from traceability.services.lots import hold_lot, recall_lot, release_lot
from vendors.queries import vendor_cards

ACTIONS: dict[str, Callable[..., None]] = {
    "hold": hold_lot,
    "release": release_lot,
    "recall": recall_lot,
}


@blueprint.get("/lots")
@officers
def show_lots() -> Answer:
    """Show the lots on hold or recalled, or those that a code finds."""
    words = str(clean(request.args.get("q", "")))[:40]
    found = queries.find_lots(db(), code=words) if words else queries.watched_lots(db())
    return page(
        "traceability/desk_lots.html",
        words=words,
        lots=found,
        vendors=vendor_cards(db(), {lot.vendor_id for lot in found}),
    )


@blueprint.get("/lots/<lot_id>")
@officers
def show_lot(lot_id: str) -> Answer:
    """Show one lot."""
    return _lot_page(lot_id, ReasonForm())


@blueprint.post("/lots/<lot_id>/<action>")
@officers
def change_lot(lot_id: str, action: str) -> Answer:
    """Hold, release or recall a lot, with the reason."""
    if action not in ACTIONS:
        raise NotFound
    form = ReasonForm()
    try:
        if not form.validate():
            return _lot_page(lot_id, form), 422
        with transaction(db()) as session:
            actor = guards.current_actor()
            ACTIONS[action](session, lot_id, reason=form.reason.data, actor=actor, now=clock.now())
    except DomainError as refusal:
        form_error(form, refusal)
        return _lot_page(lot_id, form), refusal.status
    flash(_("Done. The vendor is told."), "good")
    return go(url_for("traceability_desk.show_lot", lot_id=lot_id))


def _lot_page(lot_id: str, form: ReasonForm) -> str:
    lot = queries.lot_cards(db(), [lot_id]).get(lot_id)
    if lot is None:
        raise NotFound
    return page(
        "traceability/desk_lot.html",
        lot=lot,
        form=form,
        vendor=vendor_cards(db(), [lot.vendor_id])[lot.vendor_id],
        steps=queries.lot_steps(db(), lot.id),
        stock=lot_page(db(), lot),
        holds=queries.holds_of(db(), lot.id),
        tests=queries.lab_tests(db(), vendor_id=lot.vendor_id, lot_id=lot.id),
    )
