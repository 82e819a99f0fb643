"""The office takes in its lists as a table: crops, and products with what their labels say."""

import re
import tempfile
from pathlib import Path, PurePath

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import ValidationError

from accounts import guards
from kernel import clock
from kernel.web.answers import Answer
from kernel.web.forms import Form
from kernel.web.pages import page
from kernel.web.session import db
from shop.importing.cli import describe
from shop.importing.columns import Reading
from shop.importing.readers import MOST_BYTES
from shop.importing.run import ENDINGS, Report, carry_out, plan

blueprint = Blueprint("lists", __name__, url_prefix="/office/lists")

officers = guards.needs("reviewer", "approver")

KINDS = {"crops", "input_labels"}


class TableForm(Form):
    """One file with a table."""

    file = FileField(_l("Table (XLSX or CSV)"), [FileRequired(_l("Choose an XLSX or CSV file."))])

    def validate_file(self, field: FileField) -> None:
        """Ask for a file that is a table by its name."""
        name = getattr(field.data, "filename", "") or ""
        if PurePath(name).suffix.lower() not in ENDINGS:
            raise ValidationError(_("Choose an XLSX or CSV file."))


@blueprint.get("")
@officers
def show() -> Answer:
    """Ask for a table."""
    return _page(TableForm(), None)


@blueprint.post("")
@officers
def take() -> Answer:
    """Take in a table whole, or say line by line what is wrong with it."""
    form = TableForm()
    if not form.validate():
        return _page(form, None), 422
    with tempfile.TemporaryDirectory() as folder:
        # The name of a CSV says what it holds.
        name = re.sub(r"[^\w. -]", "_", PurePath(form.file.data.filename).name)[-100:]
        path = Path(folder) / name
        path.write_bytes(form.file.data.read(MOST_BYTES + 1))
        planned = plan(path, Reading(clock.now()))
    if not planned.report.findings and set(planned.report.counts) - KINDS:
        form.problem = _("This table holds other things than crops and products.")
        return _page(form, None), 422
    actor, now = guards.current_actor(), clock.now()
    report = carry_out(db(), planned, dry_run=False, step=lambda _rows: None, actor=actor, now=now)
    return _page(form, report), 200 if report.saved else 422


def _page(form: TableForm, report: Report | None) -> str:
    problems = [describe(one) for one in report.findings.shown] if report else []
    return page("shop/lists.html", form=form, report=report, problems=problems)
