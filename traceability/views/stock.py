"""What is done to lots by hand: packed, split, thrown away, sampled, counted, taken back."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from flask import request, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.errors import Invalid, NotFound
from kernel.messages import msg
from kernel.quantity import written
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import Form
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db
from traceability.forms import day_of
from traceability.forms.carrying import PackForm, SplitForm, TakeForm, parse_amount
from traceability.queries import LotCard, packings
from traceability.queries.stock import usable_lots
from traceability.rules import Portion
from traceability.services import lots
from traceability.services.lots import How, Material, PackFacts
from traceability.views.blueprint import blueprint, everybody
from traceability.views.needs import need_lot

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

TAKINGS: Mapping[str, tuple[Callable[..., None], str, str]] = {
    "waste": (lots.note_waste, msg("Waste"), msg("What was spoilt, broken or thrown away.")),
    "sample": (lots.take_sample, msg("Sample"), msg("What the laboratory gets, or is kept.")),
    "count": (lots.correct_count, msg("Count anew"), msg("How much is really there.")),
    "back": (lots.take_back, msg("Came back"), msg("What a buyer or partner brought back.")),
}
"""What is done, its name and its hint; by the word in the address."""


@blueprint.get("/lots/pack")
@everybody
def ask_packing(vendor_id: str) -> Answer:
    """Ask what is packed from which lots; the lot one comes from is filled in."""
    choice = usable(vendor_id)
    asked = request.args.get("lot", "")
    taken = {lot.id: written(lot.rest, lot.unit) for lot in choice if lot.id == asked}
    first = next((lot for lot in choice if lot.id == asked), None)
    form = PackForm(data={"packed_on": clock.local_date(clock.now())})
    if first is not None:
        form.quantity.data, form.gtin.data = written(first.rest, first.unit), first.gtin or ""
        form.best_before.data = first.best_before
        form.unit.data = {"piece": "piece", "millilitre": "l"}.get(first.unit.value, "kg")
    return _pack_page(vendor_id, form, choice, taken)


@blueprint.post("/lots/pack")
@everybody
def pack(vendor_id: str) -> Answer:
    """Pack a lot from others."""
    choice = usable(vendor_id)
    form = PackForm()

    def act(session: "Session") -> str:
        facts = PackFacts(
            portions=read_portions(choice),
            quantity=form.amount,
            unit=form.base_unit,
            packed_on=day_of(form.packed_on),
            product={current_language(): form.name.data} if form.name.data else {},
            best_before=form.best_before.data,
            gtin=form.gtin14,
            reason=form.reason.data or "",
            how=How(
                line=form.line.data or "",
                shift=form.shift.data or "",
                worker=form.worker.data or "",
                materials=_materials(vendor_id),
            ),
        )
        actor = guards.current_actor()
        return lots.pack_lots(
            session, vendor_id=vendor_id, facts=facts, actor=actor, now=clock.now()
        )

    return attempt(
        form,
        act,
        again=lambda: _pack_page(vendor_id, form, choice, typed_amounts(choice)),
        then=lead_on(
            lambda made: _address_of(vendor_id, made), _("Packed. Labels can be printed now.")
        ),
    )


@blueprint.get("/lots/<lot_id>/split")
@everybody
def ask_split(vendor_id: str, lot_id: str) -> Answer:
    """Ask into which parts a lot is split."""
    return _split_page(vendor_id, need_lot(vendor_id, lot_id), SplitForm())


@blueprint.post("/lots/<lot_id>/split")
@everybody
def split(vendor_id: str, lot_id: str) -> Answer:
    """Split a lot."""
    lot = need_lot(vendor_id, lot_id)
    form = SplitForm()

    def act(session: "Session") -> tuple[str, ...]:
        each = read_amount(form.each.data, lot, "each")
        parts = [each] * int(form.count.data or 0)
        actor = guards.current_actor()
        return lots.split_lot(session, lot_id, parts=parts, actor=actor, now=clock.now())

    return attempt(
        form,
        act,
        again=lambda: _split_page(vendor_id, lot, form),
        then=lead_on(_address_of(vendor_id, lot_id), _("Split. Each part is a lot of its own.")),
    )


@blueprint.get("/lots/<lot_id>/take/<what>")
@everybody
def ask_taking(vendor_id: str, lot_id: str, what: str) -> Answer:
    """Ask how much was thrown away, sampled, counted or brought back."""
    return _take_page(vendor_id, need_lot(vendor_id, lot_id), what, TakeForm())


@blueprint.post("/lots/<lot_id>/take/<what>")
@everybody
def take(vendor_id: str, lot_id: str, what: str) -> Answer:
    """Write it down."""
    lot = need_lot(vendor_id, lot_id)
    form, service = TakeForm(), _taking(what)[0]

    def act(session: "Session") -> None:
        text = form.quantity.data or ""
        # Nothing at all can be counted, but not taken.
        quantity = (
            0 if what == "count" and text.strip() == "0" else read_amount(text, lot, "quantity")
        )
        actor, reason = guards.current_actor(), form.reason.data
        service(session, lot_id, quantity=quantity, reason=reason, actor=actor, now=clock.now())

    return attempt(
        form,
        act,
        again=lambda: _take_page(vendor_id, lot, what, form),
        then=lead_on(_address_of(vendor_id, lot_id), _("Written down.")),
    )


def usable(vendor_id: str) -> list[LotCard]:
    """Return the lots that can be packed or shipped today."""
    return usable_lots(db(), vendor_id=vendor_id, on=clock.local_date(clock.now()))


def read_portions(choice: Sequence[LotCard]) -> tuple[Portion, ...]:
    """Return how much of which lots the page says, what is empty left out.

    :raises Invalid: when an amount cannot be read.
    """
    typed, known = typed_amounts(choice), {lot.id: lot for lot in choice}
    return tuple(
        Portion(lot_id, read_amount(text, known[lot_id], "portions"))
        for lot_id, text in typed.items()
    )


def typed_amounts(choice: Sequence[LotCard]) -> dict[str, str]:
    """Return what was typed beside lots, by lot."""
    typed = {lot.id: request.form.get(f"take-{lot.id}", "").strip()[:30] for lot in choice}
    return {lot_id: text for lot_id, text in typed.items() if text}


def _address_of(vendor_id: str, lot_id: str) -> str:
    return url_for("traceability.show_lot", vendor_id=vendor_id, lot_id=lot_id)


def read_amount(text: str | None, lot: LotCard, field: str) -> int:
    """Return an amount of a lot in base units.

    :raises Invalid: when it cannot be read, on the field it was typed into.
    """
    try:
        return parse_amount(text or "", lot.unit)
    except Invalid as refusal:
        raise Invalid(refusal.message, field=field, **refusal.values) from None


def _materials(vendor_id: str) -> tuple[Material, ...]:
    """Return how much of which packaging the page says.

    :raises Invalid: when an amount cannot be read.
    """
    kept = {one.id: one for one in packings.materials_of(db(), vendor_id=vendor_id)}
    typed = {key: request.form.get(f"use-{key}", "").strip()[:30] for key in kept}
    try:
        return tuple(
            Material(key, parse_amount(text, kept[key].unit)) for key, text in typed.items() if text
        )
    except Invalid as refusal:
        raise Invalid(refusal.message, field="materials", **refusal.values) from None


def _taking(what: str) -> tuple[Callable[..., None], str, str]:
    if what not in TAKINGS:
        raise NotFound
    return TAKINGS[what]


def _pack_page(
    vendor_id: str, form: Form, choice: Sequence[LotCard], taken: Mapping[str, str]
) -> str:
    return page(
        "traceability/pack_form.html",
        vendor_id=vendor_id,
        form=form,
        choice=choice,
        taken=taken,
        materials=packings.materials_of(db(), vendor_id=vendor_id),
        used=request.form,
        known=packings.names_of(db(), vendor_id=vendor_id),
    )


def _split_page(vendor_id: str, lot: LotCard, form: Form) -> str:
    return page("traceability/split_form.html", vendor_id=vendor_id, lot=lot, form=form)


def _take_page(vendor_id: str, lot: LotCard, what: str, form: Form) -> str:
    _service, words, hint = _taking(what)
    return page(
        "traceability/take_form.html",
        vendor_id=vendor_id,
        lot=lot,
        form=form,
        what=what,
        words=words,
        hint=hint,
    )
