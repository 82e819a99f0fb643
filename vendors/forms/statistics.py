"""The form of the statistics."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from kernel.web.forms import DayField, Form
from vendors.forms.parts import choices
from vendors.rules.statistics import Grouping


class PeriodForm(Form):
    """Which days, and by what the dossiers are told apart."""

    class Meta:
        """It changes nothing: no token in the address."""

        csrf = False

    first = DayField(_l("From"))
    last = DayField(_l("To"))
    by = SelectField(_l("By"), choices=choices(Grouping), default=Grouping.LEGAL_FORM.value)
