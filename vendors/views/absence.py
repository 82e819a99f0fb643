"""The vendor's page about days away."""

from datetime import date
from typing import cast

from flask import flash, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.db import transaction
from kernel.errors import DomainError
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.session import db
from vendors.forms import VacationForm
from vendors.queries.absences import away_of
from vendors.services.absence import Absence, come_back, go_away
from vendors.views.blueprint import blueprint


@blueprint.get("/work/<vendor_id>/vacation")
@guards.member("owner")
def show_vacation(vendor_id: str) -> Answer:
    """Show the days away for changing."""
    away, form = away_of(db(), vendor_id), VacationForm()
    if away is not None:
        form.first_day.data, form.last_day.data = away.first_day, away.last_day
        form.notice_vi.data = away.notice.get("vi", "")
        form.notice_en.data = away.notice.get("en", "")
    return _vacation_page(form, vendor_id)


@blueprint.post("/work/<vendor_id>/vacation")
@guards.member("owner")
def save_vacation(vendor_id: str) -> Answer:
    """Set the days away."""
    form = VacationForm()
    try:
        if not form.validate():
            return _vacation_page(form, vendor_id), 422
        notice = {"vi": form.notice_vi.data or "", "en": form.notice_en.data or ""}
        absence = Absence(
            first_day=cast(date, form.first_day.data),
            last_day=cast(date, form.last_day.data),
            notice={lang: text for lang, text in notice.items() if text},
        )
        with transaction(db()) as work:
            go_away(work, vendor_id, absence=absence, actor=guards.current_actor(), now=clock.now())
    except DomainError as refusal:
        form_error(form, refusal)
        return _vacation_page(form, vendor_id), refusal.status
    flash(_("Saved. Your offers stay in sight and cannot be bought on these days."))
    return go(url_for("vendors.show_vacation", vendor_id=vendor_id))


@blueprint.post("/work/<vendor_id>/vacation/end")
@guards.member("owner")
def end_vacation(vendor_id: str) -> Answer:
    """Sell again at once."""
    with transaction(db()) as work:
        come_back(work, vendor_id, actor=guards.current_actor(), now=clock.now())
    flash(_("You sell again."))
    return go(url_for("vendors.show_vacation", vendor_id=vendor_id))


def _vacation_page(form: VacationForm, vendor_id: str) -> str:
    return page(
        "vendors/vacation.html",
        form=form,
        away=away_of(db(), vendor_id),
        today=clock.local_date(clock.now()),
    )
