"""Where an application stands, its last look, and what its owner does with it."""

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards
from accounts.queries import consent_texts
from accounts.services.consents import give_consents
from kernel import clock
from kernel.clock import local_date
from kernel.db import transaction
from kernel.errors import Conflict, DomainError
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.language import current_language
from kernel.web.pages import page
from kernel.web.session import db
from vendors import queries
from vendors.forms import AppealForm, PressForm, SubmitForm
from vendors.forms.resuming import keeps_typed, typed_before
from vendors.forms.visits import ObjectionForm
from vendors.rules import EDITABLE, ENDED, Offer, RequirementState
from vendors.services import applying, visiting
from vendors.views.blueprint import blueprint
from vendors.views.dossiers import dossier_of, open_dossier, standing_now
from vendors.views.noticing import notices_to
from vendors.views.visiting import own_visits

APPEALABLE = ("rejected", "terminated")


@blueprint.get("/apply/<vendor_id>")
@guards.member()
def show_status(vendor_id: str) -> Answer:
    """Show where the application stands and what comes next."""
    return _status_page(vendor_id, AppealForm(typed_before()))


@blueprint.get("/apply/<vendor_id>/check")
@guards.member("owner")
def show_check(vendor_id: str) -> Answer:
    """Show everything once more before it goes to the office."""
    return _check_page(SubmitForm(), vendor_id)


@blueprint.post("/apply/<vendor_id>/check")
@guards.member("owner")
def submit_application(vendor_id: str) -> Answer:
    """Hand the dossier in."""
    form = SubmitForm()
    if not form.validate():
        return _check_page(form, vendor_id), 422
    try:
        with transaction(db()) as work:
            applying.submit_application(
                work, vendor_id, actor=guards.current_actor(), now=clock.now()
            )
            give_consents(
                work,
                ["vetting", *(["marketing"] if form.marketing.data else [])],
                subject=("vendor", vendor_id),
                lang=current_language(),
                channel="application",
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except Conflict:
        # Sent twice: the first one counts, and its page says so.
        return go(url_for("vendors.show_status", vendor_id=vendor_id))
    except DomainError as refusal:
        form_error(form, refusal)
        return _check_page(form, vendor_id), refusal.status
    flash(_("Your application is with the trade office now."))
    return go(url_for("vendors.show_status", vendor_id=vendor_id))


@blueprint.post("/apply/<vendor_id>/cancel")
@guards.member("owner")
def cancel_application(vendor_id: str) -> Answer:
    """Take the application back."""
    with transaction(db()) as work:
        applying.cancel_application(work, vendor_id, actor=guards.current_actor(), now=clock.now())
    flash(_("The application is withdrawn."))
    return go(url_for("vendors.show_status", vendor_id=vendor_id))


@blueprint.post("/apply/<vendor_id>/appeal")
@keeps_typed
@guards.member("owner")
def appeal_decision(vendor_id: str) -> Answer:
    """Ask the office to judge a decision anew."""
    form = AppealForm()
    if not form.validate():
        return _status_page(vendor_id, form), 422
    try:
        with transaction(db()) as work:
            applying.appeal_decision(
                work,
                vendor_id,
                reason=form.reason.data or "",
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _status_page(vendor_id, form), refusal.status
    flash(_("Your appeal is with the trade office now."))
    return go(url_for("vendors.show_status", vendor_id=vendor_id))


@blueprint.post("/apply/<vendor_id>/visits/<visit_id>/object")
@guards.member("owner")
def object_to_visit(vendor_id: str, visit_id: str) -> Answer:
    """Say that the date of a visit does not suit."""
    form, appeal = ObjectionForm(), AppealForm(formdata=None)
    try:
        if not form.validate():
            return _status_page(vendor_id, appeal, objection=form), 422
        with transaction(db()) as work:
            visiting.object_to_visit(
                work,
                visit_id,
                vendor_id=vendor_id,
                words=form.objection.data or "",
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _status_page(vendor_id, appeal, objection=form), refusal.status
    flash(_("The inspector is told."))
    return go(url_for("vendors.show_status", vendor_id=vendor_id, _anchor="visits"))


def _status_page(
    vendor_id: str, form: AppealForm, *, objection: ObjectionForm | None = None
) -> str:
    dossier = dossier_of(vendor_id)
    editable = dossier.state in EDITABLE
    appealable = dossier.state.value in APPEALABLE
    until = queries.appeal_until(db(), vendor_id) if appealable else None
    refused = [
        line
        for line in (standing_now(dossier).lines if editable else ())
        if line.state is RequirementState.REJECTED
    ]
    return page(
        "vendors/status.html",
        dossier=dossier,
        editable=editable,
        refused=refused,
        sells_unknown=not dossier.sells and not editable and dossier.state not in ENDED,
        appeal_until=until,
        may_appeal=until is not None and local_date(clock.now()) <= until,
        appeal=form,
        notices=notices_to(dossier),
        own_visits=own_visits(vendor_id, objection),
        form=PressForm(),
    )


def _check_page(form: SubmitForm, vendor_id: str) -> str:
    dossier = open_dossier(vendor_id)
    standing = standing_now(dossier)
    return page(
        "vendors/steps/check.html",
        step="check",
        form=form,
        dossier=dossier,
        steps=standing.steps,
        lines=standing.lines,
        lines_open=standing.lines_open,
        person=standing.person,
        offers=[Offer(value) for value in dossier.sells],
        consents=consent_texts(db(), on=clock.local_date(clock.now())),
    )
