"""Farms and plots."""

from flask import url_for
from flask_babel import gettext as _
from wtforms.fields import SelectChoice

from accounts import guards
from kernel import clock, places
from kernel.text import fold
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db
from traceability import queries
from traceability.forms import FarmForm, PlotForm, texts
from traceability.queries import FarmCard
from traceability.services import farms
from traceability.services.farms import FarmFacts, PlotFacts
from traceability.views.blueprint import blueprint, everybody, recorders
from traceability.views.needs import need_farm
from vendors.queries import vendor_cards


@blueprint.get("")
@everybody
def show_farm(vendor_id: str) -> Answer:
    """Show what grows where, and the two big tasks of the day."""
    return page(
        "traceability/farm.html",
        vendor_id=vendor_id,
        holdings=queries.holdings(db(), vendor_id=vendor_id),
    )


@blueprint.get("/farms/new")
@recorders
def new_farm(vendor_id: str) -> Answer:
    """Ask for a farm."""
    vendor = vendor_cards(db(), [vendor_id])[vendor_id]
    return _farm_page(vendor_id, FarmForm(data={"commune": vendor.commune}))


@blueprint.post("/farms/new")
@recorders
def create_farm(vendor_id: str) -> Answer:
    """Open a farm."""
    form = _with_communes(FarmForm())
    return attempt(
        form,
        lambda session: farms.create_farm(
            session,
            vendor_id=vendor_id,
            facts=_farm_facts(form),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _farm_page(vendor_id, form),
        then=lead_on(
            lambda made: url_for("traceability.new_plot", vendor_id=vendor_id, farm_id=made)
        ),
    )


@blueprint.get("/farms/<farm_id>")
@recorders
def edit_farm(vendor_id: str, farm_id: str) -> Answer:
    """Show what is said of a farm, to be corrected."""
    farm = need_farm(vendor_id, farm_id)
    known = {
        "name": farm.name,
        "commune": farm.commune,
        "address": farm.address,
        "story": farm.story.get(current_language(), ""),
    }
    return _farm_page(vendor_id, FarmForm(data=known), farm)


@blueprint.post("/farms/<farm_id>")
@recorders
def change_farm(vendor_id: str, farm_id: str) -> Answer:
    """Correct a farm."""
    farm = need_farm(vendor_id, farm_id)
    form = _with_communes(FarmForm())
    return attempt(
        form,
        lambda session: farms.change_farm(
            session,
            farm_id,
            facts=_farm_facts(form, farm),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _farm_page(vendor_id, form, farm),
        then=lead_on(url_for("traceability.show_farm", vendor_id=vendor_id), _("Saved.")),
    )


@blueprint.get("/farms/<farm_id>/plots/new")
@recorders
def new_plot(vendor_id: str, farm_id: str) -> Answer:
    """Ask for a plot."""
    return _plot_page(vendor_id, need_farm(vendor_id, farm_id), PlotForm())


@blueprint.post("/farms/<farm_id>/plots/new")
@recorders
def create_plot(vendor_id: str, farm_id: str) -> Answer:
    """Add a plot."""
    farm = need_farm(vendor_id, farm_id)
    form = PlotForm()
    return attempt(
        form,
        lambda session: farms.create_plot(
            session,
            farm_id,
            facts=PlotFacts(
                form.name.data, form.area_m2, (form.planting_area_code.data or "").upper() or None
            ),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _plot_page(vendor_id, farm, form),
        then=lead_on(
            lambda made: url_for("traceability.new_season", vendor_id=vendor_id, plot_id=made)
        ),
    )


def _farm_facts(form: FarmForm, farm: FarmCard | None = None) -> FarmFacts:
    said = texts(form)
    story = dict(farm.story) if farm else {}
    story[current_language()] = said["story"]
    return FarmFacts(
        name=said["name"],
        commune=form.commune.data,
        address=said["address"],
        story={lang: text for lang, text in story.items() if text},
        lat=farm.lat if farm else None,
        lon=farm.lon if farm else None,
    )


def _with_communes(form: FarmForm) -> FarmForm:
    here = places.communes(former_hai_duong_only=True)
    known = sorted(here, key=lambda place: fold(place.short))
    if form.commune.data and form.commune.data not in {place.key for place in known}:
        known += [place for place in places.communes() if place.key == form.commune.data]
    form.commune.choices = [SelectChoice(place.key, place.name) for place in known]
    return form


def _farm_page(vendor_id: str, form: FarmForm, farm: FarmCard | None = None) -> str:
    return page(
        "traceability/farm_form.html",
        vendor_id=vendor_id,
        form=_with_communes(form),
        farm=farm,
    )


def _plot_page(vendor_id: str, farm: FarmCard, form: PlotForm) -> str:
    return page("traceability/plot_form.html", vendor_id=vendor_id, form=form, farm=farm)
