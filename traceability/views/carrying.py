"""Crates, pallets and shipments of a vendor."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import request, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.errors import Invalid, need_found
from kernel.messages import msg
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import Form
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from traceability.forms import PressForm, ReasonForm
from traceability.forms.carrying import ShipForm, UnitForm, parse_amount
from traceability.queries import carrying
from traceability.queries.carrying import ShipmentCard, ShippedLine, UnitCard
from traceability.rules import UnitKind
from traceability.services import lots
from traceability.services.lots import ShipFacts
from traceability.views.blueprint import blueprint, everybody
from traceability.views.stock import read_portions, typed_amounts, usable
from vendors.queries import vendor_cards, vendor_ids_by_code

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@blueprint.get("/units")
@everybody
def show_units(vendor_id: str) -> Answer:
    """List crates and pallets."""
    return _units_page(vendor_id, UnitForm())


@blueprint.post("/units")
@everybody
def make_unit(vendor_id: str) -> Answer:
    """Make a crate or a pallet."""
    form = UnitForm()
    return attempt(
        form,
        lambda session: lots.make_unit(
            session,
            vendor_id=vendor_id,
            kind=UnitKind(form.kind.data),
            name=form.name.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _units_page(vendor_id, form),
        then=lead_on(lambda made: _address_of(vendor_id, made)),
    )


@blueprint.get("/units/<unit_id>")
@everybody
def show_unit(vendor_id: str, unit_id: str) -> Answer:
    """Show what is in a crate or on a pallet, and what was."""
    return _unit_page(vendor_id, _unit(vendor_id, unit_id), PressForm())


@blueprint.post("/units/<unit_id>/pack")
@everybody
def pack_unit(vendor_id: str, unit_id: str) -> Answer:
    """Put something in."""
    unit, form = _unit(vendor_id, unit_id), PressForm()
    choice = usable(vendor_id)
    return attempt(
        form,
        lambda session: lots.pack_unit(
            session,
            unit_id,
            portions=read_portions(choice),
            crates=request.form.getlist("crate"),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _unit_page(vendor_id, unit, form),
        then=lead_on(_address_of(vendor_id, unit_id), _("Packed.")),
    )


@blueprint.post("/units/<unit_id>/unpack")
@everybody
def unpack_unit(vendor_id: str, unit_id: str) -> Answer:
    """Take one thing out, or everything."""
    unit, form = _unit(vendor_id, unit_id), PressForm()
    one = request.form.get("content")
    return attempt(
        form,
        lambda session: lots.unpack_unit(
            session,
            unit_id,
            contents=[one] if one else None,
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _unit_page(vendor_id, unit, form),
        then=lead_on(_address_of(vendor_id, unit_id), _("Taken out.")),
    )


@blueprint.get("/shipments")
@everybody
def show_shipments(vendor_id: str) -> Answer:
    """List what was shipped and what comes."""
    found = carrying.shipments_of(db(), vendor_id=vendor_id, page=page_number())
    return page(
        "traceability/shipments.html",
        vendor_id=vendor_id,
        shipments=found,
        senders=vendor_cards(db(), {one.vendor_id for one in found.items}),
    )


@blueprint.get("/shipments/new")
@everybody
def ask_shipment(vendor_id: str) -> Answer:
    """Ask what goes to whom."""
    return _ship_page(vendor_id, ShipForm(), taken={request.args.get("lot", ""): ""})


@blueprint.post("/shipments/new")
@everybody
def ship(vendor_id: str) -> Answer:
    """Ship goods."""
    form = ShipForm()
    choice = usable(vendor_id)

    def act(session: "Session") -> str:
        facts = ShipFacts(
            portions=read_portions(choice),
            units=tuple(request.form.getlist("unit")),
            to_vendor_id=_vendor_id(session, form),
            to_name=form.to_name.data or "",
            to_address=form.to_address.data or "",
            to_gln=form.to_gln.data or "",
            document=form.document.data or "",
        )
        actor = guards.current_actor()
        return lots.ship_goods(
            session, vendor_id=vendor_id, facts=facts, actor=actor, now=clock.now()
        )

    return attempt(
        form,
        act,
        again=lambda: _ship_page(vendor_id, form, taken=typed_amounts(choice)),
        then=lead_on(lambda made: _shipment_address(vendor_id, made), _("On its way.")),
    )


@blueprint.get("/shipments/<shipment_id>")
@everybody
def show_shipment(vendor_id: str, shipment_id: str) -> Answer:
    """Show a shipment to its sender or its receiver."""
    return _shipment_page(vendor_id, _shipment(vendor_id, shipment_id), ReasonForm())


@blueprint.post("/shipments/<shipment_id>/void")
@everybody
def void_shipment(vendor_id: str, shipment_id: str) -> Answer:
    """Call a shipment off."""
    shipment, form = _shipment(vendor_id, shipment_id), ReasonForm()
    return attempt(
        form,
        lambda session: lots.void_shipment(
            session,
            shipment_id,
            reason=form.reason.data,
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _shipment_page(vendor_id, shipment, form),
        then=lead_on(
            _shipment_address(vendor_id, shipment_id),
            _("Called off: everything is in stock again."),
        ),
    )


@blueprint.post("/shipments/<shipment_id>/receive")
@everybody
def receive_shipment(vendor_id: str, shipment_id: str) -> Answer:
    """Receive what another vendor sent."""
    shipment, form = _shipment(vendor_id, shipment_id), PressForm()
    lines = carrying.shipped_lines(db(), shipment_id)
    return attempt(
        form,
        lambda session: lots.receive_shipment(
            session,
            shipment_id,
            counted={line.id: _counted(line) for line in lines},
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _shipment_page(vendor_id, shipment, ReasonForm(), problem=_problem(form)),
        then=lead_on(
            _shipment_address(vendor_id, shipment_id),
            _("Received: each line is a lot of yours now."),
        ),
    )


def _address_of(vendor_id: str, unit_id: str) -> str:
    return url_for("traceability.show_unit", vendor_id=vendor_id, unit_id=unit_id)


def _shipment_address(vendor_id: str, shipment_id: str) -> str:
    return url_for("traceability.show_shipment", vendor_id=vendor_id, shipment_id=shipment_id)


def _counted(line: ShippedLine) -> int:
    text = request.form.get(f"came-{line.id}", "").strip()[:30]
    return 0 if text == "0" else parse_amount(text, line.lot.unit)


def _problem(form: Form) -> str:
    return form.problem or _("Write how much came of each lot; 0 if nothing.")


def _vendor_id(session: "Session", form: ShipForm) -> str | None:
    code = (form.to_code.data or "").upper()
    if not code:
        return None
    found = vendor_ids_by_code(session, [code]).get(code)
    if found is None:
        raise Invalid(msg("There is no vendor %(code)s."), field="to_code", code=code)
    return found


def _unit(vendor_id: str, unit_id: str) -> UnitCard:
    return need_found(carrying.unit_of(db(), unit_id, vendor_id=vendor_id))


def _shipment(vendor_id: str, shipment_id: str) -> ShipmentCard:
    return need_found(carrying.shipment_of(db(), shipment_id, vendor_id=vendor_id))


def _units_page(vendor_id: str, form: Form) -> str:
    return page(
        "traceability/units.html",
        vendor_id=vendor_id,
        units=carrying.units_of(db(), vendor_id=vendor_id, page=page_number()),
        form=form,
    )


def _unit_page(vendor_id: str, unit: UnitCard, form: Form) -> str:
    choice = usable(vendor_id)
    filled = carrying.filled_units(db(), vendor_id=vendor_id)
    crates = [one for one in filled if one.kind is UnitKind.CRATE and one.id != unit.id]
    return page(
        "traceability/unit.html",
        vendor_id=vendor_id,
        unit=unit,
        contents=carrying.contents(db(), unit.id),
        choice=choice,
        taken=typed_amounts(choice),
        crates=crates if unit.kind is UnitKind.PALLET else [],
        form=form,
    )


def _ship_page(vendor_id: str, form: Form, taken: Mapping[str, str]) -> str:
    return page(
        "traceability/ship_form.html",
        vendor_id=vendor_id,
        form=form,
        choice=usable(vendor_id),
        units=carrying.filled_units(db(), vendor_id=vendor_id),
        taken=taken,
    )


def _shipment_page(vendor_id: str, shipment: ShipmentCard, form: Form, problem: str = "") -> str:
    return page(
        "traceability/shipment.html",
        vendor_id=vendor_id,
        shipment=shipment,
        lines=carrying.shipped_lines(db(), shipment.id),
        sender=vendor_cards(db(), [shipment.vendor_id])[shipment.vendor_id],
        form=form,
        problem=problem,
    )
