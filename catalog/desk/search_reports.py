"""The office reads what was searched for: what found nothing, what is not opened, what is wanted."""

from datetime import date, timedelta
from typing import cast

from flask import Response, request
from flask_babel import gettext as _

from accounts import guards
from catalog.desk.blueprint import blueprint
from catalog.forms.searching import ReportForm
from catalog.queries.search_log import MOST_ROWS, QueryRow, search_report, search_totals
from catalog.rules import OFFICE_ROLES
from catalog.rules.searching import View, need_period
from catalog.search.engine import EngineDown, SearchEngine
from catalog.services.ways import KeptWays
from kernel import clock, sheets
from kernel.errors import DomainError
from kernel.pages import Page
from kernel.web.answers import Answer
from kernel.web.forms import form_error
from kernel.web.pages import page
from kernel.web.paging import page_number
from kernel.web.session import db, part

readers = guards.needs("reviewer", "approver", "statistics", "operator")

DAYS = 30


@blueprint.get("/search/report")
@readers
def show_search_report() -> Answer:
    """Show the queries of a period; without one, of the last thirty days."""
    form = _form()
    status = _check(form)
    if status != 200:
        return _report_page(form, Page((), 1, has_next=False)), status
    first, last = _period(form)
    number = page_number()
    return _report_page(form, search_report(db(), _view(form), first=first, last=last, page=number))


@blueprint.get("/search/report.csv")
@readers
def download_search_report() -> Answer:
    """Hand the same queries out as a table."""
    form = _form()
    status = _check(form)
    if status != 200:
        return _report_page(form, Page((), 1, has_next=False)), status
    first, last = _period(form)
    rows = search_report(db(), _view(form), first=first, last=last, size=MOST_ROWS).items
    heads = [
        str(_("Words")),
        str(_("Language of the page")),
        str(_("Searches")),
        str(_("Found nothing")),
        str(_("Opened")),
        str(_("Opened, percent")),
        str(_("Mean place")),
        str(_("Last day")),
    ]
    name = f"tim-kiem-{_view(form).value.replace('_', '-')}-{first:%Y%m%d}-{last:%Y%m%d}.csv"
    return Response(
        sheets.as_csv(heads, map(_table_row, rows)),
        content_type=sheets.CSV,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _report_page(form: ReportForm, rows: Page[QueryRow]) -> str:
    view = _view(form)
    totals = None
    if not (form.errors or form.problem):
        first, last = _period(form)
        totals = search_totals(db(), first=first, last=last)
    return page(
        "catalog/search/report.html",
        form=form,
        view=view,
        rows=rows,
        totals=totals,
        found_now=_found_now(rows) if view is View.NOTHING else {},
        may_enter=guards.current_actor().has(*OFFICE_ROLES),
        query=request.query_string.decode("ascii", "ignore"),
    )


def _found_now(rows: Page[QueryRow]) -> dict[tuple[str, str], int]:
    """Return how much each query finds by now: some were helped since."""
    engine, ways = part(SearchEngine), part(KeptWays).get(db())
    try:
        return {
            (row.words, row.lang): engine.search(
                row.words, per_page=1, lang=row.lang, ways=ways
            ).total
            for row in rows.items
        }
    except EngineDown:
        return {}


def _form() -> ReportForm:
    form = ReportForm(request.args)
    today = clock.local_date(clock.now())
    if not form.first.raw_data or not form.first.raw_data[0]:
        form.first.data = today - timedelta(days=DAYS - 1)
    if not form.last.raw_data or not form.last.raw_data[0]:
        form.last.data = today
    return form


def _check(form: ReportForm) -> int:
    """Return the status of the answer; what is wrong stands on the form then."""
    try:
        if not form.validate():
            return 422
        _period(form)
    except DomainError as refusal:
        form_error(form, refusal)
        return refusal.status
    return 200


def _period(form: ReportForm) -> tuple[date, date]:
    return need_period(cast(date, form.first.data), cast(date, form.last.data))


def _view(form: ReportForm) -> View:
    return next((view for view in View if view.value == form.view.data), View.NOTHING)


def _table_row(row: QueryRow) -> list[sheets.Value]:
    return [
        row.words,
        row.lang,
        row.searches,
        row.zeros,
        row.clicks,
        _rounded(row.click_percent),
        _rounded(row.mean_place),
        row.last.isoformat(),
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
