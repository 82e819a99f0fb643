"""Where a vendor's water comes from, which plots draw it, and its tests."""

from collections.abc import Callable

from flask import url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.errors import NotFound
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.session import db
from traceability.forms import day_of
from traceability.forms.water import DrawForm, LeaveForm, SourceForm
from traceability.queries import water as sources
from traceability.queries.recalls.choices import plots_of
from traceability.queries.water import SourceCard
from traceability.services import water
from traceability.views.blueprint import blueprint, everybody, recorders


@blueprint.get("/water")
@everybody
def show_water(vendor_id: str) -> Answer:
    """List the sources with what was found in them last."""
    return _list_page(vendor_id, SourceForm())


@blueprint.post("/water")
@recorders
def add_water(vendor_id: str) -> Answer:
    """Name a source."""
    form = SourceForm()
    return attempt(
        form,
        lambda session: water.add_source(
            session,
            vendor_id=vendor_id,
            name=form.name.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _list_page(vendor_id, form),
        then=lead_on(
            lambda made: url_for("traceability.show_source", vendor_id=vendor_id, source_id=made)
        ),
    )


@blueprint.get("/water/<source_id>")
@everybody
def show_source(vendor_id: str, source_id: str) -> Answer:
    """Show which plots draw from a source, and its tests."""
    today = clock.local_date(clock.now())
    form = _with_plots(DrawForm(data={"since": today}), vendor_id)
    return _source_page(vendor_id, need_source(vendor_id, source_id), form)


@blueprint.post("/water/<source_id>/plots")
@recorders
def draw_water(vendor_id: str, source_id: str) -> Answer:
    """Note that a plot draws from a source."""
    source, form = need_source(vendor_id, source_id), _with_plots(DrawForm(), vendor_id)
    return attempt(
        form,
        lambda session: water.draw_water(
            session,
            source_id,
            plot_id=form.plot.data,
            since=day_of(form.since),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _source_page(vendor_id, source, form),
        then=_saved(vendor_id, source_id),
    )


@blueprint.post("/water/<source_id>/plots/<draw_id>")
@recorders
def leave_water(vendor_id: str, source_id: str, draw_id: str) -> Answer:
    """Note that a plot draws from it no more."""
    source, form = need_source(vendor_id, source_id), LeaveForm()

    def again() -> str:
        draw = _with_plots(DrawForm(formdata=None), vendor_id)
        return _source_page(vendor_id, source, draw, left=(draw_id, form))

    return attempt(
        form,
        lambda session: water.leave_water(
            session,
            draw_id,
            source_id=source_id,
            until=day_of(form.until),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=again,
        then=_saved(vendor_id, source_id),
    )


def need_source(vendor_id: str, source_id: str) -> SourceCard:
    """Return a source of a vendor.

    :raises NotFound: when it is none.
    """
    found = sources.sources_of(db(), vendor_id=vendor_id, source_id=source_id)
    if not found:
        raise NotFound
    return found[0]


def _saved(vendor_id: str, source_id: str) -> Callable[[object], Answer]:
    return lead_on(
        url_for("traceability.show_source", vendor_id=vendor_id, source_id=source_id), _("Saved.")
    )


def _with_plots(form: DrawForm, vendor_id: str) -> DrawForm:
    form.plot.choices = list(plots_of(db(), vendor_id))
    return form


def _list_page(vendor_id: str, form: SourceForm) -> str:
    found = sources.sources_of(db(), vendor_id=vendor_id)
    return page("traceability/water.html", vendor_id=vendor_id, form=form, sources=found)


def _source_page(
    vendor_id: str,
    source: SourceCard,
    form: DrawForm,
    left: tuple[str, LeaveForm] | None = None,
) -> str:
    return page(
        "traceability/water_source.html",
        vendor_id=vendor_id,
        source=source,
        form=form,
        left=left,
        draws=sources.draws_of(db(), source.id),
        tests=sources.tests_of(db(), source.id),
        today=clock.local_date(clock.now()),
    )
