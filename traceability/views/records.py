"""What stands in the diary: one entry with its history, its correction; plots that are split."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.errors import NotFound
from kernel.ids import new_id
from kernel.quantity import written
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.session import db
from traceability import queries
from traceability.forms import CorrectForm, day_of
from traceability.forms.records import ReplaceForm, read_parts
from traceability.queries import BatchCard, LotCard, PlotCard, Revision
from traceability.queries.lots import lot_of_harvest
from traceability.queries.photos import entry_photos
from traceability.queries.water import water_of_entry
from traceability.rules import Activity
from traceability.services import lots, plots
from traceability.services.foreseeing import Foresight
from traceability.services.lots import Amount
from traceability.services.plots import Part
from traceability.services.recorder import extra_of
from traceability.views.blueprint import blueprint, everybody, recorders
from traceability.views.needs import need_plot, need_season
from traceability.views.stock import read_amount
from traceability.views.telling import entry_facts, filled_in, offered, shown_first, with_batches

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@blueprint.get("/entries/<entry_id>")
@everybody
def show_entry(vendor_id: str, entry_id: str) -> Answer:
    """Show an entry and what it was corrected from."""
    told = _revisions(vendor_id, entry_id)
    return page(
        "traceability/entry.html",
        vendor_id=vendor_id,
        season=need_season(vendor_id, told[0].season_id),
        revisions=told,
        photos=entry_photos(db(), told[0].line.id, vendor_id=vendor_id),
        water=water_of_entry(db(), told[0].line.id),
        lot=_lot(vendor_id, told[0]),
        batches=_batches(vendor_id, told),
    )


@blueprint.get("/entries/<entry_id>/correct")
@recorders
def ask_correction(vendor_id: str, entry_id: str) -> Answer:
    """Show an entry to be told anew."""
    newest = _revisions(vendor_id, entry_id)[0]
    water, lot = water_of_entry(db(), newest.line.id), _lot(vendor_id, newest)
    known = _known(newest) | {"water": water[0] if water else ""}
    known["quantity"] = written(lot.quantity, lot.unit) if lot else ""
    form = CorrectForm(data=known)
    return _correct_page(vendor_id, newest, form)


@blueprint.post("/entries/<entry_id>/correct")
@recorders
def correct_entry(vendor_id: str, entry_id: str) -> Answer:
    """Tell an entry anew; the old one stays."""
    newest = _revisions(vendor_id, entry_id)[0]
    form = with_batches(CorrectForm(), vendor_id)
    line, lot = newest.line, _lot(vendor_id, newest)
    shown = shown_first(form, newest.season_id, line.activity, line.root_id)
    if shown is not None:
        return _correct_page(vendor_id, newest, form, shown), 422

    def act(session: "Session") -> str:
        return lots.correct_entry(
            session,
            newest.line.id,
            facts=replace(
                entry_facts(session, form, newest.line.activity),
                **vars(extra_of(session, newest.line.id)),
            ),
            amount=_amount(form, lot),
            reason=form.reason.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        )

    return attempt(
        form,
        act,
        again=lambda: _correct_page(vendor_id, newest, form),
        then=lead_on(
            lambda made: url_for("traceability.show_entry", vendor_id=vendor_id, entry_id=made),
            _("Corrected. What was written before stays in the history."),
        ),
    )


@blueprint.get("/plots/<plot_id>/replace")
@recorders
def ask_replacement(vendor_id: str, plot_id: str) -> Answer:
    """Ask which plots stand in the place of one."""
    plot = need_plot(vendor_id, plot_id)
    today = clock.local_date(clock.now())
    return _replace_page(vendor_id, plot, ReplaceForm(data={"since": today}))


@blueprint.post("/plots/<plot_id>/replace")
@recorders
def replace_plot(vendor_id: str, plot_id: str) -> Answer:
    """Split a plot, or draw it anew."""
    plot, form = need_plot(vendor_id, plot_id), ReplaceForm()
    return attempt(
        form,
        lambda session: plots.replace_plots(
            session,
            [plot_id],
            parts=[Part(facts) for facts in read_parts(form.parts.data or "")],
            since=day_of(form.since),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _replace_page(vendor_id, plot, form),
        then=lead_on(
            url_for("traceability.show_farm", vendor_id=vendor_id),
            _("Done. What was sprayed on the old plot counts for the new ones."),
        ),
    )


def _revisions(vendor_id: str, entry_id: str) -> list[Revision]:
    found = queries.revisions(db(), entry_id, vendor_id=vendor_id)
    if not found:
        raise NotFound
    return found


def _batches(vendor_id: str, told: list[Revision]) -> dict[str, BatchCard]:
    """Return the batches of the shed that an entry took from, in any of its versions."""
    named = {key for one in told for key in one.batch_ids}
    found = queries.batches(db(), vendor_id=vendor_id, among=named) if named else []
    return {one.id: one for one in found}


def _lot(vendor_id: str, told: Revision) -> LotCard | None:
    if told.line.activity is not Activity.HARVEST:
        return None
    return lot_of_harvest(db(), told.line.root_id, vendor_id=vendor_id)


def _amount(form: CorrectForm, lot: LotCard | None) -> Amount | None:
    """Return what was harvested; None where it stays, or nothing is said of it."""
    if lot is None or not form.quantity.data:
        return None
    quantity = read_amount(form.quantity.data, lot, "quantity")
    return Amount(quantity, lot.unit) if quantity != lot.quantity else None


def _known(newest: Revision) -> dict[str, Any]:
    line = newest.line
    kept = ("done_on", "ended_on", "active_ingredient", "dose", "worker")
    listed = newest.products
    name = line.input_name or ""
    first = listed[0] if listed and name in {" + ".join(listed), listed[0]} else name
    return {key: getattr(line, key) for key in kept} | {
        "client_key": new_id(),
        "input_name": first,
        "filled": filled_in(first, line.active_ingredient),
        "more_names": ", ".join(one for one in listed if one != first),
        "phi_days": newest.typed_phi_days,
        "status": line.status.value,
        "people": ", ".join(newest.people),
        "note": next(iter(line.note.values()), ""),
        "batch": newest.batch_ids[0] if newest.batch_ids else "",
        "used": _used(newest),
    }


def _used(newest: Revision) -> str:
    if not newest.quantities:
        return ""
    one = newest.quantities[0]
    return f"{one.written} {one.unit}" if one.unit != "piece" else one.written


def _correct_page(
    vendor_id: str, newest: Revision, form: CorrectForm, foresight: Foresight | None = None
) -> str:
    season = need_season(vendor_id, newest.season_id)
    activity = newest.line.activity
    today = clock.local_date(clock.now())
    return page(
        "traceability/entry_form.html",
        vendor_id=vendor_id,
        season=season,
        activity=activity,
        form=with_batches(form, vendor_id) if len(form.batch.choices) == 1 else form,
        entry=newest.line,
        lot=_lot(vendor_id, newest),
        foresight=foresight,
        entering=None,
        products=offered(season, today) if activity is Activity.SPRAY else [],
    )


def _replace_page(vendor_id: str, plot: PlotCard, form: ReplaceForm) -> str:
    return page("traceability/replace_form.html", vendor_id=vendor_id, plot=plot, form=form)
