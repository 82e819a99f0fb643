"""The work calendar: days made up for and extra days off."""

from flask import Blueprint, flash, url_for
from flask_babel import gettext as _

from accounts import guards
from kernel import clock
from kernel.clock import local_date
from kernel.db import transaction
from kernel.errors import DomainError, Invalid
from kernel.messages import msg
from kernel.web.answers import Answer, go
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.session import db
from kernel.workdays import NewWorkDay, holidays_after, work_days
from shop.ruling.entering import RULERS, set_work_day, unset_work_day
from shop.ruling.forms import WorkDayForm

blueprint = Blueprint("calendar", __name__, url_prefix="/office/calendar")

readers = guards.needs("reviewer", "approver", "operator")
rulers = guards.needs(*RULERS)


@blueprint.get("")
@readers
def show_calendar() -> Answer:
    """Show the days that are not as usual, and the public holidays to come."""
    return _calendar_page(WorkDayForm(formdata=None))


@blueprint.post("")
@rulers
def enter_day() -> Answer:
    """Enter a day that is worked, or not, against the rule."""
    form = WorkDayForm()
    try:
        if not form.validate():
            return _calendar_page(form), 422
        with transaction(db()) as work:
            set_work_day(work, _new(form), actor=guards.current_actor(), now=clock.now())
    except DomainError as refusal:
        form_error(form, refusal)
        return _calendar_page(form), refusal.status
    flash(_("Saved."))
    return go(url_for("calendar.show_calendar"))


@blueprint.post("/<row_id>/remove")
@rulers
def remove_day(row_id: str) -> Answer:
    """Take back a line whose day has not come."""
    with transaction(db()) as work:
        unset_work_day(work, row_id, actor=guards.current_actor(), now=clock.now())
    flash(_("Saved."))
    return go(url_for("calendar.show_calendar"))


def _new(form: WorkDayForm) -> NewWorkDay:
    if form.day.data is None:
        raise Invalid(msg("Write a day such as 23/11/2026."), field="day")
    return NewWorkDay(form.day.data, form.works.data == "yes", form.why.data, form.legal_ref.data)


def _calendar_page(form: WorkDayForm) -> str:
    today = local_date(clock.now())
    return page(
        "shop/ruling/calendar.html",
        form=form,
        days=work_days(db(), since=today.replace(month=1, day=1)),
        holidays=holidays_after(today),
        today=today,
        may=guards.current_actor().has(*RULERS),
    )
