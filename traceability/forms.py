"""Forms of farm, diary, harvest and lot."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from flask_babel import gettext, lazy_gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from kernel.errors import DomainError
from kernel.messages import LABELS
from kernel.quantity import Unit, parse_quantity, read_number
from kernel.web.forms import REQUIRED, DayField, Form, TextAreaField, TextField, refusal_text
from traceability.gs1 import read_gtin
from traceability.rules import LONGEST_INTERVAL_DAYS, MOST_REASON, Activity
from traceability.rules.tasks import MOST_TITLE

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


class TaskForm(Form):
    """Something typically done to a crop."""

    seen = HiddenField()
    title = TextField(_l("What is done"), [_required(), Length(max=MOST_TITLE)])
    activity = SelectField(
        _l("What kind of work"),
        choices=[SelectChoice(one.value, lazy_gettext(LABELS[one])) for one in Activity],
        default=Activity.CARE.value,
    )
    crops = TextField(_l("For which crops"), [Length(max=200)])
    input_name = TextField(_l("Product"), [Length(max=120)])
    dose = TextField(_l("Dose"), [Length(max=80)])
    note = TextAreaField(_l("Note"), [Length(max=1000)])

    @property
    def crop_names(self) -> tuple[str, ...]:
        """The names of crops, as they were typed between commas."""
        return tuple(name.strip() for name in (self.crops.data or "").split(",") if name.strip())

    @property
    def seen_version(self) -> int:
        """The version that was looked at; 0 when none was told."""
        told = self.seen.data or ""
        return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else 0


class PressForm(Form):
    """A button."""


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
