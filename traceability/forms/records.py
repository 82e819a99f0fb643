"""Forms of the shed, of lab tests, and of plots that are split."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from kernel.errors import Invalid
from kernel.messages import msg
from kernel.quantity import Unit, parse_quantity, read_number
from kernel.web.forms import DayField, Form, TextAreaField, TextField
from traceability.forms.shared import reading, required
from traceability.rules import (
    Verdict,
)
from traceability.services.farms import PlotFacts
from traceability.services.testing import Result


class BatchForm(Form):
    """What was bought."""

    name = TextField(_l("Product"), [required(), Length(max=120)], render_kw={"list": "products"})
    active_ingredient = TextField(_l("Active ingredient"), [Length(max=120)])
    quantity = TextField(_l("How much"), [required(), Length(max=30)])
    bought_on = DayField(_l("Bought on"), [required()])
    supplier = TextField(_l("Bought from"), [Length(max=120)])
    lot_code = TextField(_l("Lot number on the pack"), [Length(max=60)])
    made_on = DayField(_l("Made on"), [Optional()])
    expires_on = DayField(_l("Use by"), [Optional()])
    is_packaging = BooleanField(_l("It is packaging: bags, boxes, film"))

    amount: int = 0
    unit: Unit = Unit.GRAM

    def validate_quantity(self, field: TextField) -> None:
        """Read the amount and what it counts from its unit: 500 ml, 2 kg, 3 packs."""
        self.unit, self.amount = reading(lambda: read_amount(field.data or ""))


class CountForm(Form):
    """What is in the shed."""

    quantity = TextField(_l("Counted"), [required(), Length(max=30)])
    note = TextField(_l("Note"), [Length(max=200)])


class LabTestForm(Form):
    """A report of a laboratory: one line a result."""

    lab = TextField(_l("Laboratory"), [required(), Length(max=160)])
    report_no = TextField(_l("Number of the report"), [Length(max=60)])
    sampled_on = DayField(_l("Sample taken on"), [required()])
    results = TextAreaField(_l("Results, one a line"), [required(), Length(max=8000)])
    verdict = RadioField(
        _l("What the laboratory says"),
        [required()],
        choices=[SelectChoice("passed", _l("Passed")), SelectChoice("failed", _l("Failed"))],
    )
    file = FileField(
        _l("The report (PDF or photo)"), [FileRequired(_l("Choose the file of the report."))]
    )
    note = TextField(_l("Note"), [Length(max=300)])


class ReplaceForm(Form):
    """New plots in the place of one: one a line, such as "By the pond; 900"."""

    parts = TextAreaField(_l("The new plots, one a line: name; m²"), [required(), Length(max=2000)])
    since = DayField(_l("Since"), [required()])


def read_amount(text: str) -> tuple[Unit, int]:
    """Read an amount with its unit: "500 ml", "2 kg", "3" or "3 chai" as pieces.

    :raises Invalid: when it is none.
    """
    word = "".join(letter for letter in text.lower() if letter.isalpha())
    if word in {"g", "gr", "kg", "yến", "tạ", "tấn"}:
        return Unit.GRAM, parse_quantity(text, Unit.GRAM)
    if word in {"ml", "l", "lít"}:
        return Unit.MILLILITRE, parse_quantity(text, Unit.MILLILITRE)
    return Unit.PIECE, parse_quantity(text, Unit.PIECE)


def read_results(text: str, said: Verdict) -> tuple[Result, ...]:
    """Read results, one a line: analyte; value; limit; unit; method.

    :raises Invalid: for a line without analyte and value, naming it.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split(";")]
        if len(cells) < 2 or not cells[0] or not cells[1] or len(cells) > 5:
            raise Invalid(
                msg("Line %(number)s: write analyte; value; limit; unit; method."),
                field="results",
                number=number,
            )
        analyte, value, most, unit, method = (*cells, "", "", "")[:5]
        if (
            len(value) > 40
            or len(most) > 40
            or len(unit) > 20
            or max(len(analyte), len(method)) > 120
        ):
            raise Invalid(msg("Line %(number)s is too long."), field="results", number=number)
        found.append(Result(analyte, value, most, unit, method, said))
    return tuple(found)


def read_parts(text: str) -> tuple[PlotFacts, ...]:
    """Read plots, one a line: name; square metres.

    :raises Invalid: for a line without both, naming it.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        name, _, area = (cell.strip() for cell in line.partition(";"))
        if not name and not area:
            continue
        try:
            square_metres = round(read_number(area.removesuffix("m²").removesuffix("m2").strip()))
        except Invalid:
            square_metres = 0
        if not name or len(name) > 120 or not 0 < square_metres <= 10**8:
            raise Invalid(
                msg("Line %(number)s: write a name; and the square metres."),
                field="parts",
                number=number,
            )
        found.append(PlotFacts(name, square_metres))
    return tuple(found)
