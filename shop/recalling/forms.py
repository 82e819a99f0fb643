"""Forms of recalls and complaints."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from kernel.messages import LABELS
from kernel.web.forms import REQUIRED, DayField, Form, PhoneField, TextAreaField, TextField
from traceability.rules.recalls import (
    Answer,
    ComplaintKind,
    Finding,
    Hazard,
    Measure,
)


def _required() -> InputRequired:
    return InputRequired(REQUIRED)


def _choices(kind: Any) -> list[SelectChoice]:
    return [SelectChoice(one.value, _l(LABELS[one])) for one in kind]


class OpenForm(Form):
    """What is known at first, and why; the page says what ``ref`` is."""

    ref = TextField(_l("Which"), [_required(), Length(max=120)])
    first_day = DayField(_l("First day"), [Optional()])
    last_day = DayField(_l("Last day"), [Optional()])
    reason = TextField(_l("Reason"), [_required(), Length(max=300)])
    hazard = RadioField(
        _l("Danger for people"), choices=_choices(Hazard), default=Hazard.POSSIBLE.value
    )
    advice = TextAreaField(_l("What people should do besides"), [Length(max=600)])
    widen = BooleanField(_l("Also whatever else came of the same sources"))
    drill = BooleanField(_l("This is a drill: nothing is stopped and nobody is told"))


class PickForm(OpenForm):
    """The same with a list to choose from; the page sets the choices."""

    ref = SelectField(_l("Which"), [_required()])


class LotForm(Form):
    """A lot of the scope, and why it does not belong there."""

    lot_id = HiddenField(validators=[_required(), Length(max=26)])
    reason = TextField(_l("Why it does not belong here"), [Length(max=300)])


class MeasureForm(Form):
    """The one action."""

    measure = RadioField(
        _l("What is done"), choices=_choices(Measure), default=Measure.RECALL.value
    )


class CountForm(Form):
    """What somebody counted; the unit is that of the lot."""

    lot_id = SelectField(_l("Lot"), [_required()])
    finding = SelectField(_l("Where it is"), choices=_choices(Finding))
    quantity = TextField(_l("Quantity"), [_required(), Length(max=30)])
    note = TextField(_l("Note"), [Length(max=300)])


class ActionForm(Form):
    """What is done so that it does not happen again."""

    text = TextField(_l("Action"), [_required(), Length(max=300)])
    who = TextField(_l("Who"), [_required(), Length(max=120)])
    due_on = DayField(_l("Until"), [_required()])


class AnswerForm(Form):
    """What a buyer says."""

    answer = RadioField(_l("What about your goods?"), [_required()], choices=_choices(Answer))


class CloseForm(Form):
    """The end of a recall."""

    cause = TextAreaField(_l("What caused it"), [_required(), Length(max=1000)])


class ComplaintForm(Form):
    """What is wrong with goods."""

    lot_id = SelectField(_l("Goods"), [_required()])
    kind = RadioField(_l("What is wrong?"), [_required()], choices=_choices(ComplaintKind))
    text = TextAreaField(_l("Tell what happened"), [_required(), Length(max=1000)])
    name = TextField(_l("Name"), [Length(max=120)])
    phone = PhoneField(_l("Phone"), [_required()])


class ReplyForm(Form):
    """The answer to a complaint."""

    text = TextAreaField(_l("Answer to the buyer"), [_required(), Length(max=1000)])


class PressForm(Form):
    """A button."""
