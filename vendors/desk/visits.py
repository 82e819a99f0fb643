"""Site visits on the desk: plan, move, call off, look at; whose visits when."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from flask import request, url_for
from flask_babel import gettext as _

from accounts import guards
from accounts.queries import office_people
from kernel import clock, places
from kernel.db import transaction
from kernel.errors import NotFound
from kernel.web.answers import Answer, go
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.session import db
from vendors import queries
from vendors.desk.blueprint import blueprint, officers
from vendors.forms import PressForm, day_in
from vendors.forms.resuming import keeps_typed, typed_before
from vendors.forms.visits import CallOffForm, PlanForm
from vendors.queries import Dossier
from vendors.queries import visits as reads
from vendors.queries.visits import VisitCard
from vendors.rules.visits import VISITABLE, DayPart
from vendors.services import minutes, visiting
from vendors.services.visiting import Plan

WEEKS = (1, 2, 4, 12)


@blueprint.get("/office/visits")
@officers
def show_visits() -> Answer:
    """List the visits of some weeks by day, one's own or everybody's."""
    today = clock.local_date(clock.now())
    weeks = request.args.get("weeks", WEEKS[1], type=int)
    span = weeks if weeks in WEEKS else WEEKS[1]
    mine = request.args.get("who") != "all"
    last = today + timedelta(weeks=span)
    rows = reads.agenda(
        db(),
        inspector_id=guards.current_actor().user_id if mine else None,
        # What is not recorded yet stays in sight.
        first=today - timedelta(days=7),
        last=last,
    )
    return page(
        "vendors/visits/agenda.html",
        days=[(day, list(some)) for day, some in groupby(rows, key=lambda row: row.day)],
        today=today,
        last=last,
        mine=mine,
        weeks=span,
        spans=WEEKS,
    )


@blueprint.get("/office/vendors/<vendor_id>/visits/new")
@officers
def new_visit(vendor_id: str) -> Answer:
    """Ask when and where a visit shall be."""
    dossier = seen_dossier(vendor_id)
    form = PlanForm(typed_before())
    if not form.place.data:
        form.place.data = _place(dossier)
        form.inspector.data = guards.current_actor().user_id
    return _plan_page(dossier, form)


@blueprint.post("/office/vendors/<vendor_id>/visits/new")
@keeps_typed
@officers
def schedule_visit(vendor_id: str) -> Answer:
    """Set the day of a visit."""
    dossier = seen_dossier(vendor_id)
    form = _plan_form()
    return attempt(
        form,
        lambda work: visiting.schedule_visit(
            work, vendor_id, plan=_plan(form), actor=guards.current_actor(), now=clock.now()
        ),
        again=lambda: _plan_page(dossier, form),
        then=lead_on(
            lambda visit_id: visit_address(vendor_id, visit_id),
            _("The visit is scheduled. The vendor is told."),
        ),
    )


@blueprint.get("/office/vendors/<vendor_id>/visits/<visit_id>")
@officers
def show_visit(vendor_id: str, visit_id: str) -> Answer:
    """Show a visit, its minutes and photos, and what can be done."""
    return _visit_page(vendor_id, visit_id, CallOffForm(formdata=None))


@blueprint.get("/office/vendors/<vendor_id>/visits/<visit_id>/move")
@officers
def show_move(vendor_id: str, visit_id: str) -> Answer:
    """Ask for the new day of a visit."""
    visit, typed = seen_visit(vendor_id, visit_id), typed_before()
    form = PlanForm(typed) if typed else PlanForm(formdata=None, obj=visit)
    if typed is None:
        form.part.data, form.inspector.data = visit.part.value, visit.inspector_id
        form.reason.data = ""
    return _plan_page(seen_dossier(vendor_id), form, visit)


@blueprint.post("/office/vendors/<vendor_id>/visits/<visit_id>/move")
@keeps_typed
@officers
def move_visit(vendor_id: str, visit_id: str) -> Answer:
    """Put another day in the place of this one."""
    dossier, visit, form = seen_dossier(vendor_id), seen_visit(vendor_id, visit_id), _plan_form()
    return attempt(
        form,
        lambda work: visiting.move_visit(
            work,
            visit_id,
            vendor_id=vendor_id,
            plan=_plan(form),
            reason=form.reason.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _plan_page(dossier, form, visit),
        then=lead_on(
            lambda new_id: visit_address(vendor_id, new_id),
            _("The visit is moved. The vendor is told."),
        ),
    )


@blueprint.post("/office/vendors/<vendor_id>/visits/<visit_id>/call-off")
@officers
def call_off_visit(vendor_id: str, visit_id: str) -> Answer:
    """Call a visit off."""
    form = CallOffForm()
    return attempt(
        form,
        lambda work: visiting.call_off_visit(
            work,
            visit_id,
            vendor_id=vendor_id,
            reason=form.reason.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _visit_page(vendor_id, visit_id, form),
        then=lead_on(
            visit_address(vendor_id, visit_id),
            _("The visit is called off. The vendor is told."),
        ),
    )


@blueprint.post("/office/vendors/<vendor_id>/visits/<visit_id>/document")
@officers
def draft_minutes(vendor_id: str, visit_id: str) -> Answer:
    """Make the minutes an official document, as a draft."""
    with transaction(db()) as work:
        document_id = minutes.draft_minutes(
            work,
            visit_id,
            vendor_id=vendor_id,
            actor=guards.current_actor(),
            now=clock.now(),
        )
    return go(url_for("vendors_desk.show_decision", vendor_id=vendor_id, document_id=document_id))


def seen_dossier(vendor_id: str) -> Dossier:
    """Return a dossier that was handed in.

    :raises NotFound: when there is none.
    """
    dossier = queries.dossier(db(), vendor_id)
    if dossier is None or dossier.submitted_at is None:
        raise NotFound
    return dossier


def seen_visit(vendor_id: str, visit_id: str) -> VisitCard:
    """Return a visit of this vendor.

    :raises NotFound: when there is none.
    """
    visit = reads.visit(db(), visit_id, vendor_id=vendor_id)
    if visit is None:
        raise NotFound
    return visit


def visit_address(vendor_id: str, visit_id: str) -> str:
    """Return where a visit is shown."""
    return url_for("vendors_desk.show_visit", vendor_id=vendor_id, visit_id=visit_id)


def _place(dossier: Dossier) -> str:
    commune = places.commune(dossier.commune).name if dossier.commune else ""
    return ", ".join(part for part in (dossier.address, commune) if part)


def _officers() -> Sequence[tuple[str, str]]:
    return office_people(db(), visiting.OFFICERS)


def _plan_form() -> PlanForm:
    return PlanForm().among(_officers())


def _plan(form: PlanForm) -> Plan:
    return Plan(
        day=day_in(form.day),
        part=DayPart(form.part.data),
        place=form.place.data or "",
        inspector_id=form.inspector.data or "",
        others=form.others.data or "",
        purpose=form.purpose.data or "",
    )


def _plan_page(dossier: Dossier, form: PlanForm, visit: VisitCard | None = None) -> str:
    if form.inspector.choices is None:
        form.among(_officers())
    form.reason.flags.required = visit is not None
    return page("vendors/visits/plan.html", dossier=dossier, form=form, visit=visit)


def _visit_page(vendor_id: str, visit_id: str, form: CallOffForm) -> str:
    visit = seen_visit(vendor_id, visit_id)
    dossier = seen_dossier(vendor_id)
    return page(
        "vendors/visits/one.html",
        dossier=dossier,
        visit=visit,
        revisions=reads.minutes_of(db(), visit_id),
        photos=reads.photos_of(db(), visit_id),
        form=form,
        press=PressForm(),
        today=clock.local_date(clock.now()),
        may_act=vendor_id not in guards.current_actor().memberships,
        is_visitable=dossier.state in VISITABLE,
    )
