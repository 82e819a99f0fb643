"""Forms of farm, diary, harvest and lot."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from kernel.errors import DomainError
from kernel.messages import LABELS
from kernel.quantity import Unit, parse_quantity, read_number
from kernel.web.forms import REQUIRED, DayField, Form, TextAreaField, TextField, refusal_text
from traceability.gs1 import read_gtin
from traceability.rules import LONGEST_INTERVAL_DAYS, MOST_PARTS, MOST_REASON, UnitKind

# A sào of the northern delta is 360 m².
AREA_UNITS = {"m2": 1, "sao": 360, "ha": 10_000}
QUANTITY_UNITS = {"kg": Unit.GRAM, "piece": Unit.PIECE, "l": Unit.MILLILITRE}
UNIT_CHOICES = [
    SelectChoice("kg", _l("kilograms")),
    SelectChoice("piece", _l("pieces")),
    SelectChoice("l", _l("litres")),
]


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
    unit = RadioField(_l("Measured in"), choices=UNIT_CHOICES, default="kg")
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


class PackForm(Form):
    """What comes out of a packing; what goes in stands beside each lot on the page."""

    quantity = TextField(
        _l("Packed in all"), [_required(), Length(max=30)], render_kw={"inputmode": "decimal"}
    )
    unit = RadioField(_l("Measured in"), choices=UNIT_CHOICES, default="kg")
    name = TextField(_l("Name on the pack"), [Length(max=120)])
    packed_on = DayField(_l("Day"), [_required()])
    best_before = DayField(_l("Best before"), [Optional()])
    gtin = TextField(_l("GTIN on the pack"), [Length(max=24)], render_kw={"inputmode": "numeric"})
    reason = TextField(_l("Packed again? Say why"), [Length(max=MOST_REASON)])

    amount: int = 0
    gtin14: str | None = None

    def validate_quantity(self, field: TextField) -> None:
        """Read what was packed, in base units of the unit that was chosen."""
        self.amount = _read(lambda: parse_amount(field.data or "", self.base_unit))

    def validate_gtin(self, field: TextField) -> None:
        """Read the GTIN, if there is one."""
        self.gtin14 = _read(lambda: read_gtin(field.data)) if field.data else None

    @property
    def base_unit(self) -> Unit:
        """The unit that was chosen."""
        return QUANTITY_UNITS.get(self.unit.data, Unit.GRAM)


class SplitForm(Form):
    """So many parts of the same size."""

    count = IntegerField(
        _l("How many parts?"),
        [_required(), NumberRange(1, MOST_PARTS)],
        render_kw={"inputmode": "numeric"},
    )
    each = TextField(
        _l("Each of"), [_required(), Length(max=30)], render_kw={"inputmode": "decimal"}
    )


class TakeForm(Form):
    """How much, and why."""

    quantity = TextField(
        _l("How much?"), [_required(), Length(max=30)], render_kw={"inputmode": "decimal"}
    )
    reason = TextAreaField(_l("Reason"), [_required(), Length(max=MOST_REASON)])


class UnitForm(Form):
    """A new crate or pallet."""

    kind = RadioField(
        _l("What is it?"),
        choices=[SelectChoice(kind.value, _l(LABELS[kind])) for kind in UnitKind],
        default=UnitKind.CRATE.value,
    )
    name = TextField(_l("What do you call it?"), [Length(max=60)])


class ShipForm(Form):
    """To whom goods go."""

    to_code = TextField(_l("Code of the vendor here"), [Length(max=20)])
    to_name = TextField(_l("Or the name of somebody else"), [Length(max=120)])
    to_address = TextField(_l("Address"), [Length(max=200)])
    to_gln = TextField(_l("Their GLN"), [Length(max=20)], render_kw={"inputmode": "numeric"})
    document = TextField(_l("Number of your delivery note"), [Length(max=60)])


def parse_amount(text: str, unit: Unit) -> int:
    """Read an amount in base units; a bare number counts kilograms, litres or pieces.

    :raises Invalid: when it is none.
    """
    return parse_quantity(text, unit, bare={Unit.GRAM: "kg", Unit.MILLILITRE: "l"}.get(unit, ""))
