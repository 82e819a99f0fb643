"""Signs of copied labels at the trade office's desk."""

from flask import flash, request, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError, NotFound
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db
from traceability.desk.blueprint import blueprint, officers
from traceability.forms.labels import CheckedForm
from traceability.queries.scans import alerts_of
from traceability.services.scans import check_alert
from vendors.queries import vendor_cards


@blueprint.get("/lots/copies")
@officers
def show_alerts() -> Answer:
    """List the signs of copied labels that nobody looked at, or those that somebody did."""
    return _alerts_page(CheckedForm())


@blueprint.post("/lots/copies/<alert_id>")
@officers
def check_copy(alert_id: str) -> Answer:
    """Note what came out of a sign of copied labels."""
    form = CheckedForm()
    try:
        if not form.validate():
            return _alerts_page(form, alert_id), 422
        with transaction(db()) as session:
            check_alert(
                session, alert_id, **form.found, actor=guards.current_actor(), now=clock.now()
            )
    except NotFound:
        raise
    except DomainError as refusal:
        form_error(form, refusal)
        return _alerts_page(form, alert_id), refusal.status
    flash(_("Noted."), "good")
    return go(url_for("traceability_desk.show_alerts"))


def _alerts_page(form: CheckedForm, wrong: str = "") -> str:
    is_open = request.args.get("seen") != "1"
    found = alerts_of(db(), is_open=is_open, page=page_number())
    return page(
        "traceability/desk_copies.html",
        alerts=found,
        is_open=is_open,
        form=form,
        wrong=wrong,
        vendors=vendor_cards(db(), {alert.vendor_id for alert in found.items}),
    )
