"""What officers do inside a dossier without moving it: judge its lines, note, hand it over."""

from flask import flash, request, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.web.answers import Answer, go
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.session import db
from vendors import queries
from vendors.desk.blueprint import blueprint, officers
from vendors.desk.dossier import Shown, dossier_page, seen_dossier, version_of
from vendors.forms import ChargeForm, HandOverForm, LineForm, NoteForm
from vendors.rules import powers
from vendors.services import assigning, noting
from vendors.services.requirements import Verdict, judge_requirement


@blueprint.post("/office/vendors/<vendor_id>/requirements/<key>")
@officers
def judge_line(vendor_id: str, key: str) -> Answer:
    """Accept, refuse or waive one line of the checklist."""
    form = LineForm()
    shown = Shown(line=form, line_key=key)
    said = Verdict(
        key, form.verdict.data or "", form.reason.data or "", version_of(form.version.data)
    )
    answer = attempt(
        form,
        lambda work: judge_requirement(
            work, vendor_id, said=said, actor=guards.current_actor(), now=clock.now()
        ),
        again=lambda: dossier_page(vendor_id, shown),
        then=lead_on(_dossier(vendor_id, f"line-{key}")),
    )
    return _in_place(answer)


@blueprint.post("/office/vendors/<vendor_id>/notes")
@officers
def write_note(vendor_id: str) -> Answer:
    """Note something for colleagues."""
    form = NoteForm()
    answer = attempt(
        form,
        lambda work: noting.write_note(
            work,
            vendor_id,
            text=form.text.data or "",
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: dossier_page(vendor_id, Shown(note=form)),
        then=lead_on(_dossier(vendor_id, "notes")),
    )
    return _in_place(answer)


@blueprint.post("/office/vendors/<vendor_id>/charge")
@officers
def take_charge(vendor_id: str) -> Answer:
    """Take a dossier that nobody has any more."""
    with transaction(db()) as work:
        assigning.take_charge(
            work,
            vendor_id,
            seen_version=version_of(ChargeForm().version.data),
            actor=guards.current_actor(),
            now=clock.now(),
        )
    flash(_("You have this dossier now."))
    return go(_dossier(vendor_id))


@blueprint.post("/office/vendors/<vendor_id>/give-back")
@officers
def give_back(vendor_id: str) -> Answer:
    """Leave a dossier to whoever takes it next."""
    with transaction(db()) as work:
        assigning.give_back(
            work,
            vendor_id,
            seen_version=version_of(ChargeForm().version.data),
            actor=guards.current_actor(),
            now=clock.now(),
        )
    flash(_("The dossier is given back."))
    return go(_dossier(vendor_id))


@blueprint.get("/office/vendors/<vendor_id>/hand-over")
@officers
def show_hand_over(vendor_id: str) -> Answer:
    """Choose the colleague who goes on with a dossier."""
    return _hand_over_page(vendor_id, HandOverForm(formdata=None))


@blueprint.post("/office/vendors/<vendor_id>/hand-over")
@officers
def hand_over(vendor_id: str) -> Answer:
    """Give a dossier to a colleague."""
    form = HandOverForm()
    return attempt(
        form,
        lambda work: assigning.hand_over(
            work,
            vendor_id,
            to=form.to.data,
            seen_version=version_of(form.version.data),
            actor=guards.current_actor(),
            now=clock.now(),
        ),
        again=lambda: _hand_over_page(vendor_id, form),
        then=lead_on(_dossier(vendor_id), _("The dossier is handed over.")),
    )


def _hand_over_page(vendor_id: str, form: HandOverForm) -> str:
    dossier, actor = seen_dossier(vendor_id), guards.current_actor()
    others = [one for one in queries.colleagues(db(), vendor_id) if one.id != dossier.reviewer_id]
    form.to.choices = [("", _("Choose …")), *((one.id, one.name) for one in others)]
    form.version.data = str(dossier.version)
    return page(
        "vendors/hand_over.html",
        dossier=dossier,
        form=form,
        may=powers(actor, vendor_id, state=dossier.state, reviewer_id=dossier.reviewer_id),
    )


def _dossier(vendor_id: str, anchor: str | None = None) -> str:
    return url_for("vendors_desk.show_dossier", vendor_id=vendor_id, _anchor=anchor)


def _in_place(answer: Answer) -> Answer:
    """Return a page with a problem as htmx wants it: it shows only what was found in order."""
    if isinstance(answer, tuple) and "HX-Request" in request.headers:
        return answer[0]
    return answer
