"""One dossier on the desk: everything beside everything, and what the office does with it."""

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock, places
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.session import db
from vendors import queries
from vendors.desk.blueprint import blueprint, officers
from vendors.desk.queue import queue_part
from vendors.desk.viewer import viewer_part
from vendors.forms import DecisionForm, PressForm, ReasonForm
from vendors.queries.visits import visits_of
from vendors.rules import office_actions
from vendors.services import certifying, vetting


@blueprint.get("/office/vendors/<vendor_id>")
@officers
def show_dossier(vendor_id: str) -> Answer:
    """Show one dossier with everything beside everything."""
    return _dossier_page(vendor_id, DecisionForm())


@blueprint.post("/office/vendors/<vendor_id>/decide")
@officers
def decide_dossier(vendor_id: str) -> Answer:
    """Take the dossier one arrow further."""
    form = DecisionForm()
    try:
        if not form.validate():
            return _dossier_page(vendor_id, form), 422
        with transaction(db()) as work:
            vetting.decide_dossier(
                work,
                vendor_id,
                decision=_decision(form),
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        return _dossier_page(vendor_id, form), refusal.status
    flash(_("Done. The vendor is told."))
    return go(url_for("vendors_desk.show_dossier", vendor_id=vendor_id))


@blueprint.post("/office/vendors/<vendor_id>/certificates/<certificate_id>/verify")
@officers
def verify_certificate(vendor_id: str, certificate_id: str) -> Answer:
    """Stand behind a certificate."""
    with transaction(db()) as work:
        certifying.verify_certificate(
            work, certificate_id, actor=guards.current_actor(), now=clock.now()
        )
    flash(_("Done. The vendor is told."))
    return go(url_for("vendors_desk.show_dossier", vendor_id=vendor_id))


@blueprint.post("/office/vendors/<vendor_id>/certificates/<certificate_id>/withdraw")
@officers
def withdraw_certificate(vendor_id: str, certificate_id: str) -> Answer:
    """Stand no longer behind a certificate."""
    form = ReasonForm()
    try:
        if not form.validate():
            return _dossier_page(vendor_id, DecisionForm(formdata=None), withdrawal=form), 422
        with transaction(db()) as work:
            certifying.withdraw_certificate(
                work,
                certificate_id,
                reason=form.reason.data,
                actor=guards.current_actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        form_error(form, refusal)
        answer = _dossier_page(vendor_id, DecisionForm(formdata=None), withdrawal=form)
        return answer, refusal.status
    flash(_("Done. The vendor is told."))
    return go(url_for("vendors_desk.show_dossier", vendor_id=vendor_id))


def _decision(form: DecisionForm) -> vetting.Decision:
    seen = form.version.data or ""
    return vetting.Decision(
        action=form.action.data or "",
        reason=form.reason.data or "",
        seen_version=int(seen) if seen.isdecimal() else None,
    )


def _seen(vendor_id: str) -> queries.Dossier:
    """Return a dossier that was handed in: drafts are their owners' own."""
    dossier = queries.dossier(db(), vendor_id)
    if dossier is None or dossier.submitted_at is None:
        raise NotFound
    return dossier


def _dossier_page(
    vendor_id: str, form: DecisionForm, *, withdrawal: ReasonForm | None = None
) -> str:
    dossier, actor = _seen(vendor_id), guards.current_actor()
    mine = vendor_id in actor.memberships
    old = places.resolve_line(dossier.old_address) if dossier.old_address else []
    return page(
        "vendors/dossier.html",
        dossier=dossier,
        form=form,
        withdrawal=withdrawal or ReasonForm(formdata=None),
        press=PressForm(),
        actions=[] if mine else office_actions(dossier.state, actor.roles),
        may_certify=not mine,
        alike=queries.likenesses(db(), dossier),
        old_places=old,
        today=clock.local_date(clock.now()),
        visits=visits_of(db(), vendor_id),
        **viewer_part(dossier),
        **queue_part(),
    )
