"""The diary and the harvest: one big task a screen."""

from datetime import date
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from wtforms.fields import SelectChoice

from accounts import guards
from kernel import clock
from kernel.errors import need_found
from kernel.ids import new_id
from kernel.web.answers import Answer, go
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.session import db
from traceability import queries
from traceability.forms import QUANTITY_UNITS, EntryForm, HarvestForm, SprayForm, day_of, texts
from traceability.queries import SeasonCard
from traceability.rules import Activity, Clearance, LotState
from traceability.services import diary, lots
from traceability.services.foreseeing import Foresight, foresee_harvest
from traceability.services.lots import HarvestFacts
from traceability.views.blueprint import blueprint, everybody, recorders
from traceability.views.needs import need_season
from traceability.views.telling import (
    entering,
    entry_facts,
    filled_in,
    foreseen,
    note_of,
    offered,
    shown_first,
    with_batches,
)

# What a person chooses from; a harvest has a page of its own.
CHOICES = tuple(activity for activity in Activity if activity is not Activity.HARVEST)


@blueprint.get("/seasons/<season_id>")
@everybody
def show_season(vendor_id: str, season_id: str) -> Answer:
    """Show a season: what to do next, its lots, its diary."""
    found = need_found(queries.season_page(db(), season_id, vendor_id=vendor_id, today=_today()))
    return page(
        "traceability/season.html",
        vendor_id=vendor_id,
        warnings=queries.warnings_of(db(), season_id=season_id, vendor_id=vendor_id),
        tests=queries.lab_tests(db(), vendor_id=vendor_id, season_id=season_id),
        **vars(found),
    )


@blueprint.get("/seasons/<season_id>/entries/new")
@recorders
def new_entry(vendor_id: str, season_id: str) -> Answer:
    """Ask what was done, then for what belongs to it; the last entry of the kind is filled in."""
    season = need_season(vendor_id, season_id)
    activity = _activity()
    if activity is None:
        return page(
            "traceability/activities.html", vendor_id=vendor_id, season=season, choices=CHOICES
        )
    last = queries.last_entry(db(), vendor_id=vendor_id, activity=activity)
    known: dict[str, Any] = {"done_on": _today(), "client_key": new_id()}
    if last is not None:
        kept = ("input_name", "active_ingredient", "dose", "phi_days", "worker")
        known |= {name: getattr(last, name) for name in kept}
        known["filled"] = filled_in(last.input_name, last.active_ingredient)
    form = with_batches(_form_of(activity)(data=known), vendor_id)
    return _entry_page(vendor_id, season, activity, form)


