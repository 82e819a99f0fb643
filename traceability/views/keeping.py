"""How warm a lot is kept, written down beside the thermometer."""

from datetime import datetime
from typing import TYPE_CHECKING

from flask import url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.clock import HANOI
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.forms import Form
from kernel.web.pages import page
from traceability.forms import day_of
from traceability.forms.keeping import KeepForm
from traceability.queries import LotCard
from traceability.services.lots import KeptFacts, note_keeping
from traceability.views.blueprint import blueprint, everybody
from traceability.views.needs import need_lot

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@blueprint.get("/lots/<lot_id>/keep")
@everybody
def ask_keeping(vendor_id: str, lot_id: str) -> Answer:
    """Ask how warm it is; the time is now unless something else is said."""
    now = clock.local(clock.now())
    form = KeepForm(data={"day": now.date(), "hour": f"{now:%H:%M}"})
    return _keep_page(vendor_id, need_lot(vendor_id, lot_id), form)


@blueprint.post("/lots/<lot_id>/keep")
@everybody
def keep(vendor_id: str, lot_id: str) -> Answer:
    """Write it down."""
    lot, form = need_lot(vendor_id, lot_id), KeepForm()

    def act(session: "Session") -> int:
        at = datetime.combine(day_of(form.day), form.clock, HANOI)
        facts = KeptFacts(form.degrees, at, form.store.data or "")
        actor = guards.current_actor()
        return note_keeping(session, lot_id, facts=facts, actor=actor, now=clock.now())

    return attempt(
        form,
        act,
        again=lambda: _keep_page(vendor_id, lot, form),
        then=lead_on(
            url_for("traceability.show_lot", vendor_id=vendor_id, lot_id=lot_id),
            _("Written down."),
        ),
    )


def _keep_page(vendor_id: str, lot: LotCard, form: Form) -> str:
    return page("traceability/keep_form.html", vendor_id=vendor_id, lot=lot, form=form)
