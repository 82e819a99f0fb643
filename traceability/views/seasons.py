"""Seasons: what grows on a plot from when to when, and as which crop of the office's list."""

from typing import TYPE_CHECKING, Any, TypeVar

from flask import url_for
from flask_babel import gettext as _
from wtforms.fields import SelectChoice

from accounts import guards
from kernel import clock
from kernel.languages import pick
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db
from traceability.forms import CropOfSeasonForm, EndForm, SeasonForm, day_of
from traceability.queries import PlotCard, SeasonCard
from traceability.queries.supplies import crops
from traceability.services import farms, seasons
from traceability.services.farms import SeasonFacts
from traceability.views.blueprint import blueprint, recorders
from traceability.views.needs import need_plot, need_season

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Asked = TypeVar("Asked", bound=CropOfSeasonForm)


@blueprint.get("/plots/<plot_id>/seasons/new")
@recorders
def new_season(vendor_id: str, plot_id: str) -> Answer:
    """Ask what grows on a plot."""
    today = clock.local_date(clock.now())
    form = _with_crops(SeasonForm(data={"started_on": today}))
    return _new_page(vendor_id, need_plot(vendor_id, plot_id), form)


@blueprint.post("/plots/<plot_id>/seasons/new")
@recorders
def start_season(vendor_id: str, plot_id: str) -> Answer:
    """Begin a season."""
    plot, form = need_plot(vendor_id, plot_id), _with_crops(SeasonForm())
    return attempt(
        form,
        lambda session: farms.start_season(
            session,
            plot_id,
            facts=SeasonFacts(**_told(form), started_on=day_of(form.started_on)),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _new_page(vendor_id, plot, form),
        then=lead_on(
            lambda made: url_for("traceability.show_season", vendor_id=vendor_id, season_id=made),
            _("Saved."),
        ),
    )


@blueprint.get("/seasons/<season_id>/crop")
@recorders
def ask_crop(vendor_id: str, season_id: str) -> Answer:
    """Show what a season grows, to be put right."""
    season = need_season(vendor_id, season_id)
    known = {
        "listed": ":".join(filter(None, (season.crop_id, season.variety_id))),
        "crop": season.crop.get(current_language(), ""),
        "variety": season.variety,
    }
    return _crop_page(vendor_id, season, _with_crops(CropOfSeasonForm(data=known)))


@blueprint.post("/seasons/<season_id>/crop")
@recorders
def change_crop(vendor_id: str, season_id: str) -> Answer:
    """Say what a season grows; its sprays are judged by the labels of that crop."""
    season, form = need_season(vendor_id, season_id), _with_crops(CropOfSeasonForm())

    def act(session: "Session") -> None:
        told = _told(form)
        # What was said in the other language stays, unless the list says it now.
        told["crop"] = season.crop | told["crop"] if form.crop.data else told["crop"]
        actor = guards.current_actor()
        seasons.change_crop(session, season_id, **told, actor=actor, now=clock.now())

    return attempt(
        form,
        act,
        again=lambda: _crop_page(vendor_id, season, form),
        then=lead_on(
            url_for("traceability.show_season", vendor_id=vendor_id, season_id=season_id),
            _("Saved. What was sprayed is judged by the labels of this crop."),
        ),
    )


@blueprint.get("/seasons/<season_id>/end")
@recorders
def ask_end(vendor_id: str, season_id: str) -> Answer:
    """Ask when a season ended."""
    today = clock.local_date(clock.now())
    season = need_season(vendor_id, season_id)
    return _end_page(vendor_id, season, EndForm(data={"ended_on": today}))


@blueprint.post("/seasons/<season_id>/end")
@recorders
def end_season(vendor_id: str, season_id: str) -> Answer:
    """End a season."""
    season, form = need_season(vendor_id, season_id), EndForm()
    return attempt(
        form,
        lambda session: farms.end_season(
            session,
            season_id,
            ended_on=day_of(form.ended_on),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _end_page(vendor_id, season, form),
        then=lead_on(
            url_for("traceability.show_farm", vendor_id=vendor_id),
            _("The season is over. Its diary and lots stay."),
        ),
    )


def _with_crops(form: Asked) -> Asked:
    """Offer the crops of the office's list, the varieties of each behind it."""
    lang = current_language()
    choices = form.listed.choices[:1]
    for crop in crops(db()):
        name = pick(crop.name, lang)
        choices.append(SelectChoice(crop.id, name))
        choices += [
            SelectChoice(f"{crop.id}:{one.id}", f"{name} · {pick(one.name, lang)}")
            for one in crop.varieties
        ]
    form.listed.choices = choices
    return form


def _told(form: CropOfSeasonForm) -> dict[str, Any]:
    """Return what grows: in words, those of the list where nothing was written."""
    crop_id, _sep, variety_id = (form.listed.data or "").partition(":")
    crop = next((one for one in crops(db()) if one.id == crop_id), None)
    kinds = crop.varieties if crop else ()
    kind = next((one for one in kinds if one.id == variety_id), None)
    words = {current_language(): form.crop.data} if form.crop.data else None
    return {
        "crop": words or (dict(crop.name) if crop else {}),
        "variety": form.variety.data or (pick(kind.name, current_language()) if kind else ""),
        "crop_id": crop_id or None,
        "variety_id": variety_id or None,
    }


def _new_page(vendor_id: str, plot: PlotCard, form: SeasonForm) -> str:
    back = url_for("traceability.show_farm", vendor_id=vendor_id)
    return page(
        "traceability/season_form.html", vendor_id=vendor_id, form=form, under=plot.name, back=back
    )


def _crop_page(vendor_id: str, season: SeasonCard, form: CropOfSeasonForm) -> str:
    back = url_for("traceability.show_season", vendor_id=vendor_id, season_id=season.id)
    under = pick(season.crop, current_language())
    return page(
        "traceability/season_form.html", vendor_id=vendor_id, form=form, under=under, back=back
    )


def _end_page(vendor_id: str, season: SeasonCard, form: EndForm) -> str:
    return page("traceability/end_form.html", vendor_id=vendor_id, form=form, season=season)
