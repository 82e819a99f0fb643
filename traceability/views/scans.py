"""Scans of a vendor's labels: which lots are looked at, and signs of copies."""

from flask import request, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.web.answers import Answer
from kernel.web.attempts import attempt, lead_on
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from traceability.forms.labels import CheckedForm
from traceability.queries.scans import alerts_of, scans_of_lots
from traceability.services.scans import check_alert
from traceability.views.blueprint import blueprint, everybody


@blueprint.get("/scans")
@everybody
def show_scans(vendor_id: str) -> Answer:
    """Show which lots are scanned, and signs of copies."""
    return _scans_page(vendor_id, CheckedForm())


@blueprint.post("/scans/<alert_id>")
@everybody
def check_copy(vendor_id: str, alert_id: str) -> Answer:
    """Note what came out of a sign of copied labels."""
    form = CheckedForm()
    return attempt(
        form,
        lambda session: check_alert(
            session, alert_id, **form.found, actor=guards.current_actor(), now=clock.now()
        ),
        again=lambda: _scans_page(vendor_id, form, alert_id),
        then=lead_on(url_for("traceability.show_scans", vendor_id=vendor_id), _("Noted.")),
    )


def _scans_page(vendor_id: str, form: CheckedForm, wrong: str = "") -> str:
    is_open = request.args.get("seen") != "1"
    return page(
        "traceability/scans.html",
        vendor_id=vendor_id,
        form=form,
        wrong=wrong,
        is_open=is_open,
        alerts=alerts_of(db(), vendor_id=vendor_id, is_open=is_open, page=page_number()),
        lots=scans_of_lots(db(), vendor_id=vendor_id),
    )
