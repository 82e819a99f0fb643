"""One dossier on the desk: everything beside everything, and what the office does with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock, places
from kernel.db import transaction
from kernel.errors import Invalid, NotFound
from kernel.sketch import Sketch, neighbours, sketch_of
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.session import db
from vendors import queries
from vendors.desk.blueprint import blueprint, officers
from vendors.desk.noticing import notice_part
from vendors.desk.queue import queue_part
from vendors.desk.viewer import viewer_part
from vendors.forms import DecisionForm, LineForm, NoteForm, PressForm, ReasonForm
from vendors.queries.visits import visits_of
from vendors.rules import powers
from vendors.services import certifying, vetting


@dataclass(frozen=True)
class Shown:
    """The forms of a dossier's page that are shown with what was typed and is wrong."""

    decision: DecisionForm | None = None
    withdrawal: ReasonForm | None = None
    line: LineForm | None = None
    line_key: str = ""
    note: NoteForm | None = None


@blueprint.get("/office/vendors/<vendor_id>")
@officers
def show_dossier(vendor_id: str) -> Answer:
    """Show one dossier with everything beside everything."""
    return dossier_page(vendor_id, Shown())


@blueprint.post("/office/vendors/<vendor_id>/decide")
@officers
def decide_dossier(vendor_id: str) -> Answer:
    """Take the dossier one arrow further."""
    form = DecisionForm()
    return attempt(
        form,
        lambda work: vetting.decide_dossier(
            work,
            vendor_id,
            decision=_decision(form),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: dossier_page(vendor_id, Shown(decision=form)),
        then=_told(vendor_id),
    )


@blueprint.post("/office/vendors/<vendor_id>/certificates/<certificate_id>/verify")
@officers
def verify_certificate(vendor_id: str, certificate_id: str) -> Answer:
    """Stand behind a certificate."""
    with transaction(db()) as work:
        certifying.verify_certificate(
            work, certificate_id, actor=guards.current_actor(), now=clock.now()
        )
    return _told(vendor_id)(None)


@blueprint.post("/office/vendors/<vendor_id>/certificates/<certificate_id>/withdraw")
@officers
def withdraw_certificate(vendor_id: str, certificate_id: str) -> Answer:
    """Stand no longer behind a certificate."""
    form = ReasonForm()
    return attempt(
        form,
        lambda work: certifying.withdraw_certificate(
            work,
            certificate_id,
            reason=form.reason.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: dossier_page(vendor_id, Shown(withdrawal=form)),
        then=_told(vendor_id),
    )


def _told(vendor_id: str) -> Callable[[object], Answer]:
    return lead_on(
        url_for("vendors_desk.show_dossier", vendor_id=vendor_id), _("Done. The vendor is told.")
    )


def _decision(form: DecisionForm) -> vetting.Decision:
    return vetting.Decision(
        action=form.action.data or "",
        reason=form.reason.data or "",
        seen_version=version_of(form.version.data),
    )


def version_of(text: str | None) -> int | None:
    """Return the version that a form was shown with, if it names one."""
    seen = text or ""
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 12 else None


def seen_dossier(vendor_id: str) -> queries.Dossier:
    """Return a dossier that was handed in: drafts are their owners' own.

    :raises NotFound: when there is none.
    """
    dossier = queries.dossier(db(), vendor_id, inside=True)
    if dossier is None or dossier.submitted_at is None:
        raise NotFound
    return dossier


@dataclass(frozen=True)
class Place:
    """The declared commune on a map, and what lies around it."""

    commune: places.Commune
    sketch: Sketch
    neighbours: Sequence[tuple[places.Commune, float]]


def _place(key: str) -> Place | None:
    """Return the declared commune as it is shown; None while none of today's is declared."""
    try:
        return Place(places.commune(key), sketch_of(key), neighbours(key))
    except Invalid:
        return None


def dossier_page(vendor_id: str, shown: Shown) -> str:
    """Return the page of a dossier, with what was typed into one of its forms and is wrong."""
    dossier, actor = seen_dossier(vendor_id), guards.current_actor()
    today = clock.local_date(clock.now())
    may = powers(actor, vendor_id, state=dossier.state, reviewer_id=dossier.reviewer_id)
    return page(
        "vendors/dossier.html",
        dossier=dossier,
        form=shown.decision or DecisionForm(formdata=None),
        withdrawal=shown.withdrawal or ReasonForm(formdata=None),
        judged=shown.line or LineForm(formdata=None),
        judged_key=shown.line_key,
        note_form=shown.note or NoteForm(formdata=None),
        press=PressForm(),
        may=may,
        notices=notice_part(dossier, may.actions),
        checklist=queries.desk_lines(db(), dossier, on=today),
        alike=queries.likenesses(db(), dossier),
        visits=visits_of(db(), vendor_id),
        old_places=places.resolve_line(dossier.old_address) if dossier.old_address else [],
        today=today,
        place=_place(dossier.commune),
        **viewer_part(dossier),
        **queue_part(),
    )
