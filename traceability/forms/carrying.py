"""Forms of packing, carrying and shipping lots."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, NumberRange, Optional

from kernel.messages import LABELS
from kernel.quantity import Unit, parse_quantity
from kernel.web.forms import DayField, Form, TextAreaField, TextField
from traceability.forms import QUANTITY_UNITS, UNIT_CHOICES
from traceability.forms.shared import reading, required
from traceability.gs1 import read_gtin
from traceability.rules import MOST_PARTS, MOST_REASON, UnitKind


class PackForm(Form):
    """What comes out of a packing; what goes in stands beside each lot on the page."""

    quantity = TextField(
        _l("Packed in all"), [required(), Length(max=30)], render_kw={"inputmode": "decimal"}
    )
    unit = RadioField(_l("Measured in"), choices=UNIT_CHOICES, default="kg")
    name = TextField(_l("Name on the pack"), [Length(max=120)])
    packed_on = DayField(_l("Day"), [required()])
    best_before = DayField(_l("Best before"), [Optional()])
    gtin = TextField(_l("GTIN on the pack"), [Length(max=24)], render_kw={"inputmode": "numeric"})
    reason = TextField(_l("Packed again? Say why"), [Length(max=MOST_REASON)])
    line = TextField(_l("Packing line"), [Length(max=60)], render_kw={"list": "lines"})
    shift = TextField(_l("Shift"), [Length(max=60)], render_kw={"list": "shifts"})
    worker = TextField(_l("Who packed"), [Length(max=120)], render_kw={"list": "workers"})

    amount: int = 0
    gtin14: str | None = None

    def validate_quantity(self, field: TextField) -> None:
        """Read what was packed, in base units of the unit that was chosen."""
        self.amount = reading(lambda: parse_amount(field.data or "", self.base_unit))

    def validate_gtin(self, field: TextField) -> None:
        """Read the GTIN, if there is one."""
        self.gtin14 = reading(lambda: read_gtin(field.data)) if field.data else None

    @property
    def base_unit(self) -> Unit:
        """The unit that was chosen."""
        return QUANTITY_UNITS.get(self.unit.data, Unit.GRAM)


class SplitForm(Form):
    """So many parts of the same size."""

    count = IntegerField(
        _l("How many parts?"),
        [required(), NumberRange(1, MOST_PARTS)],
        render_kw={"inputmode": "numeric"},
    )
    each = TextField(
        _l("Each of"), [required(), Length(max=30)], render_kw={"inputmode": "decimal"}
    )


class TakeForm(Form):
    """How much, and why."""

    quantity = TextField(
        _l("How much?"), [required(), Length(max=30)], render_kw={"inputmode": "decimal"}
    )
    reason = TextAreaField(_l("Reason"), [required(), Length(max=MOST_REASON)])


class UnitForm(Form):
    """A new crate or pallet."""

    kind = RadioField(
        _l("Crate or pallet?"),
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
