"""The form of days away."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import Length

from kernel.web.forms import DayField, Form, TextAreaField
from vendors.forms.parts import required


class VacationForm(Form):
    """From when to when, and what buyers read meanwhile."""

    first_day = DayField(_l("First day away"), [required()])
    last_day = DayField(_l("Last day away"), [required()])
    notice_vi = TextAreaField(_l("Notice to buyers, in Vietnamese"), [Length(max=300)])
    notice_en = TextAreaField(_l("Notice to buyers, in English"), [Length(max=300)])
