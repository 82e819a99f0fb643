"""Lots as their vendor sees them: state, hold, release, recall."""

from collections.abc import Callable

from flask import url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.settings import Settings
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db, part
from traceability import queries
from traceability.forms import ReasonForm
from traceability.gs1 import lot_address
from traceability.gs1.ids import lot_ids
from traceability.qr import qr_svg
from traceability.queries import LotCard
from traceability.queries.journey import readings
from traceability.queries.naming import roots_of
from traceability.queries.packings import packing_of
from traceability.queries.stock import lot_page
from traceability.services.lots import hold_lot, recall_lot, release_lot
from traceability.views.blueprint import blueprint, everybody, owners
from traceability.views.needs import need_lot


@blueprint.get("/lots")
@everybody
def show_lots(vendor_id: str) -> Answer:
    """List a vendor's lots, the newest harvest first."""
    return page(
        "traceability/lots.html",
        vendor_id=vendor_id,
        lots=queries.lots_of(db(), vendor_id=vendor_id, page=page_number()),
    )


@blueprint.get("/lots/<lot_id>")
@everybody
def show_lot(vendor_id: str, lot_id: str) -> Answer:
    """Show a lot, its code and what may be done with it."""
    return _lot_page(vendor_id, need_lot(vendor_id, lot_id), ReasonForm())


@blueprint.post("/lots/<lot_id>/hold")
@everybody
def hold(vendor_id: str, lot_id: str) -> Answer:
    """Hold a lot."""
    return _change(vendor_id, lot_id, hold_lot, _("The lot is on hold. Nobody can buy it."))


@blueprint.post("/lots/<lot_id>/release")
@owners
def release(vendor_id: str, lot_id: str) -> Answer:
    """Release a lot."""
    return _change(vendor_id, lot_id, release_lot, _("The lot may be sold again."))


@blueprint.post("/lots/<lot_id>/recall")
@owners
def recall(vendor_id: str, lot_id: str) -> Answer:
    """Call a lot back."""
    return _change(vendor_id, lot_id, recall_lot, _("The lot is recalled."))


def address_of(lot: LotCard) -> str:
    """Return what the QR code of a lot holds."""
    return lot_address(
        part(Settings).codes_url, trace_code=lot.trace_code, gtin=lot.gtin, code=lot.code
    )


def _names_of(lot: LotCard) -> tuple[str, ...]:
    return lot_ids(roots_of(db()), gtin=lot.gtin, code=lot.code, trace_code=lot.trace_code)


def _change(vendor_id: str, lot_id: str, service: Callable[..., None], words: str) -> Answer:
    lot = need_lot(vendor_id, lot_id)
    form = ReasonForm()
    return attempt(
        form,
        lambda session: service(
            session,
            lot_id,
            reason=form.reason.data,
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _lot_page(vendor_id, lot, form),
        then=lead_on(url_for("traceability.show_lot", vendor_id=vendor_id, lot_id=lot_id), words),
    )


def _lot_page(vendor_id: str, lot: LotCard, form: ReasonForm) -> str:
    address = address_of(lot)
    return page(
        "traceability/lot.html",
        vendor_id=vendor_id,
        lot=lot,
        form=form,
        address=address,
        qr=qr_svg(address, inline=True),
        steps=queries.lot_steps(db(), lot.id),
        stock=lot_page(db(), lot),
        packed=packing_of(db(), lot.id) if lot.packed_on else None,
        kept=readings(db(), _names_of(lot), vendors=[lot.vendor_id]),
        holds=queries.holds_of(db(), lot.id),
        tests=queries.lab_tests(db(), vendor_id=vendor_id, lot_id=lot.id),
        may_record=guards.current_actor().serves(vendor_id, "recorder"),
        is_owner=guards.current_actor().serves(vendor_id, "owner"),
    )