@blueprint.post("/seasons/<season_id>/entries/new")
@recorders
def write_entry(vendor_id: str, season_id: str) -> Answer:
    """Write a diary entry."""
    season, activity = need_season(vendor_id, season_id), need_found(_activity())
    form = with_batches(_form_of(activity)(), vendor_id)
    shown = shown_first(form, season_id, activity)
    if shown is not None:
        return _entry_page(vendor_id, season, activity, form, shown), 422
    return attempt(
        form,
        lambda session: diary.write_entry(
            session,
            season_id,
            facts=entry_facts(session, form, activity),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _entry_page(vendor_id, season, activity, form),
        then=lead_on(
            url_for("traceability.show_season", vendor_id=vendor_id, season_id=season_id),
            _("Written into the diary."),
        ),
    )


@blueprint.get("/seasons/<season_id>/foresee")
@recorders
def foresee(vendor_id: str, season_id: str) -> Answer:
    """Tell what follows from what stands in the form by now; nothing where it is not in order."""
    season, activity = need_season(vendor_id, season_id), _activity()
    if activity is None:
        return page("traceability/foresight.html", foresight=None, entering=None)
    form = with_batches(_form_of(activity)(request.args, meta={"csrf": False}), vendor_id)
    form.validate()  # the hour is read there; what is wrong is told when it is saved
    day = form.done_on.data or _today()
    return page(
        "traceability/foresight.html",
        foresight=foreseen(form, season.id, activity, request.args.get("root", "")),
        entering=entering(season, activity, day),
    )


@blueprint.get("/seasons/<season_id>/harvest")
@recorders
def new_harvest(vendor_id: str, season_id: str) -> Answer:
    """Ask what was harvested; the last harvest of the season is filled in."""
    season = need_season(vendor_id, season_id)
    known: dict[str, Any] = {"harvested_on": _today(), "client_key": new_id()}
    earlier = queries.lots_of_season(db(), season_id=season_id)
    if earlier:
        units = {unit: key for key, unit in QUANTITY_UNITS.items()}
        known |= {"unit": units.get(earlier[0].unit, "kg"), "gtin": earlier[0].gtin}
    last = queries.last_entry(db(), vendor_id=vendor_id, activity=Activity.HARVEST)
    known["worker"] = last.worker if last else ""
    return _harvest_page(vendor_id, season, _with_sisters(HarvestForm(data=known), season))


@blueprint.post("/seasons/<season_id>/harvest")
@recorders
def record_harvest(vendor_id: str, season_id: str) -> Answer:
    """Record a harvest: it becomes a lot."""
    season = need_season(vendor_id, season_id)
    form = _with_sisters(HarvestForm(), season)
    if form.validate() and not form.seen.data:
        cleared = _clearance(season, form)
        if not cleared.kept:
            form.seen.data = "1"
            return _harvest_page(vendor_id, season, form, cleared), 422
    return attempt(
        form,
        lambda session: lots.record_harvest(
            session,
            season_id,
            facts=_harvest_facts(form),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _harvest_page(vendor_id, season, form),
        then=lambda lot_id: _show_made(vendor_id, lot_id),
    )


def _show_made(vendor_id: str, lot_id: str) -> Answer:
    lot = queries.lot_cards(db(), [lot_id])[lot_id]
    if lot.state is LotState.OPEN:
        flash(_("Lot %(code)s is made.", code=lot.code))
    else:
        flash(_("Lot %(code)s is recorded and on hold.", code=lot.code), "watch")
    return go(url_for("traceability.show_lot", vendor_id=vendor_id, lot_id=lot_id))


def _today() -> date:
    return clock.local_date(clock.now())


def _activity() -> Activity | None:
    asked = request.args.get("activity", "")
    return next((choice for choice in CHOICES if choice.value == asked), None)


def _form_of(activity: Activity) -> type[EntryForm]:
    return SprayForm if activity is Activity.SPRAY else EntryForm


def _harvest_facts(form: HarvestForm) -> HarvestFacts:
    said = texts(form)
    return HarvestFacts(
        client_key=form.client_key.data,
        harvested_on=day_of(form.harvested_on),
        quantity=form.amount,
        unit=form.base_unit,
        note=note_of(said["note"]),
        worker=said["worker"],
        gtin=form.gtin14,
        best_before=form.best_before.data,
        also_season_ids=tuple(form.also.data or ()),
    )


def _with_sisters(form: HarvestForm, season: SeasonCard) -> HarvestForm:
    """Offer the other seasons of the crop: what is harvested there may go into the same lot."""
    form.also.choices = [
        SelectChoice(
            one.id, f"{one.farm} · {one.plot}" + (f" · {one.variety}" if one.variety else "")
        )
        for one in queries.sisters_of(db(), season.id)
    ]
    return form


def _clearance(season: SeasonCard, form: HarvestForm) -> Clearance:
    day, today = form.harvested_on.data or _today(), _today()
    if not season.started_on <= day <= today:
        day = today
    return foresee_harvest(db(), [season.id, *(form.also.data or ())], day=day)


def _entry_page(
    vendor_id: str,
    season: SeasonCard,
    activity: Activity,
    form: EntryForm,
    foresight: Foresight | None = None,
) -> str:
    return page(
        "traceability/entry_form.html",
        vendor_id=vendor_id,
        season=season,
        activity=activity,
        form=form,
        foresight=foresight,
        entering=entering(season, activity, form.done_on.data or _today()),
        products=offered(season, _today()) if activity is Activity.SPRAY else [],
    )


def _harvest_page(
    vendor_id: str, season: SeasonCard, form: HarvestForm, cleared: Clearance | None = None
) -> str:
    return page(
        "traceability/harvest_form.html",
        vendor_id=vendor_id,
        season=season,
        form=form,
        clearance=cleared or _clearance(season, form),
    )
