"""The office's list of crops and varieties, and what a field of them gives at most since when."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from wtforms.fields import SelectChoice

from accounts import guards
from kernel import clock
from kernel.errors import NotFound
from kernel.languages import pick
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db
from traceability.desk.blueprint import blueprint, officers
from traceability.forms import day_of, texts, words_of
from traceability.forms.supplies import BoundForm, CropForm
from traceability.queries import supplies as lists
from traceability.queries.supplies import CropCard
from traceability.queries.yields import bounds_of, bounds_on
from traceability.services.supplies import CropFacts, save_crop, save_variety
from traceability.services.yields import BoundFacts, save_bound


@blueprint.get("/crops")
@officers
def show_crops() -> Answer:
    """List the crops with their varieties."""
    today = clock.local_date(clock.now())
    return page(
        "traceability/desk_crops.html", crops=lists.crops(db()), bounds=bounds_on(db(), on=today)
    )


@blueprint.get("/crops/new")
@officers
def new_crop() -> Answer:
    """Ask for a crop, or for a variety of one."""
    return _new_page(CropForm(formdata=None), _parent())


@blueprint.post("/crops/new")
@officers
def add_crop() -> Answer:
    """Put a crop or a variety on the list."""
    form, parent = CropForm(), _parent()
    actor, now = guards.current_actor(), clock.now()

    def act(work: Any) -> str:
        facts = _facts(form)
        if parent is None:
            return save_crop(work, facts=facts, actor=actor, now=now)
        save_variety(work, parent.id, facts=facts, actor=actor, now=now)
        return parent.id

    return attempt(
        form,
        act,
        again=lambda: _new_page(form, parent),
        then=lead_on(_address, _("Saved.")),
    )


@blueprint.get("/crops/<crop_id>")
@officers
def show_crop(crop_id: str) -> Answer:
    """Show a crop to be brought up to date, and what its fields give at most."""
    crop = _crop(crop_id)
    return _crop_page(crop, _filled(crop), _bound_form(crop))


@blueprint.post("/crops/<crop_id>")
@officers
def save_one_crop(crop_id: str) -> Answer:
    """Bring a crop up to date."""
    crop, form = _crop(crop_id), CropForm()
    form.code.data = crop.code
    actor, now = guards.current_actor(), clock.now()
    return attempt(
        form,
        lambda work: save_crop(work, facts=_facts(form), actor=actor, now=now),
        again=lambda: _crop_page(crop, form, _bound_form(crop)),
        then=lead_on(url_for("traceability_desk.show_crops"), _("Saved.")),
    )


@blueprint.post("/crops/<crop_id>/bounds")
@officers
def add_bound(crop_id: str) -> Answer:
    """Add what a field gives at most from a day on."""
    crop = _crop(crop_id)
    form = _bound_form(crop)
    actor, now = guards.current_actor(), clock.now()
    return attempt(
        form,
        lambda work: save_bound(work, crop.id, facts=_bound_facts(form), actor=actor, now=now),
        again=lambda: _crop_page(crop, _filled(crop), form),
        then=lead_on(_address(crop.id), _("Saved. Harvests from that day on are judged by it.")),
    )


def _address(crop_id: str) -> str:
    return url_for("traceability_desk.show_crop", crop_id=crop_id)


def _facts(form: CropForm) -> CropFacts:
    said = texts(form)
    names = {"vi": said["name_vi"], "en": said["name_en"]}
    return CropFacts(
        code=said["code"].lower(),
        name={lang: text for lang, text in names.items() if text},
        aliases=words_of(said["aliases"]),
        harvest_months=form.months,
    )


def _bound_facts(form: BoundForm) -> BoundFacts:
    return BoundFacts(
        most_kg_per_ha=form.most_kg_per_ha.data,
        valid_from=day_of(form.valid_from),
        source=texts(form)["source"],
        variety_id=form.variety.data or None,
    )


def _filled(crop: CropCard) -> CropForm:
    known = {
        "code": crop.code,
        "name_vi": crop.name.get("vi", ""),
        "name_en": crop.name.get("en", ""),
        "aliases": ", ".join(crop.aliases),
        "harvest_months": ", ".join(map(str, crop.harvest_months)),
    }
    return CropForm(formdata=None, data=known)


def _bound_form(crop: CropCard) -> BoundForm:
    form = BoundForm()
    lang = current_language()
    form.variety.choices = [
        SelectChoice("", _("The whole crop")),
        *(SelectChoice(one.id, pick(one.name, lang)) for one in crop.varieties),
    ]
    return form


def _crop(crop_id: str) -> CropCard:
    found = next((one for one in lists.crops(db()) if one.id == crop_id), None)
    if found is None:
        raise NotFound
    return found


def _parent() -> CropCard | None:
    asked = request.args.get("of", "")
    return _crop(asked) if asked else None


def _new_page(form: CropForm, parent: CropCard | None) -> str:
    return page("traceability/desk_crop.html", form=form, parent=parent, crop=None)


def _crop_page(crop: CropCard, form: CropForm, bound_form: BoundForm) -> str:
    return page(
        "traceability/desk_crop.html",
        form=form,
        parent=None,
        crop=crop,
        bounds=bounds_of(db(), crop.id),
        bound_form=bound_form,
    )
