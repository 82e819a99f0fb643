"""Forms of farm, diary, harvest and lot."""

from collections.abc import Mapping
from datetime import date
from typing import cast

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from kernel.quantity import Unit, parse_quantity, read_number
from kernel.web.forms import DayField, Form, MultiCheckboxField, TextAreaField, TextField
from traceability.forms.entries import CorrectForm, EntryForm, SprayForm
from traceability.forms.shared import reading, required
from traceability.gs1 import read_gtin
from traceability.rules import MOST_REASON

__all__ = [
    "CorrectForm",
    "CropOfSeasonForm",
    "EndForm",
    "EntryForm",
    "FarmForm",
    "HarvestForm",
    "PlotForm",
    "PressForm",
    "ReasonForm",
    "SeasonForm",
    "SprayForm",
    "day_of",
    "texts",
]

# A sào of the northern delta is 360 m².
AREA_UNITS = {"m2": 1, "sao": 360, "ha": 10_000}
QUANTITY_UNITS = {"kg": Unit.GRAM, "piece": Unit.PIECE, "l": Unit.MILLILITRE}
UNIT_CHOICES = [
    SelectChoice("kg", _l("kilograms")),
    SelectChoice("piece", _l("pieces")),
    SelectChoice("l", _l("litres")),
]


class FarmForm(Form):
    """A place of production; the choices of ``commune`` are set by the page."""

    name = TextField(_l("Name of the farm"), [required(), Length(max=120)])
    commune = SelectField(_l("Commune"), [required()])
    address = TextField(_l("Village or street"), [Length(max=200)])
    story = TextAreaField(_l("What makes this farm special"), [Length(max=2000)])


class PlotForm(Form):
    """A piece of land."""

    name = TextField(_l("Name of the plot"), [required(), Length(max=120)])
    area = TextField(_l("Area"), [required(), Length(max=20)])
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
        number = reading(lambda: read_number(field.data or ""))
        self.area_m2 = round(number * AREA_UNITS.get(self.area_unit.data, 1))
        if self.area_m2 <= 0:
            raise ValidationError(gettext("The area is more than nothing."))


class CropOfSeasonForm(Form):
    """What grows; the choices of ``listed`` are completed by the page."""

    listed = SelectField(
        _l("What grows here"),
        choices=[SelectChoice("", _l("Not on the list: write it below"))],
        default="",
    )
    crop = TextField(_l("What buyers read"), [Length(max=80)])
    variety = TextField(_l("Variety"), [Length(max=80)])

    def validate_crop(self, field: TextField) -> None:
        """Ask for words where nothing of the list was chosen."""
        if not self.listed.data and not field.data:
            raise ValidationError(gettext("Choose what grows here, or write it."))


class SeasonForm(CropOfSeasonForm):
    """A crop on a plot."""

    started_on = DayField(_l("Since"), [required()])


class EndForm(Form):
    """The end of a season."""

    ended_on = DayField(_l("Last day"), [required()])


class HarvestForm(Form):
    """What was brought in; the choices of ``also`` are set by the page."""

    client_key = HiddenField(validators=[required(), Length(min=8, max=40)])
    quantity = TextField(
        _l("Harvested"), [required(), Length(max=30)], render_kw={"inputmode": "decimal"}
    )
    unit = RadioField(_l("Measured in"), choices=UNIT_CHOICES, default="kg")
    harvested_on = DayField(_l("Day"), [required()])
    also = MultiCheckboxField(_l("Also from these plots, in the same lot"))
    worker = TextField(_l("Who did it"), [Length(max=120)])
    best_before = DayField(_l("Best before"), [Optional()])
    gtin = TextField(_l("GTIN on the pack"), [Length(max=24)], render_kw={"inputmode": "numeric"})
    note = TextAreaField(_l("Note"), [Length(max=1000)])
    # What follows was shown, and the harvest is a fact all the same.
    seen = HiddenField()

    amount: int = 0
    gtin14: str | None = None

    def validate_quantity(self, field: TextField) -> None:
        """Read the quantity in base units of the unit that was chosen."""
        bare = self.unit.data if self.unit.data in {"kg", "l"} else ""
        self.amount = reading(lambda: parse_quantity(field.data or "", self.base_unit, bare=bare))

    def validate_gtin(self, field: TextField) -> None:
        """Read the GTIN, if there is one."""
        self.gtin14 = reading(lambda: read_gtin(field.data)) if field.data else None

    @property
    def base_unit(self) -> Unit:
        """The unit that was chosen."""
        return QUANTITY_UNITS.get(self.unit.data, Unit.GRAM)


class ReasonForm(Form):
    """Why a lot is held, released or recalled."""

    reason = TextAreaField(_l("Reason"), [required(), Length(max=MOST_REASON)])


class PressForm(Form):
    """A button."""


def texts(form: Form) -> Mapping[str, str]:
    """Return the text fields of a form; an empty one is an empty text."""
    return {
        field.name: field.data or ""
        for field in form
        if isinstance(field, TextField | TextAreaField)
    }


def words_of(text: str) -> tuple[str, ...]:
    """Return what stands between commas."""
    return tuple(word for part in text.split(",") if (word := part.strip()))


def day_of(field: DayField) -> date:
    """Return the day of a field that had to be filled in."""
    return cast(date, field.data)
