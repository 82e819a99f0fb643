"""Forms of the register of authorities' orders."""

from datetime import datetime, time

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import DataRequired, Length, Regexp

from kernel.clock import HANOI
from kernel.web.forms import REQUIRED, DayField, Form, TextAreaField, TextField
from vendors.forms.parts import choices, day_in, required
from vendors.rules.orders import OrderKind


class OrderForm(Form):
    """What came in: the document, from whom, when, what it asks for."""

    kind = SelectField(_l("What is asked for"), choices=choices(OrderKind))
    document_no = TextField(_l("Number of the document"), [DataRequired(REQUIRED), Length(max=60)])
    authority = TextField(_l("Authority"), [DataRequired(REQUIRED), Length(max=160)])
    received_on = DayField(_l("Day it was received"), [required()])
    received_time = TextField(
        _l("Time it was received"),
        [
            DataRequired(REQUIRED),
            Regexp(r"^([01]?\d|2[0-3])[:hg.][0-5]\d$", message=_l("Such as 14:05.")),
        ],
    )
    subject = TextField(_l("Code of the listing or the vendor"), [Length(max=40)])
    text = TextAreaField(
        _l("What the document asks for"), [DataRequired(REQUIRED), Length(max=2000)]
    )

    def received_at(self) -> datetime:
        """Return the moment of receipt, as typed in Viet Nam time.

        :raises Invalid: when only spaces were sent as the day.
        """
        hours, minutes = (int(part) for part in _parts(self.received_time.data))
        return datetime.combine(day_in(self.received_on), time(hours, minutes), HANOI)


class HowForm(Form):
    """How an order was carried out, or why not."""

    how = TextAreaField(_l("What was done"), [Length(max=2000)])


def _parts(text: str) -> list[str]:
    return text.translate(str.maketrans("hg.", ":::")).split(":")
