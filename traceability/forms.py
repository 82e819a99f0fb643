"""Forms of farm, diary, harvest and lot."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from kernel.errors import DomainError
from kernel.messages import LABELS
from kernel.quantity import Unit, parse_quantity, read_number
from kernel.web.forms import REQUIRED, DayField, Form, TextAreaField, TextField, refusal_text
from traceability.gs1 import check_digit, read_gtin
from traceability.rules import LONGEST_INTERVAL_DAYS, MOST_REASON
from traceability.rules.labels import Template

# A sào of the northern delta is 360 m².
AREA_UNITS = {"m2": 1, "sao": 360, "ha": 10_000}
QUANTITY_UNITS = {"kg": Unit.GRAM, "piece": Unit.PIECE, "l": Unit.MILLILITRE}


def _required() -> InputRequired:
    return InputRequired(REQUIRED)


class FarmForm(Form):
    """A place of production; the choices of ``commune`` are set by the page."""

    name = TextField(_l("Name of the farm"), [_required(), Length(max=120)])
    commune = SelectField(_l("Commune"), [_required()])
    address = TextField(_l("Village or street"), [Length(max=200)])
    story = TextAreaField(_l("What makes this farm special"), [Length(max=2000)])


class PlotForm(Form):
    """A piece of land."""

    name = TextField(_l("Name of the plot"), [_required(), Length(max=120)])
    area = TextField(_l("Area"), [_required(), Length(max=20)])
    area_unit = RadioField(
        _l("Measured in"),
        choices=[
            SelectChoice("sao", _l("sào (360 m²)")),
            SelectChoice("m2", _l("m²")),
            SelectChoice("ha", _l("hectares")),
        ],
        default="sao",
    )
    planting_area_code = TextField(_l("Planting-area code"), [Length(max=30)])

    area_m2: int = 0

    def validate_area(self, field: TextField) -> None:
        """Read the area as whole square metres."""
        number = _read(lambda: read_number(field.data or ""))
        self.area_m2 = round(number * AREA_UNITS.get(self.area_unit.data, 1))
        if self.area_m2 <= 0:
            raise ValidationError(gettext("The area is more than nothing."))


class SeasonForm(Form):
    """A crop on a plot."""

    crop = TextField(_l("What grows here"), [_required(), Length(max=80)])
    variety = TextField(_l("Variety"), [Length(max=80)])
    started_on = DayField(_l("Since"), [_required()])


class EndForm(Form):
    """The end of a season."""

    ended_on = DayField(_l("Last day"), [_required()])


class EntryForm(Form):
    """One line of the diary; which fields are shown depends on the activity."""

    client_key = HiddenField(validators=[_required(), Length(min=8, max=40)])
    done_on = DayField(_l("Day"), [_required()])
    input_name = TextField(_l("Product"), [Length(max=120)])
    active_ingredient = TextField(_l("Active ingredient"), [Length(max=120)])
    dose = TextField(_l("Dose"), [Length(max=80)])
    phi_days = IntegerField(
        _l("Waiting time before harvest, in days"),
        [Optional(), NumberRange(0, LONGEST_INTERVAL_DAYS)],
        render_kw={"inputmode": "numeric"},
    )
    note = TextAreaField(_l("Note"), [Length(max=1000)])
    worker = TextField(_l("Who did it"), [Length(max=120)])


class SprayForm(EntryForm):
    """A spraying: product and waiting time have to be told."""

    input_name = TextField(_l("Product"), [_required(), Length(max=120)])
    phi_days = IntegerField(
        _l("Waiting time before harvest, in days"),
        [_required(), NumberRange(0, LONGEST_INTERVAL_DAYS)],
        render_kw={"inputmode": "numeric"},
    )


class HarvestForm(Form):
    """What was brought in."""

    client_key = HiddenField(validators=[_required(), Length(min=8, max=40)])
    quantity = TextField(
        _l("Harvested"), [_required(), Length(max=30)], render_kw={"inputmode": "decimal"}
    )
    unit = RadioField(
        _l("Measured in"),
        choices=[
            SelectChoice("kg", _l("kilograms")),
            SelectChoice("piece", _l("pieces")),
            SelectChoice("l", _l("litres")),
        ],
        default="kg",
    )
    harvested_on = DayField(_l("Day"), [_required()])
    worker = TextField(_l("Who did it"), [Length(max=120)])
    best_before = DayField(_l("Best before"), [Optional()])
    gtin = TextField(_l("GTIN on the pack"), [Length(max=24)], render_kw={"inputmode": "numeric"})
    note = TextAreaField(_l("Note"), [Length(max=1000)])

    amount: int = 0
    gtin14: str | None = None

    def validate_quantity(self, field: TextField) -> None:
        """Read the quantity in base units of the unit that was chosen."""
        bare = self.unit.data if self.unit.data in {"kg", "l"} else ""
        self.amount = _read(lambda: parse_quantity(field.data or "", self.base_unit, bare=bare))

    def validate_gtin(self, field: TextField) -> None:
        """Read the GTIN, if there is one."""
        self.gtin14 = _read(lambda: read_gtin(field.data)) if field.data else None

    @property
    def base_unit(self) -> Unit:
        """The unit that was chosen."""
        return QUANTITY_UNITS.get(self.unit.data, Unit.GRAM)


class ReasonForm(Form):
    """Why a lot is held, released or recalled."""

    reason = TextAreaField(_l("Reason"), [_required(), Length(max=MOST_REASON)])


class PressForm(Form):
    """A button."""


class LabelForm(Form):
    """Which labels are wanted."""

    template = RadioField(
        _l("Kind of label"),
        [_required()],
        choices=[SelectChoice(one.value, _l(LABELS[one])) for one in Template],
        default=Template.SHEET.value,
    )
    dpi = SelectField(
        _l("Printer"),
        choices=[
            SelectChoice("600", _l("Office printer, laser or ink")),
            SelectChoice("300", _l("Label printer, 300 dots an inch")),
            SelectChoice("203", _l("Label printer, 203 dots an inch")),
        ],
    )
    count = IntegerField(_l("How many labels"), [_required()], render_kw={"inputmode": "numeric"})
    serials = BooleanField(_l("Each label has a serial number of its own"))
    net = TextField(_l("What one pack holds, such as 500 g"), [Length(max=40)])
    sscc = TextField(
        _l("SSCC of the pallet, 18 digits"), [Length(max=30)], render_kw={"inputmode": "numeric"}
    )

    sscc18: str = ""

    def validate_sscc(self, field: TextField) -> None:
        """Read the number of a pallet, if there is one."""
        digits = re.sub(r"[\s()-]", "", field.data or "")
        digits = digits[2:] if len(digits) == 20 and digits.startswith("00") else digits
        fits = re.fullmatch(r"\d{18}", digits, re.ASCII) and check_digit(digits[:-1]) == digits[-1]
        if digits and not fits:
            raise ValidationError(gettext("An SSCC has 18 digits, and the last one must fit."))
        self.sscc18 = digits


class _NumbersForm(Form):
    """Serial numbers, one after the other."""

    serials = TextAreaField(_l("Serial numbers"), [Length(max=40_000)])
    numbers: tuple[str, ...] = ()

    def validate_serials(self, field: TextAreaField) -> None:
        """Read serial numbers as printed; letters that are misread are taken as what they are."""
        read = (field.data or "").upper().translate(str.maketrans("OIL", "011"))
        numbers = [word for word in re.split(r"[\s,;]+", read) if word]
        wrong = next((one for one in numbers if not re.fullmatch(r"[0-9A-Z]{12}", one)), None)
        if wrong is not None:
            raise ValidationError(
                gettext(
                    "%(number)s is no serial number: it has 12 letters or digits.", number=wrong
                )
            )
        self.numbers = tuple(dict.fromkeys(numbers))


class SpoilForm(_NumbersForm):
    """Labels that came out badly: how many, or which."""

    spoiled = IntegerField(
        _l("How many are spoiled"),
        [Optional(), NumberRange(1, 100_000)],
        render_kw={"inputmode": "numeric"},
    )


class SoldForm(_NumbersForm):
    """Units that were sold."""

    def validate_serials(self, field: TextAreaField) -> None:
        """Read them; there is at least one."""
        super().validate_serials(field)
        if not self.numbers:
            raise ValidationError(str(REQUIRED))


class VoidForm(Form):
    """Why labels are taken out of use."""

    reason = TextAreaField(_l("Reason"), [_required(), Length(max=MOST_REASON)])


class ReprintForm(Form):
    """How many labels are printed once more."""

    count = IntegerField(_l("How many labels"), [Optional()], render_kw={"inputmode": "numeric"})


class CheckedForm(Form):
    """What was found out about a sign of copies."""

    note = TextAreaField(_l("What you found out"), [_required(), Length(max=MOST_REASON)])
    is_copy = RadioField(
        _l("What is it?"),
        [_required()],
        choices=[
            SelectChoice("no", _l("Harmless: buyers are not warned any more")),
            SelectChoice("yes", _l("A copy: buyers are warned")),
        ],
    )

    @property
    def found(self) -> dict[str, Any]:
        """What was found out."""
        return {"is_copy": self.is_copy.data == "yes", "note": self.note.data or ""}


def texts(form: Form) -> Mapping[str, str]:
    """Return the text fields of a form; an empty one is an empty text."""
    return {
        field.name: field.data or ""
        for field in form
        if isinstance(field, TextField | TextAreaField)
    }


def day_of(field: DayField) -> date:
    """Return the day of a field that had to be filled in."""
    return cast(date, field.data)


def _read(parse: Any) -> Any:
    try:
        return parse()
    except DomainError as refusal:
        raise ValidationError(refusal_text(refusal)) from refusal
