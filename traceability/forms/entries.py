"""Forms of the diary: which fields are shown depends on the activity."""

import re
from datetime import time

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, NumberRange, Optional, ValidationError

from kernel.quantity import read_number
from kernel.web.forms import DayField, Form, TextAreaField, TextField
from traceability.forms.shared import read_hour, reading, required
from traceability.rules import (
    LONGEST_INTERVAL_DAYS,
    MOST_REASON,
    Measure,
    Measured,
    name_key,
)


class EntryForm(Form):
    """One line of the diary; which fields are shown depends on the activity."""

    client_key = HiddenField(validators=[required(), Length(min=8, max=40)])
    done_on = DayField(_l("Day"), [required()])
    input_name = TextField(_l("Product"), [Length(max=120)], render_kw={"list": "products"})
    active_ingredient = TextField(_l("Active ingredient"), [Length(max=120)])
    dose = TextField(_l("Dose"), [Length(max=80)])
    phi_days = IntegerField(
        _l("Waiting time before harvest, in days"),
        [Optional(), NumberRange(0, LONGEST_INTERVAL_DAYS)],
        render_kw={"inputmode": "numeric"},
    )
    note = TextAreaField(_l("Note"), [Length(max=1000)])
    worker = TextField(_l("Who did it"), [Length(max=120)])
    more_names = TextField(_l("More products in the same tank"), [Length(max=300)])
    ended_on = DayField(_l("Last day, if it took several"), [Optional()])
    ended_at = TextField(_l("Hour at which it ended"), [Length(max=5)])
    status = SelectField(
        _l("Is it done?"),
        choices=[
            SelectChoice("done", _l("Done")),
            SelectChoice("pending", _l("Planned")),
            SelectChoice("abandoned", _l("Given up")),
        ],
        default="done",
    )
    batch = SelectField(
        _l("Taken from the shed"), choices=[SelectChoice("", _l("Not kept there"))], default=""
    )
    used = TextField(_l("How much of it"), [Length(max=30)])
    water = SelectField(_l("Watered from"), choices=[SelectChoice("", _l("Not said"))], default="")
    people = TextField(_l("Who else was there"), [Length(max=300)])
    # What was filled in from an earlier entry: the product and its ingredient, a bar between.
    filled = HiddenField(validators=[Length(max=250)])
    # What follows was shown, and it was done all the same.
    seen = HiddenField()
    # Only show what follows.
    look = HiddenField()

    @property
    def ingredient(self) -> str:
        """The active ingredient; one that was filled in goes with its own product only."""
        product, _bar, filled = (self.filled.data or "").partition("|")
        typed = self.active_ingredient.data or ""
        is_other = name_key(self.input_name.data or "") != name_key(product)
        return "" if typed == filled and is_other else typed

    clock: time | None = None
    measured: Measured | None = None

    def validate_ended_at(self, field: TextField) -> None:
        """Read an hour such as 09:00 or 9h30."""
        if field.data:
            self.clock = read_hour(field.data)

    def validate_used(self, field: TextField) -> None:
        """Read an amount such as 250 ml, exactly; its batch must be named."""
        if not field.data:
            return
        found = re.fullmatch(r"([\d.,]+)\s*(mg|g|kg|ml|l|lít|gói|chai|)", field.data.lower())
        if found is None:
            raise ValidationError(gettext("Write an amount such as 250 ml or 0,5 kg."))
        exact = reading(lambda: read_number(found[1]))
        unit = {"lít": "l", "gói": "piece", "chai": "piece", "": "piece"}.get(found[2], found[2])
        self.measured = Measured(Measure.USED, exact.numerator, exact.denominator, unit)


class SprayForm(EntryForm):
    """A spraying: the product has to be told; without its waiting time nothing is harvested."""

    input_name = TextField(
        _l("Product"), [required(), Length(max=120)], render_kw={"list": "products"}
    )


class CorrectForm(EntryForm):
    """An entry told anew, with the reason; a harvest with its amount."""

    quantity = TextField(
        _l("How much was harvested"), [Length(max=30)], render_kw={"inputmode": "decimal"}
    )
    reason = TextAreaField(_l("Why it is corrected"), [required(), Length(max=MOST_REASON)])
