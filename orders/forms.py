"""Forms of the order pages."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from kernel.quantity import Unit, parse_quantity
from kernel.web.forms import REQUIRED, Form, TextAreaField, TextField


class ActionForm(Form):
    """What a vendor does next; a reason goes with cancelling."""

    reason = TextField(_l("Reason, for the buyer to read"), [Length(max=500)])


class ReviewForm(Form):
    """What a buyer says of something they have received."""

    rating = RadioField(
        _l("Your rating"),
        [InputRequired(REQUIRED)],
        coerce=int,
        choices=[
            SelectChoice(5, _l("Very good")),
            SelectChoice(4, _l("Good")),
            SelectChoice(3, _l("Fair")),
            SelectChoice(2, _l("Poor")),
            SelectChoice(1, _l("Bad")),
        ],
    )
    body = TextAreaField(_l("What would you tell others?"), [Length(max=2000)])


class RefundForm(Form):
    """The proof that money was paid back."""

    note = TextField(_l("Bank's transfer number"), [InputRequired(REQUIRED), Length(max=120)])


def read_amount(text: str, unit: Unit) -> int:
    """Read an amount of a lot in base units; a bare number counts kilograms, litres or pieces.

    :raises Invalid: when it is none.
    """
    return parse_quantity(text, unit, bare={Unit.GRAM: "kg", Unit.MILLILITRE: "l"}.get(unit, ""))
