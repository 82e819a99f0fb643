"""Recalls at the desk of the office and in the workspace of a vendor."""

from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts import guards
from kernel import clock
from kernel.errors import NotFound
from kernel.web.answers import Answer, go
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import Form
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from shop.recalling.acting import Outcome, carry_out
from shop.recalling.forms import MeasureForm, OpenForm
from shop.recalling.place import Place, both
from shop.recalling.reading import choices_for, dashboard, read_ref, vendors_with_lots
from shop.recalling.scope import scope_of
from shop.recalling.showing import closing_page, recall_page, told_page
from traceability.queries.recalls.cases import recall_card, recalls_of
from traceability.queries.recalls.starts import Beginning
from traceability.rules.recalls import NAMED_BY_CODE, Hazard, Measure, Origin
from traceability.services import recalls
from traceability.services.recalls import RecallFacts


@both("")
def show_recalls(place: Place) -> Answer:
    """List recalls and drills, and what is due."""
    return page(
        "shop/recalling/list.html",
        place=place,
        recalls=recalls_of(db(), vendor_id=place.vendor_id, page=page_number()),
        **dashboard(db(), place.vendor_id, on=clock.local_date(clock.now())),
    )


@both("/new")
def new_recall(place: Place) -> Answer:
    """Ask what is known at first, or show the form for it."""
    origin = _origin(request.args.get("origin", ""))
    vendor_id = place.vendor_id or request.args.get("vendor", "")
    if origin is None or (origin not in NAMED_BY_CODE and not vendor_id):
        return page(
            "shop/recalling/begin.html",
            place=place,
            origins=[one for one in Origin if one is not Origin.COMPLAINT],
            vendors=None if place.vendor_id else vendors_with_lots(db()),
            chosen=origin,
        )
    form = _form(origin, vendor_id, bound=False)
    form.ref.data = request.args.get("ref", "") or form.ref.data
    form.drill.data = request.args.get("drill") == "1"
    return _open_page(place, form, origin, vendor_id)


@both("", method="POST")
def open_recall(place: Place) -> Answer:
    """Trace what is affected; nothing happens yet."""
    origin = _origin(request.form.get("origin", ""))
    if origin is None:
        return go(place.url("new_recall"))
    vendor_id = place.vendor_id or request.form.get("vendor", "")
    form = _form(origin, vendor_id, bound=True)
    return attempt(
        form,
        lambda session: _open(session, place, form, origin, vendor_id),
        again=lambda: _open_page(place, form, origin, vendor_id),
        then=lead_on(lambda recall_id: place.url("show_recall", recall_id=recall_id)),
    )


@both("/<recall_id>")
def show_recall(place: Place, recall_id: str) -> Answer:
    """Show a recall: its scope before anything happens, its progress after."""
    return recall_page(place, place.recall(recall_id))


@both("/<recall_id>/told")
def show_told(place: Place, recall_id: str) -> Answer:
    """Show who was told and who has answered."""
    return told_page(place, place.recall(recall_id))


@both("/<recall_id>/closing")
def show_closing(place: Place, recall_id: str) -> Answer:
    """Show where the goods are, and what is done against the cause."""
    return closing_page(place, place.recall(recall_id))


@both("/<recall_id>/act", method="POST")
def act(place: Place, recall_id: str) -> Answer:
    """Stop everything that belongs to it, everywhere."""
    recall = place.recall(recall_id)
    form = MeasureForm()

    def run(session: Any) -> Outcome:
        outcome = carry_out(
            session,
            recall_id,
            measure=Measure(form.measure.data),
            actor=guards.current_actor(),
            now=clock.now(),
        )
        if not outcome.acted.left:
            recalls.mark(session, recall_id, "held_at", now=clock.now())
        return outcome

    return attempt(
        form,
        run,
        again=lambda: recall_page(place, recall, form),
        then=lambda outcome: _lead(place, recall_id, outcome),
    )


def _lead(place: Place, recall_id: str, outcome: Outcome) -> Answer:
    flash(_told(outcome))
    return go(place.url("show_recall", recall_id=recall_id))


def _told(outcome: Outcome) -> str:
    if outcome.acted.drill:
        return str(_("Drill carried out: nothing was stopped and nobody was told."))
    if outcome.acted.left:
        return str(
            ngettext(
                "The first lots are stopped; %(num)d more lot follows by itself.",
                "The first lots are stopped; %(num)d more lots follow by themselves.",
                outcome.acted.left,
            )
        )
    lots = ngettext(
        "%(num)d lot is stopped", "%(num)d lots are stopped", len(outcome.acted.lot_ids)
    )
    buyers = ngettext(
        "%(num)d notice was written", "%(num)d notices were written", outcome.told.notices
    )
    return f"{lots}; {buyers}."


def _open(session: Any, place: Place, form: OpenForm, origin: Origin, vendor_id: str) -> str:
    """Open a recall, and note when its whole scope was known: contacts included."""
    actor, now = guards.current_actor(), clock.now()
    vendor_id, ref = read_ref(session, origin, vendor_id, form.ref.data, own=place.vendor_id)
    recall_id = recalls.open_recall(
        session,
        facts=RecallFacts(
            Beginning(origin, vendor_id, ref, form.first_day.data, form.last_day.data),
            reason=form.reason.data,
            hazard=Hazard(form.hazard.data),
            advice={current_language(): form.advice.data or ""},
            drill=form.drill.data,
            widen=form.widen.data,
        ),
        actor=actor,
        now=now,
    )
    card = recall_card(session, recall_id)
    if card is None:
        raise NotFound
    scope_of(session, card, actor=actor)
    recalls.mark(session, recall_id, "traced_at", now=clock.now())
    return recall_id


def _form(origin: Origin, vendor_id: str, *, bound: bool) -> Any:
    made = choices_for(db(), origin, vendor_id)
    return made() if bound else made(formdata=None)


def _open_page(place: Place, form: Form, origin: Origin, vendor_id: str) -> str:
    return page(
        "shop/recalling/new.html", place=place, form=form, origin=origin, vendor_id=vendor_id
    )


def _origin(word: str) -> Origin | None:
    return next((one for one in Origin if one.value == word), None)
