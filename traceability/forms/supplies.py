"""Forms of the office's lists: crops, products, labels."""

import re

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from kernel.messages import LABELS
from kernel.web.forms import REQUIRED, DayField, Form, TextField
from traceability.forms.shared import required
from traceability.rules import InputKind
from traceability.services.yields import MOST_KG_PER_HA


class CropForm(Form):
    """A crop of the office's list, or a variety."""

    code = TextField(_l("Code"), [required(), Length(max=30)])
    name_vi = TextField(_l("Name in Vietnamese"), [required(), Length(max=80)])
    name_en = TextField(_l("Name in English"), [Length(max=80)])
    aliases = TextField(_l("Other names, with commas between"), [Length(max=400)])
    harvest_months = TextField(_l("Months of harvest, such as 5, 6, 7"), [Length(max=40)])

    months: tuple[int, ...] = ()

    def validate_harvest_months(self, field: TextField) -> None:
        """Read months with commas or spaces between."""
        words = re.split(r"[\s,;]+", (field.data or "").strip())
        if not all(word.isascii() and word.isdecimal() for word in words if word):
            raise ValidationError(gettext("Months are 1 to 12."))
        self.months = tuple(int(word) for word in words if word)


class BoundForm(Form):
    """What a field of a crop gives at most."""

    variety = SelectField(_l("For"))
    most_kg_per_ha = IntegerField(
        _l("At most, kg a hectare and season"), [Optional(), NumberRange(1, MOST_KG_PER_HA)]
    )
    valid_from = DayField(_l("Valid from"), [required()])
    source = TextField(_l("Source"), [required(), Length(max=300)])


class ProductForm(Form):
    """A product of the office's list."""

    name = TextField(_l("Registered name"), [required(), Length(max=120)])
    kind = SelectField(
        _l("Kind"), choices=[SelectChoice(one.value, _l(LABELS[one])) for one in InputKind]
    )
    active_ingredients = TextField(_l("Active ingredients, with commas between"), [Length(max=300)])
    registration_no = TextField(_l("Registration number"), [Length(max=60)])
    banned_from = DayField(_l("Banned from"), [Optional()])


class LabelForm(Form):
    """What a label says for a crop."""

    crop = SelectField(_l("Crop"), [required()])
    dose = TextField(_l("Dose"), [Length(max=80)])
    phi_days = IntegerField(_l("Waiting time before harvest, in days"), [InputRequired(REQUIRED)])
    rei_hours = IntegerField(_l("Nobody enters for, in hours"), [Optional()])
    most_applications = IntegerField(_l("Times in a season, at most"), [Optional()])
    spacing_days = IntegerField(_l("Days between, at least"), [Optional()])
    source = TextField(_l("Source"), [Length(max=300)])
    valid_from = DayField(_l("Valid from"), [required()])
    valid_to = DayField(_l("Not valid any more from"), [Optional()])
