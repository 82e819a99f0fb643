"""Statistics of vetting: how many, how long, by what; as a page, XLSX and CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import Response, request
from flask_babel import gettext as _

from accounts import guards
from kernel import clock, places, sheets
from kernel.errors import DomainError
from kernel.messages import LABELS
from kernel.web.answers import Answer
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.session import db
from vendors.desk.blueprint import blueprint
from vendors.forms.statistics import PeriodForm
from vendors.queries.statistics import counts_by_state, handled_between
from vendors.rules import LegalForm, Offer
from vendors.rules.statistics import Figures, Grouping, figures, grouped, need_period

readers = guards.needs("statistics", "reviewer", "approver")


@dataclass(frozen=True)
class Report:
    """The figures of a period: of each group, and of all."""

    grouping: Grouping
    groups: Sequence[Figures]
    whole: Figures


@blueprint.get("/office/statistics")
@readers
def show_statistics() -> Answer:
    """Show the figures of a period; without one, of this year."""
    form = _form()
    return _statistics_page(form, *_report(form))


def _statistics_page(form: PeriodForm, report: Report, status: int) -> Answer:
    shown = page(
        "vendors/statistics.html",
        form=form,
        report=report,
        states=counts_by_state(db()),
        words=_group_words,
        query=request.query_string.decode("ascii", "ignore"),
    )
    return shown, status


@blueprint.get("/office/statistics.<any(xlsx, csv):kind>")
@readers
def download_statistics(kind: str) -> Answer:
    """Hand the same figures out as a table."""
    form = _form()
    report, status = _report(form)
    if status != 200:
        return _statistics_page(form, report, status)
    heads = [
        str(_(LABELS[report.grouping])),
        str(_("Approved")),
        str(_("Rejected")),
        str(_("Decided")),
        str(_("Median days")),
        str(_("Nine in ten, days")),
    ]
    rows = [_table_row(_group_words(report.grouping, one.group), one) for one in report.groups]
    rows.append(_table_row(str(_("Together")), report.whole))
    if kind == "xlsx":
        data, media_type = sheets.as_xlsx(str(_("Statistics")), heads, rows), sheets.XLSX
    else:
        data, media_type = sheets.as_csv(heads, rows), sheets.CSV
    name = f"thong-ke-{form.first.data:%Y%m%d}-{form.last.data:%Y%m%d}.{kind}"
    return Response(
        data,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _form() -> PeriodForm:
    form = PeriodForm(request.args)
    today = clock.local_date(clock.now())
    if not form.first.raw_data or not form.first.raw_data[0]:
        form.first.data = date(today.year, 1, 1)
    if not form.last.raw_data or not form.last.raw_data[0]:
        form.last.data = today
    return form


def _report(form: PeriodForm) -> tuple[Report, int]:
    """Return the figures and the status of the answer; none for a period that cannot be."""
    status = 200
    handled = []
    grouping = Grouping.LEGAL_FORM
    try:
        if not form.validate():
            status = 422
        else:
            grouping = Grouping(form.by.data)
            handled = list(handled_between(db(), *_period(form)))
    except DomainError as refusal:
        form_error(form, refusal)
        status = refusal.status
    return Report(grouping, grouped(handled, grouping), figures("", handled)), status


def _period(form: PeriodForm) -> tuple[date, date]:
    return need_period(cast(date, form.first.data), cast(date, form.last.data))


def _table_row(words: str, one: Figures) -> list[sheets.Value]:
    return [
        words,
        one.approved,
        one.rejected,
        one.decided,
        _days(one.median_days),
        _days(one.p90_days),
    ]


def _days(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _group_words(grouping: Grouping, group: str) -> str:
    """Return a group in the reader's words."""
    if grouping is Grouping.LEGAL_FORM:
        return str(_(LABELS[LegalForm(group)]))
    if grouping is Grouping.OFFER:
        return str(_(LABELS[Offer(group)])) if group else str(_("Not said"))
    if grouping is Grouping.COMMUNE:
        return places.commune(group).name if group else str(_("Not said"))
    return group
